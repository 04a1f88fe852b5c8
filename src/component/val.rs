//! [`Val`]: values whose types are known at run time.

use super::ResourceAny;
use super::raw::Content;
use super::typed::{LiftContext, LowerContext};
use crate::Result;
use crate::error::format_err;
use crate::vec::Filling;
use crate::vec::component::{MapEntry, OwnedComponentVal, RecordEntry};

/// A value that components pass, whose type is known at run time.
///
/// The `wasmtime` crate has streams, futures and error contexts as well, which the C API can't
/// pass.
///
/// Two values are equal if they have the same meaning. So a NaN is equal to a NaN, and zero isn't
/// equal to negative zero.
#[derive(Clone, Debug)]
pub enum Val {
    /// A `bool`.
    Bool(bool),
    /// An `s8`.
    S8(i8),
    /// A `u8`.
    U8(u8),
    /// An `s16`.
    S16(i16),
    /// A `u16`.
    U16(u16),
    /// An `s32`.
    S32(i32),
    /// A `u32`.
    U32(u32),
    /// An `s64`.
    S64(i64),
    /// A `u64`.
    U64(u64),
    /// An `f32`.
    Float32(f32),
    /// An `f64`.
    Float64(f64),
    /// A `char`.
    Char(char),
    /// A `string`.
    String(String),
    /// A `list`: its elements.
    List(Vec<Val>),
    /// A `map`: its entries. Of several with the same key, the last counts.
    Map(Vec<(Val, Val)>),
    /// A `record`: its fields, in the order of the type.
    Record(Vec<(String, Val)>),
    /// A `tuple`: its elements.
    Tuple(Vec<Val>),
    /// A `variant`: the name of the case, and what it carries.
    Variant(String, Option<Box<Val>>),
    /// An `enum`: the name of the case.
    Enum(String),
    /// An `option`.
    Option(Option<Box<Val>>),
    /// A `result`.
    Result(Result<Option<Box<Val>>, Option<Box<Val>>>),
    /// `flags`: the names of those that are set.
    Flags(Vec<String>),
    /// A resource.
    Resource(ResourceAny),
}

impl Val {
    /// Makes the C API's value. libwasmtime compares its type.
    ///
    /// # Errors
    ///
    /// Returns an error if a resource in it isn't one of the store.
    pub(crate) fn lower(&self, cx: &mut LowerContext<'_>) -> Result<OwnedComponentVal> {
        cx.descend()?;
        let lowered = self.lower_one(cx)?;
        cx.ascend();
        Ok(lowered)
    }

    fn lower_one(&self, cx: &mut LowerContext<'_>) -> Result<OwnedComponentVal> {
        Ok(match self {
            Val::Bool(value) => OwnedComponentVal::from_bool(*value),
            Val::S8(value) => OwnedComponentVal::from_s8(*value),
            Val::U8(value) => OwnedComponentVal::from_u8(*value),
            Val::S16(value) => OwnedComponentVal::from_s16(*value),
            Val::U16(value) => OwnedComponentVal::from_u16(*value),
            Val::S32(value) => OwnedComponentVal::from_s32(*value),
            Val::U32(value) => OwnedComponentVal::from_u32(*value),
            Val::S64(value) => OwnedComponentVal::from_s64(*value),
            Val::U64(value) => OwnedComponentVal::from_u64(*value),
            Val::Float32(value) => OwnedComponentVal::from_f32(*value),
            Val::Float64(value) => OwnedComponentVal::from_f64(*value),
            Val::Char(value) => OwnedComponentVal::from_char(*value),
            Val::String(value) => OwnedComponentVal::from_str(value),
            Val::List(elems) => {
                OwnedComponentVal::from_list(Filling::try_collect(elems, |elem| elem.lower(cx))?)
            }
            Val::Map(entries) => {
                let lower = |(key, value): &(Val, Val)| {
                    Ok(MapEntry {
                        key: key.lower(cx)?,
                        value: value.lower(cx)?,
                    })
                };
                OwnedComponentVal::from_map(Filling::try_collect(entries, lower)?)
            }
            Val::Record(fields) => {
                let lower =
                    |(name, value): &(String, Val)| Ok(RecordEntry::named(name, value.lower(cx)?));
                OwnedComponentVal::from_record(Filling::try_collect(fields, lower)?)
            }
            Val::Tuple(elems) => {
                OwnedComponentVal::from_tuple(Filling::try_collect(elems, |elem| elem.lower(cx))?)
            }
            Val::Variant(case, payload) => {
                OwnedComponentVal::from_variant(case, lower_boxed(payload, cx)?)
            }
            Val::Enum(case) => OwnedComponentVal::from_enum(case),
            Val::Option(value) => OwnedComponentVal::from_option(lower_boxed(value, cx)?),
            Val::Result(value) => OwnedComponentVal::from_result(match value {
                Ok(value) => Ok(lower_boxed(value, cx)?),
                Err(value) => Err(lower_boxed(value, cx)?),
            }),
            Val::Flags(names) => OwnedComponentVal::from_flags(names.iter().map(|name| &**name)),
            Val::Resource(resource) => resource.lower_in(cx)?,
        })
    }

