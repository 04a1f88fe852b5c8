//! Linkers: imports found by name.

mod needs;
mod unknown_import;

pub(crate) use needs::Needs;
pub use unknown_import::UnknownImportError;

use crate::error::check;
use crate::func::HostFunc;
use crate::instance::check_engine;
use crate::store::StoreOpaque;
use crate::sys::{
    wasmtime_extern_t, wasmtime_linker_allow_shadowing, wasmtime_linker_clone,
    wasmtime_linker_define, wasmtime_linker_define_func_unchecked, wasmtime_linker_define_instance,
    wasmtime_linker_define_unknown_imports_as_default_values,
    wasmtime_linker_define_unknown_imports_as_traps, wasmtime_linker_delete, wasmtime_linker_get,
    wasmtime_linker_get_default, wasmtime_linker_instantiate, wasmtime_linker_instantiate_pre,
    wasmtime_linker_module, wasmtime_linker_new, wasmtime_linker_t,
};
use crate::{
    AsContext, AsContextMut, Caller, Engine, ExportType, Extern, Func, FuncType, Global,
    GlobalType, ImportType, Instance, InstancePre, IntoFunc, Module, Mutability, Result,
    StoreContextMut, Val, ValRaw, ValType,
};
use anyhow::bail;
use needs::Definitions;
use std::fmt;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

/// Finds the imports of modules by their names.
///
/// What is defined in a linker is either of the host (functions) and can be
/// used with any store of the linker's engine, or it belongs to one store.
///
/// ```
/// # #[cfg(not(all(feature = "wat", any(feature = "cranelift", feature = "winch"))))] fn main() {}
/// # #[cfg(all(feature = "wat", any(feature = "cranelift", feature = "winch")))]
/// # fn main() -> libwasmtime::Result<()> {
/// use libwasmtime::{Engine, Linker, Module, Store};
///
/// let engine = Engine::default();
/// let module = Module::new(&engine, r#"
///     (module
///         (import "host" "double" (func $double (param i32) (result i32)))
///         (func (export "run") (result i32)
///             i32.const 21
///             call $double))
/// "#)?;
/// let mut linker = Linker::new(&engine);
/// linker.func_wrap("host", "double", |x: i32| x * 2)?;
///
/// let mut store = Store::new(&engine, ());
/// let instance = linker.instantiate(&mut store, &module)?;
/// let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
/// assert_eq!(run.call(&mut store, ())?, 42);
/// # Ok(())
/// # }
/// ```
pub struct Linker<T: 'static> {
    /// Owned.
    raw: NonNull<wasmtime_linker_t>,
    engine: Engine,
    definitions: Definitions,
    data: PhantomData<fn(T)>,
}

// SAFETY: the C object may be used from any thread, and from several at a time
// where it isn't changed; host functions are `Send + Sync`.
unsafe impl<T: 'static> Send for Linker<T> {}
// SAFETY: as above.
unsafe impl<T: 'static> Sync for Linker<T> {}

