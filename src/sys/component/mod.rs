//! `wasmtime/component.h` and what it includes.

use super::*;

#[expect(clippy::module_inception, reason = "the header is named so")]
pub(in crate::sys) mod component;
pub(in crate::sys) mod func;
pub(in crate::sys) mod instance;
pub(in crate::sys) mod linker;
pub(in crate::sys) mod types;
pub(in crate::sys) mod val;
pub(crate) mod vec;

pub use component::*;
pub use func::*;
pub use instance::*;
pub use linker::*;
pub use types::*;
pub use val::*;
pub use vec::*;
