//! Epochs: a cheap bound on how long WebAssembly code may run.

#[cfg(feature = "async")]
use super::asynchrony::Asynchrony;
use super::callback::call_host_with_store;
#[cfg(feature = "component-model")]
use super::unfinished::Unfinished;
use super::{AsContextMut, Store, StoreContextMut};
use crate::callback;
#[cfg(feature = "async")]
use crate::sys::{
    Feature, WASMTIME_UPDATE_DEADLINE_YIELD, require,
    wasmtime_context_epoch_deadline_async_yield_and_update,
};
use crate::sys::{
    WASMTIME_UPDATE_DEADLINE_CONTINUE, wasmtime_context_set_epoch_deadline, wasmtime_context_t,
    wasmtime_error_t, wasmtime_store_epoch_deadline_callback, wasmtime_update_deadline_kind_t,
};
use crate::{Result, Trap};
use std::ffi::c_void;
use std::fmt;
#[cfg(feature = "async")]
use std::future::Future;
#[cfg(feature = "async")]
use std::pin::Pin;
use std::ptr::{self, NonNull};

/// The decision of a callback about code that has reached its store's epoch deadline.
///
/// The callback is the one of [`Store::epoch_deadline_callback`].
#[non_exhaustive]
pub enum UpdateDeadline {
    /// The code traps with [`Trap::Interrupt`].
    Interrupt,
    /// The code goes on, and the new deadline is this many ticks away.
    Continue(u64),
    /// The code yields: the future of its call is pending and wakes its task at once. When the
    /// code goes on, the new deadline is this many ticks away. It is an error if the code was
    /// not called asynchronously.
    #[cfg(feature = "async")]
    Yield(u64),
    /// The code yields until the future is ready, for instance that of `tokio::task::yield_now`,
    /// which lets other tasks have their turn. When the code goes on, the new deadline is this many ticks
    /// away. It is an error if the code was not called asynchronously.
    #[cfg(feature = "async")]
    YieldCustom(u64, Pin<Box<dyn Future<Output = ()> + Send>>),
}

impl fmt::Debug for UpdateDeadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UpdateDeadline::Interrupt => f.write_str("Interrupt"),
            UpdateDeadline::Continue(ticks) => f.debug_tuple("Continue").field(ticks).finish(),
            #[cfg(feature = "async")]
            UpdateDeadline::Yield(ticks) => f.debug_tuple("Yield").field(ticks).finish(),
            #[cfg(feature = "async")]
            UpdateDeadline::YieldCustom(ticks, _) => f
                .debug_tuple("YieldCustom")
                .field(ticks)
                .finish_non_exhaustive(),
        }
    }
}

/// The largest number of ticks that a deadline is set beyond the current epoch, which no
/// program reaches. libwasmtime adds the two without a check: an overflow would set a
/// deadline in the past, or abort the process if overflow checks are compiled in.
// Version 48: a deadline is added to the epoch unchecked; look at `StoreOpaque::set_epoch_deadline`.
const FARTHEST: u64 = u64::MAX >> 1;

impl<T: 'static> StoreContextMut<'_, T> {
    /// Sets the epoch deadline; see [`Store::set_epoch_deadline`].
    pub fn set_epoch_deadline(&mut self, ticks_beyond_current: u64) {
        let ticks = ticks_beyond_current.min(FARTHEST);
        // SAFETY: invariant "Context".
        unsafe { wasmtime_context_set_epoch_deadline(self.begin_change(), ticks) }
    }

    /// Makes code trap at the epoch deadline; see [`Store::epoch_deadline_trap`].
    pub fn epoch_deadline_trap(&mut self) {
        // The C API can't remove a callback, so it is replaced by one that does what a store
        // without a callback does.
        //
        // SAFETY: invariant "Context": the store is borrowed exclusively. The callback is for
        // stores of data `T` and has no environment.
        unsafe {
            wasmtime_store_epoch_deadline_callback(
                self.opaque_mut().store(),
                Some(interrupt::<T>),
                ptr::null_mut(),
                None,
            );
        }
    }
}

