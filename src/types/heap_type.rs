//! Heap types: what references refer to.

use super::{ArrayType, ContType, ExnType, FuncType, StructType};
use crate::error::format_err;
use crate::owned::Owned;
use crate::sys::*;
use crate::{Engine, Result};
use std::{fmt, mem, ptr};

/// What a reference refers to.
///
/// There are five hierarchies of heap types. Each has a top, of which all others in
/// the hierarchy are subtypes, and a bottom, which is a subtype of all others. A
/// reference to a bottom type can only be null. Concrete types are those that a
/// module defines; a module may declare some to be subtypes of others.
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
///
/// The fifth hierarchy is that of continuations: `cont`, `ConcreteCont`, `nocont`.
/// The C API doesn't describe these types. Creating a function type, a global or a
/// table with one of them fails; [`FuncType::new`] panics.
///
/// ```
/// use libwasmtime::HeapType;
///
/// assert!(HeapType::I31.matches(&HeapType::Eq));
/// assert!(HeapType::NoFunc.matches(&HeapType::Func));
/// // There are no subtypes across hierarchies.
/// assert!(!HeapType::Func.matches(&HeapType::Any));
///
/// assert!(HeapType::I31.top().is_any());
/// assert!(HeapType::I31.bottom().is_none());
/// ```
#[derive(Debug, Clone, Hash)]
pub enum HeapType {
    /// `extern`: a value of the host.
    Extern,
    /// `noextern`: the bottom of the hierarchy of `extern`.
    NoExtern,
    /// `func`: any function.
    Func,
    /// A function of the given type.
    ConcreteFunc(FuncType),
    /// `nofunc`: the bottom of the hierarchy of `func`.
    NoFunc,
    /// `any`: a value that WebAssembly code can create and look into.
    Any,
    /// `eq`: a value that `ref.eq` can compare.
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
    /// `none`: the bottom of the hierarchy of `any`.
    None,
    /// `noexn`: the bottom of the hierarchy of `exn`.
    NoExn,
    /// `cont`: any continuation.
    Cont,
    /// A continuation of the given type; there are no such types.
    ConcreteCont(ContType),
    /// `nocont`: the bottom of the hierarchy of `cont`.
    NoCont,
}

