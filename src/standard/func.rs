//! Functions.

use super::object::{Object, object};
use super::store::State;
use super::trap::Trap;
use super::val::{check_types, check_vals};
use super::{AsContextMut, StoreContextMut, Val};
use crate::callback::{self, Failure, Report, finalize};
use crate::sys::{
    wasm_func_call, wasm_func_new_with_env, wasm_trap_t, wasm_val_vec_t, wasmtime_trap_new,
};
use crate::vec::ValVec;
use crate::{FuncType, Result};
use std::ffi::c_void;
use std::ptr;
use std::sync::{Arc, Weak};

/// A function of WebAssembly or of the host.
///
/// Clones are handles of the same function. Using one with another store than its own
/// panics.
///
#[doc = example!(compiler)]
/// use libwasmtime::ensure;
/// use libwasmtime::error::Context;
/// use libwasmtime::standard::{Func, FuncType, Store, Trap, Val, ValType};
///
/// let mut store = Store::default();
/// let ty = FuncType::new(store.engine(), [ValType::I32], [ValType::I32]);
/// let root = Func::new(&mut store, &ty, |_store, args, results| {
///     let square = args[0].i32().context("expected an i32")?;
///     ensure!(square >= 0, "{square} has no square root");
///     results[0] = Val::I32(square.isqrt());
///     Ok(())
/// })?;
///
/// let results = root.call(&mut store, &[Val::I32(25)])?;
/// assert_eq!(results[0].i32(), Some(5));
///
/// let error = root.call(&mut store, &[Val::I32(-1)]).unwrap_err();
/// let trap: &Trap = error.downcast_ref().expect("calls fail with a trap");
/// assert_eq!(trap.message(), "-1 has no square root");
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Clone)]
pub struct Func {
    object: Object,
    ty: FuncType,
}

object!(Func(FuncType): func);