    /// Reads the C API's value.
    ///
    /// # Errors
    ///
    /// Returns an error if it is of a kind that the C API's headers don't have.
    pub(crate) fn lift(cx: &mut LiftContext<'_>, val: &OwnedComponentVal) -> Result<Val> {
        Ok(match val.content() {
            Content::Bool(value) => Val::Bool(value),
            Content::S8(value) => Val::S8(value),
            Content::U8(value) => Val::U8(value),
            Content::S16(value) => Val::S16(value),
            Content::U16(value) => Val::U16(value),
            Content::S32(value) => Val::S32(value),
            Content::U32(value) => Val::U32(value),
            Content::S64(value) => Val::S64(value),
            Content::U64(value) => Val::U64(value),
            Content::F32(value) => Val::Float32(value),
            Content::F64(value) => Val::Float64(value),
            Content::Char(value) => Val::Char(value),
            Content::String(value) => Val::String(value.to_owned()),
            Content::List(elems) => Val::List(lift_all(cx, elems)?),
            Content::Map(entries) => {
                let lift = |entry: &MapEntry| {
                    Ok((Val::lift(cx, &entry.key)?, Val::lift(cx, &entry.value)?))
                };
                Val::Map(entries.iter().map(lift).collect::<Result<_>>()?)
            }
            Content::Record(fields) => {
                let lift = |field: &RecordEntry| {
                    let name = String::from_utf8_lossy(&field.name).into_owned();
                    Ok((name, Val::lift(cx, &field.val)?))
                };
                Val::Record(fields.iter().map(lift).collect::<Result<_>>()?)
            }
            Content::Tuple(elems) => Val::Tuple(lift_all(cx, elems)?),
            Content::Variant(case, payload) => {
                Val::Variant(case.to_owned(), lift_boxed(cx, payload)?)
            }
            Content::Enum(case) => Val::Enum(case.to_owned()),
            Content::Option(value) => Val::Option(lift_boxed(cx, value)?),
            Content::Result(value) => Val::Result(match value {
                Ok(value) => Ok(lift_boxed(cx, value)?),
                Err(value) => Err(lift_boxed(cx, value)?),
            }),
            Content::Flags(names) => {
                let name = |name: &crate::vec::ByteVec| String::from_utf8_lossy(name).into_owned();
                Val::Flags(names.iter().map(name).collect())
            }
            Content::Resource(resource) => {
                // SAFETY: the resource is valid as long as the value, which is of this store.
                Val::Resource(unsafe { ResourceAny::lift_in(cx, resource) })
            }
            Content::Unknown(kind) => {
                return Err(format_err!(
                    "the C API's headers have no value of kind {kind}"
                ));
            }
        })
    }
}

