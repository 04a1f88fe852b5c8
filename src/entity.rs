//! The handles of entities: of the objects in a store.
//!
//! A handle is a struct of the C API: the store's id and an index. It is `Copy`, owns
//! nothing, and is valid as long as its store. libwasmtime aborts if it is given a handle
//! that belongs to another store. So each handle is created by `from_c`, and passed to
//! libwasmtime by `to_c` or `get_c`, which compare the ids: invariant "Ownership".

/// Defines the conversions between the handle `$name` and the C API's `$raw`. `$id` is the
/// field of `$raw` with the store's id, and each `$index` one of the other fields.
macro_rules! entity {
    ($name:ident($raw:ident): $($id:ident).+, $($($index:ident).+),+) => {
        // SAFETY: a handle is plain data. Only libwasmtime reads it, in a call with the store
        // to which it belongs: invariant "Ownership".
        unsafe impl Send for $name {}
        // SAFETY: a handle is plain data that doesn't change. Only libwasmtime reads it, in a
        // call with the store to which it belongs: invariant "Ownership".
        unsafe impl Sync for $name {}

        impl $name {
            /// Creates a handle from one that libwasmtime returned.
            ///
            /// # Safety
            ///
            /// `raw` must belong to `store`.
            #[inline]
            pub(crate) unsafe fn from_c(
                raw: $crate::sys::$raw,
                store: &mut $crate::store::StoreOpaque,
            ) -> $name {
                store.adopt(raw.$($id).+);
                $name(raw)
            }

            /// Returns the C handle, for a call with `store`.
            ///
            /// # Panics
            ///
            /// Panics if the handle belongs to another store.
            #[allow(dead_code, reason = "components only borrow handles")]
            #[inline]
            #[track_caller]
            pub(crate) fn to_c(self, store: &$crate::store::StoreOpaque) -> $crate::sys::$raw {
                *self.get_c(store)
            }

            /// Borrows the C handle, for a call with `store`.
            ///
            /// # Panics
            ///
            /// Panics if the handle belongs to another store.
            #[inline]
            #[track_caller]
            pub(crate) fn get_c(&self, store: &$crate::store::StoreOpaque) -> &$crate::sys::$raw {
                store.assert_owns(self.store_id());
                &self.0
            }

            /// Returns the id of the store to which the handle belongs.
            #[inline]
            pub(crate) fn store_id(&self) -> u64 {
                $name::store_id_of(&self.0)
            }

            /// Returns the id of the store to which a handle of the C API belongs.
            #[inline]
            pub(crate) fn store_id_of(raw: &$crate::sys::$raw) -> u64 {
                raw.$($id).+
            }

            /// Reports whether two handles refer to the same object.
            #[allow(dead_code, reason = "functions of components aren't compared")]
            pub(crate) fn is(&self, other: &$name) -> bool {
                self.store_id() == other.store_id()
                    $(&& self.0.$($index).+ == other.0.$($index).+)+
            }
        }

        impl $crate::sys::AsC for $name {
            type C = $crate::sys::$raw;

            fn as_c(&self) -> $crate::sys::$raw {
                self.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("store_id", &self.store_id())
                    .finish_non_exhaustive()
            }
        }
    };
}
pub(crate) use entity;
