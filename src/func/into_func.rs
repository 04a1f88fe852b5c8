//! Closures that can be functions of WebAssembly.

use super::{Caller, HostFunc};
use crate::bind::{Abi, Site};
use crate::store::callback::{call_host, call_host_with_store};
use crate::sys::{wasm_trap_t, wasmtime_caller_t, wasmtime_val_raw_t};
use crate::values::{Args, Form, FromWasm, Guest, Raw, Reader, WasmRet, Writer, for_each_arity};
use crate::{Engine, FuncType, Result, ValType};
use std::ffi::c_void;
use std::ptr::{self, NonNull};

/// A closure that can become a host function.
///
/// [`Func::wrap`](crate::Func::wrap) and [`Linker::func_wrap`](crate::Linker::func_wrap) take
/// it. It is implemented for `Fn` closures and functions that take up to 17 arguments that
/// are [`FromWasm`], as every [`WasmTy`](crate::WasmTy) is, optionally after a [`Caller`], and
/// return a [`WasmRet`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a host function of a store with data `{T}`",
    label = "not a host function",
    note = "a host function is an `Fn` of up to 17 arguments that are `FromWasm`, such as `i32`, \
            `Option<Func>` or `String`, optionally after a `Caller<'_, {T}>`; it returns nothing, an \
            `IntoWasm`, such as one of these, a tuple of them, or a `Result` of this crate with any \
            of these",
    note = "the chapter `libwasmtime::bind` lists these types: `#[derive(HostValue)]` makes a struct \
            or an enum one of them, and a bound function borrows strings and slices as well, such as \
            a `&str`"
)]
pub trait IntoFunc<T, Params, Results>: Send + Sync + 'static {
    /// Returns the closure behind a callback.
    #[doc(hidden)]
    fn into_func(self, engine: &Engine) -> HostFunc;
}

/// The parameters of a closure that is an [`IntoFunc`].
///
/// # Safety
///
/// If there is a [`Caller`] among them, `Data` must be its data, and `HAS_CALLER` true.
pub unsafe trait ClosureParams {
    /// The data of the stores in which the closure can be called, if it takes a [`Caller`].
    type Data: 'static;

    /// The parameters without the `Caller`: one, or a tuple.
    type Params;

    /// Whether the first one is a `Caller`.
    #[doc(hidden)]
    const HAS_CALLER: bool;
}

impl HostFunc {
    /// Wraps a closure whose types are known.
    pub(crate) fn of<T, F, Params, R>(engine: &Engine, func: F) -> HostFunc
    where
        F: HostClosure<T, Params, R> + Send + Sync + 'static,
        R: WasmRet,
    {
        let abi = func.site().abi();
        let (mut params, mut results) = (Vec::new(), Vec::new());
        F::valtypes(abi, &mut params);
        R::valtypes(abi, &mut results);
        let ty = FuncType::new(engine, params, results);
        let lacks_allocator = R::ALLOCATES && abi.alloc().is_none();
        let host: HostFunc = HostFunc::new(ty, Some(typed_callback::<T, F, Params, R>), func);
        host.lacking_allocator(lacks_allocator)
    }
}

/// A closure that takes its arguments from a cursor.
///
/// # Safety
///
/// `call` must read the arguments that `valtypes` says, and `NEEDS_STORE` must be true if
/// it uses the store or the caller.
pub unsafe trait HostClosure<T, Params, R> {
    /// Whether `call` uses the store.
    const NEEDS_STORE: bool;

    /// Adds the types of the parameters.
    fn valtypes(abi: &Abi, types: &mut Vec<ValType>);

    /// Returns the function's name and how it finds the guest's strings.
    #[inline]
    fn site(&self) -> &Site {
        Site::UNNAMED
    }

