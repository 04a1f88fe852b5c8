//! Types of components, as Rust data.

/// A type of values.
#[allow(missing_docs)]
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Type {
    Bool,
    S8,
    U8,
    S16,
    U16,
    S32,
    U32,
    S64,
    U64,
    Float32,
    Float64,
    Char,
    String,
}

impl Type {
    pub(crate) fn desc(&self) -> &'static str {
        ""
    }
}

/// The type of a function.
#[derive(Clone, Debug)]
pub struct ComponentFunc;
