//! [`ResourceAny`]: handles of resources of any type.
//!
//! The C API's handle is an object, whereas ours is plain data, which can be copied. So the store
//! keeps the objects ([`Handles`]), until the resource is dropped or passed on.

use super::func::Func;
use super::raw::Content;
use super::resource::HostHandle;
use super::typed::{InstanceType, LiftContext, LowerContext, TypeMismatch, unexpected};
use super::types::{ResourceType, Type};
use super::{ComponentType, Lift, Lower, Resource, ResourceDynamic};
use crate::error::format_err;
use crate::gc::StoreSerial;
use crate::owned::Owned;
use crate::store::{StoreOpaque, cross_store};
use crate::sys::{
    wasmtime_component_resource_any_clone, wasmtime_component_resource_any_owned,
    wasmtime_component_resource_any_t, wasmtime_component_resource_any_type,
};
use crate::vec::component::OwnedComponentVal;
use crate::{AsContextMut, Result};
use std::ptr::NonNull;

/// A handle of a resource, of the host or of a guest.
///
/// It is a copyable number, such as the result of a guest's constructor. A handle that owns its
/// resource has to be passed on to a guest, turned into a [`Resource`], or dropped with
/// [`ResourceAny::resource_drop`]: else the resource lives as long as the store. A handle that
/// borrows one, such as an argument of a host function, has to be dropped before that function
/// returns.
///
/// A handle whose resource was passed on or dropped leads to an error, never to another resource.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ResourceAny {
    store: StoreSerial,
    place: Place,
    ty: ResourceType,
    owned: bool,
}

/// The place of an object in [`Handles`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Place {
    index: u32,
    generation: u32,
}

/// The C API's handles that a store keeps.
#[derive(Default)]
pub struct Handles {
    slots: Vec<Slot>,
    free: Vec<u32>,
}

struct Slot {
    /// Counts how often the slot was used.
    generation: u32,
    handle: Option<Owned<wasmtime_component_resource_any_t>>,
}

impl Handles {
    fn insert(&mut self, handle: Owned<wasmtime_component_resource_any_t>) -> Place {
        let index = match self.free.pop() {
            Some(index) => index,
            None => {
                self.slots.push(Slot {
                    generation: 0,
                    handle: None,
                });
                u32::try_from(self.slots.len() - 1).expect("libwasmtime has fewer handles")
            }
        };
        let slot = &mut self.slots[index as usize];
        slot.handle = Some(handle);
        Place {
            index,
            generation: slot.generation,
        }
    }

    fn get(&self, place: Place) -> Option<&Owned<wasmtime_component_resource_any_t>> {
        let slot = self.slots.get(place.index as usize)?;
        slot.handle
            .as_ref()
            .filter(|_| slot.generation == place.generation)
    }

    fn remove(&mut self, place: Place) -> Option<Owned<wasmtime_component_resource_any_t>> {
        self.get(place)?;
        let slot = &mut self.slots[place.index as usize];
        // A slot whose generations are used up is never used again.
        if let Some(next) = slot.generation.checked_add(1) {
            slot.generation = next;
            self.free.push(place.index);
        }
        slot.handle.take()
    }
}

/// What a call has passed of the host's handles; most calls pass none.
// Speed: two empty vectors in its place take 270 of the 5,400 instructions of a call.
#[derive(Default)]
pub struct Lent(Option<Box<LentHandles>>);

#[derive(Default)]
struct LentHandles {
    anys: Vec<ResourceAny>,
    /// Handles that exist for the call alone.
    temporary: Vec<Owned<wasmtime_component_resource_any_t>>,
}

impl Lent {
    pub(super) fn lend(&mut self, resource: ResourceAny) {
        self.0.get_or_insert_default().anys.push(resource);
    }

    pub(super) fn lend_temporary(&mut self, handle: Owned<wasmtime_component_resource_any_t>) {
        self.0.get_or_insert_default().temporary.push(handle);
    }

    /// Takes back what was passed for a call alone.
    #[inline]
    pub(super) fn take_back(&mut self, store: &mut StoreOpaque) {
        if let Some(handles) = &mut self.0 {
            handles.take_back(store);
        }
    }

