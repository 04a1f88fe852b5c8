//! Vectors of the C API, owned by Rust values.
//!
//! Many functions of the C API take or return vectors: a pointer to a buffer that
//! libwasmtime allocated, and a length. [`OwnedVec`] owns such a vector, and
//! each kind has a name: [`ByteVec`], [`ValTypeVec`], [`ExternVec`] and so on,
//! and those of component values in [`component`](self#modules).
//!
//! They are slices that can't grow: index them, sort them, iterate over them;
//! create them from a `Vec`, from a slice or from an iterator.
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
//! pointers, any of which may be null. [`Owned`] deletes the object when it is dropped.
//!
//! ```
//! use libwasmtime::sys;
//! use libwasmtime::vec::{Owned, ValTypeVec};
//!
//! libwasmtime::load()?;
//! // SAFETY: the function returns an owned object.
//! let param = unsafe { Owned::from_raw(sys::wasm_valtype_new(sys::WASM_I32)) };
//! let mut params = ValTypeVec::from([param.clone(), param]);
//! let mut results = ValTypeVec::new();
//!
//! // SAFETY: the function takes the elements of both vectors, none of which is null, and
//! // returns an owned object.
//! let ty = unsafe { sys::wasm_functype_new(params.as_mut_ptr(), results.as_mut_ptr()) };
//! let ty = unsafe { Owned::from_raw(ty) }.expect("it never returns null");
//! assert!(params.is_empty());
//!
//! // SAFETY: the vector is a part of `ty`, which is alive and doesn't change.
//! let params = unsafe { ValTypeVec::from_ptr(sys::wasm_functype_params(ty.as_ptr())) };
//! assert_eq!(params.len(), 2);
//! # Ok::<(), libwasmtime::Error>(())
//! ```
//!
//! Only libwasmtime allocates and frees the buffers. An empty vector has no buffer, and
//! needs no library.

#[cfg(any(compiler, feature = "profiling", feature = "wat"))]
use crate::Result;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::mem::{self, ManuallyDrop};
use std::ops::{Deref, DerefMut};
use std::slice;

mod bytes;
#[cfg(feature = "component-model")]
pub mod component;
mod filling;
mod into_iter;
mod types;
mod val;

pub use crate::owned::{Delete, Object, Owned};
pub(crate) use filling::Filling;
pub use into_iter::IntoIter;
pub use types::*;
pub use val::OwnedVal;

mod sealed {
    /// Implemented only for structs of the C API.
    pub trait Sealed {}
}

/// A vector struct of the C API and its functions.
///
/// # Safety
///
/// The functions must be those of the C API for this struct. `Element` must have the
/// layout and the meaning of the buffer's elements, which it owns and which `delete`
/// deletes.
pub unsafe trait VecType: Copy + sealed::Sealed {
    /// The owned type of the vector's elements.
    type Element: Default;

    /// The empty vector, which owns nothing.
    #[doc(hidden)]
    const EMPTY: Self;

    /// Returns a pointer to the elements, and their number.
    #[doc(hidden)]
    fn parts(&self) -> (*mut Self::Element, usize);

    /// Overwrites `out` with a vector of `size` elements of any value.
    ///
    /// # Safety
    ///
    /// `out` must be valid for writes; `size` elements must fit in memory.
    #[doc(hidden)]
    unsafe fn new_uninitialized(out: *mut Self, size: usize);

    /// Overwrites `out` with a vector into which the `size` elements at `data` are moved.
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
    /// `vec` must be a valid vector, and the caller gives up its contents.
    #[doc(hidden)]
    unsafe fn delete(vec: *mut Self);
}

/// An owned vector of the C API: a slice that is copied when cloned and deleted when
/// dropped.
///
/// Its layout is that of the C struct `V`, so a pointer to one is a pointer to
/// the other.
///
/// # Panics
///
/// All functions that create a vector which isn't empty call libwasmtime, and panic if
///
/// - with the feature `load`, no library is loaded and none can be loaded;
/// - the vector is one of [`component`](crate::vec#modules), and the library lacks
///   components;
/// - with `dynamic`, [`load`](crate::load()) refuses the library.
// `Send` and `Sync` if its elements are, like a `Vec` of them. `V` is a C struct without a
// lifetime, so its variance doesn't matter.
#[repr(transparent)]
pub struct OwnedVec<V: VecType>(V);

