//! Conversions: how Rust values become those of WebAssembly, and back.
//!
//! libwasmtime passes values in two forms: without their types, as [`ValRaw`], which
//! is fast, and with them, as `wasmtime_val_t`, which it can root and check. A
//! [`Form`] says how one value is converted; a [`Reader`] and a [`Writer`] are cursors
//! over the values of a call.
//!
//! | what | trait | with |
//! |---|---|---|
//! | one Rust type that is one value | [`WasmTy`] | [`Form`] |
//! | the arguments and results of a typed call | [`WasmParams`], [`WasmResults`] | tuples of [`WasmTy`] |
//! | an argument of a host function | [`FromWasm`] | an [`Args`], from which it takes as many values as it stands for |
//! | an argument of a bound function, which may borrow the guest's memory | [`HostArg`] | an [`Args`] |
//! | what a host function returns | [`WasmRet`], of [`IntoWasm`] | a [`Guest`], in which it may allocate, and then a [`Writer`] |
//! | values whose types are known at run time | [`Val`](crate::Val) | a [`Kind`] |

mod alloc;
mod arg;
mod args;
mod constant;
mod cursor;
mod form;
mod func;
mod guest;
mod host;
mod kind;
mod lists;
mod memory;
mod object;
mod reference;
mod scalars;
mod shared;
#[cfg(all(test, feature = "wat", feature = "gc", compiler))]
mod tests;
mod wasm_ret;
mod wasm_ty;

pub(crate) use alloc::Allocator;
#[cfg(feature = "async")]
pub(crate) use arg::CallerPlace;
pub use arg::{HostArg, HostArgs, NullableArg, Place};
pub use args::Args;
pub use constant::Constant;
pub use cursor::{Reader, Writer};
pub use form::{Form, Given, Lent, Raw};
pub use func::{Closure, TableFunc};
pub use guest::{Element, Guest};
pub use host::{FromWasm, IntoWasm};
pub(crate) use kind::Kind;
pub(crate) use lists::for_each_arity;
pub use lists::{ValTypes, WasmParams, WasmResults};
pub(crate) use reference::Reference;
pub(crate) use scalars::no_value;
pub use wasm_ret::WasmRet;
pub use wasm_ty::{WasmTy, WasmTyList};
