//! Backtraces of WebAssembly frames.

use crate::error::Raised;
use crate::sys::{
    wasm_frame_func_index, wasm_frame_func_offset, wasm_frame_module_offset, wasm_frame_t,
    wasm_name_t, wasmtime_frame_func_name, wasmtime_frame_module_name,
};
use crate::vec::Owned;
use std::fmt;
use std::sync::OnceLock;

/// The WebAssembly functions that were active when an error happened.
///
/// Attached to the errors of calls, and found with
/// `error.downcast_ref::<WasmBacktrace>()`. Its text begins with `error while
/// executing at wasm backtrace:` and has file names and line numbers where the
/// module carries them and libwasmtime was built with `addr2line`.
pub struct WasmBacktrace {
    source: Raised,
    frames: OnceLock<Vec<FrameInfo>>,
}

impl WasmBacktrace {
    pub(crate) fn new(source: Raised) -> WasmBacktrace {
        WasmBacktrace {
            source,
            frames: OnceLock::new(),
        }
    }

    pub(crate) fn source(&self) -> &Raised {
        &self.source
    }

    #[cfg(feature = "standard")]
    pub(crate) fn into_source(self) -> Raised {
        self.source
    }

    /// The frames, the youngest first.
    ///
    /// Calls `wasm_trap_trace` or `wasmtime_error_wasm_trace`, once.
    pub fn frames(&self) -> &[FrameInfo] {
        self.frames.get_or_init(|| {
            let frames = self.source.frames();
            // SAFETY: the frames are valid: what they borrow from is `source`.
            let info = |frame: &Owned<_>| unsafe { FrameInfo::from_c(frame.as_ptr()) };
            frames.iter().flatten().map(info).collect()
        })
    }
}

impl fmt::Debug for WasmBacktrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WasmBacktrace")
            .field("frames", &self.frames())
            .finish_non_exhaustive()
    }
}

impl fmt::Display for WasmBacktrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source.backtrace_text().unwrap_or_default())
    }
}

/// One frame of a [`WasmBacktrace`].
#[derive(Debug)]
pub struct FrameInfo {
    func_index: u32,
    func_name: Option<String>,
    module_name: Option<String>,
    func_offset: Option<usize>,
    module_offset: Option<usize>,
}

impl FrameInfo {
    /// # Safety
    ///
    /// `frame` must be a valid frame.
    unsafe fn from_c(frame: *const wasm_frame_t) -> FrameInfo {
        // The C API says "unknown" with the largest number.
        // Version 48: `usize::MAX` stands for an unknown offset; look at `trap.rs` in
        // `wasmtime-c-api-impl`.
        let known = |offset: usize| (offset != usize::MAX).then_some(offset);
        // SAFETY: the caller vouches for the frame; the names belong to it and
        // are copied.
        unsafe {
            FrameInfo {
                func_index: wasm_frame_func_index(frame),
                func_name: name(wasmtime_frame_func_name(frame.cast_mut())),
                module_name: name(wasmtime_frame_module_name(frame.cast_mut())),
                func_offset: known(wasm_frame_func_offset(frame)),
                module_offset: known(wasm_frame_module_offset(frame)),
            }
        }
    }

    /// The index of the function in its module.
    pub fn func_index(&self) -> u32 {
        self.func_index
    }

    /// The name of the function, if the module's name section has it.
    pub fn func_name(&self) -> Option<&str> {
        self.func_name.as_deref()
    }

    /// The name of the module, if its name section has it.
    ///
    /// The `wasmtime` crate has the module itself instead; the C API gives its
    /// name only.
    pub fn module_name(&self) -> Option<&str> {
        self.module_name.as_deref()
    }

    /// The offset of the instruction from the start of the function, in bytes
    /// of the WebAssembly binary.
    pub fn func_offset(&self) -> Option<usize> {
        self.func_offset
    }

    /// The offset of the instruction from the start of the module, in bytes of
    /// the WebAssembly binary.
    pub fn module_offset(&self) -> Option<usize> {
        self.module_offset
    }
}

/// # Safety
///
/// `name` must be null or a valid name.
unsafe fn name(name: *const wasm_name_t) -> Option<String> {
    // SAFETY: the caller vouches for the name.
    let name = unsafe { name.as_ref()? };
    // SAFETY: a name is a vector of initialised bytes, whose data is not null
    // unless it is empty.
    let bytes = unsafe {
        if name.size == 0 {
            &[]
        } else {
            std::slice::from_raw_parts(name.data.cast(), name.size)
        }
    };
    Some(String::from_utf8_lossy(bytes).into_owned())
}
