//! Imports as a set: the host defines once, by name, what it offers. Each module gets
//! what it imports of that, in its own order.
//!
//! A [`Linker`](libwasmtime::Linker) does the same, and more. This does it by hand, for
//! [`Instance::new`], which takes the imports as a list.
//!
//! ```sh
//! cargo run --example environment
//! ```

use libwasmtime::{
    Engine, Extern, Func, Global, GlobalType, Instance, Memory, MemoryType, Module, Mutability,
    Result, Store, Val, ValType, format_err,
};
use std::collections::HashMap;

/// What the host offers, by name.
type Environment = HashMap<&'static str, Extern>;

/// Imports three things of the four, in an order of its own.
const CIRCLE: &str = r#"
    (module
        (import "env" "print" (func $print (param f64)))
        (import "env" "pi" (global $pi f64))
        (import "env" "square" (func $square (param f64) (result f64)))

        (func (export "run") (param $radius f64)
            (call $print
                (f64.mul (global.get $pi) (call $square (local.get $radius))))))
"#;

/// Imports something that the host doesn't offer.
const PLOT: &str = r#"
    (module
        (import "env" "memory" (memory 1))
        (import "env" "plot" (func $plot (param f64))))
"#;

fn main() -> Result<()> {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let environment = environment(&mut store)?;

    let circle = Module::new(&engine, CIRCLE)?;
    let imports = imports(&circle, &environment)?;
    let instance = Instance::new(&mut store, &circle, &imports)?;
    let run = instance.get_typed_func::<f64, ()>(&mut store, "run")?;
    run.call(&mut store, 2.0)?;

    let plot = Module::new(&engine, PLOT)?;
    if let Err(error) = self::imports(&plot, &environment) {
        println!("no plot: {error}");
    }
    Ok(())
}

/// Creates the host's functions, globals and memories, which belong to a store.
fn environment(store: &mut Store<()>) -> Result<Environment> {
    let pi = GlobalType::new(ValType::F64, Mutability::Const);
    let pi = Global::new(&mut *store, pi, Val::from(std::f64::consts::PI))?;
    let memory = Memory::new(&mut *store, MemoryType::new(1, None))?;
    let square = Func::wrap(&mut *store, |x: f64| x * x);
    let print = Func::wrap(&mut *store, |x: f64| println!("{x:.3}"));
    Ok(HashMap::from([
        ("memory", memory.into()),
        ("pi", pi.into()),
        ("print", print.into()),
        ("square", square.into()),
    ]))
}

/// Returns what a module imports, in its order.
///
/// # Errors
///
/// Returns an error that names the first import that is missing in the environment.
/// [`Instance::new`] checks the types of the others.
fn imports(module: &Module, environment: &Environment) -> Result<Vec<Extern>> {
    module
        .imports()
        .map(|import| {
            let item = environment.get(import.name());
            item.cloned()
                .ok_or_else(|| format_err!("the environment has no `{}`", import.name()))
        })
        .collect()
}
