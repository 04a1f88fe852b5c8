//! Compiled modules.

use super::{AsContext, AsContextMut};
use crate::error::{Context, bail};
use crate::sys::{
    wasm_byte_vec_t, wasm_module_delete, wasm_module_deserialize, wasm_module_exports,
    wasm_module_imports, wasm_module_obtain, wasm_module_share, wasm_module_t,
    wasm_shared_module_delete, wasm_shared_module_t,
};
use crate::types::{ExportDefs, ImportDef, TableLimits};
use crate::vec::{ExportTypeVec, ImportTypeVec};
use crate::{Engine, ExportType, ImportType, Result};
use std::fmt;
use std::ptr::NonNull;
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
/// It belongs to its engine and not to the store that it was made with: that is
/// only how the engine-neutral API has it. Clones are the same module, counted;
/// it can be used from several threads at a time. For code that is to run with
/// other engines, there are [`Module::share`] and [`Module::obtain`].
#[derive(Clone)]
pub struct Module {
    inner: Arc<Inner>,
}

struct Inner {
    /// Owned.
    raw: NonNull<wasm_module_t>,
    interface: Arc<Interface>,
}

/// What is known of a module without looking at it.
struct Interface {
    engine: Engine,
    imports: Vec<ImportDef>,
    exports: ExportDefs,
}

// SAFETY: the C object is a counted reference to the module, which may be used
// from any thread at any time, and has no store; the rest is plain data.
unsafe impl Send for Inner {}
// SAFETY: as above.
unsafe impl Sync for Inner {}

impl Module {
    /// Compiles a module in the binary format.
    ///
    /// Calls `wasm_module_new`; if that fails, `wasmtime_module_validate` for
    /// the reason.
    ///
    /// # Errors
    ///
    /// If the module is malformed or invalid, or uses a proposal that the engine
    /// doesn't have on; [`Unsupported`](crate::Unsupported) if libwasmtime was
    /// built without a compiler.
    #[cfg(compiler)]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "cranelift", feature = "winch"))))]
    pub fn new(store: impl AsContext, binary: impl AsRef<[u8]>) -> Result<Module> {
        let state = store.as_context().state();
        let binary = binary.as_ref();
        state.engine().prepare_to_compile(binary)?;
        // SAFETY: the store is alive and borrowed, the bytes are readable. What
        // is made is owned, and the tables are read from the same binary.
        unsafe {
            let Some(raw) = NonNull::new(wasm_module_new(state.raw(), &view(binary))) else {
                crate::Module::validate(state.engine(), binary)?;
                bail!("libwasmtime can't compile the module, which is valid");
            };
            Ok(Module::from_c(state.engine(), raw, binary::tables(binary)))
        }
    }

    /// Checks a module in the binary format without compiling it.
    ///
    /// Calls `wasm_module_validate`; if it isn't valid, `wasmtime_module_validate`
    /// for the reason.
    ///
    /// # Errors
    ///
    /// If it is malformed or invalid with the engine's settings;
    /// [`Unsupported`](crate::Unsupported) if libwasmtime was built without a
    /// compiler.
    #[cfg(compiler)]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "cranelift", feature = "winch"))))]
    pub fn validate(store: impl AsContext, binary: impl AsRef<[u8]>) -> Result<()> {
        let state = store.as_context().state();
        state.engine().prepare_to_validate()?;
        let binary = binary.as_ref();
        // SAFETY: the store is alive and borrowed, the bytes are readable.
        if !unsafe { wasm_module_validate(state.raw(), &view(binary)) } {
            crate::Module::validate(state.engine(), binary)?;
            bail!("libwasmtime finds the module invalid");
        }
        Ok(())
    }

    /// Makes a module of what [`Module::serialize`](Module#method.serialize) returned,
    /// without compiling.
    ///
    /// Calls `wasm_module_deserialize`; if that fails,
    /// `wasmtime_module_deserialize` for the reason.
    ///
    /// # Errors
    ///
    /// As for [`crate::Module::deserialize`].
    ///
    /// # Safety
    ///
    /// As for [`crate::Module::deserialize`]; and tables with 64-bit indices
    /// that it exports mustn't grow to 2^32 elements.
    pub unsafe fn deserialize(store: impl AsContext, bytes: impl AsRef<[u8]>) -> Result<Module> {
        let state = store.as_context().state();
        let bytes = bytes.as_ref();
        // SAFETY: the store is alive and borrowed, the bytes are readable, and
        // the caller vouches for the code. What is made is owned.
        unsafe {
            let raw = wasm_module_deserialize(state.raw(), &view(bytes));
            let Some(raw) = NonNull::new(raw) else {
                crate::Module::deserialize(state.engine(), bytes)?;
                bail!("libwasmtime can't make a module of the bytes");
            };
            Ok(Module::from_c(state.engine(), raw, Default::default()))
        }
    }

