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
/// Cloning it is cheap. Using it with another store than its own panics.
#[derive(Clone)]
pub struct Func {
    object: Object,
    ty: FuncType,
}

object!(Func(FuncType): func);

impl Func {
    /// Makes a function of a closure.
    ///
    /// The closure gets the store, the arguments, and a slice for the results,
    /// which holds zeros and nulls before. With the store it can do whatever
    /// can be done outside, also call functions, this one included.
    ///
    /// An error that it returns ends the WebAssembly code, and is the message
    /// and the source of the [`Trap`] that the call of it fails with; a [`Trap`]
    /// is that trap itself, without context that was added to it. If it panics,
    /// the call panics.
    ///
    /// Calls `wasm_func_new_with_env`.
    ///
    /// # Errors
    ///
    /// If the type has parameters or results whose values can't be passed:
    /// [`Inexpressible`](super::Inexpressible), or
    /// [`Unsupported`](crate::Unsupported) for references if libwasmtime was
    /// built without `gc`.
    ///
    /// # Panics
    ///
    /// If the type is of another engine than the store.
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
    /// - [`Trap`] if the arguments aren't as many or not of the types that the
    ///   function takes, if WebAssembly code traps, or if a host function fails;
    /// - [`Inexpressible`](super::Inexpressible) if the function takes or
    ///   returns what can't be passed, and [`Unsupported`](crate::Unsupported)
    ///   if these are references and libwasmtime was built without `gc`.
    ///
    /// # Panics
    ///
    /// If the function or an argument is of another store, or if a host function
    /// panics that it called.
    pub fn call(&self, mut store: impl AsContextMut, params: &[Val]) -> Result<Vec<Val>> {
        let store = store.as_context_mut();
        let state = store.state();
        let func = self.get_c(state);
        check_types(self.ty.params().chain(self.ty.results()))?;
        check_vals(params)?;
        let params: ValVec = params.iter().map(|val| val.to_c(state)).collect();
        let mut results = ValVec::with_len(self.ty.results().len());
        // SAFETY: invariant "Object"; the store is borrowed exclusively, and
        // nothing of the state but by shared references. The arguments are
        // copied. The results are as many as the function has, own nothing yet,
        // and are written on success; the trap is owned.
        unsafe {
            state.enter(|| wasm_func_call(func, params.as_ptr(), results.as_mut_ptr()))?;
            results
                .into_iter()
                .map(|val| Val::from_c(state, val))
                .collect()
        }
    }
}

/// A closure as the environment of a callback.
struct Host<F> {
    /// Weak, as the closure is in the store.
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
        // SAFETY: the store is alive, the type is of its engine and can be
        // passed, the callback, its environment and its finalizer belong
        // together. The function is owned.
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

    /// # Safety
    ///
    /// The arguments must be of the closure's store, which must be borrowed for
    /// a call that this is in; there must be as many results as the type has.
    unsafe fn call(&self, state: &Arc<State>, args: &ValVec, results: &mut ValVec) -> Result<()> {
        let args = args
            .iter()
            // SAFETY: the caller vouches for the arguments.
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

/// What libwasmtime calls for a closure.
unsafe extern "C" fn callback<F>(
    env: *mut c_void,
    args: *const wasm_val_vec_t,
    results: *mut wasm_val_vec_t,
) -> *mut wasm_trap_t
where
    F: Fn(StoreContextMut<'_>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
{
    // SAFETY: libwasmtime passes the closure's environment, vectors that are
    // valid for the call, and so owned that what is put into the results is
    // deleted with them; their layout is that of `ValVec`. It calls during a
    // call of this crate only, which has borrowed the store.
    let (host, args, results) = unsafe {
        (
            &*env.cast::<Host<F>>(),
            &*args.cast::<ValVec>(),
            &mut *results.cast::<ValVec>(),
        )
    };
    let Some(state) = host.store.upgrade() else {
        return raw_trap("the store of the host function is gone");
    };
    callback::call_host(ReportTrap(&state), || {
        // SAFETY: the vectors are those of a call of the closure, for which the store is
        // borrowed.
        unsafe { host.call(&state, args, results) }
    })
}

/// Reports with an owned trap, or null. The failure waits in the store for the entry
/// that the callback was called from.
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

/// A trap, owned.
fn raw_trap(message: &str) -> *mut wasm_trap_t {
    // SAFETY: the text is readable, and copied.
    unsafe { wasmtime_trap_new(message.as_ptr().cast(), message.len()) }
}
