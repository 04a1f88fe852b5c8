//! Host functions: closures behind callbacks.
//!
//! The closure is boxed, and its address is the callback's environment; the
//! callback is a function that is compiled for that closure's type. Every one
//! of them goes through [`store::callback`](crate::store::callback), so that an error or
//! a panic leaves it through the store only.

use super::signature::Signature;
use super::{Caller, Func};
use crate::callback::{Finalizer, finalize};
use crate::store::StoreOpaque;
use crate::store::callback::call_host_with_store;
use crate::sys::{
    wasm_trap_t, wasmtime_caller_t, wasmtime_func_new_unchecked,
    wasmtime_func_unchecked_callback_t, wasmtime_val_raw_t,
};
use crate::values::{Form, Raw};
use crate::{AsContext, AsContextMut, Engine, FuncType, Result, StoreContextMut, Val, ValRaw};
use std::ffi::c_void;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ptr::{self, NonNull};

/// A host function that is not in a store or linker yet: its type, and the
/// closure behind a callback of type `C`.
pub struct HostFunc<C = wasmtime_func_unchecked_callback_t> {
    ty: FuncType,
    callback: C,
    env: *mut c_void,
    finalizer: Finalizer,
    /// Whether the results need the guest's allocator, and none was named.
    lacks_allocator: bool,
}

impl<C: Copy> HostFunc<C> {
    /// The callback must be one for an environment that is a boxed `F`.
    pub(super) fn new<F: Send + Sync + 'static>(ty: FuncType, callback: C, func: F) -> HostFunc<C> {
        HostFunc {
            ty,
            callback,
            env: Box::into_raw(Box::new(func)).cast(),
            finalizer: finalize::<F>,
            lacks_allocator: false,
        }
    }

    /// Sets whether the results need the guest's allocator, and none was named.
    pub(super) fn lacking_allocator(mut self, lacks_allocator: bool) -> HostFunc<C> {
        self.lacks_allocator = lacks_allocator;
        self
    }

    pub(crate) fn lacks_allocator(&self) -> bool {
        self.lacks_allocator
    }

    /// Changes how the callback is seen.
    #[cfg(feature = "async")]
    pub(super) fn map_callback<D: Copy>(self, map: impl FnOnce(C) -> D) -> HostFunc<D> {
        let this = ManuallyDrop::new(self);
        HostFunc {
            // SAFETY: the type is moved out once, as `this` is never dropped.
            ty: unsafe { ptr::read(&this.ty) },
            callback: map(this.callback),
            env: this.env,
            finalizer: this.finalizer,
            lacks_allocator: this.lacks_allocator,
        }
    }

    pub(crate) fn ty(&self) -> &FuncType {
        &self.ty
    }

    /// Returns the callback, its environment and its finalizer, for a C function that takes
    /// all three. That function frees the environment even if it fails.
    // Version 48: a function that defines frees its environment if it fails; look at `ForeignData`.
    pub(crate) fn into_parts(self) -> (C, *mut c_void, Option<Finalizer>) {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: the type is dropped once, as `this` never is.
        unsafe { ptr::drop_in_place(&mut this.ty) };
        (this.callback, this.env, Some(this.finalizer))
    }
}

/// # Panics
///
/// Panics if `ty` belongs to another engine.
pub(super) fn assert_engine(engine: &Engine, ty: &FuncType) {
    assert!(
        ty.comes_from_same_engine(engine),
        "the type of the function belongs to another engine than its store or linker"
    );
}

impl HostFunc {
    /// Wraps a closure over values whose types are known at run time.
    ///
    /// # Panics
    ///
    /// Panics if `ty` belongs to another engine.
    pub(crate) fn untyped<T: 'static>(
        engine: &Engine,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
    ) -> HostFunc {
        assert_engine(engine, &ty);
        let signature = Signature::new(ty.clone());
        let func = move |mut caller: Caller<'_, T>, raw: &mut [MaybeUninit<ValRaw>]| {
            call_untyped(&signature, &mut caller, raw, &func)
        };
        // SAFETY: `call_untyped` reads and writes values of the signature's types.
        unsafe { HostFunc::unchecked_of(ty, func) }
    }

    /// Wraps a closure over raw values.
    ///
    /// # Panics
    ///
    /// Panics if `ty` belongs to another engine.
    ///
    /// # Safety
    ///
    /// As for [`crate::Func::new_unchecked`].
    pub(crate) unsafe fn unchecked<T: 'static>(
        engine: &Engine,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &mut [MaybeUninit<ValRaw>]) -> Result<()> + Send + Sync + 'static,
    ) -> HostFunc {
        assert_engine(engine, &ty);
        // SAFETY: this function requires the same of the closure.
        unsafe { HostFunc::unchecked_of(ty, func) }
    }

    unsafe fn unchecked_of<T: 'static, F>(ty: FuncType, func: F) -> HostFunc
    where
        F: Fn(Caller<'_, T>, &mut [MaybeUninit<ValRaw>]) -> Result<()> + Send + Sync + 'static,
    {
        HostFunc::new(ty, Some(unchecked_trampoline::<T, F>), func)
    }

    /// Creates the function in a store.
    pub(crate) fn into_store(self, store: &mut StoreOpaque) -> Func {
        let ty = self.ty().to_c();
        let (callback, env, finalizer) = self.into_parts();
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariant "Context"; the callback, its environment and its
        // finalizer belong together; `out` is initialized.
        unsafe {
            wasmtime_func_new_unchecked(
                store.begin_change(),
                ty.as_ptr(),
                callback,
                env,
                finalizer,
                out.as_mut_ptr(),
            );
            Func::from_c(out.assume_init(), store)
        }
    }
}