    /// # Safety
    ///
    /// `raw` must be an owned module of `engine`, whose tables are as said.
    unsafe fn from_c(
        engine: &Engine,
        raw: NonNull<wasm_module_t>,
        tables: [Vec<TableLimits>; 2],
    ) -> Module {
        let module = raw.as_ptr();
        // SAFETY: the module is alive, and what is asked for is written.
        let imports = ImportTypeVec::out(|out| unsafe { wasm_module_imports(module, out) });
        // SAFETY: as above.
        let exports = ExportTypeVec::out(|out| unsafe { wasm_module_exports(module, out) });
        // SAFETY: the caller vouches for the tables.
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

    fn of(raw: NonNull<wasm_module_t>, interface: Arc<Interface>) -> Module {
        Module {
            inner: Arc::new(Inner { raw, interface }),
        }
    }

    /// The compiled code, for [`Module::deserialize`].
    ///
    /// Calls `wasm_module_serialize`.
    ///
    /// # Errors
    ///
    /// [`Unsupported`](crate::Unsupported) if libwasmtime was built without a
    /// compiler.
    #[cfg(compiler)]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "cranelift", feature = "winch"))))]
    pub fn serialize(&self) -> Result<ByteVec> {
        require(Feature::Compiler)?;
        // SAFETY: the module is alive; `out` is overwritten, or left empty.
        let bytes = ByteVec::out(|out| unsafe { wasm_module_serialize(self.as_ptr(), out) });
        ensure!(!bytes.is_empty(), "libwasmtime can't serialize the module");
        Ok(bytes)
    }

    /// What the module imports, in the order in which
    /// [`Instance::new`](super::Instance::new) wants it.
    pub fn imports(&self) -> impl ExactSizeIterator<Item = ImportType<'_>> {
        self.inner.interface.imports.iter().map(ImportType::new)
    }

    /// What the module exports, in the order of
    /// [`Instance::exports`](super::Instance::exports).
    pub fn exports(&self) -> impl ExactSizeIterator<Item = ExportType<'_>> {
        self.inner.interface.exports.iter().map(ExportType::new)
    }

    pub(super) fn export_defs(&self) -> &ExportDefs {
        &self.inner.interface.exports
    }

    /// The engine that the module is of.
    pub fn engine(&self) -> &Engine {
        &self.inner.interface.engine
    }

    /// What another thread can [`obtain`](Module::obtain) the module from.
    ///
    /// Calls `wasm_module_share`.
    pub fn share(&self) -> SharedModule {
        // SAFETY: the module is alive; what is made is owned.
        let raw = unsafe { wasm_module_share(self.as_ptr()) };
        SharedModule {
            raw: NonNull::new(raw).expect("wasm_module_share returns a module"),
            interface: self.inner.interface.clone(),
        }
    }

    /// The module that was shared.
    ///
    /// Calls `wasm_module_obtain`.
    ///
    /// # Errors
    ///
    /// If it is of another engine than the store.
    pub fn obtain(mut store: impl AsContextMut, shared: &SharedModule) -> Result<Module> {
        let store = store.as_context_mut();
        // SAFETY: both are alive, and the store is borrowed; what is made is
        // owned.
        let raw = unsafe { wasm_module_obtain(store.state().raw(), shared.raw.as_ptr()) };
        let raw = NonNull::new(raw)
            .context("the module was compiled by another engine than that of the store")?;
        Ok(Module::of(raw, shared.interface.clone()))
    }

    /// The C object, valid as long as `self`.
    pub(super) fn as_ptr(&self) -> *mut wasm_module_t {
        self.inner.raw.as_ptr()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // SAFETY: the module is owned, and not used again.
        unsafe { wasm_module_delete(self.raw.as_ptr()) }
    }
}

impl fmt::Debug for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Module").finish_non_exhaustive()
    }
}

/// A module on its way to other threads; see [`Module::share`].
pub struct SharedModule {
    /// Owned.
    raw: NonNull<wasm_shared_module_t>,
    interface: Arc<Interface>,
}

// SAFETY: this is what the C object is for.
unsafe impl Send for SharedModule {}
// SAFETY: as above; it is only read.
unsafe impl Sync for SharedModule {}

impl Drop for SharedModule {
    fn drop(&mut self) {
        // SAFETY: the object is owned, and not used again.
        unsafe { wasm_shared_module_delete(self.raw.as_ptr()) }
    }
}

impl fmt::Debug for SharedModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedModule").finish_non_exhaustive()
    }
}

/// The bytes as a vector of the C API, to be read and not to be deleted.
fn view(bytes: &[u8]) -> wasm_byte_vec_t {
    wasm_byte_vec_t {
        size: bytes.len(),
        data: bytes.as_ptr().cast_mut().cast(),
    }
}
