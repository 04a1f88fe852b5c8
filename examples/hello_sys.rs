//! The same as `hello`, on the C API: a C callback, bound by hand.
//!
//! The safe layer is made of nothing else, so this is the way to what it doesn't
//! do. A program can mix both: here the library is loaded, errors are reported
//! and bytes are owned by what the crate has for that.
//!
//! ```sh
//! cargo run --example hello_sys
//! ```

use libwasmtime::sys::*;
use libwasmtime::vec::ByteVec;
use libwasmtime::{Result, bail, format_err};
use std::ffi::c_void;
use std::io::{self, Write};
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

const GREETER: &str = r#"
    (module
        (import "host" "greet" (func $greet))
        (func (export "run") (call $greet)))
"#;

fn main() -> Result<()> {
    // With the Cargo feature `load` the functions of `sys` panic if there is no
    // library to call; this returns an error.
    libwasmtime::load()?;

    // SAFETY: the engine is owned, and that is its destructor.
    let engine = unsafe { Owned::new(wasm_engine_new(), |raw| wasm_engine_delete(raw))? };
    let module = compile(&engine, GREETER)?;
    // SAFETY: the engine is valid; the store is owned, and that is its
    // destructor. It has no data, and so no finalizer.
    let store = unsafe {
        let raw = wasmtime_store_new(engine.as_ptr(), ptr::null_mut(), None);
        Owned::new(raw, |raw| wasmtime_store_delete(raw))?
    };
    let greet = define(&store, Greeting("Hello from Rust!"))?;
    // SAFETY: the function is of this store.
    unsafe { run(&store, &module, greet) }
    // Everything is released now, the last first; the functions and the instance
    // went with their store.
}

/// What the callback needs: its environment, in terms of the C API.
struct Greeting(&'static str);

/// The callback of a function without parameters and results.
///
/// A panic in it would abort the process, so it doesn't use `println!`, which
/// panics where nothing can be printed. It traps instead.
unsafe extern "C" fn greet(
    env: *mut c_void,
    _caller: *mut wasmtime_caller_t,
    _args: *const wasmtime_val_t,
    _nargs: usize,
    _results: *mut wasmtime_val_t,
    _nresults: usize,
) -> *mut wasm_trap_t {
    // SAFETY: `define` passed a `Greeting`, which is there as long as the
    // function is, and isn't changed.
    let Greeting(text) = unsafe { &*env.cast::<Greeting>() };
    match writeln!(io::stdout(), "{text}") {
        Ok(()) => ptr::null_mut(),
        Err(error) => {
            let message = error.to_string();
            // SAFETY: the message is readable, and copied. Whoever called the
            // function takes the trap.
            unsafe { wasmtime_trap_new(message.as_ptr().cast(), message.len()) }
        }
    }
}

/// Frees the environment, once the function is gone.
unsafe extern "C" fn finalize(env: *mut c_void) {
    // SAFETY: `define` leaked this box, and libwasmtime calls this once.
    drop(unsafe { Box::from_raw(env.cast::<Greeting>()) });
}

/// Makes a function of the callback and an environment.
fn define(store: &Owned<wasmtime_store_t>, greeting: Greeting) -> Result<wasmtime_func_t> {
    // SAFETY: the type is owned, and that is its destructor.
    let ty = unsafe { Owned::new(wasm_functype_new_0_0(), |raw| wasm_functype_delete(raw))? };
    let env = Box::into_raw(Box::new(greeting));
    let mut func = MaybeUninit::uninit();
    // SAFETY: the store and the type are valid, and the callback is one for this
    // type and this environment, which from now on is the finalizer's to free.
    // The function is written.
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
        // SAFETY: the text is readable; without an error the binary is written.
        error = unsafe { wasmtime_wat2wasm(text.as_ptr().cast(), text.len(), out) };
    });
    let mut module = ptr::null_mut();
    // SAFETY: the engine is valid and the binary readable; without an error the
    // module is written. It is owned, and that is its destructor.
    unsafe {
        check(error, ptr::null_mut())?;
        let bytes = &wasm[..];
        error = wasmtime_module_new(engine.as_ptr(), bytes.as_ptr(), bytes.len(), &mut module);
        check(error, ptr::null_mut())?;
        Owned::new(module, |raw| wasmtime_module_delete(raw))
    }
}

/// Instantiates a module with its one import, and calls its export `run`.
///
/// # Safety
///
/// The import must be of this store.
unsafe fn run(
    store: &Owned<wasmtime_store_t>,
    module: &Owned<wasmtime_module_t>,
    import: wasmtime_func_t,
) -> Result<()> {
    // SAFETY: the store is valid, and so is its context as long as it.
    let context = unsafe { wasmtime_store_context(store.as_ptr()) };

    let import = wasmtime_extern_t {
        kind: WASMTIME_EXTERN_FUNC,
        of: wasmtime_extern_union_t { func: import },
    };
    let mut instance = MaybeUninit::uninit();
    let mut trap = ptr::null_mut();
    // SAFETY: the module is valid, and the import is of this store; there is one.
    // The instance is written unless there is an error or a trap.
    let instance = unsafe {
        let out = instance.as_mut_ptr();
        let error = wasmtime_instance_new(context, module.as_ptr(), &import, 1, out, &mut trap);
        check(error, trap)?;
        instance.assume_init()
    };

    let mut export = MaybeUninit::<wasmtime_extern_t>::uninit();
    let name = "run";
    // SAFETY: the instance is of this store, and the name readable. The item is
    // written if it is found, and owned: a function holds nothing to delete.
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

    // SAFETY: the function is of this store. There are neither arguments nor
    // results, so their pointers may be null.
    unsafe {
        let error =
            wasmtime_func_call(context, &run, ptr::null(), 0, ptr::null_mut(), 0, &mut trap);
        check(error, trap)
    }
}

/// The error of what the C API reported, if it did; that is deleted.
///
/// # Safety
///
/// Each must be null or owned by the caller, who gives it up.
unsafe fn check(error: *mut wasmtime_error_t, trap: *mut wasm_trap_t) -> Result<()> {
    let message = ByteVec::out(|message| {
        // SAFETY: what isn't null is valid and deleted once, after it has
        // written its message.
        unsafe {
            if !error.is_null() {
                wasmtime_error_message(error, message);
                wasmtime_error_delete(error);
            } else if !trap.is_null() {
                wasm_trap_message(trap, message);
                wasm_trap_delete(trap);
            }
        }
    });
    if error.is_null() && trap.is_null() {
        return Ok(());
    }
    // That of a trap is a C string.
    let message = String::from_utf8_lossy(&message);
    bail!("{}", message.trim_end_matches('\0'))
}

/// An object of the C API that is deleted when this is dropped.
struct Owned<T> {
    raw: NonNull<T>,
    delete: unsafe fn(*mut T),
}

impl<T> Owned<T> {
    /// # Errors
    ///
    /// If there is no object.
    ///
    /// # Safety
    ///
    /// `raw` must be null or an owned object, and `delete` its destructor.
    unsafe fn new(raw: *mut T, delete: unsafe fn(*mut T)) -> Result<Owned<T>> {
        let raw = NonNull::new(raw).ok_or_else(|| format_err!("libwasmtime is out of memory"))?;
        Ok(Owned { raw, delete })
    }

    /// The object, valid as long as `self`.
    fn as_ptr(&self) -> *mut T {
        self.raw.as_ptr()
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        // SAFETY: it is the object's destructor, and the object isn't used again.
        unsafe { (self.delete)(self.raw.as_ptr()) }
    }
}
