//! libwasmtime
#![warn(missing_docs)]

mod backtrace;
mod config;
mod engine;
mod entity;
mod error;
mod extern_;
mod func;
mod gc;
mod global;
mod instance;
mod instance_pre;
mod linker;
mod load;
mod memory;
mod module;
mod shared_memory;
mod store;
pub mod sys;
mod table;
mod tag;
mod trap;
mod types;
mod val;
pub mod vec;
#[cfg(feature = "wat")]
mod wat;

pub use backtrace::{FrameInfo, WasmBacktrace};
#[cfg(feature = "cache")]
pub use config::Cache;
#[cfg(feature = "pooling-allocator")]
pub use config::PoolingAllocationConfig;
pub use config::{
    Config, ConfigConflict, InstanceAllocationStrategy, OptLevel, ProfilingStrategy,
    RegallocAlgorithm, Strategy, WasmFeatures,
};
pub use engine::{Engine, EngineWeak, Precompiled};
pub use error::{Chain, Context, Error, I32Exit, Ok, Result, bail, ensure, format_err};
pub use extern_::{Export, Extern};
pub use func::{Caller, Func, IntoFunc, TypedFunc, WasmParams, WasmResults, WasmRet, WasmTy};
pub use gc::{ExternRef, GcRef, OwnedRooted, RootScope, Rooted, RootedGcRef};
pub use global::Global;
pub use instance::Instance;
pub use instance_pre::InstancePre;
pub use linker::{Linker, UnknownImportError};
pub use load::{
    Attempt, LibraryVersion, LoadError, LoadOptions, Loaded, Unsupported, load, load_from, loaded,
};
pub use memory::{Memory, MemoryAccessError};
pub use module::{Module, ModuleExport};
pub use shared_memory::SharedMemory;
pub use store::{
    AsContext, AsContextMut, DEFAULT_INSTANCE_LIMIT, DEFAULT_MEMORY_LIMIT, DEFAULT_TABLE_LIMIT,
    Store, StoreContext, StoreContextMut, StoreLimits, StoreLimitsBuilder, UpdateDeadline,
};
pub use sys::Feature;
pub use table::Table;
pub use tag::Tag;
pub use trap::Trap;
pub use types::*;
pub use val::{Ref, V128, Val, ValRaw};
#[cfg(feature = "wat")]
pub use wat::wat2wasm;
