//! [`WasiSource`]: contexts that come out of the data of stores.

use super::{WasiCtx, give};
use crate::store::StoreOpaque;
use crate::{Linker, Result, StoreContextMut};
use std::any::Any;
use std::fmt;
use std::ptr::NonNull;
use std::sync::Arc;

/// What a program attaches to a context, to know it again; see [`WasiCtx::with_tag`].
pub type WasiTag = dyn Any + Send + Sync;

/// A function that takes the context out of the data of a store, for the type of data for which
/// its linker defines functions.
#[derive(Clone)]
pub(crate) struct WasiSource(Arc<Supply>);

type Supply = dyn Fn(NonNull<StoreOpaque>) -> Result<()> + Send + Sync;

impl WasiSource {
    /// The result must only be used for stores of data `T`.
    pub(crate) fn new<T: 'static>(
        source: impl Fn(&mut T, Option<&WasiTag>) -> Result<Option<WasiCtx>> + Send + Sync + 'static,
    ) -> WasiSource {
        WasiSource(Arc::new(move |store| {
            // SAFETY: invariant "State": nothing else uses the store, whose data are a `T`, as
            // `supply` requires.
            let mut store = unsafe { StoreContextMut::<T>::from_state(store.cast()) };
            let tag = store.opaque().wasi_tag();
            if let Some(ctx) = source(store.data_mut(), tag.as_deref())? {
                give(&mut store, ctx)?;
            }
            Ok(())
        }))
    }

    /// Gives a store the context that its data have, and makes the source that of its later calls.
    ///
    /// # Errors
    ///
    /// Returns an error as [`WasiSource::supply`] does.
    ///
    /// # Safety
    ///
    /// The source must be for data `T`.
    pub(crate) unsafe fn supply_from_now_on<T: 'static>(
        &self,
        store: &mut StoreContextMut<'_, T>,
    ) -> Result<()> {
        // SAFETY: invariant "State": the store is borrowed exclusively, and its data are those that
        // the source is for, as this function requires.
        unsafe { self.supply(NonNull::new_unchecked(store.opaque_ptr()))? };
        store.opaque_mut().set_wasi_source(self);
        Ok(())
    }

    /// Gives a store the context that its data have, if it has another one.
    ///
    /// # Errors
    ///
    /// Returns an error if the program's function does, or if the context can't be made.
    ///
    /// # Panics
    ///
    /// Panics if the program's function does.
    ///
    /// # Safety
    ///
    /// `store` must be the state of a live store that nothing else uses, and whose data are of the
    /// type that the source is for.
    pub(crate) unsafe fn supply(&self, store: NonNull<StoreOpaque>) -> Result<()> {
        (self.0)(store)
    }
}

impl fmt::Debug for WasiSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WasiSource").finish_non_exhaustive()
    }
}

/// # WASI
impl<T: 'static> Linker<T> {
    /// Sets a function that takes the context of WASI out of the data of a store, in place of
    /// [`Store::set_wasi`](crate::Store::set_wasi).
    ///
    /// It is called before a module that imports functions of WASI from this linker is
    /// instantiated in a store, and then before each call into that store. It gets the store's
    /// data, and the tag of the context that the store has, if that has one
    /// ([`WasiCtx::with_tag`]). If it returns a context, the store gets that in place of its own.
    /// If it returns `None`, nothing changes. So it returns the context of the data once, and tags
    /// it, to find out later whether the store still has it.
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::wasi::{self, MemoryOutputPipe, WasiCtx, WasiCtxBuilder};
    /// use libwasmtime::{Engine, Linker, Module, Store};
    ///
    /// struct Host {
    ///     /// Until the store has it.
    ///     wasi: Option<WasiCtx>,
    /// }
    ///
    /// let engine = Engine::default();
    /// let mut linker = Linker::new(&engine);
    /// wasi::add_to_linker(&mut linker)?;
    /// linker.wasi_source(|host: &mut Host, _| Ok(host.wasi.take()));
    ///
    /// let stdout = MemoryOutputPipe::new(4096);
    /// let wasi = WasiCtxBuilder::new().stdout(stdout.clone()).build();
    /// let mut store = Store::new(&engine, Host { wasi: Some(wasi) });
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "wasi_snapshot_preview1" "fd_write"
    ///             (func $fd_write (param i32 i32 i32 i32) (result i32)))
    ///         (memory (export "memory") 1)
    ///         (data (i32.const 0) "\08\00\00\00\06\00\00\00hello\n")
    ///         (func (export "_start")
    ///             (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
    /// "#)?;
    /// let instance = linker.instantiate(&mut store, &module)?;
    /// instance.get_typed_func::<(), ()>(&mut store, "_start")?.call(&mut store, ())?;
    /// assert_eq!(stdout.contents(), b"hello\n");
    /// assert!(store.data().wasi.is_none());
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn wasi_source(
        &mut self,
        source: impl Fn(&mut T, Option<&WasiTag>) -> Result<Option<WasiCtx>> + Send + Sync + 'static,
    ) -> &mut Self {
        self.set_wasi_source(WasiSource::new(source));
        self
    }
}

#[cfg(feature = "component-model")]
/// # WASI
impl<T: 'static> crate::component::Linker<T> {
    /// Sets a function that takes the context of WASI out of the data of a store, as
    /// [`Linker::wasi_source`](crate::Linker::wasi_source) does, for components that import
    /// functions of WASI.
    pub fn wasi_source(
        &mut self,
        source: impl Fn(&mut T, Option<&WasiTag>) -> Result<Option<WasiCtx>> + Send + Sync + 'static,
    ) -> &mut Self {
        self.set_wasi_source(WasiSource::new(source));
        self
    }
}
