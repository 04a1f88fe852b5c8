//! `externref`: references to host data.

use super::{GcRef, OwnedRooted, RawRef, Rooted, RootedGcRef};
use crate::func::finalize;
use crate::store::StoreOpaque;
use crate::{AsContextMut, Error, Result, StoreContext, StoreContextMut};
use std::any::Any;

/// What the host stores behind an `externref`.
type Data = Box<dyn Any + Send + Sync>;

/// A value of the host that WebAssembly can hold but not look into.
///
/// Only ever used behind [`Rooted`] or [`OwnedRooted`]. The host value is
/// dropped once, when it is collected or the store is dropped.
#[derive(Debug)]
pub enum ExternRef {}

impl GcRef for ExternRef {}

impl ExternRef {
    /// Makes a new object of `value`.
    ///
    /// Calls `wasmtime_externref_new`.
    ///
    /// # Errors
    ///
    /// If the store's heap for such objects is full, or its engine has none; or
    /// if libwasmtime was built without `gc`, in which case the error is [`Unsupported`](crate::Unsupported).
    pub fn new<T>(mut store: impl AsContextMut, value: T) -> Result<Rooted<ExternRef>>
    where
        T: Any + Send + Sync + 'static,
    {
        RawRef::supported()?;
        let mut store = store.as_context_mut();
        let data: *mut Data = Box::into_raw(Box::new(Box::new(value)));
        // SAFETY: `data` is a leaked box of the type that `finalize` frees.
        let raw = unsafe { RawRef::new(store.opaque_mut(), data.cast(), finalize::<Data>) }
            .ok_or_else(|| {
                Error::msg(
                    "failed to allocate an externref: the store's heap for them is full, or its \
                     engine has none",
                )
            })?;
        Ok(store.opaque_mut().roots.push(raw))
    }

    /// Roots a reference that libwasmtime handed out.
    pub(crate) fn root(store: &mut StoreOpaque, raw: RawRef) -> Rooted<ExternRef> {
        store.roots.push(raw)
    }
}

impl Rooted<ExternRef> {
    /// The host value behind the reference; `None` if it isn't the host's.
    ///
    /// Calls `wasmtime_externref_data`.
    ///
    /// # Errors
    ///
    /// If the root is gone.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub fn data<'a, T: 'static>(
        &self,
        store: impl Into<StoreContext<'a, T>>,
    ) -> Result<Option<&'a (dyn Any + Send + Sync)>> {
        let store = store.into();
        let data = data_ptr(self, store.opaque())?;
        // SAFETY: the data lives as long as the object, which is rooted here:
        // roots are only cut through an exclusive borrow of the store.
        Ok(unsafe { data.as_ref() }.map(|data| &**data))
    }

    /// The host value behind the reference, to be changed.
    ///
    /// # Errors
    ///
    /// If the root is gone.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub fn data_mut<'a, T: 'static>(
        &self,
        store: impl Into<StoreContextMut<'a, T>>,
    ) -> Result<Option<&'a mut (dyn Any + Send + Sync)>> {
        let store = store.into();
        let data = data_ptr(self, store.opaque())?;
        // SAFETY: as above, and the store is borrowed exclusively, through
        // which alone the data is reached.
        Ok(unsafe { data.as_mut() }.map(|data| &mut **data))
    }
}

impl OwnedRooted<ExternRef> {
    /// The host value behind the reference; `None` if it isn't the host's.
    ///
    /// # Errors
    ///
    /// Never; the `Result` is that of [`Rooted::data`].
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub fn data<'a, T: 'static>(
        &'a self,
        store: impl Into<StoreContext<'a, T>>,
    ) -> Result<Option<&'a (dyn Any + Send + Sync)>> {
        let store = store.into();
        let data = data_ptr(self, store.opaque())?;
        // SAFETY: the data lives as long as the object, which `self` roots.
        Ok(unsafe { data.as_ref() }.map(|data| &**data))
    }
}

fn data_ptr(reference: &impl RootedGcRef<ExternRef>, store: &StoreOpaque) -> Result<*mut Data> {
    Ok(reference.resolve(&store.roots)?.data(store).cast())
}
