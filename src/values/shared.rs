//! Strings and slices in a shared memory. Other threads may change it at any time, so they are
//! copied, byte by byte, and never borrowed.

use super::Element;
use super::args::check_bounds;
use crate::{Result, SharedMemory};
use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicU8, Ordering};

/// Returns a byte of a shared memory.
fn byte(cell: &UnsafeCell<u8>) -> &AtomicU8 {
    // SAFETY: the byte is one of a shared memory, which everyone accesses atomically.
    unsafe { AtomicU8::from_ptr(cell.get()) }
}

impl SharedMemory {
    /// Returns a part of the memory.
    fn part(&self, address: u64, len: usize) -> Option<&[UnsafeCell<u8>]> {
        let address = usize::try_from(address).ok()?;
        self.data().get(address..)?.get(..len)
    }

    /// Copies elements out of the memory.
    ///
    /// # Errors
    ///
    /// Returns an error if they aren't in it.
    pub(super) fn copy_elements<E: Element>(&self, address: u64, len: u64) -> Result<Vec<E>> {
        check_bounds::<E>(address, len, self.data_size())?;
        let size = len as usize * size_of::<E>();
        let part = self.part(address, size).expect("it was checked");
        let mut elements = Vec::<E>::with_capacity(len as usize);
        let places = elements.as_mut_ptr().cast::<u8>();
        for (i, cell) in part.iter().enumerate() {
            // SAFETY: there is a place for each byte in the vector's capacity.
            unsafe { places.add(i).write(byte(cell).load(Ordering::Relaxed)) }
        }
        // SAFETY: the bytes of all elements have been written, and every combination of them is a
        // value, as `Element` requires.
        unsafe { elements.set_len(len as usize) }
        Ok(elements)
    }

    /// Copies bytes into the memory, and reports whether there is room.
    pub(super) fn write_bytes(&self, address: u64, bytes: &[u8]) -> bool {
        let Some(part) = self.part(address, bytes.len()) else {
            return false;
        };
        for (cell, value) in part.iter().zip(bytes) {
            byte(cell).store(*value, Ordering::Relaxed);
        }
        true
    }
}
