//! [`Type`]: types of values.

use super::{ResourceType, Scope, name, type_object};
use crate::owned::Owned;
use crate::sys::*;
use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::Arc;

type_object! {
    /// The type of a `list`.
    List(wasmtime_component_list_type_t) == wasmtime_component_list_type_equal;
    /// The type of a `record`.
    Record(wasmtime_component_record_type_t) == wasmtime_component_record_type_equal;
    /// The type of a `tuple`.
    Tuple(wasmtime_component_tuple_type_t) == wasmtime_component_tuple_type_equal;
    /// The type of a `variant`.
    Variant(wasmtime_component_variant_type_t) == wasmtime_component_variant_type_equal;
    /// The type of an `enum`.
    Enum(wasmtime_component_enum_type_t) == wasmtime_component_enum_type_equal;
    /// The type of an `option`.
    OptionType(wasmtime_component_option_type_t) == wasmtime_component_option_type_equal;
    /// The type of a `result`.
    ResultType(wasmtime_component_result_type_t) == wasmtime_component_result_type_equal;
    /// The type of `flags`.
    Flags(wasmtime_component_flags_type_t) == wasmtime_component_flags_type_equal;
    /// The type of a `future`.
    FutureType(wasmtime_component_future_type_t) == wasmtime_component_future_type_equal;
    /// The type of a `stream`.
    StreamType(wasmtime_component_stream_type_t) == wasmtime_component_stream_type_equal;
    /// The type of a `map`.
    Map(wasmtime_component_map_type_t) == wasmtime_component_map_type_equal;
}

/// A type of values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Type {
    /// `bool`.
    Bool,
    /// `s8`.
    S8,
    /// `u8`.
    U8,
    /// `s16`.
    S16,
    /// `u16`.
    U16,
    /// `s32`.
    S32,
    /// `u32`.
    U32,
    /// `s64`.
    S64,
    /// `u64`.
    U64,
    /// `f32`.
    Float32,
    /// `f64`.
    Float64,
    /// `char`.
    Char,
    /// `string`.
    String,
    /// The type of a `list`.
    List(List),
    /// The type of a `record`.
    Record(Record),
    /// The type of a `tuple`.
    Tuple(Tuple),
    /// The type of a `variant`.
    Variant(Variant),
    /// The type of an `enum`.
    Enum(Enum),
    /// The type of an `option`.
    Option(OptionType),
    /// The type of a `result`.
    Result(ResultType),
    /// The type of `flags`.
    Flags(Flags),
    /// The type of a `future`.
    Future(FutureType),
    /// The type of a `stream`.
    Stream(StreamType),
    /// The type of a `map`.
    Map(Map),
    /// A handle that owns a resource.
    Own(ResourceType),
    /// A handle that borrows a resource.
    Borrow(ResourceType),
    /// `error-context`.
    ErrorContext,
}

