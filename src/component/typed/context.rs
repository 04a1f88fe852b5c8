//! What values need beside themselves: the store in which they are.

use crate::Result;
use crate::component::Func;
use crate::component::resource_any::Lent;
use crate::component::types::ResourceType;
use crate::error::ensure;
use crate::store::StoreOpaque;
use std::collections::HashMap;
use std::mem;

/// What the resources in a type are.
///
/// The types of a component that isn't instantiated tell nothing about those that it imports. So
/// what they are to be is noted when the component is linked.
#[derive(Clone, Copy, Debug)]
pub struct InstanceType<'a> {
    imported: Option<&'a ImportedResources>,
}

/// What the resources that a component imports are.
pub(crate) type ImportedResources = HashMap<ResourceType, ResourceType>;

impl<'a> InstanceType<'a> {
    /// The types of an instance, of which all is known.
    pub(crate) const INSTANCE: InstanceType<'static> = InstanceType { imported: None };

    /// The types of a component.
    pub(crate) fn of_component(imported: &'a ImportedResources) -> InstanceType<'a> {
        InstanceType {
            imported: Some(imported),
        }
    }

    /// Returns what a resource is.
    pub(crate) fn resource(&self, ty: ResourceType) -> ResourceType {
        let imported = self.imported.and_then(|imported| imported.get(&ty));
        imported.copied().unwrap_or(ty)
    }
}

/// The store to which values are passed, and what they are passed as.
pub struct LowerContext<'a> {
    store: &'a mut StoreOpaque,
    purpose: Purpose,
    lent: Lent,
    /// In how many others the value is that is passed.
    depth: u32,
}

/// How deep values of any type may nest.
const DEEPEST: u32 = 1000;

/// What values are passed as.
#[derive(Clone, Copy)]
enum Purpose {
    /// The arguments of this function.
    Arguments(Func),
    /// The results of a host function.
    Results,
}

impl<'a> LowerContext<'a> {
    /// For the arguments of a function.
    #[inline]
    pub(crate) fn for_call(store: &'a mut StoreOpaque, func: &Func) -> LowerContext<'a> {
        LowerContext::new(store, Purpose::Arguments(*func))
    }

    /// For the results of a host function.
    #[inline]
    pub(crate) fn for_results(store: &'a mut StoreOpaque) -> LowerContext<'a> {
        LowerContext::new(store, Purpose::Results)
    }

    #[inline]
    fn new(store: &'a mut StoreOpaque, purpose: Purpose) -> LowerContext<'a> {
        LowerContext {
            store,
            purpose,
            lent: Lent::default(),
            depth: 0,
        }
    }

    #[inline]
    pub(crate) fn store(&mut self) -> &mut StoreOpaque {
        self.store
    }

    /// Notes that a value of any type is passed, and then those in it.
    ///
    /// # Errors
    ///
    /// Returns an error if it is in so many others that libwasmtime's stack might overflow, which
    /// is more than any type allows.
    #[inline]
    pub(crate) fn descend(&mut self) -> Result<()> {
        ensure!(
            self.depth < DEEPEST,
            "a value of a component nests more than {DEEPEST} deep"
        );
        self.depth += 1;
        Ok(())
    }

    /// Notes that the value has been passed.
    #[inline]
    pub(crate) fn ascend(&mut self) {
        self.depth -= 1;
    }

    /// Returns what has been passed of the host's handles.
    #[inline]
    pub(crate) fn lent(&mut self) -> &mut Lent {
        &mut self.lent
    }

    /// Reports whether whoever gets the values gets ownership of every resource of the host with
    /// that number.
    pub(crate) fn gives_away(&mut self, number: u32) -> bool {
        match self.purpose {
            Purpose::Arguments(func) => {
                let signature = func.signature(self.store);
                let handles = signature.handles();
                handles.owns_host(number) && !handles.borrows_host(number)
            }
            Purpose::Results => true,
        }
    }

    /// Reports whether whoever gets the values may get ownership of a resource of the host with
    /// that number.
    pub(crate) fn takes_ownership_of(&mut self, number: u32) -> bool {
        match self.purpose {
            Purpose::Arguments(func) => func.signature(self.store).handles().owns_host(number),
            Purpose::Results => true,
        }
    }

    /// Returns what has been passed of the host's handles, for the end of the call.
    #[inline]
    pub(crate) fn into_lent(mut self) -> Lent {
        mem::take(&mut self.lent)
    }

    /// Gives up the handles that were passed as results.
    #[inline]
    pub(crate) fn finish_results(mut self) {
        self.lent.give_all(self.store);
    }
}

impl Drop for LowerContext<'_> {
    #[inline]
    fn drop(&mut self) {
        self.lent.take_back(self.store);
    }
}

/// The store from which values come.
pub struct LiftContext<'a> {
    store: &'a mut StoreOpaque,
}

impl<'a> LiftContext<'a> {
    #[inline]
    pub(crate) fn new(store: &'a mut StoreOpaque) -> LiftContext<'a> {
        LiftContext { store }
    }

    #[inline]
    pub(crate) fn store(&mut self) -> &mut StoreOpaque {
        self.store
    }
}
