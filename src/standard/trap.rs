//! What WebAssembly code and host functions fail with.

use super::{AsContext, Frame};
use crate::error::Raised;
use crate::owned::Owned;
use crate::sys::{wasm_trap_new, wasm_trap_t};
use crate::vec::ByteVec;
use crate::{Error, WasmBacktrace};
use std::fmt;

/// Why a call ended early: a message, and the WebAssembly functions that were
/// active.
///
/// Found with `error.downcast_ref::<Trap>()` in the error of a call. A host
/// function makes one with [`Trap::new`], or returns any other error, whose
/// message it becomes; that error is the trap's
/// [`source`](std::error::Error::source).
///
/// To copy one is to lose all but its text, so there is no `Clone`: put it into
/// an `Arc`.
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
    /// The C object; its frames are read late.
    backtrace: WasmBacktrace,
    /// What the host function failed with.
    cause: Option<Error>,
}

impl Trap {
    /// A trap with this message, for a host function to return.
    ///
    /// Calls `wasm_trap_new`.
    pub fn new(store: impl AsContext, message: impl AsRef<str>) -> Trap {
        let text: ByteVec = message.as_ref().bytes().chain([0]).collect();
        let store = store.as_context().state();
        // SAFETY: the store is alive; the message ends with a NUL, as it has to,
        // and is copied. The trap is owned.
        let trap = unsafe { Owned::from_c(wasm_trap_new(store.raw(), text.as_ptr())) };
        Trap::from_parts(Raised::Trap(trap), None)
    }

    pub(super) fn from_parts(raised: Raised, cause: Option<Error>) -> Trap {
        Trap {
            backtrace: WasmBacktrace::new(raised),
            cause,
        }
    }

    /// The C object, and what the host function failed with.
    pub(super) fn into_parts(self) -> (Owned<wasm_trap_t>, Option<Error>) {
        match self.backtrace.into_source() {
            Raised::Trap(trap) => (trap, self.cause),
            Raised::Error(_) => unreachable!("a trap is made of a trap"),
        }
    }

    /// The message: with a backtrace, if there is one, and with what caused it.
    ///
    /// Calls `wasm_trap_message`.
    pub fn message(&self) -> String {
        self.backtrace.source().text()
    }

    /// Where it happened; `None` if not in WebAssembly code.
    pub fn origin(&self) -> Option<&Frame> {
        self.trace().first()
    }

    /// The WebAssembly functions that were active, the youngest first.
    ///
    /// Calls `wasm_trap_trace`, once.
    pub fn trace(&self) -> &[Frame] {
        self.backtrace.frames()
    }

    /// Which of the ways in which WebAssembly code goes wrong this is; `None` if
    /// it came from a host function.
    ///
    /// This isn't neutral: calls `wasmtime_trap_code`.
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
