//! Closures that can be functions of WebAssembly.

use super::trampoline::typed_callback;
use super::typed::for_each_arity;
use super::{Caller, HostFunc, WasmParams, WasmResults, WasmRet, WasmTy};
use crate::Engine;
use crate::sys::{wasm_trap_t, wasmtime_caller_t, wasmtime_val_raw_t};
use std::ffi::c_void;

/// A closure that can become a host function.
///
/// [`Func::wrap`](crate::Func::wrap) and [`Linker::func_wrap`](crate::Linker::func_wrap) take
/// it. It is implemented for `Fn` closures and functions that take up to 17 arguments that
/// are [`WasmTy`], optionally after a [`Caller`], and return a [`WasmRet`].
pub trait IntoFunc<T, Params, Results>: Send + Sync + 'static {
    /// The closure behind a callback.
    #[doc(hidden)]
    fn into_func(self, engine: &Engine) -> HostFunc;
}

macro_rules! closures {
    ($n:literal $($t:ident)*) => {
        #[allow(non_snake_case, reason = "the type parameters name the values as well")]
        #[allow(unused_variables, clippy::let_unit_value, reason = "no arguments")]
        impl<T, F, $($t,)* R> IntoFunc<T, ($($t,)*), R> for F
        where
            T: 'static,
            F: Fn($($t),*) -> R + Send + Sync + 'static,
            $($t: WasmTy,)*
            R: WasmRet,
        {
            fn into_func(self, engine: &Engine) -> HostFunc {
                unsafe extern "C" fn callback<F, $($t,)* R>(
                    env: *mut c_void,
                    caller: *mut wasmtime_caller_t,
                    raw: *mut wasmtime_val_raw_t,
                    _: usize,
                ) -> *mut wasm_trap_t
                where
                    F: Fn($($t),*) -> R,
                    $($t: WasmTy,)*
                    R: WasmRet,
                {
                    let needs_store = <($($t,)*) as WasmParams>::HAS_REFERENCE;
                    // SAFETY: libwasmtime passes the environment and arguments
                    // that belong to this callback.
                    unsafe {
                        typed_callback(caller, raw, needs_store, |store, _, raw| {
                            let ($($t,)*) = <($($t,)*) as WasmResults>::from_raw(raw, store);
                            (*env.cast::<F>())($($t),*)
                        })
                    }
                }
                HostFunc::typed(
                    engine,
                    <($($t,)*) as WasmParams>::VALTYPES,
                    R::VALTYPES,
                    callback::<F, $($t,)* R>,
                    self,
                )
            }
        }

        #[allow(non_snake_case, reason = "the type parameters name the values as well")]
        #[allow(unused_variables, clippy::let_unit_value, reason = "no arguments")]
        impl<T, F, $($t,)* R> IntoFunc<T, (Caller<'_, T>, $($t,)*), R> for F
        where
            T: 'static,
            F: Fn(Caller<'_, T>, $($t),*) -> R + Send + Sync + 'static,
            $($t: WasmTy,)*
            R: WasmRet,
        {
            fn into_func(self, engine: &Engine) -> HostFunc {
                unsafe extern "C" fn callback<T, F, $($t,)* R>(
                    env: *mut c_void,
                    caller: *mut wasmtime_caller_t,
                    raw: *mut wasmtime_val_raw_t,
                    _: usize,
                ) -> *mut wasm_trap_t
                where
                    T: 'static,
                    F: Fn(Caller<'_, T>, $($t),*) -> R,
                    $($t: WasmTy,)*
                    R: WasmRet,
                {
                    // SAFETY: libwasmtime passes the environment and arguments
                    // that belong to this callback, in a store of data `T`, as
                    // the function was put into a store or linker of such.
                    unsafe {
                        typed_callback(caller, raw, true, |store, caller, raw| {
                            let ($($t,)*) = <($($t,)*) as WasmResults>::from_raw(raw, store);
                            let store = std::ptr::NonNull::new_unchecked(store);
                            (*env.cast::<F>())(Caller::new(store, caller), $($t),*)
                        })
                    }
                }
                HostFunc::typed(
                    engine,
                    <($($t,)*) as WasmParams>::VALTYPES,
                    R::VALTYPES,
                    callback::<T, F, $($t,)* R>,
                    self,
                )
            }
        }
    };
}

for_each_arity!(closures);
