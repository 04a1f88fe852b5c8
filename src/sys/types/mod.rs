//! `wasmtime/types.h` and what it includes.

use super::*;

mod arrayref;
mod exnref;
mod structref;
mod val;

pub use arrayref::*;
pub use exnref::*;
pub use structref::*;
pub use val::*;

pub(super) const HEADERS: &[capi::Header] = &[
    arrayref::HEADER,
    exnref::HEADER,
    structref::HEADER,
    val::HEADER,
];
