//! What a component imports and exports.

use super::{ComponentFunc, ResourceType, Scope, Type, name, type_object};
use crate::component::{Component as CompiledComponent, ComponentExportIndex, ExportLookup};
use crate::owned::Owned;
use crate::sys::*;
use crate::{Engine, FuncType};
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::Arc;

type_object! {
    /// The type of a component: what it imports and exports.
    Component(wasmtime_component_type_t);
    /// The type of an instance, such as an interface: what it exports.
    ComponentInstance(wasmtime_component_instance_type_t);
    /// The type of a module that a component imports or exports.
    ///
    /// Its imports and exports aren't available: the C API ends the process if there is a table with
    /// large 64-bit limits among them.
    // Version 48: the limits of a table are converted to 32 bits; look at `CTableType` in
    // `wasmtime-c-api-impl`.
    Module(wasmtime_module_type_t);
}

/// An import or export, without its name.
#[derive(Clone, Debug)]
pub enum ComponentItem {
    /// A function.
    ComponentFunc(ComponentFunc),
    /// A function of a module.
    CoreFunc(FuncType),
    /// A module.
    Module(Module),
    /// A component.
    Component(Component),
    /// An instance, such as an interface.
    ComponentInstance(ComponentInstance),
    /// A type of values.
    Type(Type),
    /// A resource.
    Resource(ResourceType),
}

/// An import or export of a component or an instance, without its name.
///
/// The C API tells neither which interface it implements nor its external id.
#[derive(Clone, Debug)]
pub struct ComponentExtern<'a> {
    /// What it is.
    pub ty: ComponentItem,
    /// `None`: the C API doesn't tell.
    pub implements: Option<&'a str>,
    /// `None`: the C API doesn't tell.
    pub external_id: Option<&'a str>,
}

impl ComponentExtern<'_> {
    /// Reports whether it implements the interface of that name: `false`, as the C API doesn't tell.
    pub fn is_implements(&self, _name: &str) -> bool {
        false
    }

    fn new(ty: ComponentItem) -> Self {
        ComponentExtern {
            ty,
            implements: None,
            external_id: None,
        }
    }
}

impl ComponentItem {
    /// Takes an item of the C API.
    ///
    /// # Panics
    ///
    /// Panics if its kind is one that the headers of the C API don't have.
    ///
    /// # Safety
    ///
    /// `raw` must be a valid item that the caller owns, and gives up.
    unsafe fn from_c(raw: wasmtime_component_item_t, scope: &Arc<Scope>) -> ComponentItem {
        let of = raw.of;
        // SAFETY: the field of the kind is valid and owned, as this function requires.
        unsafe {
            match raw.kind {
                WASMTIME_COMPONENT_ITEM_COMPONENT => ComponentItem::Component(
                    Component::from_owned(Owned::from_c(of.component), scope),
                ),
                WASMTIME_COMPONENT_ITEM_COMPONENT_INSTANCE => ComponentItem::ComponentInstance(
                    ComponentInstance::from_owned(Owned::from_c(of.component_instance), scope),
                ),
                WASMTIME_COMPONENT_ITEM_MODULE => {
                    ComponentItem::Module(Module::from_owned(Owned::from_c(of.module), scope))
                }
                WASMTIME_COMPONENT_ITEM_COMPONENT_FUNC => ComponentItem::ComponentFunc(
                    ComponentFunc::from_owned(Owned::from_c(of.component_func), scope),
                ),
                WASMTIME_COMPONENT_ITEM_RESOURCE => {
                    ComponentItem::Resource(scope.resource_type(Owned::from_c(of.resource)))
                }
                WASMTIME_COMPONENT_ITEM_CORE_FUNC => {
                    let ty = Owned::from_c(of.core_func);
                    ComponentItem::CoreFunc(FuncType::from_owned(scope.engine(), ty))
                }
                WASMTIME_COMPONENT_ITEM_TYPE => ComponentItem::Type(Type::from_c(of.ty, scope)),
                kind => panic!("the C API's headers have no item of kind {kind}"),
            }
        }
    }
}