/// A concrete type, one of the four kinds that the C API has.
enum Concrete<'a> {
    Func(&'a FuncType),
    Array(&'a ArrayType),
    Struct(&'a StructType),
    Exn(&'a ExnType),
}

/// Defines what depends on a table of the abstract types: their names in the text
/// format, and their numbers in the C API, which some don't have.
macro_rules! abstract_types {
    (@kind $kind:ident) => { Some($kind) };
    (@kind) => { None };
    ($($variant:ident $text:literal $($kind:ident)?;)*) => {
        impl fmt::Display for HeapType {
            /// Writes the name in the text format. A concrete type is written as
            /// `(concrete func ...)`, a function's with its parameters and results.
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
                    HeapType::ConcreteCont(ty) => ty.never(),
                }
            }
        }

        impl HeapType {
            /// Returns the abstract type with that number in the C API.
            fn from_kind(kind: wasmtime_heaptype_kind_t) -> Option<HeapType> {
                match kind {
                    $($($kind => Some(HeapType::$variant),)?)*
                    _ => None,
                }
            }

            /// Returns the type's number in the C API; `None` if it has none.
            fn kind(&self) -> Option<wasmtime_heaptype_kind_t> {
                match self {
                    $(HeapType::$variant => abstract_types!(@kind $($kind)?),)*
                    HeapType::ConcreteFunc(_) => Some(WASMTIME_HEAPTYPE_KIND_CONCRETE_FUNC),
                    HeapType::ConcreteArray(_) => Some(WASMTIME_HEAPTYPE_KIND_CONCRETE_ARRAY),
                    HeapType::ConcreteStruct(_) => Some(WASMTIME_HEAPTYPE_KIND_CONCRETE_STRUCT),
                    HeapType::ConcreteExn(_) => Some(WASMTIME_HEAPTYPE_KIND_CONCRETE_EXN),
                    HeapType::ConcreteCont(ty) => ty.never(),
                }
            }

            /// Returns the concrete type in this one, if there is one.
            #[inline]
            fn concrete(&self) -> Option<Concrete<'_>> {
                match self {
                    $(HeapType::$variant => None,)*
                    HeapType::ConcreteFunc(ty) => Some(Concrete::Func(ty)),
                    HeapType::ConcreteArray(ty) => Some(Concrete::Array(ty)),
                    HeapType::ConcreteStruct(ty) => Some(Concrete::Struct(ty)),
                    HeapType::ConcreteExn(ty) => Some(Concrete::Exn(ty)),
                    HeapType::ConcreteCont(ty) => ty.never(),
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
    Cont "cont";
    NoCont "nocont";
}

/// Defines the conversion and the accessors of each kind of concrete type.
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
            $(
                #[doc = concat!("Reports whether this is a [`HeapType::", stringify!($variant), "`].")]
                pub fn $is(&self) -> bool {
                    matches!(self, HeapType::$variant(_))
                }

                #[doc = concat!("Returns the type in a [`HeapType::", stringify!($variant), "`]; `None` if this is another.")]
                pub fn $as_(&self) -> Option<&$ty> {
                    if let HeapType::$variant(ty) = self {
                        Some(ty)
                    } else {
                        None
                    }
                }
            )*
        }
    };
}

concrete_types! {
    ConcreteFunc(FuncType) is_concrete_func as_concrete_func;
    ConcreteArray(ArrayType) is_concrete_array as_concrete_array;
    ConcreteStruct(StructType) is_concrete_struct as_concrete_struct;
    ConcreteExn(ExnType) is_concrete_exn as_concrete_exn;
    ConcreteCont(ContType) is_concrete_cont as_concrete_cont;
}

macro_rules! is_abstract_type {
    ($($is:ident $variant:ident;)*) => {$(
        #[doc = concat!("Reports whether this is [`HeapType::", stringify!($variant), "`].")]
        pub fn $is(&self) -> bool {
            matches!(self, HeapType::$variant)
        }
    )*};
}

macro_rules! unwrap_concrete_type {
    ($($unwrap:ident $as_:ident $ty:ident $variant:ident;)*) => {$(
        #[doc = concat!("Returns the type in a [`HeapType::", stringify!($variant), "`].")]
        ///
        /// # Panics
        ///
        /// Panics if this is another type.
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
        is_cont Cont;
    }

    unwrap_concrete_type! {
        unwrap_concrete_func as_concrete_func FuncType ConcreteFunc;
        unwrap_concrete_array as_concrete_array ArrayType ConcreteArray;
        unwrap_concrete_struct as_concrete_struct StructType ConcreteStruct;
        unwrap_concrete_cont as_concrete_cont ContType ConcreteCont;
    }

    /// Reports whether this is a type that a module defines, which belongs to an engine.
    #[inline]
    pub fn is_concrete(&self) -> bool {
        self.concrete().is_some()
    }

    /// Reports whether this is a type of WebAssembly itself, which every engine has.
    pub fn is_abstract(&self) -> bool {
        !self.is_concrete()
    }

    /// Returns the top of the hierarchy that this type is in.
    #[inline]
    pub fn top(&self) -> HeapType {
        use HeapType::*;
        match self {
            Extern | NoExtern => Extern,
            Func | ConcreteFunc(_) | NoFunc => Func,
            Any | Eq | I31 | Array | ConcreteArray(_) | Struct | ConcreteStruct(_) | None => Any,
            Exn | ConcreteExn(_) | NoExn => Exn,
            Cont | ConcreteCont(_) | NoCont => Cont,
        }
    }

    /// Reports whether this is the top of its hierarchy.
    #[inline]
    pub fn is_top(&self) -> bool {
        self.is_same_variant(&self.top())
    }

    /// Returns the bottom of the hierarchy that this type is in.
    #[inline]
    pub fn bottom(&self) -> HeapType {
        use HeapType::*;
        match self {
            Extern | NoExtern => NoExtern,
            Func | ConcreteFunc(_) | NoFunc => NoFunc,
            Any | Eq | I31 | Array | ConcreteArray(_) | Struct | ConcreteStruct(_) | None => None,
            Exn | ConcreteExn(_) | NoExn => NoExn,
            Cont | ConcreteCont(_) | NoCont => NoCont,
        }
    }

    /// Reports whether this is the bottom of its hierarchy.
    #[inline]
    pub fn is_bottom(&self) -> bool {
        self.is_same_variant(&self.bottom())
    }

    /// Reports whether this is a subtype of `other`.
    ///
    /// A concrete type is a subtype of another if both are the same type, or if its
    /// module declares it so, by `(sub $other ...)`.
    ///
    /// # Panics
    ///
    /// Panics if both are concrete types of one kind, such as functions or structs, and
    /// belong to different engines.
    pub fn matches(&self, other: &HeapType) -> bool {
        use HeapType::*;
        match self {
            // A bottom type is a subtype of every type in its hierarchy.
            NoExtern | NoFunc | None | NoExn | NoCont => self.is_same_variant(&other.bottom()),

            Extern | Func | Any | Exn | Cont => self.is_same_variant(other),
            Eq => matches!(other, Any | Eq),
            I31 => matches!(other, Any | Eq | I31),
            Array => matches!(other, Any | Eq | Array),
            Struct => matches!(other, Any | Eq | Struct),

            ConcreteFunc(a) => match other.as_concrete_func() {
                Some(b) => a.is_subtype(b),
                Option::None => Func.matches(other),
            },
            ConcreteArray(a) => match other.as_concrete_array() {
                Some(b) => a.matches(b),
                Option::None => Array.matches(other),
            },
            ConcreteStruct(a) => match other.as_concrete_struct() {
                Some(b) => a.matches(b),
                Option::None => Struct.matches(other),
            },
            ConcreteExn(a) => match other.as_concrete_exn() {
                Some(b) => a.matches(b),
                Option::None => Exn.matches(other),
            },
            ConcreteCont(ty) => ty.never(),
        }
    }

    /// Reports whether both are the same abstract type, or concrete types of one kind.
    #[inline]
    fn is_same_variant(&self, other: &HeapType) -> bool {
        mem::discriminant(self) == mem::discriminant(other)
    }

    /// Reports whether `a` and `b` are the same type.
    ///
    /// # Panics
    ///
    /// Panics if both are concrete types of one kind, such as functions or structs, and
    /// belong to different engines.
    #[expect(
        clippy::should_implement_trait,
        reason = "it is the `wasmtime` crate's name"
    )]
    pub fn eq(a: &HeapType, b: &HeapType) -> bool {
        let concrete = match a.concrete() {
            None => return a.is_same_variant(b),
            Some(concrete) => concrete,
        };
        match concrete {
            Concrete::Func(a) => b.as_concrete_func().is_some_and(|b| FuncType::eq(a, b)),
            Concrete::Array(a) => b.as_concrete_array().is_some_and(|b| ArrayType::eq(a, b)),
            Concrete::Struct(a) => b.as_concrete_struct().is_some_and(|b| StructType::eq(a, b)),
            Concrete::Exn(a) => b.as_concrete_exn().is_some_and(|b| a.matches(b)),
        }
    }

    /// Reports whether this type is abstract or belongs to `engine`.
    pub(crate) fn comes_from_same_engine(&self, engine: &Engine) -> bool {
        match self.concrete() {
            None => true,
            Some(Concrete::Func(ty)) => ty.comes_from_same_engine(engine),
            Some(Concrete::Array(ty)) => ty.comes_from_same_engine(engine),
            Some(Concrete::Struct(ty)) => ty.comes_from_same_engine(engine),
            Some(Concrete::Exn(ty)) => ty.comes_from_same_engine(engine),
        }
    }

    /// Creates a type from one of libwasmtime's, of which it takes over what `ty` owns.
    ///
    /// # Safety
    ///
    /// `ty` must be valid and a type of `engine`. It must not be used or deleted after.
    pub(crate) unsafe fn from_c(engine: &Engine, ty: *const wasmtime_heaptype_t) -> HeapType {
        // SAFETY: `ty` is valid, of `engine`, and given up, as this function requires. The
        // kind tells which field of the union is initialized; that one is owned.
        unsafe {
            let of = &raw const (*ty).of;
            match (*ty).kind {
                WASMTIME_HEAPTYPE_KIND_CONCRETE_FUNC => {
                    FuncType::from_owned(engine, Owned::from_c((*of).concrete_func)).into()
                }
                WASMTIME_HEAPTYPE_KIND_CONCRETE_ARRAY => {
                    ArrayType::from_owned(engine, Owned::from_c((*of).concrete_array)).into()
                }
                WASMTIME_HEAPTYPE_KIND_CONCRETE_STRUCT => {
                    StructType::from_owned(engine, Owned::from_c((*of).concrete_struct)).into()
                }
                WASMTIME_HEAPTYPE_KIND_CONCRETE_EXN => {
                    ExnType::from_owned(engine, Owned::from_c((*of).concrete_exn)).into()
                }
                kind => HeapType::from_kind(kind).unwrap_or_else(|| {
                    unreachable!("libwasmtime 48 has no heap type of kind {kind}")
                }),
            }
        }
    }

    /// Creates the C type of references to this type.
    ///
    /// # Errors
    ///
    /// Returns an error if it is a type of continuations.
    pub(super) fn to_c_ref(&self, nullable: bool) -> Result<Owned<wasm_valtype_t>> {
        let kind = self.kind().ok_or_else(|| {
            format_err!("the C API doesn't describe types of continuations, such as `{self}`")
        })?;
        // Keeps the C function type alive that `of` points to.
        let func;
        // Needed for functions only: their type may be one that the engine doesn't know yet.
        let mut engine = ptr::null_mut();
        let of = match self.concrete() {
            None => {
                let concrete_func = ptr::null_mut();
                wasmtime_heaptype_union_t { concrete_func }
            }
            Some(Concrete::Func(ty)) => {
                engine = ty.engine().as_ptr();
                func = ty.to_c();
                let concrete_func = func.as_ptr();
                wasmtime_heaptype_union_t { concrete_func }
            }
            Some(Concrete::Array(ty)) => {
                let concrete_array = ty.as_ptr();
                wasmtime_heaptype_union_t { concrete_array }
            }
            Some(Concrete::Struct(ty)) => {
                let concrete_struct = ty.as_ptr();
                wasmtime_heaptype_union_t { concrete_struct }
            }
            Some(Concrete::Exn(ty)) => {
                let concrete_exn = ty.as_ptr();
                wasmtime_heaptype_union_t { concrete_exn }
            }
        };
        let expanded = wasmtime_valtype_t {
            kind: WASMTIME_VALTYPE_KIND_REF,
            reftype: wasmtime_reftype_t {
                nullable,
                heaptype: wasmtime_heaptype_t { kind, of },
            },
        };
        // SAFETY: `expanded` is valid and only borrowed, as is `engine`, which may be null
        // for all but concrete functions. The result is owned.
        Ok(unsafe { Owned::from_c(wasmtime_valtype_to_wasm(engine, &expanded)) })
    }
}
