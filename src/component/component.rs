//! [`Component`]: compiled components.

use super::export::{ComponentExportIndex, ExportLookup, Exports};
use super::types::Scope;
#[cfg(compiler)]
use crate::error::{Context, check};
use crate::module::load_file;
use crate::owned::Owned;
use crate::sys::{
    Feature, require, wasmtime_component_deserialize, wasmtime_component_deserialize_file,
    wasmtime_component_t,
};
#[cfg(compiler)]
use crate::sys::{wasmtime_component_new, wasmtime_component_serialize};
#[cfg(compiler)]
use crate::vec::ByteVec;
use crate::{Engine, Result};
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A compiled component, which can be instantiated any number of times.
///
/// It is to components what [`Module`](crate::Module) is to modules: it has no state, clones are
/// the same component, and several threads can use it at a time. A
/// [`Linker`](crate::component::Linker) instantiates it.
///
#[doc = example!(wat)]
/// use libwasmtime::component::Component;
/// use libwasmtime::Engine;
///
/// let engine = Engine::default();
/// let component = Component::new(&engine, r#"
///     (component
///         (core module $m (func (export "answer") (result i32) i32.const 42))
///         (core instance $i (instantiate $m))
///         (func (export "answer") (result u32) (canon lift (core func $i "answer"))))
/// "#)?;
/// assert!(component.get_export_index(None, "answer").is_some());
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Clone)]
pub struct Component {
    inner: Arc<ComponentInner>,
}

struct ComponentInner {
    raw: Owned<wasmtime_component_t>,
    engine: Engine,
    /// A number that no other component of the process has or had.
    serial: u64,
    exports: Exports,
    /// What its types belong to.
    scope: Arc<Scope>,
}