    /// Calls the closure.
    ///
    /// # Safety
    ///
    /// The arguments must be next in `args`, in a callback of a store of data `T`, which
    /// only the closure uses.
    unsafe fn call<F: Form>(&self, args: &mut Args<'_, F>) -> Result<R>;
}

/// Calls a closure whose types are known, as its callback.
unsafe extern "C" fn typed_callback<T, F, Params, R>(
    env: *mut c_void,
    caller: *mut wasmtime_caller_t,
    values: *mut wasmtime_val_raw_t,
    _: usize,
) -> *mut wasm_trap_t
where
    F: HostClosure<T, Params, R>,
    R: WasmRet,
{
    // SAFETY: invariant "Callback": libwasmtime passes the closure that was given to it
    // with this function, a caller, and raw values of the function's type, with places
    // for the results. The store has data `T`, as the function is in a store or linker of such
    // stores, or `Closure` has compared the types, or the closure takes no caller.
    unsafe {
        let caller = NonNull::new_unchecked(caller);
        let call = |store| {
            let values = values.cast();
            let func = &*env.cast::<F>();
            let guest = Guest::new(store, caller, func.site());
            let mut args = Args::new(Reader::<Raw>::new(values, store), guest);
            let results = func.call(&mut args)?.prepare(args.guest())?;
            let written = R::write(results, &mut Writer::<Raw>::new(values, store));
            written.map_err(|error| func.site().explain(error))
        };
        // Speed: a function of numbers takes 5.7 ns instead of 9.9 with the store.
        if const { F::NEEDS_STORE || R::NEEDS_STORE } {
            call_host_with_store(caller, |store| call(store.as_ptr()))
        } else {
            call_host(caller, || call(ptr::null_mut()))
        }
    }
}

macro_rules! closures {
    ($n:literal $($t:ident)*) => {
        // SAFETY: the arguments are read one after the other.
        unsafe impl<T, F, $($t,)* R> HostClosure<T, ($($t,)*), R> for F
        where
            F: Fn($($t),*) -> R,
            $($t: FromWasm,)*
        {
            const NEEDS_STORE: bool = false $(|| $t::NEEDS_STORE)*;

            #[allow(unused_variables, reason = "no arguments")]
            fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
                $($t::valtypes(abi, types);)*
            }

            #[inline]
            #[allow(non_snake_case, reason = "the type parameters name the values as well")]
            #[allow(unused_variables, reason = "no arguments")]
            unsafe fn call<V: Form>(&self, args: &mut Args<'_, V>) -> Result<R> {
                // SAFETY: the arguments are next, as this function requires.
                $(let $t = unsafe { $t::read(args)? };)*
                Ok(self($($t),*))
            }
        }

        impl<T, F, $($t,)* R> IntoFunc<T, ($($t,)*), R> for F
        where
            T: 'static,
            F: Fn($($t),*) -> R + Send + Sync + 'static,
            $($t: FromWasm,)*
            R: WasmRet,
        {
            fn into_func(self, engine: &Engine) -> HostFunc {
                HostFunc::of::<T, F, ($($t,)*), R>(engine, self)
            }
        }

        // SAFETY: there is no caller, as that isn't `FromWasm`.
        unsafe impl<$($t: FromWasm,)*> ClosureParams for ($($t,)*) {
            type Data = ();
            #[allow(unused_parens, reason = "one parameter is no tuple")]
            type Params = ($($t),*);
            const HAS_CALLER: bool = false;
        }

        // SAFETY: the caller is one of a store of data `T`.
        unsafe impl<T: 'static, $($t: FromWasm,)*> ClosureParams for (Caller<'_, T>, $($t,)*) {
            type Data = T;
            #[allow(unused_parens, reason = "one parameter is no tuple")]
            type Params = ($($t),*);
            const HAS_CALLER: bool = true;
        }

        // SAFETY: the arguments are read one after the other.
        unsafe impl<T, F, $($t,)* R> HostClosure<T, (Caller<'_, T>, $($t,)*), R> for F
        where
            T: 'static,
            F: Fn(Caller<'_, T>, $($t),*) -> R,
            $($t: FromWasm,)*
        {
            const NEEDS_STORE: bool = true;

            #[allow(unused_variables, reason = "no arguments")]
            fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
                $($t::valtypes(abi, types);)*
            }

            #[inline]
            #[allow(non_snake_case, reason = "the type parameters name the values as well")]
            unsafe fn call<V: Form>(&self, args: &mut Args<'_, V>) -> Result<R> {
                // SAFETY: the arguments are next, as this function requires.
                $(let $t = unsafe { $t::read(args)? };)*
                // SAFETY: the store has data `T`, which only the closure uses from here, as
                // this function requires.
                let caller = unsafe { args.caller() };
                Ok(self(caller, $($t),*))
            }
        }

        impl<T, F, $($t,)* R> IntoFunc<T, (Caller<'_, T>, $($t,)*), R> for F
        where
            T: 'static,
            F: Fn(Caller<'_, T>, $($t),*) -> R + Send + Sync + 'static,
            $($t: FromWasm,)*
            R: WasmRet,
        {
            fn into_func(self, engine: &Engine) -> HostFunc {
                HostFunc::of::<T, F, (Caller<'_, T>, $($t,)*), R>(engine, self)
            }
        }
    };
}

for_each_arity!(closures);
