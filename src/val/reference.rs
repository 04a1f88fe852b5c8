//! References of any type.

use crate::gc::HasRoot;
use crate::{AsContext, ExternRef, Func, HeapType, RefType, Result, Rooted};

/// A reference, of any type.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Ref {
    /// A function or null.
    Func(Option<Func>),
    /// Host data or null.
    Extern(Option<Rooted<ExternRef>>),
}

impl Ref {
    /// The null reference of a heap type.
    ///
    /// # Panics
    ///
    /// If references of that type can't be had as values yet: those to
    /// structs, arrays and exceptions.
    pub fn null(heap_type: &HeapType) -> Ref {
        Ref::try_null(heap_type).unwrap_or_else(|| {
            panic!("references of type `{heap_type}` are not supported as values yet")
        })
    }

    pub(super) fn try_null(heap_type: &HeapType) -> Option<Ref> {
        match heap_type {
            HeapType::Func | HeapType::ConcreteFunc(_) | HeapType::NoFunc => Some(Ref::Func(None)),
            HeapType::Extern | HeapType::NoExtern => Some(Ref::Extern(None)),
            _ => None,
        }
    }

    /// Whether the reference is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Ref::Func(None) | Ref::Extern(None))
    }

    /// Whether the reference is not null.
    pub fn is_non_null(&self) -> bool {
        !self.is_null()
    }

    /// Whether it is a function reference, null or not.
    pub fn is_func(&self) -> bool {
        matches!(self, Ref::Func(_))
    }

    /// The function or null, if it is such a reference.
    pub fn as_func(&self) -> Option<Option<&Func>> {
        match self {
            Ref::Func(func) => Some(func.as_ref()),
            Ref::Extern(_) => None,
        }
    }

    /// The function or null.
    ///
    /// # Panics
    ///
    /// If it is a reference of another type.
    #[track_caller]
    pub fn unwrap_func(&self) -> Option<&Func> {
        self.as_func()
            .unwrap_or_else(|| panic!("expected a function reference, found {self:?}"))
    }

    /// Whether it is a host reference, null or not.
    pub fn is_extern(&self) -> bool {
        matches!(self, Ref::Extern(_))
    }

    /// The host reference or null, if it is such a reference.
    pub fn as_extern(&self) -> Option<Option<&Rooted<ExternRef>>> {
        match self {
            Ref::Extern(reference) => Some(reference.as_ref()),
            Ref::Func(_) => None,
        }
    }

    /// The host reference or null.
    ///
    /// # Panics
    ///
    /// If it is a reference of another type.
    #[track_caller]
    pub fn unwrap_extern(&self) -> Option<&Rooted<ExternRef>> {
        self.as_extern()
            .unwrap_or_else(|| panic!("expected a host reference, found {self:?}"))
    }

    /// The reference's type, as exact as it is known.
    ///
    /// # Errors
    ///
    /// If the reference's root is gone.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub fn ty(&self, store: impl AsContext) -> Result<RefType> {
        let store = store.as_context();
        Ok(match self {
            Ref::Func(None) => RefType::NULLFUNCREF,
            Ref::Func(Some(func)) => RefType::new(false, HeapType::ConcreteFunc(func.ty(store))),
            Ref::Extern(None) => RefType::new(true, HeapType::NoExtern),
            Ref::Extern(Some(reference)) => {
                reference.root().resolve(&store.opaque().roots)?;
                RefType::new(false, HeapType::Extern)
            }
        })
    }

    /// Whether the reference may be used where `ty` is expected.
    ///
    /// # Errors
    ///
    /// If the reference's root is gone.
    ///
    /// # Panics
    ///
    /// If it is of another store, or `ty` is of another engine.
    pub fn matches_ty(&self, store: impl AsContext, ty: &RefType) -> Result<bool> {
        let store = store.as_context();
        assert!(
            ty.comes_from_same_engine(store.engine()),
            "type used with the wrong engine: it belongs to another one"
        );
        if let Ref::Func(Some(func)) = self {
            store.opaque().assert_owns(func.store_id());
            if let HeapType::Func = ty.heap_type() {
                return Ok(true);
            }
        }
        Ok(self.ty(store)?.matches(ty))
    }
}
