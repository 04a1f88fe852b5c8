//! `wasmtime/types.h` and what it includes.

use super::*;

pub(in crate::sys) mod arrayref;
pub(in crate::sys) mod exnref;
pub(in crate::sys) mod structref;
pub(in crate::sys) mod val;

pub use arrayref::*;
pub use exnref::*;
pub use structref::*;
pub use val::*;
