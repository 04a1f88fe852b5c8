//! The exception that is on its way through a store.

use super::{AsContextMut, Store, StoreContextMut};
use crate::gc::{HasRoot, RawRef};
use crate::sys::wasm_trap_delete;
use crate::{ExnRef, Result, Rooted, ThrownException};

impl<T: 'static> StoreContextMut<'_, T> {
    /// Makes an exception the pending one, to throw it; see [`Store::throw`].
    ///
    /// # Errors
    ///
    /// Always returns an error, as [`Store::throw`] does.
    ///
    /// # Panics
    ///
    /// Panics if the exception belongs to another store.
    pub fn throw<R>(&mut self, exception: Rooted<ExnRef>) -> Result<R> {
        let store = self.opaque_mut();
        // A clone, as the store is changed.
        let raw = exception.root().resolve(&store.roots)?.clone();
        // SAFETY: the function returns an owned trap. It isn't needed: a host function that
        // returns the error creates its own.
        unsafe { wasm_trap_delete(raw.set_pending_exn(store)) };
        Err(ThrownException.into())
    }

    /// Takes the pending exception out of the store; see [`Store::take_pending_exception`].
    pub fn take_pending_exception(&mut self) -> Option<Rooted<ExnRef>> {
        let store = self.opaque_mut();
        let raw = RawRef::take_pending_exn(store)?;
        Some(Rooted::push(&mut store.roots, raw))
    }

    /// Reports whether the store has a pending exception; see
    /// [`Store::has_pending_exception`].
    pub fn has_pending_exception(&self) -> bool {
        RawRef::has_pending_exn(self.opaque())
    }
}

impl<T: 'static> Store<T> {
    /// Makes an exception the pending one, to throw it from a host function.
    ///
    /// It replaces another pending exception. When a host function returns the error that this
    /// returns, the exception is thrown in the WebAssembly code that called the function.
    /// [`Tag`](crate::Tag) has an example.
    ///
    /// Calls `wasmtime_context_set_exception`.
    ///
    /// # Errors
    ///
    /// Always returns an error:
    ///
    /// - a [`ThrownException`];
    /// - another error if the exception's root is gone, in which case nothing is thrown.
    ///
    /// # Panics
    ///
    /// Panics if the exception belongs to another store.
    pub fn throw<R>(&mut self, exception: Rooted<ExnRef>) -> Result<R> {
        self.as_context_mut().throw(exception)
    }

    /// Takes the pending exception out of the store, if there is one.
    ///
    /// After a call has failed with [`ThrownException`], this is the exception that no code
    /// caught. It is rooted in the innermost scope.
    ///
    /// Calls `wasmtime_context_take_exception`.
    ///
    /// # Examples
    ///
    #[doc = example!(gc, wat)]
    /// use libwasmtime::{Config, Engine, Instance, Module, Store, ThrownException};
    ///
    /// let mut config = Config::new();
    /// config.wasm_gc(true).wasm_exceptions(true);
    /// let engine = Engine::new(&config)?;
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (tag $failure (param i32))
    ///         (func (export "run") (throw $failure (i32.const 42))))
    /// "#)?;
    /// let mut store = Store::new(&engine, ());
    /// let instance = Instance::new(&mut store, &module, &[])?;
    /// let run = instance.get_typed_func::<(), ()>(&mut store, "run")?;
    ///
    /// let error = run.call(&mut store, ()).unwrap_err();
    /// assert!(error.is::<ThrownException>());
    /// let exception = store.take_pending_exception().expect("it is pending");
    /// assert_eq!(exception.field(&mut store, 0)?.i32(), Some(42));
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn take_pending_exception(&mut self) -> Option<Rooted<ExnRef>> {
        self.as_context_mut().take_pending_exception()
    }

    /// Reports whether the store has a pending exception.
    ///
    /// Calls `wasmtime_context_has_exception`.
    pub fn has_pending_exception(&self) -> bool {
        RawRef::has_pending_exn(self.opaque())
    }
}
