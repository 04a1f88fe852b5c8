//! References to garbage-collected objects, and the roots that keep objects alive.
//!
//! A reference of the C API is a root of its own, which must be released, while the
//! `wasmtime` crate's [`Rooted`] is a plain index that can be copied. So the store has
//! a [`RootSet`], a stack of the C API's references. `Rooted` is an index into this
//! stack with a generation, by which a `Rooted` that has been unrooted is recognized.
//! [`RootScope`], and every call from WebAssembly to the host, truncate the stack to
//! its earlier length when they end. The clones of an [`OwnedRooted`] share a C
//! reference.

#[cfg_attr(feature = "gc", path = "gc/enabled.rs")]
#[cfg_attr(not(feature = "gc"), path = "gc/disabled.rs")]
mod raw;

mod anyref;
mod arrayref;
#[cfg(feature = "async")]
mod asynchronous;
mod cast;
mod collect;
mod eqref;
mod exnref;
mod externref;
mod i31;
mod owned_rooted;
mod root;
mod root_set;
mod rooted;
mod scope;
mod structref;

use crate::sys::{
    WASMTIME_ANYREF, WASMTIME_EXNREF, WASMTIME_EXTERNREF, wasmtime_anyref_t, wasmtime_val_t,
    wasmtime_valkind_t, wasmtime_valunion_t,
};

pub use anyref::AnyRef;
pub use arrayref::{ArrayRef, ArrayRefPre};
pub use collect::GcHeapOutOfMemory;
pub use eqref::EqRef;
pub use exnref::{ExnRef, ExnRefPre};
pub use externref::ExternRef;
pub use i31::I31;
pub use owned_rooted::OwnedRooted;
pub(crate) use raw::{ArrayPre, Object, RawRef, StructPre};
#[cfg(feature = "component-model")]
pub(crate) use root::StoreSerial;
pub use root::{GcRef, RootedGcRef};
pub(crate) use root::{HasRoot, Root};
pub(crate) use root_set::{RootMark, RootSet};
pub use rooted::Rooted;
pub use scope::RootScope;
pub use structref::{StructRef, StructRefPre};

/// The kinds of references to collected objects that the C API distinguishes.
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

    /// Returns the C API's null reference of this kind. All kinds have the same bits.
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
