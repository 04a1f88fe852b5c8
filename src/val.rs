//! Values of WebAssembly: [`Val`], [`Ref`], [`V128`], and [`ValRaw`] as they
//! are passed to compiled code.

mod raw;
mod reference;
mod uninhabited;
mod v128;

pub use raw::ValRaw;
pub use reference::Ref;
pub use uninhabited::{NoExtern, NoFunc};
pub use v128::V128;

use crate::func::Reference;
use crate::gc::{HasRoot, RawRef};
use crate::store::StoreOpaque;
use crate::sys::{
    WASMTIME_EXTERNREF, WASMTIME_F32, WASMTIME_F64, WASMTIME_FUNCREF, WASMTIME_I32, WASMTIME_I64,
    WASMTIME_V128, wasmtime_func_t, wasmtime_val_t, wasmtime_valunion_t,
};
use crate::{AsContext, AsContextMut, Error, ExternRef, Func, HeapType, Result, Rooted, ValType};
use std::ptr;

/// A value, of any type.
///
/// Floats are their bits, so that NaNs keep their payload.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Val {
    /// A 32-bit integer.
    I32(i32),
    /// A 64-bit integer.
    I64(i64),
    /// The bits of a 32-bit float.
    F32(u32),
    /// The bits of a 64-bit float.
    F64(u64),
    /// A 128-bit vector.
    V128(V128),
    /// A function or null.
    FuncRef(Option<Func>),
    /// Host data or null.
    ExternRef(Option<Rooted<ExternRef>>),
}

/// Defines the two accessors of each number.
macro_rules! accessors {
    ($($variant:ident, $get:ident, $unwrap:ident: $ty:ty = $bind:ident => $value:expr;)*) => {$(
        #[doc = concat!("The value, if it is [`Val::", stringify!($variant), "`].")]
        pub fn $get(&self) -> Option<$ty> {
            match *self {
                Val::$variant($bind) => Some($value),
                _ => None,
            }
        }

        #[doc = concat!("The value of a [`Val::", stringify!($variant), "`].")]
        ///
        /// # Panics
        ///
        /// If it is of another type.
        #[track_caller]
        pub fn $unwrap(&self) -> $ty {
            self.$get().unwrap_or_else(|| {
                panic!(concat!("expected ", stringify!($variant), ", found {:?}"), self)
            })
        }
    )*};
}

impl Val {
    accessors! {
        I32, i32, unwrap_i32: i32 = v => v;
        I64, i64, unwrap_i64: i64 = v => v;
        F32, f32, unwrap_f32: f32 = v => f32::from_bits(v);
        F64, f64, unwrap_f64: f64 = v => f64::from_bits(v);
        V128, v128, unwrap_v128: V128 = v => v;
    }

    /// The function or null, if the value is of such a type.
    pub fn func_ref(&self) -> Option<Option<&Func>> {
        match self {
            Val::FuncRef(func) => Some(func.as_ref()),
            _ => None,
        }
    }

    /// As [`func_ref`](Self::func_ref); the `wasmtime` crate has both names.
    pub fn funcref(&self) -> Option<Option<&Func>> {
        self.func_ref()
    }

    /// The function or null.
    ///
    /// # Panics
    ///
    /// If the value is of another type.
    #[track_caller]
    pub fn unwrap_func_ref(&self) -> Option<&Func> {
        self.func_ref()
            .unwrap_or_else(|| panic!("expected FuncRef, found {self:?}"))
    }

    /// As [`unwrap_func_ref`](Self::unwrap_func_ref).
    ///
    /// # Panics
    ///
    /// If the value is of another type.
    #[track_caller]
    pub fn unwrap_funcref(&self) -> Option<&Func> {
        self.unwrap_func_ref()
    }

    /// The host reference or null, if the value is of such a type.
    pub fn extern_ref(&self) -> Option<Option<&Rooted<ExternRef>>> {
        match self {
            Val::ExternRef(reference) => Some(reference.as_ref()),
            _ => None,
        }
    }

    /// As [`extern_ref`](Self::extern_ref).
    pub fn externref(&self) -> Option<Option<&Rooted<ExternRef>>> {
        self.extern_ref()
    }

    /// The host reference or null.
    ///
    /// # Panics
    ///
    /// If the value is of another type.
    #[track_caller]
    pub fn unwrap_extern_ref(&self) -> Option<&Rooted<ExternRef>> {
        self.extern_ref()
            .unwrap_or_else(|| panic!("expected ExternRef, found {self:?}"))
    }

    /// As [`unwrap_extern_ref`](Self::unwrap_extern_ref).
    ///
    /// # Panics
    ///
    /// If the value is of another type.
    #[track_caller]
    pub fn unwrap_externref(&self) -> Option<&Rooted<ExternRef>> {
        self.unwrap_extern_ref()
    }

