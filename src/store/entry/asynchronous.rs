//! Asynchronous entries: futures that run WebAssembly code when they are polled.
//!
//! An entry borrows its arguments, the places for results, and two places of its own for an
//! error and a trap, from its first poll until it is dropped. So it is created where it stays:
//! it calls libwasmtime only when it is polled, and can't be moved by then. Dropping it deletes
//! the C future, which unwinds the code, with the futures of host functions in it.

use super::patience::Patience;
use crate::Result;
use crate::callback::discard;
use crate::store::StoreOpaque;
use crate::store::asynchrony::{Asynchrony, Pause, Yield};
#[cfg(feature = "component-model-async")]
use crate::store::unfinished::Begun;
use crate::sys::{
    Feature, require, wasm_trap_t, wasmtime_call_future_delete, wasmtime_call_future_poll,
    wasmtime_call_future_t, wasmtime_context_t, wasmtime_error_t, wasmtime_func_call_async,
    wasmtime_func_t, wasmtime_instance_pre_instantiate_async, wasmtime_instance_pre_t,
    wasmtime_instance_t, wasmtime_val_t,
};
#[cfg(feature = "component-model-async")]
use crate::sys::{
    wasmtime_component_func_call_async, wasmtime_component_func_t, wasmtime_component_instance_t,
    wasmtime_component_linker_instantiate_async, wasmtime_component_linker_t, wasmtime_component_t,
};
#[cfg(feature = "component-model-async")]
use crate::vec::component::OwnedComponentVal;
use std::future::Future;
use std::marker::PhantomPinned;
use std::mem;
use std::pin::Pin;
use std::ptr::{self, NonNull};
use std::task::{Context, Poll};

/// Each function here requires that `store` is the state of a live store, which nothing else
/// uses until the future is dropped, and that what the other pointers point to is valid for as
/// long. The data of the store and what the pointers point to must be `Send` if the future is
/// sent to another thread.
impl StoreOpaque {
    /// Calls a function with values that libwasmtime checks and roots. The results are
    /// initialized and owned if there is no error.
    ///
    /// # Errors
    ///
    /// Returns an error as a synchronous entry does, and
    /// [`Unsupported`](crate::Unsupported) if libwasmtime was built without `async`.
    ///
    /// # Safety
    ///
    /// As for every asynchronous entry. `func` and the references among the arguments must
    /// belong to the store. There must be as many arguments and places for results as the
    /// function has.
    pub(crate) unsafe fn call_async(
        store: *mut StoreOpaque,
        func: *const wasmtime_func_t,
        (args, nargs): (*const wasmtime_val_t, usize),
        (results, nresults): (*mut wasmtime_val_t, usize),
    ) -> impl Future<Output = Result<()>> + Send {
        // SAFETY: this function requires what `Entry::new` and the C function require.
        unsafe {
            Entry::new(store, move |context, trap, error| {
                wasmtime_func_call_async(context, func, args, nargs, results, nresults, trap, error)
            })
        }
    }

    /// Creates an instance whose imports were looked up before, and runs its start function.
    /// The instance is written if there is no error.
    ///
    /// # Errors
    ///
    /// Returns an error as [`StoreOpaque::call_async`] does.
    ///
    /// # Safety
    ///
    /// As for every asynchronous entry. `pre` must belong to the store's engine, and its
    /// imports must be usable with the store.
    pub(crate) unsafe fn instantiate_pre_async(
        store: *mut StoreOpaque,
        pre: *const wasmtime_instance_pre_t,
        instance: *mut wasmtime_instance_t,
    ) -> impl Future<Output = Result<()>> + Send {
        // SAFETY: this function requires what `Entry::new` and the C function require.
        unsafe {
            Entry::new(store, move |context, trap, error| {
                wasmtime_instance_pre_instantiate_async(pre, context, instance, trap, error)
            })
        }
    }
}

