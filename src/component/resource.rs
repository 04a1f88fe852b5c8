//! Resources of the host: [`Resource`], whose type is a Rust type, and [`ResourceDynamic`], whose
//! type is a number.

use super::ResourceAny;
use super::raw::Content;
use super::typed::{InstanceType, LiftContext, LowerContext, TypeMismatch, unexpected};
use super::types::{
    ResourceType, Type, host_number, host_number_of_payload, payload_of_host_number,
};
use super::{ComponentType, Lift, Lower};
use crate::error::{ensure, format_err};
use crate::gc::StoreSerial;
use crate::owned::Owned;
use crate::store::{StoreOpaque, cross_store};
use crate::sys::{
    Feature, require, wasmtime_component_resource_any_t, wasmtime_component_resource_any_to_host,
    wasmtime_component_resource_host_new, wasmtime_component_resource_host_owned,
    wasmtime_component_resource_host_rep, wasmtime_component_resource_host_to_any,
    wasmtime_component_resource_host_type,
};
use crate::vec::component::OwnedComponentVal;
use crate::{AsContextMut, Result};
use std::any::type_name;
use std::fmt;
use std::marker::PhantomData;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// A resource of the host, of a type that `T` stands for.
///
/// A guest has a handle to it, and the host a number of 32 bits, its *representation*, which is
/// usually an index into a [`ResourceTable`](super::ResourceTable). `T` is a marker: a value of it
/// need not exist.
///
/// The host gives a resource to a guest with [`Resource::new_own`], as the result of a host
/// function, and gets it back as an argument: owned, or borrowed for that call. When a guest drops
/// the last handle that owns it, the destructor runs that
/// [`LinkerInstance::resource`](super::LinkerInstance::resource) was given.
pub struct Resource<T: 'static> {
    handle: HostHandle,
    ty: PhantomData<fn() -> T>,
}

/// A resource of the host, of a type that is a number.
///
/// It is what [`Resource`] is, where Rust types can't be used. Its type is
/// [`ResourceType::host_dynamic`](super::ResourceType::host_dynamic).
pub struct ResourceDynamic {
    handle: HostHandle,
    ty: u32,
}

/// A resource of the host, without its type.
pub(super) struct HostHandle {
    rep: u32,
    owned: bool,
    /// Whether a guest owns it now.
    is_given: AtomicBool,
    /// The handle in libwasmtime's table, once it has been lent to a guest.
    in_table: OnceLock<InTable>,
}

struct InTable {
    store: StoreSerial,
    handle: Owned<wasmtime_component_resource_any_t>,
}

impl HostHandle {
    fn new(rep: u32, owned: bool) -> HostHandle {
        HostHandle {
            rep,
            owned,
            is_given: AtomicBool::new(false),
            in_table: OnceLock::new(),
        }
    }

    /// Takes a handle out of libwasmtime's table, and returns the number of its type with it.
    ///
    /// # Safety
    ///
    /// `handle` must be valid, and belong to the store.
    pub(super) unsafe fn take(
        store: &mut StoreOpaque,
        handle: *const wasmtime_component_resource_any_t,
    ) -> Result<(HostHandle, u32)> {
        // SAFETY: invariant "Context". The handle is valid, and belongs to the store, as this
        // function requires. If there is no error, `host` is owned.
        unsafe {
            let context = store.begin_change();
            let host =
                Owned::out(|out| wasmtime_component_resource_any_to_host(context, handle, out))?;
            let rep = wasmtime_component_resource_host_rep(host.as_ptr());
            let owned = wasmtime_component_resource_host_owned(host.as_ptr());
            let number = wasmtime_component_resource_host_type(host.as_ptr());
            Ok((HostHandle::new(rep, owned), number))
        }
    }

    /// Puts the resource into libwasmtime's table. The library must have components.
    fn put(
        &self,
        store: &mut StoreOpaque,
        owned: bool,
        number: u32,
    ) -> Result<Owned<wasmtime_component_resource_any_t>> {
        // SAFETY: invariant "Context". `host` is owned, and so is the handle if there is no error.
        unsafe {
            let host = wasmtime_component_resource_host_new(owned, self.rep, number);
            let host = Owned::from_c(host);
            let context = store.begin_change();
            Owned::out(|out| wasmtime_component_resource_host_to_any(context, host.as_ptr(), out))
        }
    }