    /// Forgets the handles that were passed as results, which the guest owns now.
    #[inline]
    pub(super) fn give_all(&mut self, store: &mut StoreOpaque) {
        if let Some(handles) = &mut self.0 {
            handles.give_all(store);
        }
    }
}

impl LentHandles {
    fn take_back(&mut self, store: &mut StoreOpaque) {
        for handle in self.temporary.drain(..) {
            // If the call has trapped while it had the resource, it keeps it.
            // SAFETY: the handle is owned, and was put into the table of this store.
            _ = unsafe { HostHandle::take(store, handle.as_ptr()) };
        }
    }

    fn give_all(&mut self, store: &mut StoreOpaque) {
        for resource in self.anys.drain(..) {
            resource.forget(store);
        }
    }

    /// Forgets what a call of that function has passed on.
    fn forget_given(self, store: &mut StoreOpaque, func: &Func) {
        if self.anys.is_empty() {
            return;
        }
        let signature = func.signature(store);
        let handles = signature.handles();
        for resource in self.anys {
            // If the function takes the one as well as the other, nobody knows which this was.
            let is_given = handles.owns(resource.ty) && !handles.borrows(resource.ty);
            if resource.owned && is_given {
                resource.forget(store);
            }
        }
    }
}

impl Func {
    /// Forgets the handles that a call has passed on, and takes back what was passed for the call
    /// alone.
    #[inline]
    pub(super) fn release(&self, store: &mut StoreOpaque, lent: Lent, has_succeeded: bool) {
        let Some(mut handles) = lent.0 else {
            return;
        };
        handles.take_back(store);
        if has_succeeded {
            handles.forget_given(store, self);
        }
    }
}

