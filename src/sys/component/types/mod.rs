//! `wasmtime/component/types.h` and what it includes.

use super::*;

pub(in crate::sys) mod component;
pub(in crate::sys) mod func;
pub(in crate::sys) mod instance;
pub(in crate::sys) mod module;
pub(in crate::sys) mod resource;
pub(in crate::sys) mod val;

pub use component::*;
pub use func::*;
pub use instance::*;
pub use module::*;
pub use resource::*;
pub use val::*;
