//! Types of continuations that a module defines.

use crate::Engine;
use std::convert::Infallible;

/// The type of a continuation that a module defines.
///
/// There is no value of this type, as the C API has no description of one. It is
/// there for programs that match every [`HeapType`](crate::HeapType).
#[derive(Clone, Debug, Hash)]
pub struct ContType {
    never: Infallible,
}

impl ContType {
    /// The engine that this type belongs to.
    pub fn engine(&self) -> &Engine {
        self.never()
    }

    /// Whether this is the same type as `other`.
    pub fn matches(&self, _other: &ContType) -> bool {
        self.never()
    }

    /// Stands for any result, as there is no such type.
    #[inline]
    pub(super) fn never(&self) -> ! {
        match self.never {}
    }
}
