//! Types of what references refer to.

use super::{ArrayType, ExnType, FuncType, StructType};
use crate::Engine;
use crate::sys::*;
use crate::vec::Owned;
use std::{fmt, ptr};

/// What a reference refers to.
///
/// There are four hierarchies, and each has a top and a bottom. Nothing refers
/// to a bottom type but null.
///
/// ```text
/// extern      func              any                        exn
///    │          │                │                          │
/// noextern   ConcreteFunc        eq ─────────┐           ConcreteExn
///               │              ┌─┴───┐       │              │
///             nofunc         struct array   i31           noexn
///                              │     │       │
///                   ConcreteStruct  ConcreteArray
///                              └──┬──┘       │
///                                none ───────┘
/// ```
#[derive(Debug, Clone, Hash)]
pub enum HeapType {
    /// `extern`: anything of the host's.
    Extern,
    /// `noextern`: the bottom below `extern`.
    NoExtern,
    /// `func`: any function.
    Func,
    /// A function of the given type.
    ConcreteFunc(FuncType),
    /// `nofunc`: the bottom below `func`.
    NoFunc,
    /// `any`: any value of WebAssembly's own.
    Any,
    /// `eq`: whatever `ref.eq` can compare.
    Eq,
    /// `i31`: an integer of 31 bits.
    I31,
    /// `array`: any array.
    Array,
    /// An array of the given type.
    ConcreteArray(ArrayType),
    /// `struct`: any struct.
    Struct,
    /// A struct of the given type.
    ConcreteStruct(StructType),
    /// `exn`: any exception.
    Exn,
    /// An exception of the given type.
    ConcreteExn(ExnType),
    /// `none`: the bottom below `any`.
    None,
    /// `noexn`: the bottom below `exn`.
    NoExn,
}

/// Defines what is a matter of looking up an abstract type in a table: its
/// name in the text format, and its number in the C API.
macro_rules! abstract_types {
    ($($variant:ident $text:literal $kind:ident;)*) => {
        impl fmt::Display for HeapType {
            /// As in the text format; a concrete type as `(concrete func ...)`,
            /// with its parameters and results, or other contents.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(HeapType::$variant => f.write_str($text),)*
                    HeapType::ConcreteFunc(ty) => {
                        f.write_str("(concrete func")?;
                        ty.fmt_signature(f)?;
                        f.write_str(")")
                    }
                    HeapType::ConcreteArray(_) => f.write_str("(concrete array)"),
                    HeapType::ConcreteStruct(_) => f.write_str("(concrete struct)"),
                    HeapType::ConcreteExn(_) => f.write_str("(concrete exn)"),
                }
            }
        }

        impl HeapType {
            /// The abstract type of that number in the C API.
            fn from_kind(kind: wasmtime_heaptype_kind_t) -> Option<HeapType> {
                match kind {
                    $($kind => Some(HeapType::$variant),)*
                    _ => None,
                }
            }

            /// The number in the C API.
            fn kind(&self) -> wasmtime_heaptype_kind_t {
                match self {
                    $(HeapType::$variant => $kind,)*
                    HeapType::ConcreteFunc(_) => WASMTIME_HEAPTYPE_KIND_CONCRETE_FUNC,
                    HeapType::ConcreteArray(_) => WASMTIME_HEAPTYPE_KIND_CONCRETE_ARRAY,
                    HeapType::ConcreteStruct(_) => WASMTIME_HEAPTYPE_KIND_CONCRETE_STRUCT,
                    HeapType::ConcreteExn(_) => WASMTIME_HEAPTYPE_KIND_CONCRETE_EXN,
                }
            }
        }
    };
}

abstract_types! {
    Extern "extern" WASMTIME_HEAPTYPE_KIND_EXTERN;
    NoExtern "noextern" WASMTIME_HEAPTYPE_KIND_NOEXTERN;
    Func "func" WASMTIME_HEAPTYPE_KIND_FUNC;
    NoFunc "nofunc" WASMTIME_HEAPTYPE_KIND_NOFUNC;
    Any "any" WASMTIME_HEAPTYPE_KIND_ANY;
    Eq "eq" WASMTIME_HEAPTYPE_KIND_EQ;
    I31 "i31" WASMTIME_HEAPTYPE_KIND_I31;
    Array "array" WASMTIME_HEAPTYPE_KIND_ARRAY;
    Struct "struct" WASMTIME_HEAPTYPE_KIND_STRUCT;
    Exn "exn" WASMTIME_HEAPTYPE_KIND_EXN;
    None "none" WASMTIME_HEAPTYPE_KIND_NONE;
    NoExn "noexn" WASMTIME_HEAPTYPE_KIND_NOEXN;
}

