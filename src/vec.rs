//! Vectors of the C API, owned by Rust values.
//!
//! libwasmtime takes and returns many things as vectors: a pointer to a buffer
//! that it allocated itself, and a length. [`OwnedVec`] owns such a vector, and
//! each kind has a name: [`ByteVec`], [`ValTypeVec`], [`ExternVec`] and so on,
//! and those of component values in [`component`](self#modules).
//!
//! They are slices that can't grow: index them, sort them, iterate over them;
//! make them from a `Vec`, from a slice or from an iterator.
//!
//! ```
//! use libwasmtime::vec::ByteVec;
//!
//! let mut name: ByteVec = "memory".into();
//! name[0] = b'M';
//! assert_eq!(name.to_str(), Ok("Memory"));
//! assert_eq!(name.iter().filter(|byte| **byte == b'm').count(), 1);
//! ```
//!
//! Vectors of objects are slices of `Option<Owned<_>>`: in C the elements are
//! pointers, any of which may be null.
//!
//! The buffers are allocated and freed by libwasmtime only. An empty vector has
//! none, and needs no library.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::iter::FusedIterator;
use std::mem::{self, ManuallyDrop};
use std::ops::{Deref, DerefMut, Range};
use std::slice;

mod bytes;
#[cfg(feature = "component-model")]
pub mod component;
mod owned;
mod types;
mod val;

pub use owned::{Object, Owned};
pub use types::*;
pub use val::OwnedVal;

mod sealed {
    /// Implemented for structs of the C API alone.
    pub trait Sealed {}
}

/// A vector struct of the C API and the functions that go with it.
///
/// # Safety
///
/// The functions must be the C API's own, and `Element` must have the layout
/// and the meaning of the buffer's elements: owned, and deleted by `delete`.
pub unsafe trait VecType: Copy + sealed::Sealed {
    /// What the vector holds, as safe code sees it.
    type Element: Default;

    /// The vector that owns nothing.
    #[doc(hidden)]
    const EMPTY: Self;

    /// Where the elements are, and how many.
    #[doc(hidden)]
    fn parts(&self) -> (*mut Self::Element, usize);

    /// Overwrites `out` with a vector of `size` elements of no certain value.
    ///
    /// # Safety
    ///
    /// `out` must be valid for writes; `size` elements must fit in memory.
    #[doc(hidden)]
    unsafe fn new_uninitialized(out: *mut Self, size: usize);

    /// Overwrites `out` with a vector of the `size` elements at `data`, which
    /// are moved.
    ///
    /// # Safety
    ///
    /// `out` must be valid for writes, `data` for reads of `size` elements; the
    /// caller gives these up.
    #[doc(hidden)]
    unsafe fn new_moving(out: *mut Self, size: usize, data: *const Self::Element);

    /// Overwrites `out` with a copy of `from`.
    ///
    /// # Safety
    ///
    /// `out` must be valid for writes; `from` must be a valid vector.
    #[doc(hidden)]
    unsafe fn copy(out: *mut Self, from: *const Self);

    /// Deletes the elements and the buffer.
    ///
    /// # Safety
    ///
    /// `vec` must be a valid vector, whose contents the caller gives up.
    #[doc(hidden)]
    unsafe fn delete(vec: *mut Self);
}

/// A vector of the C API that belongs to the holder: deleted when dropped,
/// copied when cloned, and a slice in between.
///
/// Its layout is that of the C struct `V`, so a pointer to one is a pointer to
/// the other.
///
/// # Panics
///
/// Whatever makes a vector that isn't empty calls libwasmtime. With the feature
/// `load` that opens the library if nothing has before, and panics with the
/// loader's message if there is none, or if it lacks components and the vector
/// is one of [`component`](crate::vec#modules). With `dynamic` it panics if the library
/// is the wrong one.
// `Send` and `Sync` as its elements are, like a `Vec` of them. `V` is a struct of
// C, none of which has a lifetime, so that its variance doesn't matter.
#[repr(transparent)]
pub struct OwnedVec<V: VecType>(V);

