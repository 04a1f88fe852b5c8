//! The same as `hello`, with the C API: a C callback, bound by hand.
//!
//! The safe layer calls nothing but these functions, so a program can reach what it
//! doesn't wrap in the same way. Both can be mixed: this program uses the crate's safe
//! functions to load the library and to report errors, and its types to own objects and
//! bytes. The example `structs` goes from the safe layer to the C API and back.
//!
//! ```sh
//! cargo run --example hello_sys
//! ```

use libwasmtime::sys::*;
use libwasmtime::vec::{ByteVec, Delete, Owned};
use libwasmtime::{Result, bail, format_err};
use std::ffi::c_void;
use std::io::{self, Write};
use std::mem::MaybeUninit;
use std::ptr;

const GREETER: &str = r#"
    (module
        (import "host" "greet" (func $greet))
        (func (export "run") (call $greet)))
"#;

fn main() -> Result<()> {
    // With the Cargo feature `load`, the functions of `sys` panic if no library is
    // loaded; this returns an error.
    libwasmtime::load()?;

    // SAFETY: the engine is owned by nothing else.
    let engine = unsafe { own(wasm_engine_new())? };
    let module = compile(&engine, GREETER)?;
    // SAFETY: the engine is valid; the store is owned. It has no data, and so no
    // finalizer.
    let store = unsafe { own(wasmtime_store_new(engine.as_ptr(), ptr::null_mut(), None))? };
    let greet = define(&store, Greeting("Hello from Rust!"))?;
    // SAFETY: the function belongs to this store.
    unsafe { run(&store, &module, greet) }
    // All objects are deleted now, in reverse order; the functions and the instance are
    // deleted with their store.
}

