//! `externref`: references to host data.

use super::root::{FromRoot, Root};
use super::{AnyRef, GcKind, GcRef, RawRef, Rooted};
use crate::callback::finalize;
use crate::error::format_err;
use crate::{AsContextMut, HeapType, Result, StoreContext, StoreContextMut, Val};
use std::any::Any;

/// What the host stores behind an `externref`.
type Data = Box<dyn Any + Send + Sync>;

/// A value of the host that WebAssembly can hold but not look into.
///
/// It is used behind [`Rooted`] or [`OwnedRooted`](crate::OwnedRooted), which
/// dereference to it. A clone of it is rooted as what it was cloned from: of a
/// `Rooted` as long as that, of an `OwnedRooted` by itself. The host value is
/// dropped once, when it is collected or the store is dropped.
///
#[doc = example!(gc)]
/// use libwasmtime::{ExternRef, Store};
///
/// let mut store = Store::<()>::default();
/// let object = ExternRef::new(&mut store, String::from("hello"))?;
/// let data = object.data(&store)?.expect("the host made it");
/// assert_eq!(data.downcast_ref::<String>().unwrap(), "hello");
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Clone, Debug)]
#[repr(transparent)]
pub struct ExternRef {
    root: Root,
}

impl GcRef for ExternRef {}

// SAFETY: an `ExternRef` is a `Root` and nothing else.
unsafe impl FromRoot for ExternRef {
    const KIND: GcKind = GcKind::Extern;
    const HEAP_TYPE: HeapType = HeapType::Extern;

    fn val(reference: Option<Rooted<ExternRef>>) -> Val {
        Val::ExternRef(reference)
    }
}

impl ExternRef {
    /// Makes a new object of `value`.
    ///
    /// `value` is dropped when nothing refers to the object any more and the store's
    /// garbage is collected: how large it is makes no difference to when that is, so
    /// see [`Store::gc`](crate::Store::gc) if it is large.
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
                format_err!(
                    "failed to allocate an externref: the store's heap for them is full, or its \
                     engine has none",
                )
            })?;
        Ok(Rooted::push(&mut store.opaque_mut().roots, raw))
    }

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
        let store = store.into().opaque();
        let raw = self.root.resolve(&store.roots)?;
        // SAFETY: invariant "Shared"; the reference is of the store. The data
        // lives as long as the object, which is rooted now. Should the root be
        // dropped, libwasmtime notes that, and lets go of the object in a call
        // that takes the store exclusively.
        let data = unsafe {
            let data: *mut Data = raw.data(store.collected().raw()).cast();
            data.as_ref()
        };
        Ok(data.map(|data| &**data))
    }

    /// The host value behind the reference, to be changed.
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
    pub fn data_mut<'a, T: 'static>(
        &self,
        store: impl Into<StoreContextMut<'a, T>>,
    ) -> Result<Option<&'a mut (dyn Any + Send + Sync)>> {
        let mut store = store.into();
        let store = store.opaque_mut();
        let context = store.raw();
        let raw = self.root.resolve(&store.roots)?;
        // SAFETY: invariant "Context"; the reference is of the store. The data
        // lives as `data` says, and the store is borrowed exclusively, through
        // which alone it is reached.
        let data = unsafe {
            let data: *mut Data = raw.data(context).cast();
            data.as_mut()
        };
        Ok(data.map(|data| &mut **data))
    }

    /// Roots the object of a raw value, such as a function of
    /// [`Func::new_unchecked`](crate::Func::new_unchecked) is passed; `None` for
    /// null.
    ///
    /// The `wasmtime` crate has this as a safe function, which panics at a wrong
    /// value or later. The C API aborts the process then, and there is no way to
    /// look at a value first.
    ///
    /// Calls `wasmtime_externref_from_raw`.
    ///
    /// # Panics
    ///
    /// If `raw` isn't null and libwasmtime was built without `gc`: there are no
    /// objects then.
    ///
    /// # Safety
    ///
    /// `raw` must be null or a raw `externref` of this store, and nothing that
    /// may run the collector must have been called since WebAssembly passed it
    /// or [`to_raw`](Self::to_raw) returned it.
    pub unsafe fn from_raw(mut store: impl AsContextMut, raw: u32) -> Option<Rooted<ExternRef>> {
        // SAFETY: the caller vouches for `raw`.
        unsafe { Rooted::from_raw(store.as_context_mut().opaque_mut(), raw) }
    }

    /// The raw value of the reference, for a [`ValRaw`](crate::ValRaw).
    ///
    /// It must be passed to WebAssembly before anything else that may run the
    /// collector.
    ///
    /// Calls `wasmtime_externref_to_raw`.
    ///
    /// # Errors
    ///
    /// If the root is gone.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub fn to_raw(&self, mut store: impl AsContextMut) -> Result<u32> {
        self.root.to_raw(store.as_context_mut().opaque_mut())
    }

    /// Wraps a reference of WebAssembly's own into one of the host's, as
    /// `extern.convert_any` does. The object stays the same.
    ///
    /// The C API has no function for it: the bits of both are the same in
    /// WebAssembly, so that one is made of the raw value of the other. Calls
    /// `wasmtime_anyref_to_raw` and `wasmtime_externref_from_raw`.
    ///
    /// # Errors
    ///
    /// If the root is gone.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub fn convert_any(
        mut store: impl AsContextMut,
        anyref: Rooted<AnyRef>,
    ) -> Result<Rooted<ExternRef>> {
        anyref.convert(store.as_context_mut().opaque_mut())
    }
}