impl<T: 'static> Linker<T> {
    /// Makes an empty linker.
    ///
    /// Calls `wasmtime_linker_new`.
    pub fn new(engine: &Engine) -> Linker<T> {
        // SAFETY: the engine is alive.
        let raw = unsafe { wasmtime_linker_new(engine.as_ptr()) };
        Linker {
            raw: NonNull::new(raw).expect("wasmtime_linker_new returns a linker"),
            engine: engine.clone(),
            definitions: Definitions::default(),
            data: PhantomData,
        }
    }

    /// The engine that the linker is of.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Whether a name may be defined again, in which case the last definition
    /// is the one that counts. By default that is an error.
    ///
    /// Calls `wasmtime_linker_allow_shadowing`.
    pub fn allow_shadowing(&mut self, allow: bool) -> &mut Self {
        // SAFETY: the linker is alive and borrowed exclusively.
        unsafe { wasmtime_linker_allow_shadowing(self.as_ptr(), allow) };
        self
    }

    /// Defines every function that `module` imports and the linker doesn't know
    /// as one that traps when it is called.
    ///
    /// Calls `wasmtime_linker_define_unknown_imports_as_traps`.
    ///
    /// # Errors
    ///
    /// If `module` is of another engine, or imports something else than a
    /// function that the linker doesn't know.
    pub fn define_unknown_imports_as_traps(&mut self, module: &Module) -> Result<()> {
        check_engine(&self.engine, module)?;
        // SAFETY: both are alive and of the same engine; the linker is borrowed
        // exclusively.
        unsafe {
            check(wasmtime_linker_define_unknown_imports_as_traps(
                self.as_ptr(),
                module.as_ptr(),
            ))
        }
    }

    /// Defines everything that `module` imports and the linker doesn't know as
    /// something of that type: functions that return zeros, memories and tables
    /// of their minimal size, globals that are zero.
    ///
    /// All but the functions belong to `store`.
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
        // What is defined without being noted is a function or shared memory,
        // and of no other store.
        let unknown: Vec<_> = module
            .imports()
            .filter(|import| import.ty().func().is_none())
            .filter(|import| !self.definitions.contains(import.module(), import.name()))
            .filter(|import| {
                self.find(store.opaque_mut(), import.module(), import.name())
                    .is_none()
            })
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
        for import in unknown {
            if let Some(item) = self.find(store.opaque_mut(), import.module(), import.name()) {
                let needs = Needs::of_item(&item);
                self.definitions
                    .insert(import.module(), import.name(), needs);
            }
        }
        defined
    }

    /// Defines an item.
    ///
    /// Calls `wasmtime_linker_define`.
    ///
    /// # Errors
    ///
    /// If the name is defined already and shadowing isn't allowed.
    ///
    /// # Panics
    ///
    /// If `item` is of another store, or of another engine than the linker.
    pub fn define(
        &mut self,
        store: impl AsContext<Data = T>,
        module: &str,
        name: &str,
        item: impl Into<Extern>,
    ) -> Result<&mut Self> {
        let store = store.as_context();
        self.assert_engine(store.engine());
        let item = item.into();
        assert!(
            item.comes_from_same_engine(&self.engine),
            "the item belongs to another engine than the linker"
        );
        let raw = item.to_c(store.opaque());
        // SAFETY: invariants "Context" and "Ownership"; the linker is borrowed
        // exclusively. The item is only read.
        unsafe {
            check(wasmtime_linker_define(
                self.as_ptr(),
                store.raw(),
                module.as_ptr().cast(),
                module.len(),
                name.as_ptr().cast(),
                name.len(),
                &raw,
            ))?;
        }
        self.definitions.insert(module, name, Needs::of_item(&item));
        Ok(self)
    }

    /// Defines a function of a closure over values whose types are only known
    /// at run time; see [`Func::new`].
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
    /// [`Func::new_unchecked`].
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
    /// As for [`Func::new_unchecked`].
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

    /// Defines a function of a typed closure; see [`Func::wrap`].
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
        let ty = host.ty().to_c();
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
                ty.as_ptr(),
                callback,
                env,
                finalizer,
            ))?;
        }
        self.definitions.insert(module, name, Needs::default());
        Ok(self)
    }

    /// Defines all exports of an instance, under the module name given.
    ///
    /// Calls `wasmtime_linker_define_instance`.
    ///
    /// # Errors
    ///
    /// If a name is defined already and shadowing isn't allowed.
    ///
    /// # Panics
    ///
    /// If `instance` is of another store, or `store` of another engine.
    pub fn instance(
        &mut self,
        mut store: impl AsContextMut<Data = T>,
        module_name: &str,
        instance: Instance,
    ) -> Result<&mut Self> {
        let store = store.as_context_mut();
        self.assert_engine(store.engine());
        let raw = instance.to_c(store.opaque());
        // SAFETY: invariants "Context" and "Ownership"; the linker is borrowed
        // exclusively.
        let defined = unsafe {
            check(wasmtime_linker_define_instance(
                self.as_ptr(),
                store.raw(),
                module_name.as_ptr().cast(),
                module_name.len(),
                &raw,
            ))
        };
        let module = instance.module(&store);
        let exports = module.exports();
        self.note_exports(module_name, exports, instance.store_id(), defined.is_ok());
        defined.map(|()| self)
    }

    /// Defines all exports of a module, under the module name given, in the
    /// manner that its kind asks for.
    ///
    /// A *command*, which exports the function `_start`, is instantiated anew
    /// for each call of one of its functions, which belong to `store`. Any other
    /// module is a *reactor*:
    /// it is instantiated now, in `store`, and its function `_initialize`, if it
    /// exports one, is called.
    ///
    /// Calls `wasmtime_linker_module`.
    ///
    /// # Errors
    ///
    /// If the module is of another engine, exports both functions, or can't be
    /// instantiated, or `_initialize` fails; or if a name is defined already and
    /// shadowing isn't allowed.
    ///
    /// # Panics
    ///
    /// If `store` is of another engine, or an import that is found is of another
    /// store; or if a host function that is called panics.
    pub fn module(
        &mut self,
        mut store: impl AsContextMut<Data = T>,
        module_name: &str,
        module: &Module,
    ) -> Result<&mut Self> {
        let mut store = store.as_context_mut();
        self.assert_engine(store.engine());
        check_engine(&self.engine, module)?;
        let needs = self.definitions.needs_of(module);
        needs.check(store.opaque())?;
        let opaque = store.opaque_ptr();
        // SAFETY: invariant "Context"; all that is linked may be used with the
        // store; the linker is borrowed exclusively. No reference into the
        // state is held over the call.
        let defined = unsafe {
            let error = wasmtime_linker_module(
                self.as_ptr(),
                (*opaque).raw(),
                module_name.as_ptr().cast(),
                module_name.len(),
                module.as_ptr(),
            );
            (*opaque).check(error, ptr::null_mut())
        };
        // A command's functions belong to the store as well, and nothing else of
        // it is defined.
        let command = module.get_export("_start").is_some();
        let exports = module
            .exports()
            .filter(|export| !command || export.ty().func().is_some());
        let store_id = store_id(&mut store)?;
        self.note_exports(module_name, exports, store_id, defined.is_ok());
        match defined {
            Ok(()) => Ok(self),
            Err(error) => Err(UnknownImportError::find(module, error)),
        }
    }

    /// Notes exports that are defined in that store. If defining them failed,
    /// some may be defined all the same.
    fn note_exports<'a>(
        &mut self,
        name: &str,
        exports: impl Iterator<Item = ExportType<'a>>,
        store_id: u64,
        defined: bool,
    ) {
        for export in exports {
            let needs = Needs::of_export(&export, store_id);
            if defined {
                self.definitions.insert(name, export.name(), needs);
            } else {
                self.definitions.add(name, export.name(), &needs);
            }
        }
    }

    /// Instantiates a module with the imports that the linker has for it, and
    /// runs its start function.
    ///
    /// Calls `wasmtime_linker_instantiate`.
    ///
    /// # Errors
    ///
    /// If the linker lacks an import, in which case the error is an
    /// [`UnknownImportError`], or has one of another type; if the module imports
    /// WASI, which the linker has, but `store` doesn't; and as for
    /// [`Instance::new`].
    ///
    /// # Panics
    ///
    /// If `store` is of another engine, or an import that is found is of another
    /// store; or if a host function that the start function calls panics.
    pub fn instantiate(
        &self,
        mut store: impl AsContextMut<Data = T>,
        module: &Module,
    ) -> Result<Instance> {
        let mut store = store.as_context_mut();
        self.assert_engine(store.engine());
        check_engine(&self.engine, module)?;
        self.definitions.check(store.opaque(), module)?;
        let context = store.raw();
        // SAFETY: invariant "Context"; all that is linked may be used with the
        // store, which is borrowed.
        unsafe {
            Instance::start(store.opaque_ptr(), module, |instance, trap| {
                wasmtime_linker_instantiate(self.as_ptr(), context, module.as_ptr(), instance, trap)
            })
        }
        .map_err(|error| UnknownImportError::find(module, error))
    }

    /// Looks up a module's imports and checks their types once, for many
    /// instantiations.
    ///
    /// Calls `wasmtime_linker_instantiate_pre`.
    ///
    /// # Errors
    ///
    /// If the module is of another engine, or the linker lacks an import, in
    /// which case the error is an [`UnknownImportError`], or has one of another
    /// type.
    pub fn instantiate_pre(&self, module: &Module) -> Result<InstancePre<T>> {
        check_engine(&self.engine, module)?;
        let mut raw = ptr::null_mut();
        // SAFETY: both are alive and of the same engine; `raw` is written unless
        // there is an error, and owned.
        unsafe {
            check(wasmtime_linker_instantiate_pre(
                self.as_ptr(),
                module.as_ptr(),
                &mut raw,
            ))
            .map_err(|error| UnknownImportError::find(module, error))?;
            Ok(InstancePre::from_c(
                raw,
                module,
                self.definitions.needs_of(module),
            ))
        }
    }

    /// The item of that name.
    ///
    /// Calls `wasmtime_linker_get`.
    ///
    /// # Errors
    ///
    /// If there is none; or if it needs WASI, and `store` doesn't have it.
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
        let mut store = store.as_context_mut();
        self.assert_engine(store.engine());
        self.definitions.needs(module, name).check(store.opaque())?;
        match self.find(store.opaque_mut(), module, name) {
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
        self.get(store, import.module(), import.name()).ok()
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
        let mut store = store.as_context_mut();
        self.assert_engine(store.engine());
        self.definitions
            .needs(import.module(), import.name())
            .check(store.opaque())?;
        Ok(self.find(store.opaque_mut(), import.module(), import.name()))
    }

    /// The default function of a module: the one of the empty name, or else
    /// `_start`, or else one that does nothing.
    ///
    /// Calls `wasmtime_linker_get_default`.
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
        self.assert_engine(store.engine());
        for name in ["", "_start"] {
            self.definitions.needs(module, name).check(store.opaque())?;
        }
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariant "Context"; `out` is initialised unless there is an
        // error, by a function that may be used with the store.
        unsafe {
            check(wasmtime_linker_get_default(
                self.as_ptr(),
                store.raw(),
                module.as_ptr().cast(),
                module.len(),
                out.as_mut_ptr(),
            ))?;
            Ok(Func::from_c(out.assume_init(), store.opaque_mut()))
        }
    }

    /// The item of that name, of which the caller knows that it may be used with
    /// the store.
    fn find(&self, store: &mut StoreOpaque, module: &str, name: &str) -> Option<Extern> {
        let mut out = MaybeUninit::<wasmtime_extern_t>::uninit();
        // SAFETY: invariant "Context"; `out` is initialised on success.
        unsafe {
            wasmtime_linker_get(
                self.as_ptr(),
                store.raw(),
                module.as_ptr().cast(),
                module.len(),
                name.as_ptr().cast(),
                name.len(),
                out.as_mut_ptr(),
            )
            .then(|| Extern::from_c(out.assume_init(), store))
        }
    }

    /// # Panics
    ///
    /// If `engine`, which is that of a store, isn't the linker's.
    fn assert_engine(&self, engine: &Engine) {
        assert!(
            Engine::same(&self.engine, engine),
            "different engines for this linker and the store provided"
        );
    }

    /// The C object, valid as long as `self`.
    pub(crate) fn as_ptr(&self) -> *mut wasmtime_linker_t {
        self.raw.as_ptr()
    }

    /// Notes that functions are defined that need a store's WASI context.
    #[cfg(feature = "wasi")]
    pub(crate) fn set_has_wasi(&mut self) {
        self.definitions.set_has_wasi();
    }
}