impl ResourceAny {
    /// Turns a resource of the host into one of any type.
    ///
    /// Calls `wasmtime_component_resource_host_to_any`.
    ///
    /// # Errors
    ///
    /// Returns an error as [`Resource::try_into_resource_any`] does.
    pub fn try_from_resource<T: 'static>(
        resource: Resource<T>,
        store: impl AsContextMut,
    ) -> Result<ResourceAny> {
        resource.try_into_resource_any(store)
    }

    /// Turns the resource into one of the host of type `T`.
    ///
    /// Calls `wasmtime_component_resource_any_to_host`.
    ///
    /// # Errors
    ///
    /// Returns an error if it is of another type or of another store, isn't there any more, or is
    /// borrowed by a call that is running.
    pub fn try_into_resource<T: 'static>(self, store: impl AsContextMut) -> Result<Resource<T>> {
        Resource::try_from_resource_any(self, store)
    }

    /// Turns the resource into one of the host whose type is known at run time.
    ///
    /// # Errors
    ///
    /// Returns an error as [`ResourceAny::try_into_resource`] does.
    pub fn try_into_resource_dynamic(self, store: impl AsContextMut) -> Result<ResourceDynamic> {
        ResourceDynamic::try_from_resource_any(self, store)
    }

    /// Returns the type of the resource.
    pub fn ty(&self) -> ResourceType {
        self.ty
    }

    /// Reports whether the handle owns the resource.
    pub fn owned(&self) -> bool {
        self.owned
    }

    /// Drops the handle, and with it the resource if the handle owns it: its destructor runs, in
    /// the guest or in the host.
    ///
    /// Calls `wasmtime_component_resource_any_drop`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the resource belongs to another store, isn't there any more, or is borrowed by a call
    ///   that is running;
    /// - the store requires asynchronous calls, for which the C API has no function;
    /// - the guest whose resource it is can't be entered, or its destructor fails.
    ///
    /// # Panics
    ///
    /// Panics if a host function that the destructor calls panics.
    pub fn resource_drop(self, mut store: impl AsContextMut) -> Result<()> {
        let mut store = store.as_context_mut();
        let handle = self.get(store.opaque())?.clone();
        // SAFETY: invariants "State" and "Ownership": the store is borrowed exclusively, and the
        // handle belongs to it.
        unsafe { StoreOpaque::drop_component_resource(store.opaque_ptr(), handle.as_ptr())? };
        self.forget(store.opaque_mut());
        Ok(())
    }

    /// Drops the handle as [`ResourceAny::resource_drop`] does, and synchronously: the C API has no
    /// function that drops a resource asynchronously. So this fails in every store that requires
    /// asynchronous calls; a function of the guest that takes the handle as `own` can drop it there.
    ///
    /// # Errors
    ///
    /// Returns an error as [`ResourceAny::resource_drop`] does.
    #[cfg(feature = "async")]
    pub async fn resource_drop_async(self, store: impl AsContextMut<Data: Send>) -> Result<()> {
        self.resource_drop(store)
    }

    /// Puts a handle of the C API into the store.
    pub(super) fn insert(
        store: &mut StoreOpaque,
        handle: Owned<wasmtime_component_resource_any_t>,
    ) -> ResourceAny {
        // SAFETY: invariant "Owned object": the handle is owned, and so is its type.
        let (owned, ty) = unsafe {
            let ty = Owned::from_c(wasmtime_component_resource_any_type(handle.as_ptr()));
            (wasmtime_component_resource_any_owned(handle.as_ptr()), ty)
        };
        ResourceAny {
            store: store.roots.serial(),
            ty: store.component_scope().resource_type(ty),
            place: store.components_mut().handles.insert(handle),
            owned,
        }
    }

    /// Returns the C API's handle.
    ///
    /// # Errors
    ///
    /// Returns an error if it belongs to another store, or isn't there any more.
    pub(super) fn get<'a>(
        &self,
        store: &'a StoreOpaque,
    ) -> Result<&'a Owned<wasmtime_component_resource_any_t>> {
        if self.store != store.roots.serial() {
            return Err(cross_store());
        }
        store.components().handles.get(self.place).ok_or_else(|| {
            format_err!("host-owned resource was already de-allocated: it was dropped or passed on")
        })
    }

    /// Forgets the C API's handle, which libwasmtime's table has no more, or a guest owns.
    pub(super) fn forget(&self, store: &mut StoreOpaque) {
        store.components_mut().handles.remove(self.place);
    }

    /// Makes the C API's value.
    pub(super) fn lower_in(&self, cx: &mut LowerContext<'_>) -> Result<OwnedComponentVal> {
        let handle = self.get(cx.store())?.clone();
        cx.lent().lend(*self);
        Ok(OwnedComponentVal::from_resource(handle))
    }

    /// Takes a handle that is in a value of the C API.
    ///
    /// # Safety
    ///
    /// It must be valid, and belong to the context's store.
    pub(super) unsafe fn lift_in(
        cx: &mut LiftContext<'_>,
        handle: NonNull<wasmtime_component_resource_any_t>,
    ) -> ResourceAny {
        // SAFETY: the handle is valid, as this function requires, and the copy is owned.
        let handle =
            unsafe { Owned::from_c(wasmtime_component_resource_any_clone(handle.as_ptr())) };
        ResourceAny::insert(cx.store(), handle)
    }
}

// SAFETY: size and alignment are those of the canonical ABI.
unsafe impl ComponentType for ResourceAny {
    const SIZE32: usize = 4;
    const ALIGN32: u32 = 4;

    fn typecheck(ty: &Type, _: &InstanceType<'_>) -> Result<(), TypeMismatch> {
        if let Type::Own(_) | Type::Borrow(_) = ty {
            Ok(())
        } else {
            Err(TypeMismatch::new("a resource", ty.desc()))
        }
    }
}

// SAFETY: the value is a resource.
unsafe impl Lower for ResourceAny {
    fn lower(&self, cx: &mut LowerContext<'_>) -> Result<OwnedComponentVal> {
        self.lower_in(cx)
    }
}

// SAFETY: only a resource is read.
unsafe impl Lift for ResourceAny {
    fn lift(cx: &mut LiftContext<'_>, val: &OwnedComponentVal) -> Result<ResourceAny> {
        let Content::Resource(handle) = val.content() else {
            return Err(unexpected("resource", val));
        };
        // SAFETY: the handle is valid as long as the value, which is of the store.
        Ok(unsafe { ResourceAny::lift_in(cx, handle) })
    }
}
