//! `structref`: references to structs.

use super::root::{FromRoot, Root, StoreSerial};
use super::{GcKind, GcRef, Object, RawRef, Rooted, StructPre};
use crate::store::{StoreOpaque, wrong_store};
use crate::sys::wasmtime_val_t;
use crate::{AsContext, AsContextMut, HeapType, Result, StoreContextMut, StructType, Val};
use std::mem::MaybeUninit;
use std::slice;

/// The most fields of a new struct whose values are kept on the stack.
const ON_STACK: usize = 16;

/// A struct of WebAssembly: fields of the types that its [`StructType`] has.
///
/// It is used through [`Rooted`] or [`OwnedRooted`](crate::OwnedRooted), which
/// dereference to it. `Rooted<StructRef>` stands for the type `(ref struct)` in
/// [`Func::wrap`](crate::Func::wrap) and [`Func::typed`](crate::Func::typed), and
/// `Option<Rooted<StructRef>>` for `structref`. In a [`Val`], it is a [`Val::AnyRef`].
///
#[doc = example!(gc, wat)]
/// use libwasmtime::{
///     Config, Engine, FieldType, Instance, Module, Mutability, Rooted, StorageType, Store,
///     StructRef, StructRefPre, StructType, Val, ValType,
/// };
///
/// let engine = Engine::new(Config::new().wasm_gc(true))?;
/// let field = |ty| FieldType::new(Mutability::Var, StorageType::from(ty));
/// let point = StructType::new(&engine, [field(ValType::I32), field(ValType::I32)])?;
///
/// // In the module, `$point` is the same type.
/// let wat = r#"
///     (module
///         (type $point (struct (field (mut i32)) (field (mut i32))))
///         (func (export "mirror") (param (ref $point))
///             (struct.set $point 0 (local.get 0)
///                 (i32.sub (i32.const 0) (struct.get $point 0 (local.get 0))))))
/// "#;
/// let mut store = Store::new(&engine, ());
/// let instance = Instance::new(&mut store, &Module::new(&engine, wat)?, &[])?;
/// let mirror = instance.get_typed_func::<Rooted<StructRef>, ()>(&mut store, "mirror")?;
///
/// let points = StructRefPre::new(&mut store, point);
/// let point = StructRef::new(&mut store, &points, &[Val::I32(3), Val::I32(4)])?;
/// mirror.call(&mut store, point)?;
/// assert_eq!(point.field(&mut store, 0)?.unwrap_i32(), -3);
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Clone, Debug)]
#[repr(transparent)]
pub struct StructRef {
    root: Root,
}

impl GcRef for StructRef {}

// SAFETY: a `StructRef` is a transparent wrapper of a `Root`.
unsafe impl FromRoot for StructRef {
    const KIND: GcKind = GcKind::Any;
    const HEAP_TYPE: HeapType = HeapType::Struct;

    fn val(reference: Option<Rooted<StructRef>>) -> Val {
        reference.into()
    }
}

/// An allocator of structs of one type in one store, for [`StructRef::new`].
#[derive(Debug)]
pub struct StructRefPre {
    store: StoreSerial,
    pre: StructPre,
}

impl StructRefPre {
    /// Creates an allocator of structs of type `ty`.
    ///
    /// Calls `wasmtime_struct_ref_pre_new`.
    ///
    /// # Panics
    ///
    /// Panics if the type belongs to another engine than the store.
    pub fn new(mut store: impl AsContextMut, ty: StructType) -> StructRefPre {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        assert!(
            ty.comes_from_same_engine(store.engine()),
            "the type of the structs belongs to another engine than the store"
        );
        StructRefPre {
            store: store.roots.serial(),
            // SAFETY: the type belongs to the store's engine, as was asserted.
            pre: unsafe { StructPre::new(store, &ty) },
        }
    }

    /// Creates a struct as [`StructRef::new`] does.
    fn create(&self, store: &mut StoreOpaque, fields: &[Val]) -> Result<Rooted<StructRef>> {
        if self.store != store.roots.serial() {
            wrong_store()
        }
        let mut on_stack = [const { MaybeUninit::uninit() }; ON_STACK];
        let mut allocated;
        let places = match on_stack.get_mut(..fields.len()) {
            Some(places) => places,
            None => {
                allocated = vec![MaybeUninit::uninit(); fields.len()];
                &mut allocated[..]
            }
        };
        for (place, field) in places.iter_mut().zip(fields) {
            field.write_c(store, place)?;
        }
        // SAFETY: all places have been initialized. The allocator and the values belong to the
        // store, as was checked here and by `write_c`.
        unsafe {
            let fields = slice::from_raw_parts(places.as_ptr().cast(), places.len());
            Rooted::create(store, |context, out| {
                RawRef::write_struct(context, &self.pre, fields, out)
            })
        }
    }
}