#[cfg(feature = "async")]
impl<T: 'static> StoreContextMut<'_, T> {
    /// Makes code yield at the epoch deadline; see
    /// [`Store::epoch_deadline_async_yield_and_update`].
    pub fn epoch_deadline_async_yield_and_update(&mut self, delta: u64) {
        self.opaque_mut().set_yields();
        if require(Feature::Async).is_err() {
            // No code can be called asynchronously, and what is called otherwise fails.
            return;
        }
        let delta = delta.min(FARTHEST);
        // SAFETY: invariant "Context".
        unsafe {
            wasmtime_context_epoch_deadline_async_yield_and_update(self.begin_change(), delta)
        }
    }
}

#[cfg(feature = "async")]
impl<T: 'static> Store<T> {
    /// Makes code yield at the epoch deadline, and sets a new deadline when it goes on.
    ///
    /// A future of an asynchronous call, such as
    /// [`TypedFunc::call_async`](crate::TypedFunc::call_async), is then pending and wakes its
    /// task at once, so that the executor can run other tasks in between. The new deadline is
    /// `delta` ticks beyond the epoch at that moment. This costs less than yields by
    /// [fuel](Store::fuel_async_yield_interval), but a thread or a timer has to call
    /// [`Engine::increment_epoch`](crate::Engine::increment_epoch) at regular intervals.
    ///
    /// Code that never ends thus takes its turns forever. To end it, drop the future of the
    /// call, for instance by a timeout of the executor.
    ///
    /// Afterwards the store can be entered by asynchronous calls only. This replaces an epoch
    /// callback, and a later epoch callback replaces this.
    ///
    /// Calls `wasmtime_context_epoch_deadline_async_yield_and_update`.
    ///
    /// # Examples
    ///
    /// A guest that never ends is cut off, while its thread does other things as well:
    ///
    #[doc = example!(cranelift)]
    /// use libwasmtime::{Config, Engine, Instance, Module, Store};
    /// use std::time::Duration;
    ///
    /// let engine = Engine::new(Config::new().epoch_interruption(true))?;
    /// let module = Module::new(&engine, r#"(module (func (export "f") (loop (br 0))))"#)?;
    /// let mut store = Store::new(&engine, ());
    /// store.set_epoch_deadline(1);
    /// store.epoch_deadline_async_yield_and_update(1);
    ///
    /// let clock = engine.clone();
    /// std::thread::spawn(move || loop {
    ///     std::thread::sleep(Duration::from_millis(1));
    ///     clock.increment_epoch();
    /// });
    ///
    /// let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    /// runtime.block_on(async {
    ///     let instance = Instance::new_async(&mut store, &module, &[]).await?;
    ///     let f = instance.get_typed_func::<(), ()>(&mut store, "f")?;
    ///     let call = f.call_async(&mut store, ());
    ///     let outcome = tokio::time::timeout(Duration::from_millis(20), call).await;
    ///     assert!(outcome.is_err(), "the time is over");
    ///     Ok::<(), libwasmtime::Error>(())
    /// })?;
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn epoch_deadline_async_yield_and_update(&mut self, delta: u64) {
        self.as_context_mut()
            .epoch_deadline_async_yield_and_update(delta);
    }
}

