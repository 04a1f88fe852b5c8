//! Defining items and host functions.

use super::{Linker, UnknownImportError};
use crate::error::check;
use crate::func::HostFunc;
use crate::instance::check_engine;
use crate::store::StoreOpaque;
use crate::sys::{
    wasmtime_linker_define, wasmtime_linker_define_func_unchecked,
    wasmtime_linker_define_unknown_imports_as_default_values,
};
use crate::{
    AsContext, AsContextMut, Caller, Extern, ExternType, FuncType, ImportType, IntoFunc, Module,
    Result, Val, ValRaw,
};
use std::mem::MaybeUninit;

impl<T: 'static> Linker<T> {
    /// Defines every function that `module` imports and the linker doesn't know
    /// as one that fails with an [`UnknownImportError`] when it is called.
    ///
    /// Imports of other kinds stay undefined.
    ///
    /// Calls `wasmtime_linker_define_func_unchecked`.
    ///
    /// # Errors
    ///
    /// If `module` is of another engine.
    pub fn define_unknown_imports_as_traps(&mut self, module: &Module) -> Result<()> {
        check_engine(&self.engine, module)?;
        let shadowing = self.shadowing;
        self.allow_shadowing(false);
        for import in module.imports() {
            let ExternType::Func(ty) = import.ty() else {
                continue;
            };
            let unknown = UnknownImportError::new(&import);
            let fail = move |_: Caller<'_, T>, _: &mut [_]| Err(unknown.clone().into());
            // SAFETY: the closure looks at no argument and never returns.
            let host = unsafe { HostFunc::unchecked(&self.engine, ty, fail) };
            // It fails for a name that is defined, which then stays as it is.
            _ = self.define_host(import.module(), import.name(), host);
        }
        self.allow_shadowing(shadowing);
        Ok(())
    }

    /// Defines everything that `module` imports and the linker doesn't know as
    /// something of that type: functions that return zeros, memories and tables
    /// of their minimal size, globals that are zero.
    ///
    /// All but shared memories belong to `store`, functions too.
    ///
    /// Calls `wasmtime_linker_define_unknown_imports_as_default_values`.
    ///
    /// # Errors
    ///
    /// If `module` is of another engine, or there is no default value of a type.
    ///
    /// # Panics
    ///
    /// If `store` is of another engine.
    pub fn define_unknown_imports_as_default_values(
        &mut self,
        mut store: impl AsContextMut<Data = T>,
        module: &Module,
    ) -> Result<()> {
        let mut store = store.as_context_mut();
        self.assert_engine(store.engine());
        check_engine(&self.engine, module)?;
        let unknown: Vec<_> = module
            .imports()
            .filter(|import| !self.is_defined(store.opaque_mut(), import))
            .collect();
        // SAFETY: invariant "Context"; all are alive and of the same engine.
        let defined = unsafe {
            check(wasmtime_linker_define_unknown_imports_as_default_values(
                self.as_ptr(),
                store.raw(),
                module.as_ptr(),
            ))
        };
        // Even if it failed, some may be defined.
        for import in &unknown {
            let (module, name) = (import.module(), import.name());
            if let Some(item) = self.find(store.opaque_mut(), module, name) {
                self.definitions
                    .insert_item(&self.engine, store.opaque(), module, name, &item);
            }
        }
        defined
    }

    /// Defines an item.
    ///
    /// An item of another engine than the linker's can be defined, but no module that
    /// imports it can be instantiated.
    ///
    /// Calls `wasmtime_linker_define`.
    ///
    /// # Errors
    ///
    /// If the name is defined already and shadowing isn't allowed.
    ///
    /// # Panics
    ///
    /// If `item` is of another store.
    pub fn define(
        &mut self,
        store: impl AsContext<Data = T>,
        module: &str,
        name: &str,
        item: impl Into<Extern>,
    ) -> Result<&mut Self> {
        let store = store.as_context();
        self.define_item(store.opaque(), module, name, &item.into())?;
        Ok(self)
    }

    pub(super) fn define_item(
        &mut self,
        store: &StoreOpaque,
        module: &str,
        name: &str,
        item: &Extern,
    ) -> Result<()> {
        let raw = item.to_c(store);
        // SAFETY: invariants "Shared" and "Ownership"; the linker is borrowed
        // exclusively. The item is only read.
        unsafe {
            check(wasmtime_linker_define(
                self.as_ptr(),
                store.shared().cast_mut(),
                module.as_ptr().cast(),
                module.len(),
                name.as_ptr().cast(),
                name.len(),
                &raw,
            ))?;
        }
        self.definitions
            .insert_item(&self.engine, store, module, name, item);
        Ok(())
    }

    /// Defines a function of a closure over values whose types are only known
    /// at run time; see [`Func::new`](crate::Func::new).
    ///
    /// Calls `wasmtime_linker_define_func_unchecked`.
    ///
    /// # Errors
    ///
    /// If the name is defined already and shadowing isn't allowed.
    ///
    /// # Panics
    ///
    /// If `ty` is of another engine.
    pub fn func_new(
        &mut self,
        module: &str,
        name: &str,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
    ) -> Result<&mut Self> {
        let host = HostFunc::untyped(&self.engine, ty, func);
        self.define_host(module, name, host)
    }

    /// Defines a function of a closure over raw values; see
    /// [`Func::new_unchecked`](crate::Func::new_unchecked).
    ///
    /// Calls `wasmtime_linker_define_func_unchecked`.
    ///
    /// # Errors
    ///
    /// If the name is defined already and shadowing isn't allowed.
    ///
    /// # Panics
    ///
    /// If `ty` is of another engine.
    ///
    /// # Safety
    ///
    /// As for [`Func::new_unchecked`](crate::Func::new_unchecked).
    pub unsafe fn func_new_unchecked(
        &mut self,
        module: &str,
        name: &str,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &mut [MaybeUninit<ValRaw>]) -> Result<()> + Send + Sync + 'static,
    ) -> Result<&mut Self> {
        // SAFETY: the caller vouches for the closure.
        let host = unsafe { HostFunc::unchecked(&self.engine, ty, func) };
        self.define_host(module, name, host)
    }

    /// Defines a function of a typed closure; see [`Func::wrap`](crate::Func::wrap).
    ///
    /// Calls `wasmtime_linker_define_func_unchecked`.
    ///
    /// # Errors
    ///
    /// If the name is defined already and shadowing isn't allowed.
    pub fn func_wrap<Params, Args>(
        &mut self,
        module: &str,
        name: &str,
        func: impl IntoFunc<T, Params, Args>,
    ) -> Result<&mut Self> {
        let host = func.into_func(&self.engine);
        self.define_host(module, name, host)
    }

    fn define_host(&mut self, module: &str, name: &str, host: HostFunc) -> Result<&mut Self> {
        let ty = self.types.get(host.ty());
        let (callback, env, finalizer) = host.into_parts();
        // SAFETY: the callback, its environment and its finalizer belong
        // together, and are given away even if this fails; the linker is
        // borrowed exclusively.
        unsafe {
            check(wasmtime_linker_define_func_unchecked(
                self.as_ptr(),
                module.as_ptr().cast(),
                module.len(),
                name.as_ptr().cast(),
                name.len(),
                ty,
                callback,
                env,
                finalizer,
            ))?;
        }
        self.definitions.insert_host(module, name);
        Ok(self)
    }
    /// Whether there is a definition for an import.
    fn is_defined(&self, store: &mut StoreOpaque, import: &ImportType<'_>) -> bool {
        let (module, name) = (import.module(), import.name());
        self.definitions.contains(module, name) || self.find(store, module, name).is_some()
    }
}
