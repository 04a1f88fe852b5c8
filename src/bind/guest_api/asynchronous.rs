//! Asynchronous calls of a guest's functions.

use super::func::{Allocation, Free, allocations};
use super::{GuestFunc, GuestParams, GuestResults, GuestSignature};
use crate::values::{Allocator, Args, Form, Guest, Kind, Raw, Reader, Writer};
use crate::{AsContextMut, FuncType, Result, RootScope, StoreContextMut, Val, ValRaw};

impl<S: GuestSignature<N> + ?Sized, const N: usize> GuestFunc<S, N> {
    /// Calls the function asynchronously, as [`TypedFunc::call_async`](crate::TypedFunc::call_async)
    /// does, and returns its results. The guest's functions that allocate and free memory may wait
    /// as well.
    ///
    /// If the future is dropped before it has finished, nothing is freed.
    ///
    /// # Errors
    ///
    /// Returns an error for the reasons of [`GuestFunc::call`], but for those of
    /// `TypedFunc::call_async` in place of `TypedFunc::call`.
    ///
    /// # Panics
    ///
    /// Panics, when it is polled, for the reasons of [`GuestFunc::call`].
    pub async fn call_async(
        &self,
        mut store: impl AsContextMut<Data: Send>,
        params: S::Params<'_>,
    ) -> Result<<S::Results as GuestResults>::Output> {
        let mut store = store.as_context_mut();
        let (allocated, values) = {
            // References that are created for the arguments are rooted until the call has ended,
            // and those of the results until they are raw values.
            let mut scope = RootScope::new(&mut store);
            let mut scope = scope.as_context_mut();
            let ty = self.func.ty(&scope);
            let passing = |error| self.failed("pass the arguments of", error);
            let mut allocated = allocations(&params);
            if !allocated.is_empty() {
                let allocator = self.allocator(&mut scope).map_err(passing)?;
                for memory in &mut allocated {
                    memory.address = allocator
                        .alloc_async(&mut scope, memory.len, memory.align)
                        .await
                        .map_err(passing)?;
                }
            }
            let params = self
                .params_as_vals(&mut scope, &ty, &allocated, params)
                .map_err(passing)?;
            let mut results = vec![Val::I32(0); ty.results().len()];
            self.func
                .call_async(&mut scope, &params, &mut results)
                .await?;
            let results = results.into_iter();
            let values = results.map(|val| Raw::store_val(val, scope.opaque_mut()));
            (allocated, values.collect::<Result<Vec<_>>>()?)
        };
        let results = self.read(&mut store, &values);
        let results = results.map_err(|error| self.failed("read the results of", error));
        // What the results refer to may be in the same memory.
        if let Some(free) = &self.guest.free {
            let is_64 = self.guest.site.abi().is_64();
            for memory in &allocated {
                free.call_async(&mut store, memory, is_64)
                    .await
                    .map_err(|error| self.failed("free the arguments of", error))?;
            }
        }
        results
    }

    fn allocator(&self, store: &mut StoreContextMut<'_, impl Sized>) -> Result<Allocator<'_>> {
        let store = store.opaque_mut();
        // SAFETY: invariant "State": the store is borrowed exclusively.
        Allocator::find(&mut unsafe {
            Guest::called(store, &self.guest.instance, &self.guest.site)
        })
    }

    /// Returns the arguments, for which memory was allocated, with their types.
    fn params_as_vals(
        &self,
        store: &mut StoreContextMut<'_, impl Sized>,
        ty: &FuncType,
        allocated: &[Allocation],
        params: S::Params<'_>,
    ) -> Result<Vec<Val>> {
        let store = store.opaque_ptr();
        // SAFETY: invariant "State": the store is borrowed exclusively, and is used by one after
        // the other.
        let mut guest = unsafe { Guest::called(store, &self.guest.instance, &self.guest.site) };
        guest.use_allocated(allocated.iter().map(|memory| memory.address).collect());
        let prepared = params.prepare(&mut guest)?;
        let mut values = vec![ValRaw::ZERO; self.len];
        // SAFETY: as above. The function's type was found to be the signature's, so there are as
        // many values, of the types of its parameters. Nothing is collected before they have
        // been read.
        unsafe {
            let mut writer = Writer::new(values.as_mut_ptr(), store);
            <S::Params<'_>>::write::<Raw>(&prepared, &mut writer)?;
            let pairs = ty.params().zip(&values);
            Ok(pairs
                .map(|(ty, value)| Kind::of(&ty).load_raw(value, &mut *store))
                .collect())
        }
    }

    fn read(
        &self,
        store: &mut StoreContextMut<'_, impl Sized>,
        values: &[ValRaw],
    ) -> Result<<S::Results as GuestResults>::Output> {
        let store = store.opaque_ptr();
        // SAFETY: invariant "State": the store is borrowed exclusively. The function's type was
        // found to be the signature's, so there are as many values, of the types of its results.
        // Nothing was collected meanwhile.
        unsafe {
            let guest = Guest::called(store, &self.guest.instance, &self.guest.site);
            S::Results::read::<Raw>(&mut Args::new(Reader::new(values.as_ptr(), store), guest))
        }
    }
}

impl Free {
    async fn call_async(
        &self,
        store: impl AsContextMut<Data: Send>,
        memory: &Allocation,
        is_64: bool,
    ) -> Result<()> {
        let values = [memory.address, memory.len as u64, memory.align as u64];
        let values = values.map(|value| match is_64 {
            true => Val::I64(value as i64),
            false => Val::I32(value as i32),
        });
        self.func
            .call_async(store, &values[..self.count], &mut [])
            .await
    }
}