/// Defines what there is for each kind of concrete type.
macro_rules! concrete_types {
    ($($variant:ident($ty:ident) $is:ident $as_:ident;)*) => {
        $(
            impl From<$ty> for HeapType {
                #[inline]
                fn from(ty: $ty) -> HeapType {
                    HeapType::$variant(ty)
                }
            }
        )*

        impl HeapType {
            /// Whether this is a type that a module defines, and so belongs to
            /// an engine.
            #[inline]
            pub fn is_concrete(&self) -> bool {
                matches!(self, $(HeapType::$variant(_))|*)
            }

            $(
                #[doc = concat!("Whether this is a [`HeapType::", stringify!($variant), "`].")]
                pub fn $is(&self) -> bool {
                    matches!(self, HeapType::$variant(_))
                }

                #[doc = concat!("The type in a [`HeapType::", stringify!($variant), "`]; `None` if this is another.")]
                pub fn $as_(&self) -> Option<&$ty> {
                    match self {
                        HeapType::$variant(ty) => Some(ty),
                        _ => None,
                    }
                }
            )*

            /// Whether this doesn't belong to another engine.
            pub(crate) fn comes_from_same_engine(&self, engine: &Engine) -> bool {
                match self {
                    $(HeapType::$variant(ty) => ty.comes_from_same_engine(engine),)*
                    _ => true,
                }
            }
        }
    };
}

concrete_types! {
    ConcreteFunc(FuncType) is_concrete_func as_concrete_func;
    ConcreteArray(ArrayType) is_concrete_array as_concrete_array;
    ConcreteStruct(StructType) is_concrete_struct as_concrete_struct;
    ConcreteExn(ExnType) is_concrete_exn as_concrete_exn;
}

macro_rules! is_abstract_type {
    ($($is:ident $variant:ident;)*) => {$(
        #[doc = concat!("Whether this is [`HeapType::", stringify!($variant), "`].")]
        pub fn $is(&self) -> bool {
            matches!(self, HeapType::$variant)
        }
    )*};
}

macro_rules! unwrap_concrete_type {
    ($($unwrap:ident $as_:ident $ty:ident $variant:ident;)*) => {$(
        #[doc = concat!("The type in a [`HeapType::", stringify!($variant), "`].")]
        ///
        /// # Panics
        ///
        /// If this is another type.
        pub fn $unwrap(&self) -> &$ty {
            match self.$as_() {
                Some(ty) => ty,
                None => panic!(concat!("expected a ", stringify!($variant), ", found {}"), self),
            }
        }
    )*};
}

impl HeapType {
    is_abstract_type! {
        is_extern Extern;
        is_func Func;
        is_no_func NoFunc;
        is_any Any;
        is_i31 I31;
        is_none None;
        is_exn Exn;
        is_no_exn NoExn;
    }

    unwrap_concrete_type! {
        unwrap_concrete_func as_concrete_func FuncType ConcreteFunc;
        unwrap_concrete_array as_concrete_array ArrayType ConcreteArray;
        unwrap_concrete_struct as_concrete_struct StructType ConcreteStruct;
    }

    /// Whether this is a type that every engine has, and no module defines.
    pub fn is_abstract(&self) -> bool {
        !self.is_concrete()
    }

    /// The top of the hierarchy that this type is in.
    #[inline]
    pub fn top(&self) -> HeapType {
        use HeapType::*;
        match self {
            Extern | NoExtern => Extern,
            Func | ConcreteFunc(_) | NoFunc => Func,
            Any | Eq | I31 | Array | ConcreteArray(_) | Struct | ConcreteStruct(_) | None => Any,
            Exn | ConcreteExn(_) | NoExn => Exn,
        }
    }

    /// Whether this is the top of its hierarchy.
    #[inline]
    pub fn is_top(&self) -> bool {
        use HeapType::*;
        matches!(self, Extern | Func | Any | Exn)
    }

    /// The bottom of the hierarchy that this type is in.
    #[inline]
    pub fn bottom(&self) -> HeapType {
        match self.top() {
            HeapType::Extern => HeapType::NoExtern,
            HeapType::Func => HeapType::NoFunc,
            HeapType::Any => HeapType::None,
            _ => HeapType::NoExn,
        }
    }

    /// Whether this is the bottom of its hierarchy.
    #[inline]
    pub fn is_bottom(&self) -> bool {
        use HeapType::*;
        matches!(self, NoExtern | NoFunc | None | NoExn)
    }

    /// Whether this is a subtype of `other`.
    ///
    /// A concrete type is a subtype of another if it is the same, or if its
    /// module declares it so, by `(sub $other ...)`.
    ///
    /// # Panics
    ///
    /// If both are concrete, of the same sort, and of different engines.
    pub fn matches(&self, other: &HeapType) -> bool {
        use HeapType::*;
        match (self, other) {
            (ConcreteFunc(a), ConcreteFunc(b)) => a.is_subtype(b),
            (ConcreteArray(a), ConcreteArray(b)) => a.matches(b),
            (ConcreteStruct(a), ConcreteStruct(b)) => a.matches(b),
            (ConcreteExn(a), ConcreteExn(b)) => a.matches(b),

            // A bottom type matches all of its hierarchy.
            (NoExtern | NoFunc | None | NoExn, _) => self.is_bottom_of(other),

            (Extern, Extern) | (Func | ConcreteFunc(_), Func) | (Exn | ConcreteExn(_), Exn) => true,
            (Any | Eq | I31 | Array | ConcreteArray(_) | Struct | ConcreteStruct(_), Any)
            | (Eq | I31 | Array | ConcreteArray(_) | Struct | ConcreteStruct(_), Eq)
            | (I31, I31)
            | (Array | ConcreteArray(_), Array)
            | (Struct | ConcreteStruct(_), Struct) => true,
            _ => false,
        }
    }

