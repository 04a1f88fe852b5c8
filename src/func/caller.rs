//! The caller of a host function.

use crate::store::StoreOpaque;
use crate::sys::{
    WASMTIME_EXTERN_MEMORY, wasmtime_caller_export_get, wasmtime_caller_t, wasmtime_extern_t,
};
use crate::{
    AsContext, AsContextMut, Engine, Extern, Memory, ModuleExport, StoreContext, StoreContextMut,
};
#[cfg(feature = "async")]
use crate::{
    Result,
    bind::Site,
    values::{Allocator, Guest},
};
use std::mem::MaybeUninit;
#[cfg(feature = "async")]
use std::ptr;
use std::ptr::NonNull;

/// A host function's access to its store and to the instance that called it.
///
/// A host function that takes a `Caller` as its first argument (see
/// [`Func::wrap`](crate::Func::wrap)) can use
///
/// - the store's data, with [`data`](Caller::data) and [`data_mut`](Caller::data_mut);
/// - the exports of the calling instance, with [`get_export`](Caller::get_export): above all
///   its memory, as strings and structs are passed as addresses in it, and often a function
///   that allocates in that memory;
/// - the store itself. A caller is an [`AsContextMut`]: `&mut caller` stands in place of
///   `&mut store` as an argument, for instance to call a function.
///
/// # Threads
///
/// A caller can be sent to another thread if the store's data can, and shared between
/// threads if the data can, as in the `wasmtime` crate: the future of an asynchronous host
/// function holds its caller, and moves between threads with the call that it belongs to.
/// Whichever thread polls that call, the future is polled on the stack of the call, so it may
/// use the caller for everything.
///
/// A host function may also lend its caller to another thread, such as a scoped one. There,
/// the caller gives access to the store's data, memories, tables and numbers. But two
/// operations must stay on the host function's own thread, here as in the `wasmtime` crate.
/// This applies to the caller and to contexts that are created from it:
///
/// - **Calling WebAssembly code.** Libwasmtime limits the stack once, when the outermost
///   call begins, by an address on the stack of that thread. On a stack at lower addresses,
///   every function traps at once with
///   [`Trap::StackOverflow`](crate::Trap::StackOverflow). On a stack at higher addresses,
///   there is no limit, so that endless recursion ends the process.
/// - **Running the collector**, by [`gc`](Caller::gc) or by creating an object such as an
///   [`ExternRef`](crate::ExternRef). The collector looks for references of the suspended
///   WebAssembly code on the stack of the thread that it runs on. On another thread it finds
///   none, and frees objects that are in use. When the WebAssembly code continues, its
///   references refer to other objects, or the process ends.
///
/// # Examples
///
/// A host function that lets the guest allocate the memory for its result, a string:
///
#[doc = example!(wat)]
/// use libwasmtime::error::Context;
/// use libwasmtime::{Caller, Engine, Extern, Linker, Module, Result, Store};
///
/// fn user_name(mut caller: Caller<'_, String>) -> Result<(u32, u32)> {
///     let alloc = caller.get_export("alloc").and_then(Extern::into_func);
///     let alloc = alloc.context("the module exports no function `alloc`")?;
///     let alloc = alloc.typed::<u32, u32>(&caller)?;
///     let memory = caller.get_export("memory").and_then(Extern::into_memory);
///     let memory = memory.context("the module exports no memory")?;
///
///     let len = caller.data().len() as u32;
///     let address = alloc.call(&mut caller, len)?;
///     let (bytes, name) = memory.data_and_store_mut(&mut caller);
///     bytes
///         .get_mut(address as usize..)
///         .and_then(|rest| rest.get_mut(..name.len()))
///         .context("`alloc` returned a wrong address")?
///         .copy_from_slice(name.as_bytes());
///     Ok((address, len))
/// }
///
/// let engine = Engine::default();
/// let module = Module::new(&engine, r#"
///     (module
///         (import "host" "user_name" (func $user_name (result i32 i32)))
///         (memory (export "memory") 1)
///         (func (export "alloc") (param i32) (result i32) (i32.const 16))
///         (func (export "run") (result i32 i32) (call $user_name)))
/// "#)?;
/// let mut linker = Linker::new(&engine);
/// linker.func_wrap("host", "user_name", user_name)?;
///
/// let mut store = Store::new(&engine, "Ada".to_owned());
/// let instance = linker.instantiate(&mut store, &module)?;
/// let run = instance.get_typed_func::<(), (u32, u32)>(&mut store, "run")?;
/// assert_eq!(run.call(&mut store, ())?, (16, 3));
/// let memory = instance.get_memory(&mut store, "memory").expect("it is exported");
/// assert_eq!(&memory.data(&store)[16..19], b"Ada");
/// # Ok::<(), libwasmtime::Error>(())
/// ```
pub struct Caller<'a, T: 'static> {
    store: StoreContextMut<'a, T>,
    caller: CallerPtr,
}

// Has the variance and the auto traits of the context.

/// The caller of the C API, which is looked at only through exclusive references, while the
/// callback runs.
struct CallerPtr(NonNull<wasmtime_caller_t>);

