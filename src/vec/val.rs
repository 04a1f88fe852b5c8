//! Values of the C API that own what they refer to.

use crate::sys::*;

/// Defines the owned form of a C struct that has functions to copy and delete it.
macro_rules! owned_val {
    (
        $(#[$doc:meta])*
        $owned:ident of $ctype:ident;
        default $default:expr;
        owns if |$kind:ident| $owns:expr;
        copy $to:ident from $from:ident by $copy:expr;
        delete by $delete:ident;
    ) => {
        $(#[$doc])*
        #[repr(transparent)]
        pub struct $owned($ctype);

        impl $owned {
            #[doc = concat!("Takes ownership of a `", stringify!($ctype), "`.")]
            ///
            /// # Safety
            ///
            /// `raw` must be a valid value, and the caller must own the object to which it
            /// refers, and give it up.
            #[inline]
            pub const unsafe fn from_raw(raw: $ctype) -> $owned {
                $owned(raw)
            }

            /// Returns the C value, without deleting it.
            ///
            /// The caller has to delete it, or to pass it to a function that takes
            /// ownership.
            #[inline]
            #[must_use = "the object to which the value refers leaks if nobody deletes it"]
            pub fn into_raw(self) -> $ctype {
                std::mem::ManuallyDrop::new(self).0
            }

            /// Returns the address of the C value, for functions that read it.
            #[inline]
            pub const fn as_ptr(&self) -> *const $ctype {
                &raw const self.0
            }

            /// Returns the address of the C value, for functions that change it.
            ///
            /// Code that writes through this pointer must delete the value that it
            /// overwrites, and leave a valid value with no other owner.
            #[inline]
            pub const fn as_mut_ptr(&mut self) -> *mut $ctype {
                &raw mut self.0
            }

            /// Returns the kind of the value, as a number of the C API.
            #[inline]
            pub const fn kind(&self) -> u8 {
                self.0.kind
            }

            /// Reports whether the value owns an object. One that owns none is copied and
            /// deleted without the library, which may be unavailable.
            const fn owns(&self) -> bool {
                let $kind = self.kind();
                $owns
            }
        }

        impl Default for $owned {
            /// Returns the value with which libwasmtime fills new vectors; it owns nothing.
            fn default() -> $owned {
                $owned($default)
            }
        }

        impl Clone for $owned {
            /// Calls the function that copies the type, unless the value owns nothing.
            #[inline]
            fn clone(&self) -> $owned {
                if !self.owns() {
                    return $owned(self.0);
                }
                let mut clone = $owned::default();
                let ($to, $from) = (clone.as_mut_ptr(), self.as_ptr());
                // SAFETY: invariant "Owned object": `self` owns a valid value, and the one that
                // is overwritten owns nothing.
                unsafe { $copy };
                clone
            }
        }

        impl Drop for $owned {
            #[doc = concat!("Calls `", stringify!($delete), "`, unless the value owns nothing.")]
            #[inline]
            fn drop(&mut self) {
                if self.owns() {
                    // SAFETY: invariant "Owned object": `self` owns the value, and is gone
                    // after this.
                    unsafe { $delete(self.as_mut_ptr()) }
                }
            }
        }

        impl std::fmt::Debug for $owned {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($owned))
                    .field("kind", &self.kind())
                    .finish_non_exhaustive()
            }
        }
    };
}
#[cfg(feature = "component-model")]
pub(super) use owned_val;

owned_val! {
    /// A `wasm_val_t` and the reference in it, if it holds one.
    OwnedVal of wasm_val_t;
    default wasm_val_t { kind: WASM_I32, of: wasm_val_union_t { i64: 0 } };
    owns if |kind| wasm_valkind_is_ref(kind);
    copy out from val by wasm_val_copy(out, val);
    delete by wasm_val_delete;
}

/// Defines the conversions from and to each type of number.
macro_rules! numbers {
    ($($number:ident $kind:ident)*) => {
        $(impl From<$number> for OwnedVal {
            fn from($number: $number) -> OwnedVal {
                OwnedVal(wasm_val_t { kind: $kind, of: wasm_val_union_t { $number } })
            }
        })*

        impl OwnedVal {
            $(
                #[doc = concat!("Returns the value if it is an `", stringify!($number), "`.")]
                #[inline]
                pub const fn $number(&self) -> Option<$number> {
                    match self.0.kind {
                        // SAFETY: the kind is that of this member of the union.
                        $kind => Some(unsafe { self.0.of.$number }),
                        _ => None,
                    }
                }
            )*
        }
    };
}

numbers! {
    i32 WASM_I32
    i64 WASM_I64
    f32 WASM_F32
    f64 WASM_F64
}