/// Defines the lookups among the imports or exports of a type.
macro_rules! items {
    ($($ty:ident: $what:literal $get:ident by $get_c:ident, $all:ident by $count_c:ident $nth_c:ident $(+ $lifetime:lifetime)?;)*) => {$(
        impl $ty {
            #[doc = concat!("Returns the ", $what, " of that name, if there is one.")]
            ///
            #[doc = concat!("`_engine` isn't needed: the type knows its own. Calls `", stringify!($get_c), "`.")]
            pub fn $get<'a>(
                &'a self,
                _engine: &'a Engine,
                name: &str,
            ) -> Option<ComponentExtern<'a>> {
                let mut item = MaybeUninit::uninit();
                // SAFETY: invariant "Owned object": the type is owned, and of the engine. The name
                // is a borrowed string. An owned item is written if there is one.
                unsafe {
                    $get_c(
                        self.raw.as_ptr(),
                        self.scope.engine().as_ptr(),
                        name.as_ptr().cast(),
                        name.len(),
                        item.as_mut_ptr(),
                    )
                    .then(|| ComponentItem::from_c(item.assume_init(), &self.scope))
                    .map(ComponentExtern::new)
                }
            }

            #[doc = concat!("Returns the names and the types of the ", $what, "s.")]
            ///
            #[doc = concat!("`_engine` isn't needed: the type knows its own. Calls `", stringify!($nth_c), "`.")]
            pub fn $all<'a>(
                &'a self,
                _engine: &'a Engine,
            ) -> impl ExactSizeIterator<Item = (&'a str, ComponentExtern<'a>)> $(+ $lifetime)? {
                let engine = self.scope.engine().as_ptr();
                // SAFETY: invariant "Owned object": the type is owned, and of the engine.
                let len = unsafe { $count_c(self.raw.as_ptr(), engine) };
                (0..len).map(move |nth| {
                    let (mut at, mut len, mut item) = (ptr::null(), 0, MaybeUninit::uninit());
                    // SAFETY: as for the number. There is such an item, so it is written, and
                    // owned, and its name, which is part of the type.
                    unsafe {
                        let found = $nth_c(
                            self.raw.as_ptr(),
                            engine,
                            nth,
                            &mut at,
                            &mut len,
                            item.as_mut_ptr(),
                        );
                        assert!(found, "there are as many items as counted");
                        let item = ComponentItem::from_c(item.assume_init(), &self.scope);
                        (name(at, len), ComponentExtern::new(item))
                    }
                })
            }
        }
    )*};
}

items! {
    Component: "import" get_import by wasmtime_component_type_import_get,
        imports by wasmtime_component_type_import_count wasmtime_component_type_import_nth + 'a;
    Component: "export" get_export by wasmtime_component_type_export_get,
        exports by wasmtime_component_type_export_count wasmtime_component_type_export_nth + 'a;
    ComponentInstance: "export" get_export by wasmtime_component_instance_type_export_get,
        exports by wasmtime_component_instance_type_export_count
            wasmtime_component_instance_type_export_nth;
}

impl CompiledComponent {
    /// Returns the component's type: what it imports and exports.
    ///
    /// Calls `wasmtime_component_type`.
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::component::{Component, types::ComponentItem};
    /// use libwasmtime::Engine;
    ///
    /// let engine = Engine::default();
    /// let component = Component::new(&engine, r#"(component (import "log" (func (param "text" string))))"#)?;
    /// let ty = component.component_type();
    /// let (name, import) = ty.imports(&engine).next().expect("there is one");
    /// assert_eq!(name, "log");
    /// let ComponentItem::ComponentFunc(func) = import.ty else {
    ///     panic!("it is a function");
    /// };
    /// assert_eq!(func.params().next().expect("there is one").0, "text");
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn component_type(&self) -> Component {
        // SAFETY: invariant "Owned object": the component is owned, and so is the result.
        let raw = unsafe { Owned::from_c(wasmtime_component_type(self.as_ptr())) };
        Component::from_owned(raw, self.scope())
    }

    /// Returns the type of an export and its index, or `None` if there is none of that name.
    ///
    /// The export is one of the component, or one of an instance that it exports. If only the
    /// index is needed, [`get_export_index`](CompiledComponent::get_export_index) is faster.
    pub fn get_export(
        &self,
        instance: Option<&ComponentExportIndex>,
        name: impl ExportLookup,
    ) -> Option<(ComponentItem, ComponentExportIndex)> {
        let index = name.lookup(self, instance)?;
        let mut names = self.exports().path(&index).into_iter();
        let first = names.next()?;
        let ty = self.component_type();
        let mut item = ty.get_export(self.engine(), &first)?.ty;
        for name in names {
            let ComponentItem::ComponentInstance(ty) = &item else {
                return None;
            };
            item = ty.get_export(self.engine(), &name)?.ty;
        }
        Some((item, index))
    }
}
