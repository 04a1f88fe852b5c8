//! A replacement of the function by which the standard library walks the stack, for
//! `cargo xtask install --no-backtrace`.
//!
//! An archive contains its own copy of the standard library. Most of that copy finds the names,
//! files and lines for a backtrace: it reads ELF, DWARF and compressed sections, and serves only
//! a panic of libwasmtime itself. With this replacement, link-time optimisation sees that there
//! is never a frame, and drops that code. Such a panic still prints its message.
//!
//! The archive also loses its unwind tables, so a panic has to abort. Anything that walks the
//! stack of a program, such as a debugger, or the backtrace of a host function's panic, then
//! stops at the first function of libwasmtime.
//!
//! The name is that of the C++ ABI for exceptions. `xtask` renames it in the archive, as the
//! program needs the real function.

use std::ffi::{c_int, c_void};

#[cfg(not(panic = "abort"))]
compile_error!(
    "`--no-backtrace` requires a profile that has `panic = \"abort\"`, such as `small`: \
     the archive has no unwind tables"
);

/// The result that says that there are no more frames.
const END_OF_STACK: c_int = 5;

/// Reports an empty stack.
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Backtrace(
    _visit: extern "C" fn(*mut c_void, *mut c_void) -> c_int,
    _argument: *mut c_void,
) -> c_int {
    END_OF_STACK
}
