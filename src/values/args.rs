//! The arguments of a host function.

use super::guest::GuestMemory;
use super::{Element, Form, Guest, Reader, WasmTy};
use crate::error::{Count, format_err};
use crate::{Caller, Error, Result, SharedMemory, StoreContextMut};
use std::any::type_name;
use std::mem::MaybeUninit;
use std::ptr::NonNull;

/// The most places of the guest's memory that the arguments of a call borrow.
const MAX_LOANS: usize = 17;

/// The arguments of a host function, in the order of its parameters.
pub struct Args<'a, F: Form> {
    values: Reader<'a, F>,
    guest: Guest<'a>,
    /// The bytes of the guest's memory, once they are needed. Reading arguments changes no
    /// memory.
    memory: Option<NonNull<[u8]>>,
    loans: [MaybeUninit<Loan>; MAX_LOANS],
    loan_count: usize,
}

impl<'a, F: Form> Args<'a, F> {
    /// # Safety
    ///
    /// As for [`Reader::new`], with the store of `guest`.
    #[inline]
    pub(crate) unsafe fn new(values: Reader<'a, F>, guest: Guest<'a>) -> Self {
        Args {
            values,
            guest,
            memory: None,
            loans: [const { MaybeUninit::uninit() }; MAX_LOANS],
            loan_count: 0,
        }
    }

    /// Reads the next value.
    ///
    /// # Safety
    ///
    /// As for `Reader::read`.
    #[inline]
    pub unsafe fn read<T: WasmTy>(&mut self) -> T {
        // SAFETY: there is such a value, as this function requires.
        unsafe { self.values.read() }
    }

    /// Returns the values without the caller.
    #[inline]
    pub(crate) fn values(&mut self) -> &mut Reader<'a, F> {
        &mut self.values
    }

    /// Reads an address or a length, which has the width of a pointer of the guest.
    ///
    /// # Safety
    ///
    /// There must be such a value.
    #[inline]
    pub unsafe fn read_pointer(&mut self) -> u64 {
        // SAFETY: there is such a value, as this function requires.
        unsafe {
            match self.guest.abi().is_64() {
                true => self.read::<u64>(),
                false => self.read::<u32>().into(),
            }
        }
    }

    /// Returns the guest that called.
    #[inline]
    pub fn guest(&mut self) -> &mut Guest<'a> {
        &mut self.guest
    }

    /// Returns the caller. It takes no value.
    ///
    /// # Safety
    ///
    /// The cursor must have a store. The data of the store must be a `T`, and the store
    /// must be used through this caller only while it exists.
    #[inline]
    pub unsafe fn caller<T: 'static>(&mut self) -> Caller<'a, T> {
        // SAFETY: the callback runs during `'a`; the rest is as this function requires.
        unsafe {
            let caller = self.guest.caller();
            Caller::new(NonNull::from(self.guest.store()), caller)
        }
    }

    /// Returns the store's data.
    ///
    /// # Safety
    ///
    /// The cursor must have a store, the data must be a `T`, and nothing else may use it while
    /// the callback runs.
    #[inline]
    pub(crate) unsafe fn data<T: 'static>(&mut self) -> &'a mut T {
        let store = NonNull::from(self.guest.store()).cast();
        // SAFETY: invariant "State": the state begins with the opaque part, its data is a `T`,
        // and nothing else uses that, as this function requires.
        unsafe { StoreContextMut::<T>::from_state(store) }.into_data_mut()
    }

    /// Returns a place in the guest's memory, which stays valid until WebAssembly code runs or
    /// the store is changed.
    ///
    /// # Errors
    ///
    /// Returns an error if the caller has no memory, or if the place isn't in it or isn't aligned.
    #[inline(always)]
    pub fn place<T: Element>(&mut self, address: u64, len: u64) -> Result<NonNull<[T]>> {
        let memory = match self.memory {
            Some(memory) => memory,
            None => self.look_up_memory()?,
        };
        check_bounds::<T>(address, len, memory.len())?;
        // SAFETY: the address is within the memory, as its end is.
        let start = unsafe { memory.cast::<u8>().add(address as usize) }.cast::<T>();
        if !start.is_aligned() {
            return Err(misaligned::<T>(address));
        }
        Ok(NonNull::slice_from_raw_parts(start, len as usize))
    }

    /// Copies elements out of the guest's memory, which may be shared.
    ///
    /// # Errors
    ///
    /// As for [`Args::place`].
    pub fn copy<T: Element>(&mut self, address: u64, len: u64) -> Result<Vec<T>> {
        if let Some(memory) = self.shared_memory()? {
            return memory.copy_elements(address, len);
        }
        let place = self.place(address, len)?;
        // SAFETY: the place is in the guest's memory, which nothing changes now. Every
        // combination of bits is a value, as `Element` requires.
        Ok(unsafe { place.as_ref() }.to_vec())
    }

    /// Copies an element out of the guest's memory, which may be shared.
    ///
    /// # Errors
    ///
    /// As for [`Args::place`].
    pub fn copy_one<T: Element>(&mut self, address: u64) -> Result<T> {
        if let Some(memory) = self.shared_memory()? {
            return Ok(memory.copy_elements(address, 1)?[0]);
        }
        let place = self.place::<T>(address, 1)?;
        // SAFETY: the place is in the guest's memory, which nothing changes now, and every
        // combination of bits is a value.
        Ok(unsafe { place.cast::<T>().read() })
    }

    /// Looks for the guest's memory, and returns it if it is shared.
    fn shared_memory(&mut self) -> Result<Option<SharedMemory>> {
        if self.memory.is_none() {
            match self.guest.any_memory()? {
                GuestMemory::Own(memory) => self.memory = Some(memory),
                GuestMemory::Shared(memory) => return Ok(Some(memory)),
            }
        }
        Ok(None)
    }

    /// Returns a place in the guest's memory that an argument borrows.
    ///
    /// # Errors
    ///
    /// As for [`Args::place`], and if another argument borrows a part of it, unless both
    /// only read it.
    #[inline(always)]
    pub fn borrow<T: Element>(
        &mut self,
        address: u64,
        len: u64,
        is_mut: bool,
    ) -> Result<NonNull<[T]>> {
        let place = self.place::<T>(address, len)?;
        self.lend(Loan::new(place, is_mut))?;
        Ok(place)
    }

    /// Notes that an argument borrows a part of the memory.
    ///
    /// # Errors
    ///
    /// Returns an error if another argument borrows a part of it, unless both only read it.
    #[inline(always)]
    fn lend(&mut self, loan: Loan) -> Result<()> {
        let mut earlier = self.loans[..self.loan_count]
            .iter()
            // SAFETY: as many are initialized.
            .map(|earlier| unsafe { earlier.assume_init_ref() });
        if let Some(earlier) = earlier.find(|earlier| !earlier.is_apart(&loan)) {
            return Err(overlap(self.memory, [earlier, &loan]));
        }
        self.loans[self.loan_count].write(loan);
        self.loan_count += 1;
        Ok(())
    }

    fn look_up_memory(&mut self) -> Result<NonNull<[u8]>> {
        let memory = self.guest.memory()?;
        self.memory = Some(memory);
        Ok(memory)
    }
}

