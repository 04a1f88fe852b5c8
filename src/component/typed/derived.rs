//! What the code of the derives and of `flags!` calls.
//!
//! The derives give the names of fields, cases and flags, and how each is compared.

pub use super::layout::{
    flags_align, flags_size, record_align, record_size, variant_align, variant_size,
};
pub use super::options::{lift_payload, typecheck_payload};
pub use crate::vec::component::OwnedComponentVal;

use super::mismatch::count;
use super::options::lower_payload;
use super::{InstanceType, Lift, LiftContext, Lower, LowerContext, TypeMismatch, unexpected};
use crate::Result;
use crate::component::raw::Content;
use crate::component::types::Type;
use crate::error::{ensure, format_err};
use crate::sys::wasmtime_component_valrecord_t;
use crate::vec::Filling;
use crate::vec::component::RecordEntry;
use std::fmt;

/// Compares a Rust type with a component's: `ComponentType::typecheck`.
pub type Typecheck = fn(&Type, &InstanceType<'_>) -> Result<(), TypeMismatch>;

/// Compares a Rust type with what a case carries.
pub type TypecheckCase = fn(Option<Type>, &InstanceType<'_>) -> Result<(), TypeMismatch>;

/// Compares a record's fields, in their order.
pub fn typecheck_record(
    ty: &Type,
    cx: &InstanceType<'_>,
    fields: &[(&str, Typecheck)],
) -> Result<(), TypeMismatch> {
    let Type::Record(ty) = ty else {
        return Err(TypeMismatch::new("record", ty.desc()));
    };
    same_names(
        "field",
        fields.iter().map(|(name, _)| *name),
        ty.fields().map(|field| field.name),
    )?;
    for ((name, typecheck), field) in fields.iter().zip(ty.fields()) {
        typecheck(&field.ty, cx).map_err(|error| error.within(format_args!("field \"{name}\"")))?;
    }
    Ok(())
}

/// Compares a variant's cases, in their order.
pub fn typecheck_variant(
    ty: &Type,
    cx: &InstanceType<'_>,
    cases: &[(&str, TypecheckCase)],
) -> Result<(), TypeMismatch> {
    let Type::Variant(ty) = ty else {
        return Err(TypeMismatch::new("variant", ty.desc()));
    };
    same_names(
        "case",
        cases.iter().map(|(name, _)| *name),
        ty.cases().map(|case| case.name),
    )?;
    for ((name, typecheck), case) in cases.iter().zip(ty.cases()) {
        typecheck(case.ty, cx).map_err(|error| error.within(format_args!("case \"{name}\"")))?;
    }
    Ok(())
}

/// Compares an enum's cases, in their order.
pub fn typecheck_enum(ty: &Type, cases: &[&str]) -> Result<(), TypeMismatch> {
    let Type::Enum(ty) = ty else {
        return Err(TypeMismatch::new("enum", ty.desc()));
    };
    same_names("case", cases.iter().copied(), ty.names())
}

/// Compares flags, in their order.
pub fn typecheck_flags(ty: &Type, flags: &[&str]) -> Result<(), TypeMismatch> {
    let Type::Flags(ty) = ty else {
        return Err(TypeMismatch::new("flags", ty.desc()));
    };
    same_names("flag", flags.iter().copied(), ty.names())
}

fn same_names<'a, 'b>(
    what: &str,
    expected: impl ExactSizeIterator<Item = &'a str>,
    found: impl ExactSizeIterator<Item = &'b str>,
) -> Result<(), TypeMismatch> {
    if expected.len() != found.len() {
        return Err(TypeMismatch::new(count(expected.len(), what), found.len()));
    }
    for (expected, found) in expected.zip(found) {
        if expected != found {
            let quoted = |name: &str| format!("the {what} \"{name}\"");
            return Err(TypeMismatch::new(quoted(expected), quoted(found)));
        }
    }
    Ok(())
}

/// A record that is written field by field.
pub struct RecordWriter {
    record: Filling<wasmtime_component_valrecord_t>,
}

impl RecordWriter {
    /// Begins a record with that number of fields.
    pub fn new(fields: usize) -> RecordWriter {
        RecordWriter {
            record: Filling::new(fields),
        }
    }

    /// Writes the next field.
    #[inline]
    pub fn field<T: Lower + ?Sized>(
        &mut self,
        cx: &mut LowerContext<'_>,
        name: &str,
        value: &T,
    ) -> Result<()> {
        self.record
            .try_push(|| Ok(RecordEntry::named(name, value.lower(cx)?)))
    }

    /// Returns the record, of which all fields were written.
    pub fn finish(self) -> OwnedComponentVal {
        OwnedComponentVal::from_record(self.record.finish())
    }
}

/// A record that is read field by field.
pub struct RecordReader<'a> {
    fields: &'a [RecordEntry],
}

impl<'a> RecordReader<'a> {
    /// Begins to read a record with that number of fields.
    pub fn new(val: &'a OwnedComponentVal, fields: usize) -> Result<RecordReader<'a>> {
        let Content::Record(found) = val.content() else {
            return Err(unexpected("record", val));
        };
        ensure!(
            found.len() == fields,
            "expected a record of {}, found one of {}",
            count(fields, "field"),
            found.len()
        );
        Ok(RecordReader { fields: found })
    }

    /// Reads the next field.
    #[inline]
    pub fn field<T: Lift>(&mut self, cx: &mut LiftContext<'_>) -> Result<T> {
        let (field, rest) = self
            .fields
            .split_first()
            .expect("there are as many fields as counted");
        self.fields = rest;
        T::lift(cx, &field.val)
    }
}

/// Makes a variant with what its case carries.
pub fn lower_case<T: Lower + ?Sized>(
    cx: &mut LowerContext<'_>,
    case: &str,
    payload: &T,
) -> Result<OwnedComponentVal> {
    let payload = lower_payload(cx, payload)?;
    Ok(OwnedComponentVal::from_variant(case, payload))
}

/// Makes a variant whose case carries nothing.
pub fn lower_empty_case(case: &str) -> OwnedComponentVal {
    OwnedComponentVal::from_variant(case, None)
}

/// Returns the name of a variant's case, and what it carries.
pub fn lift_case(val: &OwnedComponentVal) -> Result<(&str, Option<&OwnedComponentVal>)> {
    if let Content::Variant(case, payload) = val.content() {
        Ok((case, payload))
    } else {
        Err(unexpected("variant", val))
    }
}

/// Makes a value of an enum.
pub fn lower_enum(case: &str) -> OwnedComponentVal {
    OwnedComponentVal::from_enum(case)
}

/// Returns the name of an enum's case.
pub fn lift_enum(val: &OwnedComponentVal) -> Result<&str> {
    if let Content::Enum(case) = val.content() {
        Ok(case)
    } else {
        Err(unexpected("enum", val))
    }
}

/// Returns the error for a case that the Rust type doesn't have.
#[cold]
pub fn unknown_case(case: &str) -> crate::Error {
    format_err!("the case \"{case}\" is unknown")
}

/// Makes a value of flags, from the bits in words of 32 bits and the names of all.
pub fn lower_flags(names: &[&str], words: &[u32]) -> OwnedComponentVal {
    OwnedComponentVal::from_flags(set_flags(names, words))
}

/// Returns the names of the flags that are set.
fn set_flags<'a>(names: &[&'a str], words: &[u32]) -> impl Iterator<Item = &'a str> {
    let is_set = |i: usize| words[i / 32] & (1 << (i % 32)) != 0;
    let set = names.iter().enumerate().filter(move |(i, _)| is_set(*i));
    set.map(|(_, name)| *name)
}

/// Sets the bits of flags.
pub fn lift_flags(val: &OwnedComponentVal, names: &[&str], words: &mut [u32]) -> Result<()> {
    let Content::Flags(found) = val.content() else {
        return Err(unexpected("flags", val));
    };
    for flag in found {
        let i = names
            .iter()
            .position(|name| name.as_bytes() == &**flag)
            .ok_or_else(|| {
                format_err!("the flag \"{}\" is unknown", String::from_utf8_lossy(flag))
            })?;
        words[i / 32] |= 1 << (i % 32);
    }
    Ok(())
}

/// Writes the names of the flags that are set.
pub fn format_flags(
    f: &mut fmt::Formatter<'_>,
    ty: &str,
    names: &[&str],
    words: &[u32],
) -> fmt::Result {
    write!(f, "{ty}(")?;
    for (i, name) in set_flags(names, words).enumerate() {
        if i != 0 {
            f.write_str("|")?;
        }
        f.write_str(name)?;
    }
    f.write_str(")")
}
