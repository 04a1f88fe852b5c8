//! The function that `cargo xtask install --no-backtrace` puts in the place of the one with
//! which the standard library walks the stack.
//!
//! An archive has its own copy of the standard library. Most of that copy in a program finds
//! the names, files and lines for a backtrace: readers of ELF, of DWARF and of compressed
//! sections, only for a panic of libwasmtime itself. With this function, link-time
//! optimisation sees that there is never a frame, and drops them. The message of such a panic
//! stays.
//!
//! The archive loses its unwind tables as well, so a panic has to abort. Anything that walks
//! the stack of a program, such as a debugger or the backtrace of a host function's panic,
//! then ends at the first function of libwasmtime.
//!
//! The name of the function is given by the C++ ABI for exceptions. `xtask` renames it in the
//! archive, as the program needs the real one.

use std::ffi::{c_int, c_void};

#[cfg(not(panic = "abort"))]
compile_error!(
    "`--no-backtrace` takes a profile that has `panic = \"abort\"`, such as `small`: \
     the archive has nothing by which a panic could unwind"
);

/// The code that means: no frames are left.
const END_OF_STACK: c_int = 5;

/// Walks no stack.
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Backtrace(
    _visit: extern "C" fn(*mut c_void, *mut c_void) -> c_int,
    _argument: *mut c_void,
) -> c_int {
    END_OF_STACK
}
