//! Lookup of definitions.

use super::Linker;
use crate::error::{bail, format_err};
use crate::store::StoreOpaque;
use crate::sys::{wasmtime_context_t, wasmtime_extern_t, wasmtime_linker_get, wasmtime_linker_t};
use crate::{AsContextMut, Extern, Func, ImportType, Result, StoreContextMut};
use std::mem::MaybeUninit;

impl<T: 'static> Linker<T> {
    /// Returns the item that is defined under a name.
    ///
    /// A host function becomes a function of `store`, and a constant a global, anew at each
    /// call. It is freed with the store, not before. If it is asynchronous, the store requires asynchronous
    /// calls from then on.
    ///
    /// Calls `wasmtime_linker_get`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the name has no definition;
    /// - the item is a WASI function, and `store` has no WASI context;
    /// - the item is a shared memory of another engine;
    /// - the item is an asynchronous host function, and a synchronous call is running in
    ///   `store`.
    ///
    /// # Panics
    ///
    /// Panics if `store` belongs to another engine, or the item to another store.
    ///
    /// # Examples
    ///
    #[doc = example!(compiler)]
    /// use libwasmtime::{Engine, Linker, Store};
    ///
    /// let engine = Engine::default();
    /// let mut linker = Linker::new(&engine);
    /// linker.func_wrap("math", "double", |x: i32| x * 2)?;
    ///
    /// let mut store = Store::new(&engine, ());
    /// let double = linker.get(&mut store, "math", "double")?;
    /// let double = double.into_func().expect("it is a function");
    /// let double = double.typed::<i32, i32>(&store)?;
    /// assert_eq!(double.call(&mut store, 21)?, 42);
    ///
    /// assert!(linker.get(&mut store, "math", "triple").is_err());
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn get(
        &self,
        mut store: impl AsContextMut<Data = T>,
        module: &str,
        name: &str,
    ) -> Result<Extern> {
        match self.look_up(&mut store.as_context_mut(), module, name)? {
            Some(item) => Ok(item),
            None => bail!("missing definition for `{module}::{name}`"),
        }
    }

    /// Returns the item that is defined under the names of an import.
    ///
    /// Returns `None` if there is none, or where [`Linker::try_get_by_import`] returns
    /// an error. The item's type need not be the one that is imported.
    ///
    /// # Panics
    ///
    /// Panics if `store` belongs to another engine, or the item to another store.
    pub fn get_by_import(
        &self,
        store: impl AsContextMut<Data = T>,
        import: &ImportType<'_>,
    ) -> Option<Extern> {
        self.try_get_by_import(store, import).ok().flatten()
    }

    /// Returns the item that is defined under the names of an import, or an error.
    ///
    /// Returns `Ok(None)` if there is none. The item's type need not be the one that is
    /// imported.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the item is a WASI function, and `store` has no WASI context;
    /// - the item is a shared memory of another engine;
    /// - the item is an asynchronous host function, and a synchronous call is running in
    ///   `store`.
    ///
    /// # Panics
    ///
    /// Panics if `store` belongs to another engine, or the item to another store.
    pub fn try_get_by_import(
        &self,
        mut store: impl AsContextMut<Data = T>,
        import: &ImportType<'_>,
    ) -> Result<Option<Extern>> {
        self.look_up(&mut store.as_context_mut(), import.module(), import.name())
    }

    /// Returns the default function of a module.
    ///
    /// It is the function whose name is empty, or else the one named `_start`, or else
    /// a function that does nothing.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the item under the first of these names that is defined is not a function;
    /// - it is a WASI function, and `store` has no WASI context;
    /// - it is an asynchronous host function, and a synchronous call is running in `store`.
    ///
    /// # Panics
    ///
    /// Panics if `store` belongs to another engine, or the function to another store.
    ///
    /// # Examples
    ///
    /// Running a program:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Linker, Module, Store};
    ///
    /// let engine = Engine::default();
    /// let program = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "print" (func $print (param i32)))
    ///         (func (export "_start") (call $print (i32.const 42))))
    /// "#)?;
    /// let mut store = Store::new(&engine, ());
    /// let mut linker = Linker::new(&engine);
    /// linker.func_wrap("host", "print", |x: i32| println!("{x}"))?;
    ///
    /// linker.module(&mut store, "program", &program)?;
    /// let start = linker.get_default(&mut store, "program")?;
    /// start.typed::<(), ()>(&store)?.call(&mut store, ())?;
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn get_default(
        &self,
        mut store: impl AsContextMut<Data = T>,
        module: &str,
    ) -> Result<Func> {
        let mut store = store.as_context_mut();
        for (name, what) in [("", "default export"), ("_start", "`_start`")] {
            if let Some(item) = self.look_up(&mut store, module, name)? {
                return item
                    .into_func()
                    .ok_or_else(|| format_err!("{what} in '{module}' is not a function"));
            }
        }
        Ok(Func::wrap(store, || {}))
    }

    /// Checks that a definition may be used with `store`, and looks it up.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the item is a WASI function, and `store` has no WASI context;
    /// - the item is a shared memory of another engine;
    /// - the item is an asynchronous host function, and a synchronous call is running in
    ///   `store`.
    ///
    /// # Panics
    ///
    /// Panics if `store` belongs to another engine, or the item to another store.
    pub(super) fn look_up(
        &self,
        store: &mut StoreContextMut<'_, T>,
        module: &str,
        name: &str,
    ) -> Result<Option<Extern>> {
        self.assert_engine(store.engine());
        let needs = self.definitions.needs(module, name);
        needs.assert_store(store.opaque());
        needs.supply_wasi(store)?;
        needs.check(store.opaque())?;
        #[cfg(feature = "async")]
        if needs.is_async() {
            store.opaque_mut().add_async()?;
        }
        Ok(self.find(store.opaque_mut(), module, name))
    }

    /// Looks up an item, without checking that it may be used with `store`.
    ///
    /// The linker must be of the store's engine, and the item must belong to `store` or
    /// to no store.
    pub(super) fn find(&self, store: &mut StoreOpaque, module: &str, name: &str) -> Option<Extern> {
        let constant = self.definitions.constant(module, name);
        if let (Some(constants), Some(val)) = (self.constants, constant) {
            return Some((constants.global)(store, val).into());
        }
        // SAFETY: invariant "Context"; the linker is alive and belongs to the store's
        // engine. The item is owned, and belongs to this store or to none.
        unsafe {
            let item = find(self.as_ptr(), store.begin_change(), module, name)?;
            Some(Extern::from_c(item, store))
        }
    }
}

/// Looks up an item, and returns it owned.
///
/// # Safety
///
/// `linker` must be valid. `context` must be the C context of a live store of the
/// linker's engine, which nothing else uses during the call.
pub(super) unsafe fn find(
    linker: *mut wasmtime_linker_t,
    context: *mut wasmtime_context_t,
    module: &str,
    name: &str,
) -> Option<wasmtime_extern_t> {
    let mut out = MaybeUninit::<wasmtime_extern_t>::uninit();
    // SAFETY: `linker` and `context` are valid, as this function requires, and the names
    // are borrowed strings. `out` is initialized on success.
    unsafe {
        wasmtime_linker_get(
            linker,
            context,
            module.as_ptr().cast(),
            module.len(),
            name.as_ptr().cast(),
            name.len(),
            out.as_mut_ptr(),
        )
        .then(|| out.assume_init())
    }
}
