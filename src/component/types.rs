//! Types of components, and of what they import and export.
//!
//! [`Component::component_type`](super::Component::component_type) describes a component, and
//! [`Func::ty`](super::Func::ty) a function of an instance. A type knows its parts when it is
//! asked for them, so that a type which is small, but very large when it is written out, costs
//! nothing.

mod func;
mod item;
mod parts;
mod resource;
mod valtype;

pub use func::ComponentFunc;
pub use item::{Component, ComponentExtern, ComponentInstance, ComponentItem, Module};
pub(crate) use parts::HandleTypes;
pub use resource::ResourceType;
pub(crate) use resource::{Scope, host_number, host_number_of_payload, payload_of_host_number};
pub use valtype::{
    Case, Enum, Field, Flags, FutureType, List, Map, OptionType, Record, ResultType, StreamType,
    Tuple, Type, Variant,
};

use std::ffi::c_char;
use std::{slice, str};

/// Defines a type that wraps an object of the C API, which it owns. It also knows what its parts
/// belong to, if it has any.
macro_rules! type_object {
    ($(
        $(#[$doc:meta])*
        $name:ident($raw:ident) $(== $equal:ident)?;
    )*) => {$(
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name {
            #[allow(dead_code, reason = "the C API tells nothing of a module's type that is safe")]
            raw: $crate::owned::Owned<$raw>,
            #[allow(dead_code, reason = "some types have no parts")]
            scope: std::sync::Arc<$crate::component::types::Scope>,
        }

        impl $name {
            pub(crate) fn from_owned(
                raw: $crate::owned::Owned<$raw>,
                scope: &std::sync::Arc<$crate::component::types::Scope>,
            ) -> $name {
                $name {
                    raw,
                    scope: scope.clone(),
                }
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }

        $(
            impl PartialEq for $name {
                #[doc = concat!("Calls `", stringify!($equal), "`.")]
                fn eq(&self, other: &$name) -> bool {
                    // SAFETY: invariant "Owned object": both types are owned.
                    unsafe { $equal(self.raw.as_ptr(), other.raw.as_ptr()) }
                }
            }

            impl Eq for $name {}
        )?
    )*};
}
use type_object;

/// Returns a name that a C function has written.
///
/// # Safety
///
/// `name` must point to `len` bytes of UTF-8, which live for `'a`.
unsafe fn name<'a>(name: *const c_char, len: usize) -> &'a str {
    match len {
        0 => "",
        // SAFETY: the bytes are readable and UTF-8, as this function requires.
        _ => unsafe { str::from_utf8_unchecked(slice::from_raw_parts(name.cast(), len)) },
    }
}
