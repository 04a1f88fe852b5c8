//! How a Rust type and a component's type differ.

use crate::Error;
use crate::component::raw::Content;
use crate::error::format_err;
use crate::vec::component::OwnedComponentVal;
use std::fmt;

/// The difference of a Rust type and the type of a component that it should stand for.
///
/// Its text names the place, such as `params.0.field "x"`, and what is expected and found there.
#[derive(Debug)]
pub struct TypeMismatch {
    /// The steps to the place, from the innermost.
    path: Vec<String>,
    expected: String,
    found: String,
}

impl TypeMismatch {
    /// The Rust type `expected` stands where the component has `found`.
    #[cold]
    pub fn new(expected: impl fmt::Display, found: impl fmt::Display) -> TypeMismatch {
        TypeMismatch {
            path: Vec::new(),
            expected: expected.to_string(),
            found: found.to_string(),
        }
    }

    /// Says that the place is a part of something.
    #[cold]
    #[must_use]
    pub fn within(mut self, step: impl fmt::Display) -> TypeMismatch {
        self.path.push(step.to_string());
        self
    }
}

impl fmt::Display for TypeMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("type mismatch")?;
        for (i, step) in self.path.iter().rev().enumerate() {
            f.write_str(if i == 0 { " at " } else { "." })?;
            f.write_str(step)?;
        }
        write!(f, ": expected {}, found {}", self.expected, self.found)
    }
}

impl std::error::Error for TypeMismatch {}

/// Returns a number and what is counted.
#[cold]
pub fn count(number: usize, what: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {what}{s}")
}

/// Returns the error for a value that isn't of the type for which it was read.
#[cold]
pub fn unexpected(expected: &str, val: &OwnedComponentVal) -> Error {
    let found = val.content().kind();
    format_err!("expected a value of type {expected}, found one of kind {found}")
}

impl Content<'_> {
    /// Returns the name of the kind.
    fn kind(&self) -> &'static str {
        match self {
            Content::Bool(_) => "bool",
            Content::S8(_) => "s8",
            Content::U8(_) => "u8",
            Content::S16(_) => "s16",
            Content::U16(_) => "u16",
            Content::S32(_) => "s32",
            Content::U32(_) => "u32",
            Content::S64(_) => "s64",
            Content::U64(_) => "u64",
            Content::F32(_) => "f32",
            Content::F64(_) => "f64",
            Content::Char(_) => "char",
            Content::String(_) => "string",
            Content::List(_) => "list",
            Content::Record(_) => "record",
            Content::Tuple(_) => "tuple",
            Content::Variant(..) => "variant",
            Content::Enum(_) => "enum",
            Content::Option(_) => "option",
            Content::Result(_) => "result",
            Content::Flags(_) => "flags",
            Content::Resource(_) => "resource",
            Content::Map(_) => "map",
            Content::Unknown(_) => "unknown",
        }
    }
}