impl Type {
    /// Takes a type of the C API.
    ///
    /// # Panics
    ///
    /// Panics if its kind is one that the headers of the C API don't have.
    ///
    /// # Safety
    ///
    /// `raw` must be a valid type that the caller owns, and gives up.
    pub(crate) unsafe fn from_c(raw: wasmtime_component_valtype_t, scope: &Arc<Scope>) -> Type {
        let of = raw.of;
        // SAFETY: the field of the kind is valid and owned, as this function requires.
        unsafe {
            match raw.kind {
                WASMTIME_COMPONENT_VALTYPE_BOOL => Type::Bool,
                WASMTIME_COMPONENT_VALTYPE_S8 => Type::S8,
                WASMTIME_COMPONENT_VALTYPE_U8 => Type::U8,
                WASMTIME_COMPONENT_VALTYPE_S16 => Type::S16,
                WASMTIME_COMPONENT_VALTYPE_U16 => Type::U16,
                WASMTIME_COMPONENT_VALTYPE_S32 => Type::S32,
                WASMTIME_COMPONENT_VALTYPE_U32 => Type::U32,
                WASMTIME_COMPONENT_VALTYPE_S64 => Type::S64,
                WASMTIME_COMPONENT_VALTYPE_U64 => Type::U64,
                WASMTIME_COMPONENT_VALTYPE_F32 => Type::Float32,
                WASMTIME_COMPONENT_VALTYPE_F64 => Type::Float64,
                WASMTIME_COMPONENT_VALTYPE_CHAR => Type::Char,
                WASMTIME_COMPONENT_VALTYPE_STRING => Type::String,
                WASMTIME_COMPONENT_VALTYPE_LIST => {
                    Type::List(List::from_owned(Owned::from_c(of.list), scope))
                }
                WASMTIME_COMPONENT_VALTYPE_RECORD => {
                    Type::Record(Record::from_owned(Owned::from_c(of.record), scope))
                }
                WASMTIME_COMPONENT_VALTYPE_TUPLE => {
                    Type::Tuple(Tuple::from_owned(Owned::from_c(of.tuple), scope))
                }
                WASMTIME_COMPONENT_VALTYPE_VARIANT => {
                    Type::Variant(Variant::from_owned(Owned::from_c(of.variant), scope))
                }
                WASMTIME_COMPONENT_VALTYPE_ENUM => {
                    Type::Enum(Enum::from_owned(Owned::from_c(of.enum_), scope))
                }
                WASMTIME_COMPONENT_VALTYPE_OPTION => {
                    Type::Option(OptionType::from_owned(Owned::from_c(of.option), scope))
                }
                WASMTIME_COMPONENT_VALTYPE_RESULT => {
                    Type::Result(ResultType::from_owned(Owned::from_c(of.result), scope))
                }
                WASMTIME_COMPONENT_VALTYPE_FLAGS => {
                    Type::Flags(Flags::from_owned(Owned::from_c(of.flags), scope))
                }
                WASMTIME_COMPONENT_VALTYPE_FUTURE => {
                    Type::Future(FutureType::from_owned(Owned::from_c(of.future), scope))
                }
                WASMTIME_COMPONENT_VALTYPE_STREAM => {
                    Type::Stream(StreamType::from_owned(Owned::from_c(of.stream), scope))
                }
                WASMTIME_COMPONENT_VALTYPE_MAP => {
                    Type::Map(Map::from_owned(Owned::from_c(of.map), scope))
                }
                WASMTIME_COMPONENT_VALTYPE_OWN => {
                    Type::Own(scope.resource_type(Owned::from_c(of.own)))
                }
                WASMTIME_COMPONENT_VALTYPE_BORROW => {
                    Type::Borrow(scope.resource_type(Owned::from_c(of.borrow)))
                }
                WASMTIME_COMPONENT_VALTYPE_ERROR_CONTEXT => Type::ErrorContext,
                kind => panic!("the C API's headers have no type of kind {kind}"),
            }
        }
    }

    /// Returns the name of the kind of type.
    pub(crate) fn desc(&self) -> &'static str {
        match self {
            Type::Bool => "bool",
            Type::S8 => "s8",
            Type::U8 => "u8",
            Type::S16 => "s16",
            Type::U16 => "u16",
            Type::S32 => "s32",
            Type::U32 => "u32",
            Type::S64 => "s64",
            Type::U64 => "u64",
            Type::Float32 => "f32",
            Type::Float64 => "f64",
            Type::Char => "char",
            Type::String => "string",
            Type::List(_) => "list",
            Type::Record(_) => "record",
            Type::Tuple(_) => "tuple",
            Type::Variant(_) => "variant",
            Type::Enum(_) => "enum",
            Type::Option(_) => "option",
            Type::Result(_) => "result",
            Type::Flags(_) => "flags",
            Type::Future(_) => "future",
            Type::Stream(_) => "stream",
            Type::Map(_) => "map",
            Type::Own(_) => "own",
            Type::Borrow(_) => "borrow",
            Type::ErrorContext => "error-context",
        }
    }
}

/// Defines the methods of [`Type`] that return what is in one of its cases.
macro_rules! unwraps {
    ($($method:ident $case:ident($ty:ty) $what:literal;)*) => {
        impl Type {$(
            #[doc = concat!("Returns the type of ", $what, ".")]
            ///
            /// # Panics
            ///
            /// Panics if it is another one.
            pub fn $method(&self) -> &$ty {
                if let Type::$case(ty) = self {
                    ty
                } else {
                    panic!("attempted to unwrap a {} as {}", self.desc(), $what)
                }
            }
        )*}
    };
}

unwraps! {
    unwrap_list List(List) "a list";
    unwrap_record Record(Record) "a record";
    unwrap_tuple Tuple(Tuple) "a tuple";
    unwrap_variant Variant(Variant) "a variant";
    unwrap_enum Enum(Enum) "an enum";
    unwrap_option Option(OptionType) "an option";
    unwrap_result Result(ResultType) "a result";
    unwrap_flags Flags(Flags) "flags";
    unwrap_own Own(ResourceType) "a handle that owns";
    unwrap_borrow Borrow(ResourceType) "a handle that borrows";
}

