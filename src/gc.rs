//! References to garbage-collected objects, and what keeps them alive.
//!
//! A reference of the C API is a root of its own that has to be given back,
//! while the `wasmtime` crate's [`Rooted`] is a plain copyable index. So the
//! store keeps a [`RootSet`]: a stack of the C API's references. `Rooted` is an
//! index into it with a generation, so that one that outlived its root is
//! recognised. [`RootScope`] and every call from WebAssembly to the host cut
//! the stack back to where it was. [`OwnedRooted`] shares a C reference with
//! its clones.

#[cfg_attr(feature = "gc", path = "gc/enabled.rs")]
#[cfg_attr(not(feature = "gc"), path = "gc/disabled.rs")]
mod raw;

mod externref;
mod owned_rooted;
mod root;
mod rooted;
mod scope;

use crate::sys::wasmtime_externref_t;

pub use externref::ExternRef;
pub use owned_rooted::OwnedRooted;
pub(crate) use raw::RawRef;
pub use root::{GcRef, RootedGcRef};
pub(crate) use root::{HasRoot, RootSet};
pub use rooted::Rooted;
pub(crate) use scope::HostCallRoots;
pub use scope::RootScope;

/// The null reference of the C API.
pub(crate) const NULL: wasmtime_externref_t = wasmtime_externref_t {
    store_id: 0,
    __private1: 0,
    __private2: 0,
    __private3: std::ptr::null_mut(),
};
