//! Memory that the guest allocates for strings and vectors that are returned to it.

use super::guest::not_exported;
use super::{Guest, Kind};
use crate::bind::Abi;
use crate::error::{Count, bail, ensure};
use crate::store::StoreOpaque;
use crate::{Error, Extern, Func, Result, ValRaw};
use std::ptr;

/// The most values that an allocator takes.
const MAX_ARGUMENTS: usize = 4;

/// The allocator of a guest: an exported function.
pub(crate) struct Allocator<'a> {
    func: Func,
    name: &'a str,
    arguments: Arguments,
    is_64: bool,
}

/// What an allocator takes.
#[derive(Clone, Copy)]
enum Arguments {
    Size,
    SizeAndAlign,
    /// What `cabi_realloc` takes: an address and a size, both zero, an alignment, and a size.
    Realloc,
}

impl<'a> Allocator<'a> {
    /// Finds the caller's.
    ///
    /// # Errors
    ///
    /// Returns an error if none was named, or if the caller doesn't export such a function.
    pub(crate) fn find(guest: &mut Guest<'a>) -> Result<Allocator<'a>> {
        let abi: &'a Abi = guest.abi();
        let Some(name) = abi.alloc() else {
            bail!(
                "expected the name of the guest's allocator, an export, as strings and vectors are \
                 passed in memory that it allocates: set the option `alloc` of the attribute, or \
                 bind the function by `Linker::host_module`, with `Abi::with_alloc`"
            )
        };
        let func = match guest.export(name) {
            Some(Extern::Func(func)) => func,
            other => return Err(not_exported("function", name, other, "alloc")),
        };
        let pointer = if abi.is_64() { Kind::I64 } else { Kind::I32 };
        // SAFETY: invariant "State": the signature lives as long as the store.
        let signature = unsafe { &*guest.store().signature(&func) };
        let (params, results) = (&signature.params, &signature.results);
        let fits = params.iter().chain(results).all(|kind| *kind == pointer) && results.len() == 1;
        let arguments = match params.len() {
            1 if fits => Arguments::Size,
            2 if fits => Arguments::SizeAndAlign,
            MAX_ARGUMENTS if fits => Arguments::Realloc,
            _ => bail!(
                "expected the guest's allocator `{name}` to take a size, a size and an alignment, \
                 or what `cabi_realloc` takes, and to return an address, all of them {}; found {}",
                abi.pointer(),
                signature.ty
            ),
        };
        Ok(Allocator {
            func,
            name,
            arguments,
            is_64: abi.is_64(),
        })
    }

    /// Returns the arguments for a piece of memory.
    ///
    /// # Errors
    ///
    /// Returns an error if it is larger than the guest's address space.
    fn arguments(&self, len: usize, align: usize) -> Result<([u64; MAX_ARGUMENTS], usize)> {
        let (len, align) = (len as u64, align as u64);
        ensure!(
            self.is_64 || len <= u64::from(u32::MAX),
            "expected at most {} bytes, as the guest has 32-bit addresses, found {len}",
            u32::MAX
        );
        Ok(match self.arguments {
            Arguments::Size => ([len, 0, 0, 0], 1),
            Arguments::SizeAndAlign => ([len, align, 0, 0], 2),
            Arguments::Realloc => ([0, 0, align, len], 4),
        })
    }

    /// Returns the address of a piece of memory that the allocator has returned.
    ///
    /// # Errors
    ///
    /// Returns an error if it is null, by which an allocator says that there is no memory left.
    /// A piece without bytes may be anywhere.
    fn allocated(&self, address: u64, len: usize) -> Result<u64> {
        ensure!(
            address != 0 || len == 0,
            "expected the guest's allocator `{}` to return the address of {}, found null",
            self.name,
            Count(len as u64, "byte")
        );
        Ok(address)
    }

    /// Adds the allocator's name to an error.
    #[cold]
    fn failed(&self, error: Error) -> Error {
        let name = self.name;
        error.with_bounded_context(|| format!("failed to call the guest's allocator `{name}`"))
    }
}

impl Guest<'_> {
    /// Calls the guest's allocator.
    pub(crate) fn alloc(&mut self, len: usize, align: usize) -> Result<u64> {
        let allocator = Allocator::find(self)?;
        let (arguments, count) = allocator.arguments(len, align)?;
        let mut values = arguments.map(ValRaw::u64);
        let store = self.store();
        let func = *allocator.func.get_c(store);
        // SAFETY: invariants "State" and "Ownership": only this value uses the store, to which the
        // function belongs, as `get_c` has checked. There are as many values as its type has, of
        // these types.
        let outcome = unsafe {
            StoreOpaque::call_unchecked(ptr::from_mut(store), &func, values.as_mut_ptr(), count)
        };
        outcome.map_err(|error| allocator.failed(error))?;
        let address = match allocator.is_64 {
            true => values[0].get_u64(),
            false => values[0].get_u32().into(),
        };
        allocator.allocated(address, len)
    }
}

#[cfg(feature = "async")]
impl Allocator<'_> {
    /// Calls the allocator, which may yield or wait.
    pub(crate) async fn alloc_async(
        &self,
        store: impl crate::AsContextMut<Data: Send>,
        len: usize,
        align: usize,
    ) -> Result<u64> {
        use crate::Val;
        let (arguments, count) = self.arguments(len, align)?;
        let arguments = arguments.map(|argument| match self.is_64 {
            true => Val::I64(argument as i64),
            false => Val::I32(argument as i32),
        });
        let mut results = [Val::I32(0)];
        self.func
            .call_async(store, &arguments[..count], &mut results)
            .await
            .map_err(|error| self.failed(error))?;
        let address = match self.is_64 {
            true => results[0].unwrap_i64() as u64,
            false => u64::from(results[0].unwrap_i32() as u32),
        };
        self.allocated(address, len)
    }
}
