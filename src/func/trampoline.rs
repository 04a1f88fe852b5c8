//! What libwasmtime calls for a host function.
//!
//! The closure is boxed, and its address is the callback's environment; the
//! callback is a function that is compiled for that closure's type. Every one
//! of them goes through [`guard`], so that neither an error nor a panic leaves
//! it in any other way than through the store.

use super::caller::store_of;
use super::signature::{Signature, val_from_raw};
use super::typed::ValTypes;
use super::{Caller, WasmRet};
use crate::callback::{self, Failure, Finalizer, finalize};
use crate::gc::{RawRef, TemporaryRoots};
use crate::store::StoreOpaque;
use crate::sys::{
    WASMTIME_TRAP_CODE_INTERRUPT, wasm_trap_t, wasmtime_caller_t,
    wasmtime_func_unchecked_callback_t, wasmtime_trap_new_code, wasmtime_val_raw_t,
};
use crate::{AsContext, AsContextMut, Engine, FuncType, Result, ThrownException, Val, ValRaw};
use std::ffi::c_void;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ptr::{self, NonNull};

/// A host function that is not in a store or linker yet: its type, and the
/// closure behind a callback.
pub struct HostFunc {
    ty: FuncType,
    callback: wasmtime_func_unchecked_callback_t,
    env: *mut c_void,
    finalizer: Finalizer,
}

impl HostFunc {
    fn new<F: Send + Sync + 'static>(
        ty: FuncType,
        callback: wasmtime_func_unchecked_callback_t,
        func: F,
    ) -> HostFunc {
        HostFunc {
            ty,
            callback,
            env: Box::into_raw(Box::new(func)).cast(),
            finalizer: finalize::<F>,
        }
    }

    /// Wraps a closure over values whose types are known at run time.
    ///
    /// # Panics
    ///
    /// If `ty` is of another engine.
    pub(crate) fn untyped<T: 'static>(
        engine: &Engine,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
    ) -> HostFunc {
        HostFunc::assert_engine(engine, &ty);
        let signature = Signature::new(ty.clone());
        let func = move |mut caller: Caller<'_, T>, raw: &mut [MaybeUninit<ValRaw>]| {
            call_untyped(&signature, &mut caller, raw, &func)
        };
        // SAFETY: `call_untyped` reads and writes what the signature says.
        unsafe { HostFunc::unchecked_of(ty, func) }
    }

    /// Wraps a closure over raw values.
    ///
    /// # Panics
    ///
    /// If `ty` is of another engine.
    ///
    /// # Safety
    ///
    /// As for [`crate::Func::new_unchecked`].
    pub(crate) unsafe fn unchecked<T: 'static>(
        engine: &Engine,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &mut [MaybeUninit<ValRaw>]) -> Result<()> + Send + Sync + 'static,
    ) -> HostFunc {
        HostFunc::assert_engine(engine, &ty);
        // SAFETY: the caller vouches for the closure.
        unsafe { HostFunc::unchecked_of(ty, func) }
    }

    unsafe fn unchecked_of<T: 'static, F>(ty: FuncType, func: F) -> HostFunc
    where
        F: Fn(Caller<'_, T>, &mut [MaybeUninit<ValRaw>]) -> Result<()> + Send + Sync + 'static,
    {
        HostFunc::new(ty, Some(unchecked_trampoline::<T, F>), func)
    }

    /// Wraps a typed closure behind its own callback.
    pub(super) fn typed<F>(
        engine: &Engine,
        params: ValTypes,
        results: ValTypes,
        callback: unsafe extern "C" fn(
            *mut c_void,
            *mut wasmtime_caller_t,
            *mut wasmtime_val_raw_t,
            usize,
        ) -> *mut wasm_trap_t,
        func: F,
    ) -> HostFunc
    where
        F: Send + Sync + 'static,
    {
        let types = |types: ValTypes| types.iter().map(|ty| ty());
        let ty = FuncType::new(engine, types(params), types(results));
        HostFunc::new(ty, Some(callback), func)
    }

    pub(crate) fn ty(&self) -> &FuncType {
        &self.ty
    }

    /// The callback, its environment and its finalizer, for a C function that
    /// takes all three. That function frees the environment even if it fails.
    // Version 48: a function that defines frees its environment if it fails; look at `ForeignData`.
    pub(crate) fn into_parts(
        self,
    ) -> (
        wasmtime_func_unchecked_callback_t,
        *mut c_void,
        Option<Finalizer>,
    ) {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: the type is dropped once, as `this` never is.
        unsafe { ptr::drop_in_place(&mut this.ty) };
        (this.callback, this.env, Some(this.finalizer))
    }
}

impl Drop for HostFunc {
    fn drop(&mut self) {
        // SAFETY: the finalizer is that of the environment, which is still owned.
        unsafe { (self.finalizer)(self.env) }
    }
}

/// Runs `f`, and turns what it fails with into a trap and the store's pending
/// failure.
///
/// # Safety
///
/// As for [`store_of`].
// What `f` borrows is copied if this is a function of its own.
#[inline(always)]
pub(super) unsafe fn guard(
    caller: NonNull<wasmtime_caller_t>,
    f: impl FnOnce() -> Result<()>,
) -> *mut wasm_trap_t {
    match callback::catch(f) {
        Ok(()) => ptr::null_mut(),
        // SAFETY: `caller` is the one that this function requires, and the host's
        // code has returned.
        Err(failure) => unsafe { fail(caller, failure) },
    }
}

