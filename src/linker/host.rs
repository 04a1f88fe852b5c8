//! The two kinds of host functions that a linker defines.

use crate::Result;
#[cfg(feature = "async")]
use crate::func::AsyncCallback;
use crate::func::HostFunc;
#[cfg(feature = "async")]
use crate::sys::{Feature, require};
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

impl Callback for wasmtime_func_unchecked_callback_t {
    const IS_ASYNC: bool = false;

    fn check_supported() -> Result<()> {
        Ok(())
    }

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
            wasmtime_linker_define_func_unchecked(
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
}

#[cfg(feature = "async")]
impl Callback for AsyncCallback {
    const IS_ASYNC: bool = true;

    fn check_supported() -> Result<()> {
        Ok(require(Feature::Async)?)
    }

    unsafe fn define(
        linker: *mut wasmtime_linker_t,
        module: &str,
        name: &str,
        ty: *const wasm_functype_t,
        host: HostFunc<Self>,
    ) -> *mut wasmtime_error_t {
        // SAFETY: this function requires what the other one requires.
        unsafe { Callback::define(linker, module, name, ty, host.into_sync()) }
    }
}