// SAFETY: the vector owns its elements and its buffer, as a `Vec` does; the
// C functions on it touch nothing else.
unsafe impl<V: VecType> Send for OwnedVec<V> where V::Element: Send {}
// SAFETY: as above; behind a shared reference nothing but the elements can change.
unsafe impl<V: VecType> Sync for OwnedVec<V> where V::Element: Sync {}

/// How many bytes are so many that there may be no room for them.
const LARGE: usize = 1 << 24;

impl<V: VecType> OwnedVec<V> {
    /// An empty vector. Calls no C function.
    #[inline]
    pub const fn new() -> OwnedVec<V> {
        OwnedVec(V::EMPTY)
    }

    /// A vector of `len` default elements: zeros, nulls. Calls the type's
    /// `_new_uninitialized`.
    ///
    /// # Panics
    ///
    /// If so many elements would take more than `isize::MAX` bytes, or more than
    /// there is memory for; or as said at [`OwnedVec`].
    pub fn with_len(len: usize) -> OwnedVec<V> {
        let size = len.checked_mul(size_of::<V::Element>());
        assert!(
            size.is_some_and(|size| isize::try_from(size).is_ok()),
            "a vector of {len} elements of {} bytes is larger than memory can be",
            size_of::<V::Element>()
        );
        if len == 0 {
            return OwnedVec::new();
        }
        // libwasmtime ends the process when it runs out of memory: see first
        // whether there is that much, if it is much.
        if size > Some(LARGE) {
            Vec::<V::Element>::new()
                .try_reserve_exact(len)
                .unwrap_or_else(|error| panic!("no room for a vector of {len} elements: {error}"));
        }
        let mut raw = V::EMPTY;
        // SAFETY: `raw` can be written to, and the size was checked.
        unsafe { V::new_uninitialized(&mut raw, len) };
        let (data, len) = raw.parts();
        for index in 0..len {
            // SAFETY: the buffer has `len` elements, and those that are in it
            // so far own nothing.
            unsafe { data.add(index).write(V::Element::default()) };
        }
        OwnedVec(raw)
    }

    /// The vector that a C function leaves in its out-parameter. `fill` gets a
    /// pointer to an empty vector, and may let it be.
    ///
    /// Whoever writes through the pointer has to leave a valid vector that
    /// nobody else owns, as the C API's functions do.
    ///
    /// ```no_run
    /// use libwasmtime::{sys, vec::ByteVec};
    ///
    /// fn message(trap: &sys::wasm_trap_t) -> ByteVec {
    ///     // SAFETY: the trap is valid, and the function writes a new vector.
    ///     ByteVec::out(|out| unsafe { sys::wasm_trap_message(trap, out) })
    /// }
    /// ```
    #[inline]
    pub fn out(fill: impl FnOnce(*mut V)) -> OwnedVec<V> {
        let mut vec = OwnedVec::new();
        fill(vec.as_mut_ptr());
        vec
    }

    /// Takes over a vector.
    ///
    /// # Safety
    ///
    /// `raw` must be a valid vector, allocated by libwasmtime or empty, with
    /// all its elements valid and owned by it. The caller gives it up. Elements
    /// that borrow from something else, as frames do from their trap, must not
    /// outlive it; nor must their clones.
    #[inline]
    pub const unsafe fn from_raw(raw: V) -> OwnedVec<V> {
        OwnedVec(raw)
    }

    /// Gives the vector up: the caller has to delete it, or to hand it to a
    /// function that takes it over.
    #[inline]
    #[must_use = "the vector leaks if nobody deletes it"]
    pub fn into_raw(self) -> V {
        ManuallyDrop::new(self).0
    }

    /// Looks at a vector that belongs to somebody else, such as the parameters
    /// in a `wasm_functype_t`.
    ///
    /// # Safety
    ///
    /// `vec` must point to a valid vector, which must stay so and unchanged for
    /// as long as `'a`.
    #[inline]
    pub unsafe fn from_ptr<'a>(vec: *const V) -> &'a OwnedVec<V> {
        // SAFETY: the caller vouches for the pointer, and the layouts are one.
        unsafe { &*vec.cast() }
    }