#[cfg(feature = "component-model-async")]
impl StoreOpaque {
    /// Calls a function of a component. The results are overwritten if there is no error.
    ///
    /// # Errors
    ///
    /// Returns an error as [`StoreOpaque::call_async`] does.
    ///
    /// # Safety
    ///
    /// As for every asynchronous entry. `func` and the resources among the arguments must belong to
    /// the store.
    pub(crate) unsafe fn call_component_async(
        store: *mut StoreOpaque,
        func: *const wasmtime_component_func_t,
        args: &[OwnedComponentVal],
        results: &mut [OwnedComponentVal],
    ) -> impl Future<Output = Result<()>> + Send {
        let (args, nargs) = (args.as_ptr().cast(), args.len());
        let (results, nresults) = (results.as_mut_ptr().cast(), results.len());
        // SAFETY: this function requires what `Entry::new` and the C function require. A result
        // that is overwritten is dropped first.
        unsafe {
            Entry::into_component(store, move |context, _, error| {
                wasmtime_component_func_call_async(
                    func, context, args, nargs, results, nresults, error,
                )
            })
        }
    }

    /// Creates an instance of a component with imports from a linker. It is written if there is no
    /// error.
    ///
    /// # Errors
    ///
    /// Returns an error as [`StoreOpaque::call_async`] does.
    ///
    /// # Safety
    ///
    /// As for every asynchronous entry. Linker and component must belong to the store's engine, and
    /// the definitions must be usable with the store.
    pub(crate) unsafe fn instantiate_component_async(
        store: *mut StoreOpaque,
        linker: *const wasmtime_component_linker_t,
        component: *const wasmtime_component_t,
        instance: *mut wasmtime_component_instance_t,
    ) -> impl Future<Output = Result<()>> + Send {
        // SAFETY: this function requires what `Entry::new` and the C function require.
        unsafe {
            Entry::into_component(store, move |context, _, error| {
                wasmtime_component_linker_instantiate_async(
                    linker, context, component, instance, error,
                )
            })
        }
    }
}

/// An asynchronous entry.
struct Entry<S> {
    store: NonNull<StoreOpaque>,
    /// Creates the C future; `None` after the first poll.
    start: Option<S>,
    /// The C future; null before the first poll, after the call has finished, and after the store
    /// was used although this entry had yielded.
    future: *mut wasmtime_call_future_t,
    trap: *mut wasm_trap_t,
    error: *mut wasmtime_error_t,
    /// The future of an epoch callback that the code waits for.
    yielding: Option<Yield>,
    patience: Patience,
    /// Whether it enters a component, not a module.
    #[cfg(feature = "component-model-async")]
    is_component: bool,
    /// What the end of an entry into a component takes.
    #[cfg(feature = "component-model-async")]
    begun: Option<Begun>,
    _pinned: PhantomPinned,
}

// SAFETY: what the pointers point to may be sent if the future is, as all entries require.
// libwasmtime's futures are bound to no thread, nor are its errors and traps.
unsafe impl<S> Send for Entry<S> {}

impl<S> Entry<S>
where
    S: FnOnce(
        *mut wasmtime_context_t,
        *mut *mut wasm_trap_t,
        *mut *mut wasmtime_error_t,
    ) -> *mut wasmtime_call_future_t,
{
    /// # Safety
    ///
    /// As for every asynchronous entry. `start` must return an owned future, which leaves null
    /// or an owned object at both of its arguments.
    unsafe fn new(store: *mut StoreOpaque, start: S) -> Entry<S> {
        Entry {
            // SAFETY: the state of a store isn't null.
            store: unsafe { NonNull::new_unchecked(store) },
            start: Some(start),
            future: ptr::null_mut(),
            trap: ptr::null_mut(),
            error: ptr::null_mut(),
            yielding: None,
            patience: Patience::default(),
            #[cfg(feature = "component-model-async")]
            is_component: false,
            #[cfg(feature = "component-model-async")]
            begun: None,
            _pinned: PhantomPinned,
        }
    }

    /// # Safety
    ///
    /// As for [`Entry::new`].
    #[cfg(feature = "component-model-async")]
    unsafe fn into_component(store: *mut StoreOpaque, start: S) -> Entry<S> {
        // SAFETY: this function requires what `new` does.
        let mut entry = unsafe { Entry::new(store, start) };
        entry.is_component = true;
        entry
    }

    /// Creates the C future, which takes the places of trap and error.
    ///
    /// # Safety
    ///
    /// As for every asynchronous entry, and `self` must be pinned.
    unsafe fn start(&mut self, start: S) -> Result<()> {
        require(Feature::Async)?;
        // SAFETY: invariant "State": nothing else uses the store.
        unsafe { StoreOpaque::supply_wasi(self.store.as_ptr())? };
        // SAFETY: invariant "State": nothing else uses the store.
        let store = unsafe { &mut *self.store.as_ptr() };
        store.engine().check_async_call()?;
        // Invariant "Context": nothing else uses the store.
        let context = store.begin_change();
        self.future = start(context, &raw mut self.trap, &raw mut self.error);
        #[cfg(feature = "component-model-async")]
        if self.is_component {
            // SAFETY: invariant "State": nothing else refers to the note.
            self.begun = Some(unsafe { StoreOpaque::unfinished_at(self.store).begin() });
        }
        Ok(())
    }
}

