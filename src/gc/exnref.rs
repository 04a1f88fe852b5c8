//! `exnref`: references to exceptions.

use super::root::{FromRoot, Root, StoreSerial};
use super::{GcKind, GcRef, RawRef, Rooted};
use crate::store::wrong_store;
use crate::{
    AsContext, AsContextMut, ExnType, FuncType, HeapType, Result, StoreContextMut, Tag, Val, ensure,
};

/// An exception of WebAssembly: a [`Tag`], and values of the types that the tag
/// says.
///
/// It is used behind [`Rooted`] or [`OwnedRooted`](crate::OwnedRooted), which
/// dereference to it, and in which it stands for the type `(ref exn)`.
#[derive(Clone, Debug)]
#[repr(transparent)]
pub struct ExnRef {
    root: Root,
}

impl GcRef for ExnRef {}

// SAFETY: an `ExnRef` is a `Root` and nothing else.
unsafe impl FromRoot for ExnRef {
    const KIND: GcKind = GcKind::Exn;
    const HEAP_TYPE: HeapType = HeapType::Exn;

    fn val(reference: Option<Rooted<ExnRef>>) -> Val {
        Val::ExnRef(reference)
    }
}

/// What is needed to make exceptions of one type in one store.
#[derive(Debug)]
pub struct ExnRefPre {
    store: StoreSerial,
    ty: ExnType,
}

impl ExnRefPre {
    /// Prepares making exceptions of type `ty`.
    ///
    /// # Panics
    ///
    /// If the type is of another engine than the store.
    pub fn new(store: impl AsContextMut, ty: ExnType) -> ExnRefPre {
        let store = store.as_context();
        assert!(
            ty.comes_from_same_engine(store.engine()),
            "the type of the exceptions belongs to another engine than the store"
        );
        ExnRefPre {
            store: store.opaque().roots.serial(),
            ty,
        }
    }
}

impl ExnRef {
    /// Makes an exception with a tag and the values that it carries.
    ///
    /// To throw it, pass it to [`Store::throw`](crate::Store::throw).
    ///
    /// Calls `wasmtime_exnref_new`.
    ///
    #[doc = example!(gc)]
    /// use libwasmtime::{ExnRef, ExnRefPre, ExnType, Store, Tag, Val, ValType};
    ///
    /// let mut store = Store::<()>::default();
    /// let ty = ExnType::new(store.engine(), [ValType::I32])?;
    /// let tag = Tag::new(&mut store, &ty.tag_type())?;
    /// let pre = ExnRefPre::new(&mut store, ty);
    /// let exception = ExnRef::new(&mut store, &pre, &tag, &[Val::I32(7)])?;
    /// assert_eq!(exception.field(&mut store, 0)?.unwrap_i32(), 7);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the tag isn't of the type that `allocator` is for, there are too many
    /// or too few values, or one is of another type or store; if the store's heap
    /// for such objects is full; or, with [`Unsupported`](crate::Unsupported), if
    /// libwasmtime was built without `gc`.
    ///
    /// # Panics
    ///
    /// If `allocator` or the tag is of another store.
    pub fn new(
        mut store: impl AsContextMut,
        allocator: &ExnRefPre,
        tag: &Tag,
        fields: &[Val],
    ) -> Result<Rooted<ExnRef>> {
        let mut store = store.as_context_mut();
        if allocator.store != store.opaque().roots.serial() {
            wrong_store()
        }
        ensure!(
            FuncType::eq(tag.ty(&store).ty(), allocator.ty.tag_type().ty()),
            "the tag of the exception is of another type"
        );
        let store = store.opaque_mut();
        let fields = fields
            .iter()
            .map(|val| val.to_c(store))
            .collect::<Result<Vec<_>>>()?;
        // SAFETY: the values are of the store.
        let raw = unsafe { RawRef::new_exn(store, *tag, &fields) }?;
        Ok(Rooted::push(&mut store.roots, raw))
    }

    /// Roots the exception of a raw value, such as a function of
    /// [`Func::new_unchecked`](crate::Func::new_unchecked) is passed; `None` for
    /// null.
    ///
    /// It is unsafe for the same reason as
    /// [`ExternRef::from_raw`](crate::ExternRef::from_raw).
    ///
    /// Calls `wasmtime_exnref_from_raw`.
    ///
    /// # Panics
    ///
    /// If `raw` isn't null and libwasmtime was built without `gc`.
    ///
    /// # Safety
    ///
    /// `raw` must be null or a raw `exnref` of this store, and nothing that may
    /// run the collector must have been called since WebAssembly passed it or
    /// [`to_raw`](Self::to_raw) returned it.
    pub unsafe fn from_raw(mut store: impl AsContextMut, raw: u32) -> Option<Rooted<ExnRef>> {
        // SAFETY: the caller vouches for `raw`.
        unsafe { Rooted::from_raw(store.as_context_mut().opaque_mut(), raw) }
    }

    /// The raw value of the reference, for a [`ValRaw`](crate::ValRaw).
    ///
    /// It must be passed to WebAssembly before anything else that may run the
    /// collector.
    ///
    /// Calls `wasmtime_exnref_to_raw`.
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

    /// The exception's type: that of its tag.
    ///
    /// Calls `wasmtime_exnref_type`.
    ///
    /// # Errors
    ///
    /// If the root is gone.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub fn ty(&self, store: impl AsContext) -> Result<ExnType> {
        let store = store.as_context();
        let store = store.opaque();
        Ok(self.root.resolve(&store.roots)?.exn_type(store))
    }

    /// Whether the exception is of type `ty`.
    ///
    /// # Errors
    ///
    /// If the root is gone.
    ///
    /// # Panics
    ///
    /// If it is of another store, or `ty` is of another engine.
    pub fn matches_ty(&self, store: impl AsContext, ty: &HeapType) -> Result<bool> {
        Ok(HeapType::from(self.ty(store)?).matches(ty))
    }

    /// The tag that the exception was made with.
    ///
    /// Calls `wasmtime_exnref_tag`.
    ///
    /// # Errors
    ///
    /// If the root is gone.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub fn tag(&self, mut store: impl AsContextMut) -> Result<Tag> {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        // A clone, as the tag is noted by the store.
        let raw = self.root.resolve(&store.roots)?.clone();
        raw.exn_tag(store)
    }

    /// The value at `index` of those that the exception carries.
    ///
    /// Calls `wasmtime_exnref_field`.
    ///
    /// # Errors
    ///
    /// If the root is gone, or there is no such value.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub fn field(&self, mut store: impl AsContextMut, index: usize) -> Result<Val> {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        // A clone, as a value may become another root of the store.
        let raw = self.root.resolve(&store.roots)?.clone();
        raw.exn_field(store, index)
    }

    /// The values that the exception carries.
    ///
    /// Calls `wasmtime_exnref_field_count` and `wasmtime_exnref_field`.
    ///
    /// # Errors
    ///
    /// If the root is gone.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub fn fields<'a, T: 'static>(
        &'a self,
        store: impl Into<StoreContextMut<'a, T>>,
    ) -> Result<impl ExactSizeIterator<Item = Val> + 'a> {
        let mut store = store.into();
        let store = store.opaque_mut();
        let raw = self.root.resolve(&store.roots)?.clone();
        let fields = (0..raw.exn_field_count(store))
            .map(|index| raw.exn_field(store, index))
            .collect::<Result<Vec<_>>>()?;
        Ok(fields.into_iter())
    }
}
