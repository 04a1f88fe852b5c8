//! References of any type.

use super::no_continuations;
use crate::gc::HasRoot;
use crate::{AnyRef, AsContext, ExnRef, ExternRef, Func, HeapType, RefType, Result, Rooted};

/// A reference, of any type.
#[derive(Clone, Copy, Debug)]
pub enum Ref {
    /// A function or null.
    Func(Option<Func>),
    /// Host data or null.
    Extern(Option<Rooted<ExternRef>>),
    /// A struct, an array, an `i31`, a value of the host that WebAssembly holds
    /// as its own, or null.
    Any(Option<Rooted<AnyRef>>),
    /// An exception or null.
    Exn(Option<Rooted<ExnRef>>),
}

/// Defines what there is for each type of references.
macro_rules! variants {
    ($($variant:ident($ty:ty): $what:literal, $is:ident, $as_:ident, $unwrap:ident;)*) => {$(
        #[doc = concat!("Whether it is ", $what, " reference, null or not.")]
        pub fn $is(&self) -> bool {
            matches!(self, Ref::$variant(_))
        }

        #[doc = concat!("The reference or null, if it is ", $what, " reference.")]
        pub fn $as_(&self) -> Option<Option<&$ty>> {
            if let Ref::$variant(reference) = self {
                Some(reference.as_ref())
            } else {
                None
            }
        }

        #[doc = concat!("The reference or null of ", $what, " reference.")]
        ///
        /// # Panics
        ///
        /// If it is a reference of another type.
        #[track_caller]
        pub fn $unwrap(&self) -> Option<&$ty> {
            self.$as_().unwrap_or_else(|| {
                panic!(concat!("expected ", $what, " reference, found {:?}"), self)
            })
        }
    )*};
}

impl Ref {
    /// The null reference of a heap type.
    ///
    /// # Panics
    ///
    /// If it is a type of continuations, which are no references here.
    pub fn null(heap_type: &HeapType) -> Ref {
        use HeapType::*;
        match heap_type {
            Extern | NoExtern => Ref::Extern(Option::None),
            Func | ConcreteFunc(_) | NoFunc => Ref::Func(Option::None),
            Any | Eq | I31 | Array | ConcreteArray(_) | Struct | ConcreteStruct(_) | None => {
                Ref::Any(Option::None)
            }
            Exn | ConcreteExn(_) | NoExn => Ref::Exn(Option::None),
            Cont | ConcreteCont(_) | NoCont => {
                panic!(
                    "there is no null of type `{heap_type}`: {}",
                    no_continuations()
                )
            }
        }
    }

    /// Whether the reference is null.
    pub fn is_null(&self) -> bool {
        match self {
            Ref::Func(func) => func.is_none(),
            Ref::Extern(reference) => reference.is_none(),
            Ref::Any(reference) => reference.is_none(),
            Ref::Exn(reference) => reference.is_none(),
        }
    }

    /// Whether the reference is not null.
    pub fn is_non_null(&self) -> bool {
        !self.is_null()
    }

    variants! {
        Func(Func): "a function", is_func, as_func, unwrap_func;
        Extern(Rooted<ExternRef>): "a host", is_extern, as_extern, unwrap_extern;
        Any(Rooted<AnyRef>): "an `any`", is_any, as_any, unwrap_any;
        Exn(Rooted<ExnRef>): "an exception", is_exn, as_exn, unwrap_exn;
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
            Ref::Extern(None) => RefType::NULLEXTERNREF,
            Ref::Extern(Some(reference)) => {
                reference.root().resolve(&store.opaque().roots)?;
                RefType::new(false, HeapType::Extern)
            }
            Ref::Any(None) => RefType::NULLREF,
            Ref::Any(Some(reference)) => RefType::new(false, reference.ty(store)?),
            Ref::Exn(None) => RefType::NULLEXNREF,
            Ref::Exn(Some(reference)) => RefType::new(false, reference.ty(store)?.into()),
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
            // What the function takes and returns decides, where types alone match only
            // if a module declares it.
            return Ok(match ty.heap_type().as_concrete_func() {
                Some(ty) => func.matches_ty(store, ty),
                None => HeapType::Func.matches(ty.heap_type()),
            });
        }
        Ok(self.ty(store)?.matches(ty))
    }
}
