//! Backtraces of WebAssembly code.

use crate::error::Raised;
use crate::sys::{
    wasm_frame_func_index, wasm_frame_func_offset, wasm_frame_module_offset, wasm_frame_t,
    wasm_name_t, wasmtime_frame_func_name, wasmtime_frame_module_name,
};
use crate::vec::Owned;
use std::fmt;
use std::sync::OnceLock;

/// The WebAssembly functions that were being executed when an error happened.
///
/// The errors of calls have one if WebAssembly code was running;
/// [`Error::downcast_ref`](crate::Error::downcast_ref) finds it. It is also the outermost
/// message of such an error, which begins with `error while executing at wasm backtrace:`.
/// That text has file names and line numbers if the module has debug information and
/// libwasmtime was built with `addr2line`.
///
#[doc = example!(wat)]
/// use libwasmtime::{Engine, Instance, Module, Store, WasmBacktrace};
///
/// let engine = Engine::default();
/// let wat = r#"
///     (module $plugin
///         (func $run (export "run") (call $fail))
///         (func $fail unreachable))
/// "#;
/// let mut store = Store::new(&engine, ());
/// let instance = Instance::new(&mut store, &Module::new(&engine, wat)?, &[])?;
/// let run = instance.get_typed_func::<(), ()>(&mut store, "run")?;
///
/// let error = run.call(&mut store, ()).unwrap_err();
/// let backtrace: &WasmBacktrace = error.downcast_ref().expect("the guest was running");
/// let names: Vec<_> = backtrace.frames().iter().map(|frame| frame.func_name()).collect();
/// assert_eq!(names, [Some("fail"), Some("run")]);
/// assert_eq!(backtrace.frames()[0].module_name(), Some("plugin"));
/// # Ok::<(), libwasmtime::Error>(())
/// ```
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

    /// Returns the frames, the youngest first.
    ///
    /// Calls `wasm_trap_trace` or `wasmtime_error_wasm_trace`, once.
    pub fn frames(&self) -> &[FrameInfo] {
        self.frames.get_or_init(|| {
            let frames = self.source.frames();
            // SAFETY: invariant "Owned object": the frames are owned by the vector, and
            // `source` is alive, from which they borrow.
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

/// A frame of a [`WasmBacktrace`]: a function, and the instruction in it.
#[derive(Debug)]
pub struct FrameInfo {
    func_index: u32,
    func_name: Option<String>,
    module_name: Option<String>,
    func_offset: Option<usize>,
    module_offset: Option<usize>,
}

impl FrameInfo {
    /// Copies a frame.
    ///
    /// # Safety
    ///
    /// `frame` must be valid.
    unsafe fn from_c(frame: *const wasm_frame_t) -> FrameInfo {
        // The C API represents an unknown offset by the largest number.
        // Version 48: `usize::MAX` stands for an unknown offset; look at `trap.rs` in
        // `wasmtime-c-api-impl`.
        let known = |offset: usize| (offset != usize::MAX).then_some(offset);
        // SAFETY: `frame` is valid, as this function requires. The names are borrowed from it,
        // and copied.
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

    /// Returns the index of the function in its module.
    pub fn func_index(&self) -> u32 {
        self.func_index
    }

    /// Returns the name of the function; `None` if the module's name section has none.
    pub fn func_name(&self) -> Option<&str> {
        self.func_name.as_deref()
    }

    /// Returns the name of the module; `None` if its name section has none.
    ///
    /// The `wasmtime` crate returns the module itself, of which the C API has only the name.
    pub fn module_name(&self) -> Option<&str> {
        self.module_name.as_deref()
    }

    /// Returns the offset of the instruction from the start of the function, in bytes of the
    /// WebAssembly binary; `None` if it is unknown.
    pub fn func_offset(&self) -> Option<usize> {
        self.func_offset
    }

    /// Returns the offset of the instruction from the start of the module, in bytes of the
    /// WebAssembly binary; `None` if it is unknown.
    pub fn module_offset(&self) -> Option<usize> {
        self.module_offset
    }
}

/// Copies a name; `None` if it is null.
///
/// # Safety
///
/// `name` must be null or valid.
unsafe fn name(name: *const wasm_name_t) -> Option<String> {
    // SAFETY: `name` is null or valid, as this function requires.
    let name = unsafe { name.as_ref()? };
    // SAFETY: a name is a vector of initialized bytes, whose pointer is valid unless it is
    // empty.
    let bytes = unsafe {
        if name.size == 0 {
            &[]
        } else {
            std::slice::from_raw_parts(name.data.cast(), name.size)
        }
    };
    Some(String::from_utf8_lossy(bytes).into_owned())
}
