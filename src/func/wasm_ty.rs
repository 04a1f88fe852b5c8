//! Rust types that are WebAssembly value types.

use crate::gc::RawRef;
use crate::store::StoreOpaque;
use crate::{
    ExternRef, Func, HeapType, RefType, Result, Rooted, RootedGcRef, V128, Val, ValRaw, ValType,
};

/// A Rust type that is a value of WebAssembly, as an argument or a result.
///
/// See [`Func::wrap`] for the list.
///
/// # Safety
///
/// Not to be implemented outside this crate: `store` and `load` must agree with
/// `valtype`.
pub unsafe trait WasmTy: Send + Sized {
    /// Whether `load` and `store` use the store.
    #[doc(hidden)]
    const NEEDS_STORE: bool = true;

    /// The type's WebAssembly type.
    #[doc(hidden)]
    fn valtype() -> ValType;

    /// The raw value to pass to WebAssembly at once.
    ///
    /// # Safety
    ///
    /// If `NEEDS_STORE`, `store` must be the state of a live store that the
    /// caller may use.
    #[doc(hidden)]
    unsafe fn into_raw(self, store: *mut StoreOpaque) -> Result<ValRaw>;

    /// The value that WebAssembly passed.
    ///
    /// # Safety
    ///
    /// As for `into_raw`, and `raw` must be of this type and store.
    #[doc(hidden)]
    unsafe fn from_raw(raw: &ValRaw, store: *mut StoreOpaque) -> Self;

    /// The value as one whose type is known at run time.
    #[doc(hidden)]
    fn into_val(self) -> Val;

    /// The value of a [`Val`] of this type.
    ///
    /// # Panics
    ///
    /// If it is of another type.
    #[doc(hidden)]
    fn from_val(val: Val) -> Self;
}

macro_rules! numbers {
    ($($ty:ty: $valtype:ident, $v:ident => $to_raw:expr, $raw:ident => $from_raw:expr, $to_val:expr, $val:ident => $from_val:expr;)*) => {$(
        // SAFETY: the raw accessors are those of the type.
        unsafe impl WasmTy for $ty {
            const NEEDS_STORE: bool = false;

            fn valtype() -> ValType {
                ValType::$valtype
            }

            #[inline]
            unsafe fn into_raw(self, _: *mut StoreOpaque) -> Result<ValRaw> {
                let $v = self;
                Ok($to_raw)
            }

            #[inline]
            unsafe fn from_raw($raw: &ValRaw, _: *mut StoreOpaque) -> Self {
                $from_raw
            }

            fn into_val(self) -> Val {
                let $v = self;
                $to_val
            }

            fn from_val($val: Val) -> Self {
                $from_val
            }
        }
    )*};
}

numbers! {
    i32: I32, v => ValRaw::i32(v), raw => raw.get_i32(), Val::I32(v), val => val.unwrap_i32();
    u32: I32, v => ValRaw::u32(v), raw => raw.get_u32(), Val::I32(v as i32), val => val.unwrap_i32() as u32;
    i64: I64, v => ValRaw::i64(v), raw => raw.get_i64(), Val::I64(v), val => val.unwrap_i64();
    u64: I64, v => ValRaw::u64(v), raw => raw.get_u64(), Val::I64(v as i64), val => val.unwrap_i64() as u64;
    f32: F32, v => ValRaw::f32(v.to_bits()), raw => f32::from_bits(raw.get_f32()), Val::F32(v.to_bits()), val => val.unwrap_f32();
    f64: F64, v => ValRaw::f64(v.to_bits()), raw => f64::from_bits(raw.get_f64()), Val::F64(v.to_bits()), val => val.unwrap_f64();
    V128: V128, v => ValRaw::v128(v.as_u128()), raw => raw.get_v128().into(), Val::V128(v), val => val.unwrap_v128();
}

// SAFETY: a raw `funcref` is converted by libwasmtime, with the right store.
unsafe impl WasmTy for Option<Func> {
    fn valtype() -> ValType {
        ValType::FUNCREF
    }

    unsafe fn into_raw(self, store: *mut StoreOpaque) -> Result<ValRaw> {
        Ok(match self {
            None => ValRaw::null(),
            // SAFETY: the caller vouches for the store.
            Some(func) => ValRaw::funcref(func.to_raw_in(unsafe { &mut *store })),
        })
    }

    unsafe fn from_raw(raw: &ValRaw, store: *mut StoreOpaque) -> Self {
        // SAFETY: the caller vouches for both.
        unsafe { Func::from_raw_in(&mut *store, raw.get_funcref()) }
    }

    fn into_val(self) -> Val {
        Val::FuncRef(self)
    }

    fn from_val(val: Val) -> Self {
        val.unwrap_func_ref().copied()
    }
}

// SAFETY: as above; null is passed on only where the type allows it.
unsafe impl WasmTy for Func {
    fn valtype() -> ValType {
        ValType::Ref(RefType::new(false, HeapType::Func))
    }

    unsafe fn into_raw(self, store: *mut StoreOpaque) -> Result<ValRaw> {
        // SAFETY: the caller vouches for the store.
        unsafe { Some(self).into_raw(store) }
    }

    unsafe fn from_raw(raw: &ValRaw, store: *mut StoreOpaque) -> Self {
        // SAFETY: the caller vouches for both.
        unsafe { Option::<Func>::from_raw(raw, store) }.expect("WebAssembly passed null")
    }

    fn into_val(self) -> Val {
        Val::FuncRef(Some(self))
    }

    fn from_val(val: Val) -> Self {
        *val.unwrap_func_ref().expect("WebAssembly passed null")
    }
}

// SAFETY: a raw `externref` is converted by libwasmtime, with the right store.
unsafe impl WasmTy for Option<Rooted<ExternRef>> {
    fn valtype() -> ValType {
        ValType::EXTERNREF
    }

    unsafe fn into_raw(self, store: *mut StoreOpaque) -> Result<ValRaw> {
        let Some(rooted) = self else {
            return Ok(ValRaw::null());
        };
        // SAFETY: the caller vouches for the store.
        let store = unsafe { &*store };
        Ok(ValRaw::externref(
            rooted.resolve(&store.roots)?.to_raw(store),
        ))
    }

    unsafe fn from_raw(raw: &ValRaw, store: *mut StoreOpaque) -> Self {
        // SAFETY: the caller vouches for both.
        unsafe {
            let reference = RawRef::from_raw(&mut *store, raw.get_externref())?;
            Some(ExternRef::root(&mut *store, reference))
        }
    }

    fn into_val(self) -> Val {
        Val::ExternRef(self)
    }

    fn from_val(val: Val) -> Self {
        val.unwrap_extern_ref().copied()
    }
}

// SAFETY: as above; null is passed on only where the type allows it.
unsafe impl WasmTy for Rooted<ExternRef> {
    fn valtype() -> ValType {
        ValType::Ref(RefType::new(false, HeapType::Extern))
    }

    unsafe fn into_raw(self, store: *mut StoreOpaque) -> Result<ValRaw> {
        // SAFETY: the caller vouches for the store.
        unsafe { Some(self).into_raw(store) }
    }

    unsafe fn from_raw(raw: &ValRaw, store: *mut StoreOpaque) -> Self {
        // SAFETY: the caller vouches for both.
        unsafe { Option::<Rooted<ExternRef>>::from_raw(raw, store) }
            .expect("WebAssembly passed null")
    }

    fn into_val(self) -> Val {
        Val::ExternRef(Some(self))
    }

    fn from_val(val: Val) -> Self {
        *val.unwrap_extern_ref().expect("WebAssembly passed null")
    }
}
