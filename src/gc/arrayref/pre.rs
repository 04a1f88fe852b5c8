//! What creates arrays.

use crate::error::{Context, ensure, format_err};
use crate::gc::root::StoreSerial;
use crate::gc::{ArrayPre, RawRef, StructPre};
use crate::store::{StoreOpaque, wrong_store};
use crate::{
    ArrayType, AsContextMut, ExternRef, FieldType, HeapType, Mutability, Result, StorageType,
    StructType, Val, ValType,
};

/// An allocator of arrays of one type in one store, for [`ArrayRef::new`](crate::ArrayRef::new).
#[derive(Debug)]
pub struct ArrayRefPre {
    store: StoreSerial,
    /// The type of the elements.
    pub(super) field: FieldType,
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
            field: ty.field_type(),
        }
    }

    fn assert_store(&self, store: &StoreOpaque) {
        if self.store != store.roots.serial() {
            wrong_store()
        }
    }

    /// Creates an array of `len` times the value `elem`.
    ///
    /// # Errors
    ///
    /// As for [`ArrayRef::new`](crate::ArrayRef::new).
    ///
    /// # Panics
    ///
    /// Panics if `self` belongs to another store.
    pub(super) fn create(&self, store: &mut StoreOpaque, elem: Val, len: u32) -> Result<RawRef> {
        self.assert_store(store);
        let elem = elem.to_c(store)?;
        // SAFETY: the allocator and the value belong to the store, as was asserted here and
        // checked by `to_c`.
        unsafe {
            RawRef::create(store, |context, out| {
                RawRef::write_array(context, &self.pre, &elem, len, out)
            })
        }
    }

    /// Creates an array of values: `first`, and then the rest.
    ///
    /// # Errors
    ///
    /// As for [`ArrayRef::new_fixed`](crate::ArrayRef::new_fixed).
    ///
    /// # Panics
    ///
    /// Panics if `self` belongs to another store.
    pub(super) fn create_fixed(
        &self,
        store: &mut StoreOpaque,
        first: Val,
        rest: impl ExactSizeIterator<Item = Val> + Clone,
    ) -> Result<RawRef> {
        self.assert_store(store);
        let len = len_of(rest.len() + 1)?;
        ensure!(
            self.field.mutability().is_var()
                || rest.clone().all(|elem| is_same_number(&elem, &first)),
            "cannot create an array of immutable elements that differ: the C API creates arrays of \
             one value only, and these elements can't be set afterwards"
        );
        let raw = self.create(store, first, len)?;
        let array = raw.object();
        // All elements are the first one so far.
        for (index, elem) in (1..).zip(rest) {
            if is_same_number(&elem, &first) {
                continue;
            }
            // SAFETY: it is an array of the store, which `raw` roots.
            let set = unsafe { array.set(store, index, elem) };
            set.with_context(|| format!("element {index}"))?;
        }
        Ok(raw)
    }

    /// Creates an array without elements.
    ///
    /// # Errors
    ///
    /// As for [`ArrayRef::new_fixed`](crate::ArrayRef::new_fixed).
    ///
    /// # Panics
    ///
    /// Panics if `self` belongs to another store.
    pub(super) fn create_empty(&self, store: &mut StoreOpaque) -> Result<RawRef> {
        self.assert_store(store);
        let ty = self.field.element_type().unpack();
        if let Some(elem) = Val::default_for_ty(ty) {
            return self.create(store, elem, 0);
        }
        // The object isn't in the array, and loses its root right away.
        let elem = match ty {
            ValType::Ref(ty) => example(store, ty.heap_type())?,
            ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64 | ValType::V128 => None,
        };
        let elem = elem.with_context(|| {
            format!(
                "cannot create an empty array of `{ty}`: the C API needs a value for its elements, \
                 and the type has no default value; create the array in WebAssembly code"
            )
        })?;
        // SAFETY: the allocator belongs to the store, as was asserted, and the object was created
        // in it.
        unsafe {
            RawRef::create(store, |context, out| {
                RawRef::write_array(context, &self.pre, &elem.as_c(), 0, out)
            })
        }
    }
}

/// Creates an object of an abstract type; `None` if the host can't.
fn example(store: &mut StoreOpaque, ty: &HeapType) -> Result<Option<RawRef>> {
    let engine = store.engine().clone();
    Ok(Some(match ty {
        HeapType::Any | HeapType::Eq | HeapType::I31 => RawRef::from_i31(store, 0)?,
        // SAFETY: `write` writes an owned reference unless it returns an error.
        HeapType::Extern => unsafe {
            RawRef::create(store, |context, out| ExternRef::write(context, (), out))?
        },
        HeapType::Struct => {
            let ty = StructType::new(&engine, [])?;
            // SAFETY: the type belongs to the store's engine, and the allocator to the store.
            // There are no values.
            unsafe {
                let pre = StructPre::new(store, &ty);
                RawRef::create(store, |context, out| {
                    RawRef::write_struct(context, &pre, &[], out)
                })?
            }
        }
        HeapType::Array => {
            let byte = FieldType::new(Mutability::Const, StorageType::I8);
            let ty = ArrayType::new(&engine, byte);
            let zero = Val::I32(0).to_c(store)?;
            // SAFETY: the type belongs to the store's engine, and the allocator to the store. The
            // value is a number.
            unsafe {
                let pre = ArrayPre::new(store, &ty);
                RawRef::create(store, |context, out| {
                    RawRef::write_array(context, &pre, &zero, 0, out)
                })?
            }
        }
        HeapType::NoExtern
        | HeapType::Func
        | HeapType::ConcreteFunc(_)
        | HeapType::NoFunc
        | HeapType::ConcreteArray(_)
        | HeapType::ConcreteStruct(_)
        | HeapType::Exn
        | HeapType::ConcreteExn(_)
        | HeapType::None
        | HeapType::NoExn
        | HeapType::Cont
        | HeapType::ConcreteCont(_)
        | HeapType::NoCont => return Ok(None),
    }))
}

/// Returns a number of elements as the length of an array.
pub(super) fn len_of(elems: usize) -> Result<u32> {
    u32::try_from(elems).map_err(|_| {
        format_err!("expected 2^32 - 1 elements at most, as an array has, found {elems}")
    })
}

/// Reports whether both are the same number, bit by bit. References are never the same here.
#[inline]
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
