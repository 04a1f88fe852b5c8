//! `arrayref`: references to arrays.

use super::root::{FromRoot, Root, StoreSerial};
use super::{ArrayPre, GcKind, GcRef, Object, RawRef, Rooted};
use crate::error::{Context, ensure, format_err};
use crate::store::{StoreOpaque, wrong_store};
use crate::{
    ArrayType, AsContext, AsContextMut, HeapType, Result, StorageType, StoreContextMut, Val,
};

/// An array of WebAssembly: elements of the type that its [`ArrayType`] has.
///
/// It is used through [`Rooted`] or [`OwnedRooted`](crate::OwnedRooted), which
/// dereference to it. `Rooted<ArrayRef>` stands for the type `(ref array)` in
/// [`Func::wrap`](crate::Func::wrap) and [`Func::typed`](crate::Func::typed), and
/// `Option<Rooted<ArrayRef>>` for `arrayref`. In a [`Val`], it is a [`Val::AnyRef`].
///
#[doc = example!(gc)]
/// use libwasmtime::{
///     ArrayRef, ArrayRefPre, ArrayType, Config, Engine, FieldType, Mutability, StorageType,
///     Store, Val,
/// };
///
/// let engine = Engine::new(Config::new().wasm_gc(true))?;
/// let mut store = Store::new(&engine, ());
/// let byte = FieldType::new(Mutability::Var, StorageType::I8);
/// let bytes = ArrayRefPre::new(&mut store, ArrayType::new(&engine, byte));
///
/// let zeros = ArrayRef::new(&mut store, &bytes, &Val::I32(0), 4)?;
/// zeros.set(&mut store, 1, Val::I32(0x1ff))?;
/// assert_eq!(zeros.get(&mut store, 1)?.unwrap_i32(), 0xff);
///
/// let hello = ArrayRef::new_from_i8_slice(&mut store, &bytes, b"hello")?;
/// assert_eq!(hello.len(&store)?, 5);
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Clone, Debug)]
#[repr(transparent)]
pub struct ArrayRef {
    root: Root,
}

impl GcRef for ArrayRef {}

// SAFETY: an `ArrayRef` is a transparent wrapper of a `Root`.
unsafe impl FromRoot for ArrayRef {
    const KIND: GcKind = GcKind::Any;
    const HEAP_TYPE: HeapType = HeapType::Array;

    fn val(reference: Option<Rooted<ArrayRef>>) -> Val {
        reference.into()
    }
}

/// An allocator of arrays of one type in one store, for [`ArrayRef::new`].
#[derive(Debug)]
pub struct ArrayRefPre {
    store: StoreSerial,
    ty: ArrayType,
    pre: ArrayPre,
}

impl ArrayRefPre {
    /// Creates an allocator of arrays of type `ty`.
    ///
    /// Calls `wasmtime_array_ref_pre_new`.
    ///
    /// # Panics
    ///
    /// Panics if the type belongs to another engine than the store.
    pub fn new(mut store: impl AsContextMut, ty: ArrayType) -> ArrayRefPre {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        assert!(
            ty.comes_from_same_engine(store.engine()),
            "the type of the arrays belongs to another engine than the store"
        );
        ArrayRefPre {
            store: store.roots.serial(),
            // SAFETY: the type belongs to the store's engine, as was asserted.
            pre: unsafe { ArrayPre::new(store, &ty) },
            ty,
        }
    }

    fn assert_store(&self, store: &StoreOpaque) {
        if self.store != store.roots.serial() {
            wrong_store()
        }
    }
}

impl ArrayRef {
    /// Creates an array of `len` elements that all have the value `elem`.
    ///
    /// If the heap of collected objects is full, the collector runs first.
    ///
    /// Calls `wasmtime_arrayref_new`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the value has another type than the elements, belongs to another store, or has been
    ///   unrooted;
    /// - the store's heap of collected objects is full, or smaller than the array; or
    /// - libwasmtime was built without `gc`, with [`Unsupported`](crate::Unsupported).
    ///
    /// # Panics
    ///
    /// Panics if `allocator` belongs to another store.
    pub fn new(
        mut store: impl AsContextMut,
        allocator: &ArrayRefPre,
        elem: &Val,
        len: u32,
    ) -> Result<Rooted<ArrayRef>> {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        allocator.assert_store(store);
        let elem = elem.to_c(store)?;
        // SAFETY: the allocator and the value belong to the store, as was checked here and by
        // `to_c`.
        let raw = unsafe { RawRef::new_array(store, &allocator.pre, &elem, len) }?;
        Ok(Rooted::push(&mut store.roots, raw))
    }

