//! Host functions of components: closures behind callbacks.
//!
//! A linker of the C API can't be copied, so a closure may be in several of them, and in the
//! [`Linker`](super::Linker) that builds them. It is shared by a reference count: [`Shared`].

use crate::callback::{Finalizer, discard};
use crate::component::typed::{InstanceType, LiftContext, LowerContext};
use crate::component::types::ComponentFunc;
use crate::component::val::lift_all;
use crate::component::{ComponentNamedList, Lift, Lower, Val};
#[cfg(feature = "async")]
use crate::store::BeforeHost;
#[cfg(feature = "async")]
use crate::store::callback::call_async_host;
use crate::store::callback::call_host_with_store;
use crate::store::{StoreOpaque, Unfinished};
use crate::sys::{
    wasmtime_component_func_callback_t, wasmtime_component_func_type_t,
    wasmtime_component_resource_destructor_t, wasmtime_component_val_t, wasmtime_context_t,
    wasmtime_error_t,
};
use crate::vec::component::OwnedComponentVal;
use crate::{Result, StoreContextMut};
use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::Arc;

/// A closure of any type, which is shared by a reference count, and a callback for it.
pub struct Shared<C> {
    callback: C,
    /// What `Arc::into_raw` returned for the closure.
    env: *const c_void,
    increment: unsafe fn(*const c_void),
    finalizer: Finalizer,
}

// SAFETY: `new` takes a closure that is `Send` and `Sync`.
unsafe impl<C> Send for Shared<C> {}
// SAFETY: `new` takes a closure that is `Send` and `Sync`.
unsafe impl<C> Sync for Shared<C> {}

impl<C: Copy> Shared<C> {
    /// The callback must be one for an environment that is an `F`.
    fn new<F: Send + Sync + 'static>(callback: C, func: F) -> Shared<C> {
        unsafe fn increment<F>(env: *const c_void) {
            // SAFETY: invariant "Callback": `env` is the address of an `F` in an `Arc`, which
            // `self` shares.
            unsafe { Arc::increment_strong_count(env.cast::<F>()) }
        }

        unsafe extern "C" fn finalize<F>(env: *mut c_void) {
            // SAFETY: invariant "Callback": `env` is the address of an `F` in an `Arc`, and its
            // owner, which is one of those who share it, gives it up.
            discard(unsafe { Arc::from_raw(env.cast::<F>()) });
        }

        Shared {
            callback,
            env: Arc::into_raw(Arc::new(func)).cast(),
            increment: increment::<F>,
            finalizer: finalize::<F>,
        }
    }

    /// Returns the callback, an environment and its finalizer, for a C function that takes all
    /// three. That function frees the environment even if it fails.
    // Version 48: a function that defines frees its environment if it fails; look at `ForeignData`.
    pub fn to_parts(&self) -> (C, *mut c_void, Option<Finalizer>) {
        // SAFETY: `self` shares the closure. The C function gives its share up by the finalizer.
        unsafe { (self.increment)(self.env) };
        (self.callback, self.env.cast_mut(), Some(self.finalizer))
    }
}

impl<C> Drop for Shared<C> {
    fn drop(&mut self) {
        // SAFETY: `self` shares the closure, and gives its share up.
        unsafe { (self.finalizer)(self.env.cast_mut()) }
    }
}