impl Func {
    /// Creates a function from a closure.
    ///
    /// The closure receives the store, the arguments, and a slice for the results, which holds
    /// zeros and nulls at first. With the store it can do everything that can be done
    /// outside, also call functions, including this one.
    ///
    /// If it returns an error, the WebAssembly code ends, and the call fails with a [`Trap`]
    /// that has the error as its message and source. A [`Trap`] that it returns is passed on
    /// as it is, without any context that was added to it. If it panics, the call panics.
    ///
    /// Calls `wasm_func_new_with_env`.
    ///
    /// # Errors
    ///
    /// Returns an error if the type has parameters or results whose values can't be passed:
    ///
    /// - [`Unsupported`](crate::Unsupported) for references to functions, if libwasmtime was
    ///   built without `gc`;
    /// - [`Inexpressible`](super::Inexpressible) for other references and vectors.
    ///
    /// # Panics
    ///
    /// Panics if the type belongs to another engine than the store.
    pub fn new(
        mut store: impl AsContextMut,
        ty: &FuncType,
        func: impl Fn(StoreContextMut<'_>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
    ) -> Result<Func> {
        let store = store.as_context_mut();
        let state = store.state();
        assert!(
            ty.comes_from_same_engine(state.engine()),
            "the type of the function belongs to another engine than its store"
        );
        check_types(ty.params().chain(ty.results()))?;
        Ok(Host::new(state, ty, func).into_func(state))
    }

    /// Calls the function, and returns its results.
    ///
    /// Calls `wasm_func_call`.
    ///
    /// # Errors
    ///
    /// Returns
    ///
    /// - [`Trap`] if the arguments don't match the function's parameters in number or type, if
    ///   WebAssembly code traps, or if a host function fails;
    /// - [`Inexpressible`](super::Inexpressible) if the function takes or returns values that
    ///   can't be passed; or
    /// - [`Unsupported`](crate::Unsupported) if it takes or returns references to functions,
    ///   and libwasmtime was built without `gc`.
    ///
    /// # Panics
    ///
    /// Panics if
    ///
    /// - the function or an argument belongs to another store; or
    /// - a host function that it calls panics.
    pub fn call(&self, mut store: impl AsContextMut, params: &[Val]) -> Result<Vec<Val>> {
        let store = store.as_context_mut();
        let state = store.state();
        let func = self.get_c(state);
        check_types(self.ty.params().chain(self.ty.results()))?;
        check_vals(params)?;
        let params: ValVec = params.iter().map(|val| val.to_c(state)).collect();
        let mut results = ValVec::with_len(self.ty.results().len());
        // SAFETY: invariant "Object"; the store is borrowed exclusively, and the state by shared
        // references only. The arguments are copied. The results are as many as the function has,
        // own nothing yet, and are written on success. The trap is owned.
        unsafe {
            state.enter(|| wasm_func_call(func, params.as_ptr(), results.as_mut_ptr()))?;
            results
                .into_iter()
                .map(|val| Val::from_c(state, val))
                .collect()
        }
    }
}

/// A closure, as the environment of a callback.
struct Host<F> {
    /// Weak, as the store owns the closure.
    store: Weak<State>,
    ty: FuncType,
    func: F,
}

impl<F> Host<F>
where
    F: Fn(StoreContextMut<'_>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
{
    fn new(state: &Arc<State>, ty: &FuncType, func: F) -> Host<F> {
        Host {
            store: Arc::downgrade(state),
            ty: ty.clone(),
            func,
        }
    }

    fn into_func(self, state: &State) -> Func {
        let ty = self.ty.clone();
        let raw_ty = ty.to_c();
        let env = Box::into_raw(Box::new(self));
        // SAFETY: invariant "Owned object": the store is alive. The type belongs to its engine,
        // and `check_types` has found that its values can be passed. The callback and the
        // finalizer are those of the environment. The function is owned.
        let func = unsafe {
            let func = wasm_func_new_with_env(
                state.raw(),
                raw_ty.as_ptr(),
                Some(callback::<F>),
                env.cast(),
                Some(finalize::<Host<F>>),
            );
            Func::adopt(state, func, ty)
        };
        func.expect("wasm_func_new_with_env returns a function")
    }

    /// Calls the closure.
    ///
    /// # Safety
    ///
    /// The arguments must be of the closure's store, which must be borrowed exclusively for the
    /// call that this is part of. There must be as many results as the type has.
    unsafe fn call(&self, state: &Arc<State>, args: &ValVec, results: &mut ValVec) -> Result<()> {
        let args = args
            .iter()
            // SAFETY: the arguments belong to the store, as this function requires; the clone is
            // owned.
            .map(|val| unsafe { Val::from_c(state, val.clone()) })
            .collect::<Result<Vec<_>>>()?;
        let mut vals: Vec<_> = self.ty.results().map(|ty| Val::default_for(&ty)).collect();
        (self.func)(StoreContextMut::new(state), &args, &mut vals)?;
        check_vals(&vals)?;
        for (result, val) in results.iter_mut().zip(&vals) {
            *result = val.to_c(state);
        }
        Ok(())
    }
}

/// Calls the closure that is the environment, for libwasmtime.
unsafe extern "C" fn callback<F>(
    env: *mut c_void,
    args: *const wasm_val_vec_t,
    results: *mut wasm_val_vec_t,
) -> *mut wasm_trap_t
where
    F: Fn(StoreContextMut<'_>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
{
    // SAFETY: invariant "Callback": libwasmtime passes the closure's environment, and vectors
    // that are valid for the call. It owns the results, and deletes what is put into them.
    // The layout of both vectors is that of `ValVec`. It calls during a call of this crate
    // only, which has borrowed the store exclusively.
    let (host, args, results) = unsafe {
        (
            &*env.cast::<Host<F>>(),
            &*args.cast::<ValVec>(),
            &mut *results.cast::<ValVec>(),
        )
    };
    let Some(state) = host.store.upgrade() else {
        return raw_trap("the store of the host function has been dropped");
    };
    callback::call_host(ReportTrap(&state), || {
        // SAFETY: the vectors are those of a call of this closure, and the store is borrowed
        // exclusively for that call.
        unsafe { host.call(&state, args, results) }
    })
}

/// Reports a failure with an owned trap, and success with null. The failure stays in the
/// store, for the entry that the callback was called from.
struct ReportTrap<'a>(&'a State);

impl Report<()> for ReportTrap<'_> {
    type Output = *mut wasm_trap_t;

    fn success(self, (): ()) -> *mut wasm_trap_t {
        ptr::null_mut()
    }

    #[cold]
    fn failure(self, failure: Failure) -> *mut wasm_trap_t {
        let (trap, cause) = match failure.downcast::<Trap>() {
            Ok(trap) => {
                let (trap, cause) = trap.into_parts();
                (trap.into_raw(), cause.map(Failure::from))
            }
            Err(failure) => (raw_trap(&failure.to_string()), Some(failure)),
        };
        self.0.set_pending(cause);
        trap
    }
}

/// Creates a trap, which the caller owns.
fn raw_trap(message: &str) -> *mut wasm_trap_t {
    // SAFETY: the text is valid for reads of its length, and copied.
    unsafe { wasmtime_trap_new(message.as_ptr().cast(), message.len()) }
}
