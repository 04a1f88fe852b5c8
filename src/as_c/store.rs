//! Conversions of stores, and of what is in them.

use crate::instance::check_engine;
use crate::store::callback::Scope;
use crate::store::{StoreState, wrong_store};
use crate::sys::*;
use crate::{
    AsContext, AsContextMut, Error, Extern, Func, Global, Instance, Memory, Module, Result,
    StoreContextMut, Table, Tag, Val,
};
use std::ptr::NonNull;

impl<S: AsContextMut> AsCMut for S {
    type C = *mut wasmtime_context_t;

    fn as_c_mut(&mut self) -> *mut wasmtime_context_t {
        self.as_context_mut().begin_change()
    }
}

/// # With the C API
impl<T: 'static> StoreContextMut<'_, T> {
    /// Calls `f` with the store that a callback of the C API runs in.
    ///
    /// A callback that is passed to a function of [`sys`](crate::sys) gets the context as
    /// an argument or from its `wasmtime_caller_t`. References that are rooted in `f` are
    /// unrooted when it returns, as at the end of a host function. The callback must catch a
    /// panic of `f`: one that unwinds into C ends the process.
    ///
    /// Calls `wasmtime_context_get_data`.
    ///
    #[doc = example!(compiler)]
    /// use libwasmtime::sys::{self, AsCMut, FromC, ToC};
    /// use libwasmtime::{Engine, Func, FuncType, Store, StoreContextMut};
    /// use std::ffi::c_void;
    /// use std::mem::MaybeUninit;
    /// use std::ptr;
    ///
    /// unsafe extern "C" fn count(
    ///     _env: *mut c_void,
    ///     caller: *mut sys::wasmtime_caller_t,
    ///     _args: *const sys::wasmtime_val_t,
    ///     _nargs: usize,
    ///     _results: *mut sys::wasmtime_val_t,
    ///     _nresults: usize,
    /// ) -> *mut sys::wasm_trap_t {
    ///     // SAFETY: the caller is valid; the function belongs to a store with data `u32`.
    ///     unsafe {
    ///         let context = sys::wasmtime_caller_context(caller);
    ///         StoreContextMut::<u32>::with_c(context, |mut store| *store.data_mut() += 1);
    ///     }
    ///     ptr::null_mut()
    /// }
    ///
    /// let engine = Engine::default();
    /// let mut store = Store::new(&engine, 0u32);
    /// let ty = FuncType::new(&engine, [], []).to_c(&engine)?;
    /// let mut func = MaybeUninit::uninit();
    /// let func = unsafe {
    ///     // SAFETY: the context is used for this call only; the callback takes and returns
    ///     // what the type says.
    ///     sys::wasmtime_func_new(
    ///         store.as_c_mut(), ty.as_ptr(), Some(count), ptr::null_mut(), None, func.as_mut_ptr(),
    ///     );
    ///     // SAFETY: `func` was written, and belongs to the store.
    ///     Func::from_c(func.assume_init(), &mut store)
    /// };
    /// func.call(&mut store, &[], &mut [])?;
    /// assert_eq!(*store.data(), 1);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// # Safety
    ///
    /// `context` must be that of a store of this crate with data of type `T`, in a
    /// callback that libwasmtime has called on this thread and that uses the store in no
    /// other way while `f` runs. The callback mustn't be a finalizer, which runs while
    /// libwasmtime itself uses the store.
    pub unsafe fn with_c<R>(
        context: *mut wasmtime_context_t,
        f: impl FnOnce(StoreContextMut<'_, T>) -> R,
    ) -> R {
        // SAFETY: invariant "State": the context is that of a live store of this crate, and
        // nothing else uses the store while `f` runs, as this function requires. Invariant
        // "Memory cache": the scope clears the cache when `f` has returned.
        unsafe {
            let state: *mut StoreState<T> = wasmtime_context_get_data(context).cast();
            let state = NonNull::new(state).expect("a store of this crate has a state");
            let _scope = Scope::enter(state.as_ptr().cast());
            f(StoreContextMut::from_state(state))
        }
    }

    /// Returns the error of a C call that may have run WebAssembly code, or `Ok` if there
    /// is none.
    ///
    /// If a host function of the safe layer failed in the call, this is that function's
    /// error, with the backtrace from `error` or `trap`.
    ///
    /// # Errors
    ///
    /// Returns an error if `error` or `trap` isn't null.
    ///
    /// # Panics
    ///
    /// Resumes the panic if a host function panicked in the call.
    ///
    /// # Safety
    ///
    /// `error` and `trap` must each be null or owned by the caller, who gives it up.
    pub unsafe fn check_c(
        &mut self,
        error: *mut wasmtime_error_t,
        trap: *mut wasm_trap_t,
    ) -> Result<()> {
        // SAFETY: both are null or owned, as this function requires.
        unsafe { self.opaque_mut().check_entry(error, trap) }
    }
}

/// Reports whether a handle belongs to a store.
///
/// The store may not know its own id yet: only entities that libwasmtime returns tell it.
fn owns<T: 'static>(store: &mut StoreContextMut<'_, T>, store_id: u64) -> bool {
    if store.opaque().owns(store_id) {
        return true;
    }
    // Creates an entity, which tells the id.
    Func::wrap(&mut *store, || {});
    store.opaque().owns(store_id)
}