    /// The vector's address, for functions that read it.
    #[inline]
    pub const fn as_ptr(&self) -> *const V {
        &raw const self.0
    }

    /// The vector's address, for functions that change it or take its elements.
    ///
    /// Whoever writes through it has to leave a valid vector that nobody else
    /// owns. A function that has it as an out-parameter overwrites it: what was
    /// in it leaks, so it should be empty.
    #[inline]
    pub const fn as_mut_ptr(&mut self) -> *mut V {
        &raw mut self.0
    }
}

impl<V: VecType> Deref for OwnedVec<V> {
    type Target = [V::Element];

    #[inline]
    fn deref(&self) -> &[V::Element] {
        match self.0.parts() {
            // The pointer may be null then.
            (_, 0) => &[],
            // SAFETY: the vector is valid and owned by `self`, and `Element`
            // is what the buffer holds (`VecType`).
            (data, len) => unsafe { slice::from_raw_parts(data, len) },
        }
    }
}

impl<V: VecType> DerefMut for OwnedVec<V> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [V::Element] {
        match self.0.parts() {
            (_, 0) => &mut [],
            // SAFETY: as in `deref`, and `self` is borrowed for it alone.
            (data, len) => unsafe { slice::from_raw_parts_mut(data, len) },
        }
    }
}

impl<V: VecType> Drop for OwnedVec<V> {
    /// Calls the type's `_delete`, unless there is no buffer.
    fn drop(&mut self) {
        if !self.0.parts().0.is_null() {
            // SAFETY: the vector is valid and owned by `self`, which is gone
            // after this.
            unsafe { V::delete(&mut self.0) }
        }
    }
}

impl<V: VecType> Clone for OwnedVec<V> {
    /// Copies the vector and each element. Calls the type's `_copy`, unless
    /// the vector is empty.
    fn clone(&self) -> OwnedVec<V> {
        OwnedVec::out(|out| {
            if !self.is_empty() {
                // SAFETY: `self` is valid, and `out` an empty vector.
                unsafe { V::copy(out, self.as_ptr()) }
            }
        })
    }
}

impl<V: VecType> Default for OwnedVec<V> {
    fn default() -> OwnedVec<V> {
        OwnedVec::new()
    }
}

impl<V: VecType<Element: fmt::Debug>> fmt::Debug for OwnedVec<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<V: VecType> AsRef<[V::Element]> for OwnedVec<V> {
    fn as_ref(&self) -> &[V::Element] {
        self
    }
}

impl<V: VecType> AsMut<[V::Element]> for OwnedVec<V> {
    fn as_mut(&mut self) -> &mut [V::Element] {
        self
    }
}

impl<V: VecType<Element: PartialEq>> PartialEq for OwnedVec<V> {
    fn eq(&self, other: &OwnedVec<V>) -> bool {
        **self == **other
    }
}

impl<V: VecType<Element: Eq>> Eq for OwnedVec<V> {}

impl<V: VecType<Element: Hash>> Hash for OwnedVec<V> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<V: VecType<Element: PartialEq>> PartialEq<[V::Element]> for OwnedVec<V> {
    fn eq(&self, other: &[V::Element]) -> bool {
        **self == *other
    }
}

impl<V: VecType<Element: PartialEq>> PartialEq<&[V::Element]> for OwnedVec<V> {
    fn eq(&self, other: &&[V::Element]) -> bool {
        **self == **other
    }
}

impl<V: VecType<Element: PartialEq>, const N: usize> PartialEq<[V::Element; N]> for OwnedVec<V> {
    fn eq(&self, other: &[V::Element; N]) -> bool {
        **self == *other
    }
}

