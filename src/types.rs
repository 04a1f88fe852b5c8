//! The types of values, functions, and of what modules import and export.
//!
//! They are plain Rust data that can be compared, printed, cloned and sent to
//! other threads. Only a type that a module's type section defines (a
//! *concrete* type, as in `(ref $t)`) belongs to an [`Engine`](crate::Engine),
//! and holds a handle of it.
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
//! `a.matches(&b)` reports whether `a` is a subtype of `b`: whether a value of
//! type `a` can be used where one of type `b` is expected. `T::eq(&a, &b)`
//! reports whether both are the same type, that is, each a subtype of the other.
//! Both functions panic if the types belong to different engines. As the operator
//! `==` shouldn't panic, most types don't implement `PartialEq`.
//!
#![doc = example!(compiler)]
//! use libwasmtime::{Engine, FuncType, HeapType, RefType, ValType};
//!
//! let engine = Engine::default();
//! let callback = FuncType::new(&engine, [ValType::I32], []);
//! // A reference to functions of one type, null excluded: `(ref $callback)`.
//! let exact = RefType::new(false, HeapType::ConcreteFunc(callback));
//!
//! assert!(exact.matches(&RefType::FUNCREF));
//! assert!(!RefType::FUNCREF.matches(&exact));
//! assert!(!RefType::eq(&exact, &RefType::FUNCREF));
//! ```
//!
//! # In the C API
//!
//! The crate-internal `from_c` creates a Rust type from one of libwasmtime's, and
//! `to_c` does the reverse. `to_c` creates a new C object each time: a
//! `wasm_functype_t` belongs to the first engine that uses it, so no two engines
//! may share one.

#![allow(
    clippy::should_implement_trait,
    reason = "`eq` is what the `wasmtime` crate calls it, as it can panic"
)]

mod cont_type;
mod extern_type;
mod field_type;
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
pub use field_type::{FieldType, StorageType};
pub use func_type::FuncType;
pub use gc::{ArrayType, ExnType, StructType};
pub use global_type::{GlobalType, Mutability};
pub use heap_type::HeapType;
pub(crate) use import_export::{ExportDefs, ImportDef};
pub use import_export::{ExportType, ImportType};
pub use memory_type::{MemoryType, MemoryTypeBuilder};
pub use ref_type::RefType;
pub(crate) use subtype::type_mismatch;
pub(crate) use table_type::TableLimits;
pub use table_type::TableType;
pub use tag_type::TagType;
pub use val_type::ValType;
