//! Compiling ahead of time, and telling what was.

use super::Engine;
use crate::Result;
use crate::error::Context;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// What precompiled code is of; see [`Engine::detect_precompiled`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precompiled {
    /// A module, for [`Module::deserialize`](crate::Module::deserialize).
    Module,
    /// A component.
    Component,
}

/// What an ELF header has at its start; only 64-bit files are precompiled code.
const ELF64: &[u8] = b"\x7fELF\x02";
const LITTLE_ENDIAN: u8 = 1;
/// The operating system that Wasmtime's files name in their header, and the
/// version of its interface.
const WASMTIME_ABI: [u8; 2] = [200, 0];
const MODULE: u32 = 1 << 0;
const COMPONENT: u32 = 1 << 1;
const HEADER_BYTES: usize = 64;

impl Engine {
    /// What the bytes are precompiled code of, such as
    /// [`Module::serialize`](crate::Module#method.serialize) returns; `None` if they
    /// are something else.
    ///
    /// It looks at the header only: a file that is damaged further on is
    /// recognised as well.
    pub fn detect_precompiled(bytes: &[u8]) -> Option<Precompiled> {
        let header = bytes.get(..HEADER_BYTES)?;
        if !header.starts_with(ELF64) || header[7..9] != WASMTIME_ABI {
            return None;
        }
        let flags = header[48..52].try_into().expect("four bytes");
        let flags = match header[5] {
            LITTLE_ENDIAN => u32::from_le_bytes(flags),
            _ => u32::from_be_bytes(flags),
        };
        if flags & MODULE != 0 {
            Some(Precompiled::Module)
        } else if flags & COMPONENT != 0 {
            Some(Precompiled::Component)
        } else {
            None
        }
    }

    /// What a file is precompiled code of; `None` if it is something else.
    ///
    /// # Errors
    ///
    /// If the file can't be read.
    pub fn detect_precompiled_file(path: impl AsRef<Path>) -> Result<Option<Precompiled>> {
        let path = path.as_ref();
        let mut header = Vec::with_capacity(HEADER_BYTES);
        File::open(path)
            .and_then(|file| file.take(HEADER_BYTES as u64).read_to_end(&mut header))
            .with_context(|| format!("failed to read {}", path.display()))?;
        Ok(Engine::detect_precompiled(&header))
    }

    /// Compiles a module and returns the code, for
    /// [`Module::deserialize`](crate::Module::deserialize), which needs no
    /// compiler.
    ///
    /// With the `wat` feature, `bytes` may be in the text format. Calls
    /// `wasmtime_module_new` and `wasmtime_module_serialize`.
    ///
    /// # Errors
    ///
    /// If the module isn't valid with the engine's settings, or if the library
    /// has no compiler.
    #[cfg(compiler)]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "cranelift", feature = "winch"))))]
    pub fn precompile_module(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        crate::Module::new(self, bytes)?.serialize()
    }
}
