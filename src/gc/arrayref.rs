//! `arrayref`: references to arrays.

mod pre;

pub use pre::ArrayRefPre;

use super::root::{FromRoot, Root};
use super::{GcKind, GcRef, Object, Rooted};
use crate::error::ensure;
use crate::store::StoreOpaque;
use crate::sys::wasmtime_val_t;
use crate::{
    ArrayType, AsContext, AsContextMut, HeapType, Result, StorageType, StoreContextMut, Val,
};
use pre::len_of;
use std::mem::MaybeUninit;

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
        let raw = allocator.create(store, *elem, len)?;
        Ok(Rooted::push(&mut store.roots, raw))
    }

    /// Creates an array of these elements.
    ///
    /// The C API has no function for this, so the elements are set one by one: calls
    /// `wasmtime_arrayref_new` and `wasmtime_arrayref_set`. Elements of an immutable type can't
    /// be set. So an array of such a type, whose elements differ, can be created by WebAssembly
    /// code only.
    ///
    /// If there are no elements, and their type is one of references without null, an object of
    /// that type is created for the call: the C API needs a value. This function creates one of an
    /// abstract type that is `any`, or below it, or `extern`.
    ///
    /// # Errors
    ///
    /// Returns an error as [`ArrayRef::new`] does for each of the values. Returns one as well if
    ///
    /// - the elements are immutable, and differ; or
    /// - there are no elements, and their type is one of references without null to functions,
    ///   to exceptions, or to objects of a concrete type.
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
        let store = store.opaque_mut();
        let raw = match elems.split_first() {
            Some((first, rest)) => allocator.create_fixed(store, *first, rest.iter().copied()),
            None => allocator.create_empty(store),
        }?;
        Ok(Rooted::push(&mut store.roots, raw))
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
        mut store: impl AsContextMut,
        allocator: &ArrayRefPre,
        elems: &[u8],
    ) -> Result<Rooted<ArrayRef>> {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        check_i8(allocator.field.element_type())?;
        let mut elems = elems.iter().map(|byte| Val::I32((*byte).into()));
        let raw = match elems.next() {
            Some(first) => allocator.create_fixed(store, first, elems),
            None => allocator.create_empty(store),
        }?;
        Ok(Rooted::push(&mut store.roots, raw))
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
        let store = store.opaque_mut();
        let array = self.object(store)?;
        // SAFETY: it is an array of the store, as `object` has checked, and rooted.
        unsafe {
            check_i8(&array.array_type(store).element_type())?;
            let len = array.len(store)?;
            ensure!(
                len_of(dst.len())? == len,
                "expected a slice of the array's length, {len}; found one of the length {}",
                dst.len()
            );
            for (index, byte) in (0..).zip(dst) {
                let mut elem = MaybeUninit::uninit();
                array.write_elem(store, index, &mut elem)?;
                // An `i8` is read as an `i32`.
                *byte = Val::from_c(store, elem.assume_init_ref()).unwrap_i32() as u8;
            }
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
        let array = self.object(store.opaque())?;
        // SAFETY: it is an array of the store, as `object` has checked. It is rooted as long as
        // the iterator, which borrows both `self` and the store.
        let len = unsafe { array.len(store.opaque()) }?;
        Ok((0..len as usize).map(move |index| {
            let store = store.opaque_mut();
            let mut elem = MaybeUninit::uninit();
            // SAFETY: as for `len`. The element is an owned value of the store.
            unsafe {
                array
                    .write_elem(store, index as u32, &mut elem)
                    .expect("the array has this element");
                Val::from_c(store, elem.assume_init_ref())
            }
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
        let mut elem = MaybeUninit::uninit();
        self.write_elem(store, index, &mut elem)?;
        // SAFETY: the element is an owned value of the store.
        Ok(unsafe { Val::from_c(store, elem.assume_init_ref()) })
    }

    /// Sets `out` to an element as [`Object::write_elem`] does.
    ///
    /// The callers are generic, so the program's code converts the value, and may leave out what
    /// it doesn't need.
    ///
    /// Speed: an element is read in 86 ns instead of 90 if this function converts it.
    fn write_elem(
        &self,
        store: &mut StoreOpaque,
        index: u32,
        out: &mut MaybeUninit<wasmtime_val_t>,
    ) -> Result<()> {
        // SAFETY: it is an array of the store, as `object` has checked, and rooted.
        unsafe { self.object(store)?.write_elem(store, index, out) }
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
        self.set_in(store.as_context_mut().opaque_mut(), index, value)
    }

    /// Sets an element as [`ArrayRef::set`] does.
    fn set_in(&self, store: &mut StoreOpaque, index: u32, value: Val) -> Result<()> {
        // SAFETY: it is an array of the store, as `object` has checked, and rooted.
        unsafe { self.object(store)?.set(store, index, value) }
    }
}

fn check_i8(found: &StorageType) -> Result<()> {
    ensure!(
        found.is_i8(),
        "expected an array of `i8`, found one of `{found}`"
    );
    Ok(())
}
