//! `wasmtime/component/types.h` and what it includes.

use super::*;

mod component;
mod func;
mod instance;
mod module;
mod resource;
mod val;

pub use component::*;
pub use func::*;
pub use instance::*;
pub use module::*;
pub use resource::*;
pub use val::*;

pub(super) const HEADERS: &[capi::Header] = &[
    component::HEADER,
    func::HEADER,
    instance::HEADER,
    module::HEADER,
    resource::HEADER,
    val::HEADER,
];