impl StructRef {
    /// Creates a struct with these values in its fields.
    ///
    /// If the heap of collected objects is full, the collector runs first.
    ///
    /// Calls `wasmtime_structref_new`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - there are too many or too few values, or one has another type than its field, belongs
    ///   to another store, or has been unrooted;
    /// - the store's heap of collected objects is full; or
    /// - libwasmtime was built without `gc`, with [`Unsupported`](crate::Unsupported).
    ///
    /// # Panics
    ///
    /// Panics if `allocator` belongs to another store.
    pub fn new(
        mut store: impl AsContextMut,
        allocator: &StructRefPre,
        fields: &[Val],
    ) -> Result<Rooted<StructRef>> {
        allocator.create(store.as_context_mut().opaque_mut(), fields)
    }

    /// Returns the struct, for functions that require that it is rooted: it is as long as `self`
    /// is borrowed, and the store isn't used otherwise.
    fn object(&self, store: &StoreOpaque) -> Result<Object> {
        Ok(self.root.resolve(&store.roots)?.object())
    }

    /// Returns the struct's type.
    ///
    /// Calls `wasmtime_structref_type`.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> Result<StructType> {
        let store = store.as_context();
        let store = store.opaque();
        // SAFETY: it is a struct of the store, as `object` has checked, and rooted.
        Ok(unsafe { self.object(store)?.struct_type(store) })
    }

    /// Reports whether the struct is of type `ty`.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store, or if `ty` belongs to another
    /// engine.
    pub fn matches_ty(&self, store: impl AsContext, ty: &StructType) -> Result<bool> {
        Ok(self.ty(store)?.matches(ty))
    }

    /// Returns the values of the fields, which are read as the iterator advances.
    ///
    /// Calls `wasmtime_structref_field`.
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
        let object = self.object(store.opaque())?;
        // SAFETY: it is a struct of the store, as `object` has checked. It is rooted as long as
        // the iterator, which borrows both `self` and the store.
        let len = unsafe { object.struct_type(store.opaque()) }.fields().len();
        Ok((0..len).map(move |index| {
            let store = store.opaque_mut();
            let mut field = MaybeUninit::uninit();
            // SAFETY: as for `struct_type`. The field is an owned value of the store.
            unsafe {
                object
                    .write_field(store, index, &mut field)
                    .expect("the struct has this field");
                Val::from_c(store, field.assume_init_ref())
            }
        }))
    }

    /// Returns the value of the field at `index`. One that is packed is returned as an `i32`
    /// without a sign: the upper bits are zero.
    ///
    /// Calls `wasmtime_structref_field`.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted, or if there is no such field.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub fn field(&self, mut store: impl AsContextMut, index: usize) -> Result<Val> {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        let mut field = MaybeUninit::uninit();
        self.write_field(store, index, &mut field)?;
        // SAFETY: the field is an owned value of the store.
        Ok(unsafe { Val::from_c(store, field.assume_init_ref()) })
    }

    /// Sets `out` to a field as [`Object::write_field`] does, for the reason that `ArrayRef` has.
    fn write_field(
        &self,
        store: &mut StoreOpaque,
        index: usize,
        out: &mut MaybeUninit<wasmtime_val_t>,
    ) -> Result<()> {
        // SAFETY: it is a struct of the store, as `object` has checked, and rooted.
        unsafe { self.object(store)?.write_field(store, index, out) }
    }

    /// Sets the field at `index`. Of a value for a packed field, the upper bits are ignored.
    ///
    /// Calls `wasmtime_structref_set_field`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the reference, or the one in `value`, has been unrooted;
    /// - there is no such field, or it is immutable; or
    /// - the value has another type than the field, or belongs to another store.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub fn set_field(&self, mut store: impl AsContextMut, index: usize, value: Val) -> Result<()> {
        self.set_field_in(store.as_context_mut().opaque_mut(), index, value)
    }

    /// Sets a field as [`StructRef::set_field`] does.
    fn set_field_in(&self, store: &mut StoreOpaque, index: usize, value: Val) -> Result<()> {
        // SAFETY: it is a struct of the store, as `object` has checked, and rooted.
        unsafe { self.object(store)?.set_field(store, index, value) }
    }
}
