//! [`Resource`]: objects of the host that guests hold handles to.

use std::fmt;
use std::marker::PhantomData;

/// A handle of a guest to an object of the host, whose type for the guest is named by `T`.
///
/// The object itself is only a number, its representation.
pub struct Resource<T: 'static> {
    rep: u32,
    owned: bool,
    _marker: PhantomData<fn() -> T>,
}

impl<T: 'static> Resource<T> {
    /// Creates an owned resource.
    pub fn new_own(rep: u32) -> Resource<T> {
        Resource {
            rep,
            owned: true,
            _marker: PhantomData,
        }
    }

    /// Creates a borrowed resource.
    pub fn new_borrow(rep: u32) -> Resource<T> {
        Resource {
            rep,
            owned: false,
            _marker: PhantomData,
        }
    }

    /// Returns the representation.
    pub fn rep(&self) -> u32 {
        self.rep
    }

    /// Returns whether the resource is owned, and not borrowed.
    pub fn owned(&self) -> bool {
        self.owned
    }
}

impl<T> fmt::Debug for Resource<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resource")
            .field("rep", &self.rep)
            .field("owned", &self.owned)
            .finish()
    }
}