/// The store's id, which only what it hands out tells: something is made if it
/// has handed out nothing yet.
fn store_id<T: 'static>(store: &mut StoreContextMut<'_, T>) -> Result<u64> {
    if let Some(id) = store.opaque().id() {
        return Ok(id);
    }
    let ty = GlobalType::new(ValType::I32, Mutability::Const);
    Ok(Global::new(store, ty, Val::I32(0))?.store_id())
}

impl<T: 'static> Clone for Linker<T> {
    fn clone(&self) -> Linker<T> {
        // SAFETY: the linker is alive, and the clone is owned.
        let raw = unsafe { wasmtime_linker_clone(self.as_ptr()) };
        Linker {
            raw: NonNull::new(raw).expect("wasmtime_linker_clone returns a linker"),
            engine: self.engine.clone(),
            definitions: self.definitions.clone(),
            data: PhantomData,
        }
    }
}

impl<T: 'static> Drop for Linker<T> {
    fn drop(&mut self) {
        // SAFETY: the linker is owned, and not used again.
        unsafe { wasmtime_linker_delete(self.as_ptr()) }
    }
}

impl<T: 'static> Default for Linker<T> {
    /// A linker of a default engine.
    ///
    /// # Panics
    ///
    /// If the default engine can't be made, as [`Engine::default`] does.
    fn default() -> Linker<T> {
        Linker::new(&Engine::default())
    }
}

impl<T: 'static> fmt::Debug for Linker<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Linker").finish_non_exhaustive()
    }
}
