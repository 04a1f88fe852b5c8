//! [`Instance`]: components in a store.

use super::linker::Linked;
use super::types::{ComponentFunc, ComponentItem, ResourceType};
use super::{
    Component, ComponentExportIndex, ComponentNamedList, ExportLookup, Func, InstancePre, Lift,
    Lower, TypedFunc,
};
use crate::entity::entity;
use crate::error::{Context, format_err};
use crate::store::StoreOpaque;
use crate::sys::{wasmtime_component_instance_get_func, wasmtime_component_instance_t};
use crate::{AsContext, AsContextMut, Result};
use std::mem::MaybeUninit;
use std::sync::Arc;

/// An instance of a component: the handle of an object in a store.
///
/// [`Linker::instantiate`](super::Linker::instantiate) and [`InstancePre::instantiate`] create it,
/// and so does the code of `component::bindgen!`.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Instance(wasmtime_component_instance_t);

entity!(Instance(wasmtime_component_instance_t): store_id, __private);

impl PartialEq for Instance {
    fn eq(&self, other: &Instance) -> bool {
        self.is(other)
    }
}

impl Eq for Instance {}

/// What an instance was created from.
#[derive(Clone)]
pub struct Origin {
    pub(super) component: Component,
    pub(super) linked: Arc<Linked>,
}

impl Instance {
    /// Takes an instance that libwasmtime created.
    ///
    /// # Safety
    ///
    /// `raw` must be of `store`, and have been created from `origin`.
    pub(super) unsafe fn adopt(
        store: &mut StoreOpaque,
        raw: wasmtime_component_instance_t,
        origin: Origin,
    ) -> Instance {
        // SAFETY: the instance belongs to the store, as this function requires.
        let instance = unsafe { Instance::from_c(raw, store) };
        store.components_mut().insert(&instance.0, origin);
        instance
    }

    fn origin<'a>(&self, store: &'a StoreOpaque) -> &'a Origin {
        store.components().origin(self.get_c(store))
    }

    /// Returns the exported function of that name or at that index, or `None` if there is none.
    ///
    /// Calls `wasmtime_component_instance_get_func`.
    ///
    /// # Panics
    ///
    /// Panics if the instance belongs to another store.
    pub fn get_func(&self, mut store: impl AsContextMut, name: impl ExportLookup) -> Option<Func> {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        let component = self.origin(store).component.clone();
        let index = name.lookup(&component, None)?;
        let mut out = MaybeUninit::uninit();
        component.exports().with_raw(&index, |index| {
            // SAFETY: invariants "Context" and "Ownership". The index is one of the instance's
            // component, and alive. `out` is initialized if there is such a function.
            unsafe {
                wasmtime_component_instance_get_func(
                    self.get_c(store),
                    store.begin_change(),
                    index,
                    out.as_mut_ptr(),
                )
                .then(|| Func::from_c(out.assume_init(), store))
            }
        })
    }

    /// Returns the exported function of that name or at that index, with its type checked.
    ///
    /// [`Func::typed`] says which types `Params` and `Results` may be.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no such function, or if its type is another one.
    ///
    /// # Panics
    ///
    /// Panics if the instance belongs to another store.
    pub fn get_typed_func<Params, Results>(
        &self,
        mut store: impl AsContextMut,
        name: impl ExportLookup,
    ) -> Result<TypedFunc<Params, Results>>
    where
        Params: ComponentNamedList + Lower,
        Results: ComponentNamedList + Lift,
    {
        let func = self
            .get_func(store.as_context_mut(), name)
            .ok_or_else(|| format_err!("failed to find function export"))?;
        func.typed(store.as_context())
            .context("failed to convert function to given type")
    }

    /// Returns the type of an export and its index, or `None` if there is none of that name.
    ///
    /// The export is one of the instance's, or one of an instance that it exports. The type of a
    /// function has the resources of this instance; other types are those of the component.
    ///
    /// # Panics
    ///
    /// Panics if the instance belongs to another store.
    pub fn get_export(
        &self,
        mut store: impl AsContextMut,
        instance: Option<&ComponentExportIndex>,
        name: &str,
    ) -> Option<(ComponentItem, ComponentExportIndex)> {
        let mut store = store.as_context_mut();
        let component = self.origin(store.opaque()).component.clone();
        let (item, index) = component.get_export(instance, name)?;
        let item = match self.get_func(&mut store, index) {
            Some(func) => ComponentItem::ComponentFunc(func.ty(&store)),
            None => item,
        };
        Some((item, index))
    }

    /// Returns the type of an exported resource, or `None` if there is none of that name or at that
    /// index.
    ///
    /// The C API has no function for this. So the type is found in an exported function that takes
    /// or returns the resource; if none does, this returns `None`.
    ///
    /// # Panics
    ///
    /// Panics if the instance belongs to another store.
    pub fn get_resource(
        &self,
        mut store: impl AsContextMut,
        name: impl ExportLookup,
    ) -> Option<ResourceType> {
        let mut store = store.as_context_mut();
        let component = self.origin(store.opaque()).component.clone();
        let (item, _) = component.get_export(None, name)?;
        let ComponentItem::Resource(resource) = item else {
            return None;
        };
        let mut resolve = |index: ComponentExportIndex, ty: &ComponentFunc| {
            let place = ty.all_handles().iter().position(|ty| *ty == resource)?;
            let ty = self.get_func(&mut store, index)?.ty(&store);
            ty.all_handles().get(place).copied()
        };
        let ty = component.component_type();
        for (name, export) in ty.exports(component.engine()) {
            let index = component.get_export_index(None, name)?;
            if let ComponentItem::ComponentFunc(ty) = &export.ty {
                if let Some(found) = resolve(index, ty) {
                    return Some(found);
                }
            }
            let ComponentItem::ComponentInstance(interface) = &export.ty else {
                continue;
            };
            for (name, export) in interface.exports(component.engine()) {
                let ComponentItem::ComponentFunc(ty) = &export.ty else {
                    continue;
                };
                let index = component.get_export_index(Some(&index), name)?;
                if let Some(found) = resolve(index, ty) {
                    return Some(found);
                }
            }
        }
        None
    }

    /// Returns the index of an export, or `None` if there is none of that name.
    ///
    /// It is the index that [`Component::get_export_index`] of the instance's component returns.
    ///
    /// # Panics
    ///
    /// Panics if the instance belongs to another store.
    pub fn get_export_index(
        &self,
        mut store: impl AsContextMut,
        instance: Option<&ComponentExportIndex>,
        name: &str,
    ) -> Option<ComponentExportIndex> {
        let store = store.as_context_mut();
        let component = self.origin(store.opaque()).component.clone();
        component.get_export_index(instance, name)
    }

    /// Returns the [`InstancePre`] from which the instance was created.
    ///
    /// # Panics
    ///
    /// Panics if the instance belongs to another store.
    pub fn instance_pre<T>(&self, store: impl AsContext<Data = T>) -> InstancePre<T> {
        let store = store.as_context();
        let Origin { component, linked } = self.origin(store.opaque()).clone();
        // SAFETY: the definitions are for stores of data `T`, as they were used with this one.
        unsafe { InstancePre::new(component, linked) }
    }
}
