//! Types: of values, of functions, of what modules import and export.
//!
//! They are plain Rust data that can be compared, printed, cloned and sent to
//! other threads. Only a type that the module's type section defines (a
//! *concrete* type, as in `(ref $t)`) belongs to an [`Engine`](crate::Engine)
//! and remembers which.
//!
//! ```text
//! ExternType ── Func(FuncType) ─── params, results: ValType
//!            ├─ Global(GlobalType)    content: ValType, mutability
//!            ├─ Table(TableType)      element: RefType, limits
//!            ├─ Memory(MemoryType)    limits, page size
//!            └─ Tag(TagType)          payload: FuncType
//!
//! ValType ─── I32, I64, F32, F64, V128
//!          └─ Ref(RefType) ──────── nullable or not, HeapType
//! ```
//!
//! # Equality and matching
//!
//! `a.matches(&b)` says whether `a` is a subtype of `b`: whether a value of
//! type `a` will do where one of type `b` is wanted. `T::eq(&a, &b)` says
//! whether each is a subtype of the other. Both panic when the types belong to
//! different engines, and that is why most types don't implement `PartialEq`.
//!
//! # In the C API
//!
//! A type comes out of libwasmtime by the crate-internal `from_c` and goes in
//! by `to_c`. Every C type made so is a fresh object: a `wasm_functype_t`
//! belongs to the first engine that uses it, and so is never shared between two.

#![allow(
    clippy::should_implement_trait,
    reason = "`eq` is what the `wasmtime` crate calls it, as it can panic"
)]

mod cont_type;
mod extern_type;
mod func_type;
mod gc;
mod global_type;
mod heap_type;
mod import_export;
mod memory_type;
mod ref_type;
mod subtype;
mod table_type;
mod tag_type;
mod val_type;

pub use cont_type::ContType;
pub use extern_type::ExternType;
pub use func_type::FuncType;
pub use gc::{ArrayType, ExnType, StructType};
pub use global_type::{GlobalType, Mutability};
pub use heap_type::HeapType;
pub(crate) use import_export::{ExportDefs, ImportDef};
pub use import_export::{ExportType, ImportType};
pub use memory_type::{MemoryType, MemoryTypeBuilder};
pub use ref_type::RefType;
pub(crate) use table_type::TableLimits;
pub use table_type::TableType;
pub use tag_type::TagType;
pub use val_type::ValType;