// SAFETY: the vector owns its elements and its buffer, as a `Vec` does, and the C
// functions for it access nothing else.
unsafe impl<V: VecType> Send for OwnedVec<V> where V::Element: Send {}
// SAFETY: the vector owns its elements and its buffer, and only the elements can change
// behind a shared reference.
unsafe impl<V: VecType> Sync for OwnedVec<V> where V::Element: Sync {}

/// The size in bytes from which on an allocation may fail.
const LARGE: usize = 1 << 24;

/// Returns a vector of `len` elements of any value, which own nothing.
///
/// # Panics
///
/// Panics for the reasons of [`OwnedVec::with_len`].
fn allocate<V: VecType>(len: usize) -> V {
    check_size::<V>(len);
    let mut raw = V::EMPTY;
    if len != 0 {
        // SAFETY: `raw` is valid for writes, and the size was checked.
        unsafe { V::new_uninitialized(&mut raw, len) };
    }
    raw
}

/// Checks that there is memory for a vector.
///
/// # Panics
///
/// Panics if the elements take more bytes than can be allocated.
fn check_size<V: VecType>(len: usize) {
    let size = len.checked_mul(size_of::<V::Element>());
    assert!(
        size.is_some_and(|size| isize::try_from(size).is_ok()),
        "a vector of {len} elements of {} bytes is larger than memory can be",
        size_of::<V::Element>()
    );
    // libwasmtime ends the process when it runs out of memory, so a large allocation is tried
    // here first.
    if size > Some(LARGE) {
        Vec::<V::Element>::new()
            .try_reserve_exact(len)
            .unwrap_or_else(|error| panic!("no memory for a vector of {len} elements: {error}"));
    }
}

impl<V: VecType> OwnedVec<V> {
    /// Creates an empty vector. Calls no C function.
    #[inline]
    pub const fn new() -> OwnedVec<V> {
        OwnedVec(V::EMPTY)
    }

    /// Creates a vector of `len` default elements: zeros, nulls.
    ///
    /// Calls the type's `_new_uninitialized`.
    ///
    /// # Panics
    ///
    /// Panics if the elements would take more than `isize::MAX` bytes, or more bytes than
    /// can be allocated; or for one of the [reasons above](OwnedVec#panics).
    ///
    /// # Examples
    ///
    /// ```
    /// use libwasmtime::vec::ByteVec;
    ///
    /// let mut buffer = ByteVec::with_len(4);
    /// buffer[1..3].copy_from_slice(b"ok");
    /// assert_eq!(buffer, [0, b'o', b'k', 0]);
    /// ```
    pub fn with_len(len: usize) -> OwnedVec<V> {
        Filling::new(len).finish()
    }

    /// Returns the vector that a C function writes to its out-parameter.
    ///
    /// `fill` is called with a pointer to an empty vector. Code that writes through this
    /// pointer must leave a valid vector with no other owner, as the C API's functions do.
    ///
    /// # Examples
    ///
    /// ```
    /// use libwasmtime::{sys, vec::ByteVec};
    ///
    /// libwasmtime::load()?;
    /// // SAFETY: the text is a C string; the error is owned, and deleted once.
    /// let message = unsafe {
    ///     let error = sys::wasmtime_error_new(c"out of coffee".as_ptr());
    ///     let message = ByteVec::out(|out| sys::wasmtime_error_message(error, out));
    ///     sys::wasmtime_error_delete(error);
    ///     message
    /// };
    /// assert_eq!(message.to_str()?, "out of coffee");
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    #[inline]
    pub fn out(fill: impl FnOnce(*mut V)) -> OwnedVec<V> {
        let mut vec = OwnedVec::new();
        fill(vec.as_mut_ptr());
        vec
    }

