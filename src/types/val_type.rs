//! Types of values.

use super::{HeapType, RefType};
use crate::owned::Owned;
use crate::sys::*;
use crate::{Engine, Result};
use std::fmt;
use std::mem::{self, MaybeUninit};

/// The type of a value: a number, a vector, or a reference.
///
/// Its text is that of the text format, with references in full: `i32`,
/// `(ref null extern)`.
///
/// `ValType` doesn't implement `PartialEq`, as one type may be a subtype of another:
/// mostly, [`matches`](ValType::matches) is the comparison that is needed.
///
/// ```
/// use libwasmtime::ValType;
///
/// assert!(ValType::I32.is_num());
/// // Null alone can be used wherever a function or null is expected.
/// assert!(ValType::NULLFUNCREF.matches(&ValType::FUNCREF));
/// assert!(!ValType::FUNCREF.matches(&ValType::NULLFUNCREF));
/// assert!(!ValType::eq(&ValType::FUNCREF, &ValType::NULLFUNCREF));
///
/// assert_eq!(ValType::EXTERNREF.to_string(), "(ref null extern)");
/// ```
#[derive(Clone, Hash)]
pub enum ValType {
    /// An integer of 32 bits, signed or not.
    I32,
    /// An integer of 64 bits, signed or not.
    I64,
    /// A floating-point number of 32 bits.
    F32,
    /// A floating-point number of 64 bits.
    F64,
    /// A vector of 128 bits.
    V128,
    /// A reference.
    Ref(RefType),
}

impl fmt::Debug for ValType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for ValType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ValType::I32 => f.write_str("i32"),
            ValType::I64 => f.write_str("i64"),
            ValType::F32 => f.write_str("f32"),
            ValType::F64 => f.write_str("f64"),
            ValType::V128 => f.write_str("v128"),
            ValType::Ref(ty) => fmt::Display::fmt(ty, f),
        }
    }
}

impl From<RefType> for ValType {
    #[inline]
    fn from(ty: RefType) -> ValType {
        ValType::Ref(ty)
    }
}

macro_rules! reference_consts {
    ($($name:ident = $text:literal;)*) => {$(
        #[doc = concat!("The type `", $text, "`.")]
        pub const $name: ValType = ValType::Ref(RefType::$name);
    )*};
}

macro_rules! is_number {
    ($($is:ident $variant:ident;)*) => {$(
        #[doc = concat!("Reports whether this is [`ValType::", stringify!($variant), "`].")]
        #[inline]
        pub fn $is(&self) -> bool {
            matches!(self, ValType::$variant)
        }
    )*};
}

macro_rules! is_nullable_reference {
    ($($is:ident $variant:ident $text:literal;)*) => {$(
        #[doc = concat!("Reports whether this is exactly `", $text, "`, which includes null.")]
        #[inline]
        pub fn $is(&self) -> bool {
            matches!(self, ValType::Ref(ty)
                if ty.is_nullable() && matches!(ty.heap_type(), HeapType::$variant))
        }
    )*};
}

impl ValType {
    reference_consts! {
        EXTERNREF = "externref";
        NULLEXTERNREF = "nullexternref";
        FUNCREF = "funcref";
        NULLFUNCREF = "nullfuncref";
        ANYREF = "anyref";
        EQREF = "eqref";
        I31REF = "i31ref";
        ARRAYREF = "arrayref";
        STRUCTREF = "structref";
        NULLREF = "nullref";
        EXNREF = "exnref";
        NULLEXNREF = "nullexnref";
        CONTREF = "contref";
        NULLCONTREF = "nullcontref";
    }

    /// Reports whether this is `i32`, `i64`, `f32` or `f64`, but not `v128`.
    #[inline]
    pub fn is_num(&self) -> bool {
        matches!(
            self,
            ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64
        )
    }

    is_number! {
        is_i32 I32;
        is_i64 I64;
        is_f32 F32;
        is_f64 F64;
        is_v128 V128;
    }

    /// Reports whether this is a reference type.
    #[inline]
    pub fn is_ref(&self) -> bool {
        matches!(self, ValType::Ref(_))
    }

    is_nullable_reference! {
        is_funcref Func "funcref";
        is_externref Extern "externref";
        is_anyref Any "anyref";
        is_contref Cont "contref";
    }

