//! The caller of a host function.

use crate::store::StoreOpaque;
use crate::sys::{wasmtime_caller_export_get, wasmtime_caller_t};
use crate::{AsContext, AsContextMut, Engine, Extern, ModuleExport, StoreContext, StoreContextMut};
use std::mem::MaybeUninit;
use std::ptr::NonNull;

/// What a host function is told about its caller: the store, and the exports
/// of the calling instance.
///
/// # Threads
///
/// A caller can be sent to another thread if the store's data can, and shared
/// between threads if the data can, as in the `wasmtime` crate: asynchronous host
/// functions need that. There it is good for the store's data, memories, tables and
/// numbers. Two things go wrong on another thread than the host function's own, here
/// as in the `wasmtime` crate, with the caller and with contexts that are made of it:
///
/// - **Calling WebAssembly.** Libwasmtime limits the stack once, when the outermost
///   call begins, by an address on the stack of that thread. On a stack at lower
///   addresses every function traps at once with
///   [`Trap::StackOverflow`](crate::Trap::StackOverflow). On one at higher addresses
///   there is no limit, so that endless recursion ends the process.
/// - **Running the collector**, by [`gc`](Caller::gc) or by making an object such as
///   an [`ExternRef`](crate::ExternRef). It looks for references of the WebAssembly
///   code that waits on the stack of the thread that it runs on, finds none there,
///   and takes the objects for garbage. When the code goes on it has references to
///   other objects, or ends the process.
pub struct Caller<'a, T: 'static> {
    store: StoreContextMut<'a, T>,
    caller: NonNull<wasmtime_caller_t>,
}

// Invariant in `T` and covariant in its lifetime, as the context is.

// SAFETY: the context may be sent. The C object is looked at only through
// exclusive references, while the callback runs.
unsafe impl<T: Send + 'static> Send for Caller<'_, T> {}
// SAFETY: the context may be shared. The C object isn't reached through a shared
// reference.
unsafe impl<T: Sync + 'static> Sync for Caller<'_, T> {}

impl<'a, T: 'static> Caller<'a, T> {
    /// # Safety
    ///
    /// `caller` must be what libwasmtime passed to a callback that runs for all of `'a`,
    /// and `store` the state of its store, whose data is a `T`. The callback must use the
    /// store through this value only.
    #[inline]
    pub(crate) unsafe fn new(
        store: NonNull<StoreOpaque>,
        caller: NonNull<wasmtime_caller_t>,
    ) -> Caller<'a, T> {
        Caller {
            // SAFETY: invariant "State": the state begins with the opaque part, and only
            // this value uses it, as this function requires.
            store: unsafe { StoreContextMut::from_state(store.cast()) },
            caller,
        }
    }

    /// A second caller for the same callback.
    ///
    /// # Safety
    ///
    /// It must be gone before `self` is used again.
    pub(super) unsafe fn reborrow(&mut self) -> Caller<'_, T> {
        Caller {
            store: self.store.as_context_mut(),
            caller: self.caller,
        }
    }

    /// An export of the calling instance; `None` if it has none of that name,
    /// or the host called the function itself.
    ///
    /// Calls `wasmtime_caller_export_get`.
    pub fn get_export(&mut self, name: &str) -> Option<Extern> {
        let mut out = MaybeUninit::uninit();
        // SAFETY: the callback is running; `out` is initialised on success, by
        // an object of this store.
        unsafe {
            wasmtime_caller_export_get(
                self.caller.as_ptr(),
                name.as_ptr().cast(),
                name.len(),
                out.as_mut_ptr(),
            )
            .then(|| Extern::from_export(out.assume_init(), self.store.opaque_mut()))
        }
    }

    /// The export of the calling instance at that place in its module; `None` if
    /// it is a place in another module, or the host called the function itself.
    ///
    /// The C API doesn't tell which instance calls: the export's name is looked
    /// up in the caller and in the store's instances of the export's module, and
    /// what both have is the export. So [`get_export`](Caller::get_export) is
    /// faster; and nothing is found while the start function of the calling
    /// instance runs.
    ///
    /// Calls `wasmtime_caller_export_get` and `wasmtime_instance_export_get`.
    pub fn get_module_export(&mut self, export: &ModuleExport) -> Option<Extern> {
        let (name, count) = self.store.opaque().instances.with_export(export)?;
        let name = name.to_owned();
        let item = self.get_export(&name)?;
        // The caller is likely to be among the latest.
        (0..count)
            .rev()
            .filter_map(|n| {
                let instance = self.store.opaque().nth_instance(export, n)?;
                instance.get_export(&mut self.store, &name)
            })
            .any(|exported| exported.is(&item))
            .then_some(item)
    }

    /// The data inside the store.
    pub fn data(&self) -> &T {
        self.store.as_context().into_data()
    }

    /// The data inside the store, to be changed.
    pub fn data_mut(&mut self) -> &mut T {
        self.store.as_context_mut().into_data_mut()
    }

    /// The engine of the store.
    pub fn engine(&self) -> &Engine {
        self.store.engine()
    }
}

impl<T: 'static> AsContext for Caller<'_, T> {
    type Data = T;

    #[inline]
    fn as_context(&self) -> StoreContext<'_, T> {
        self.store.as_context()
    }
}

impl<T: 'static> AsContextMut for Caller<'_, T> {
    #[inline]
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        self.store.as_context_mut()
    }
}

impl<'a, T: 'static> From<Caller<'a, T>> for StoreContextMut<'a, T> {
    fn from(caller: Caller<'a, T>) -> Self {
        caller.store
    }
}
