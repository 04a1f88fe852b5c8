//! Roots: what handles hold to find theirs.
//!
//! # How a handle finds its object
//!
//! A [`Root`] is either a place on the stack of its store's [`RootSet`], with a
//! generation, or shares ownership of a C reference by a reference count. Both are
//! represented by a [`Place`], which is plain data:
//!
//! - a [`Rooted`](super::Rooted) is a `Place` on the stack, so it can be copied;
//! - an [`OwnedRooted`](super::OwnedRooted) is a `Root` that shares ownership;
//! - an [`ExternRef`](crate::ExternRef) is a `Root` of either kind, and both handles
//!   dereference to it.
//!
//! So a reference that is borrowed from a handle is rooted as the handle is, and a
//! clone of it shares ownership by itself.

use super::{GcKind, RawRef, RootSet, Rooted};
use crate::error::format_err;
use crate::store::{StoreOpaque, cross_store, wrong_store};
use crate::{AsContext, Error, HeapType, Result, Val};
use std::hash::{Hash, Hasher};
use std::num::NonZeroU64;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::Arc;

/// A type of garbage-collected objects, such as [`ExternRef`](crate::ExternRef).
///
/// It can't be implemented outside this crate.
pub trait GcRef: FromRoot {}

/// The crate-internal part of [`GcRef`].
///
/// # Safety
///
/// The type must be a transparent wrapper of a [`Root`].
pub unsafe trait FromRoot: Sized + 'static {
    /// The kind of such references in the C API.
    const KIND: GcKind;

    /// The most general type of such references.
    const HEAP_TYPE: HeapType;

    /// Returns the reference, or null, as a value.
    fn val(reference: Option<Rooted<Self>>) -> Val
    where
        Self: GcRef;

    /// Returns the reference with this root.
    ///
    /// # Safety
    ///
    /// The root must be one of a reference of this type. (A bound on [`GcRef`] or
    /// [`RootedGcRef`] makes this function and roots accessible outside this crate.)
    unsafe fn from_root(root: &Root) -> &Self {
        // SAFETY: the type is a transparent wrapper of a `Root`, as the trait requires, and
        // this is a root of such a reference, as this function requires.
        unsafe { &*std::ptr::from_ref(root).cast() }
    }
}

/// A reference that is rooted: a [`Rooted`](crate::Rooted) or an
/// [`OwnedRooted`](crate::OwnedRooted).
///
/// Both dereference to the reference itself. It can't be implemented outside this
/// crate.
pub trait RootedGcRef<R: GcRef>: HasRoot + Deref<Target = R> {}

/// The crate-internal part of [`RootedGcRef`].
pub trait HasRoot {
    fn root(&self) -> &Root;
}

/// Where a reference is rooted: plain data, which doesn't keep the root alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The set of the store that the reference belongs to.
    pub(super) set: NonZeroU64,
    pub(super) of: PlaceOf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum PlaceOf {
    Stack {
        generation: NonZeroU64,
        /// With [`SHARING`](super::root_set::SHARING) if it is on the stack of roots that share ownership with an
        /// [`OwnedRooted`](super::OwnedRooted).
        index: usize,
    },
    /// The value in an `Arc`.
    Own(NonNull<RawRef>),
}

// SAFETY: the pointer is to a `RawRef`, which is `Send` and `Sync`.
unsafe impl Send for Place {}
// SAFETY: the pointer is to a `RawRef`, which is `Sync`.
unsafe impl Sync for Place {}

impl Place {
    /// Returns the root that is at this place.
    ///
    /// # Safety
    ///
    /// If the place isn't on the stack, its C reference must stay alive as long as the
    /// borrow.
    pub(super) unsafe fn as_root(&self) -> &Root {
        // SAFETY: `Root` is a transparent wrapper of `Place`. Its promise, that the C reference
        // is alive, holds as long as the borrow, as this function requires; and a borrowed root
        // isn't dropped.
        unsafe { &*std::ptr::from_ref(self).cast() }
    }
}

/// A [`Place`] that shares ownership of its C reference, unless it is on the stack.
#[derive(Debug)]
#[repr(transparent)]
pub struct Root(Place);

