//! `wasmtime/component.h` and what it includes.

use super::*;

#[expect(clippy::module_inception, reason = "the header is named so")]
pub(super) mod component;
pub(super) mod func;
pub(super) mod instance;
pub(super) mod linker;
pub(super) mod types;
pub(super) mod val;
pub(crate) mod vec;

pub use component::*;
pub use func::*;
pub use instance::*;
pub use linker::*;
pub use types::*;
pub use val::*;
pub use vec::*;

pub(super) const HEADERS: &[&[capi::Header]] = &[
    &[
        component::HEADER,
        func::HEADER,
        instance::HEADER,
        linker::HEADER,
        val::HEADER,
        vec::HEADER,
    ],
    types::HEADERS,
];
