//! The engine-neutral API, that is `wasm.h`, as Rust types.
//!
//! Several engines offer the same C API, `wasm.h`. This module wraps libwasmtime's in owned
//! Rust types, for code that must not depend on any other part of an engine. It is complete
//! but for [what isn't here](#what-isnt-here). The rest of this crate can do more, and is
//! faster.
//!
#![doc = example!(wat)]
//! use libwasmtime::error::Context;
//! use libwasmtime::standard::{Engine, Func, FuncType, Instance, Module, Store, Val, ValType};
//!
//! let engine = Engine::default();
//! let mut store = Store::new(&engine);
//! let binary = libwasmtime::wat2wasm(r#"
//!     (module
//!         (import "host" "double" (func $double (param i32) (result i32)))
//!         (func (export "run") (param i32) (result i32)
//!             (i32.add (call $double (local.get 0)) (i32.const 1))))
//! "#)?;
//! let module = Module::new(&store, &binary)?;
//!
//! let ty = FuncType::new(&engine, [ValType::I32], [ValType::I32]);
//! let double = Func::new(&mut store, &ty, |_store, args, results| {
//!     results[0] = Val::I32(2 * args[0].i32().context("expected an i32")?);
//!     Ok(())
//! })?;
//!
//! let instance = Instance::new(&mut store, &module, &[double.into()])?;
//! let run = instance.get_export("run").context("expected an export `run`")?;
//! let run = run.clone().into_func().context("expected a function")?;
//! let results = run.call(&mut store, &[Val::I32(20)])?;
//! assert_eq!(results[0].i32(), Some(41));
//! # Ok::<(), libwasmtime::Error>(())
//! ```
//!
//! # Store and objects
//!
//! In C, an object owns a reference to its store, which is freed with the last object, and
//! any object can be used at any time. Here, using an object borrows its store: `&store` to
//! read, `&mut store` to call or change. The reasons are
//!
//! - A memory's bytes are a slice. It must not exist while WebAssembly code runs or the
//!   memory grows, which the borrow of the store ensures.
//! - A host function that holds an object of its own store, as many must, would keep that
//!   store alive, and so itself, for ever. Here the store owns its objects, and a handle
//!   ([`Func`], [`Memory`], ...) is an address that can only be used with the store.
//!   Dropping the [`Store`] frees everything in it, even if handles are left.
//! - A store may be used by one thread at a time. A `Store` is `Send`; handles are `Send`
//!   and `Sync`, as using one requires the store.
//!
//! Using an object with another store than its own panics.
//!
//! # Host functions and re-entry
//!
//! A host function receives a [`StoreContextMut`], with which it can do everything that can
//! be done outside: call functions, also itself, grow memories, create objects. libwasmtime then
//! uses the store through a second pointer, while the frames of the outer call, which have a
//! pointer of their own, wait. libwasmtime itself gets from WebAssembly code to its store
//! that way in every host call, and the frames use the store again only after the host
//! function has returned. No other aliases are possible: the outer call borrows the store as
//! long as it lasts, and the host function's context ends when the function returns.
//!
//! Neither an error nor a panic of a host function unwinds through frames of WebAssembly or
//! C. An error ends the WebAssembly code, and the call fails with a [`Trap`]. A panic is
//! resumed in the caller.
//!
//! # Types and vectors
//!
//! The types ([`FuncType`], [`ValType`], ...) are those of this crate: plain data, from which
//! C objects are created for each use. For the C API's vectors see [`mod@crate::vec`]. A
//! [`ByteVec`](crate::vec::ByteVec) can be passed wherever bytes are expected.
//! [`Val::to_raw`] and [`Extern::to_raw`] create the elements of a
//! [`ValVec`](crate::vec::ValVec) and an [`ExternVec`](crate::vec::ExternVec). Elements don't
//! record their store, so converting them back is unsafe.
//!
//! # What isn't here
//!
//! | in `wasm.h` | why not |
//! |---|---|
//! | `wasm_config_t`, `wasm_engine_t` | they are [`Config`](crate::Config) and [`Engine`] |
//! | `*_same`, `*_host_info*`, `*_as_ref*`, `wasm_ref_as_*`, `wasm_foreign_t`, `wasm_frame_instance` | libwasmtime doesn't implement them: it aborts the process |
//! | values of type `externref`, `v128`, and of types for collected objects | libwasmtime aborts the process; here, using one fails with [`Inexpressible`] |
//! | `wasm_extern_kind`, `wasm_valtype_kind`, `wasm_memory_size` | they abort the process for some items; other functions tell the same |
//! | tables with 64-bit indices, shared memories, tags | there are no functions for them: see [`Extern::Other`] |
//! | `*_copy` | `Clone`, which is cheaper; a copied trap has lost everything but its text |
//! | `wasm_func_new` | a closure needs an environment: `wasm_func_new_with_env` |
//! | `wasm_func_param_arity`, `wasm_func_result_arity` | [`Func::ty`] |
//! | `wasm_functype_new` and so on | the types are Rust data |
//!
//! `wasm.h` has nothing for fuel, epochs, limits or WASI either. If an engine has fuel or
//! epochs enabled, code traps at once, as no fuel can be added and no deadline set. Use
//! [`crate::Store`] for these.

mod extern_;
mod func;
mod global;
mod instance;
mod memory;
mod module;
mod object;
mod store;
mod table;
mod trap;
mod val;

pub use crate::FrameInfo as Frame;
pub use crate::{
    Engine, ExportType, ExternType, FuncType, GlobalType, HeapType, ImportType, MemoryType,
    Mutability, RefType, TableType, TagType, ValType,
};
pub use extern_::{Extern, OtherExtern};
pub use func::Func;
pub use global::Global;
pub use instance::Instance;
pub use memory::Memory;
pub use module::{Module, SharedModule};
pub use store::{AsContext, AsContextMut, Store, StoreContext, StoreContextMut};
pub use table::Table;
pub use trap::Trap;
pub use val::{Inexpressible, Ref, Val};