    /// Returns the handle in libwasmtime's table, if it is there.
    ///
    /// # Errors
    ///
    /// Returns an error if it is in the table of another store.
    fn in_table(
        &self,
        store: &StoreOpaque,
    ) -> Result<Option<&Owned<wasmtime_component_resource_any_t>>> {
        match self.in_table.get() {
            None => Ok(None),
            Some(in_table) if in_table.store == store.roots.serial() => Ok(Some(&in_table.handle)),
            Some(_) => Err(cross_store()),
        }
    }

    fn lower(&self, cx: &mut LowerContext<'_>, number: u32) -> Result<OwnedComponentVal> {
        if !self.owned {
            return self.lower_borrowed(cx, number);
        }
        // Another thread may pass the same handle meanwhile.
        let is_given = cx.gives_away(number);
        let was_given = match is_given {
            true => self.is_given.swap(true, Ordering::Relaxed),
            false => self.is_given.load(Ordering::Relaxed),
        };
        ensure!(!was_given, "host resource already consumed");
        let handle = match is_given {
            true => self.give(cx.store(), number),
            false => self.lend(cx.store(), number),
        };
        if is_given && handle.is_err() {
            self.is_given.store(false, Ordering::Relaxed);
        }
        handle.map(OwnedComponentVal::from_resource)
    }

    fn give(
        &self,
        store: &mut StoreOpaque,
        number: u32,
    ) -> Result<Owned<wasmtime_component_resource_any_t>> {
        match self.in_table(store)? {
            Some(handle) => Ok(handle.clone()),
            None => self.put(store, true, number),
        }
    }

    fn lend(
        &self,
        store: &mut StoreOpaque,
        number: u32,
    ) -> Result<Owned<wasmtime_component_resource_any_t>> {
        if let Some(handle) = self.in_table(store)? {
            return Ok(handle.clone());
        }
        let handle = self.put(store, true, number)?;
        let in_table = InTable {
            store: store.roots.serial(),
            handle: handle.clone(),
        };
        if self.in_table.set(in_table).is_err() {
            // Another store has it by now.
            // SAFETY: the handle is owned, and was put into the table of this store.
            _ = unsafe { HostHandle::take(store, handle.as_ptr()) };
            return Err(cross_store());
        }
        Ok(handle)
    }

    /// Lends a resource that the host has borrowed itself. libwasmtime's table has none of those
    /// outside of the call from which they are borrowed, so it is lent as one that the host owns.
    fn lower_borrowed(&self, cx: &mut LowerContext<'_>, number: u32) -> Result<OwnedComponentVal> {
        ensure!(
            !cx.takes_ownership_of(number),
            "cannot lower a `borrow` resource into an `own`"
        );
        let handle = self.put(cx.store(), true, number)?;
        let val = OwnedComponentVal::from_resource(handle.clone());
        cx.lent().lend_temporary(handle);
        Ok(val)
    }

    fn lift(cx: &mut LiftContext<'_>, val: &OwnedComponentVal) -> Result<(HostHandle, u32)> {
        let Content::Resource(handle) = val.content() else {
            return Err(unexpected("resource", val));
        };
        // SAFETY: the handle is valid as long as the value, which is of the store.
        unsafe { HostHandle::take(cx.store(), handle.as_ptr()) }
    }

    fn from_any(resource: ResourceAny, store: &mut StoreOpaque) -> Result<(HostHandle, u32)> {
        let handle = resource.get(store)?.clone();
        // SAFETY: the handle is owned, and the store's, as `get` has found.
        let taken = unsafe { HostHandle::take(store, handle.as_ptr())? };
        resource.forget(store);
        Ok(taken)
    }

    fn into_any(self, store: &mut StoreOpaque, number: u32) -> Result<ResourceAny> {
        ensure!(
            !self.is_given.load(Ordering::Relaxed),
            "host resource already consumed"
        );
        let handle = match self.in_table(store)? {
            Some(handle) => handle.clone(),
            None => {
                // No component has been called yet.
                require(Feature::ComponentModel)?;
                self.put(store, self.owned, number)?
            }
        };
        Ok(ResourceAny::insert(store, handle))
    }