impl<C> Drop for HostFunc<C> {
    fn drop(&mut self) {
        // SAFETY: the finalizer is that of the environment, which `self` still owns:
        // `into_parts` forgets `self`.
        unsafe { (self.finalizer)(self.env) }
    }
}

/// Calls a closure over raw values, as its callback.
unsafe extern "C" fn unchecked_trampoline<T: 'static, F>(
    env: *mut c_void,
    caller: *mut wasmtime_caller_t,
    raw: *mut wasmtime_val_raw_t,
    len: usize,
) -> *mut wasm_trap_t
where
    F: Fn(Caller<'_, T>, &mut [MaybeUninit<ValRaw>]) -> Result<()> + Send + Sync + 'static,
{
    // SAFETY: invariant "Callback": libwasmtime passes the closure that was given to it
    // with this function, a caller, and as many raw values as it says. The store has data
    // `T`, as the function is in a store or linker of such stores.
    unsafe {
        let caller = NonNull::new_unchecked(caller);
        call_host_with_store(caller, |store| {
            let raw = std::slice::from_raw_parts_mut(raw.cast(), len);
            (*env.cast::<F>())(Caller::new(store, caller), raw)
        })
    }
}

/// The most values that are kept on the stack for an untyped host function.
// Speed: a function of two arguments takes 24 ns instead of 29 with an allocation.
const ON_STACK: usize = 16;

/// Places for the arguments and results of an untyped host function.
pub(super) struct Vals {
    on_stack: [MaybeUninit<Val>; ON_STACK],
    on_heap: Vec<MaybeUninit<Val>>,
}

impl Vals {
    #[inline(always)]
    pub(super) fn new() -> Vals {
        Vals {
            on_stack: [const { MaybeUninit::uninit() }; ON_STACK],
            on_heap: Vec::new(),
        }
    }

    /// Reports whether they have an allocation.
    #[cfg(feature = "async")]
    #[inline(always)]
    pub(super) fn is_on_heap(&self) -> bool {
        self.on_heap.capacity() > 0
    }

    /// Returns the arguments, and places for the results.
    ///
    /// # Safety
    ///
    /// `raw` must have arguments of the signature's types, which belong to the store.
    #[inline(always)]
    pub(super) unsafe fn load(
        &mut self,
        signature: &Signature,
        raw: &[MaybeUninit<ValRaw>],
        store: &mut StoreOpaque,
    ) -> (&mut [Val], &mut [Val]) {
        let count = signature.params.len() + signature.results.len();
        let vals = if count <= ON_STACK {
            &mut self.on_stack[..count]
        } else {
            self.on_heap.resize(count, MaybeUninit::uninit());
            &mut self.on_heap[..]
        };
        let (params, results) = vals.split_at_mut(signature.params.len());
        for (i, (kind, val)) in signature.params.iter().zip(&mut *params).enumerate() {
            // SAFETY: there is an argument of that type, as this function requires.
            val.write(unsafe { Raw::load_val(*kind, raw[i].assume_init_ref(), store) });
        }
        // No number may be null, so a result that the closure forgets to set is found.
        results.fill(MaybeUninit::new(Val::null_func_ref()));
        // SAFETY: the loop and `fill` have initialized all values. A `MaybeUninit<Val>` is laid
        // out as a `Val`.
        let vals = unsafe { &mut *(ptr::from_mut(vals) as *mut [Val]) };
        vals.split_at_mut(signature.params.len())
    }
}

/// Checks the results of an untyped host function, and writes them.
#[inline(always)]
pub(super) fn store_results<T: 'static>(
    signature: &Signature,
    results: &[Val],
    raw: &mut [MaybeUninit<ValRaw>],
    mut store: StoreContextMut<'_, T>,
) -> Result<()> {
    signature.check_results(store.as_context(), results)?;
    for (val, raw) in results.iter().zip(raw) {
        raw.write(Raw::store_val(*val, store.opaque_mut())?);
    }
    Ok(())
}

/// Calls a closure over values whose types are known at run time.
fn call_untyped<T: 'static>(
    signature: &Signature,
    caller: &mut Caller<'_, T>,
    raw: &mut [MaybeUninit<ValRaw>],
    func: &impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()>,
) -> Result<()> {
    let mut vals = Vals::new();
    let mut store = caller.as_context_mut();
    // SAFETY: invariant "Callback": libwasmtime passes arguments of the function's type.
    let (params, results) = unsafe { vals.load(signature, raw, store.opaque_mut()) };
    // SAFETY: invariant "State": the new caller is gone before `caller` is used again.
    func(unsafe { caller.reborrow() }, params, results)?;
    store_results(signature, results, raw, caller.as_context_mut())
}
