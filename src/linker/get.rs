//! Looking up what is defined.

use super::Linker;
use crate::error::{bail, format_err};
use crate::store::StoreOpaque;
use crate::sys::{wasmtime_context_t, wasmtime_extern_t, wasmtime_linker_get, wasmtime_linker_t};
use crate::{AsContextMut, Extern, Func, ImportType, Result, StoreContextMut};
use std::mem::MaybeUninit;

impl<T: 'static> Linker<T> {
    /// The item of that name.
    ///
    /// Calls `wasmtime_linker_get`.
    ///
    /// # Errors
    ///
    /// If there is none, or it is a shared memory of another engine; or if it needs
    /// WASI, and `store` doesn't have it.
    ///
    /// # Panics
    ///
    /// If `store` is of another engine, or the item is of another store.
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

    /// The item that is linked to that import; `None` if there is none, or if it
    /// needs WASI and `store` doesn't have it.
    ///
    /// # Panics
    ///
    /// As for [`Linker::get`].
    pub fn get_by_import(
        &self,
        store: impl AsContextMut<Data = T>,
        import: &ImportType<'_>,
    ) -> Option<Extern> {
        self.try_get_by_import(store, import).ok().flatten()
    }

    /// As [`Linker::get_by_import`].
    ///
    /// # Errors
    ///
    /// If the item needs WASI, and `store` doesn't have it.
    ///
    /// # Panics
    ///
    /// As for [`Linker::get`].
    pub fn try_get_by_import(
        &self,
        mut store: impl AsContextMut<Data = T>,
        import: &ImportType<'_>,
    ) -> Result<Option<Extern>> {
        self.look_up(&mut store.as_context_mut(), import.module(), import.name())
    }

    /// The default function of a module: the one of the empty name, or else
    /// `_start`, or else one that does nothing.
    ///
    /// # Errors
    ///
    /// If what is defined under such a name isn't a function; or if it needs
    /// WASI, and `store` doesn't have it.
    ///
    /// # Panics
    ///
    /// If `store` is of another engine, or the function is of another store.
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

    /// # Errors
    ///
    /// If the item needs WASI, and `store` doesn't have it.
    ///
    /// # Panics
    ///
    /// If `store` is of another engine, or the item is of another store.
    fn look_up(
        &self,
        store: &mut StoreContextMut<'_, T>,
        module: &str,
        name: &str,
    ) -> Result<Option<Extern>> {
        self.assert_engine(store.engine());
        let needs = self.definitions.needs(module, name);
        needs.assert_store(store.opaque());
        needs.check(store.opaque())?;
        Ok(self.find(store.opaque_mut(), module, name))
    }

    /// The item of that name, of which the caller knows that it may be used with
    /// the store.
    pub(super) fn find(&self, store: &mut StoreOpaque, module: &str, name: &str) -> Option<Extern> {
        // SAFETY: invariant "Context"; the linker is alive and of the store's engine.
        // The item is owned, and of that store or of none.
        unsafe {
            let item = find(self.as_ptr(), store.raw(), module, name)?;
            Some(Extern::from_c(item, store))
        }
    }
}

/// The item of that name, owned.
///
/// # Safety
///
/// `linker` must be valid, and `context` that of a live store of its engine.
pub(super) unsafe fn find(
    linker: *mut wasmtime_linker_t,
    context: *mut wasmtime_context_t,
    module: &str,
    name: &str,
) -> Option<wasmtime_extern_t> {
    let mut out = MaybeUninit::<wasmtime_extern_t>::uninit();
    // SAFETY: both objects are required to be valid, and the names are readable;
    // `out` is initialised on success.
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
