//! The two kinds of host functions that a linker defines.

use crate::Result;
use crate::func::HostFunc;
#[cfg(feature = "async")]
use crate::sys::{
    Feature, require, wasmtime_func_async_callback_t, wasmtime_linker_define_async_func,
};
use crate::sys::{
    wasm_functype_t, wasmtime_error_t, wasmtime_func_unchecked_callback_t,
    wasmtime_linker_define_func_unchecked, wasmtime_linker_t,
};

/// A type of callbacks behind which a linker defines host functions.
pub(crate) trait Callback: Copy {
    /// Whether the functions are asynchronous.
    const IS_ASYNC: bool;

    /// Checks that libwasmtime can define such functions.
    fn check_supported() -> Result<()>;

    /// Defines a function. libwasmtime owns the host's closure, even if this fails.
    ///
    /// # Safety
    ///
    /// The linker must be valid, and nothing else may use it now. `ty` must be a valid type
    /// of the linker's engine, and the one of `host`.
    unsafe fn define(
        linker: *mut wasmtime_linker_t,
        module: &str,
        name: &str,
        ty: *const wasm_functype_t,
        host: HostFunc<Self>,
    ) -> *mut wasmtime_error_t;
}

/// Implements `define` with the C function `$define`.
macro_rules! define {
    ($define:ident) => {
        unsafe fn define(
            linker: *mut wasmtime_linker_t,
            module: &str,
            name: &str,
            ty: *const wasm_functype_t,
            host: HostFunc<Self>,
        ) -> *mut wasmtime_error_t {
            let (callback, env, finalizer) = host.into_parts();
            // SAFETY: linker and type are valid, as this function requires; the names are
            // borrowed strings; the callback, its environment and its finalizer belong
            // together.
            unsafe {
                $define(
                    linker,
                    module.as_ptr().cast(),
                    module.len(),
                    name.as_ptr().cast(),
                    name.len(),
                    ty,
                    callback,
                    env,
                    finalizer,
                )
            }
        }
    };
}

impl Callback for wasmtime_func_unchecked_callback_t {
    const IS_ASYNC: bool = false;

    fn check_supported() -> Result<()> {
        Ok(())
    }

    define!(wasmtime_linker_define_func_unchecked);
}

#[cfg(feature = "async")]
impl Callback for wasmtime_func_async_callback_t {
    const IS_ASYNC: bool = true;

    fn check_supported() -> Result<()> {
        Ok(require(Feature::Async)?)
    }

    define!(wasmtime_linker_define_async_func);
}