/// Checks that elements at an address are in a memory of that many bytes.
///
/// # Errors
///
/// Returns an error if they aren't.
#[inline]
pub(super) fn check_bounds<T>(address: u64, len: u64, memory: usize) -> Result<()> {
    let size = const { size_of::<T>() };
    let end = len
        .checked_mul(size as u64)
        .and_then(|len| len.checked_add(address));
    match end {
        Some(end) if end <= memory as u64 => Ok(()),
        Some(_) | None => Err(beyond(address, len, size, memory)),
    }
}

#[cold]
fn beyond(address: u64, len: u64, size: usize, memory: usize) -> Error {
    let bytes = |count| Count(count, "byte");
    let what = match (len, size as u64) {
        (count, 1) | (1, count) => bytes(count).to_string(),
        (_, size) => format!("{len} elements of {} each", bytes(size)),
    };
    format_err!(
        "expected {what} at the address {address:#x} to be in the guest's memory, which has {}",
        bytes(memory as u64)
    )
}

#[cold]
fn misaligned<T>(address: u64) -> Error {
    format_err!(
        "expected an address that is a multiple of {}, the alignment of `{}`, found {address:#x}",
        align_of::<T>(),
        type_name::<T>()
    )
}

/// Returns an error about places in a memory that overlap.
#[cold]
fn overlap(memory: Option<NonNull<[u8]>>, loans: [&Loan; 2]) -> Error {
    let base = memory.map_or(0, |memory| memory.addr().get());
    let [a, b] = loans.map(|loan| loan.start - base..loan.end - base);
    format_err!(
        "expected a place in the guest's memory that the function may change to be apart from all \
         that its other arguments borrow, found the bytes {a:#x?} and {b:#x?}, which overlap: pass \
         other places, or take one of them as a copy, such as a `Vec`"
    )
}

/// A place in the guest's memory that an argument borrows.
struct Loan {
    start: usize,
    end: usize,
    is_mut: bool,
}

impl Loan {
    fn new<T>(place: NonNull<[T]>, is_mut: bool) -> Loan {
        let start = place.addr().get();
        Loan {
            start,
            // The place is in a memory, so this doesn't overflow.
            end: start + place.len() * size_of::<T>(),
            is_mut,
        }
    }

    /// Reports whether both may be borrowed at a time.
    fn is_apart(&self, other: &Loan) -> bool {
        let is_empty = self.start == self.end || other.start == other.end;
        (!self.is_mut && !other.is_mut)
            || self.end <= other.start
            || other.end <= self.start
            || is_empty
    }
}
