//! The engine-neutral API, that is `wasm.h`, as Rust types.
//!
//! Several engines offer the same C API, `wasm.h`. This module is libwasmtime's
//! as owned Rust types, for code that is to know no more of an engine than
//! that. It is complete but for [what isn't here](#what-isnt-here); everything
//! else in this crate can do more, and does it faster.
//!
#![doc = example!(wat)]
//! fn main() -> libwasmtime::Result<()> {
//!     use libwasmtime::standard::{Engine, Func, FuncType, Instance, Module, Store, Val, ValType};
//!
//!     let engine = Engine::default();
//!     let mut store = Store::new(&engine);
//!     let binary = libwasmtime::wat2wasm(r#"
//!         (module
//!             (import "host" "double" (func $double (param i32) (result i32)))
//!             (func (export "run") (param i32) (result i32)
//!                 (i32.add (call $double (local.get 0)) (i32.const 1))))
//!     "#)?;
//!     let module = Module::new(&store, &binary)?;
//!
//!     let ty = FuncType::new(&engine, [ValType::I32], [ValType::I32]);
//!     let double = Func::new(&mut store, &ty, |_store, args, results| {
//!         results[0] = Val::I32(2 * args[0].i32().unwrap());
//!         Ok(())
//!     })?;
//!
//!     let instance = Instance::new(&mut store, &module, &[double.into()])?;
//!     let run = instance.exports()[0].clone().into_func().unwrap();
//!     let results = run.call(&mut store, &[Val::I32(20)])?;
//!     assert_eq!(results[0].i32(), Some(41));
//!     Ok(())
//! }
//! ```
//!
//! # Store and objects
//!
//! In C, an object holds its store, which is freed with the last of them, and
//! any object can be used at any time. Here, whoever uses an object borrows its
//! store: `&store` to look, `&mut store` to call or change. That is so because
//!
//! - a memory's bytes are a slice. It must not be there while WebAssembly runs,
//!   or while the memory grows; that is a matter of borrowing the store.
//! - a host function that holds an object of its own store, as many must, would
//!   keep that store, and so itself, for ever. Here the store owns its objects,
//!   and a handle ([`Func`], [`Memory`], ...) is an address that is good for
//!   nothing without the store: dropping the [`Store`] frees everything in it,
//!   whatever handles are left.
//! - a store may be used by one thread at a time. A `Store` is `Send`; handles
//!   are `Send` and `Sync`, as to use one takes the store.
//!
//! An object that is used with another store than its own is a panic.
//!
//! # Host functions and re-entry
//!
//! A host function gets a [`StoreContextMut`], and with it can do whatever can
//! be done outside: call functions, itself included, grow memories, make
//! objects. libwasmtime then works on the store through a second pointer, while
//! the frames of the outer call, which have one of their own, wait. That is how
//! libwasmtime itself gets from WebAssembly code to its store in every host
//! call; the frames take the store up again when the host function has
//! returned. Other overlaps are impossible: the outer call has the store
//! borrowed as long as it lasts, and the host function's context ends when it
//! returns.
//!
//! What a host function fails with, error or panic, never passes through
//! WebAssembly or C frames by unwinding: an error ends the WebAssembly code and
//! comes back as a [`Trap`]; a panic goes on in the caller.
//!
//! # Types and vectors
//!
//! The types ([`FuncType`], [`ValType`], ...) are those of this crate: plain
//! data, of which the C objects are made per use. For the C API's vectors, see
//! [`mod@crate::vec`]; a [`ByteVec`](crate::vec::ByteVec) can be given wherever
//! bytes are wanted, and [`Val::to_raw`] and [`Extern::to_raw`] make what goes
//! into a [`ValVec`](crate::vec::ValVec) and an
//! [`ExternVec`](crate::vec::ExternVec). These know nothing of stores, and so
//! the way back is unsafe.
//!
//! # What isn't here
//!
//! | in `wasm.h` | why not |
//! |---|---|
//! | `wasm_config_t`, `wasm_engine_t` | they are [`Config`](crate::Config) and [`Engine`] |
//! | `*_same`, `*_host_info*`, `*_as_ref*`, `wasm_ref_as_*`, `wasm_foreign_t`, `wasm_frame_instance` | libwasmtime aborts the process, as it hasn't got them |
//! | values of type `externref`, `v128`, and of types for collected objects | libwasmtime aborts the process: an [`Inexpressible`] error |
//! | `wasm_extern_kind`, `wasm_valtype_kind`, `wasm_memory_size` | abort the process for some items; what they tell is found out in other ways |
//! | tables with 64-bit indices, shared memories, tags | there are no functions for them: [`Extern::Other`] |
//! | `*_copy` | `Clone`, which is cheaper; a copied trap has lost all but its text |
//! | `wasm_func_new` | a closure has an environment: `wasm_func_new_with_env` |
//! | `wasm_func_param_arity`, `wasm_func_result_arity` | [`Func::ty`] |
//! | `wasm_functype_new` and so on | the types are Rust data |
//!
//! And `wasm.h` has nothing for fuel, epochs, limits or WASI. Code of an engine
//! that has fuel or epochs on stops at once, for there is no fuel to have and
//! no deadline to set. That takes [`crate::Store`].

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
