//! Cursors over the values of a call.

use super::{Form, WasmTy};
use crate::Result;
use crate::store::StoreOpaque;
use std::marker::PhantomData;

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
