//! Runs a WASI preview 1 program, for the examples `run`, `bundle` and `micropython`.

pub mod command_line;
mod invoke;
mod options;

pub use options::Options;

use command_line::{Usage, nearest, quoted};
use libwasmtime::error::Context;
use libwasmtime::wasi::WasiCtxBuilder;
use libwasmtime::{
    Error, I32Exit, Linker, Module, Result, Store, Trap, UnknownImportError, format_err,
};

/// The exit code of a process that calls `abort`, as a shell or Windows reports it.
const ABORTED: i32 = if cfg!(windows) { 3 } else { 134 };

/// The exit code for a mistake on the command line.
const MISUSED: i32 = 2;

/// Returns the name of the function that runs a program; `None` if it has none.
pub fn main_function(module: &Module) -> Option<&'static str> {
    let is_function = |name| {
        let export = module.get_export(name);
        export.is_some_and(|ty| ty.func().is_some())
    };
    ["", "_start"].into_iter().find(|name| is_function(name))
}

/// Instantiates a module, calls its `_initialize` if it exports that, and then its
/// function `name`, if one is given, with arguments.
///
/// # Errors
///
/// Returns an error if the module can't be run or traps; and, with an [`I32Exit`], if it
/// exits.
pub fn run(
    linker: &Linker<()>,
    module: &Module,
    wasi: &mut WasiCtxBuilder,
    name: Option<&str>,
    arguments: &[String],
) -> Result<()> {
    const INITIALIZE: &str = "_initialize";
    let mut store = Store::new(module.engine(), ());
    store.set_wasi(wasi.build_p1())?;
    check_imports(linker, module)?;
    let instance = linker
        .instantiate(&mut store, module)
        .context("failed to instantiate it")?;
    if instance.get_func(&mut store, INITIALIZE).is_some() {
        instance
            .get_typed_func::<(), ()>(&mut store, INITIALIZE)?
            .call(&mut store, ())
            .context("failed to invoke `_initialize`")?;
    }
    let Some(name) = name else {
        return Ok(());
    };
    let func = instance
        .get_func(&mut store, name)
        .ok_or_else(|| no_function(module, name))?;
    let what = match main_function(module) {
        Some(main) if main == name => String::from("command default"),
        _ => format!("`{name}`"),
    };
    invoke::invoke(&mut store, &func, &what, arguments)
}

/// # Errors
///
/// Returns an error if an import of the module isn't defined, or has another type.
pub fn check_imports(linker: &Linker<()>, module: &Module) -> Result<()> {
    let Err(error) = linker.instantiate_pre(module) else {
        return Ok(());
    };
    let Some(unknown) = error.downcast_ref::<UnknownImportError>() else {
        return Err(error.context("failed to link it"));
    };
    let context = if unknown.ty().func().is_some() {
        "failed to link it; with `-W unknown-imports-trap` functions that nobody defines trap when \
         they are called"
    } else {
        "failed to link it; only functions are defined here"
    };
    Err(error.context(context))
}

fn no_function(module: &Module, name: &str) -> Error {
    let functions = module
        .exports()
        .filter(|export| export.ty().func().is_some());
    let functions: Vec<&str> = functions.map(|export| export.name()).collect();
    let near = nearest(name, &functions);
    let hint = match (near.is_empty(), functions.is_empty()) {
        (false, _) => format!("did you mean {}?", quoted(&near)),
        (true, false) => format!("its functions are {}", quoted(&functions)),
        (true, true) => String::from("it exports no function"),
    };
    format_err!("no func export named `{name}` found: {hint}")
}

/// Returns the exit code for the outcome of a program, and prints its error.
pub fn exit_code(ended: Result<()>) -> i32 {
    let Err(error) = ended else {
        return 0;
    };
    if let Some(I32Exit(code)) = error.downcast_ref() {
        return *code;
    }
    if error.is::<Usage>() {
        eprintln!("error: {error}\n\nFor more information, try '--help'.");
        return MISUSED;
    }
    eprintln!("Error: {error:?}");
    if error.is::<Trap>() { ABORTED } else { 1 }
}
