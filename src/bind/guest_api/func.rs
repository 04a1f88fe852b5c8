//! Calls of a guest's functions.

use super::{GuestParams, GuestResults};
use crate::bind::Site;
use crate::store::StoreOpaque;
use crate::values::{Args, Guest, Raw, Reader, Writer};
use crate::{AsContextMut, Error, Func, FuncType, Instance, Result, RootScope, ValRaw, ValType};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

/// The signature of a guest's function, in Rust types. The attribute `guest` implements it for
/// each function of a trait; `N` tells them apart.
pub trait GuestSignature<const N: usize> {
    /// The parameters, which may be borrowed for the call.
    type Params<'a>: GuestParams;

    /// The results.
    type Results: GuestResults;
}

/// A function of a guest, whose signature was checked by
/// [`GuestExports`](super::GuestExports).
pub struct GuestFunc<S: ?Sized, const N: usize> {
    pub(super) func: Func,
    /// How many raw values a call passes.
    pub(super) len: usize,
    pub(super) guest: Arc<Callee>,
    name: Box<str>,
    /// Invariant: a subtype of `S`, such as one that contains a function of any lifetime, may have
    /// another signature.
    signature: PhantomData<fn(Box<S>) -> Box<S>>,
}

/// The guest whose functions are called.
pub(super) struct Callee {
    pub(super) instance: Instance,
    pub(super) site: Site,
    pub(super) free: Option<Free>,
}

/// The function that frees memory.
pub(super) struct Free {
    pub(super) func: Func,
    /// How many arguments it takes.
    pub(super) count: usize,
}

/// The most arguments that a function takes which frees memory.
const MAX_FREE: usize = 3;

/// A piece of memory that the guest allocates.
pub(super) struct Allocation {
    pub(super) address: u64,
    pub(super) len: usize,
    pub(super) align: usize,
}

/// The most values of a call that are kept on the stack.
const ON_STACK: usize = 16;

impl<S: GuestSignature<N> + ?Sized, const N: usize> GuestFunc<S, N> {
    /// Takes a function whose type was found to be the signature's, of which the longer list has
    /// `len` values.
    pub(super) fn new(func: Func, len: usize, guest: Arc<Callee>, name: &str) -> Self {
        GuestFunc {
            func,
            len,
            guest,
            name: name.into(),
            signature: PhantomData,
        }
    }

    /// Adds to an error what was done with the function.
    #[cold]
    pub(super) fn failed(&self, what: &str, error: Error) -> Error {
        let name = &self.name;
        error.with_bounded_context(|| format!("failed to {what} the guest's function `{name}`"))
    }

    /// Calls the function, and returns its results.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - an argument can't be passed, for instance as the guest's allocator fails;
    /// - the call fails for one of the reasons of [`TypedFunc::call`](crate::TypedFunc::call);
    ///   then nothing is freed;
    /// - a result isn't what its type says, for instance a string that isn't UTF-8;
    /// - the guest's function that frees memory fails.
    ///
    /// # Panics
    ///
    /// Panics if the function belongs to another store, or if a host function that is called
    /// panics.
    pub fn call(
        &self,
        mut store: impl AsContextMut,
        params: S::Params<'_>,
    ) -> Result<<S::Results as GuestResults>::Output> {
        let mut store = store.as_context_mut();
        let func = *self.func.get_c(store.opaque());
        let mut on_stack = [ValRaw::ZERO; ON_STACK];
        let mut on_heap;
        let values = match on_stack.get_mut(..self.len) {
            Some(values) => values,
            None => {
                on_heap = vec![ValRaw::ZERO; self.len];
                &mut on_heap[..]
            }
        };
        let first = values.as_mut_ptr();
        let allocations = {
            // References that are created for the arguments are rooted until the call has ended.
            let mut scope = RootScope::new(&mut store);
            let store = scope.as_context_mut().opaque_ptr();
            // SAFETY: invariants "Context" and "Ownership": the store is borrowed, and the function
            // belongs to it. There are as many values as it takes and returns. Nothing is
            // collected between the moment when a reference becomes a raw value and the call.
            unsafe {
                let allocations = self
                    .write(store, params, first)
                    .map_err(|error| self.failed("pass the arguments of", error))?;
                StoreOpaque::call_unchecked(store, &func, first, self.len)?;
                allocations
            }
        };
        let store = store.opaque_ptr();
        // SAFETY: invariant "State": the store is borrowed exclusively. The values are those of
        // the function's results. Nothing was collected after its return.
        let results = unsafe {
            let guest = Guest::called(store, &self.guest.instance, &self.guest.site);
            S::Results::read::<Raw>(&mut Args::new(Reader::new(first, store), guest))
        };
        let results = results.map_err(|error| self.failed("read the results of", error));
        // What the results refer to may be in the same memory.
        if let Some(free) = &self.guest.free {
            for memory in &allocations {
                // SAFETY: invariant "State": the store is borrowed exclusively.
                unsafe { free.call(store, memory) }
                    .map_err(|error| self.failed("free the arguments of", error))?;
            }
        }
        results
    }

