//! Fuel: a deterministic bound on how much WebAssembly code may do.

use super::{AsContext, AsContextMut, Store, StoreContext, StoreContextMut};
use crate::error::check;
use crate::sys::{wasmtime_context_get_fuel, wasmtime_context_set_fuel};
use crate::{Caller, Result};

impl<T: 'static> StoreContext<'_, T> {
    /// How much fuel is left; see [`Store::get_fuel`].
    ///
    /// # Errors
    ///
    /// As for [`Store::get_fuel`].
    pub fn get_fuel(&self) -> Result<u64> {
        let mut fuel = 0;
        // SAFETY: invariant "Shared".
        unsafe { check(wasmtime_context_get_fuel(self.shared(), &mut fuel))? };
        Ok(fuel)
    }
}

impl<T: 'static> StoreContextMut<'_, T> {
    /// How much fuel is left; see [`Store::get_fuel`].
    ///
    /// # Errors
    ///
    /// As for [`Store::get_fuel`].
    pub fn get_fuel(&self) -> Result<u64> {
        self.as_context().get_fuel()
    }

    /// Sets how much fuel there is; see [`Store::set_fuel`].
    ///
    /// # Errors
    ///
    /// As for [`Store::set_fuel`].
    pub fn set_fuel(&mut self, fuel: u64) -> Result<()> {
        // SAFETY: invariant "Context".
        unsafe { check(wasmtime_context_set_fuel(self.raw(), fuel)) }
    }
}

impl<T: 'static> Store<T> {
    /// How much fuel is left.
    ///
    /// Calls `wasmtime_context_get_fuel`.
    ///
    /// # Errors
    ///
    /// If the engine doesn't count fuel: see
    /// [`Config::consume_fuel`](crate::Config::consume_fuel).
    pub fn get_fuel(&self) -> Result<u64> {
        self.as_context().get_fuel()
    }

    /// Sets how much fuel there is.
    ///
    /// WebAssembly code uses up about one unit for each instruction, and traps
    /// with [`Trap::OutOfFuel`](crate::Trap::OutOfFuel) when there is none left.
    /// A new store has none.
    ///
    /// Calls `wasmtime_context_set_fuel`.
    ///
    /// # Errors
    ///
    /// If the engine doesn't count fuel.
    pub fn set_fuel(&mut self, fuel: u64) -> Result<()> {
        self.as_context_mut().set_fuel(fuel)
    }
}

impl<T: 'static> Caller<'_, T> {
    /// How much fuel is left; see [`Store::get_fuel`].
    ///
    /// # Errors
    ///
    /// As for [`Store::get_fuel`].
    pub fn get_fuel(&self) -> Result<u64> {
        self.as_context().get_fuel()
    }

    /// Sets how much fuel there is; see [`Store::set_fuel`].
    ///
    /// # Errors
    ///
    /// As for [`Store::set_fuel`].
    pub fn set_fuel(&mut self, fuel: u64) -> Result<()> {
        self.as_context_mut().set_fuel(fuel)
    }
}
