//! Types of continuations that a module defines.

use crate::Engine;
use std::convert::Infallible;

/// The type of a continuation that a module defines.
///
/// It has no values, as the C API doesn't describe types of continuations. It
/// exists so that programs can match every [`HeapType`](crate::HeapType).
#[derive(Clone, Debug, Hash)]
pub struct ContType {
    never: Infallible,
}

impl ContType {
    /// Returns the engine that this type belongs to.
    pub fn engine(&self) -> &Engine {
        self.never()
    }

    /// Reports whether this is the same type as `other`.
    pub fn matches(&self, _other: &ContType) -> bool {
        self.never()
    }

    /// Diverges, as no `ContType` exists to call this with.
    #[inline]
    pub(super) fn never(&self) -> ! {
        match self.never {}
    }
}
