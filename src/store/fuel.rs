//! Fuel: a deterministic bound on how much WebAssembly code may do.

use super::{AsContext, AsContextMut, Store, StoreContext, StoreContextMut};
use crate::error::check;
use crate::sys::{wasmtime_context_get_fuel, wasmtime_context_set_fuel};
use crate::{Caller, Result};

impl<T: 'static> StoreContext<'_, T> {
    /// Returns the fuel that is left; see [`Store::get_fuel`].
    ///
    /// # Errors
    ///
    /// Returns an error if the engine doesn't count fuel.
    pub fn get_fuel(&self) -> Result<u64> {
        let mut fuel = 0;
        // SAFETY: invariant "Shared".
        unsafe { check(wasmtime_context_get_fuel(self.shared_context(), &mut fuel))? };
        Ok(fuel)
    }
}

impl<T: 'static> StoreContextMut<'_, T> {
    /// Returns the fuel that is left; see [`Store::get_fuel`].
    ///
    /// # Errors
    ///
    /// Returns an error if the engine doesn't count fuel.
    pub fn get_fuel(&self) -> Result<u64> {
        self.as_context().get_fuel()
    }

    /// Sets the fuel that is left; see [`Store::set_fuel`].
    ///
    /// # Errors
    ///
    /// Returns an error if the engine doesn't count fuel.
    pub fn set_fuel(&mut self, fuel: u64) -> Result<()> {
        // SAFETY: invariant "Context".
        unsafe { check(wasmtime_context_set_fuel(self.begin_change(), fuel)) }
    }
}

impl<T: 'static> Store<T> {
    /// Returns the fuel that is left.
    ///
    /// Calls `wasmtime_context_get_fuel`.
    ///
    /// # Errors
    ///
    /// Returns an error if the engine doesn't count fuel; see
    /// [`Config::consume_fuel`](crate::Config::consume_fuel).
    ///
    /// # Examples
    ///
    /// Measuring what a call uses:
    ///
    #[doc = example!(cranelift)]
    /// # use libwasmtime::{Config, Engine, Instance, Module, Store};
    /// # let engine = Engine::new(Config::new().consume_fuel(true))?;
    /// # let module = Module::new(&engine, r#"(module (func (export "run")))"#)?;
    /// # let mut store = Store::new(&engine, ());
    /// # let instance = Instance::new(&mut store, &module, &[])?;
    /// # let run = instance.get_typed_func::<(), ()>(&mut store, "run")?;
    /// store.set_fuel(u64::MAX)?;
    /// run.call(&mut store, ())?;
    /// let used = u64::MAX - store.get_fuel()?;
    /// assert!(used > 0);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn get_fuel(&self) -> Result<u64> {
        self.as_context().get_fuel()
    }

    /// Sets the fuel that is left.
    ///
    /// Fuel bounds how much WebAssembly code may do, deterministically: the same call with the
    /// same fuel always succeeds or always fails. Most instructions use one unit; some use
    /// none, such as `nop`, `drop`, `block` and `loop`. Without fuel, code traps with
    /// [`Trap::OutOfFuel`](crate::Trap::OutOfFuel). Host functions use none, but may take some
    /// with this method and [`get_fuel`](Store::get_fuel), which a
    /// [`Caller`](crate::Caller) has as well.
    ///
    /// A new store has no fuel, so code traps at once until this is called. After code has
    /// trapped, the store can be given more.
    ///
    /// Counting slows code down. Epochs ([`Store::set_epoch_deadline`]) cost less, but bound the
    /// time and are not deterministic.
    ///
    /// Calls `wasmtime_context_set_fuel`.
    ///
    /// # Errors
    ///
    /// Returns an error if the engine doesn't count fuel; see
    /// [`Config::consume_fuel`](crate::Config::consume_fuel).
    ///
    /// # Examples
    ///
    #[doc = example!(cranelift)]
    /// use libwasmtime::{Config, Engine, Instance, Module, Store, Trap};
    ///
    /// let engine = Engine::new(Config::new().consume_fuel(true))?;
    /// let module = Module::new(&engine, r#"(module (func (export "forever") (loop (br 0))))"#)?;
    /// let mut store = Store::new(&engine, ());
    /// store.set_fuel(10_000)?;
    ///
    /// let instance = Instance::new(&mut store, &module, &[])?;
    /// let forever = instance.get_typed_func::<(), ()>(&mut store, "forever")?;
    /// let error = forever.call(&mut store, ()).unwrap_err();
    /// assert_eq!(error.downcast_ref(), Some(&Trap::OutOfFuel));
    /// assert_eq!(store.get_fuel()?, 0);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn set_fuel(&mut self, fuel: u64) -> Result<()> {
        self.as_context_mut().set_fuel(fuel)
    }
}

impl<T: 'static> Caller<'_, T> {
    /// Returns the fuel that is left; see [`Store::get_fuel`].
    ///
    /// # Errors
    ///
    /// Returns an error if the engine doesn't count fuel.
    pub fn get_fuel(&self) -> Result<u64> {
        self.as_context().get_fuel()
    }

    /// Sets the fuel that is left; see [`Store::set_fuel`].
    ///
    /// # Errors
    ///
    /// Returns an error if the engine doesn't count fuel.
    pub fn set_fuel(&mut self, fuel: u64) -> Result<()> {
        self.as_context_mut().set_fuel(fuel)
    }
}