/// Returns the type that a C function writes.
///
/// # Safety
///
/// The function must write an owned type.
unsafe fn part(scope: &Arc<Scope>, write: impl FnOnce(*mut wasmtime_component_valtype_t)) -> Type {
    let mut ty = MaybeUninit::uninit();
    write(ty.as_mut_ptr());
    // SAFETY: an owned type was written, as this function requires.
    unsafe { Type::from_c(ty.assume_init(), scope) }
}

/// Returns the type that a C function writes if it returns `true`.
///
/// # Safety
///
/// The function must write an owned type if it returns `true`.
unsafe fn optional_part(
    scope: &Arc<Scope>,
    write: impl FnOnce(*mut wasmtime_component_valtype_t) -> bool,
) -> Option<Type> {
    let mut ty = MaybeUninit::uninit();
    // SAFETY: an owned type was written in that case, as this function requires.
    write(ty.as_mut_ptr()).then(|| unsafe { Type::from_c(ty.assume_init(), scope) })
}

impl List {
    /// Returns the type of the elements.
    pub fn ty(&self) -> Type {
        // SAFETY: invariant "Owned object": the type is owned. An owned type is written.
        unsafe {
            part(&self.scope, |out| {
                wasmtime_component_list_type_element(self.raw.as_ptr(), out)
            })
        }
    }
}

impl Map {
    /// Returns the type of the keys.
    pub fn key(&self) -> Type {
        // SAFETY: as in `List::ty`.
        unsafe {
            part(&self.scope, |out| {
                wasmtime_component_map_type_key(self.raw.as_ptr(), out)
            })
        }
    }

    /// Returns the type of the values.
    pub fn value(&self) -> Type {
        // SAFETY: as in `List::ty`.
        unsafe {
            part(&self.scope, |out| {
                wasmtime_component_map_type_value(self.raw.as_ptr(), out)
            })
        }
    }
}

impl OptionType {
    /// Returns the type of the value, if there is one.
    pub fn ty(&self) -> Type {
        // SAFETY: as in `List::ty`.
        unsafe {
            part(&self.scope, |out| {
                wasmtime_component_option_type_ty(self.raw.as_ptr(), out)
            })
        }
    }
}

impl ResultType {
    /// Returns the type of what a success carries.
    pub fn ok(&self) -> Option<Type> {
        // SAFETY: as in `List::ty`, if there is one.
        unsafe {
            optional_part(&self.scope, |out| {
                wasmtime_component_result_type_ok(self.raw.as_ptr(), out)
            })
        }
    }

    /// Returns the type of what a failure carries.
    pub fn err(&self) -> Option<Type> {
        // SAFETY: as in `List::ty`, if there is one.
        unsafe {
            optional_part(&self.scope, |out| {
                wasmtime_component_result_type_err(self.raw.as_ptr(), out)
            })
        }
    }
}

impl FutureType {
    /// Returns the type of the value, if the future has one.
    pub fn ty(&self) -> Option<Type> {
        // SAFETY: as in `List::ty`, if there is one.
        unsafe {
            optional_part(&self.scope, |out| {
                wasmtime_component_future_type_ty(self.raw.as_ptr(), out)
            })
        }
    }
}

impl StreamType {
    /// Returns the type of the elements, if the stream has any.
    pub fn ty(&self) -> Option<Type> {
        // SAFETY: as in `List::ty`, if there is one.
        unsafe {
            optional_part(&self.scope, |out| {
                wasmtime_component_stream_type_ty(self.raw.as_ptr(), out)
            })
        }
    }
}

/// A field of a [`Record`].
#[derive(Debug)]
pub struct Field<'a> {
    /// The name.
    pub name: &'a str,
    /// The type of the value.
    pub ty: Type,
}

