//! Exports of components, found by name or by an index.

use super::Component;
use crate::owned::Owned;
use crate::sys::{wasmtime_component_export_index_t, wasmtime_component_get_export_index};
use std::collections::HashMap;
use std::ptr;
use std::sync::{Mutex, PoisonError};

/// The index of an export of a [`Component`], for lookups without a name.
///
/// [`Component::get_export_index`] returns it, and so do others. With another component, there is
/// no export at such an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ComponentExportIndex {
    /// The serial number of the component.
    component: u64,
    /// The place among the component's exports that were looked up.
    place: usize,
}

/// What an export is found by: its name, as a `str` or a `String`, or a [`ComponentExportIndex`].
///
/// It isn't meant to be implemented outside of this crate.
pub trait ExportLookup {
    #[doc(hidden)]
    fn lookup(
        &self,
        component: &Component,
        instance: Option<&ComponentExportIndex>,
    ) -> Option<ComponentExportIndex>;
}

impl<T: ExportLookup + ?Sized> ExportLookup for &T {
    fn lookup(
        &self,
        component: &Component,
        instance: Option<&ComponentExportIndex>,
    ) -> Option<ComponentExportIndex> {
        T::lookup(self, component, instance)
    }
}

impl ExportLookup for str {
    fn lookup(
        &self,
        component: &Component,
        instance: Option<&ComponentExportIndex>,
    ) -> Option<ComponentExportIndex> {
        component.exports().find(component, instance, self)
    }
}

impl ExportLookup for String {
    fn lookup(
        &self,
        component: &Component,
        instance: Option<&ComponentExportIndex>,
    ) -> Option<ComponentExportIndex> {
        str::lookup(self, component, instance)
    }
}

impl ExportLookup for ComponentExportIndex {
    fn lookup(
        &self,
        component: &Component,
        _: Option<&ComponentExportIndex>,
    ) -> Option<ComponentExportIndex> {
        (self.component == component.serial()).then_some(*self)
    }
}

/// The exports of a component that were looked up.
///
/// The C API's indices are objects, whereas a [`ComponentExportIndex`] is plain data; so the
/// component keeps them. There are at most as many as the component has exports.
#[derive(Default)]
pub struct Exports(Mutex<Found>);

#[derive(Default)]
struct Found {
    exports: Vec<Export>,
    /// The places of the exports by the instance in which they are, and by name.
    places: HashMap<(Option<usize>, Box<str>), usize>,
}

struct Export {
    raw: Owned<wasmtime_component_export_index_t>,
    instance: Option<usize>,
    name: Box<str>,
}

impl Exports {
    fn find(
        &self,
        component: &Component,
        instance: Option<&ComponentExportIndex>,
        name: &str,
    ) -> Option<ComponentExportIndex> {
        let instance = match instance {
            Some(instance) if instance.component != component.serial() => return None,
            Some(instance) => Some(instance.place),
            None => None,
        };
        self.with(|found| {
            let key = (instance, name.into());
            let place = match found.places.get(&key) {
                Some(place) => *place,
                None => {
                    let parent = match instance {
                        Some(place) => found.exports[place].raw.as_ptr(),
                        None => ptr::null_mut(),
                    };
                    // SAFETY: invariant "Owned object": component and index are alive, and the
                    // index is the component's. The name is a borrowed string. The result is
                    // null or owned.
                    let raw = unsafe {
                        Owned::from_raw(wasmtime_component_get_export_index(
                            component.as_ptr(),
                            parent,
                            name.as_ptr().cast(),
                            name.len(),
                        ))
                    }?;
                    let place = found.exports.len();
                    found.exports.push(Export {
                        raw,
                        instance,
                        name: name.into(),
                    });
                    found.places.insert(key, place);
                    place
                }
            };
            Some(ComponentExportIndex {
                component: component.serial(),
                place,
            })
        })
    }

    /// Calls `f` with the C API's index of an export, which must be of this component.
    pub(super) fn with_raw<R>(
        &self,
        index: &ComponentExportIndex,
        f: impl FnOnce(*const wasmtime_component_export_index_t) -> R,
    ) -> R {
        self.with(|found| f(found.exports[index.place].raw.as_ptr()))
    }

    /// Returns the names that lead to an export of this component, from the outermost.
    pub(super) fn path(&self, index: &ComponentExportIndex) -> Vec<Box<str>> {
        self.with(|found| {
            let mut path = Vec::new();
            let mut place = Some(index.place);
            while let Some(at) = place {
                path.push(found.exports[at].name.clone());
                place = found.exports[at].instance;
            }
            path.reverse();
            path
        })
    }

    fn with<R>(&self, f: impl FnOnce(&mut Found) -> R) -> R {
        // The lock guards no data that a panic could leave half changed.
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