/// Compares the Rust types of a closure with the type of an import.
type Typecheck = fn(&ComponentFunc, &InstanceType<'_>) -> Result<()>;

/// A host function that is not in a linker of the C API yet.
pub struct HostFunc {
    pub(super) shared: Shared<wasmtime_component_func_callback_t>,
    /// `None` if the closure takes values of any types.
    pub(super) typecheck: Option<Typecheck>,
    pub(super) is_async: bool,
}

impl HostFunc {
    /// Wraps a closure over Rust values.
    pub fn typed<T, F, P, R>(func: F) -> HostFunc
    where
        T: 'static,
        F: Fn(StoreContextMut<'_, T>, P) -> Result<R> + Send + Sync + 'static,
        P: ComponentNamedList + Lift + 'static,
        R: ComponentNamedList + Lower + 'static,
    {
        HostFunc {
            shared: Shared::new(Some(typed_callback::<T, F, P, R>), func),
            typecheck: Some(|ty, cx| ty.typecheck::<P, R>(cx)),
            is_async: false,
        }
    }

    /// Wraps a closure over values whose types are known at run time.
    pub fn untyped<T, F>(func: F) -> HostFunc
    where
        T: 'static,
        F: Fn(StoreContextMut<'_, T>, ComponentFunc, &[Val], &mut [Val]) -> Result<()>
            + Send
            + Sync
            + 'static,
    {
        HostFunc {
            shared: Shared::new(Some(untyped_callback::<T, F>), func),
            typecheck: None,
            is_async: false,
        }
    }

    /// Wraps a closure over Rust values that returns a future.
    #[cfg(feature = "async")]
    pub fn typed_async<T, F, P, R>(func: F) -> HostFunc
    where
        T: 'static,
        F: for<'a> Fn(StoreContextMut<'a, T>, P) -> Box<dyn Future<Output = Result<R>> + Send + 'a>
            + Send
            + Sync
            + 'static,
        P: ComponentNamedList + Lift + 'static,
        R: ComponentNamedList + Lower + 'static,
    {
        HostFunc {
            shared: Shared::new(Some(typed_async_callback::<T, F, P, R>), func),
            typecheck: Some(|ty, cx| ty.typecheck::<P, R>(cx)),
            is_async: true,
        }
    }

    /// Wraps a closure over values whose types are known at run time, which returns a future.
    #[cfg(feature = "async")]
    pub fn untyped_async<T, F>(func: F) -> HostFunc
    where
        T: 'static,
        F: for<'a> Fn(
                StoreContextMut<'a, T>,
                ComponentFunc,
                &'a [Val],
                &'a mut [Val],
            ) -> Box<dyn Future<Output = Result<()>> + Send + 'a>
            + Send
            + Sync
            + 'static,
    {
        HostFunc {
            shared: Shared::new(Some(untyped_async_callback::<T, F>), func),
            typecheck: None,
            is_async: true,
        }
    }
}

/// A resource's destructor that is not in a linker of the C API yet.
pub struct HostDestructor {
    pub(super) shared: Shared<wasmtime_component_resource_destructor_t>,
    pub(super) is_async: bool,
}

impl HostDestructor {
    /// Wraps a closure.
    pub fn new<T, F>(func: F) -> HostDestructor
    where
        T: 'static,
        F: Fn(StoreContextMut<'_, T>, u32) -> Result<()> + Send + Sync + 'static,
    {
        HostDestructor {
            shared: Shared::new(Some(destructor::<T, F>), func),
            is_async: false,
        }
    }

    /// Wraps a closure that returns a future.
    #[cfg(feature = "async")]
    pub fn new_async<T, F>(func: F) -> HostDestructor
    where
        T: 'static,
        F: for<'a> Fn(
                StoreContextMut<'a, T>,
                u32,
            ) -> Box<dyn Future<Output = Result<()>> + Send + 'a>
            + Send
            + Sync
            + 'static,
    {
        HostDestructor {
            shared: Shared::new(Some(async_destructor::<T, F>), func),
            is_async: true,
        }
    }
}

/// The values of a callback: its arguments, which libwasmtime owns, and the places for results,
/// which hold values that own nothing.
struct Values<'a> {
    args: &'a [OwnedComponentVal],
    results: &'a mut [OwnedComponentVal],
}

impl<'a> Values<'a> {
    /// # Safety
    ///
    /// They must be those of a callback that is running during `'a`.
    #[inline]
    unsafe fn new(
        (args, nargs): (*mut wasmtime_component_val_t, usize),
        (results, nresults): (*mut wasmtime_component_val_t, usize),
    ) -> Values<'a> {
        // SAFETY: invariant "Callback": libwasmtime passes valid values, which only this callback
        // uses.
        unsafe {
            Values {
                args: OwnedComponentVal::slice_mut(args, nargs),
                results: OwnedComponentVal::slice_mut(results, nresults),
            }
        }
    }

    /// Reads the arguments.
    ///
    /// # Safety
    ///
    /// As for every use of a store's state in a callback.
    #[inline]
    unsafe fn lift<P: ComponentNamedList + Lift>(&self, store: NonNull<StoreOpaque>) -> Result<P> {
        // SAFETY: invariant "State": nothing else uses the store now, as this function requires.
        let mut cx = LiftContext::new(unsafe { &mut *store.as_ptr() });
        P::lift_list(&mut cx, self.args)
    }

    /// Writes the results.
    ///
    /// # Safety
    ///
    /// As for [`Values::lift`].
    #[inline]
    unsafe fn lower<R: ComponentNamedList + Lower>(
        &mut self,
        store: NonNull<StoreOpaque>,
        results: &R,
    ) -> Result<()> {
        // SAFETY: invariant "State": nothing else uses the store now, as this function requires.
        let mut cx = LowerContext::for_results(unsafe { &mut *store.as_ptr() });
        results.lower_list(&mut cx, self.results)?;
        cx.finish_results();
        Ok(())
    }

    /// Reads the arguments as values of any type.
    ///
    /// # Safety
    ///
    /// As for [`Values::lift`].
    unsafe fn lift_vals(&self, store: NonNull<StoreOpaque>) -> Result<Vec<Val>> {
        // SAFETY: invariant "State": nothing else uses the store now, as this function requires.
        let mut cx = LiftContext::new(unsafe { &mut *store.as_ptr() });
        lift_all(&mut cx, self.args)
    }

    /// Writes results of any type.
    ///
    /// # Safety
    ///
    /// As for [`Values::lift`].
    unsafe fn lower_vals(&mut self, store: NonNull<StoreOpaque>, results: &[Val]) -> Result<()> {
        // SAFETY: invariant "State": nothing else uses the store now, as this function requires.
        let mut cx = LowerContext::for_results(unsafe { &mut *store.as_ptr() });
        for (result, place) in results.iter().zip(&mut *self.results) {
            *place = result.lower(&mut cx)?;
        }
        cx.finish_results();
        Ok(())
    }

    /// Returns as many values as there are results.
    fn places(&self) -> Vec<Val> {
        vec![Val::Bool(false); self.results.len()]
    }
}