impl<T: 'static> Store<T> {
    /// Sets the epoch deadline, which limits how long code may run.
    ///
    /// An engine has an epoch, a counter that the host increments with
    /// [`Engine::increment_epoch`](crate::Engine::increment_epoch), usually from a thread that
    /// does so at regular intervals. The deadline is reached when the epoch has been
    /// incremented `ticks_beyond_current` times from now on. Then code traps with
    /// [`Trap::Interrupt`], calls the callback of [`Store::epoch_deadline_callback`], or yields
    /// (`Store::epoch_deadline_async_yield_and_update`).
    ///
    /// A new store's deadline is 0 ticks away: code traps at once until this is called.
    ///
    /// Only WebAssembly code checks the deadline, at the beginning of functions and loops, and
    /// only that of engines with
    /// [`Config::epoch_interruption`](crate::Config::epoch_interruption). A host function that
    /// takes long is not interrupted. Where interruptions have to be deterministic, use fuel;
    /// see [`Store::set_fuel`].
    ///
    /// Calls `wasmtime_context_set_epoch_deadline`.
    ///
    /// # Examples
    ///
    /// A time limit:
    ///
    #[doc = example!(cranelift)]
    /// use libwasmtime::{Config, Engine, Instance, Module, Store, Trap};
    /// use std::{thread, time::Duration};
    ///
    /// let engine = Engine::new(Config::new().epoch_interruption(true))?;
    /// let module = Module::new(&engine, r#"(module (func (export "forever") (loop (br 0))))"#)?;
    ///
    /// // One thread for all stores of the engine. It ends with the engine.
    /// let weak = engine.weak();
    /// thread::spawn(move || {
    ///     while let Some(engine) = weak.upgrade() {
    ///         engine.increment_epoch();
    ///         drop(engine);
    ///         thread::sleep(Duration::from_millis(10));
    ///     }
    /// });
    ///
    /// let mut store = Store::new(&engine, ());
    /// store.set_epoch_deadline(3);
    /// let instance = Instance::new(&mut store, &module, &[])?;
    /// let forever = instance.get_typed_func::<(), ()>(&mut store, "forever")?;
    /// let error = forever.call(&mut store, ()).unwrap_err();
    /// assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt));
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn set_epoch_deadline(&mut self, ticks_beyond_current: u64) {
        self.as_context_mut()
            .set_epoch_deadline(ticks_beyond_current);
    }

    /// Makes code trap with [`Trap::Interrupt`] at the epoch deadline.
    ///
    /// That is what it does in a new store. This undoes [`Store::epoch_deadline_callback`] and
    /// `Store::epoch_deadline_async_yield_and_update`; the store goes on requiring asynchronous
    /// calls after the latter.
    ///
    /// Calls `wasmtime_store_epoch_deadline_callback`, with a callback that interrupts, as the
    /// C API cannot remove one.
    pub fn epoch_deadline_trap(&mut self) {
        self.as_context_mut().epoch_deadline_trap();
    }

    /// Makes code call `callback` at the epoch deadline.
    ///
    /// The callback may read and change the store. It interrupts the code, lets it go on until
    /// a new deadline, or, in an asynchronous call, lets it yield first; see
    /// [`UpdateDeadline`]. If it returns an error or panics, the code
    /// is unwound, and the error or panic reaches the host's call as that of a host function
    /// does. References that the callback roots are unrooted when it returns.
    ///
    /// While the callback runs, the store is past its deadline: WebAssembly code that the
    /// callback calls traps with [`Trap::Interrupt`], unless the callback sets a new deadline
    /// first.
    ///
    /// A later call of this method or of [`Store::epoch_deadline_trap`] replaces the callback.
    /// Such a call in the callback itself has no effect.
    ///
    /// Calls `wasmtime_store_epoch_deadline_callback`.
    ///
    /// # Examples
    ///
    /// Code that may run for three deadlines:
    ///
    #[doc = example!(cranelift)]
    /// use libwasmtime::{Config, Engine, Instance, Module, Store, Trap, UpdateDeadline};
    ///
    /// let engine = Engine::new(Config::new().epoch_interruption(true))?;
    /// let module = Module::new(&engine, r#"(module (func (export "f") (loop (br 0))))"#)?;
    /// let mut store = Store::new(&engine, 3);
    /// store.epoch_deadline_callback(|mut store| {
    ///     *store.data_mut() -= 1;
    ///     Ok(match store.data() {
    ///         0 => UpdateDeadline::Interrupt,
    ///         _ => UpdateDeadline::Continue(0),
    ///     })
    /// });
    /// let instance = Instance::new(&mut store, &module, &[])?;
    /// let f = instance.get_typed_func::<(), ()>(&mut store, "f")?;
    /// let error = f.call(&mut store, ()).unwrap_err();
    /// assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt));
    /// assert_eq!(*store.data(), 0);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn epoch_deadline_callback(
        &mut self,
        callback: impl FnMut(StoreContextMut<'_, T>) -> Result<UpdateDeadline> + Send + Sync + 'static,
    ) {
        fn set<T: 'static, F>(store: &mut Store<T>, callback: F)
        where
            F: FnMut(StoreContextMut<'_, T>) -> Result<UpdateDeadline> + Send + Sync + 'static,
        {
            let data = Box::into_raw(Box::new(callback)).cast();
            // SAFETY: invariant "Context": the store is borrowed exclusively. The callback and
            // the finalizer are for this closure, and for stores of data `T`.
            unsafe {
                wasmtime_store_epoch_deadline_callback(
                    store.as_context_mut().opaque_mut().store(),
                    Some(call::<T, F>),
                    data,
                    Some(callback::finalize::<F>),
                );
            }
        }
        set(self, callback);
    }
}

