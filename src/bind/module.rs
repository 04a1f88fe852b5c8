//! The definition of a module of the host, function by function.

use super::func::{Bound, BoundMethod, BoundMethodMut};
use super::{Abi, Receiver, ReceiverMut, Site, Unit};
use crate::error::Context;
use crate::func::{HostClosure, HostFunc};
use crate::values::{Constant, HostArgs};
use crate::{Linker, Result, WasmRet};
use std::mem;

/// A module of the host whose functions are being defined, by [`Linker::host_module`].
///
/// Each function is a closure that takes its arguments as a tuple. Their types are named, as
/// they may be borrowed from the guest's memory: `method::<(u32, &str), _>(…)`. What they can be,
/// and what a closure can return, is in the chapter [`bind`](crate::bind).
pub struct HostModule<'l, T: 'static, V> {
    pub(super) linker: &'l mut Linker<T>,
    pub(super) module: Box<str>,
    pub(super) receiver: V,
    abi: Abi,
    /// The names of the arguments of the next function, for errors.
    arguments: &'static [&'static str],
}

impl<'l, T: 'static, V> HostModule<'l, T, V> {
    pub(super) fn new(linker: &'l mut Linker<T>, module: &str, receiver: V) -> Self {
        HostModule {
            linker,
            module: module.into(),
            receiver,
            abi: Abi::DEFAULT,
            arguments: &[],
        }
    }

    /// Sets how the functions that are defined from now on find strings and slices.
    ///
    /// It takes the module by value, so it is called directly after [`Linker::host_module`]: the
    /// methods that define functions return a reference.
    #[must_use]
    pub fn abi(mut self, abi: Abi) -> Self {
        self.abi = abi;
        self
    }

    /// Sets the names of the arguments of the next function that is defined, for errors. An empty
    /// one isn't known.
    #[doc(hidden)]
    pub fn name_arguments(&mut self, names: &'static [&'static str]) {
        self.arguments = names;
    }

    pub(super) fn site(&mut self, name: &str) -> Site {
        let arguments = mem::take(&mut self.arguments);
        Site::new(&self.module, name, self.abi.clone()).with_arguments(arguments)
    }

    fn define<P, R, F>(&mut self, name: &str, func: F) -> Result<&mut Self>
    where
        F: HostClosure<T, P, R> + Send + Sync + 'static,
        R: WasmRet,
    {
        let host = HostFunc::of::<T, F, P, R>(self.linker.engine(), func);
        self.linker.define_host(&self.module, name, host)?;
        Ok(self)
    }

    /// Defines a constant: an immutable global of that value.
    ///
    /// Like the functions, it belongs to no store: a global is created in each store in which a
    /// module that imports it is instantiated.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the name is defined already, and shadowing isn't allowed;
    /// - the value is a reference, which belongs to a store;
    /// - the value is a `usize` or an `isize` that doesn't fit into a pointer of the guest;
    /// - the module is `wasi_snapshot_preview1`, that of WASI.
    ///
    /// # Examples
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::bind::NoReceiver;
    /// use libwasmtime::{Engine, Linker, Module, Store};
    ///
    /// let engine = Engine::default();
    /// let mut linker = Linker::new(&engine);
    /// linker.host_module("host", NoReceiver).constant("limit", 7)?;
    ///
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "limit" (global $limit i32))
    ///         (func (export "run") (result i32) (global.get $limit)))
    /// "#)?;
    /// let mut store = Store::new(&engine, ());
    /// let instance = linker.instantiate(&mut store, &module)?;
    /// let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
    /// assert_eq!(run.call(&mut store, ())?, 7);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn constant<C: Constant>(&mut self, name: &str, value: C) -> Result<&mut Self> {
        let val = value
            .into_val(&self.abi)
            .with_context(|| format!("failed to define the constant `{}`.`{name}`", self.module))?;
        self.linker.define_constant(&self.module, name, val)?;
        Ok(self)
    }

    /// Defines a function that has no receiver.
    ///
    /// # Errors
    ///
    /// Returns an error if the name is defined already, and shadowing isn't allowed.
    pub fn func<P, R>(
        &mut self,
        name: &str,
        func: impl Fn(P::Args<'_>) -> R + Send + Sync + 'static,
    ) -> Result<&mut Self>
    where
        P: HostArgs<T>,
        R: WasmRet,
    {
        let method = move |(): &(), args: P::Args<'_>| func(args);
        let method = BoundMethod::new(Unit, method, self.site(name));
        self.define::<Bound<P>, R, _>(name, method)
    }

    /// Defines a method that takes `&self`.
    ///
    /// # Errors
    ///
    /// Returns an error if the name is defined already, and shadowing isn't allowed.
    pub fn method<P, R>(
        &mut self,
        name: &str,
        method: impl Fn(&V::Target, P::Args<'_>) -> R + Send + Sync + 'static,
    ) -> Result<&mut Self>
    where
        V: Receiver<T>,
        P: HostArgs<T>,
        R: WasmRet,
    {
        let method = BoundMethod::new(self.receiver.clone(), method, self.site(name));
        self.define::<Bound<P>, R, _>(name, method)
    }

    /// Defines a method that takes `&mut self`.
    ///
    /// # Errors
    ///
    /// Returns an error if the name is defined already, and shadowing isn't allowed.
    pub fn method_mut<P, R>(
        &mut self,
        name: &str,
        method: impl Fn(&mut V::Target, P::Args<'_>) -> R + Send + Sync + 'static,
    ) -> Result<&mut Self>
    where
        V: ReceiverMut<T>,
        P: HostArgs<T>,
        R: WasmRet,
    {
        let method = BoundMethodMut::new(self.receiver.clone(), method, self.site(name));
        self.define::<Bound<P>, R, _>(name, method)
    }
}