    /// Returns the vector that a C function writes as for [`OwnedVec::out`], unless it fails.
    ///
    /// # Errors
    ///
    /// Returns the error of `fill`.
    #[cfg(any(compiler, feature = "profiling", feature = "wat"))]
    pub(crate) fn try_out(fill: impl FnOnce(*mut V) -> Result<()>) -> Result<OwnedVec<V>> {
        let mut filled = Ok(());
        let vec = OwnedVec::out(|out| filled = fill(out));
        filled.map(|()| vec)
    }

    /// Takes ownership of a C vector.
    ///
    /// # Safety
    ///
    /// `raw` must be a valid vector, allocated by libwasmtime or empty, that owns all its
    /// elements, which must be valid. The caller gives it up. Elements that borrow from
    /// another object, as frames do from their trap, must not outlive that object, and
    /// their clones must not either.
    #[inline]
    pub const unsafe fn from_raw(raw: V) -> OwnedVec<V> {
        OwnedVec(raw)
    }

    /// Returns the C vector, without deleting it.
    ///
    /// The caller has to delete it, or to pass it to a function that takes ownership.
    ///
    /// # Examples
    ///
    /// A name that a C library keeps for a while:
    ///
    /// ```
    /// use libwasmtime::vec::ByteVec;
    ///
    /// let kept = ByteVec::from("memory").into_raw();
    /// // SAFETY: `kept` is valid and has no other owner.
    /// let name = unsafe { ByteVec::from_raw(kept) };
    /// assert_eq!(name.to_str(), Ok("memory"));
    /// ```
    #[inline]
    #[must_use = "the vector leaks if nobody deletes it"]
    pub fn into_raw(self) -> V {
        ManuallyDrop::new(self).0
    }

    /// Borrows a vector that has another owner, such as the parameters of a
    /// `wasm_functype_t`.
    ///
    /// # Safety
    ///
    /// `vec` must point to a valid vector, which must stay valid and unchanged for `'a`.
    #[inline]
    pub unsafe fn from_ptr<'a>(vec: *const V) -> &'a OwnedVec<V> {
        // SAFETY: `vec` is valid and unchanged for `'a`, as this function requires, and
        // `OwnedVec` has the layout of `V`.
        unsafe { &*vec.cast() }
    }

    /// Returns the address of the C vector, for functions that read it.
    #[inline]
    pub const fn as_ptr(&self) -> *const V {
        &raw const self.0
    }

    /// Returns the address of the C vector, for functions that change it or take its
    /// elements.
    ///
    /// Code that writes through this pointer must leave a valid vector with no other owner.
    /// A function that has the vector as its out-parameter overwrites it: it should be empty,
    /// or else its elements and its buffer leak.
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
            // The pointer of an empty vector may be null.
            (_, 0) => &[],
            // SAFETY: invariant "Owned object": `self` owns the vector, which is valid, and
            // `Element` is the type of the buffer's elements, as `VecType` requires.
            (data, len) => unsafe { slice::from_raw_parts(data, len) },
        }
    }
}

impl<V: VecType> DerefMut for OwnedVec<V> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [V::Element] {
        match self.0.parts() {
            (_, 0) => &mut [],
            // SAFETY: invariant "Owned object": `self` owns the vector, which is valid, and is
            // borrowed exclusively; `Element` is the type of the buffer's elements, as
            // `VecType` requires.
            (data, len) => unsafe { slice::from_raw_parts_mut(data, len) },
        }
    }
}

impl<V: VecType> Drop for OwnedVec<V> {
    /// Calls the type's `_delete`, unless there is no buffer.
    fn drop(&mut self) {
        if !self.0.parts().0.is_null() {
            // SAFETY: invariant "Owned object": `self` owns the vector, which is valid, and is
            // gone after this.
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
                // SAFETY: invariant "Owned object": `self` is a valid vector, and `out` is
                // valid for writes.
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
                // SAFETY: `out` is valid for writes. The elements are moved, and `elements`
                // forgets them at once; a call that panics, for want of a library, has
                // moved none.
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
    /// Moves all elements to a new buffer, as the old one can't grow. To add elements one by
    /// one, collect them in a `Vec` first.
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
