//! Roots: the store's stack of them, and what handles hold to find theirs.
//!
//! # How a handle finds its object
//!
//! A [`Root`] is either a place on the stack of its store's [`RootSet`], with a
//! generation, or a counted share of a C reference. What it is made of, a
//! [`Place`], is plain data in both cases:
//!
//! - a [`Rooted`](super::Rooted) is a `Place` on the stack, so that it can be
//!   copied;
//! - an [`OwnedRooted`](super::OwnedRooted) is a `Root` that has a share;
//! - an [`ExternRef`](crate::ExternRef) is a `Root` of either kind, and both
//!   handles dereference to it.
//!
//! So what is borrowed from a handle is as good as the handle, and a clone of
//! that has a share of its own.

use super::{GcKind, RawRef, Rooted};
#[cfg(feature = "gc")]
use crate::Func;
use crate::error::format_err;
use crate::store::{StoreOpaque, cross_store, wrong_store};
use crate::{AsContext, Error, HeapType, Result, Val};
use std::hash::{Hash, Hasher};
use std::num::NonZeroU64;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A type of garbage-collected objects, such as [`ExternRef`](crate::ExternRef).
///
/// Not to be implemented outside this crate.
pub trait GcRef: FromRoot {}

/// What makes a [`GcRef`] one.
///
/// # Safety
///
/// The type must be a [`Root`] and nothing else.
pub unsafe trait FromRoot: Sized + 'static {
    /// What the C API has it as.
    const KIND: GcKind;

    /// The type of the references that may be any such object.
    const HEAP_TYPE: HeapType;

    /// The value that is this reference or null.
    fn val(reference: Option<Rooted<Self>>) -> Val
    where
        Self: GcRef;

    /// The reference with this root.
    ///
    /// # Safety
    ///
    /// The root must be one of a reference of this type. (A bound on [`GcRef`] or
    /// [`RootedGcRef`] brings this function and roots into everybody's reach.)
    unsafe fn from_root(root: &Root) -> &Self {
        // SAFETY: the type is a `Root` and nothing else.
        unsafe { &*std::ptr::from_ref(root).cast() }
    }
}

/// A reference that is rooted in some way: [`Rooted`](crate::Rooted) or
/// [`OwnedRooted`](crate::OwnedRooted).
///
/// Either dereferences to the reference itself. Not to be implemented outside
/// this crate.
pub trait RootedGcRef<R: GcRef>: HasRoot + Deref<Target = R> {}

/// What makes a [`RootedGcRef`] one.
pub trait HasRoot {
    fn root(&self) -> &Root;
}

/// Where a reference is rooted: plain data that says nothing of how long it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The set of the store that it is of.
    set: NonZeroU64,
    of: PlaceOf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum PlaceOf {
    Stack {
        generation: NonZeroU64,
        index: usize,
    },
    /// The inside of an `Arc`.
    Own(NonNull<RawRef>),
}

// SAFETY: `RawRef`, which the pointer is to, is `Send` and `Sync`.
unsafe impl Send for Place {}
// SAFETY: as above.
unsafe impl Sync for Place {}

impl Place {
    /// As the root that it is the place of.
    ///
    /// # Safety
    ///
    /// If it isn't on the stack, the root must stay alive as long as the borrow.
    pub(super) unsafe fn as_root(&self) -> &Root {
        // SAFETY: the two have the same layout, and the caller vouches for what
        // a root promises.
        unsafe { &*std::ptr::from_ref(self).cast() }
    }
}

/// A [`Place`] with, if that is not on the stack, a share of the C reference.
#[derive(Debug)]
#[repr(transparent)]
pub struct Root(Place);

impl Root {
    /// A root with a C reference of its own.
    pub(super) fn own(roots: &RootSet, raw: RawRef) -> Root {
        let raw = Arc::into_raw(Arc::new(raw)).cast_mut();
        Root(Place {
            set: roots.serial,
            // SAFETY: an `Arc` is never null.
            of: PlaceOf::Own(unsafe { NonNull::new_unchecked(raw) }),
        })
    }

    pub(super) fn place(&self) -> Place {
        self.0
    }

    /// The C reference, to be passed into the store.
    ///
    /// # Errors
    ///
    /// If the root is gone or of another store.
    #[inline]
    pub(crate) fn resolve_value<'a>(&'a self, roots: &'a RootSet) -> Result<&'a RawRef> {
        if self.0.set != roots.serial {
            return Err(cross_store());
        }
        self.resolve(roots)
    }

    /// The C reference.
    ///
    /// # Errors
    ///
    /// If the root is gone.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    #[inline]
    pub(crate) fn resolve<'a>(&'a self, roots: &'a RootSet) -> Result<&'a RawRef> {
        if self.0.set != roots.serial {
            wrong_store()
        }
        match self.0.of {
            PlaceOf::Stack { generation, index } => match roots.entries.get(index) {
                Some((since, raw)) if *since == generation => Ok(raw),
                _ => Err(unrooted()),
            },
            // SAFETY: `self` has a share of it.
            PlaceOf::Own(raw) => Ok(unsafe { raw.as_ref() }),
        }
    }