    /// Creates an array of these elements.
    ///
    /// The C API has no function for this, so the elements are set one by one: calls
    /// `wasmtime_arrayref_new` and `wasmtime_arrayref_set`. Elements of an immutable type can't
    /// be set. So an array of such a type, whose elements differ, can be created by WebAssembly
    /// code only.
    ///
    /// # Errors
    ///
    /// Returns an error as [`ArrayRef::new`] does for each of the values. Returns one as well if
    ///
    /// - the elements are immutable, and differ; or
    /// - there are no elements, and their type has no default value, as a type of references
    ///   without null.
    ///
    /// # Panics
    ///
    /// Panics if `allocator` belongs to another store.
    pub fn new_fixed(
        mut store: impl AsContextMut,
        allocator: &ArrayRefPre,
        elems: &[Val],
    ) -> Result<Rooted<ArrayRef>> {
        let mut store = store.as_context_mut();
        let field = allocator.ty.field_type();
        let ty = field.element_type().unpack();
        let (first, rest) = match elems.split_first() {
            Some((first, rest)) => (*first, rest),
            None => {
                let first = Val::default_for_ty(ty).with_context(|| {
                    format!(
                        "cannot create an empty array of `{ty}`: the C API needs a value for its \
                         elements, and the type has no default value"
                    )
                })?;
                (first, elems)
            }
        };
        let array = ArrayRef::new(&mut store, allocator, &first, len_of(elems)?)?;
        if field.mutability().is_const() {
            ensure!(
                rest.iter().all(|elem| is_same_number(elem, &first)),
                "cannot create an array of immutable elements that differ: the C API creates \
                 arrays of one value only, and these elements can't be set afterwards"
            );
            return Ok(array);
        }
        for (index, elem) in (1..).zip(rest) {
            array
                .set(&mut store, index, *elem)
                .with_context(|| format!("element {index}"))?;
        }
        Ok(array)
    }

    /// Creates an array of `i8` elements.
    ///
    /// The C API has no function for this, so the elements are set one by one: calls
    /// `wasmtime_arrayref_new` and `wasmtime_arrayref_set`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the elements have another type than `i8`;
    /// - the elements are immutable, and differ;
    /// - the store's heap of collected objects is full, or smaller than the array; or
    /// - libwasmtime was built without `gc`, with [`Unsupported`](crate::Unsupported).
    ///
    /// # Panics
    ///
    /// Panics if `allocator` belongs to another store.
    pub fn new_from_i8_slice(
        store: impl AsContextMut,
        allocator: &ArrayRefPre,
        elems: &[u8],
    ) -> Result<Rooted<ArrayRef>> {
        check_i8(&allocator.ty.element_type())?;
        let elems: Vec<_> = elems.iter().map(|byte| Val::I32((*byte).into())).collect();
        ArrayRef::new_fixed(store, allocator, &elems)
    }

