//! Conversions between references to one object that differ in their static type.
//!
//! To the C API, a reference to a struct or an array is an `anyref`, and so are their roots. A
//! conversion only changes what Rust knows about it.

use super::root::Root;
use super::{AnyRef, ArrayRef, EqRef, I31, OwnedRooted, Rooted, StructRef};
use crate::store::StoreOpaque;
use crate::{AsContext, AsContextMut, Ref, Result, Val};

/// Defines the conversions into a more general type.
macro_rules! upcasts {
    ($($from:ident $what:literal: $($to:ident $method:ident)*;)*) => {$(
        impl Rooted<$from> {$(
            #[doc = concat!("Converts a reference to ", $what, " into `Rooted<", stringify!($to), ">`, which has the same root.")]
            #[inline]
            pub fn $method(self) -> Rooted<$to> {
                self.cast()
            }
        )*}

        impl OwnedRooted<$from> {$(
            #[doc = concat!("Converts a reference to ", $what, " into `OwnedRooted<", stringify!($to), ">`, which has the same root.")]
            #[inline]
            pub fn $method(self) -> OwnedRooted<$to> {
                self.cast()
            }
        )*}

        $(
            impl From<Rooted<$from>> for Rooted<$to> {
                #[inline]
                fn from(reference: Rooted<$from>) -> Rooted<$to> {
                    reference.cast()
                }
            }

            impl From<OwnedRooted<$from>> for OwnedRooted<$to> {
                #[inline]
                fn from(reference: OwnedRooted<$from>) -> OwnedRooted<$to> {
                    reference.cast()
                }
            }
        )*

        impl From<Rooted<$from>> for Val {
            fn from(reference: Rooted<$from>) -> Val {
                Val::AnyRef(Some(reference.cast()))
            }
        }

        impl From<Option<Rooted<$from>>> for Val {
            fn from(reference: Option<Rooted<$from>>) -> Val {
                Val::AnyRef(reference.map(Rooted::cast))
            }
        }

        impl From<Rooted<$from>> for Ref {
            fn from(reference: Rooted<$from>) -> Ref {
                Ref::Any(Some(reference.cast()))
            }
        }

        impl From<Option<Rooted<$from>>> for Ref {
            fn from(reference: Option<Rooted<$from>>) -> Ref {
                Ref::Any(reference.map(Rooted::cast))
            }
        }
    )*};
}

upcasts! {
    EqRef "what `ref.eq` compares": AnyRef to_anyref;
    StructRef "a struct": AnyRef to_anyref EqRef to_eqref;
    ArrayRef "an array": AnyRef to_anyref EqRef to_eqref;
}

/// Defines the three conversions into a more special type.
macro_rules! downcasts {
    ($($context:ident: $what:literal, $ty:ident, $is:ident, $as_:ident, $unwrap:ident;)*) => {$(
        #[doc = concat!("Reports whether this is ", $what, ".")]
        ///
        #[doc = concat!("Calls `wasmtime_anyref_", stringify!($is), "`.")]
        ///
        /// # Errors
        ///
        /// Returns an error if the reference has been unrooted.
        ///
        /// # Panics
        ///
        /// Panics if the reference belongs to another store.
        pub fn $is(&self, store: impl AsContext) -> Result<bool> {
            let store = store.as_context();
            let store = store.opaque();
            Ok(self.root.resolve(&store.roots)?.$is(store))
        }

        #[doc = concat!("Returns the reference if this is ", $what, "; `None` if it isn't.")]
        ///
        #[doc = concat!("Calls `wasmtime_anyref_", stringify!($is), "`.")]
        ///
        /// The result is rooted as long as a [`Rooted`] from which this reference is borrowed.
        /// If it is borrowed from an [`OwnedRooted`], it is rooted in the innermost scope.
        ///
        /// # Errors
        ///
        /// Returns an error if the reference has been unrooted.
        ///
        /// # Panics
        ///
        /// Panics if the reference belongs to another store.
        pub fn $as_(&self, store: impl $context) -> Result<Option<Rooted<$ty>>> {
            let store = store.as_context();
            let store = store.opaque();
            Ok(match self.root.resolve(&store.roots)?.$is(store) {
                true => Some(Rooted::sharing(&self.root, &store.roots)),
                false => None,
            })
        }

        #[doc = concat!("Returns the reference, if this is ", $what, ", as the `as_` method does.")]
        ///
        /// # Errors
        ///
        /// Returns an error if the reference has been unrooted.
        ///
        /// # Panics
        ///
        #[doc = concat!("Panics if this isn't ", $what, ", or if the reference belongs to another store.")]
        pub fn $unwrap(&self, store: impl $context) -> Result<Rooted<$ty>> {
            Ok(self
                .$as_(store)?
                .expect(concat!("the reference is not ", $what)))
        }
    )*};
}

/// Defines the conversions into an `I31`.
macro_rules! integers {
    () => {
        /// Reports whether this is an `i31`.
        ///
        /// # Errors
        ///
        /// Returns an error if the reference has been unrooted.
        ///
        /// # Panics
        ///
        /// Panics if the reference belongs to another store.
        pub fn is_i31(&self, store: impl AsContext) -> Result<bool> {
            Ok(self.as_i31(store)?.is_some())
        }

        /// Returns the integer in an `i31`; `None` if this is something else.
        ///
        /// Calls `wasmtime_anyref_i31_get_u`.
        ///
        /// # Errors
        ///
        /// Returns an error if the reference has been unrooted.
        ///
        /// # Panics
        ///
        /// Panics if the reference belongs to another store.
        pub fn as_i31(&self, store: impl AsContext) -> Result<Option<I31>> {
            let store = store.as_context();
            self.root.as_i31(store.opaque())
        }

        /// Returns the integer in an `i31`.
        ///
        /// # Errors
        ///
        /// Returns an error if the reference has been unrooted.
        ///
        /// # Panics
        ///
        /// Panics if this isn't an `i31`, or if the reference belongs to another store.
        pub fn unwrap_i31(&self, store: impl AsContext) -> Result<I31> {
            Ok(self.as_i31(store)?.expect("the reference is not an i31"))
        }
    };
}

impl AnyRef {
    downcasts! {
        AsContextMut: "something that `ref.eq` compares", EqRef, is_eqref, as_eqref, unwrap_eqref;
        AsContext: "a struct", StructRef, is_struct, as_struct, unwrap_struct;
        AsContext: "an array", ArrayRef, is_array, as_array, unwrap_array;
    }
    integers!();
}

impl EqRef {
    downcasts! {
        AsContext: "a struct", StructRef, is_struct, as_struct, unwrap_struct;
        AsContext: "an array", ArrayRef, is_array, as_array, unwrap_array;
    }
    integers!();
}

impl Root {
    /// Returns the integer in an `i31`; `None` if this is something else.
    fn as_i31(&self, store: &StoreOpaque) -> Result<Option<I31>> {
        let raw = self.resolve(&store.roots)?;
        // SAFETY: invariant "Shared"; `resolve` has checked that the reference belongs
        // to the store.
        let value = unsafe { raw.i31(store.lock_collected().context()) };
        Ok(value.map(I31::wrapping_u32))
    }
}