impl Component {
    /// Compiles a component in the binary or the text format.
    ///
    /// The text format needs the Cargo feature `wat`.
    ///
    /// Calls `wasmtime_component_new`, and `wasmtime_wat2wasm` for text.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the component is malformed or invalid, or uses a proposal that the engine has turned
    ///   off, or the bytes are a module;
    /// - the bytes are precompiled code, which [`Component::deserialize`] loads;
    /// - the system doesn't start the threads that libwasmtime compiles on;
    /// - the bytes are text, and this crate was built without the Cargo feature `wat`;
    /// - libwasmtime was built without components, without a compiler or without `wat`
    ///   ([`Unsupported`](crate::Unsupported)).
    #[cfg(compiler)]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "cranelift", feature = "winch"))))]
    pub fn new(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Component> {
        let bytes = bytes.as_ref();
        #[cfg(feature = "wat")]
        if crate::module::text::may_be_text(bytes) {
            return Component::from_binary(engine, &crate::wat2wasm(bytes)?);
        }
        #[cfg(not(feature = "wat"))]
        crate::module::text::refuse(bytes)?;
        Component::from_binary(engine, bytes)
    }

    /// Compiles a component from a file, in the binary or the text format.
    ///
    /// Calls the C functions of [`Component::new`].
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be read, if it is precompiled code, which
    /// [`Component::deserialize_file`] loads, or for the reasons of [`Component::new`].
    #[cfg(compiler)]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "cranelift", feature = "winch"))))]
    pub fn from_file(engine: &Engine, file: impl AsRef<Path>) -> Result<Component> {
        Component::from_path(engine, file.as_ref())
    }

    #[cfg(compiler)]
    fn from_path(engine: &Engine, file: &Path) -> Result<Component> {
        let bytes = std::fs::read(file)
            .with_context(|| format!("failed to read from `{}`", file.display()))?;
        #[cfg(feature = "wat")]
        if crate::module::text::may_be_text(&bytes) {
            return Component::from_binary(engine, &crate::wat::file_to_wasm(file, &bytes)?);
        }
        #[cfg(not(feature = "wat"))]
        crate::module::text::refuse(&bytes)?;
        Component::from_binary(engine, &bytes)
            .with_context(|| format!("failed to compile `{}`", file.display()))
    }

    /// Compiles a component in the binary format, and accepts no text.
    ///
    /// Calls `wasmtime_component_new`.
    ///
    /// # Errors
    ///
    /// Returns an error for the reasons of [`Component::new`].
    #[cfg(compiler)]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "cranelift", feature = "winch"))))]
    pub fn from_binary(engine: &Engine, binary: &[u8]) -> Result<Component> {
        require(Feature::ComponentModel)?;
        crate::module::precompiled::refuse_for_component(binary)?;
        engine.prepare_to_compile(binary)?;
        // SAFETY: invariant "Owned object": the engine is alive, as it is borrowed, and the
        // bytes are readable. If there is no error, an owned component is written.
        unsafe {
            let raw = Owned::out(|out| {
                wasmtime_component_new(engine.as_ptr(), binary.as_ptr(), binary.len(), out)
            })?;
            Ok(Component::from_c(engine, raw))
        }
    }

    /// Returns the compiled code of the component, for [`Component::deserialize`].
    ///
    /// Calls `wasmtime_component_serialize`.
    ///
    /// # Errors
    ///
    /// Returns [`Unsupported`](crate::Unsupported) if libwasmtime was built without a
    /// compiler.
    #[cfg(compiler)]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "cranelift", feature = "winch"))))]
    pub fn serialize(&self) -> Result<Vec<u8>> {
        require(Feature::Compiler)?;
        let bytes = ByteVec::try_out(|out| {
            // SAFETY: invariant "Owned object": `self` owns the component; `out` is overwritten
            // unless there is an error.
            unsafe { check(wasmtime_component_serialize(self.as_ptr(), out)) }
        })?;
        Ok(bytes.to_vec())
    }

    /// Creates a component from precompiled code, without compiling.
    ///
    /// The code is what [`Component::serialize`](Component#method.serialize) or
    /// [`Engine::precompile_component`](Engine#method.precompile_component) returned. Engine and
    /// library have to fit it as [`Module::deserialize`](crate::Module::deserialize) says.
    ///
    /// Calls `wasmtime_component_deserialize`.
    ///
    /// # Errors
    ///
    /// Returns an error if the bytes aren't a precompiled component, for the reasons of
    /// [`Module::deserialize`](crate::Module::deserialize), or if libwasmtime was built without
    /// components ([`Unsupported`](crate::Unsupported)).
    ///
    /// # Safety
    ///
    /// The bytes must be unchanged code of a libwasmtime of this version: they contain native
    /// code, which isn't verified.
    pub unsafe fn deserialize(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Component> {
        require(Feature::ComponentModel)?;
        let bytes = bytes.as_ref();
        // SAFETY: invariant "Owned object": the engine is alive, as it is borrowed, the bytes
        // are readable, and the code is libwasmtime's, as this function requires. If there is
        // no error, an owned component is written.
        unsafe {
            let raw = Owned::out(|out| {
                let (at, len) = (bytes.as_ptr(), bytes.len());
                wasmtime_component_deserialize(engine.as_ptr(), at, len, out)
            })?;
            Ok(Component::from_c(engine, raw))
        }
    }

    /// Creates a component from a file of precompiled code, without compiling.
    ///
    /// The file is mapped into memory, as by
    /// [`Module::deserialize_file`](crate::Module::deserialize_file).
    ///
    /// Calls `wasmtime_component_deserialize_file`.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be opened, if its path isn't UTF-8 or contains a
    /// NUL character, or for the reasons of [`Component::deserialize`].
    ///
    /// # Safety
    ///
    /// The requirements of [`Component::deserialize`] hold for the contents of the file.
    /// Moreover, the file must not change as long as the component is in use.
    pub unsafe fn deserialize_file(engine: &Engine, path: impl AsRef<Path>) -> Result<Component> {
        require(Feature::ComponentModel)?;
        // SAFETY: invariant "Owned object": the engine is alive, as it is borrowed, and the file
        // has libwasmtime's code and doesn't change, as this function requires. If there is no
        // error, an owned component is written.
        unsafe {
            let raw = load_file(path.as_ref(), |path, out| {
                wasmtime_component_deserialize_file(engine.as_ptr(), path, out)
            })?;
            Ok(Component::from_c(engine, raw))
        }
    }

    /// Takes a component of the C API.
    ///
    /// # Safety
    ///
    /// `raw` must be of `engine`.
    pub(crate) unsafe fn from_c(engine: &Engine, raw: Owned<wasmtime_component_t>) -> Component {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Component {
            inner: Arc::new(ComponentInner {
                raw,
                engine: engine.clone(),
                serial: NEXT.fetch_add(1, Ordering::Relaxed),
                exports: Exports::default(),
                scope: Arc::new(Scope::new(engine)),
            }),
        }
    }

    /// Returns the index of an export, which saves looking it up by name again and again.
    ///
    /// The export is one of the component, or one of an instance that it exports.
    ///
    /// Calls `wasmtime_component_get_export_index`.
    pub fn get_export_index(
        &self,
        instance: Option<&ComponentExportIndex>,
        name: impl ExportLookup,
    ) -> Option<ComponentExportIndex> {
        name.lookup(self, instance)
    }

    /// Returns the engine for which the component was compiled.
    pub fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    /// Returns the number that no other component has.
    pub(super) fn serial(&self) -> u64 {
        self.inner.serial
    }

    pub(super) fn exports(&self) -> &Exports {
        &self.inner.exports
    }

    /// Returns what the component's types belong to.
    pub(super) fn scope(&self) -> &Arc<Scope> {
        &self.inner.scope
    }

    /// Returns the C object, which is valid as long as `self`.
    pub(crate) fn as_ptr(&self) -> *mut wasmtime_component_t {
        self.inner.raw.as_ptr()
    }
}

impl fmt::Debug for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Component").finish_non_exhaustive()
    }
}
