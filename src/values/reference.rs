//! References as values: each type stands for the one without null, and in an
//! `Option` for the one with it.

use super::WasmTy;
use crate::gc::{GcKind, HasRoot, RawRef};
use crate::store::StoreOpaque;
use crate::sys::wasmtime_val_t;
use crate::{
    AnyRef, ArrayRef, EqRef, ExnRef, ExternRef, Func, GcRef, HeapType, I31, NoExtern, NoFunc,
    NoneRef, OwnedRooted, RefType, Result, Rooted, StructRef, Val, ValRaw, ValType,
};

/// A type of references, from which its two [`WasmTy`] are defined: with and without
/// null.
///
/// # Safety
///
/// The conversions must agree with `heap_type`.
pub unsafe trait Reference: Send + Sized {
    const IS_ROOTED: bool = false;

    fn heap_type() -> HeapType;

    /// Returns the raw value, as [`WasmTy::to_val_raw`] does.
    fn to_raw(&self, store: &mut StoreOpaque) -> Result<ValRaw>;

    /// Returns the reference of a raw value, as [`WasmTy::from_val_raw`] does; `None` if it is
    /// null.
    ///
    /// # Safety
    ///
    /// `raw` must be of this type and belong to the store.
    unsafe fn load(raw: &ValRaw, store: &mut StoreOpaque) -> Option<Self>;

    /// Returns the reference, or null, as [`WasmTy::as_val`] does.
    ///
    /// # Safety
    ///
    /// The result must not be used after `this` is dropped.
    unsafe fn val(this: Option<&Self>, store: &mut StoreOpaque) -> Result<Val>;

    /// Takes the value that the C API returned; `None` if it is null.
    ///
    /// # Safety
    ///
    /// `val` must be owned, be of this type and belong to the store.
    unsafe fn take(val: wasmtime_val_t, store: &mut StoreOpaque) -> Option<Self>;
}

macro_rules! wasm_types {
    ($($ty:ty),*) => {$(
        // SAFETY: `Reference` says how values of the type are passed, and null is the same for
        // all.
        unsafe impl WasmTy for Option<$ty> {
            const IS_ROOTED: bool = <$ty as Reference>::IS_ROOTED;

            fn valtype() -> ValType {
                ValType::Ref(RefType::new(true, <$ty as Reference>::heap_type()))
            }

            #[inline]
            unsafe fn to_val_raw(&self, store: *mut StoreOpaque) -> Result<ValRaw> {
                match self {
                    None => Ok(ValRaw::null()),
                    // SAFETY: the store may be used, as this function requires.
                    Some(reference) => unsafe { reference.to_val_raw(store) },
                }
            }

            #[inline]
            unsafe fn from_val_raw(raw: &ValRaw, store: *mut StoreOpaque) -> Self {
                // SAFETY: the value is of this type and belongs to the store, which may be
                // used, as this function requires.
                unsafe { Reference::load(raw, &mut *store) }
            }

            unsafe fn take(val: wasmtime_val_t, store: *mut StoreOpaque) -> Self {
                // SAFETY: the value is owned, of this type, and belongs to the store, which
                // may be used, as this function requires.
                unsafe { Reference::take(val, &mut *store) }
            }

            unsafe fn as_val(&self, store: &mut StoreOpaque) -> Result<Val> {
                // SAFETY: the value is not used for longer than `self`, as this function
                // requires.
                unsafe { Reference::val(self.as_ref(), store) }
            }
        }

        // SAFETY: `Reference` says how values of the type are passed; null is refused.
        unsafe impl WasmTy for $ty {
            const IS_ROOTED: bool = <$ty as Reference>::IS_ROOTED;

            fn valtype() -> ValType {
                ValType::Ref(RefType::new(false, <$ty as Reference>::heap_type()))
            }

            #[inline]
            unsafe fn to_val_raw(&self, store: *mut StoreOpaque) -> Result<ValRaw> {
                // SAFETY: the store may be used, as this function requires.
                Reference::to_raw(self, unsafe { &mut *store })
            }

            #[inline]
            unsafe fn from_val_raw(raw: &ValRaw, store: *mut StoreOpaque) -> Self {
                // SAFETY: the value is of this type and belongs to the store, which may be
                // used, as this function requires.
                unsafe { Reference::load(raw, &mut *store) }.expect(NULL)
            }

            unsafe fn take(val: wasmtime_val_t, store: *mut StoreOpaque) -> Self {
                // SAFETY: the value is owned, of this type, and belongs to the store, which
                // may be used, as this function requires.
                unsafe { Reference::take(val, &mut *store) }.expect(NULL)
            }

            unsafe fn as_val(&self, store: &mut StoreOpaque) -> Result<Val> {
                // SAFETY: the value is not used for longer than `self`, as this function
                // requires.
                unsafe { Reference::val(Some(self), store) }
            }
        }
    )*};
}

wasm_types!(
    Func,
    Rooted<ExternRef>,
    OwnedRooted<ExternRef>,
    Rooted<AnyRef>,
    OwnedRooted<AnyRef>,
    Rooted<EqRef>,
    OwnedRooted<EqRef>,
    Rooted<StructRef>,
    OwnedRooted<StructRef>,
    Rooted<ArrayRef>,
    OwnedRooted<ArrayRef>,
    I31,
    Rooted<ExnRef>,
    OwnedRooted<ExnRef>,
    NoFunc,
    NoExtern,
    NoneRef
);

