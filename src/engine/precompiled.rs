//! [`Precompiled`]: compiling ahead of time, and recognizing precompiled code.

use super::Engine;
use crate::Result;
use crate::error::Context;
use crate::sys::elf::{self, Class};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// A kind of precompiled code; see [`Engine::detect_precompiled`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precompiled {
    /// A compiled module, for [`Module::deserialize`](crate::Module::deserialize).
    Module,
    /// A compiled component.
    Component,
}

/// The operating system in the header of Wasmtime's files, and the version of its ABI.
// Version 48: the header of a precompiled module has these numbers; look at `obj.rs` in
// `wasmtime-environ`.
const WASMTIME_ABI: [u8; 2] = [200, 0];
const MODULE: u32 = 1 << 0;
const COMPONENT: u32 = 1 << 1;
/// The class of ELF files that precompiled code has.
const CLASS: Class = Class::Elf64;
const HEADER_BYTES: usize = CLASS.header_bytes();

impl Engine {
    /// Returns the kind of precompiled code, or `None` for other bytes.
    ///
    /// Precompiled code is what [`Module::serialize`](crate::Module#method.serialize) and
    /// [`Engine::precompile_module`](Engine#method.precompile_module) return. This function
    /// only compares the header. It doesn't detect damage in the rest, so it is no
    /// substitute for trusting the bytes.
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Precompiled};
    ///
    /// let code = Engine::default().precompile_module(b"(module)")?;
    /// assert_eq!(Engine::detect_precompiled(&code), Some(Precompiled::Module));
    /// assert_eq!(Engine::detect_precompiled(b"\0asm\x01\0\0\0"), None);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn detect_precompiled(bytes: &[u8]) -> Option<Precompiled> {
        let header = elf::File::open(bytes.get(..HEADER_BYTES)?)?;
        if header.class() != CLASS || bytes[elf::ABI..][..2] != WASMTIME_ABI {
            return None;
        }
        let flags = header.u32(CLASS.flags())?;
        if flags & MODULE != 0 {
            Some(Precompiled::Module)
        } else if flags & COMPONENT != 0 {
            Some(Precompiled::Component)
        } else {
            None
        }
    }

    /// Returns the kind of precompiled code in a file, or `None` for another file.
    ///
    /// It reads only the header, as [`Engine::detect_precompiled`] does.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be read.
    pub fn detect_precompiled_file(path: impl AsRef<Path>) -> Result<Option<Precompiled>> {
        let path = path.as_ref();
        let mut header = Vec::with_capacity(HEADER_BYTES);
        File::open(path)
            .and_then(|file| file.take(HEADER_BYTES as u64).read_to_end(&mut header))
            .with_context(|| format!("failed to read {}", path.display()))?;
        Ok(Engine::detect_precompiled(&header))
    }

    /// Compiles a module ahead of time and returns its code.
    ///
    /// [`Module::deserialize`](crate::Module::deserialize) creates a module from the code,
    /// in this process or another. It is much faster than compiling, and needs no compiler
    /// in the library. The engine there must have the same settings as this one.
    ///
    /// With the `wat` feature, `bytes` may be in the text format. Calls
    /// `wasmtime_module_new` and `wasmtime_module_serialize`.
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Instance, Module, Store};
    ///
    /// let wat = br#"(module (func (export "answer") (result i32) i32.const 42))"#;
    /// let code = Engine::default().precompile_module(wat)?;
    ///
    /// let engine = Engine::default();
    /// // SAFETY: the code is what `precompile_module` of the same library returned.
    /// let module = unsafe { Module::deserialize(&engine, &code)? };
    /// let mut store = Store::new(&engine, ());
    /// let instance = Instance::new(&mut store, &module, &[])?;
    /// let answer = instance.get_typed_func::<(), i32>(&mut store, "answer")?;
    /// assert_eq!(answer.call(&mut store, ())?, 42);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error for the same reasons as [`Module::new`](crate::Module::new): among
    /// others, if the module isn't valid with the engine's settings, or if the library has
    /// no compiler.
    #[cfg(compiler)]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "cranelift", feature = "winch"))))]
    pub fn precompile_module(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        crate::Module::new(self, bytes)?.serialize()
    }

    /// Compiles a component ahead of time and returns its code.
    ///
    /// It is to [`Component::deserialize`](crate::component::Component::deserialize) what
    /// [`Engine::precompile_module`](Engine#method.precompile_module) is to
    /// [`Module::deserialize`](crate::Module::deserialize). Calls `wasmtime_component_new` and
    /// `wasmtime_component_serialize`.
    ///
    /// # Errors
    ///
    /// Returns an error for the same reasons as
    /// [`Component::new`](crate::component::Component#method.new).
    #[cfg(all(compiler, feature = "component-model"))]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "cranelift", feature = "winch"))))]
    pub fn precompile_component(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        crate::component::Component::new(self, bytes)?.serialize()
    }
}