/// Calls a closure over Rust values, as its callback.
unsafe extern "C" fn typed_callback<T, F, P, R>(
    env: *mut c_void,
    context: *mut wasmtime_context_t,
    _: *const wasmtime_component_func_type_t,
    args: *mut wasmtime_component_val_t,
    nargs: usize,
    results: *mut wasmtime_component_val_t,
    nresults: usize,
) -> *mut wasmtime_error_t
where
    T: 'static,
    F: Fn(StoreContextMut<'_, T>, P) -> Result<R>,
    P: ComponentNamedList + Lift,
    R: ComponentNamedList + Lower,
{
    // SAFETY: invariant "Callback": libwasmtime passes the closure that was given to it with
    // this function, the context of a store of data `T`, and values.
    unsafe {
        let func = &*env.cast::<F>();
        call_host_with_store(NonNull::new_unchecked(context), |store| {
            let mut values = Values::new((args, nargs), (results, nresults));
            let params = values.lift(store)?;
            let caller = StoreContextMut::from_state(store.cast());
            let results = Unfinished::around_host(store, || func(caller, params))?;
            values.lower(store, &results)
        })
    }
}

/// Calls a closure over values whose types are known at run time, as its callback.
unsafe extern "C" fn untyped_callback<T, F>(
    env: *mut c_void,
    context: *mut wasmtime_context_t,
    ty: *const wasmtime_component_func_type_t,
    args: *mut wasmtime_component_val_t,
    nargs: usize,
    results: *mut wasmtime_component_val_t,
    nresults: usize,
) -> *mut wasmtime_error_t
where
    T: 'static,
    F: Fn(StoreContextMut<'_, T>, ComponentFunc, &[Val], &mut [Val]) -> Result<()>,
{
    // SAFETY: as for `typed_callback`. The type is valid while the callback runs, and copied.
    unsafe {
        let func = &*env.cast::<F>();
        call_host_with_store(NonNull::new_unchecked(context), |store| {
            let mut values = Values::new((args, nargs), (results, nresults));
            let params = values.lift_vals(store)?;
            let mut places = values.places();
            let ty = ComponentFunc::copied(ty, &mut *store.as_ptr());
            let caller = StoreContextMut::from_state(store.cast());
            Unfinished::around_host(store, || func(caller, ty, &params, &mut places))?;
            values.lower_vals(store, &places)
        })
    }
}

/// Calls a closure that returns a future, as its callback.
#[cfg(feature = "async")]
unsafe extern "C" fn typed_async_callback<T, F, P, R>(
    env: *mut c_void,
    context: *mut wasmtime_context_t,
    _: *const wasmtime_component_func_type_t,
    args: *mut wasmtime_component_val_t,
    nargs: usize,
    results: *mut wasmtime_component_val_t,
    nresults: usize,
) -> *mut wasmtime_error_t
where
    T: 'static,
    F: for<'a> Fn(StoreContextMut<'a, T>, P) -> Box<dyn Future<Output = Result<R>> + Send + 'a>,
    P: ComponentNamedList + Lift,
    R: ComponentNamedList + Lower,
{
    // SAFETY: as for `typed_callback`; the future is dropped before this function returns.
    unsafe {
        let func = &*env.cast::<F>();
        let values = || Values::new((args, nargs), (results, nresults));
        let start = |store: NonNull<StoreOpaque>| {
            let params = values().lift(store)?;
            let before = Unfinished::before_host(store);
            let caller = StoreContextMut::from_state(store.cast());
            Ok((Box::into_pin(func(caller, params)), before))
        };
        let finish = |store, output: Result<R>, before: BeforeHost| {
            let results = output?;
            before.after_host(store)?;
            values().lower(store, &results)
        };
        call_async_host(NonNull::new_unchecked(context), start, finish)
    }
}

/// Values in memory of their own, which a future borrows that is dropped before them.
#[cfg(feature = "async")]
struct Borrowed(NonNull<(Vec<Val>, Vec<Val>)>);

#[cfg(feature = "async")]
impl Borrowed {
    fn new(params: Vec<Val>, places: Vec<Val>) -> Borrowed {
        Borrowed(NonNull::from(Box::leak(Box::new((params, places)))))
    }
}

#[cfg(feature = "async")]
impl Drop for Borrowed {
    fn drop(&mut self) {
        // SAFETY: it is a leaked box, which nothing borrows any more, and is freed once.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

/// Calls a closure over values of any type that returns a future, as its callback.
#[cfg(feature = "async")]
unsafe extern "C" fn untyped_async_callback<T, F>(
    env: *mut c_void,
    context: *mut wasmtime_context_t,
    ty: *const wasmtime_component_func_type_t,
    args: *mut wasmtime_component_val_t,
    nargs: usize,
    results: *mut wasmtime_component_val_t,
    nresults: usize,
) -> *mut wasmtime_error_t
where
    T: 'static,
    F: for<'a> Fn(
        StoreContextMut<'a, T>,
        ComponentFunc,
        &'a [Val],
        &'a mut [Val],
    ) -> Box<dyn Future<Output = Result<()>> + Send + 'a>,
{
    // SAFETY: as for `typed_async_callback`. The future, which borrows the values, is dropped
    // before they are, and before the results are read.
    unsafe {
        let func = &*env.cast::<F>();
        let values = || Values::new((args, nargs), (results, nresults));
        let start = |store: NonNull<StoreOpaque>| {
            let values = values();
            let vals = Borrowed::new(values.lift_vals(store)?, values.places());
            let ty = ComponentFunc::copied(ty, &mut *store.as_ptr());
            let before = Unfinished::before_host(store);
            let caller = StoreContextMut::<T>::from_state(store.cast());
            let (params, places) = &mut *vals.0.as_ptr();
            let future = Box::into_pin(func(caller, ty, params, places));
            Ok((future, (vals, before)))
        };
        let finish = |store, output: Result<()>, (vals, before): (Borrowed, BeforeHost)| {
            output?;
            before.after_host(store)?;
            values().lower_vals(store, &vals.0.as_ref().1)
        };
        call_async_host(NonNull::new_unchecked(context), start, finish)
    }
}

/// Calls a destructor, as its callback.
unsafe extern "C" fn destructor<T, F>(
    env: *mut c_void,
    context: *mut wasmtime_context_t,
    rep: u32,
) -> *mut wasmtime_error_t
where
    T: 'static,
    F: Fn(StoreContextMut<'_, T>, u32) -> Result<()>,
{
    // SAFETY: as for `typed_callback`.
    unsafe {
        let func = &*env.cast::<F>();
        call_host_with_store(NonNull::new_unchecked(context), |store| {
            let caller = StoreContextMut::from_state(store.cast());
            Unfinished::around_host(store, || func(caller, rep))
        })
    }
}

/// Calls a destructor that returns a future, as its callback.
#[cfg(feature = "async")]
unsafe extern "C" fn async_destructor<T, F>(
    env: *mut c_void,
    context: *mut wasmtime_context_t,
    rep: u32,
) -> *mut wasmtime_error_t
where
    T: 'static,
    F: for<'a> Fn(StoreContextMut<'a, T>, u32) -> Box<dyn Future<Output = Result<()>> + Send + 'a>,
{
    // SAFETY: as for `typed_async_callback`.
    unsafe {
        let func = &*env.cast::<F>();
        let start = |store: NonNull<StoreOpaque>| {
            let before = Unfinished::before_host(store);
            let caller = StoreContextMut::from_state(store.cast());
            Ok((Box::into_pin(func(caller, rep)), before))
        };
        let finish = |store, output: Result<()>, before: BeforeHost| {
            output?;
            before.after_host(store)
        };
        call_async_host(NonNull::new_unchecked(context), start, finish)
    }
}