impl<S> Future for Entry<S>
where
    S: FnOnce(
        *mut wasmtime_context_t,
        *mut *mut wasm_trap_t,
        *mut *mut wasmtime_error_t,
    ) -> *mut wasmtime_call_future_t,
{
    type Output = Result<()>;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Result<()>> {
        // SAFETY: nothing is moved out of it but `start` and `yielding`, to which nothing
        // points.
        let this = unsafe { self.get_unchecked_mut() };
        if let Some(start) = this.start.take() {
            // SAFETY: `this` is pinned, and the rest is as every entry requires.
            unsafe { this.start(start)? };
        }
        loop {
            if let Some(yielding) = &mut this.yielding {
                if yielding.as_mut().poll(task).is_pending() {
                    return Poll::Pending;
                }
                this.yielding = None;
            }
            // SAFETY: invariant "State": nothing else uses the store. The waker exists until
            // the poll ends. The C future is owned, and what it borrows is still valid. An entry
            // isn't polled again after it has finished, as futures must not be.
            let (has_finished, pause) = unsafe {
                Asynchrony::of(this.store).unset_yielded(NonNull::from(&mut this.future));
                assert!(
                    !this.future.is_null(),
                    "a call is polled although its store was used after it had yielded"
                );
                let outer = Asynchrony::of(this.store).begin_poll(task.waker());
                let waits_for_wasi = Asynchrony::of(this.store).waits_for_wasi;
                let poll = || wasmtime_call_future_poll(this.future);
                let has_finished = StoreOpaque::outside_runtime(this.store.as_ptr(), || {
                    if waits_for_wasi {
                        return this.patience.poll(poll);
                    }
                    Ok(poll())
                });
                (has_finished, Asynchrony::of(this.store).end_poll(outer))
            };
            if has_finished.and_then(|polled| polled)? {
                let future = mem::replace(&mut this.future, ptr::null_mut());
                // SAFETY: invariant "State". The future is owned and deleted once. The two others
                // are null or owned, and taken once.
                return Poll::Ready(unsafe {
                    wasmtime_call_future_delete(future);
                    let result = (*this.store.as_ptr()).check_entry(this.error, this.trap);
                    #[cfg(feature = "component-model-async")]
                    if let Some(begun) = this.begun {
                        StoreOpaque::unfinished_at(this.store).end(begun, result.as_ref().err());
                    }
                    result
                });
            }
            match pause {
                Pause::Host => return Poll::Pending,
                Pause::Yield => {
                    // SAFETY: invariant "State": nothing else uses the store. `this` is pinned, and
                    // takes the note back when it is polled again or dropped.
                    unsafe {
                        let place = NonNull::from(&mut this.future);
                        Asynchrony::of(this.store).set_yielded(place);
                    }
                    this.patience.wake(task.waker())?;
                    return Poll::Pending;
                }
                Pause::Until(yielding) => this.yielding = Some(yielding),
            }
        }
    }
}

impl<S> Drop for Entry<S> {
    fn drop(&mut self) {
        // If the future has panicked, this one is dropped while that panic unwinds.
        discard(self.yielding.take());
        if !self.future.is_null() {
            // SAFETY: the future is owned, and deleted once. It hasn't finished, so that unwinds
            // its code; the store is valid, as every entry requires. The host functions that
            // wait fail, but nobody gets their errors.
            unsafe {
                Asynchrony::of(self.store).unset_yielded(NonNull::from(&mut self.future));
                wasmtime_call_future_delete(self.future);
                (*self.store.as_ptr()).pending().set(None);
            }
        }
    }
}