const NULL: &str = "WebAssembly passed null where its type has none";

// SAFETY: a raw `funcref` is converted by libwasmtime, with the right store.
unsafe impl Reference for Func {
    fn heap_type() -> HeapType {
        HeapType::Func
    }

    fn to_raw(&self, store: &mut StoreOpaque) -> Result<ValRaw> {
        store.check_owns(self.store_id())?;
        Ok(ValRaw::funcref(self.to_raw_in(store)))
    }

    unsafe fn load(raw: &ValRaw, store: &mut StoreOpaque) -> Option<Self> {
        // SAFETY: the value is of this type and belongs to the store, as this function
        // requires.
        unsafe { Func::from_raw_in(store, raw.get_funcref()) }
    }

    unsafe fn val(this: Option<&Self>, _: &mut StoreOpaque) -> Result<Val> {
        Ok(Val::FuncRef(this.copied()))
    }

    unsafe fn take(val: wasmtime_val_t, store: &mut StoreOpaque) -> Option<Self> {
        // SAFETY: the value is of this type and belongs to the store, as this function
        // requires.
        unsafe {
            let func = val.of.funcref;
            (func.store_id != 0).then(|| Func::from_c(func, store))
        }
    }
}

/// Defines how the two kinds of rooted references are passed.
macro_rules! roots {
    ($($ty:ident, $root:expr, $val:expr;)*) => {$(
        // SAFETY: a raw reference is converted by libwasmtime, with the right store.
        unsafe impl<R: GcRef> Reference for $ty<R> {
            const IS_ROOTED: bool = true;

            fn heap_type() -> HeapType {
                R::HEAP_TYPE
            }

            #[inline]
            fn to_raw(&self, store: &mut StoreOpaque) -> Result<ValRaw> {
                let context = store.begin_change();
                let raw = self.root().resolve_value(&store.roots)?;
                // SAFETY: invariant "Context". The reference belongs to the store, as
                // `resolve_value` has checked.
                Ok(ValRaw::anyref(unsafe { raw.to_raw(context) }))
            }

            #[inline]
            unsafe fn load(raw: &ValRaw, store: &mut StoreOpaque) -> Option<Self> {
                // SAFETY: the value is of this type and belongs to the store, as this function
                // requires.
                unsafe { $ty::load(store, raw.get_anyref()) }
            }

            unsafe fn val(this: Option<&Self>, _: &mut StoreOpaque) -> Result<Val> {
                Ok(R::val(this.map($val)))
            }

            unsafe fn take(val: wasmtime_val_t, store: &mut StoreOpaque) -> Option<Self> {
                // SAFETY: the value is of this type and belongs to the store, as this function
                // requires.
                let raw = unsafe { RawRef::from_c(R::KIND, val.of) }?;
                Some($root(&mut store.roots, raw))
            }
        }
    )*};
}

roots! {
    Rooted, Rooted::push, |rooted| *rooted;
    // SAFETY: the value is not used for longer than `this`, as `val` requires.
    OwnedRooted, OwnedRooted::new, |owned| unsafe { Rooted::borrowing(owned) };
}

// SAFETY: an `i31` is passed as the `anyref` that it is, which libwasmtime
// converts.
unsafe impl Reference for I31 {
    fn heap_type() -> HeapType {
        HeapType::I31
    }

    fn to_raw(&self, store: &mut StoreOpaque) -> Result<ValRaw> {
        let raw = RawRef::from_i31(store, self.get_u32())?;
        // SAFETY: invariant "Context". The reference was created in the store.
        Ok(ValRaw::anyref(unsafe { raw.to_raw(store.begin_change()) }))
    }

    unsafe fn load(raw: &ValRaw, store: &mut StoreOpaque) -> Option<Self> {
        // SAFETY: the value is of this type and belongs to the store, as this function
        // requires.
        let raw = unsafe { RawRef::from_raw(GcKind::Any, store, raw.get_anyref()) }?;
        // SAFETY: the reference belongs to the store, as the value does.
        Some(unsafe { i31(&raw, store) })
    }

    unsafe fn val(this: Option<&Self>, store: &mut StoreOpaque) -> Result<Val> {
        let rooted = this.map(|value| AnyRef::from_i31_in(store, *value));
        Ok(Val::AnyRef(rooted.transpose()?))
    }

    unsafe fn take(val: wasmtime_val_t, store: &mut StoreOpaque) -> Option<Self> {
        // SAFETY: the value is of this type and belongs to the store, as this function
        // requires.
        let raw = unsafe { RawRef::from_c(GcKind::Any, val.of) }?;
        // SAFETY: the reference belongs to the store, as the value does.
        Some(unsafe { i31(&raw, store) })
    }
}

/// Returns the number that an `i31` reference stands for.
///
/// # Safety
///
/// The reference must belong to the store.
///
/// # Panics
///
/// Panics if the reference has another type.
unsafe fn i31(raw: &RawRef, store: &mut StoreOpaque) -> I31 {
    // SAFETY: invariant "Context". The reference belongs to the store, as this function requires.
    let value = unsafe { raw.i31(store.begin_change()) };
    I31::wrapping_u32(value.expect("a reference of type `i31` is one"))
}
