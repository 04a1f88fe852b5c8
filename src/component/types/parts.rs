//! What the parameters and results of a function have in them.
//!
//! # Which types the C API can pass
//!
//! It has no values for streams, futures and error contexts, and ends the process where one is
//! to be passed to the host. So functions are looked at before they are called or linked.
// Version 48: the C API has no code for these values; look at `component/val.rs` in
// `wasmtime-c-api-impl`.

use super::{ComponentFunc, ResourceType, Type};
use crate::Result;
use crate::error::bail;

/// The number of parts of a type that are looked at. Nobody writes such a type; a validator lets
/// some of up to a million pass.
const MOST_PARTS: usize = 100_000;

impl ComponentFunc {
    /// Checks that the C API can pass all parameters and results.
    ///
    /// # Errors
    ///
    /// Returns an error that names the first part that it can't.
    pub(crate) fn check_passable(&self) -> Result<()> {
        let mut left = MOST_PARTS;
        for (name, ty) in self.params() {
            if let Err(what) = ty.check_passable(&mut left) {
                bail!("the parameter `{name}` has {what}, which the C API can't pass");
            }
        }
        for ty in self.results() {
            if let Err(what) = ty.check_passable(&mut left) {
                bail!("the result has {what}, which the C API can't pass");
            }
        }
        Ok(())
    }
}

/// The types of resources of which a function takes handles.
#[derive(Default)]
pub(crate) struct HandleTypes {
    owned: Vec<ResourceType>,
    borrowed: Vec<ResourceType>,
}

impl HandleTypes {
    /// Reports whether the function takes a handle that owns such a resource.
    pub(crate) fn owns(&self, ty: ResourceType) -> bool {
        self.owned.contains(&ty)
    }

    /// Reports whether the function borrows such a resource.
    pub(crate) fn borrows(&self, ty: ResourceType) -> bool {
        self.borrowed.contains(&ty)
    }

    /// Reports whether the function takes a handle that owns a resource of the host with that
    /// number.
    pub(crate) fn owns_host(&self, number: u32) -> bool {
        self.owned.iter().any(|ty| ty.is_host(number))
    }

    /// Reports whether the function borrows a resource of the host with that number.
    pub(crate) fn borrows_host(&self, number: u32) -> bool {
        self.borrowed.iter().any(|ty| ty.is_host(number))
    }
}

impl ComponentFunc {
    /// Returns the types of the handles in the parameters and the result, in their order.
    pub(crate) fn all_handles(&self) -> Vec<ResourceType> {
        let mut handles = Vec::new();
        let types = self.params().map(|(_, ty)| ty).chain(self.results());
        visit_all(types, |ty| {
            if let Type::Own(ty) | Type::Borrow(ty) = ty {
                handles.push(*ty);
            }
        });
        handles
    }

    /// Returns of which resources the parameters are handles.
    pub(crate) fn handles_in_params(&self) -> HandleTypes {
        let mut handles = HandleTypes::default();
        visit_all(self.params().map(|(_, ty)| ty), |ty| {
            if let Type::Own(ty) = ty {
                handles.owned.push(*ty);
            } else if let Type::Borrow(ty) = ty {
                handles.borrowed.push(*ty);
            }
        });
        handles
    }
}

/// Calls `visit` with types and all their parts. A type with too many isn't passed in the first
/// place.
fn visit_all(types: impl Iterator<Item = Type>, mut visit: impl FnMut(&Type)) {
    let mut left = MOST_PARTS;
    for ty in types {
        _ = ty.visit(&mut left, &mut |ty| {
            visit(ty);
            Ok(())
        });
    }
}

impl Type {
    fn check_passable(&self, left: &mut usize) -> Result<(), &'static str> {
        self.visit(left, &mut |ty| {
            if let Type::Future(_) = ty {
                Err("a future")
            } else if let Type::Stream(_) = ty {
                Err("a stream")
            } else if let Type::ErrorContext = ty {
                Err("an error context")
            } else {
                Ok(())
            }
        })
    }

    /// Calls `visit` with the type and all its parts.
    ///
    /// # Errors
    ///
    /// Returns an error if `visit` does, or if there are more parts than `left`.
    fn visit(
        &self,
        left: &mut usize,
        visit: &mut dyn FnMut(&Type) -> Result<(), &'static str>,
    ) -> Result<(), &'static str> {
        *left = left.checked_sub(1).ok_or("a type with too many parts")?;
        visit(self)?;
        let mut go_on = |ty: Type| ty.visit(left, visit);
        match self {
            Type::Bool
            | Type::S8
            | Type::U8
            | Type::S16
            | Type::U16
            | Type::S32
            | Type::U32
            | Type::S64
            | Type::U64
            | Type::Float32
            | Type::Float64
            | Type::Char
            | Type::String
            | Type::Enum(_)
            | Type::Flags(_)
            | Type::Own(_)
            | Type::Borrow(_)
            | Type::ErrorContext => Ok(()),
            Type::List(ty) => go_on(ty.ty()),
            Type::Record(ty) => ty.fields().try_for_each(|field| go_on(field.ty)),
            Type::Tuple(ty) => ty.types().try_for_each(go_on),
            Type::Variant(ty) => {
                let mut payloads = ty.cases().filter_map(|case| case.ty);
                payloads.try_for_each(go_on)
            }
            Type::Option(ty) => go_on(ty.ty()),
            Type::Result(ty) => ty.ok().into_iter().chain(ty.err()).try_for_each(go_on),
            Type::Map(ty) => [ty.key(), ty.value()].into_iter().try_for_each(go_on),
            Type::Future(ty) => ty.ty().into_iter().try_for_each(go_on),
            Type::Stream(ty) => ty.ty().into_iter().try_for_each(go_on),
        }
    }
}
