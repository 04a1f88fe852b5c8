//! Epochs: a cheap bound on how long WebAssembly code may run.

use super::callback::call_host_with_store;
use super::{AsContextMut, Store, StoreContextMut};
use crate::callback;
#[cfg(feature = "async")]
use crate::sys::{Feature, WASMTIME_UPDATE_DEADLINE_YIELD, require};
use crate::sys::{
    WASMTIME_UPDATE_DEADLINE_CONTINUE, wasmtime_context_set_epoch_deadline, wasmtime_context_t,
    wasmtime_error_t, wasmtime_store_epoch_deadline_callback, wasmtime_update_deadline_kind_t,
};
use crate::{Result, Trap};
use std::ffi::c_void;
use std::ptr::{self, NonNull};

/// What happens when a store's epoch deadline is reached; see
/// [`Store::epoch_deadline_callback`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UpdateDeadline {
    /// The code traps with [`Trap::Interrupt`].
    Interrupt,
    /// The code goes on, and the new deadline is this many ticks away.
    Continue(u64),
    /// The same, after other asynchronous tasks have had their turn. Only where
    /// the code was called asynchronously; else it is an error.
    #[cfg(feature = "async")]
    Yield(u64),
}

/// The largest number of ticks that a deadline is set beyond the current epoch, which no
/// program reaches. libwasmtime adds the two without a check: an overflow would set a
/// deadline in the past, or abort the process if overflow checks are compiled in.
const FARTHEST: u64 = u64::MAX >> 1;

impl<T: 'static> StoreContextMut<'_, T> {
    /// Sets the deadline; see [`Store::set_epoch_deadline`].
    pub fn set_epoch_deadline(&mut self, ticks_beyond_current: u64) {
        let ticks = ticks_beyond_current.min(FARTHEST);
        // SAFETY: invariant "Context".
        unsafe { wasmtime_context_set_epoch_deadline(self.raw(), ticks) }
    }

    /// Has code trap at the deadline; see [`Store::epoch_deadline_trap`].
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

impl<T: 'static> Store<T> {
    /// Sets the deadline: it is reached when the engine's epoch has been
    /// advanced this many times from now on.
    ///
    /// Only code of an engine with
    /// [`Config::epoch_interruption`](crate::Config::epoch_interruption) looks
    /// at it. A new store's deadline is 0, which is reached at once.
    ///
    /// Calls `wasmtime_context_set_epoch_deadline`.
    pub fn set_epoch_deadline(&mut self, ticks_beyond_current: u64) {
        self.as_context_mut()
            .set_epoch_deadline(ticks_beyond_current);
    }

    /// Has code trap with [`Trap::Interrupt`] at the deadline, as it does in a
    /// new store.
    ///
    /// Calls `wasmtime_store_epoch_deadline_callback`.
    pub fn epoch_deadline_trap(&mut self) {
        self.as_context_mut().epoch_deadline_trap();
    }

    /// Has `callback` decide what happens at the deadline.
    ///
    /// It may interrupt the code, or let it go on until a new deadline. An error
    /// that it returns, or its panic, reaches the caller of the code as a host
    /// function's does. Code that it calls itself is interrupted if its own
    /// deadline is reached.
    ///
    /// Calls `wasmtime_store_epoch_deadline_callback`.
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
            let (new_kind, ticks) = match callback(StoreContextMut::from_state(store.cast()))? {
                UpdateDeadline::Continue(ticks) => (WASMTIME_UPDATE_DEADLINE_CONTINUE, ticks),
                #[cfg(feature = "async")]
                UpdateDeadline::Yield(ticks) => {
                    require(Feature::Async)?;
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
