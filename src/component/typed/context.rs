//! What values need beside themselves: the store in which they are.

use crate::store::StoreOpaque;
use std::marker::PhantomData;

/// How the resources in a type are to be compared.
///
/// Of a component that isn't instantiated, nobody knows yet which resources it imports; so any
/// resource of the host may be one of them.
#[derive(Clone, Copy, Debug)]
pub struct InstanceType<'a> {
    is_instantiated: bool,
    of: PhantomData<&'a ()>,
}

impl InstanceType<'_> {
    /// The types of an instance.
    pub(crate) const INSTANCE: Self = InstanceType {
        is_instantiated: true,
        of: PhantomData,
    };

    /// The types of a component.
    pub(crate) const COMPONENT: Self = InstanceType {
        is_instantiated: false,
        of: PhantomData,
    };

    /// Reports whether the types of resources are known.
    pub(crate) fn is_instantiated(&self) -> bool {
        self.is_instantiated
    }
}

/// The store to which values are passed.
pub struct LowerContext<'a> {
    store: &'a mut StoreOpaque,
}

impl<'a> LowerContext<'a> {
    #[inline]
    pub(crate) fn new(store: &'a mut StoreOpaque) -> LowerContext<'a> {
        LowerContext { store }
    }

    #[inline]
    pub(crate) fn store(&mut self) -> &mut StoreOpaque {
        self.store
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
