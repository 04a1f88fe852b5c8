//! [`LinkerInstance`]: adding definitions to a linker.

use super::check::instance_in;
use super::host::{HostDestructor, HostFunc};
use super::names::Names;
use super::{Definition, Definitions};
use crate::component::types::{ComponentFunc, ResourceType};
use crate::component::{ComponentNamedList, Lift, Lower, Val};
use crate::error::{bail, ensure};
use crate::{Engine, Module, Result, StoreContextMut};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

/// What adds definitions to an instance of a [`Linker`](super::Linker), such as an interface that
/// components import.
///
/// [`Linker::root`](super::Linker::root), [`Linker::instance`](super::Linker::instance) and
/// [`LinkerInstance::instance`] return it.
pub struct LinkerInstance<'a, T: 'static> {
    engine: &'a Engine,
    shadowing: bool,
    names: &'a mut Names<Definition>,
    data: PhantomData<fn(T) -> T>,
}

impl<'a, T: 'static> LinkerInstance<'a, T> {
    pub(super) fn new(engine: &'a Engine, definitions: &'a mut Definitions) -> Self {
        LinkerInstance {
            engine,
            shadowing: definitions.shadowing,
            names: &mut definitions.root,
            data: PhantomData,
        }
    }

    /// Defines a host function that takes and returns Rust values.
    ///
    /// `func` gets the store's context and the arguments as a tuple, and returns the results as
    /// a tuple of one element or none. [`ComponentType`](crate::component::ComponentType) lists
    /// the Rust types for the types of components. They are compared with what a component
    /// imports when it is linked ([`Linker::instantiate_pre`](super::Linker::instantiate_pre)).
    ///
    /// An error or a panic of `func` reaches the host's call that has entered the component,
    /// unchanged.
    ///
    /// Calls `wasmtime_component_linker_instance_add_func`, when a component is linked.
    ///
    /// # Errors
    ///
    /// Returns an error if the name is defined, and shadowing isn't allowed.
    pub fn func_wrap<F, Params, Return>(&mut self, name: &str, func: F) -> Result<()>
    where
        F: Fn(StoreContextMut<'_, T>, Params) -> Result<Return> + Send + Sync + 'static,
        Params: ComponentNamedList + Lift + 'static,
        Return: ComponentNamedList + Lower + 'static,
    {
        self.define_func(name, HostFunc::typed(func))
    }

    /// Defines a host function that takes and returns values whose types are known at run time.
    ///
    /// `func` gets the store's context, the type that the component imports, the arguments, and
    /// places for the results, which it has to overwrite.
    ///
    /// Calls `wasmtime_component_linker_instance_add_func`, when a component is linked.
    ///
    /// # Errors
    ///
    /// Returns an error if the name is defined, and shadowing isn't allowed.
    pub fn func_new(
        &mut self,
        name: &str,
        func: impl Fn(StoreContextMut<'_, T>, ComponentFunc, &[Val], &mut [Val]) -> Result<()>
        + Send
        + Sync
        + 'static,
    ) -> Result<()> {
        self.define_func(name, HostFunc::untyped(func))
    }

    /// Defines a host function as [`LinkerInstance::func_wrap`] does, whose result is a future.
    ///
    /// While the future is pending, the component is suspended, and so is the host's call that
    /// has entered it, which must be an asynchronous one, such as `TypedFunc::call_async`. An error of
    /// the future is passed on whenever it comes.
    ///
    /// # Errors
    ///
    /// Returns an error if the name is defined, and shadowing isn't allowed.
    #[cfg(feature = "async")]
    pub fn func_wrap_async<Params, Return, F>(&mut self, name: &str, func: F) -> Result<()>
    where
        F: for<'b> Fn(
                StoreContextMut<'b, T>,
                Params,
            ) -> Box<dyn Future<Output = Result<Return>> + Send + 'b>
            + Send
            + Sync
            + 'static,
        Params: ComponentNamedList + Lift + 'static,
        Return: ComponentNamedList + Lower + 'static,
    {
        self.define_func(name, HostFunc::typed_async(func))
    }

    /// Defines a host function as [`LinkerInstance::func_new`] does, whose result is a future.
    ///
    /// The future is as for [`LinkerInstance::func_wrap_async`].
    ///
    /// # Errors
    ///
    /// Returns an error if the name is defined, and shadowing isn't allowed.
    #[cfg(feature = "async")]
    pub fn func_new_async<F>(&mut self, name: &str, func: F) -> Result<()>
    where
        F: for<'b> Fn(
                StoreContextMut<'b, T>,
                ComponentFunc,
                &'b [Val],
                &'b mut [Val],
            ) -> Box<dyn Future<Output = Result<()>> + Send + 'b>
            + Send
            + Sync
            + 'static,
    {
        self.define_func(name, HostFunc::untyped_async(func))
    }

    /// Defines a module that components import.
    ///
    /// Calls `wasmtime_component_linker_instance_add_module`, when a component is linked.
    ///
    /// # Errors
    ///
    /// Returns an error if the name is defined, and shadowing isn't allowed, or if the module
    /// belongs to another engine.
    pub fn module(&mut self, name: &str, module: &Module) -> Result<()> {
        ensure!(
            Engine::same(self.engine, module.engine()),
            "the module belongs to another engine than the linker"
        );
        self.define(name, Definition::Module(module.clone()))
    }

    /// Defines a resource that components import.
    ///
    /// `dtor` is called when a guest drops the last handle that owns an object. It gets the
    /// object's representation, which the host has passed in with
    /// [`Resource::new_own`](crate::component::Resource::new_own).
    ///
    /// An error or a panic of `dtor` reaches the host's call that has entered the component,
    /// unchanged.
    ///
    /// Calls `wasmtime_component_linker_instance_add_resource`, when a component is linked.
    ///
    /// # Errors
    ///
    /// Returns an error if the name is defined, and shadowing isn't allowed.
    pub fn resource(
        &mut self,
        name: &str,
        ty: ResourceType,
        dtor: impl Fn(StoreContextMut<'_, T>, u32) -> Result<()> + Send + Sync + 'static,
    ) -> Result<()> {
        self.define(
            name,
            Definition::Resource(ty, Arc::new(HostDestructor::new(dtor))),
        )
    }

    /// Defines a resource as [`LinkerInstance::resource`] does, whose destructor returns a
    /// future.
    ///
    /// The future is as for [`LinkerInstance::func_wrap_async`].
    ///
    /// # Errors
    ///
    /// Returns an error if the name is defined, and shadowing isn't allowed.
    #[cfg(feature = "async")]
    pub fn resource_async<F>(&mut self, name: &str, ty: ResourceType, dtor: F) -> Result<()>
    where
        T: Send,
        F: for<'b> Fn(
                StoreContextMut<'b, T>,
                u32,
            ) -> Box<dyn Future<Output = Result<()>> + Send + 'b>
            + Send
            + Sync
            + 'static,
    {
        self.define(
            name,
            Definition::Resource(ty, Arc::new(HostDestructor::new_async(dtor))),
        )
    }

    /// Returns what adds definitions to the instance of that name, which is created if there is
    /// none.
    ///
    /// # Errors
    ///
    /// Returns an error if the name is defined as something else, and shadowing isn't allowed.
    pub fn instance(&mut self, name: &str) -> Result<LinkerInstance<'_, T>> {
        LinkerInstance {
            engine: self.engine,
            shadowing: self.shadowing,
            names: &mut *self.names,
            data: PhantomData,
        }
        .into_instance(name)
    }

    /// Returns the same as [`LinkerInstance::instance`], with the lifetime of `self`.
    ///
    /// # Errors
    ///
    /// Returns an error as [`LinkerInstance::instance`] does.
    pub fn into_instance(mut self, name: &str) -> Result<Self> {
        if !matches!(self.names.get_mut(name), Some(Definition::Instance(_))) {
            self.define(name, Definition::Instance(Names::default()))?;
        }
        self.names = instance_in(self.names, name);
        Ok(self)
    }

    fn define_func(&mut self, name: &str, func: HostFunc) -> Result<()> {
        self.define(name, Definition::Func(Arc::new(func)))
    }

    pub(super) fn define(&mut self, name: &str, definition: Definition) -> Result<()> {
        if !self.shadowing && self.names.contains(name) {
            bail!("map entry `{name}` defined twice");
        }
        self.names.insert(name, definition);
        Ok(())
    }
}

impl<T: 'static> fmt::Debug for LinkerInstance<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkerInstance").finish_non_exhaustive()
    }
}