    /// The raw value to pass to WebAssembly at once.
    ///
    /// # Errors
    ///
    /// If the root is gone.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub(crate) fn to_raw(&self, store: &mut StoreOpaque) -> Result<u32> {
        let context = store.raw();
        let raw = self.resolve(&store.roots)?;
        // SAFETY: invariant "Context"; the reference is of the store.
        Ok(unsafe { raw.to_raw(context) })
    }

    /// What tells the object from all others of its store.
    ///
    /// Every object that the host makes has data of its own. What else there is
    /// differs in the bits that WebAssembly would see, until the collector
    /// moves it.
    ///
    /// # Errors
    ///
    /// If the root is gone.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub(super) fn identity(&self, store: &StoreOpaque) -> Result<impl Hash + Eq + use<>> {
        let raw = self.resolve(&store.roots)?;
        let collected = store.collected();
        // SAFETY: invariant "Shared"; the reference is of the store.
        unsafe {
            let data = raw.data(collected.raw());
            let bits = match data.is_null() {
                true => raw.to_raw(collected.raw()),
                false => 0,
            };
            Ok((data, bits))
        }
    }

    /// Hashes the object.
    ///
    /// # Errors
    ///
    /// If the root is gone.
    ///
    /// # Panics
    ///
    /// If it is of another store.
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
         call has ended; keep an `OwnedRooted` to use it for longer",
    )
}

impl Clone for Root {
    fn clone(&self) -> Root {
        if let PlaceOf::Own(raw) = self.0.of {
            // SAFETY: it came from an `Arc`, of which `self` has a share.
            unsafe { Arc::increment_strong_count(raw.as_ptr()) }
        }
        Root(self.0)
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        if let PlaceOf::Own(raw) = self.0.of {
            // SAFETY: it came from an `Arc`, and this gives up the share of
            // `self`.
            unsafe { Arc::decrement_strong_count(raw.as_ptr()) }
        }
    }
}

/// What tells a store from all others, also before libwasmtime says its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StoreSerial(NonZeroU64);

/// The references that a store keeps alive, the youngest last.
pub struct RootSet {
    /// Tells this set from those of other stores.
    serial: NonZeroU64,
    /// Counts the times that the stack was cut, so that a place which has been
    /// taken since is recognised.
    generation: NonZeroU64,
    entries: Vec<(NonZeroU64, RawRef)>,
    /// The host function that exceptions are taken in, once one was.
    #[cfg(feature = "gc")]
    pub(super) taker: Option<Func>,
}

impl RootSet {
    pub(crate) fn new() -> RootSet {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        RootSet {
            serial: NonZeroU64::new(NEXT.fetch_add(1, Ordering::Relaxed))
                .expect("a process has fewer stores"),
            generation: NonZeroU64::MIN,
            entries: Vec::new(),
            #[cfg(feature = "gc")]
            taker: None,
        }
    }

    pub(super) fn serial(&self) -> StoreSerial {
        StoreSerial(self.serial)
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Drops the roots beyond the first `len`.
    #[inline]
    pub(crate) fn truncate(&mut self, len: usize) {
        if self.entries.len() > len {
            self.cut(len);
        }
    }

    /// What `truncate` does, where there is more than `len`.
    #[inline(never)]
    fn cut(&mut self, len: usize) {
        self.entries.truncate(len);
        self.generation = self.generation.saturating_add(1);
    }

    pub(super) fn reserve(&mut self, additional: usize) {
        // Else they get their room one by one.
        _ = self.entries.try_reserve(additional);
    }

    pub(super) fn push(&mut self, raw: RawRef) -> Place {
        let index = self.entries.len();
        self.entries.push((self.generation, raw));
        self.place(index)
    }

    /// Pushes the reference that `write` writes to its place; `None` if it returns
    /// that it has written none.
    ///
    /// # Safety
    ///
    /// If it returns `true`, it must have written one.
    #[inline]
    pub(super) unsafe fn push_with(
        &mut self,
        write: impl FnOnce(*mut RawRef) -> bool,
    ) -> Option<Place> {
        self.entries.reserve(1);
        let index = self.entries.len();
        // SAFETY: there is room for one more, and the caller vouches that it is
        // initialised when it is counted.
        unsafe {
            let entry = self.entries.as_mut_ptr().add(index);
            if !write(&raw mut (*entry).1) {
                return None;
            }
            (&raw mut (*entry).0).write(self.generation);
            self.entries.set_len(index + 1);
        }
        Some(self.place(index))
    }

    /// The place of an entry that was pushed just now.
    #[inline]
    fn place(&self, index: usize) -> Place {
        Place {
            set: self.serial,
            of: PlaceOf::Stack {
                generation: self.generation,
                index,
            },
        }
    }
}
