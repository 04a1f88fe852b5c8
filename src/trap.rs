//! Traps: the errors that WebAssembly instructions end with.

use std::fmt;

/// The beginning of every trap's text.
const PREFIX: &str = "wasm trap: ";

macro_rules! traps {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $text:literal;)*) => {
        /// Why WebAssembly code trapped.
        ///
        /// A trap ends the execution of WebAssembly code. The call from the host then fails
        /// with an error in which
        /// [`Error::downcast_ref`](crate::Error::downcast_ref) finds the trap, and mostly a
        /// [`WasmBacktrace`](crate::WasmBacktrace). A host function can return a trap as
        /// well.
        ///
        #[doc = example!(wat)]
        /// use libwasmtime::{Engine, Instance, Module, Store, Trap};
        ///
        /// let engine = Engine::default();
        /// let wat = r#"
        ///     (module
        ///         (func (export "divide") (param i32 i32) (result i32)
        ///             (i32.div_s (local.get 0) (local.get 1))))
        /// "#;
        /// let mut store = Store::new(&engine, ());
        /// let instance = Instance::new(&mut store, &Module::new(&engine, wat)?, &[])?;
        /// let divide = instance.get_typed_func::<(i32, i32), i32>(&mut store, "divide")?;
        ///
        /// let error = divide.call(&mut store, (1, 0)).unwrap_err();
        /// let message = match error.downcast_ref::<Trap>() {
        ///     Some(Trap::IntegerDivisionByZero) => "can't divide by zero".to_owned(),
        ///     Some(trap) => trap.to_string(),
        ///     None => return Err(error),
        /// };
        /// assert_eq!(message, "can't divide by zero");
        /// # Ok::<(), libwasmtime::Error>(())
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum Trap {
            $($(#[$doc])* $name = $code,)*
        }

        impl Trap {
            /// Returns the trap with that code, a `wasmtime_trap_code_t`; `None` if there is
            /// none.
            ///
            /// ```
            /// use libwasmtime::Trap;
            ///
            /// let code = Trap::StackOverflow as u8;
            /// assert_eq!(Trap::from_u8(code), Some(Trap::StackOverflow));
            /// assert_eq!(Trap::from_u8(255), None);
            /// ```
            pub fn from_u8(byte: u8) -> Option<Trap> {
                match byte {
                    $($code => Some(Trap::$name),)*
                    _ => None,
                }
            }

            /// Returns the trap whose text is `text`.
            pub(crate) fn from_text(text: &str) -> Option<Trap> {
                let text = text.strip_prefix(PREFIX)?;
                let mut all = (0..=u8::MAX).map_while(Trap::from_u8);
                all.find(|trap| trap.text() == text)
            }

            fn text(self) -> &'static str {
                match self {
                    $(Trap::$name => $text,)*
                }
            }
        }

        impl fmt::Display for Trap {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(PREFIX)?;
                f.write_str(self.text())
            }
        }
    };
}