impl Root {
    /// Creates a root that owns a C reference.
    pub(super) fn own(roots: &RootSet, raw: RawRef) -> Root {
        let raw = Arc::into_raw(Arc::new(raw)).cast_mut();
        Root(Place {
            set: roots.serial,
            // SAFETY: the pointer of an `Arc` is never null.
            of: PlaceOf::Own(unsafe { NonNull::new_unchecked(raw) }),
        })
    }

    pub(super) fn place(&self) -> Place {
        self.0
    }

    /// Returns the C reference, for a value that is passed into the store.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted or belongs to another store.
    #[inline]
    pub(crate) fn resolve_value<'a>(&'a self, roots: &'a RootSet) -> Result<&'a RawRef> {
        if self.0.set != roots.serial {
            return Err(cross_store());
        }
        self.resolve(roots)
    }

    /// Returns the C reference.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    #[inline]
    pub(crate) fn resolve<'a>(&'a self, roots: &'a RootSet) -> Result<&'a RawRef> {
        if self.0.set != roots.serial {
            wrong_store()
        }
        match self.0.of {
            PlaceOf::Stack { generation, index } => {
                roots.get(generation, index).ok_or_else(unrooted)
            }
            // SAFETY: invariant "Owned object": `self` shares ownership of the C reference, so
            // that is alive.
            PlaceOf::Own(raw) => Ok(unsafe { raw.as_ref() }),
        }
    }

    /// Returns a place that stays rooted when this root is dropped, until the innermost scope
    /// ends or the one in which it is rooted, whichever ends later.
    pub(super) fn place_in_scope(&self, roots: &RootSet) -> Place {
        match self.0.of {
            PlaceOf::Stack { .. } => self.0,
            PlaceOf::Own(raw) => {
                // SAFETY: the pointer came from an `Arc`, of which `self` owns a count.
                let raw = unsafe {
                    Arc::increment_strong_count(raw.as_ptr());
                    Arc::from_raw(raw.as_ptr())
                };
                roots.share(raw)
            }
        }
    }

    /// Returns the raw value, which must be passed to WebAssembly before the collector may
    /// run.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub(crate) fn to_raw(&self, store: &mut StoreOpaque) -> Result<u32> {
        let context = store.begin_change();
        let raw = self.resolve(&store.roots)?;
        // SAFETY: invariant "Context"; `resolve` has checked that the reference belongs
        // to the store.
        Ok(unsafe { raw.to_raw(context) })
    }

    /// Returns what distinguishes the object from all others in its store.
    ///
    /// Every object that the host creates has data of its own. Other objects differ in the
    /// bits that WebAssembly sees, which stay the same until the collector moves the
    /// object.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub(super) fn identity(&self, store: &StoreOpaque) -> Result<impl Hash + Eq + use<>> {
        let raw = self.resolve(&store.roots)?;
        let collected = store.lock_collected();
        // SAFETY: invariant "Shared", with the lock that `collected` holds; `resolve` has
        // checked that the reference belongs to the store.
        unsafe {
            let data = raw.data(collected.context());
            let bits = match data.is_null() {
                true => raw.to_raw(collected.context()),
                false => 0,
            };
            Ok((data, bits))
        }
    }

    /// Hashes the object.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub(super) fn hash_object(&self, store: impl AsContext, state: &mut impl Hasher) -> Result<()> {
        let store = store.as_context();
        self.identity(store.opaque())?.hash(state);
        Ok(())
    }

    /// Hashes the root itself, not its object.
    pub(super) fn hash_place(&self, state: &mut impl Hasher) {
        self.0.hash(state);
    }
}

#[cold]
fn unrooted() -> Error {
    format_err!(
        "attempted to use a garbage-collected reference that has been unrooted: its scope or host \
         call has ended; to use it for longer, keep an `OwnedRooted`",
    )
}

impl Clone for Root {
    fn clone(&self) -> Root {
        if let PlaceOf::Own(raw) = self.0.of {
            // SAFETY: the pointer came from an `Arc`, of which `self` owns a count.
            unsafe { Arc::increment_strong_count(raw.as_ptr()) }
        }
        Root(self.0)
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        if let PlaceOf::Own(raw) = self.0.of {
            // SAFETY: the pointer came from an `Arc`, and this gives up the count that `self`
            // owns.
            unsafe { Arc::decrement_strong_count(raw.as_ptr()) }
        }
    }
}

/// What distinguishes a store from all others, even before libwasmtime has told its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StoreSerial(pub(super) NonZeroU64);
