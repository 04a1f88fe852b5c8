//! Closures that can be functions of WebAssembly.

use super::trampoline::typed_callback;
use super::typed::for_each_arity;
use super::{Caller, HostFunc, WasmRet, WasmTy, WasmTyList};
use crate::sys::{wasm_trap_t, wasmtime_caller_t, wasmtime_val_raw_t};
use crate::{Engine, ValRaw};
use std::ffi::c_void;

/// A closure that [`Func::wrap`](crate::Func::wrap) and
/// [`Linker::func_wrap`](crate::Linker::func_wrap) make a function of.
///
/// Implemented for `Fn` closures of up to 16 arguments that are [`WasmTy`],
/// optionally after a [`Caller`], which return a [`WasmRet`].
pub trait IntoFunc<T, Params, Results>: Send + Sync + 'static {
    /// The closure behind a callback.
    #[doc(hidden)]
    fn into_func(self, engine: &Engine) -> HostFunc;
}

macro_rules! closures {
    ($n:literal $($t:ident)*) => {
        #[allow(non_snake_case, reason = "the type parameters name the values as well")]
        #[allow(unused_mut, unused_variables, unused_assignments, reason = "no arguments")]
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
                    let needs_store = const { false $(|| $t::NEEDS_STORE)* };
                    // SAFETY: libwasmtime passes the environment and arguments
                    // that belong to this callback.
                    unsafe {
                        typed_callback(caller, raw, needs_store, |store, _, mut raw: *const ValRaw| {
                            $(
                                let $t = $t::from_raw(&*raw, store);
                                raw = raw.add(1);
                            )*
                            (*env.cast::<F>())($($t),*)
                        })
                    }
                }
                HostFunc::typed(
                    engine,
                    <($($t,)*) as WasmTyList>::valtypes(),
                    R::valtypes(),
                    callback::<F, $($t,)* R>,
                    self,
                )
            }
        }

        #[allow(non_snake_case, reason = "the type parameters name the values as well")]
        #[allow(unused_mut, unused_variables, unused_assignments, reason = "no arguments")]
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
                        typed_callback(caller, raw, true, |store, caller, mut raw: *const ValRaw| {
                            $(
                                let $t = $t::from_raw(&*raw, store);
                                raw = raw.add(1);
                            )*
                            let store = std::ptr::NonNull::new_unchecked(store);
                            (*env.cast::<F>())(Caller::new(store, caller), $($t),*)
                        })
                    }
                }
                HostFunc::typed(
                    engine,
                    <($($t,)*) as WasmTyList>::valtypes(),
                    R::valtypes(),
                    callback::<T, F, $($t,)* R>,
                    self,
                )
            }
        }
    };
}

for_each_arity!(closures);