/// # Safety
///
/// As for [`store_of`].
#[cold]
unsafe fn fail(caller: NonNull<wasmtime_caller_t>, failure: Failure) -> *mut wasm_trap_t {
    // SAFETY: the caller vouches for `caller`; the code is one that there is.
    unsafe {
        let store = &mut *store_of(caller).as_ptr();
        // An exception goes on its way through WebAssembly code, which may catch it.
        if let Some(exception) = take_exception(store, &failure) {
            return exception.set_pending_exn(store);
        }
        store.set_pending(failure);
        // Nobody sees which trap it is, for the failure takes its place. One with
        // a code is made and taken apart faster than one with a text.
        wasmtime_trap_new_code(WASMTIME_TRAP_CODE_INTERRUPT)
    }
}

/// Takes the store's pending exception, if that is what a host function failed with.
///
/// # Safety
///
/// The store must be that of a host function which is about to return.
unsafe fn take_exception(store: &mut StoreOpaque, failure: &Failure) -> Option<RawRef> {
    let error = failure.error()?;
    // It's faster to ask for an exception than for the type of the error.
    if !RawRef::has_pending_exn(store) || !error.is::<ThrownException>() {
        return None;
    }
    // SAFETY: the caller keeps to the same contract; the context is that store's.
    unsafe { RawRef::take_pending_exn_at_return(store.raw()) }
}

/// The callback of a closure over raw values.
unsafe extern "C" fn unchecked_trampoline<T: 'static, F>(
    env: *mut c_void,
    caller: *mut wasmtime_caller_t,
    raw: *mut wasmtime_val_raw_t,
    len: usize,
) -> *mut wasm_trap_t
where
    F: Fn(Caller<'_, T>, &mut [MaybeUninit<ValRaw>]) -> Result<()> + Send + Sync + 'static,
{
    // SAFETY: libwasmtime passes the closure's environment, a caller, and the
    // raw values, of which as many are valid as it says. The store is one of
    // data `T`, as the function was put into a store or linker of such.
    unsafe {
        let caller = NonNull::new_unchecked(caller);
        guard(caller, || {
            let store = store_of(caller);
            let _roots = TemporaryRoots::enter(store.as_ptr());
            let raw = std::slice::from_raw_parts_mut(raw.cast(), len);
            (*env.cast::<F>())(Caller::new(store, caller), raw)
        })
    }
}

/// The most values that are kept on the stack for an untyped host function.
const ON_STACK: usize = 16;

/// Calls a closure over values whose types are known at run time.
fn call_untyped<T: 'static>(
    signature: &Signature,
    caller: &mut Caller<'_, T>,
    raw: &mut [MaybeUninit<ValRaw>],
    func: &impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()>,
) -> Result<()> {
    let count = signature.params.len() + signature.results.len();
    let mut on_stack = [const { MaybeUninit::uninit() }; ON_STACK];
    let mut on_heap = Vec::new();
    let vals = if count <= ON_STACK {
        &mut on_stack[..count]
    } else {
        on_heap.resize(count, MaybeUninit::uninit());
        &mut on_heap[..]
    };
    let (params, results) = vals.split_at_mut(signature.params.len());
    let mut store = caller.as_context_mut();
    for (i, (kind, val)) in signature.params.iter().zip(&mut *params).enumerate() {
        // SAFETY: libwasmtime passes arguments of the function's type.
        val.write(unsafe { val_from_raw(*kind, raw[i].assume_init_ref(), store.opaque_mut()) });
    }
    // A number that the closure doesn't set is an error then.
    results.fill(MaybeUninit::new(Val::null_func_ref()));
    // SAFETY: all are initialised now, as there are as many as the signature has; a
    // `MaybeUninit<Val>` is laid out as a `Val`.
    let vals = unsafe { &mut *(ptr::from_mut(vals) as *mut [Val]) };
    let (params, results) = vals.split_at_mut(signature.params.len());
    // SAFETY: the new caller is used up before the old one is used again.
    func(unsafe { caller.reborrow() }, params, results)?;
    signature.check_results(caller.as_context(), results)?;
    let mut store = caller.as_context_mut();
    for (val, raw) in results.iter().zip(raw) {
        raw.write(val.to_raw_in(store.opaque_mut())?);
    }
    Ok(())
}

/// The callback of a typed closure. The macro of [`super::IntoFunc`] makes one for each
/// number of arguments; this is what they have in common.
///
/// # Safety
///
/// As for [`store_of`]; `raw` must be where the results go.
#[inline]
pub(super) unsafe fn typed_callback<R: WasmRet>(
    caller: *mut wasmtime_caller_t,
    raw: *mut wasmtime_val_raw_t,
    needs_store: bool,
    invoke: impl FnOnce(*mut StoreOpaque, NonNull<wasmtime_caller_t>, *const ValRaw) -> R,
) -> *mut wasm_trap_t {
    // SAFETY: the caller vouches for all of it; libwasmtime has room for as
    // many results as the function's type has.
    unsafe {
        let caller = NonNull::new_unchecked(caller);
        guard(caller, || {
            let raw = raw.cast::<ValRaw>();
            if needs_store || R::NEEDS_STORE {
                let store = store_of(caller).as_ptr();
                let _roots = TemporaryRoots::enter(store);
                invoke(store, caller, raw).into_raw(store, raw)
            } else {
                invoke(ptr::null_mut(), caller, raw).into_raw(ptr::null_mut(), raw)
            }
        })
    }
}
