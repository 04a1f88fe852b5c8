// The examples need these features.
#![cfg_attr(
    all(
        feature = "component-macro",
        feature = "component-model-async",
        feature = "cranelift",
        feature = "wat"
    ),
    doc = include_str!("../docs/components.md"),
    doc = "",
    doc = include_str!("../docs/component_resources.md")
)]
#![cfg_attr(
    not(all(
        feature = "component-macro",
        feature = "component-model-async",
        feature = "cranelift",
        feature = "wat"
    )),
    doc = "Components: WebAssembly modules with typed interfaces; see `docs/components.md` and \
           `docs/component_resources.md` in the package."
)]

mod access;
#[allow(
    clippy::module_inception,
    reason = "the module has the name of its type, as all modules here"
)]
mod component;
mod export;
mod func;
mod has_data;
mod in_store;
mod instance;
mod instance_pre;
mod linker;
mod macros;
mod raw;
mod resource;
mod resource_any;
mod resource_table;
mod typed;
pub mod types;
mod val;

#[cfg_attr(feature = "component-macro", doc(inline))]
#[cfg_attr(not(feature = "component-macro"), doc(hidden))]
pub use crate::__component_bindgen as bindgen;
#[cfg_attr(feature = "macros", doc(inline))]
#[cfg_attr(not(feature = "macros"), doc(hidden))]
pub use crate::__component_flags as flags;
pub use access::Access;
pub use component::Component;
pub use export::{ComponentExportIndex, ExportLookup};
pub use func::{Func, TypedFunc};
pub use has_data::{HasData, HasSelf};
pub(crate) use in_store::InStore;
pub use instance::Instance;
pub use instance_pre::InstancePre;
#[cfg(feature = "macros")]
pub use libwasmtime_macros::{ComponentType, Lift, Lower};
#[cfg(feature = "wasi")]
pub(crate) use linker::WasiSet;
pub use linker::{Linker, LinkerInstance};
pub use resource::{Resource, ResourceDynamic};
pub use resource_any::ResourceAny;
pub use resource_table::{ResourceTable, ResourceTableError};
pub use typed::{ComponentNamedList, ComponentType, Lift, Lower, WasmList, WasmStr};
pub use types::{ResourceType, Type};
pub use val::Val;

/// What the code of macros uses. Nothing here is for programs.
#[doc(hidden)]
pub mod __internal {
    pub use super::typed::derived::*;
    pub use super::typed::{InstanceType, LiftContext, LowerContext, TypeMismatch};
    #[cfg(all(feature = "component-macro", feature = "component-model-async"))]
    pub use libwasmtime_macros::bindgen;
    #[cfg(all(feature = "component-macro", not(feature = "component-model-async")))]
    pub use libwasmtime_macros::bindgen_without_async as bindgen;
    #[cfg(feature = "macros")]
    pub use libwasmtime_macros::flags;
    pub use std::boxed::Box;
    pub use std::string::String;
    pub use std::vec::Vec;
}