fn lower_boxed(
    val: &Option<Box<Val>>,
    cx: &mut LowerContext<'_>,
) -> Result<Option<OwnedComponentVal>> {
    val.as_ref().map(|val| val.lower(cx)).transpose()
}

fn lift_boxed(
    cx: &mut LiftContext<'_>,
    val: Option<&OwnedComponentVal>,
) -> Result<Option<Box<Val>>> {
    val.map(|val| Val::lift(cx, val).map(Box::new)).transpose()
}

/// Reads values of the C API.
pub(super) fn lift_all(cx: &mut LiftContext<'_>, vals: &[OwnedComponentVal]) -> Result<Vec<Val>> {
    vals.iter().map(|val| Val::lift(cx, val)).collect()
}

impl PartialEq for Val {
    fn eq(&self, other: &Val) -> bool {
        match (self, other) {
            (Val::Float32(a), Val::Float32(b)) => {
                a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
            }
            (Val::Float64(a), Val::Float64(b)) => {
                a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
            }
            (Val::Bool(a), Val::Bool(b)) => a == b,
            (Val::S8(a), Val::S8(b)) => a == b,
            (Val::U8(a), Val::U8(b)) => a == b,
            (Val::S16(a), Val::S16(b)) => a == b,
            (Val::U16(a), Val::U16(b)) => a == b,
            (Val::S32(a), Val::S32(b)) => a == b,
            (Val::U32(a), Val::U32(b)) => a == b,
            (Val::S64(a), Val::S64(b)) => a == b,
            (Val::U64(a), Val::U64(b)) => a == b,
            (Val::Char(a), Val::Char(b)) => a == b,
            (Val::String(a), Val::String(b)) => a == b,
            (Val::List(a), Val::List(b)) | (Val::Tuple(a), Val::Tuple(b)) => a == b,
            (Val::Map(a), Val::Map(b)) => a == b,
            (Val::Record(a), Val::Record(b)) => a == b,
            (Val::Variant(a, x), Val::Variant(b, y)) => a == b && x == y,
            (Val::Enum(a), Val::Enum(b)) => a == b,
            (Val::Option(a), Val::Option(b)) => a == b,
            (Val::Result(a), Val::Result(b)) => match (a, b) {
                (Ok(a), Ok(b)) | (Err(a), Err(b)) => a == b,
                (Ok(_), Err(_)) | (Err(_), Ok(_)) => false,
            },
            // The order of flags has no meaning.
            (Val::Flags(a), Val::Flags(b)) => {
                a.len() == b.len() && a.iter().all(|name| b.contains(name))
            }
            (Val::Resource(a), Val::Resource(b)) => a == b,
            (
                Val::Bool(_)
                | Val::S8(_)
                | Val::U8(_)
                | Val::S16(_)
                | Val::U16(_)
                | Val::S32(_)
                | Val::U32(_)
                | Val::S64(_)
                | Val::U64(_)
                | Val::Float32(_)
                | Val::Float64(_)
                | Val::Char(_)
                | Val::String(_)
                | Val::List(_)
                | Val::Map(_)
                | Val::Record(_)
                | Val::Tuple(_)
                | Val::Variant(..)
                | Val::Enum(_)
                | Val::Option(_)
                | Val::Result(_)
                | Val::Flags(_)
                | Val::Resource(_),
                _,
            ) => false,
        }
    }
}

impl Eq for Val {}

macro_rules! from {
    ($($ty:ty => $case:ident;)*) => {$(
        impl From<$ty> for Val {
            fn from(value: $ty) -> Val {
                Val::$case(value)
            }
        }
    )*};
}

from! {
    bool => Bool;
    i8 => S8;
    u8 => U8;
    i16 => S16;
    u16 => U16;
    i32 => S32;
    u32 => U32;
    i64 => S64;
    u64 => U64;
    char => Char;
    String => String;
    ResourceAny => Resource;
}