    /// The reference, if the value is one.
    pub fn ref_(self) -> Option<Ref> {
        match self {
            Val::FuncRef(func) => Some(Ref::Func(func)),
            Val::ExternRef(reference) => Some(Ref::Extern(reference)),
            _ => None,
        }
    }

    /// The null function reference.
    pub const fn null_func_ref() -> Val {
        Val::FuncRef(None)
    }

    /// The null host reference.
    pub const fn null_extern_ref() -> Val {
        Val::ExternRef(None)
    }

    /// The null reference of a heap type.
    ///
    /// # Panics
    ///
    /// If references of that type can't be had as values yet: those to
    /// structs, arrays and exceptions.
    pub fn null_ref(heap_type: &HeapType) -> Val {
        Ref::null(heap_type).into()
    }

    /// Zero or null; `None` for a reference type that has no null, or whose
    /// values can't be had yet.
    pub fn default_for_ty(ty: &ValType) -> Option<Val> {
        Some(match ty {
            ValType::I32 => Val::I32(0),
            ValType::I64 => Val::I64(0),
            ValType::F32 => Val::F32(0),
            ValType::F64 => Val::F64(0),
            ValType::V128 => Val::V128(V128::from(0)),
            ValType::Ref(ty) if ty.is_nullable() => Ref::try_null(ty.heap_type())?.into(),
            ValType::Ref(_) => return None,
        })
    }

    /// The value's type, as exact as it is known.
    ///
    /// # Errors
    ///
    /// If the value is a reference whose root is gone.
    ///
    /// # Panics
    ///
    /// If it is a reference of another store.
    pub fn ty(&self, store: impl AsContext) -> Result<ValType> {
        Ok(match self {
            Val::I32(_) => ValType::I32,
            Val::I64(_) => ValType::I64,
            Val::F32(_) => ValType::F32,
            Val::F64(_) => ValType::F64,
            Val::V128(_) => ValType::V128,
            Val::FuncRef(func) => ValType::Ref(Ref::Func(*func).ty(store)?),
            Val::ExternRef(reference) => ValType::Ref(Ref::Extern(*reference).ty(store)?),
        })
    }

    /// Whether the value may be used where `ty` is expected.
    ///
    /// # Errors
    ///
    /// If the value is a reference whose root is gone.
    ///
    /// # Panics
    ///
    /// If it is a reference of another store.
    pub fn matches_ty(&self, store: impl AsContext, ty: &ValType) -> Result<bool> {
        Ok(match (self, ty) {
            (Val::I32(_), ValType::I32)
            | (Val::I64(_), ValType::I64)
            | (Val::F32(_), ValType::F32)
            | (Val::F64(_), ValType::F64)
            | (Val::V128(_), ValType::V128) => true,
            (Val::FuncRef(func), ValType::Ref(ty)) => Ref::Func(*func).matches_ty(store, ty)?,
            (Val::ExternRef(reference), ValType::Ref(ty)) => {
                Ref::Extern(*reference).matches_ty(store, ty)?
            }
            _ => false,
        })
    }

    /// The value without its type, for the unchecked functions.
    ///
    /// It must be passed to WebAssembly before anything else that may run the
    /// collector.
    ///
    /// # Errors
    ///
    /// If the value is a reference whose root is gone.
    ///
    /// # Panics
    ///
    /// If it is a reference of another store.
    pub fn to_raw(&self, mut store: impl AsContextMut) -> Result<ValRaw> {
        self.to_raw_in(store.as_context_mut().opaque_mut())
    }

    /// The value of type `ty` that is `raw`.
    ///
    /// ```
    /// use libwasmtime::{Store, Val, ValRaw, ValType};
    ///
    /// # if cfg!(not(any(feature = "cranelift", feature = "winch"))) { return }
    /// let mut store = Store::<()>::default();
    /// let raw = ValRaw::i32(5);
    /// // SAFETY: it's a value of that type.
    /// let val = unsafe { Val::from_raw(&mut store, raw, ValType::I32) };
    /// assert_eq!(val.unwrap_i32(), 5);
    /// ```
    ///
    /// # Panics
    ///
    /// If it is null, and the type has no null; or if the values of the type
    /// can't be had yet: structs, arrays, `i31` and exceptions.
    ///
    /// # Safety
    ///
    /// It must be a value of that type and of this store. If it is a reference
    /// to a collected object, nothing that may run the collector must have been
    /// called since the value was made.
    pub unsafe fn from_raw(mut store: impl AsContextMut, raw: ValRaw, ty: ValType) -> Val {
        let mut store = store.as_context_mut();
        // SAFETY: the caller vouches for the value.
        let val = unsafe { Val::from_raw_in(&raw, &ty, store.opaque_mut()) }
            .unwrap_or_else(|error| panic!("a raw value can't be had: {error}"));
        let is_null = val.ref_().is_some_and(|reference| reference.is_null());
        if let ValType::Ref(ty) = ty {
            assert!(
                ty.is_nullable() || !is_null,
                "null is not a value of type `{ty}`"
            );
        }
        val
    }