impl Record {
    /// Returns the fields, in their order.
    ///
    /// Calls `wasmtime_component_record_type_field_nth`.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = Field<'_>> {
        // SAFETY: invariant "Owned object": the type is owned.
        let len = unsafe { wasmtime_component_record_type_field_count(self.raw.as_ptr()) };
        (0..len).map(|nth| {
            let (mut at, mut len, mut ty) = (ptr::null(), 0, MaybeUninit::uninit());
            // SAFETY: invariant "Owned object": the type is owned, and has such a field. So name
            // and type are written: the name is part of the type, and the field's type is owned.
            unsafe {
                let found = wasmtime_component_record_type_field_nth(
                    self.raw.as_ptr(),
                    nth,
                    &mut at,
                    &mut len,
                    ty.as_mut_ptr(),
                );
                assert!(found, "there are as many fields as counted");
                Field {
                    name: name(at, len),
                    ty: Type::from_c(ty.assume_init(), &self.scope),
                }
            }
        })
    }
}

impl Tuple {
    /// Returns the types of the elements, in their order.
    ///
    /// Calls `wasmtime_component_tuple_type_types_nth`.
    pub fn types(&self) -> impl ExactSizeIterator<Item = Type> + '_ {
        // SAFETY: invariant "Owned object": the type is owned.
        let len = unsafe { wasmtime_component_tuple_type_types_count(self.raw.as_ptr()) };
        (0..len).map(|nth| {
            // SAFETY: invariant "Owned object": the type is owned. An owned type is written if
            // there is such an element.
            let ty = unsafe {
                optional_part(&self.scope, |out| {
                    wasmtime_component_tuple_type_types_nth(self.raw.as_ptr(), nth, out)
                })
            };
            ty.expect("there are as many elements as counted")
        })
    }
}

/// A case of a [`Variant`].
#[derive(Debug)]
pub struct Case<'a> {
    /// The name.
    pub name: &'a str,
    /// The type of what it carries.
    pub ty: Option<Type>,
}

impl Variant {
    /// Returns the cases, in their order.
    ///
    /// Calls `wasmtime_component_variant_type_case_nth`.
    pub fn cases(&self) -> impl ExactSizeIterator<Item = Case<'_>> {
        // SAFETY: invariant "Owned object": the type is owned.
        let len = unsafe { wasmtime_component_variant_type_case_count(self.raw.as_ptr()) };
        (0..len).map(|nth| {
            let (mut at, mut len, mut ty) = (ptr::null(), 0, MaybeUninit::uninit());
            let mut has_payload = false;
            // SAFETY: invariant "Owned object": the type is owned, and has such a case. So its
            // name is written, which is part of the type, and, if there is one, the payload's
            // type, which is owned.
            unsafe {
                let found = wasmtime_component_variant_type_case_nth(
                    self.raw.as_ptr(),
                    nth,
                    &mut at,
                    &mut len,
                    &mut has_payload,
                    ty.as_mut_ptr(),
                );
                assert!(found, "there are as many cases as counted");
                Case {
                    name: name(at, len),
                    ty: has_payload.then(|| Type::from_c(ty.assume_init(), &self.scope)),
                }
            }
        })
    }
}

impl Enum {
    /// Returns the names of the cases, in their order.
    ///
    /// Calls `wasmtime_component_enum_type_names_nth`.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        // SAFETY: invariant "Owned object": the type is owned.
        let len = unsafe { wasmtime_component_enum_type_names_count(self.raw.as_ptr()) };
        // SAFETY: as for the number. The name is part of the type.
        (0..len).map(|nth| unsafe {
            nth_name(|at, len| {
                wasmtime_component_enum_type_names_nth(self.raw.as_ptr(), nth, at, len)
            })
        })
    }
}

impl Flags {
    /// Returns the names of the flags, in their order.
    ///
    /// Calls `wasmtime_component_flags_type_names_nth`.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        // SAFETY: invariant "Owned object": the type is owned.
        let len = unsafe { wasmtime_component_flags_type_names_count(self.raw.as_ptr()) };
        // SAFETY: as for the number. The name is part of the type.
        (0..len).map(|nth| unsafe {
            nth_name(|at, len| {
                wasmtime_component_flags_type_names_nth(self.raw.as_ptr(), nth, at, len)
            })
        })
    }
}

/// Returns the name that a C function writes.
///
/// # Safety
///
/// The function must write a name of UTF-8 that lives for `'a` if it returns `true`.
unsafe fn nth_name<'a>(write: impl FnOnce(*mut *const c_char, *mut usize) -> bool) -> &'a str {
    let (mut at, mut len) = (ptr::null(), 0);
    assert!(
        write(&mut at, &mut len),
        "there are as many names as counted"
    );
    // SAFETY: the name was written, as this function requires.
    unsafe { name(at, len) }
}
