//! Epochs: a cheap bound on how long WebAssembly code may run.

use super::{AsContextMut, Store, StoreContextMut, StoreState};
use crate::callback::{self, Failure};
#[cfg(feature = "async")]
use crate::sys::{Feature, WASMTIME_UPDATE_DEADLINE_YIELD, require};
use crate::sys::{
    WASMTIME_UPDATE_DEADLINE_CONTINUE, wasmtime_context_get_data,
    wasmtime_context_set_epoch_deadline, wasmtime_context_t, wasmtime_error_new, wasmtime_error_t,
    wasmtime_store_epoch_deadline_callback, wasmtime_update_deadline_kind_t,
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

/// The most ticks that a deadline is set away: nobody gets there, and so far the
/// epoch's number has room. libwasmtime adds the two and doesn't look; the sum
/// would be a deadline in the past, or end the process, as the build has it.
// Version 48: a deadline is added to the epoch unchecked; look at `StoreOpaque::set_epoch_deadline`.
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
        // The C API can't undo a callback, so that one takes its place that
        // does what no callback does.
        //
        // SAFETY: the store is alive and borrowed exclusively; the callback is
        // for stores of data `T` and needs no data of its own.
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
            // SAFETY: the store is alive and borrowed exclusively; the callback
            // and the finalizer are for this closure, and for stores of data
            // `T`.
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
    // SAFETY: libwasmtime passes what was given to it, and doesn't call the
    // closure again while it runs. The code that was interrupted holds no
    // reference to the state.
    unsafe { update::<T>(context, delta, kind, &mut *data.cast::<F>()) }
}

/// Interrupts the code.
unsafe extern "C" fn interrupt<T: 'static>(
    context: *mut wasmtime_context_t,
    _: *mut c_void,
    delta: *mut u64,
    kind: *mut wasmtime_update_deadline_kind_t,
) -> *mut wasmtime_error_t {
    // SAFETY: as above.
    unsafe { update::<T>(context, delta, kind, |_| Ok(UpdateDeadline::Interrupt)) }
}

/// Does what `callback` says.
///
/// # Safety
///
/// `context` must be that of a store of data `T` that nothing else uses now; the
/// other two must be writable.
unsafe fn update<T: 'static>(
    context: *mut wasmtime_context_t,
    delta: *mut u64,
    kind: *mut wasmtime_update_deadline_kind_t,
    callback: impl FnOnce(StoreContextMut<'_, T>) -> Result<UpdateDeadline>,
) -> *mut wasmtime_error_t {
    // SAFETY: the data of every store of this crate is its state.
    let state = unsafe { wasmtime_context_get_data(context).cast::<StoreState<T>>() };
    let decided = callback::catch(|| {
        // SAFETY: invariant "State": this runs in a callback of the store, and
        // holds no other reference into it.
        let store = unsafe { StoreContextMut::from_state(NonNull::new_unchecked(state)) };
        match callback(store)? {
            UpdateDeadline::Continue(ticks) => Ok((WASMTIME_UPDATE_DEADLINE_CONTINUE, ticks)),
            #[cfg(feature = "async")]
            UpdateDeadline::Yield(ticks) => {
                require(Feature::Async)?;
                Ok((WASMTIME_UPDATE_DEADLINE_YIELD, ticks))
            }
            UpdateDeadline::Interrupt => Err(Trap::Interrupt.into()),
        }
    });
    // SAFETY: invariant "State": the callback has returned, and with it its
    // context. libwasmtime gives the two places to be written.
    unsafe {
        (*state).opaque.last_memory.forget();
        match decided {
            Ok((new_kind, ticks)) => {
                *kind = new_kind;
                *delta = ticks.min(FARTHEST);
                ptr::null_mut()
            }
            Err(failure) => fail(state, failure),
        }
    }
}

/// Has the code fail in the way given.
///
/// # Safety
///
/// `state` must be that of a store that nothing else uses now.
#[cold]
unsafe fn fail<T: 'static>(state: *mut StoreState<T>, failure: Failure) -> *mut wasmtime_error_t {
    // SAFETY: the caller vouches for the state; the text is copied.
    unsafe {
        (*state).opaque.set_pending(failure);
        wasmtime_error_new(c"epoch deadline reached".as_ptr())
    }
}
