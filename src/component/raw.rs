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

/// Defines functions that make a value: its kind, its field of the union, and what is in that.
macro_rules! values {
    ($(
        $(#[$doc:meta])*
        $name:ident $(<$lifetime:lifetime>)? ($($arg:ident: $ty:ty),*)
            $kind:ident $field:ident: $of:expr;
    )*) => {
        impl OwnedComponentVal {$(
            $(#[$doc])*
            #[inline]
            pub(crate) fn $name$(<$lifetime>)?($($arg: $ty),*) -> OwnedComponentVal {
                let of = wasmtime_component_valunion_t { $field: $of };
                // SAFETY: the field is that of the kind, and what it owns is given up.
                unsafe { OwnedComponentVal::from_raw(wasmtime_component_val_t { kind: $kind, of }) }
            }
        )*}
    };
}

values! {
    from_bool(value: bool) WASMTIME_COMPONENT_BOOL boolean: value;
    from_s8(value: i8) WASMTIME_COMPONENT_S8 s8: value;
    from_u8(value: u8) WASMTIME_COMPONENT_U8 u8: value;
    from_s16(value: i16) WASMTIME_COMPONENT_S16 s16: value;
    from_u16(value: u16) WASMTIME_COMPONENT_U16 u16: value;
    from_s32(value: i32) WASMTIME_COMPONENT_S32 s32: value;
    from_u32(value: u32) WASMTIME_COMPONENT_U32 u32: value;
    from_s64(value: i64) WASMTIME_COMPONENT_S64 s64: value;
    from_u64(value: u64) WASMTIME_COMPONENT_U64 u64: value;
    from_f32(value: f32) WASMTIME_COMPONENT_F32 f32: value;
    from_f64(value: f64) WASMTIME_COMPONENT_F64 f64: value;
    from_char(value: char) WASMTIME_COMPONENT_CHAR character: value.into();
    from_str(value: &str) WASMTIME_COMPONENT_STRING string: ByteVec::from(value).into_raw();
    from_list(value: ValList) WASMTIME_COMPONENT_LIST list: value.into_raw();
    /// Makes a record. The names of its fields must be UTF-8: they come from
    /// [`RecordEntry::named`].
    from_record(value: ValRecord) WASMTIME_COMPONENT_RECORD record: value.into_raw();
    from_tuple(value: ValTuple) WASMTIME_COMPONENT_TUPLE tuple: value.into_raw();
    from_enum(case: &str) WASMTIME_COMPONENT_ENUM enumeration: ByteVec::from(case).into_raw();
    from_option(value: Option<OwnedComponentVal>) WASMTIME_COMPONENT_OPTION option: boxed(value);
    from_map(value: ValMap) WASMTIME_COMPONENT_MAP map: value.into_raw();
    from_resource(value: Owned<wasmtime_component_resource_any_t>)
        WASMTIME_COMPONENT_RESOURCE resource: value.into_raw();
    from_variant(case: &str, payload: Option<OwnedComponentVal>)
        WASMTIME_COMPONENT_VARIANT variant: wasmtime_component_valvariant_t {
            discriminant: ByteVec::from(case).into_raw(),
            val: boxed(payload),
        };
    from_result(value: Result<Option<OwnedComponentVal>, Option<OwnedComponentVal>>)
        WASMTIME_COMPONENT_RESULT result: wasmtime_component_valresult_t {
            is_ok: value.is_ok(),
            val: match value {
                Ok(payload) | Err(payload) => boxed(payload),
            },
        };
    /// Makes a value of flags, from the names of those that are set.
    from_flags<'a>(names: impl Iterator<Item = &'a str>)
        WASMTIME_COMPONENT_FLAGS flags: names.map(ByteVec::from).collect::<ValFlags>().into_raw();
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