    /// Writes the arguments, and returns the memory that was allocated for them.
    ///
    /// # Safety
    ///
    /// `store` must be the state of the function's store, which nothing else uses now. There must
    /// be `self.len` places at `first`.
    unsafe fn write(
        &self,
        store: *mut StoreOpaque,
        params: S::Params<'_>,
        first: *mut ValRaw,
    ) -> Result<Vec<Allocation>> {
        // SAFETY: invariant "State": nothing else uses the store, as this function requires.
        let mut guest = unsafe { Guest::called(store, &self.guest.instance, &self.guest.site) };
        let mut allocations = allocations(&params);
        for memory in &mut allocations {
            memory.address = guest.alloc(memory.len, memory.align)?;
        }
        guest.use_allocated(allocations.iter().map(|memory| memory.address).collect());
        let prepared = params.prepare(&mut guest)?;
        // SAFETY: the function's type was found to be the signature's, so there are places for
        // the values: their types are the same for all lifetimes of `Params`.
        unsafe { <S::Params<'_>>::write::<Raw>(&prepared, &mut Writer::new(first, store))? };
        Ok(allocations)
    }
}

impl<S: ?Sized, const N: usize> Clone for GuestFunc<S, N> {
    fn clone(&self) -> Self {
        GuestFunc {
            func: self.func,
            len: self.len,
            guest: self.guest.clone(),
            name: self.name.clone(),
            signature: PhantomData,
        }
    }
}

impl<S: ?Sized, const N: usize> fmt::Debug for GuestFunc<S, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuestFunc")
            .field("name", &self.name)
            .field("func", &self.func)
            .finish_non_exhaustive()
    }
}

/// Returns the memory that the arguments need, which isn't allocated yet.
pub(super) fn allocations(params: &impl GuestParams) -> Vec<Allocation> {
    let mut allocations = Vec::new();
    params.allocations(&mut |len, align| {
        let address = 0;
        allocations.push(Allocation {
            address,
            len,
            align,
        });
    });
    allocations
}

impl Free {
    pub(super) const EXPECTED: &str = "a function that takes an address, an address and a size, or these and \
                            an alignment, and returns nothing";

    pub(super) fn of(ty: &FuncType, func: Func, pointer: &ValType) -> Option<Free> {
        let count = ty.params().len();
        let fits = (1..=MAX_FREE).contains(&count)
            && ty.results().len() == 0
            && ty.params().all(|ty| ValType::eq(&ty, pointer));
        fits.then_some(Free { func, count })
    }

    /// # Safety
    ///
    /// `store` must be the state of a store, which nothing else uses now.
    unsafe fn call(&self, store: *mut StoreOpaque, memory: &Allocation) -> Result<()> {
        // An address or a size of 32 bits is in the lower half of a raw value.
        let values = [memory.address, memory.len as u64, memory.align as u64];
        let mut values = values.map(ValRaw::u64);
        // SAFETY: invariants "State" and "Ownership": only this function uses the store, to which
        // the function belongs, as `get_c` checks. It takes as many numbers of a pointer's width.
        unsafe {
            let func = *self.func.get_c(&*store);
            StoreOpaque::call_unchecked(store, &func, values.as_mut_ptr(), self.count)
        }
    }
}