/// Calls the closure behind `data`.
unsafe extern "C" fn call<T: 'static, F>(
    context: *mut wasmtime_context_t,
    data: *mut c_void,
    delta: *mut u64,
    kind: *mut wasmtime_update_deadline_kind_t,
) -> *mut wasmtime_error_t
where
    F: FnMut(StoreContextMut<'_, T>) -> Result<UpdateDeadline>,
{
    // SAFETY: invariant "Callback": libwasmtime passes the closure that was set with
    // this function, in a store of data `T`, and doesn't call it while it runs.
    unsafe { update::<T>(context, delta, kind, &mut *data.cast::<F>()) }
}

/// Interrupts the code.
unsafe extern "C" fn interrupt<T: 'static>(
    context: *mut wasmtime_context_t,
    _: *mut c_void,
    delta: *mut u64,
    kind: *mut wasmtime_update_deadline_kind_t,
) -> *mut wasmtime_error_t {
    // SAFETY: invariant "Callback": libwasmtime passes a context of a store of data
    // `T`, for which this function was set.
    unsafe { update::<T>(context, delta, kind, |_| Ok(UpdateDeadline::Interrupt)) }
}

/// Moves the deadline as `callback` decides.
///
/// # Safety
///
/// `context` must be what libwasmtime passed to a callback that is running, in a store
/// of data `T`; the other two must be writable.
unsafe fn update<T: 'static>(
    context: *mut wasmtime_context_t,
    delta: *mut u64,
    kind: *mut wasmtime_update_deadline_kind_t,
    callback: impl FnOnce(StoreContextMut<'_, T>) -> Result<UpdateDeadline>,
) -> *mut wasmtime_error_t {
    // SAFETY: invariant "State": the code that was interrupted holds no reference to the
    // state, and the context ends before the callback returns. libwasmtime passes places
    // that can be written.
    unsafe {
        call_host_with_store(NonNull::new_unchecked(context), |store| {
            let caller = StoreContextMut::from_state(store.cast());
            #[cfg(feature = "component-model")]
            let update = Unfinished::around_host(store, || callback(caller))?;
            #[cfg(not(feature = "component-model"))]
            let update = callback(caller)?;
            let (new_kind, ticks) = match update {
                UpdateDeadline::Continue(ticks) => (WASMTIME_UPDATE_DEADLINE_CONTINUE, ticks),
                #[cfg(feature = "async")]
                UpdateDeadline::Yield(ticks) => {
                    require(Feature::Async)?;
                    (WASMTIME_UPDATE_DEADLINE_YIELD, ticks)
                }
                #[cfg(feature = "async")]
                UpdateDeadline::YieldCustom(ticks, future) => {
                    require(Feature::Async)?;
                    Asynchrony::of(store).yield_until(future)?;
                    (WASMTIME_UPDATE_DEADLINE_YIELD, ticks)
                }
                UpdateDeadline::Interrupt => return Err(Trap::Interrupt.into()),
            };
            *kind = new_kind;
            *delta = ticks.min(FARTHEST);
            Ok(())
        })
    }
}
