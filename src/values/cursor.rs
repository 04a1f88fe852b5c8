//! Cursors over the values of a call.

use super::{Form, WasmTy};
use crate::Result;
use crate::gc::{GcKind, RawRef};
use crate::store::StoreOpaque;
use std::marker::PhantomData;
use std::mem::MaybeUninit;

/// Reads values one after the other.
pub struct Reader<'a, F: Form> {
    next: *const F::Value,
    store: *mut StoreOpaque,
    values: PhantomData<&'a F::Value>,
}

impl<F: Form> Reader<'_, F> {
    /// # Safety
    ///
    /// The values that are read must be at `first` and the following places, valid for as long
    /// as the cursor. Nothing else may load them. `store` must be as for [`Form::load`].
    #[inline]
    pub(crate) unsafe fn new(first: *const F::Value, store: *mut StoreOpaque) -> Self {
        Reader {
            next: first,
            store,
            values: PhantomData,
        }
    }

    /// Reads the next value.
    ///
    /// # Safety
    ///
    /// There must be one, and it must be of type `T`.
    #[inline]
    pub unsafe fn read<T: WasmTy>(&mut self) -> T {
        // SAFETY: there is such a value, as this function requires. It is loaded once, and the
        // store is as `new` requires.
        unsafe {
            let value = F::load(&*self.next, self.store);
            self.next = self.next.add(1);
            value
        }
    }

    /// Reads the next value, a reference to a collected object, and calls `body` with it, unless
    /// it is null. It stays rooted for that long, without a place in the store's roots.
    ///
    /// # Safety
    ///
    /// There must be one, and it must be of that kind. The cursor must have a store.
    #[inline]
    pub(crate) unsafe fn read_ref<T>(
        &mut self,
        kind: GcKind,
        body: impl FnOnce(&RawRef, &mut StoreOpaque) -> T,
    ) -> Option<T> {
        let mut raw = MaybeUninit::uninit();
        // SAFETY: there is such a value, as this function requires. It is loaded once, and the
        // store is as `new` requires. `raw` is initialized if `load_ref` returns `true`.
        unsafe {
            let store = &mut *self.store;
            let is_some = F::load_ref(kind, &*self.next, store, raw.as_mut_ptr());
            self.next = self.next.add(1);
            is_some.then(|| body(&raw.assume_init(), store))
        }
    }
}

/// Writes values one after the other.
pub struct Writer<'a, F: Form> {
    next: *mut F::Value,
    store: *mut StoreOpaque,
    values: PhantomData<&'a mut F::Value>,
}

impl<F: Form> Writer<'_, F> {
    /// # Safety
    ///
    /// `first` and the following places must be writable for as long as the cursor, as many as
    /// values are written. `store` must be as for [`Form::store`].
    #[inline]
    pub(crate) unsafe fn new(first: *mut F::Value, store: *mut StoreOpaque) -> Self {
        Writer {
            next: first,
            store,
            values: PhantomData,
        }
    }

    /// Writes the next value.
    ///
    /// # Errors
    ///
    /// Returns an error if the value is a reference that belongs to another store, or
    /// whose root is gone.
    ///
    /// # Safety
    ///
    /// There must be a place for it, of type `T`.
    #[inline]
    pub unsafe fn write<T: WasmTy>(&mut self, value: &T) -> Result<()> {
        // SAFETY: there is such a place, as this function requires. The store is as `new`
        // requires.
        unsafe {
            self.next.write(F::store(value, self.store)?);
            self.next = self.next.add(1);
        }
        Ok(())
    }

    /// Writes an address or a length, which has the width of a pointer of the guest.
    ///
    /// # Errors
    ///
    /// As for [`Writer::write`].
    ///
    /// # Safety
    ///
    /// There must be a place for it, of that width.
    #[inline]
    pub(super) unsafe fn write_pointer(&mut self, value: u64, is_64: bool) -> Result<()> {
        // SAFETY: there is such a place, as this function requires.
        unsafe {
            match is_64 {
                true => self.write(&value),
                false => self.write(&(value as u32)),
            }
        }
    }
}
