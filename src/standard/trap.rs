//! Traps: the errors of WebAssembly code and host functions.

use super::{AsContext, Frame};
use crate::error::Raised;
use crate::owned::Owned;
use crate::sys::{wasm_trap_new, wasm_trap_t};
use crate::vec::ByteVec;
use crate::{Error, WasmBacktrace};
use std::fmt;

/// Why a call ended early: a message, and the WebAssembly functions that were being
/// executed.
///
/// [`Error::downcast_ref`](crate::Error::downcast_ref) finds it in the error of a call. A
/// host function can create one by [`Trap::new`]. If it returns any other error, a trap is
/// created with the message of that error, which becomes the trap's
/// [`source`](std::error::Error::source).
///
/// There is no `Clone`, as a copy would have the text only. To share a trap, put it into an
/// `Arc`.
///
///
#[doc = example!(compiler)]
/// use libwasmtime::standard::{Func, FuncType, Store, Trap};
///
/// let mut store = Store::default();
/// let ty = FuncType::new(store.engine(), [], []);
/// let func = Func::new(&mut store, &ty, |store, _, _| Err(Trap::new(store, "no").into()))?;
/// let error = func.call(&mut store, &[]).unwrap_err();
/// assert_eq!(error.downcast_ref::<Trap>().unwrap().message(), "no");
/// # Ok::<(), libwasmtime::Error>(())
/// ```
pub struct Trap {
    /// The C object, whose frames are read on demand.
    backtrace: WasmBacktrace,
    /// The error that the host function returned.
    cause: Option<Error>,
}

impl Trap {
    /// Creates a trap with this message, which a host function can return.
    ///
    /// Calls `wasm_trap_new`.
    pub fn new(store: impl AsContext, message: impl AsRef<str>) -> Trap {
        let text: ByteVec = message.as_ref().bytes().chain([0]).collect();
        let store = store.as_context().state();
        // SAFETY: invariant "Owned object": the store is alive. The message ends with a NUL, as
        // the function requires, and is copied. The trap is owned.
        let trap = unsafe { Owned::from_c(wasm_trap_new(store.raw(), text.as_ptr())) };
        Trap::from_parts(Raised::Trap(trap), None)
    }

    pub(super) fn from_parts(raised: Raised, cause: Option<Error>) -> Trap {
        Trap {
            backtrace: WasmBacktrace::new(raised),
            cause,
        }
    }

    /// Returns the C object, which the caller owns, and the error that the host function
    /// returned.
    pub(super) fn into_parts(self) -> (Owned<wasm_trap_t>, Option<Error>) {
        match self.backtrace.into_source() {
            Raised::Trap(trap) => (trap, self.cause),
            Raised::Error(_) => unreachable!("`from_parts` is called with traps only"),
        }
    }

    /// Returns the message, followed by the backtrace and the causes, if there are any.
    ///
    /// Calls `wasm_trap_message`.
    pub fn message(&self) -> String {
        self.backtrace.source().text()
    }

    /// Returns where the trap happened; `None` if that wasn't in WebAssembly code.
    pub fn origin(&self) -> Option<&Frame> {
        self.trace().first()
    }

    /// Returns the WebAssembly functions that were being executed, the youngest first.
    ///
    /// Calls `wasm_trap_trace`, once.
    pub fn trace(&self) -> &[Frame] {
        self.backtrace.frames()
    }

    /// Returns which kind of trap of WebAssembly code this is; `None` if a host function raised
    /// it.
    ///
    /// This isn't engine-neutral: it calls `wasmtime_trap_code`.
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::error::Context;
    /// use libwasmtime::standard::{Instance, Module, Store, Trap};
    ///
    /// let mut store = Store::default();
    /// let binary = libwasmtime::wat2wasm("(module (func $begin unreachable) (start $begin))")?;
    /// let module = Module::new(&store, binary)?;
    /// let error = Instance::new(&mut store, &module, &[]).unwrap_err();
    ///
    /// let trap: &Trap = error.downcast_ref().context("expected a trap")?;
    /// assert_eq!(trap.code(), Some(libwasmtime::Trap::UnreachableCodeReached));
    /// let frame = trap.origin().context("expected a frame")?;
    /// assert_eq!(frame.func_name(), Some("begin"));
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn code(&self) -> Option<crate::Trap> {
        self.backtrace.source().coded_trap()
    }
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl fmt::Debug for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trap")
            .field("message", &self.message())
            .field("trace", &self.trace())
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Trap {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let cause: &(dyn std::error::Error + Send + Sync) = self.cause.as_ref()?.as_ref();
        Some(cause)
    }
}
