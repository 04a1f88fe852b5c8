//! Types of references.

use super::HeapType;
use crate::owned::Owned;
use crate::sys::*;
use crate::{Engine, Result};
use std::fmt;

/// The type of a reference: what it refers to, and whether it can be null.
///
/// Its text is that of the text format, in full: `(ref null func)`, `(ref extern)`.
///
/// ```
/// use libwasmtime::{HeapType, RefType};
///
/// let non_null = RefType::new(false, HeapType::Extern);
/// assert_eq!(non_null.to_string(), "(ref extern)");
/// // Where null is allowed, a reference that is never null can be used.
/// assert!(non_null.matches(&RefType::EXTERNREF));
/// assert!(!RefType::EXTERNREF.matches(&non_null));
/// ```
#[derive(Clone, Hash)]
pub struct RefType {
    is_nullable: bool,
    heap_type: HeapType,
}

impl fmt::Debug for RefType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for RefType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let null = if self.is_nullable { "null " } else { "" };
        write!(f, "(ref {null}{})", self.heap_type)
    }
}

macro_rules! nullable_consts {
    ($($name:ident = $heap_type:ident, $text:literal;)*) => {$(
        #[doc = concat!("The type `", $text, "`: a nullable reference to [`HeapType::", stringify!($heap_type), "`].")]
        pub const $name: RefType = RefType {
            is_nullable: true,
            heap_type: HeapType::$heap_type,
        };
    )*};
}

impl RefType {
    nullable_consts! {
        EXTERNREF = Extern, "externref";
        NULLEXTERNREF = NoExtern, "nullexternref";
        FUNCREF = Func, "funcref";
        NULLFUNCREF = NoFunc, "nullfuncref";
        ANYREF = Any, "anyref";
        EQREF = Eq, "eqref";
        I31REF = I31, "i31ref";
        ARRAYREF = Array, "arrayref";
        STRUCTREF = Struct, "structref";
        NULLREF = None, "nullref";
        EXNREF = Exn, "exnref";
        NULLEXNREF = NoExn, "nullexnref";
        CONTREF = Cont, "contref";
        NULLCONTREF = NoCont, "nullcontref";
    }

    /// Creates the type of references to `heap_type`, which include null if `is_nullable`.
    pub fn new(is_nullable: bool, heap_type: HeapType) -> RefType {
        RefType {
            is_nullable,
            heap_type,
        }
    }

    /// Reports whether such a reference can be null.
    pub fn is_nullable(&self) -> bool {
        self.is_nullable
    }

    /// Returns what such a reference refers to.
    #[inline]
    pub fn heap_type(&self) -> &HeapType {
        &self.heap_type
    }

    /// Reports whether this is a subtype of `other`.
    ///
    /// # Panics
    ///
    /// Panics if both refer to concrete types that belong to different engines.
    pub fn matches(&self, other: &RefType) -> bool {
        (other.is_nullable || !self.is_nullable) && self.heap_type.matches(&other.heap_type)
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
    pub fn eq(a: &RefType, b: &RefType) -> bool {
        a.is_nullable == b.is_nullable && HeapType::eq(&a.heap_type, &b.heap_type)
    }

    /// Reports whether this type refers to no type of another engine than `engine`.
    pub(crate) fn comes_from_same_engine(&self, engine: &Engine) -> bool {
        self.heap_type.comes_from_same_engine(engine)
    }

    /// Creates a type from one of libwasmtime's, of which it takes over what `ty` owns.
    ///
    /// # Safety
    ///
    /// `ty` must be valid and a type of `engine`. It must not be used or deleted after.
    pub(super) unsafe fn from_c(engine: &Engine, ty: *const wasmtime_reftype_t) -> RefType {
        // SAFETY: `ty` is valid, of `engine`, and given up, as this function requires.
        unsafe {
            RefType {
                is_nullable: (*ty).nullable,
                heap_type: HeapType::from_c(engine, &raw const (*ty).heaptype),
            }
        }
    }

    /// Creates a C type.
    ///
    /// # Errors
    ///
    /// Returns an error as [`HeapType::to_c_ref`] does.
    pub(super) fn to_c(&self) -> Result<Owned<wasm_valtype_t>> {
        self.heap_type.to_c_ref(self.is_nullable)
    }
}