// SAFETY: the C object is used together with the context of its store, which says whether
// that may be on another thread.
unsafe impl Send for CallerPtr {}
// SAFETY: the C object isn't reached through a shared reference.
unsafe impl Sync for CallerPtr {}

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
            caller: CallerPtr(caller),
        }
    }

    /// Returns a second caller for the same callback.
    ///
    /// # Safety
    ///
    /// It must be gone before `self` is used again.
    pub(super) unsafe fn reborrow(&mut self) -> Caller<'_, T> {
        Caller {
            store: self.store.as_context_mut(),
            caller: CallerPtr(self.caller.0),
        }
    }

    /// Returns an export of the calling instance.
    ///
    /// Returns `None` if
    ///
    /// - the calling instance has no export of that name;
    /// - no instance called: the host called the function itself.
    ///
    /// A host function should treat `None` as an error of the guest.
    ///
    /// Calls `wasmtime_caller_export_get`.
    ///
    /// # Examples
    ///
    #[doc = example!(compiler)]
    /// use libwasmtime::{bail, Caller, Extern, Func, Result, Store};
    ///
    /// let mut store = Store::<()>::default();
    /// let first_byte = Func::wrap(&mut store, |mut caller: Caller<'_, ()>| -> Result<u32> {
    ///     let Some(Extern::Memory(memory)) = caller.get_export("memory") else {
    ///         bail!("the caller exports no memory");
    ///     };
    ///     Ok(memory.data(&caller)[0].into())
    /// });
    ///
    /// // Called by the host, which has no exports.
    /// let first_byte = first_byte.typed::<(), u32>(&store)?;
    /// let error = first_byte.call(&mut store, ()).unwrap_err();
    /// assert_eq!(error.root_cause().to_string(), "the caller exports no memory");
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn get_export(&mut self, name: &str) -> Option<Extern> {
        // SAFETY: the callback is running, in this store.
        unsafe { Caller::<T>::export_of(self.caller.0, self.store.opaque_mut(), name) }
    }

    /// Returns an export of the calling instance, as [`Caller::get_export`] does.
    ///
    /// # Safety
    ///
    /// `caller` must be what libwasmtime passed to a callback that is running in the store.
    pub(crate) unsafe fn export_of(
        caller: NonNull<wasmtime_caller_t>,
        store: &mut StoreOpaque,
        name: &str,
    ) -> Option<Extern> {
        // SAFETY: the callback is running, as this function requires. The item is owned, and
        // exported in this store.
        unsafe { export_of(caller, name).map(|item| Extern::from_export(item, store)) }
    }

    /// Returns the export of the calling instance, if it is a memory that isn't shared.
    ///
    /// # Safety
    ///
    /// As for [`Caller::export_of`].
    // Speed: a method that borrows a string runs 12 instructions less.
    #[inline]
    pub(crate) unsafe fn memory_of(
        caller: NonNull<wasmtime_caller_t>,
        store: &mut StoreOpaque,
        name: &str,
    ) -> Option<Memory> {
        // SAFETY: the callback is running, as this function requires. The kind tells which field
        // of the item is valid.
        unsafe {
            let item = export_of(caller, name)?;
            if item.kind != WASMTIME_EXTERN_MEMORY {
                drop(Extern::from_export(item, store));
                return None;
            }
            Some(Memory::from_c(item.of.memory, store))
        }
    }

    /// Finds the allocator of the calling instance.
    ///
    /// # Errors
    ///
    /// As for [`Allocator::find`].
    #[cfg(feature = "async")]
    pub(crate) fn allocator<'s>(&mut self, site: &'s Site) -> Result<Allocator<'s>> {
        // SAFETY: the callback is running, in this store, which only the guest uses until it is
        // dropped, below.
        unsafe {
            let store = ptr::from_mut(self.store.opaque_mut());
            Allocator::find(&mut Guest::new(store, self.caller.0, site))
        }
    }

    /// Returns the export of the calling instance at a position in its module.
    ///
    /// Returns `None` if
    ///
    /// - it is a position in another module than the calling instance's;
    /// - no instance called: the host called the function itself;
    /// - the start function of the calling instance is running.
    ///
    /// [`get_export`](Caller::get_export) is faster, unlike in the `wasmtime` crate. The C API
    /// doesn't tell which instance calls, so this looks up the export's name in the caller and
    /// in the store's instances of the module, and returns the item if one of those has the
    /// same.
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

    /// Returns the store's data.
    pub fn data(&self) -> &T {
        self.store.as_context().into_data()
    }

    /// Returns the store's data, borrowed exclusively.
    ///
    /// The borrow is one of the whole caller: it must end before a memory is read, for
    /// instance. [`Memory::data_and_store_mut`](crate::Memory::data_and_store_mut) borrows
    /// a memory and the data together.
    ///
    /// # Examples
    ///
    #[doc = example!(compiler)]
    /// use libwasmtime::{Caller, Engine, Func, Store};
    ///
    /// struct State {
    ///     calls: u32,
    /// }
    ///
    /// let mut store = Store::new(&Engine::default(), State { calls: 0 });
    /// let count = Func::wrap(&mut store, |mut caller: Caller<'_, State>| {
    ///     caller.data_mut().calls += 1;
    /// });
    /// let count = count.typed::<(), ()>(&store)?;
    /// count.call(&mut store, ())?;
    /// count.call(&mut store, ())?;
    /// assert_eq!(store.data().calls, 2);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn data_mut(&mut self) -> &mut T {
        self.store.as_context_mut().into_data_mut()
    }

    /// Returns the store's engine.
    pub fn engine(&self) -> &Engine {
        self.store.engine()
    }
}

/// Returns an export of the calling instance, which is owned.
///
/// # Safety
///
/// `caller` must be what libwasmtime passed to a callback that is running.
#[inline]
unsafe fn export_of(caller: NonNull<wasmtime_caller_t>, name: &str) -> Option<wasmtime_extern_t> {
    let mut out = MaybeUninit::uninit();
    // SAFETY: invariant "Callback": the callback is running, for which the caller is valid. `out`
    // is initialized on success.
    unsafe {
        wasmtime_caller_export_get(
            caller.as_ptr(),
            name.as_ptr().cast(),
            name.len(),
            out.as_mut_ptr(),
        )
        .then(|| out.assume_init())
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
