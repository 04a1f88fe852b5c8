//! Compiled modules.

use super::{AsContext, AsContextMut};
use crate::error::{Context, bail};
use crate::owned::Owned;
use crate::sys::{
    wasm_byte_vec_t, wasm_module_deserialize, wasm_module_exports, wasm_module_imports,
    wasm_module_obtain, wasm_module_share, wasm_module_t, wasm_shared_module_t,
};
use crate::types::{ExportDefs, ImportDef, TableLimits};
use crate::vec::{ExportTypeVec, ImportTypeVec};
use crate::{Engine, ExportType, ImportType, Result};
use std::fmt;
use std::sync::Arc;

#[cfg(compiler)]
use {
    crate::error::ensure,
    crate::module::binary,
    crate::sys::{Feature, require, wasm_module_new, wasm_module_serialize, wasm_module_validate},
    crate::vec::ByteVec,
};

/// A compiled module, ready to be instantiated any number of times.
///
/// It belongs to its engine. `Module::new` takes a store only because the engine-neutral
/// API does. Clones share the module by a reference count, and several threads can use it at
/// the same time. Code that must run with other engines passes it to other threads by
/// [`Module::share`] and [`Module::obtain`].
#[derive(Clone)]
pub struct Module {
    inner: Arc<ModuleParts>,
}

struct ModuleParts {
    raw: Owned<wasm_module_t>,
    interface: Arc<Interface>,
}

/// What a module imports and exports, read once.
struct Interface {
    engine: Engine,
    imports: Vec<ImportDef>,
    exports: ExportDefs,
}

impl Module {
    /// Compiles a module in the binary format.
    ///
    /// Calls `wasm_module_new`; if that fails, `wasmtime_module_validate` for the reason.
    ///
    /// # Errors
    ///
    /// Returns an error if the module is malformed or invalid, or uses a proposal that the
    /// engine hasn't enabled; [`Unsupported`](crate::Unsupported) if libwasmtime was built
    /// without a compiler.
    #[cfg(compiler)]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "cranelift", feature = "winch"))))]
    pub fn new(store: impl AsContext, binary: impl AsRef<[u8]>) -> Result<Module> {
        let state = store.as_context().state();
        let binary = binary.as_ref();
        state.engine().prepare_to_compile(binary)?;
        // SAFETY: invariant "Owned object": the store is alive and borrowed, and the bytes are
        // valid for reads. The module is owned, and the tables' limits are read from the same
        // binary.
        unsafe {
            let Some(raw) = Owned::from_raw(wasm_module_new(state.raw(), &view(binary))) else {
                crate::Module::validate(state.engine(), binary)?;
                bail!("`wasm_module_new` failed, although the module is valid");
            };
            Ok(Module::from_c(state.engine(), raw, binary::tables(binary)))
        }
    }

    /// Validates a module in the binary format without compiling it.
    ///
    /// Calls `wasm_module_validate`; if the module isn't valid, `wasmtime_module_validate` for
    /// the reason.
    ///
    /// # Errors
    ///
    /// Returns an error if the module is malformed, or invalid with the engine's settings;
    /// [`Unsupported`](crate::Unsupported) if libwasmtime was built without a compiler.
    #[cfg(compiler)]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "cranelift", feature = "winch"))))]
    pub fn validate(store: impl AsContext, binary: impl AsRef<[u8]>) -> Result<()> {
        let state = store.as_context().state();
        state.engine().prepare_to_validate()?;
        let binary = binary.as_ref();
        // SAFETY: invariant "Owned object": the store is alive and borrowed, and the bytes are
        // valid for reads.
        if !unsafe { wasm_module_validate(state.raw(), &view(binary)) } {
            crate::Module::validate(state.engine(), binary)?;
            bail!("`wasm_module_validate` found the module invalid without a reason");
        }
        Ok(())
    }

    /// Creates a module from what [`Module::serialize`](Module#method.serialize) returned,
    /// without compiling.
    ///
    /// Calls `wasm_module_deserialize`; if that fails, `wasmtime_module_deserialize` for the
    /// reason.
    ///
    /// # Errors
    ///
    /// Returns an error as [`crate::Module::deserialize`] does.
    ///
    /// # Safety
    ///
    /// As [`crate::Module::deserialize`] requires. Also, tables with 64-bit indices that the
    /// module exports must not grow to 2^32 elements.
    pub unsafe fn deserialize(store: impl AsContext, bytes: impl AsRef<[u8]>) -> Result<Module> {
        let state = store.as_context().state();
        let bytes = bytes.as_ref();
        // SAFETY: invariant "Owned object": the store is alive and borrowed, and the bytes are
        // valid for reads. They are code of libwasmtime, as this function requires. The module
        // is owned; no limits need more than 32 bits, as it also requires.
        unsafe {
            let raw = wasm_module_deserialize(state.raw(), &view(bytes));
            let Some(raw) = Owned::from_raw(raw) else {
                crate::Module::deserialize(state.engine(), bytes)?;
                bail!("`wasm_module_deserialize` failed without a reason");
            };
            Ok(Module::from_c(state.engine(), raw, Default::default()))
        }
    }

