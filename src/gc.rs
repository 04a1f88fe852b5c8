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

mod anyref;
mod collect;
mod exnref;
mod externref;
mod i31;
mod owned_rooted;
mod root;
mod rooted;
mod scope;

use crate::sys::{
    WASMTIME_ANYREF, WASMTIME_EXNREF, WASMTIME_EXTERNREF, wasmtime_anyref_t, wasmtime_val_t,
    wasmtime_valkind_t, wasmtime_valunion_t,
};

pub use anyref::AnyRef;
pub use collect::GcHeapOutOfMemory;
pub use exnref::{ExnRef, ExnRefPre};
pub use externref::ExternRef;
pub use i31::I31;
pub use owned_rooted::OwnedRooted;
pub(crate) use raw::RawRef;
pub use root::{GcRef, RootedGcRef};
pub(crate) use root::{HasRoot, Root, RootSet};
pub use rooted::Rooted;
pub use scope::RootScope;

/// What the C API tells apart among references to collected objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GcKind {
    Extern,
    Any,
    Exn,
}

impl GcKind {
    fn to_c(self) -> wasmtime_valkind_t {
        match self {
            GcKind::Extern => WASMTIME_EXTERNREF,
            GcKind::Any => WASMTIME_ANYREF,
            GcKind::Exn => WASMTIME_EXNREF,
        }
    }

    /// The null reference of this kind in the C API. All kinds look the same.
    pub(crate) fn null(self) -> wasmtime_val_t {
        wasmtime_val_t {
            kind: self.to_c(),
            of: wasmtime_valunion_t {
                anyref: wasmtime_anyref_t {
                    store_id: 0,
                    __private1: 0,
                    __private2: 0,
                    __private3: std::ptr::null_mut(),
                },
            },
        }
    }
}