    /// Compares a Rust type, which `expected` describes, with a component's: it must be a handle
    /// of a resource for which `is_expected` returns `true`.
    fn typecheck(
        ty: &Type,
        cx: &InstanceType<'_>,
        is_expected: impl FnOnce(ResourceType) -> bool,
        expected: impl fmt::Display,
    ) -> Result<(), TypeMismatch> {
        let (Type::Own(resource) | Type::Borrow(resource)) = ty else {
            return Err(TypeMismatch::new(expected, ty.desc()));
        };
        if is_expected(cx.resource(*resource)) {
            Ok(())
        } else {
            Err(TypeMismatch::new(expected, "another resource"))
        }
    }

    fn debug(&self, f: &mut fmt::DebugStruct<'_, '_>) -> fmt::Result {
        f.field("rep", &self.rep)
            .field("owned", &self.owned)
            .finish()
    }
}

impl<T: 'static> Resource<T> {
    /// Creates a resource that whoever gets it owns.
    pub fn new_own(rep: u32) -> Resource<T> {
        Resource::of(HostHandle::new(rep, true))
    }

    /// Creates a resource that is lent.
    pub fn new_borrow(rep: u32) -> Resource<T> {
        Resource::of(HostHandle::new(rep, false))
    }

    fn of(handle: HostHandle) -> Resource<T> {
        Resource {
            handle,
            ty: PhantomData,
        }
    }

    /// Returns the number by which the host knows the resource.
    pub fn rep(&self) -> u32 {
        self.handle.rep
    }

    /// Reports whether the resource is owned, or else lent.
    pub fn owned(&self) -> bool {
        self.handle.owned
    }

    /// Turns a resource of any type into one of type `T`.
    ///
    /// Calls `wasmtime_component_resource_any_to_host`.
    ///
    /// # Errors
    ///
    /// Returns an error if it is of another type or of another store, isn't there any more, or is
    /// borrowed by a call that is running.
    pub fn try_from_resource_any(
        resource: ResourceAny,
        mut store: impl AsContextMut,
    ) -> Result<Resource<T>> {
        ensure!(
            resource.ty().is_host(host_number::<T>()),
            "resource type mismatch: expected `{}` of the host",
            type_name::<T>()
        );
        let mut store = store.as_context_mut();
        let (handle, _) = HostHandle::from_any(resource, store.opaque_mut())?;
        Ok(Resource::of(handle))
    }

    /// Turns the resource into one of any type.
    ///
    /// Calls `wasmtime_component_resource_host_to_any`.
    ///
    /// # Errors
    ///
    /// Returns an error if a guest owns the resource, if it was lent to a guest of another store,
    /// if it is lent to the host and no call is running, or if libwasmtime was built without
    /// components ([`Unsupported`](crate::Unsupported)).
    pub fn try_into_resource_any(self, mut store: impl AsContextMut) -> Result<ResourceAny> {
        let mut store = store.as_context_mut();
        self.handle.into_any(store.opaque_mut(), host_number::<T>())
    }
}

impl<T: 'static> fmt::Debug for Resource<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.handle.debug(&mut f.debug_struct("Resource"))
    }
}

// SAFETY: size and alignment are those of the canonical ABI.
unsafe impl<T: 'static> ComponentType for Resource<T> {
    const SIZE32: usize = 4;
    const ALIGN32: u32 = 4;

    fn typecheck(ty: &Type, cx: &InstanceType<'_>) -> Result<(), TypeMismatch> {
        HostHandle::typecheck(
            ty,
            cx,
            |resource| resource.is_host(host_number::<T>()),
            format_args!("a resource `{}` of the host", type_name::<T>()),
        )
    }
}

// SAFETY: the value is a resource.
unsafe impl<T: 'static> Lower for Resource<T> {
    fn lower(&self, cx: &mut LowerContext<'_>) -> Result<OwnedComponentVal> {
        self.handle.lower(cx, host_number::<T>())
    }
}

