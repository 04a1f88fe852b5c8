//! `exnref`: references to exceptions.

use super::root::{FromRoot, Root, StoreSerial};
use super::{GcKind, GcRef, RawRef, Rooted};
use crate::store::wrong_store;
use crate::{
    AsContext, AsContextMut, ExnType, FuncType, HeapType, Result, StoreContextMut, Tag, Val, ensure,
};

/// An exception of WebAssembly: a [`Tag`], and values of the types that the tag
/// declares.
///
/// A `catch_ref` clause of WebAssembly code creates a reference to one, and
/// [`ExnRef::new`] does. An exception that no WebAssembly code catches becomes the
/// store's pending exception, and the call fails with
/// [`ThrownException`](crate::ThrownException).
///
/// It is used through [`Rooted`] or [`OwnedRooted`](crate::OwnedRooted), which
/// dereference to it. `Rooted<ExnRef>` stands for the type `(ref exn)` in
/// [`Func::wrap`](crate::Func::wrap) and [`Func::typed`](crate::Func::typed), and
/// `Option<Rooted<ExnRef>>` for `exnref`.
#[derive(Clone, Debug)]
#[repr(transparent)]
pub struct ExnRef {
    root: Root,
}

impl GcRef for ExnRef {}

// SAFETY: an `ExnRef` is a transparent wrapper of a `Root`.
unsafe impl FromRoot for ExnRef {
    const KIND: GcKind = GcKind::Exn;
    const HEAP_TYPE: HeapType = HeapType::Exn;

    fn val(reference: Option<Rooted<ExnRef>>) -> Val {
        Val::ExnRef(reference)
    }
}

/// An allocator of exceptions of one type in one store, for [`ExnRef::new`].
#[derive(Debug)]
pub struct ExnRefPre {
    store: StoreSerial,
    ty: ExnType,
}