    /// Takes ownership of a module.
    ///
    /// # Safety
    ///
    /// `raw` must be a module of `engine`. `tables` must be the limits of the tables
    /// that it imports, and of those that it exports, or empty if all fit into 32 bits.
    unsafe fn from_c(
        engine: &Engine,
        raw: Owned<wasm_module_t>,
        tables: [Vec<TableLimits>; 2],
    ) -> Module {
        let module = raw.as_ptr();
        // SAFETY: invariant "Owned object": the module is alive, and `out` is an empty vector
        // for it to fill.
        let imports = ImportTypeVec::out(|out| unsafe { wasm_module_imports(module, out) });
        // SAFETY: invariant "Owned object": the module is alive, and `out` is an empty vector
        // for it to fill.
        let exports = ExportTypeVec::out(|out| unsafe { wasm_module_exports(module, out) });
        // SAFETY: both belong to a module of `engine`, and `tables` are their limits, as this
        // function requires.
        let (imports, exports) = unsafe {
            (
                ImportDef::all_from_c(engine, &imports, &tables[0]),
                ExportDefs::from_c(engine, &exports, &tables[1]),
            )
        };
        Module::of(
            raw,
            Arc::new(Interface {
                engine: engine.clone(),
                imports,
                exports,
            }),
        )
    }

    fn of(raw: Owned<wasm_module_t>, interface: Arc<Interface>) -> Module {
        Module {
            inner: Arc::new(ModuleParts { raw, interface }),
        }
    }

    /// Returns the compiled code, for [`Module::deserialize`].
    ///
    /// Calls `wasm_module_serialize`.
    ///
    /// # Errors
    ///
    /// Returns [`Unsupported`](crate::Unsupported) if libwasmtime was built without a
    /// compiler.
    /// compiler.
    #[cfg(compiler)]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "cranelift", feature = "winch"))))]
    pub fn serialize(&self) -> Result<ByteVec> {
        require(Feature::Compiler)?;
        // SAFETY: invariant "Owned object": the module is alive; `out` is an empty vector,
        // which is overwritten or left as it is.
        let bytes = ByteVec::out(|out| unsafe { wasm_module_serialize(self.as_ptr(), out) });
        ensure!(!bytes.is_empty(), "`wasm_module_serialize` failed");
        Ok(bytes)
    }

    /// Returns the imports of the module, in the order in which
    /// [`Instance::new`](super::Instance::new) takes them.
    pub fn imports(&self) -> impl ExactSizeIterator<Item = ImportType<'_>> {
        self.inner.interface.imports.iter().map(ImportType::new)
    }

    /// Returns the exports of the module, in the order of
    /// [`Instance::exports`](super::Instance::exports).
    pub fn exports(&self) -> impl ExactSizeIterator<Item = ExportType<'_>> {
        self.inner.interface.exports.iter().map(ExportType::new)
    }

    pub(super) fn export_defs(&self) -> &ExportDefs {
        &self.inner.interface.exports
    }

    /// Returns the engine that the module belongs to.
    pub fn engine(&self) -> &Engine {
        &self.inner.interface.engine
    }

    /// Returns a handle from which another thread can [`obtain`](Module::obtain) the module.
    ///
    /// Calls `wasm_module_share`.
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::Result;
    /// use libwasmtime::standard::{Engine, Instance, Module, Store};
    /// use std::thread;
    ///
    /// let engine = Engine::default();
    /// let binary = libwasmtime::wat2wasm(r#"(module (func (export "run")))"#)?;
    /// let module = Module::new(&Store::new(&engine), binary)?;
    /// let shared = module.share();
    ///
    /// let other = thread::spawn(move || -> Result<usize> {
    ///     let mut store = Store::new(&engine);
    ///     let module = Module::obtain(&mut store, &shared)?;
    ///     let instance = Instance::new(&mut store, &module, &[])?;
    ///     Ok(instance.exports().len())
    /// });
    /// assert_eq!(other.join().expect("the thread doesn't panic")?, 1);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn share(&self) -> SharedModule {
        // SAFETY: invariant "Owned object": the module is alive; the result is owned.
        let raw = unsafe { Owned::from_c(wasm_module_share(self.as_ptr())) };
        SharedModule {
            raw,
            interface: self.inner.interface.clone(),
        }
    }

    /// Returns the module that was shared.
    ///
    /// Calls `wasm_module_obtain`.
    ///
    /// # Errors
    ///
    /// Returns an error if the module belongs to another engine than the store.
    pub fn obtain(mut store: impl AsContextMut, shared: &SharedModule) -> Result<Module> {
        let store = store.as_context_mut();
        // SAFETY: invariant "Owned object": both are alive, and the store is borrowed
        // exclusively; the result is owned.
        let raw = unsafe {
            Owned::from_raw(wasm_module_obtain(store.state().raw(), shared.raw.as_ptr()))
        };
        let raw =
            raw.context("the module was compiled by another engine than that of the store")?;
        Ok(Module::of(raw, shared.interface.clone()))
    }

    /// Returns the C object, which is valid as long as `self`.
    pub(super) fn as_ptr(&self) -> *mut wasm_module_t {
        self.inner.raw.as_ptr()
    }
}

impl fmt::Debug for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Module").finish_non_exhaustive()
    }
}

/// A handle by which a module is passed to other threads; see [`Module::share`].
pub struct SharedModule {
    raw: Owned<wasm_shared_module_t>,
    interface: Arc<Interface>,
}

impl fmt::Debug for SharedModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedModule").finish_non_exhaustive()
    }
}

/// Returns the bytes as a vector of the C API, which must only be read, and not deleted.
fn view(bytes: &[u8]) -> wasm_byte_vec_t {
    wasm_byte_vec_t {
        size: bytes.len(),
        data: bytes.as_ptr().cast_mut().cast(),
    }
}
