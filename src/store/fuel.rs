//! Fuel: a deterministic bound on how much WebAssembly code may do.

use super::{AsContext, AsContextMut, Store, StoreContext, StoreContextMut};
#[cfg(feature = "async")]
use crate::error::ensure;
use crate::error::{check, format_err};
#[cfg(feature = "async")]
use crate::sys::{Feature, require, wasmtime_context_fuel_async_yield_interval};
use crate::sys::{wasmtime_context_get_fuel, wasmtime_context_set_fuel};
use crate::{Caller, Error, Result};

impl<T: 'static> StoreContext<'_, T> {
    /// Returns the fuel that is left; see [`Store::get_fuel`].
    ///
    /// # Errors
    ///
    /// Returns an error if the engine doesn't count fuel.
    pub fn get_fuel(&self) -> Result<u64> {
        let mut fuel = 0;
        // SAFETY: invariant "Shared".
        unsafe { check(wasmtime_context_get_fuel(self.shared_context(), &mut fuel)) }
            .map_err(not_counted)?;
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
        unsafe { check(wasmtime_context_set_fuel(self.begin_change(), fuel)) }.map_err(not_counted)
    }

    /// Makes code yield whenever it has used an amount of fuel; see
    /// [`Store::fuel_async_yield_interval`].
    ///
    /// # Errors
    ///
    /// Returns an error as [`Store::fuel_async_yield_interval`] does.
    #[cfg(feature = "async")]
    pub fn fuel_async_yield_interval(&mut self, interval: Option<u64>) -> Result<()> {
        require(Feature::Async)?;
        ensure!(
            interval != Some(0),
            "fuel_async_yield_interval must not be 0: pass `None` to turn yielding off"
        );
        // The C API has 0 for `None`.
        let interval = interval.unwrap_or(0);
        // SAFETY: invariant "Context".
        unsafe {
            let context = self.begin_change();
            check(wasmtime_context_fuel_async_yield_interval(
                context, interval,
            ))
        }
        .map_err(not_counted)?;
        self.opaque_mut().set_yields();
        Ok(())
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

    /// Makes code yield whenever it has used `interval` units of fuel.
    ///
    /// A future of an asynchronous call, such as
    /// [`TypedFunc::call_async`](crate::TypedFunc::call_async), is then pending and wakes its
    /// task at once, so that the executor can run other tasks in between. That makes it possible
    /// to run guests that compute for long on the thread of an asynchronous program, and to
    /// cancel them. With `None`, code doesn't yield.
    ///
    /// The amount of fuel doesn't change: code still traps when it has used all that
    /// [`Store::set_fuel`] gave it.
    ///
    /// Afterwards the store can be entered by asynchronous calls only, with `None` as well.
    ///
    /// Calls `wasmtime_context_fuel_async_yield_interval`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the engine doesn't count fuel; see
    ///   [`Config::consume_fuel`](crate::Config::consume_fuel);
    /// - `interval` is `Some(0)`;
    /// - libwasmtime was built without `async`; the error is an
    ///   [`Unsupported`](crate::Unsupported).
    ///
    /// # Examples
    ///
    #[doc = example!(cranelift)]
    /// use libwasmtime::{Config, Engine, Instance, Module, Store};
    ///
    /// let engine = Engine::new(Config::new().consume_fuel(true))?;
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (func (export "count") (param $n i32)
    ///             (loop $again
    ///                 (local.set $n (i32.sub (local.get $n) (i32.const 1)))
    ///                 (br_if $again (local.get $n)))))
    /// "#)?;
    /// let mut store = Store::new(&engine, ());
    /// store.set_fuel(u64::MAX)?;
    /// store.fuel_async_yield_interval(Some(10_000))?;
    ///
    /// futures::executor::block_on(async {
    ///     let instance = Instance::new_async(&mut store, &module, &[]).await?;
    ///     let count = instance.get_typed_func::<i32, ()>(&mut store, "count")?;
    ///     // Other tasks run whenever the guest has used 10,000 units.
    ///     count.call_async(&mut store, 1_000_000).await
    /// })?;
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    #[cfg(feature = "async")]
    pub fn fuel_async_yield_interval(&mut self, interval: Option<u64>) -> Result<()> {
        self.as_context_mut().fuel_async_yield_interval(interval)
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

    /// Makes code yield whenever it has used an amount of fuel; see
    /// [`Store::fuel_async_yield_interval`].
    ///
    /// # Errors
    ///
    /// Returns an error as [`Store::fuel_async_yield_interval`] does.
    #[cfg(feature = "async")]
    pub fn fuel_async_yield_interval(&mut self, interval: Option<u64>) -> Result<()> {
        self.as_context_mut().fuel_async_yield_interval(interval)
    }
}

/// Says what to do about the error of an engine that doesn't count fuel, which is the only one
/// that the C functions return.
#[cold]
fn not_counted(error: Error) -> Error {
    format_err!("{error}: turn on `Config::consume_fuel` for its engine")
}