/// The callback's environment, as the C API calls it.
struct Greeting(&'static str);

/// Returns the callback of a function without parameters and results.
///
/// A panic in it would abort the process, so it doesn't use `println!`, which panics if
/// the standard output is closed. It returns a trap instead.
unsafe extern "C" fn greet(
    env: *mut c_void,
    _caller: *mut wasmtime_caller_t,
    _args: *const wasmtime_val_t,
    _nargs: usize,
    _results: *mut wasmtime_val_t,
    _nresults: usize,
) -> *mut wasm_trap_t {
    // SAFETY: `define` passed a `Greeting`, which lives as long as the function and isn't
    // changed.
    let Greeting(text) = unsafe { &*env.cast::<Greeting>() };
    match writeln!(io::stdout(), "{text}") {
        Ok(()) => ptr::null_mut(),
        Err(error) => {
            let message = error.to_string();
            // SAFETY: the message is readable, and is copied. The caller of the function
            // owns the trap.
            unsafe { wasmtime_trap_new(message.as_ptr().cast(), message.len()) }
        }
    }
}

/// Frees the environment after the function was deleted.
unsafe extern "C" fn finalize(env: *mut c_void) {
    // SAFETY: `define` leaked this box, and libwasmtime calls this once.
    drop(unsafe { Box::from_raw(env.cast::<Greeting>()) });
}

/// Creates a function from the callback and an environment.
fn define(store: &Owned<wasmtime_store_t>, greeting: Greeting) -> Result<wasmtime_func_t> {
    // SAFETY: the type is owned.
    let ty = unsafe { own(wasm_functype_new_0_0())? };
    let env = Box::into_raw(Box::new(greeting));
    let mut func = MaybeUninit::uninit();
    // SAFETY: the store and the type are valid. The callback is for this type and this
    // environment, which the finalizer frees. The function is always written.
    unsafe {
        let context = wasmtime_store_context(store.as_ptr());
        wasmtime_func_new(
            context,
            ty.as_ptr(),
            Some(greet),
            env.cast(),
            Some(finalize),
            func.as_mut_ptr(),
        );
        Ok(func.assume_init())
    }
}

/// Compiles a module in the text format.
fn compile(engine: &Owned<wasm_engine_t>, text: &str) -> Result<Owned<wasmtime_module_t>> {
    let mut error = ptr::null_mut();
    let wasm = ByteVec::out(|out| {
        // SAFETY: the text is readable; the binary is written unless there is an error.
        error = unsafe { wasmtime_wat2wasm(text.as_ptr().cast(), text.len(), out) };
    });
    let mut module = ptr::null_mut();
    // SAFETY: the engine is valid and the binary is readable; the module is written unless
    // there is an error, and owned.
    unsafe {
        check(error, ptr::null_mut())?;
        let bytes = &wasm[..];
        error = wasmtime_module_new(engine.as_ptr(), bytes.as_ptr(), bytes.len(), &mut module);
        check(error, ptr::null_mut())?;
        own(module)
    }
}

/// Instantiates a module with its one import, and calls its export `run`.
///
/// # Safety
///
/// The import must belong to this store.
unsafe fn run(
    store: &Owned<wasmtime_store_t>,
    module: &Owned<wasmtime_module_t>,
    import: wasmtime_func_t,
) -> Result<()> {
    // SAFETY: the store is valid, and its context is for as long as the store.
    let context = unsafe { wasmtime_store_context(store.as_ptr()) };

    let import = wasmtime_extern_t {
        kind: WASMTIME_EXTERN_FUNC,
        of: wasmtime_extern_union_t { func: import },
    };
    let mut instance = MaybeUninit::uninit();
    let mut trap = ptr::null_mut();
    // SAFETY: the module is valid, and the one import belongs to this store. The instance
    // is written unless there is an error or a trap.
    let instance = unsafe {
        let out = instance.as_mut_ptr();
        let error = wasmtime_instance_new(context, module.as_ptr(), &import, 1, out, &mut trap);
        check(error, trap)?;
        instance.assume_init()
    };

    let mut export = MaybeUninit::<wasmtime_extern_t>::uninit();
    let name = "run";
    // SAFETY: the instance belongs to this store, and the name is readable. The item is
    // written if it is found. It is owned, but a function needs no deletion.
    let run = unsafe {
        let (text, out) = (name.as_ptr().cast(), export.as_mut_ptr());
        if !wasmtime_instance_export_get(context, &instance, text, name.len(), out) {
            bail!("the module exports no `{name}`");
        }
        let mut export = export.assume_init();
        if export.kind != WASMTIME_EXTERN_FUNC {
            wasmtime_extern_delete(&mut export);
            bail!("the module's export `{name}` is not a function");
        }
        export.of.func
    };

    // SAFETY: the function belongs to this store. There are neither arguments nor results,
    // so their pointers may be null.
    unsafe {
        let error =
            wasmtime_func_call(context, &run, ptr::null(), 0, ptr::null_mut(), 0, &mut trap);
        check(error, trap)
    }
}

/// Turns what the C API reported into an error, and deletes it.
///
/// # Safety
///
/// Each pointer must be null or an owned object, which this function takes over.
unsafe fn check(error: *mut wasmtime_error_t, trap: *mut wasm_trap_t) -> Result<()> {
    // SAFETY: this function requires the same.
    let (error, trap) = unsafe { (Owned::from_raw(error), Owned::from_raw(trap)) };
    match (error, trap) {
        (Some(error), _) => Err(error.into()),
        (None, Some(trap)) => Err(trap.into()),
        (None, None) => Ok(()),
    }
}

/// Takes over an object of the C API, which is deleted with its owner.
///
/// # Errors
///
/// Returns an error if `raw` is null.
///
/// # Safety
///
/// `raw` must be null or an owned object.
unsafe fn own<T: Delete>(raw: *mut T) -> Result<Owned<T>> {
    // SAFETY: this function requires the same.
    unsafe { Owned::from_raw(raw) }.ok_or_else(|| format_err!("libwasmtime returned no object"))
}
