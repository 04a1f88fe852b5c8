//! The store's stack of roots.

use super::RawRef;
use super::root::{Place, PlaceOf, StoreSerial};
#[cfg(feature = "gc")]
use crate::Func;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The stack of references that a store keeps alive, the youngest last.
pub struct RootSet {
    /// Distinguishes this set from those of other stores.
    pub(super) serial: NonZeroU64,
    /// Counts how often the stack was truncated. An entry has the count of the time when it
    /// was pushed, by which an old index of a place that is in use again is recognized.
    generation: NonZeroU64,
    entries: Vec<(NonZeroU64, RawRef)>,
    /// A second stack, of references that an [`OwnedRooted`](super::OwnedRooted) has as well.
    /// It can grow while the store is shared.
    sharing: Mutex<Vec<(NonZeroU64, Arc<RawRef>)>>,
    /// The host function in which exceptions are taken; `None` until the first is.
    #[cfg(feature = "gc")]
    pub(super) taker: Option<Func>,
}

/// How many references were in a [`RootSet`] when a scope began.
#[derive(Clone, Copy)]
pub struct RootMark {
    entries: usize,
    sharing: usize,
}

/// The bit of an index that tells the second stack from the first. No stack is so long that an
/// index has it: its entries are larger than a byte.
pub(super) const SHARING: usize = 1 << (usize::BITS - 1);

impl RootSet {
    pub(crate) fn new() -> RootSet {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        RootSet {
            serial: NonZeroU64::new(NEXT.fetch_add(1, Ordering::Relaxed))
                .expect("a process creates fewer than 2^64 stores"),
            generation: NonZeroU64::MIN,
            entries: Vec::new(),
            sharing: Mutex::default(),
            #[cfg(feature = "gc")]
            taker: None,
        }
    }

    pub(crate) fn serial(&self) -> StoreSerial {
        StoreSerial(self.serial)
    }

    /// Returns where the set ends now, for [`RootSet::truncate`].
    #[inline]
    pub(crate) fn mark(&mut self) -> RootMark {
        RootMark {
            entries: self.entries.len(),
            sharing: self.sharing_mut().len(),
        }
    }

    /// Drops the roots since `mark`.
    #[inline]
    pub(crate) fn truncate(&mut self, mark: RootMark) {
        if self.entries.len() > mark.entries || self.sharing_mut().len() > mark.sharing {
            self.cut(mark);
        }
    }

    /// Drops all roots.
    pub(crate) fn clear(&mut self) {
        self.truncate(RootMark {
            entries: 0,
            sharing: 0,
        });
    }

    fn cut(&mut self, mark: RootMark) {
        self.entries.truncate(mark.entries);
        self.sharing_mut().truncate(mark.sharing);
        self.generation = self.generation.saturating_add(1);
    }

    #[inline]
    fn sharing_mut(&mut self) -> &mut Vec<(NonZeroU64, Arc<RawRef>)> {
        // Nothing panics while it is locked.
        self.sharing
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn reserve(&mut self, additional: usize) {
        // If this fails, the stack grows when roots are pushed.
        _ = self.entries.try_reserve(additional);
    }

    /// Returns the reference that was pushed to `index` in that generation.
    #[inline]
    pub(super) fn get(&self, generation: NonZeroU64, index: usize) -> Option<&RawRef> {
        match self.entries.get(index) {
            Some((since, raw)) if *since == generation => Some(raw),
            _ => self.get_sharing(generation, index),
        }
    }

    /// Returns the reference that was shared at `index` in that generation.
    #[cold]
    fn get_sharing(&self, generation: NonZeroU64, index: usize) -> Option<&RawRef> {
        if index & SHARING == 0 {
            return None;
        }
        let sharing = self.sharing.lock().unwrap_or_else(PoisonError::into_inner);
        match sharing.get(index & !SHARING) {
            // SAFETY: the reference is in an `Arc`, which doesn't move. The set drops its count
            // only if it is borrowed exclusively, so not as long as the result is used.
            Some((since, raw)) if *since == generation => Some(unsafe { &*Arc::as_ptr(raw) }),
            _ => None,
        }
    }

    /// Keeps a reference in the innermost scope.
    pub(super) fn share(&self, raw: Arc<RawRef>) -> Place {
        let mut sharing = self.sharing.lock().unwrap_or_else(PoisonError::into_inner);
        let index = sharing.len();
        sharing.push((self.generation, raw));
        Place {
            set: self.serial,
            of: PlaceOf::Stack {
                generation: self.generation,
                index: index | SHARING,
            },
        }
    }

    pub(super) fn push(&mut self, raw: RawRef) -> Place {
        let index = self.entries.len();
        self.entries.push((self.generation, raw));
        self.place(index)
    }

    /// Pushes the reference that `write` writes to its place, unless it returns an error.
    ///
    /// # Safety
    ///
    /// If `write` returns `Ok`, it must have initialized the reference.
    #[inline]
    pub(super) unsafe fn push_with<E>(
        &mut self,
        write: impl FnOnce(*mut RawRef) -> Result<(), E>,
    ) -> Result<Place, E> {
        self.entries.reserve(1);
        let index = self.entries.len();
        // SAFETY: the entry is within the capacity, which was reserved. It is initialized when
        // the length is set: the reference by `write`, as this function requires, and the
        // generation here.
        unsafe {
            let entry = self.entries.as_mut_ptr().add(index);
            write(&raw mut (*entry).1)?;
            (&raw mut (*entry).0).write(self.generation);
            self.entries.set_len(index + 1);
        }
        Ok(self.place(index))
    }

    /// Returns the place of the root at `index`, which was pushed last.
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
