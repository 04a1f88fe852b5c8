//! The C objects of a store, and the handles to them.
//!
//! In C every object owns a reference to its store, which is freed with the last one. So an
//! object in the environment of a host function would own its own owner, and neither would
//! be freed. Here the store owns all of its objects, in [`Objects`]. Dropping the last
//! handle of an object frees the object, and dropping a store frees the objects that are
//! left.
//!
//! # Invariant
//!
//! **Object**: the pointer in an [`Object`] is to a valid object while the object's store is
//! open and a clone of the `Object` exists. Only [`Object::get_c`] returns it, to callers
//! that have a context of the store.

use super::store::State;
use crate::owned::Owned;
use crate::store::wrong_store;
use crate::sys::wasm_extern_t;
use std::collections::HashMap;
use std::ptr::NonNull;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The live objects of a store; `None` once the store is dropped.
pub(super) struct Objects(Mutex<Option<Map>>);

/// Objects by their addresses.
type Map = HashMap<NonNull<wasm_extern_t>, Owned<wasm_extern_t>>;

// SAFETY: an object is a plain description of an item, and a reference to its store with an
// atomic count. While an object is in here, the store has another owner as well. So freeing
// it on another thread than the store's only decrements that count.
unsafe impl Send for Objects {}
// SAFETY: as for `Send`, and the map is behind a mutex.
unsafe impl Sync for Objects {}

impl Objects {
    pub(super) fn new() -> Objects {
        Objects(Mutex::new(Some(HashMap::new())))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Map>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Frees all objects. The owner of the C store must not have deleted it yet.
    pub(super) fn close(&self) {
        // A statement of its own, so that the mutex is unlocked when the objects are freed.
        let objects = self.lock().take();
        drop(objects);
    }
}

/// A handle to an object, with a reference count.
#[derive(Clone)]
pub(super) struct Object(Arc<Handle>);

struct Handle {
    objects: Arc<Objects>,
    ptr: NonNull<wasm_extern_t>,
}

// SAFETY: the pointer is used with a context of the store only, which one thread has at a
// time, and by `Objects`, behind its mutex.
unsafe impl Send for Handle {}
// SAFETY: as for `Send`: a context of the store isn't shared between threads.
unsafe impl Sync for Handle {}

impl Object {
    /// Gives an object to its store, which then owns it.
    ///
    /// # Safety
    ///
    /// The object must belong to that store.
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

    /// Returns the object, which is valid while the store is borrowed and `self` exists.
    ///
    /// # Panics
    ///
    /// Panics if the object belongs to another store.
    pub(super) fn get_c(&self, state: &State) -> *mut wasm_extern_t {
        assert_owns(state, &self.0.objects);
        self.0.ptr.as_ptr()
    }
}

/// Checks that the objects are those of the store.
///
/// # Panics
///
/// Panics if they are those of another store.
pub(super) fn assert_owns(state: &State, objects: &Arc<Objects>) {
    if !Arc::ptr_eq(state.objects(), objects) {
        wrong_store()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if let Some(map) = &mut *self.objects.lock() {
            // Freed while the mutex is locked: the store can't close meanwhile, so its last
            // reference isn't the one that is dropped here.
            drop(map.remove(&self.ptr));
        }
    }
}

/// Defines what all kinds of objects have in common: taking ownership of one from
/// libwasmtime, access to its C object, and its type.
///
/// `object!(Func(FuncType): func)` means: a `Func` has an `object` that is a `wasm_func_t`,
/// and a `ty` that is a `FuncType`. After `made if` stands the cfg with which the host can
/// create one.
macro_rules! object {
    ($name:ident($ty:ident): $c:ident $(, made if $cfg:meta)?) => {
        paste::paste! {
            impl $name {
                /// Creates a handle of an object, which must be of that kind and of that type.
                pub(super) fn from_object(object: Object, ty: $ty) -> $name {
                    $name { object, ty }
                }

                /// Takes ownership of an object that libwasmtime created; `None` if it is null.
                ///
                /// # Safety
                ///
                /// `raw` must be null, or of that store and of that type, and owned by the
                /// caller, who gives it up.
                $(#[cfg($cfg)])?
                unsafe fn adopt(
                    state: &State,
                    raw: *mut $crate::sys::[<wasm_ $c _t>],
                    ty: $ty,
                ) -> Option<$name> {
                    if raw.is_null() {
                        return None;
                    }
                    // SAFETY: `raw` is owned and of the store, as this function requires. The
                    // copy is owned, and refers to the same item. `raw` isn't used after it is
                    // deleted.
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

                /// Returns the C object, which is valid while the store is borrowed and `self`
                /// exists.
                ///
                /// # Panics
                ///
                /// Panics if the object belongs to another store.
                fn get_c(&self, state: &State) -> *mut $crate::sys::[<wasm_ $c _t>] {
                    // SAFETY: invariant "Object"; the object is of this kind, so the result is the
                    // same pointer.
                    unsafe { $crate::sys::[<wasm_extern_as_ $c>](self.object.get_c(state)) }
                }

                /// Returns the type that the item was created or declared with.
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