    /// Returns the reference type in a [`ValType::Ref`]; `None` if this is another type.
    #[inline]
    pub fn as_ref(&self) -> Option<&RefType> {
        match self {
            ValType::Ref(ty) => Some(ty),
            ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64 | ValType::V128 => None,
        }
    }

    /// Returns the reference type in a [`ValType::Ref`].
    ///
    /// # Panics
    ///
    /// Panics if this is another type.
    #[inline]
    pub fn unwrap_ref(&self) -> &RefType {
        match self.as_ref() {
            Some(ty) => ty,
            None => panic!("expected a reference type, found {self}"),
        }
    }

    /// Reports whether this is a subtype of `other`.
    ///
    /// A number or vector type is a subtype of itself only. For references see
    /// [`RefType::matches`].
    ///
    /// # Panics
    ///
    /// Panics if both refer to concrete types that belong to different engines.
    pub fn matches(&self, other: &ValType) -> bool {
        match (self.as_ref(), other.as_ref()) {
            (Some(a), Some(b)) => a.matches(b),
            // A number or vector type has no other subtypes, and no reference type is one.
            (None, _) | (_, None) => mem::discriminant(self) == mem::discriminant(other),
        }
    }

    /// Reports whether `a` and `b` are the same type.
    ///
    /// # Panics
    ///
    /// Panics if both refer to concrete types that belong to different engines.
    #[expect(
        clippy::should_implement_trait,
        reason = "it is the `wasmtime` crate's name"
    )]
    pub fn eq(a: &ValType, b: &ValType) -> bool {
        match (a.as_ref(), b.as_ref()) {
            (Some(a), Some(b)) => RefType::eq(a, b),
            (None, _) | (_, None) => a.matches(b),
        }
    }

    /// Reports whether this type refers to no type of another engine than `engine`.
    pub(crate) fn comes_from_same_engine(&self, engine: &Engine) -> bool {
        self.as_ref()
            .is_none_or(|ty| ty.comes_from_same_engine(engine))
    }

    /// Creates a type from one of libwasmtime's.
    ///
    /// # Safety
    ///
    /// `ty` must be valid, and a type of `engine`.
    pub(crate) unsafe fn from_c(engine: &Engine, ty: *const wasm_valtype_t) -> ValType {
        let mut expanded = MaybeUninit::<wasmtime_valtype_t>::uninit();
        let expanded = expanded.as_mut_ptr();
        // SAFETY: `ty` is valid and of `engine`, as this function requires, and `expanded` is
        // valid for writes. The reference type is initialized if the kind is that of a
        // reference. What it owns then passes to the `RefType`.
        unsafe {
            wasmtime_valtype_new(ty, expanded);
            match (*expanded).kind {
                WASMTIME_VALTYPE_KIND_I32 => ValType::I32,
                WASMTIME_VALTYPE_KIND_I64 => ValType::I64,
                WASMTIME_VALTYPE_KIND_F32 => ValType::F32,
                WASMTIME_VALTYPE_KIND_F64 => ValType::F64,
                WASMTIME_VALTYPE_KIND_V128 => ValType::V128,
                WASMTIME_VALTYPE_KIND_REF => {
                    ValType::Ref(RefType::from_c(engine, &raw mut (*expanded).reftype))
                }
                kind => unreachable!("libwasmtime 48 has no value type of kind {kind}"),
            }
        }
    }

    /// Creates a C type.
    ///
    /// # Errors
    ///
    /// Returns an error if it is a type of continuations, which the C API doesn't
    /// describe.
    pub(crate) fn to_c(&self) -> Result<Owned<wasm_valtype_t>> {
        let number = |kind| {
            // SAFETY: these kinds exist, and the result is owned.
            unsafe { Owned::from_c(wasm_valtype_new(kind)) }
        };
        Ok(match self {
            ValType::I32 => number(WASM_I32),
            ValType::I64 => number(WASM_I64),
            ValType::F32 => number(WASM_F32),
            ValType::F64 => number(WASM_F64),
            // SAFETY: the result is owned.
            ValType::V128 => unsafe { Owned::from_c(wasmtime_wasm_valtype_v128()) },
            ValType::Ref(ty) => ty.to_c()?,
        })
    }
}