impl ExnRefPre {
    /// Creates an allocator of exceptions of type `ty`.
    ///
    /// # Panics
    ///
    /// Panics if the type belongs to another engine than the store.
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
    /// Creates an exception with a tag, and the values that it carries.
    ///
    /// To throw it, pass it to [`Store::throw`](crate::Store::throw), or to
    /// [`StoreContextMut::throw`] in a host function.
    ///
    /// Calls `wasmtime_exnref_new`.
    ///
    #[doc = example!(gc, wat)]
    /// use libwasmtime::{
    ///     AsContextMut, Caller, Config, Engine, ExnRef, ExnRefPre, ExnType, Func, Instance,
    ///     Module, Result, Store, Tag, Val, ValType,
    /// };
    ///
    /// let engine = Engine::new(Config::new().wasm_exceptions(true))?;
    /// let mut store = Store::new(&engine, ());
    /// let ty = ExnType::new(&engine, [ValType::I32])?;
    /// let failed = Tag::new(&mut store, &ty.tag_type())?;
    /// let open = Func::wrap(&mut store, move |mut caller: Caller<'_, ()>| -> Result<()> {
    ///     let pre = ExnRefPre::new(&mut caller, ty.clone());
    ///     let exception = ExnRef::new(&mut caller, &pre, &failed, &[Val::I32(13)])?;
    ///     caller.as_context_mut().throw(exception)
    /// });
    ///
    /// // The guest catches what the host throws, and returns the number in it.
    /// let wat = r#"
    ///     (module
    ///         (import "" "failed" (tag $failed (param i32)))
    ///         (import "" "open" (func $open))
    ///         (func (export "run") (result i32)
    ///             (block $handler (result i32)
    ///                 (try_table (catch $failed $handler) (call $open))
    ///                 (i32.const 0))))
    /// "#;
    /// let module = Module::new(&engine, wat)?;
    /// let instance = Instance::new(&mut store, &module, &[failed.into(), open.into()])?;
    /// let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
    /// assert_eq!(run.call(&mut store, ())?, 13);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the tag isn't of the type that `allocator` was created for;
    /// - there are too many or too few values, or one has another type or belongs to
    ///   another store;
    /// - the store's heap of collected objects is full; or
    /// - libwasmtime was built without `gc`, with [`Unsupported`](crate::Unsupported).
    ///
    /// # Panics
    ///
    /// Panics if `allocator` or the tag belongs to another store.
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
            "the tag has another type than the exceptions that the allocator is for"
        );
        let store = store.opaque_mut();
        let fields = fields
            .iter()
            .map(|val| val.to_c(store))
            .collect::<Result<Vec<_>>>()?;
        // SAFETY: the values belong to the store, as `to_c` has checked.
        let raw = unsafe { RawRef::new_exn(store, *tag, &fields) }?;
        Ok(Rooted::push(&mut store.roots, raw))
    }

    /// Roots the exception of a raw value, which a function of
    /// [`Func::new_unchecked`](crate::Func::new_unchecked) receives; `None` for null.
    ///
    /// It is unsafe for the same reason as
    /// [`ExternRef::from_raw`](crate::ExternRef::from_raw).
    ///
    /// Calls `wasmtime_exnref_from_raw`.
    ///
    /// # Panics
    ///
    /// Panics if `raw` isn't null and libwasmtime was built without `gc`.
    ///
    /// # Safety
    ///
    /// `raw` must be null or a raw `exnref` of this store. The collector must not have run
    /// since WebAssembly passed `raw` or [`to_raw`](Self::to_raw) returned it: nothing that
    /// may run it must have been called.
    pub unsafe fn from_raw(mut store: impl AsContextMut, raw: u32) -> Option<Rooted<ExnRef>> {
        // SAFETY: `raw` is null or a current `exnref` of the store, as this function requires.
        unsafe { Rooted::from_raw(store.as_context_mut().opaque_mut(), raw) }
    }

    /// Returns the raw value of the reference, for a [`ValRaw`](crate::ValRaw).
    ///
    /// It must be passed to WebAssembly before the collector may run.
    ///
    /// Calls `wasmtime_exnref_to_raw`.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub fn to_raw(&self, mut store: impl AsContextMut) -> Result<u32> {
        self.root.to_raw(store.as_context_mut().opaque_mut())
    }

    /// Returns the exception's type, which its tag determines.
    ///
    /// Calls `wasmtime_exnref_type`.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> Result<ExnType> {
        let store = store.as_context();
        let store = store.opaque();
        Ok(self.root.resolve(&store.roots)?.exn_type(store))
    }

    /// Reports whether the exception is of type `ty`.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store, or if `ty` belongs to another
    /// engine.
    pub fn matches_ty(&self, store: impl AsContext, ty: &HeapType) -> Result<bool> {
        Ok(HeapType::from(self.ty(store)?).matches(ty))
    }

    /// Returns the tag that the exception was created with.
    ///
    /// Calls `wasmtime_exnref_tag`.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub fn tag(&self, mut store: impl AsContextMut) -> Result<Tag> {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        // A clone, as the store records the tag, which borrows it exclusively.
        let raw = self.root.resolve(&store.roots)?.clone();
        raw.exn_tag(store)
    }

    /// Returns the value at `index` of those that the exception carries.
    ///
    /// Calls `wasmtime_exnref_field`.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted, or if there is no such value.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub fn field(&self, mut store: impl AsContextMut, index: usize) -> Result<Val> {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        // A clone, as rooting the value borrows the store exclusively.
        let raw = self.root.resolve(&store.roots)?.clone();
        raw.exn_field(store, index)
    }

    /// Returns the values that the exception carries.
    ///
    /// Calls `wasmtime_exnref_field_count` and `wasmtime_exnref_field`.
    ///
    #[doc = example!(gc, wat)]
    /// use libwasmtime::{Config, Engine, Instance, Module, Store, Tag, ThrownException};
    ///
    /// let engine = Engine::new(Config::new().wasm_exceptions(true))?;
    /// let wat = r#"
    ///     (module
    ///         (tag $failed (export "failed") (param i32 i64))
    ///         (func (export "run") (throw $failed (i32.const 2) (i64.const -1))))
    /// "#;
    /// let mut store = Store::new(&engine, ());
    /// let instance = Instance::new(&mut store, &Module::new(&engine, wat)?, &[])?;
    /// let failed = instance.get_tag(&mut store, "failed").expect("it is exported");
    /// let run = instance.get_typed_func::<(), ()>(&mut store, "run")?;
    ///
    /// // No WebAssembly code catches the exception, so the host takes it.
    /// let error = run.call(&mut store, ()).unwrap_err();
    /// assert!(error.is::<ThrownException>());
    /// let exception = store.take_pending_exception().expect("one was thrown");
    /// let tag = exception.tag(&mut store)?;
    /// assert!(Tag::eq(&tag, &failed, &store));
    /// let fields: Vec<_> = exception.fields(&mut store)?.collect();
    /// assert_eq!((fields[0].unwrap_i32(), fields[1].unwrap_i64()), (2, -1));
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
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