    /// Copies an array of `i8` elements.
    ///
    /// The C API has no function for this, so the elements are read one by one: calls
    /// `wasmtime_arrayref_get`.
    ///
    /// # Errors
    ///
    /// Returns an error if the elements have another type than `i8`, if `dst` has another length
    /// than the array, or if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub fn copy_to_i8_slice(&self, mut store: impl AsContextMut, dst: &mut [u8]) -> Result<()> {
        let mut store = store.as_context_mut();
        check_i8(&self.ty(&store)?.element_type())?;
        let len = self.len(&store)?;
        ensure!(
            len_of(dst)? == len,
            "expected a slice of the array's length, {len}; found one of the length {}",
            dst.len()
        );
        for (index, byte) in (0..).zip(dst) {
            // An `i8` is read as an `i32`.
            *byte = self.get(&mut store, index)?.unwrap_i32() as u8;
        }
        Ok(())
    }

    /// Returns the array, for functions that require that it is rooted: it is as long as `self`
    /// is borrowed, and the store isn't used otherwise.
    fn object(&self, store: &StoreOpaque) -> Result<Object> {
        Ok(self.root.resolve(&store.roots)?.object())
    }

    /// Returns the array's type.
    ///
    /// Calls `wasmtime_arrayref_type`.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> Result<ArrayType> {
        let store = store.as_context();
        let store = store.opaque();
        // SAFETY: it is an array of the store, as `object` has checked, and rooted.
        Ok(unsafe { self.object(store)?.array_type(store) })
    }

    /// Reports whether the array is of type `ty`.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store, or if `ty` belongs to another
    /// engine.
    pub fn matches_ty(&self, store: impl AsContext, ty: &ArrayType) -> Result<bool> {
        Ok(self.ty(store)?.matches(ty))
    }

    /// Returns how many elements the array has.
    ///
    /// Calls `wasmtime_arrayref_len`.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub fn len(&self, store: impl AsContext) -> Result<u32> {
        let store = store.as_context();
        let store = store.opaque();
        // SAFETY: it is an array of the store, as `object` has checked, and rooted.
        unsafe { self.object(store)?.len(store) }
    }

    /// Returns the values of the elements, which are read as the iterator advances.
    ///
    /// Calls `wasmtime_arrayref_get`.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub fn elems<'a, T: 'static>(
        &'a self,
        store: impl Into<StoreContextMut<'a, T>>,
    ) -> Result<impl ExactSizeIterator<Item = Val> + 'a> {
        let mut store = store.into();
        let len = self.len(&store)?;
        Ok((0..len as usize).map(move |index| {
            let elem = self.get(&mut store, index as u32);
            elem.expect("the array is rooted, and has this element")
        }))
    }

    /// Returns the value of the element at `index`. One that is packed is returned as an `i32`
    /// without a sign: the upper bits are zero.
    ///
    /// Calls `wasmtime_arrayref_get`.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted, or if there is no such element.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub fn get(&self, mut store: impl AsContextMut, index: u32) -> Result<Val> {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        // SAFETY: it is an array of the store, as `object` has checked, and rooted.
        unsafe { self.object(store)?.get(store, index) }
    }

    /// Sets the element at `index`. Of a value for a packed element, the upper bits are ignored.
    ///
    /// Calls `wasmtime_arrayref_set`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the reference, or the one in `value`, has been unrooted;
    /// - there is no such element, or the elements are immutable; or
    /// - the value has another type than the elements, or belongs to another store.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub fn set(&self, mut store: impl AsContextMut, index: u32, value: Val) -> Result<()> {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        let object = self.object(store)?;
        let value = value.to_c(store)?;
        // SAFETY: it is an array of the store, as `object` has checked, and rooted, as is the
        // value.
        unsafe { object.set(store, index, &value) }
    }
}

fn len_of<T>(elems: &[T]) -> Result<u32> {
    u32::try_from(elems.len())
        .map_err(|_| format_err!("an array has 2^32 elements at most, found {}", elems.len()))
}

fn check_i8(found: &StorageType) -> Result<()> {
    ensure!(
        found.is_i8(),
        "expected an array of `i8`, found one of `{found}`"
    );
    Ok(())
}

/// Reports whether both are the same number, bit by bit. References are never the same here.
fn is_same_number(a: &Val, b: &Val) -> bool {
    match (a, b) {
        (Val::I32(a), Val::I32(b)) => a == b,
        (Val::I64(a), Val::I64(b)) => a == b,
        (Val::F32(a), Val::F32(b)) => a == b,
        (Val::F64(a), Val::F64(b)) => a == b,
        (Val::V128(a), Val::V128(b)) => a == b,
        (
            Val::I32(_)
            | Val::I64(_)
            | Val::F32(_)
            | Val::F64(_)
            | Val::V128(_)
            | Val::FuncRef(_)
            | Val::ExternRef(_)
            | Val::AnyRef(_)
            | Val::ExnRef(_)
            | Val::ContRef(_),
            _,
        ) => false,
    }
}
