//! What all handles of objects in a store have in common.
//!
//! A handle is the C API's own struct: the store's id and an index. It is
//! `Copy`, owns nothing, and is valid for as long as its store. The C API
//! aborts when a handle meets another store, so that each goes through `to_c`,
//! which compares ids, on its way in, and through `from_c` on its way out.

/// Defines how the handle `$name` becomes the C API's `$raw` and back. `$id` is
/// where the store's id is in it, `$index` the rest.
macro_rules! entity {
    ($name:ident($raw:ident): $($id:ident).+, $($($index:ident).+),+) => {
        // SAFETY: a handle is plain data; it is looked into only by libwasmtime,
        // with the store that it belongs to.
        unsafe impl Send for $name {}
        // SAFETY: as above.
        unsafe impl Sync for $name {}

        impl $name {
            /// Takes a handle that libwasmtime handed out.
            ///
            /// # Safety
            ///
            /// It must be of `store`.
            #[inline]
            pub(crate) unsafe fn from_c(
                raw: $crate::sys::$raw,
                store: &mut $crate::store::StoreOpaque,
            ) -> $name {
                store.adopt(raw.$($id).+);
                $name(raw)
            }

            /// The handle as libwasmtime may be given it, with `store`.
            ///
            /// # Panics
            ///
            /// If it is of another store.
            #[inline]
            #[track_caller]
            pub(crate) fn to_c(self, store: &$crate::store::StoreOpaque) -> $crate::sys::$raw {
                *self.as_c(store)
            }

            /// The same, where it is.
            ///
            /// # Panics
            ///
            /// If it is of another store.
            #[inline]
            #[track_caller]
            pub(crate) fn as_c(&self, store: &$crate::store::StoreOpaque) -> &$crate::sys::$raw {
                store.assert_owns(self.store_id());
                &self.0
            }

            #[inline]
            pub(crate) fn store_id(&self) -> u64 {
                $name::store_id_of(&self.0)
            }

            /// The id of the store that a handle of the C API belongs to.
            #[inline]
            pub(crate) fn store_id_of(raw: &$crate::sys::$raw) -> u64 {
                raw.$($id).+
            }

            /// Whether two handles are of the same object.
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