    fn is_bottom_of(&self, other: &HeapType) -> bool {
        self.kind() == other.bottom().kind()
    }

    /// Whether `a` and `b` are the same type.
    ///
    /// # Panics
    ///
    /// As [`HeapType::matches`].
    #[expect(
        clippy::should_implement_trait,
        reason = "it is the `wasmtime` crate's name"
    )]
    pub fn eq(a: &HeapType, b: &HeapType) -> bool {
        use HeapType::*;
        match (a, b) {
            (ConcreteFunc(a), ConcreteFunc(b)) => FuncType::eq(a, b),
            (ConcreteArray(a), ConcreteArray(b)) => ArrayType::eq(a, b),
            (ConcreteStruct(a), ConcreteStruct(b)) => StructType::eq(a, b),
            (ConcreteExn(a), ConcreteExn(b)) => a.matches(b),
            (a, b) => a.kind() == b.kind(),
        }
    }

    /// Takes what `ty` owns.
    ///
    /// # Safety
    ///
    /// `ty` must be valid, made by `engine`, and not be used or deleted after.
    pub(crate) unsafe fn from_c(engine: &Engine, ty: *const wasmtime_heaptype_t) -> HeapType {
        // SAFETY: the caller vouches for `ty`; each field of the union is read
        // where the kind says it is the one that was written, and owned.
        unsafe {
            let of = &raw const (*ty).of;
            match (*ty).kind {
                WASMTIME_HEAPTYPE_KIND_CONCRETE_FUNC => {
                    FuncType::from_owned(engine, owned((*of).concrete_func)).into()
                }
                WASMTIME_HEAPTYPE_KIND_CONCRETE_ARRAY => {
                    ArrayType::from_owned(engine, owned((*of).concrete_array)).into()
                }
                WASMTIME_HEAPTYPE_KIND_CONCRETE_STRUCT => {
                    StructType::from_owned(engine, owned((*of).concrete_struct)).into()
                }
                WASMTIME_HEAPTYPE_KIND_CONCRETE_EXN => {
                    ExnType::from_owned(engine, owned((*of).concrete_exn)).into()
                }
                kind => HeapType::from_kind(kind).unwrap_or_else(|| {
                    unreachable!("libwasmtime 48 has no heap type of kind {kind}")
                }),
            }
        }
    }

    /// The C type of references to this type.
    pub(super) fn to_c_ref(&self, nullable: bool) -> Owned<wasm_valtype_t> {
        // The C function type that `of` points to, until it is used.
        let func;
        let (engine, of) = match self {
            HeapType::ConcreteFunc(ty) => {
                func = ty.to_c();
                let concrete_func = func.as_ptr();
                // Only a function type can be one that its engine has yet to see.
                (
                    ty.engine().as_ptr(),
                    wasmtime_heaptype_union_t { concrete_func },
                )
            }
            HeapType::ConcreteArray(ty) => {
                let concrete_array = ty.as_ptr();
                (
                    ptr::null_mut(),
                    wasmtime_heaptype_union_t { concrete_array },
                )
            }
            HeapType::ConcreteStruct(ty) => {
                let concrete_struct = ty.as_ptr();
                (
                    ptr::null_mut(),
                    wasmtime_heaptype_union_t { concrete_struct },
                )
            }
            HeapType::ConcreteExn(ty) => {
                let concrete_exn = ty.as_ptr();
                (ptr::null_mut(), wasmtime_heaptype_union_t { concrete_exn })
            }
            _ => {
                let concrete_func = ptr::null_mut();
                (ptr::null_mut(), wasmtime_heaptype_union_t { concrete_func })
            }
        };
        let expanded = wasmtime_valtype_t {
            kind: WASMTIME_VALTYPE_KIND_REF,
            reftype: wasmtime_reftype_t {
                nullable,
                heaptype: wasmtime_heaptype_t {
                    kind: self.kind(),
                    of,
                },
            },
        };
        // SAFETY: `expanded` is valid and only borrowed, as is `engine`, which
        // may be null for all but concrete functions; the result is owned.
        unsafe { Owned::from_raw(wasmtime_valtype_to_wasm(engine, &expanded)) }
            .expect("libwasmtime makes every reference type")
    }
}

/// Takes over an object that can't be null.
///
/// # Safety
///
/// `object` must be valid, and the caller must own it and give it up.
unsafe fn owned<T: crate::vec::Object>(object: *mut T) -> Owned<T> {
    // SAFETY: the caller vouches for `object`.
    unsafe { Owned::from_raw(object) }.expect("a concrete type has a pointer")
}