/// Checks that a handle belongs to a store.
///
/// # Panics
///
/// Panics if the handle belongs to another store.
fn assert_owns<T: 'static>(store: &mut StoreContextMut<'_, T>, store_id: u64) {
    if !owns(store, store_id) {
        wrong_store()
    }
}

/// The entities of a store.
macro_rules! entities {
    ($($name:ident: $c:ident;)*) => {$(
        impl<S: AsContextMut> FromC<$c, S> for $name {
            unsafe fn from_c(raw: $c, mut store: S) -> $name {
                let mut store = store.as_context_mut();
                assert_owns(&mut store, $name::store_id_of(&raw));
                // SAFETY: the handle belongs to the store, as `assert_owns` has checked.
                unsafe { $name::from_c(raw, store.opaque_mut()) }
            }
        }
    )*};
}

entities! {
    Func: wasmtime_func_t;
    Global: wasmtime_global_t;
    Table: wasmtime_table_t;
    Memory: wasmtime_memory_t;
    Tag: wasmtime_tag_t;
}

/// # Panics
///
/// Panics if the module belongs to another engine than the store.
///
/// # Safety
///
/// Besides,
///
/// - the instance must have been created from the module;
/// - the module must neither import nor define a
///   [shared memory](crate::SharedMemory#in-one-store);
/// - the module must not import WASI functions unless the store has a WASI context.
impl<S: AsContextMut> FromC<wasmtime_instance_t, (S, &Module)> for Instance {
    unsafe fn from_c(raw: wasmtime_instance_t, of: (S, &Module)) -> Instance {
        let (mut store, module) = of;
        let mut store = store.as_context_mut();
        if let Err(error) = check_engine(store.engine(), module) {
            panic!("{error}");
        }
        assert_owns(&mut store, Instance::store_id_of(&raw));
        let store = store.opaque_mut();
        if store.instances.module(raw.__private).is_none() {
            store.instances.insert(raw.__private, module);
        }
        // SAFETY: the handle belongs to the store, as `assert_owns` has checked.
        unsafe { Instance::from_c(raw, store) }
    }
}

/// A shared memory counts as one that an instance of the store exports, so instances of the
/// store can't import it any more: see
/// [`SharedMemory`](crate::SharedMemory#in-one-store).
impl<S: AsContextMut> FromC<wasmtime_extern_t, S> for Extern {
    unsafe fn from_c(raw: wasmtime_extern_t, mut store: S) -> Extern {
        let mut store = store.as_context_mut();
        // SAFETY: the item is valid, as this function requires.
        if let Some(id) = unsafe { Extern::store_id_of(&raw) } {
            assert_owns(&mut store, id);
        }
        // SAFETY: the item is valid and owned, as this function requires. It belongs to the
        // store, as `assert_owns` has checked, or to none.
        unsafe { Extern::from_export(raw, store.opaque_mut()) }
    }
}

/// The result for a reference is borrowed from the reference's root: it is valid as long as
/// the root, and must not be unrooted.
impl<S: AsContext> ToC<S> for Val {
    type C = wasmtime_val_t;
    type Error = Error;

    fn to_c(&self, store: S) -> Result<wasmtime_val_t> {
        Val::to_c(*self, store.as_context().opaque())
    }
}

/// A reference is rooted in the innermost scope, as the results of calls are.
///
/// # Panics
///
/// Panics if the value is a reference to a collected object, and this crate was built
/// without the Cargo feature `gc`.
impl<S: AsContextMut> FromC<wasmtime_val_t, S> for Val {
    unsafe fn from_c(mut raw: wasmtime_val_t, mut store: S) -> Val {
        let mut store = store.as_context_mut();
        // SAFETY: the value is valid, as this function requires, so the field of its kind
        // is initialized.
        let id = unsafe {
            match raw.kind {
                WASMTIME_FUNCREF => raw.of.funcref.store_id,
                WASMTIME_EXTERNREF => raw.of.externref.store_id,
                WASMTIME_ANYREF => raw.of.anyref.store_id,
                WASMTIME_EXNREF => raw.of.exnref.store_id,
                _ => NULL,
            }
        };
        if id != NULL {
            assert!(
                cfg!(feature = "gc") || raw.kind == WASMTIME_FUNCREF,
                "a value is a reference to a collected object, and this crate was built without \
                 the Cargo feature `gc`"
            );
            if !owns(&mut store, id) {
                // SAFETY: the value is owned, as this function requires, and not used again.
                unsafe { wasmtime_val_unroot(&mut raw) };
                wrong_store()
            }
        }
        // SAFETY: the value is valid and owned, as this function requires. It belongs to the
        // store, as `owns` has reported, or to none.
        unsafe { Val::from_c(store.opaque_mut(), &raw) }
    }
}

/// The store's id in a null reference.
const NULL: u64 = 0;