impl<V: VecType> From<Vec<V::Element>> for OwnedVec<V> {
    /// Moves the elements. Calls the type's `_new`, unless there are none.
    fn from(mut elements: Vec<V::Element>) -> OwnedVec<V> {
        OwnedVec::out(|out| {
            if !elements.is_empty() {
                // SAFETY: `out` is an empty vector. The elements are moved, and
                // forgotten here at once; if the call panics (no library), it
                // has moved none.
                unsafe {
                    V::new_moving(out, elements.len(), elements.as_ptr());
                    elements.set_len(0);
                }
            }
        })
    }
}

impl<V: VecType, const N: usize> From<[V::Element; N]> for OwnedVec<V> {
    /// Moves the elements.
    fn from(elements: [V::Element; N]) -> OwnedVec<V> {
        Vec::from(elements).into()
    }
}

impl<V: VecType<Element: Clone>> From<&[V::Element]> for OwnedVec<V> {
    /// Clones the elements.
    fn from(elements: &[V::Element]) -> OwnedVec<V> {
        let mut vec = OwnedVec::with_len(elements.len());
        vec.clone_from_slice(elements);
        vec
    }
}

impl<V: VecType> FromIterator<V::Element> for OwnedVec<V> {
    fn from_iter<I: IntoIterator<Item = V::Element>>(elements: I) -> OwnedVec<V> {
        Vec::from_iter(elements).into()
    }
}

impl<V: VecType> Extend<V::Element> for OwnedVec<V> {
    /// Moves everything to a new buffer, as the old one can't grow: to add
    /// elements one by one, collect them in a `Vec` first.
    fn extend<I: IntoIterator<Item = V::Element>>(&mut self, elements: I) {
        let more = Vec::from_iter(elements);
        if !more.is_empty() {
            *self = mem::take(self).into_iter().chain(more).collect();
        }
    }
}

impl<V: VecType> From<OwnedVec<V>> for Vec<V::Element> {
    /// Moves the elements.
    fn from(vec: OwnedVec<V>) -> Vec<V::Element> {
        vec.into_iter().collect()
    }
}

impl<'a, V: VecType> IntoIterator for &'a OwnedVec<V> {
    type Item = &'a V::Element;
    type IntoIter = slice::Iter<'a, V::Element>;

    fn into_iter(self) -> slice::Iter<'a, V::Element> {
        self.iter()
    }
}

impl<'a, V: VecType> IntoIterator for &'a mut OwnedVec<V> {
    type Item = &'a mut V::Element;
    type IntoIter = slice::IterMut<'a, V::Element>;

    fn into_iter(self) -> slice::IterMut<'a, V::Element> {
        self.iter_mut()
    }
}

impl<V: VecType> IntoIterator for OwnedVec<V> {
    type Item = V::Element;
    type IntoIter = IntoIter<V>;

    fn into_iter(self) -> IntoIter<V> {
        IntoIter {
            left: 0..self.len(),
            vec: self,
        }
    }
}

/// Moves the elements out of an [`OwnedVec`], and deletes what is left of it.
///
/// An element that is gone leaves a default one behind, which owns nothing.
// Has the auto traits of the vector.
pub struct IntoIter<V: VecType> {
    vec: OwnedVec<V>,
    left: Range<usize>,
}

impl<V: VecType> Iterator for IntoIter<V> {
    type Item = V::Element;

    #[inline]
    fn next(&mut self) -> Option<V::Element> {
        self.left
            .next()
            .map(|index| mem::take(&mut self.vec[index]))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.left.size_hint()
    }
}

impl<V: VecType> DoubleEndedIterator for IntoIter<V> {
    #[inline]
    fn next_back(&mut self) -> Option<V::Element> {
        self.left
            .next_back()
            .map(|index| mem::take(&mut self.vec[index]))
    }
}

impl<V: VecType> ExactSizeIterator for IntoIter<V> {}

impl<V: VecType> FusedIterator for IntoIter<V> {}

impl<V: VecType<Element: fmt::Debug>> fmt::Debug for IntoIter<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IntoIter")
            .field(&&self.vec[self.left.clone()])
            .finish()
    }
}