// Version 48: traps have these codes and texts; look at `trap_encoding.rs` in
// `wasmtime-environ`.
traps! {
    /// The call stack is exhausted.
    StackOverflow = 0, "call stack exhausted";
    /// A memory was accessed beyond its end.
    MemoryOutOfBounds = 1, "out of bounds memory access";
    /// An atomic access was not aligned.
    HeapMisaligned = 2, "unaligned atomic";
    /// A table was accessed beyond its end.
    TableOutOfBounds = 3, "undefined element: out of bounds table access";
    /// `call_indirect` found a null reference.
    IndirectCallToNull = 4, "uninitialized element";
    /// `call_indirect` found a function of another type.
    BadSignature = 5, "indirect call type mismatch";
    /// Integer arithmetic overflowed.
    IntegerOverflow = 6, "integer overflow";
    /// An integer was divided by zero.
    IntegerDivisionByZero = 7, "integer divide by zero";
    /// A float was converted to an integer type that has no such number.
    BadConversionToInteger = 8, "invalid conversion to integer";
    /// An `unreachable` instruction was executed.
    UnreachableCodeReached = 9, "wasm `unreachable` instruction executed";
    /// The epoch deadline was reached.
    Interrupt = 10, "interrupt";
    /// The fuel is used up.
    OutOfFuel = 11, "all fuel consumed by WebAssembly";
    /// An atomic wait was tried on a memory that isn't shared.
    AtomicWaitNonSharedMemory = 12, "atomic wait on non-shared memory";
    /// A null reference was used where the instruction allows none.
    NullReference = 13, "null reference";
    /// An array was accessed beyond its end.
    ArrayOutOfBounds = 14, "out of bounds array access";
    /// An object that was to be allocated was too large.
    AllocationTooLarge = 15, "allocation size too large";
    /// A reference was cast to a type that its object doesn't have.
    CastFailure = 16, "cast failure";
    /// A component instance was entered that must not be entered at that time.
    CannotEnterComponent = 17, "cannot enter component instance";
    /// An async-lifted export returned without a result.
    NoAsyncResult = 18, "async-lifted export failed to produce a result";
    /// A stack was suspended with a tag that no handler takes.
    UnhandledTag = 19, "unhandled tag";
    /// A continuation was resumed a second time.
    ContinuationAlreadyConsumed = 20, "continuation already consumed";
    /// An opcode of Pulley was executed that libwasmtime was built without.
    DisabledOpcode = 21, "pulley opcode disabled at compile time was executed";
    /// An asynchronous event loop can make no further progress.
    AsyncDeadlock = 22, "deadlock detected: event loop cannot make further progress";
    /// A component instance was left that must not be left at that time.
    CannotLeaveComponent = 23, "cannot leave component instance";
    /// A synchronous task blocked before it returned.
    CannotBlockSyncTask = 24, "cannot block a synchronous task before returning";
    /// Bits that represent no `char` were lifted as one.
    InvalidChar = 25, "invalid `char` bit pattern";
    /// The encoding of a string should have been finished.
    DebugAssertStringEncodingFinished = 26, "should have finished string encoding";
    /// Two counts of code units should have been equal.
    DebugAssertEqualCodeUnits = 27, "code units should be equal";
    /// A pointer should have been aligned.
    DebugAssertPointerAligned = 28, "pointer should be aligned";
    /// The upper bits of a number should have been zero.
    DebugAssertUpperBitsUnset = 29, "upper bits should be unset";
    /// A string of a component lies beyond its memory.
    StringOutOfBounds = 30, "string content out-of-bounds";
    /// A list of a component lies beyond its memory.
    ListOutOfBounds = 31, "list content out-of-bounds";
    /// A variant of a component has a case that doesn't exist.
    InvalidDiscriminant = 32, "invalid variant discriminant";
    /// A pointer of a component isn't aligned.
    UnalignedPointer = 33, "unaligned pointer";
    /// `task.cancel` was called by a task that hasn't been cancelled.
    TaskCancelNotCancelled = 34,
        "`task.cancel` called by task which has not been cancelled";
    /// A task returned or was cancelled a second time.
    TaskCancelOrReturnTwice = 35,
        "`task.return` or `task.cancel` called more than once for current task";
    /// `subtask.cancel` was called after the subtask ended.
    SubtaskCancelAfterTerminal = 36,
        "`subtask.cancel` called after terminal status delivered";
    /// `task.return` was called with a type or options that don't fit the current task.
    TaskReturnInvalid = 37,
        "invalid `task.return` signature and/or options for current task";
    /// A set of waitables was dropped while something was waiting on it.
    WaitableSetDropHasWaiters = 38, "cannot drop waitable set with waiters";
    /// A subtask was dropped before it resolved.
    SubtaskDropNotResolved = 39, "cannot drop a subtask which has not yet resolved";
    /// The start function of a thread has the wrong type.
    ThreadNewIndirectInvalidType = 40,
        "start function does not match expected type (currently only `(i32) -> ()` is supported)";
    /// The start function of a thread is null.
    ThreadNewIndirectUninitialized = 41,
        "the start function index points to an uninitialized function";
    /// A counter of backpressure overflowed.
    BackpressureOverflow = 42, "backpressure counter overflow";
    /// A callback returned a code that doesn't exist.
    UnsupportedCallbackCode = 43, "unsupported callback code";
    /// A thread was resumed that wasn't suspended.
    CannotResumeThread = 44, "cannot resume thread which is not suspended";
    /// Two operations were started on one future or stream.
    ConcurrentFutureStreamOp = 45,
        "cannot have concurrent operations active on a future/stream";
    /// A count of references overflowed.
    ReferenceCountOverflow = 46, "reference count overflow";
    /// A stream operation was to read or write too many items at once.
    StreamOpTooBig = 47, "stream read/write count too large";
    /// A waitable was used synchronously while it was in a set.
    WaitableSyncAndAsync = 48,
        "waitable cannot be used synchronously while added to a waitable set";
    /// An exception left its component.
    UncaughtException = 49, "uncaught exception propagated out of component";
}

impl std::error::Error for Trap {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_c_api() {
        assert_eq!(
            Trap::from_u8(crate::sys::WASMTIME_TRAP_CODE_OUT_OF_FUEL),
            Some(Trap::OutOfFuel)
        );
        assert_eq!(Trap::from_u8(u8::MAX), None);
        for code in 0..=49 {
            let trap = Trap::from_u8(code).unwrap();
            assert_eq!(trap as u8, code);
            assert_eq!(Trap::from_text(&trap.to_string()), Some(trap));
        }
        assert_eq!(Trap::from_text("wasm trap: "), None);
        assert_eq!(Trap::from_text("interrupt"), None);
    }
}
