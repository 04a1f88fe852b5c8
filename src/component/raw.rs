//! Values of the C API: how they are made, and what is in them.
//!
//! [`OwnedComponentVal`] owns a value. libwasmtime reads the names and strings in it as UTF-8, and
//! aborts if they aren't: invariant "Component value". So the safe layer makes values by the
//! functions here only, which take `&str`.

use crate::owned::Owned;
use crate::sys::*;
use crate::vec::ByteVec;
use crate::vec::component::{
    MapEntry, OwnedComponentVal, RecordEntry, ValFlags, ValList, ValMap, ValRecord, ValTuple,
};
use std::mem::ManuallyDrop;
use std::ptr::{self, NonNull};
use std::{slice, str};

/// What is in a value of the C API.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    Bool(bool),
    S8(i8),
    U8(u8),
    S16(i16),
    U16(u16),
    S32(i32),
    U32(u32),
    S64(i64),
    U64(u64),
    F32(f32),
    F64(f64),
    Char(char),
    String(&'a str),
    List(&'a [OwnedComponentVal]),
    Record(&'a [RecordEntry]),
    Tuple(&'a [OwnedComponentVal]),
    Variant(&'a str, Option<&'a OwnedComponentVal>),
    Enum(&'a str),
    Option(Option<&'a OwnedComponentVal>),
    Result(Result<Option<&'a OwnedComponentVal>, Option<&'a OwnedComponentVal>>),
    Flags(&'a [ByteVec]),
    Resource(NonNull<wasmtime_component_resource_any_t>),
    Map(&'a [MapEntry]),
    /// A kind that the C API's headers don't name.
    Unknown(u8),
}

impl OwnedComponentVal {
    /// Returns what is in the value.
    // Always inline: a caller that expects one kind is left with the comparison of that kind.
    #[inline(always)]
    pub(crate) fn content(&self) -> Content<'_> {
        // SAFETY: invariant "Owned object": the value is valid, and the field that is read is the
        // one of its kind. Invariant "Component value": its texts are UTF-8, and its characters
        // are scalar values. What it owns lives as long as `self` is borrowed.
        unsafe {
            let raw = &*self.as_ptr();
            let of = &raw.of;
            match raw.kind {
                WASMTIME_COMPONENT_BOOL => Content::Bool(of.boolean),
                WASMTIME_COMPONENT_S8 => Content::S8(of.s8),
                WASMTIME_COMPONENT_U8 => Content::U8(of.u8),
                WASMTIME_COMPONENT_S16 => Content::S16(of.s16),
                WASMTIME_COMPONENT_U16 => Content::U16(of.u16),
                WASMTIME_COMPONENT_S32 => Content::S32(of.s32),
                WASMTIME_COMPONENT_U32 => Content::U32(of.u32),
                WASMTIME_COMPONENT_S64 => Content::S64(of.s64),
                WASMTIME_COMPONENT_U64 => Content::U64(of.u64),
                WASMTIME_COMPONENT_F32 => Content::F32(of.f32),
                WASMTIME_COMPONENT_F64 => Content::F64(of.f64),
                WASMTIME_COMPONENT_CHAR => Content::Char(char::from_u32_unchecked(of.character)),
                WASMTIME_COMPONENT_STRING => Content::String(text(&of.string)),
                WASMTIME_COMPONENT_LIST => Content::List(ValList::from_ptr(&of.list)),
                WASMTIME_COMPONENT_RECORD => Content::Record(ValRecord::from_ptr(&of.record)),
                WASMTIME_COMPONENT_TUPLE => Content::Tuple(ValTuple::from_ptr(&of.tuple)),
                WASMTIME_COMPONENT_VARIANT => {
                    let variant = &of.variant;
                    Content::Variant(text(&variant.discriminant), val(variant.val))
                }
                WASMTIME_COMPONENT_ENUM => Content::Enum(text(&of.enumeration)),
                WASMTIME_COMPONENT_OPTION => Content::Option(val(of.option)),
                WASMTIME_COMPONENT_RESULT => Content::Result(match of.result.is_ok {
                    true => Ok(val(of.result.val)),
                    false => Err(val(of.result.val)),
                }),
                WASMTIME_COMPONENT_FLAGS => Content::Flags(ValFlags::from_ptr(&of.flags)),
                WASMTIME_COMPONENT_RESOURCE => {
                    Content::Resource(NonNull::new_unchecked(of.resource))
                }
                WASMTIME_COMPONENT_MAP => Content::Map(ValMap::from_ptr(&of.map)),
                kind => Content::Unknown(kind),
            }
        }
    }

    /// Returns the values of an array of the C API, such as the arguments of a host function.
    ///
    /// # Safety
    ///
    /// There must be `len` valid values at `vals`, which nothing else uses during `'a`.
    #[inline]
    pub(crate) unsafe fn slice_mut<'a>(
        vals: *mut wasmtime_component_val_t,
        len: usize,
    ) -> &'a mut [OwnedComponentVal] {
        match len {
            // The pointer may be anything.
            0 => &mut [],
            // SAFETY: the values are valid and unshared, as this function requires, and
            // `OwnedComponentVal` has the layout of the C struct.
            _ => unsafe { slice::from_raw_parts_mut(vals.cast(), len) },
        }
    }
}

/// Returns a text of a value.
///
/// # Safety
///
/// It must be a valid vector of UTF-8.
#[inline]
unsafe fn text(name: &wasm_name_t) -> &str {
    // SAFETY: the vector is valid, and UTF-8, as this function requires.
    unsafe { str::from_utf8_unchecked(ByteVec::from_ptr(name)) }
}

/// Returns the value in another one, if there is one.
///
/// # Safety
///
/// `val` must be null or point to a valid value, which lives for `'a`.
#[inline]
unsafe fn val<'a>(val: *const wasmtime_component_val_t) -> Option<&'a OwnedComponentVal> {
    // SAFETY: it is null or valid, as this function requires, and `OwnedComponentVal` has the
    // layout of the C struct.
    unsafe { val.cast::<OwnedComponentVal>().as_ref() }
}

/// Defines the functions that make a value of a scalar type.
macro_rules! scalars {
    ($($name:ident($ty:ty) $field:ident $kind:ident;)*) => {
        impl OwnedComponentVal {$(
            #[inline]
            pub(crate) fn $name(value: $ty) -> OwnedComponentVal {
                OwnedComponentVal::of($kind, wasmtime_component_valunion_t { $field: value })
            }
        )*}
    };
}

scalars! {
    from_bool(bool) boolean WASMTIME_COMPONENT_BOOL;
    from_s8(i8) s8 WASMTIME_COMPONENT_S8;
    from_u8(u8) u8 WASMTIME_COMPONENT_U8;
    from_s16(i16) s16 WASMTIME_COMPONENT_S16;
    from_u16(u16) u16 WASMTIME_COMPONENT_U16;
    from_s32(i32) s32 WASMTIME_COMPONENT_S32;
    from_u32(u32) u32 WASMTIME_COMPONENT_U32;
    from_s64(i64) s64 WASMTIME_COMPONENT_S64;
    from_u64(u64) u64 WASMTIME_COMPONENT_U64;
    from_f32(f32) f32 WASMTIME_COMPONENT_F32;
    from_f64(f64) f64 WASMTIME_COMPONENT_F64;
}

impl OwnedComponentVal {
    /// Makes a value whose kind fits its content. What that owns passes to the value.
    #[inline]
    fn of(kind: u8, of: wasmtime_component_valunion_t) -> OwnedComponentVal {
        // SAFETY: the functions of this module pass a field of the kind, and give up what it owns.
        unsafe { OwnedComponentVal::from_raw(wasmtime_component_val_t { kind, of }) }
    }

    #[inline]
    pub(crate) fn from_char(value: char) -> OwnedComponentVal {
        let character = value.into();
        let of = wasmtime_component_valunion_t { character };
        OwnedComponentVal::of(WASMTIME_COMPONENT_CHAR, of)
    }

    #[inline]
    pub(crate) fn from_str(value: &str) -> OwnedComponentVal {
        let string = ByteVec::from(value).into_raw();
        let of = wasmtime_component_valunion_t { string };
        OwnedComponentVal::of(WASMTIME_COMPONENT_STRING, of)
    }

    #[inline]
    pub(crate) fn from_list(value: ValList) -> OwnedComponentVal {
        let list = value.into_raw();
        let of = wasmtime_component_valunion_t { list };
        OwnedComponentVal::of(WASMTIME_COMPONENT_LIST, of)
    }

    /// Makes a record. The names of its fields must be UTF-8: they come from
    /// [`RecordEntry::named`].
    #[inline]
    pub(crate) fn from_record(value: ValRecord) -> OwnedComponentVal {
        let record = value.into_raw();
        let of = wasmtime_component_valunion_t { record };
        OwnedComponentVal::of(WASMTIME_COMPONENT_RECORD, of)
    }

    #[inline]
    pub(crate) fn from_tuple(value: ValTuple) -> OwnedComponentVal {
        let tuple = value.into_raw();
        let of = wasmtime_component_valunion_t { tuple };
        OwnedComponentVal::of(WASMTIME_COMPONENT_TUPLE, of)
    }

    #[inline]
    pub(crate) fn from_variant(
        case: &str,
        payload: Option<OwnedComponentVal>,
    ) -> OwnedComponentVal {
        let variant = wasmtime_component_valvariant_t {
            discriminant: ByteVec::from(case).into_raw(),
            val: boxed(payload),
        };
        let of = wasmtime_component_valunion_t { variant };
        OwnedComponentVal::of(WASMTIME_COMPONENT_VARIANT, of)
    }

    #[inline]
    pub(crate) fn from_enum(case: &str) -> OwnedComponentVal {
        let enumeration = ByteVec::from(case).into_raw();
        let of = wasmtime_component_valunion_t { enumeration };
        OwnedComponentVal::of(WASMTIME_COMPONENT_ENUM, of)
    }

    #[inline]
    pub(crate) fn from_option(value: Option<OwnedComponentVal>) -> OwnedComponentVal {
        let option = boxed(value);
        let of = wasmtime_component_valunion_t { option };
        OwnedComponentVal::of(WASMTIME_COMPONENT_OPTION, of)
    }

    #[inline]
    pub(crate) fn from_result(
        value: Result<Option<OwnedComponentVal>, Option<OwnedComponentVal>>,
    ) -> OwnedComponentVal {
        let is_ok = value.is_ok();
        let (Ok(payload) | Err(payload)) = value;
        let result = wasmtime_component_valresult_t {
            is_ok,
            val: boxed(payload),
        };
        let of = wasmtime_component_valunion_t { result };
        OwnedComponentVal::of(WASMTIME_COMPONENT_RESULT, of)
    }

    /// Makes a value of flags, from the names of those that are set.
    pub(crate) fn from_flags<'a>(names: impl Iterator<Item = &'a str>) -> OwnedComponentVal {
        let flags: ValFlags = names.map(ByteVec::from).collect();
        let flags = flags.into_raw();
        let of = wasmtime_component_valunion_t { flags };
        OwnedComponentVal::of(WASMTIME_COMPONENT_FLAGS, of)
    }

    #[inline]
    pub(crate) fn from_map(value: ValMap) -> OwnedComponentVal {
        let map = value.into_raw();
        let of = wasmtime_component_valunion_t { map };
        OwnedComponentVal::of(WASMTIME_COMPONENT_MAP, of)
    }

    #[inline]
    pub(crate) fn from_resource(
        value: Owned<wasmtime_component_resource_any_t>,
    ) -> OwnedComponentVal {
        let resource = value.into_raw();
        let of = wasmtime_component_valunion_t { resource };
        OwnedComponentVal::of(WASMTIME_COMPONENT_RESOURCE, of)
    }
}

impl RecordEntry {
    /// Makes a field of a record.
    #[inline]
    pub(crate) fn named(name: &str, val: OwnedComponentVal) -> RecordEntry {
        RecordEntry {
            name: name.into(),
            val,
        }
    }
}

/// Moves a value to memory of libwasmtime; null for none.
#[inline]
fn boxed(val: Option<OwnedComponentVal>) -> *mut wasmtime_component_val_t {
    let Some(val) = val else {
        return ptr::null_mut();
    };
    let mut val = ManuallyDrop::new(val);
    // SAFETY: the function takes what the value owns, and leaves one that owns nothing.
    unsafe { wasmtime_component_val_new(val.as_mut_ptr()) }
}
