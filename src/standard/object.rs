//! The C objects of a store, and the handles to them.
//!
//! In C every object holds its store, which is freed with the last of them. So
//! an object in the environment of a host function would hold its own holder,
//! and neither be freed. Here the store owns all of its objects, in [`Objects`];
//! a handle that is dropped frees its object, and a store that is dropped frees
//! those that are left.
//!
//! # Invariant
//!
//! **Object**: the pointer in an [`Object`] is to a valid object while the
//! object's store is open and a clone of the `Object` exists. Only
//! [`Object::get_c`] gives it away, to those who have a context of the store.

use super::store::State;
use crate::owned::Owned;
use crate::store::wrong_store;
use crate::sys::wasm_extern_t;
use std::collections::HashMap;
use std::ptr::NonNull;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The live objects of a store; `None` once it is gone.
pub(super) struct Objects(Mutex<Option<Map>>);

/// Objects by their addresses.
type Map = HashMap<NonNull<wasm_extern_t>, Owned<wasm_extern_t>>;

// SAFETY: an object is a plain description of an item and a reference to its
// store with an atomic counter. While it is in here, the store that it is of is
// held by more than it, so that to free it from another thread than the store's
// is to decrement that counter.
unsafe impl Send for Objects {}
// SAFETY: as above, and the map is behind a mutex.
unsafe impl Sync for Objects {}

impl Objects {
    pub(super) fn new() -> Objects {
        Objects(Mutex::new(Some(HashMap::new())))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Map>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Frees all objects. The C store must still be held by its owner.
    pub(super) fn close(&self) {
        // In its own statement, so that the mutex is unlocked again when the
        // objects are freed.
        let objects = self.lock().take();
        drop(objects);
    }
}

/// A handle to an object, counted.
#[derive(Clone)]
pub(super) struct Object(Arc<Handle>);

struct Handle {
    objects: Arc<Objects>,
    ptr: NonNull<wasm_extern_t>,
}

// SAFETY: the pointer is used with a context of the store only, which one thread
// has at a time, and by `Objects`, behind its mutex.
unsafe impl Send for Handle {}
// SAFETY: as above.
unsafe impl Sync for Handle {}

impl Object {
    /// Puts an object under the care of its store.
    ///
    /// # Safety
    ///
    /// It must be of that store.
    pub(super) unsafe fn new(state: &State, object: Owned<wasm_extern_t>) -> Object {
        let objects = state.objects();
        let ptr = NonNull::new(object.as_ptr()).expect("an owned object isn't null");
        objects
            .lock()
            .as_mut()
            .expect("the store is open, as there is a context")
            .insert(ptr, object);
        Object(Arc::new(Handle {
            objects: objects.clone(),
            ptr,
        }))
    }

    /// The object, valid while the store is borrowed and `self` exists.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub(super) fn get_c(&self, state: &State) -> *mut wasm_extern_t {
        assert_owns(state, &self.0.objects);
        self.0.ptr.as_ptr()
    }
}

/// # Panics
///
/// If these aren't the objects of that store.
pub(super) fn assert_owns(state: &State, objects: &Arc<Objects>) {
    if !Arc::ptr_eq(state.objects(), objects) {
        wrong_store()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if let Some(map) = &mut *self.objects.lock() {
            // Freed while the mutex is locked: the store can't close meanwhile,
            // and so this isn't the last to hold it.
            drop(map.remove(&self.ptr));
        }
    }
}

/// Makes what is the same for each kind of object: how it is taken from
/// libwasmtime, its C object, and its type.
///
/// `object!(Func(FuncType): func)` reads: a `Func` has an `object` that is a
/// `wasm_func_t`, and a `ty` that is a `FuncType`. What follows `made if` says
/// when the host can make one.
macro_rules! object {
    ($name:ident($ty:ident): $c:ident $(, made if $cfg:meta)?) => {
        paste::paste! {
            impl $name {
                /// Takes an object, which must be of that kind and of that type.
                pub(super) fn from_object(object: Object, ty: $ty) -> $name {
                    $name { object, ty }
                }

                /// Takes what libwasmtime made; `None` if it is null.
                ///
                /// # Safety
                ///
                /// It must be null, or owned by the caller, of that store and of
                /// that type.
                $(#[cfg($cfg)])?
                unsafe fn adopt(
                    state: &State,
                    raw: *mut $crate::sys::[<wasm_ $c _t>],
                    ty: $ty,
                ) -> Option<$name> {
                    if raw.is_null() {
                        return None;
                    }
                    // SAFETY: the caller vouches for it. The copy is owned, and
                    // means the same as the original.
                    unsafe {
                        let view = $crate::sys::[<wasm_ $c _as_extern>](raw);
                        let copy = $crate::sys::wasm_extern_copy(view);
                        $crate::sys::[<wasm_ $c _delete>](raw);
                        let object = Object::new(state, $crate::owned::Owned::from_raw(copy)?);
                        Some($name::from_object(object, ty))
                    }
                }

                pub(super) fn object(&self) -> &Object {
                    &self.object
                }

                /// The C object, valid while the store is borrowed and `self`
                /// exists.
                ///
                /// # Panics
                ///
                /// If it is of another store.
                fn get_c(&self, state: &State) -> *mut $crate::sys::[<wasm_ $c _t>] {
                    // SAFETY: invariant "Object"; this is the same object, seen
                    // as what it is.
                    unsafe { $crate::sys::[<wasm_extern_as_ $c>](self.object.get_c(state)) }
                }

                /// The type, as declared when it was made.
                pub fn ty(&self) -> &$ty {
                    &self.ty
                }
            }

            impl std::fmt::Debug for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.debug_struct(stringify!($name))
                        .field("ty", &self.ty)
                        .finish_non_exhaustive()
                }
            }
        }
    };
}
pub(super) use object;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standard::{AsContext, Memory, MemoryType, Store};

    fn count(store: &Store) -> usize {
        let objects = store.as_context().state().objects();
        objects.lock().as_ref().map_or(0, HashMap::len)
    }

    #[test]
    fn object_is_freed_with_its_last_handle() {
        let mut store = Store::default();
        let ty = MemoryType::new(0, None);
        let memories = [(); 3].map(|()| Memory::new(&mut store, &ty).unwrap());
        let clone = memories[1].clone();
        assert_eq!(count(&store), 3);
        drop(memories);
        assert_eq!(count(&store), 1);
        assert_eq!(clone.size(&store), 0);
        drop(clone);
        assert_eq!(count(&store), 0);
    }
}