// SAFETY: only a resource of the type is read.
unsafe impl<T: 'static> Lift for Resource<T> {
    fn lift(cx: &mut LiftContext<'_>, val: &OwnedComponentVal) -> Result<Resource<T>> {
        let (handle, number) = HostHandle::lift(cx, val)?;
        ensure!(number == host_number::<T>(), "resource type mismatch");
        Ok(Resource::of(handle))
    }
}

impl ResourceDynamic {
    /// Creates a resource that whoever gets it owns.
    pub fn new_own(rep: u32, ty: u32) -> ResourceDynamic {
        let handle = HostHandle::new(rep, true);
        ResourceDynamic { handle, ty }
    }

    /// Creates a resource that is lent.
    pub fn new_borrow(rep: u32, ty: u32) -> ResourceDynamic {
        let handle = HostHandle::new(rep, false);
        ResourceDynamic { handle, ty }
    }

    /// Returns the number by which the host knows the resource.
    pub fn rep(&self) -> u32 {
        self.handle.rep
    }

    /// Returns the number that stands for its type.
    pub fn ty(&self) -> u32 {
        self.ty
    }

    /// Reports whether the resource is owned, or else lent.
    pub fn owned(&self) -> bool {
        self.handle.owned
    }

    /// Turns a resource of any type into one of the host.
    ///
    /// # Errors
    ///
    /// Returns an error if its type isn't one of
    /// [`ResourceType::host_dynamic`](super::ResourceType::host_dynamic), or as
    /// [`Resource::try_from_resource_any`] does.
    pub fn try_from_resource_any(
        resource: ResourceAny,
        mut store: impl AsContextMut,
    ) -> Result<ResourceDynamic> {
        ensure!(
            has_number(resource.ty()),
            "resource type mismatch: expected one of the host whose type is a number"
        );
        let mut store = store.as_context_mut();
        let (handle, number) = HostHandle::from_any(resource, store.opaque_mut())?;
        ResourceDynamic::of(handle, number)
    }

    /// Turns the resource into one of any type.
    ///
    /// # Errors
    ///
    /// Returns an error as [`Resource::try_into_resource_any`] does.
    pub fn try_into_resource_any(self, mut store: impl AsContextMut) -> Result<ResourceAny> {
        let mut store = store.as_context_mut();
        let number = host_number_of_payload(self.ty);
        self.handle.into_any(store.opaque_mut(), number)
    }

    fn of(handle: HostHandle, number: u32) -> Result<ResourceDynamic> {
        let ty =
            payload_of_host_number(number).ok_or_else(|| format_err!("resource type mismatch"))?;
        Ok(ResourceDynamic { handle, ty })
    }
}

/// Reports whether a number chosen by the host stands for a type.
fn has_number(ty: ResourceType) -> bool {
    let number = ty.host_number();
    number.and_then(payload_of_host_number).is_some()
}

impl fmt::Debug for ResourceDynamic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.handle
            .debug(f.debug_struct("ResourceDynamic").field("ty", &self.ty))
    }
}

// SAFETY: size and alignment are those of the canonical ABI.
unsafe impl ComponentType for ResourceDynamic {
    const SIZE32: usize = 4;
    const ALIGN32: u32 = 4;

    fn typecheck(ty: &Type, cx: &InstanceType<'_>) -> Result<(), TypeMismatch> {
        HostHandle::typecheck(
            ty,
            cx,
            has_number,
            "a resource of the host whose type is a number",
        )
    }
}

// SAFETY: the value is a resource.
unsafe impl Lower for ResourceDynamic {
    fn lower(&self, cx: &mut LowerContext<'_>) -> Result<OwnedComponentVal> {
        self.handle.lower(cx, host_number_of_payload(self.ty))
    }
}

// SAFETY: only a resource of the host is read.
unsafe impl Lift for ResourceDynamic {
    fn lift(cx: &mut LiftContext<'_>, val: &OwnedComponentVal) -> Result<ResourceDynamic> {
        let (handle, number) = HostHandle::lift(cx, val)?;
        ResourceDynamic::of(handle, number)
    }
}