    /// The value as the checked C API wants it. References stay owned by the
    /// store, so the result is never unrooted.
    ///
    /// # Errors
    ///
    /// If the value is a reference whose root is gone, or is a reference and
    /// libwasmtime was built without `gc`: it aborts the process then.
    ///
    /// # Panics
    ///
    /// If it is a reference of another store.
    pub(crate) fn to_c(self, store: &StoreOpaque) -> Result<wasmtime_val_t> {
        if let Val::FuncRef(_) | Val::ExternRef(_) = self {
            RawRef::supported()?;
        }
        let (kind, of) = match self {
            Val::I32(i32) => (WASMTIME_I32, wasmtime_valunion_t { i32 }),
            Val::I64(i64) => (WASMTIME_I64, wasmtime_valunion_t { i64 }),
            Val::F32(bits) => (
                WASMTIME_F32,
                wasmtime_valunion_t {
                    f32: f32::from_bits(bits),
                },
            ),
            Val::F64(bits) => (
                WASMTIME_F64,
                wasmtime_valunion_t {
                    f64: f64::from_bits(bits),
                },
            ),
            Val::V128(v) => (
                WASMTIME_V128,
                wasmtime_valunion_t {
                    v128: v.as_u128().to_le_bytes(),
                },
            ),
            Val::FuncRef(func) => (
                WASMTIME_FUNCREF,
                wasmtime_valunion_t {
                    funcref: func_to_c(func, store),
                },
            ),
            Val::ExternRef(reference) => {
                let externref = match &reference {
                    None => crate::gc::NULL,
                    Some(reference) => reference.root().resolve(&store.roots)?.as_c(),
                };
                (WASMTIME_EXTERNREF, wasmtime_valunion_t { externref })
            }
        };
        Ok(wasmtime_val_t { kind, of })
    }

    /// Takes a value that the checked C API handed out.
    ///
    /// # Errors
    ///
    /// If it is of a type whose values can't be had yet.
    ///
    /// # Safety
    ///
    /// `val` must be an owned value of this store.
    pub(crate) unsafe fn from_c(store: &mut StoreOpaque, val: wasmtime_val_t) -> Result<Val> {
        // SAFETY: the kind says which field is valid.
        unsafe {
            Ok(match val.kind {
                WASMTIME_I32 => Val::I32(val.of.i32),
                WASMTIME_I64 => Val::I64(val.of.i64),
                WASMTIME_F32 => Val::F32(val.of.f32.to_bits()),
                WASMTIME_F64 => Val::F64(val.of.f64.to_bits()),
                WASMTIME_V128 => Val::V128(u128::from_le_bytes(val.of.v128).into()),
                WASMTIME_FUNCREF => Val::FuncRef(Reference::take(val, store)),
                WASMTIME_EXTERNREF => Val::ExternRef(Reference::take(val, store)),
                kind => {
                    let mut val = val;
                    crate::sys::wasmtime_val_unroot(&mut val);
                    return Err(Error::msg(format!(
                        "values of kind {kind} (structs, arrays, i31 and exceptions) are not \
                         supported yet"
                    )));
                }
            })
        }
    }
}

/// # Panics
///
/// If the function is of another store.
fn func_to_c(func: Option<Func>, store: &StoreOpaque) -> wasmtime_func_t {
    match func {
        None => wasmtime_func_t {
            store_id: 0,
            __private: ptr::null_mut(),
        },
        Some(func) => func.to_c(store),
    }
}

/// Implements conversions into [`Val`] and [`Ref`].
macro_rules! conversions {
    ($($from:ty => $to:ty: $bind:ident => $value:expr;)*) => {$(
        impl From<$from> for $to {
            #[inline]
            fn from($bind: $from) -> $to {
                $value
            }
        }
    )*};
}

conversions! {
    i32 => Val: v => Val::I32(v);
    i64 => Val: v => Val::I64(v);
    f32 => Val: v => Val::F32(v.to_bits());
    f64 => Val: v => Val::F64(v.to_bits());
    u128 => Val: v => Val::V128(v.into());
    V128 => Val: v => Val::V128(v);
    Func => Val: v => Val::FuncRef(Some(v));
    Option<Func> => Val: v => Val::FuncRef(v);
    Rooted<ExternRef> => Val: v => Val::ExternRef(Some(v));
    Option<Rooted<ExternRef>> => Val: v => Val::ExternRef(v);
    Ref => Val: v => match v {
        Ref::Func(func) => Val::FuncRef(func),
        Ref::Extern(reference) => Val::ExternRef(reference),
    };
    Func => Ref: v => Ref::Func(Some(v));
    Option<Func> => Ref: v => Ref::Func(v);
    Rooted<ExternRef> => Ref: v => Ref::Extern(Some(v));
    Option<Rooted<ExternRef>> => Ref: v => Ref::Extern(v);
}
