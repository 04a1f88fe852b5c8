//! References of any type.

use super::no_continuations;
use crate::gc::HasRoot;
use crate::{AnyRef, AsContext, ExnRef, ExternRef, Func, HeapType, RefType, Result, Rooted};

/// A reference of any type.
///
/// Null belongs to one of four kinds, like every other reference, and is the `None` in
/// it. WebAssembly code can't forge references: it can't convert a number into one.
///
#[doc = example!(compiler)]
/// use libwasmtime::{Func, HeapType, Ref, RefType, Store};
///
/// let mut store = Store::<()>::default();
/// let log = Ref::from(Func::wrap(&mut store, |x: i32| println!("{x}")));
/// assert!(log.is_func() && log.is_non_null());
/// assert!(log.matches_ty(&store, &RefType::FUNCREF)?);
/// assert_eq!(log.ty(&store)?.to_string(), "(ref (concrete func (param i32)))");
///
/// let null = Ref::null(&HeapType::Func);
/// assert!(null.unwrap_func().is_none());
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Ref {
    /// A function, or null.
    Func(Option<Func>),
    /// A value of the host, or null.
    Extern(Option<Rooted<ExternRef>>),
    /// A struct, an array, an `i31`, a value of the host that was converted to an
    /// `anyref`, or null.
    Any(Option<Rooted<AnyRef>>),
    /// An exception, or null.
    Exn(Option<Rooted<ExnRef>>),
}

/// Defines the accessors of each kind of references.
macro_rules! variants {
    ($($variant:ident($ty:ty): $what:literal, $is:ident, $as_:ident, $unwrap:ident;)*) => {$(
        #[doc = concat!("Reports whether this is ", $what, " reference, null or not.")]
        pub fn $is(&self) -> bool {
            matches!(self, Ref::$variant(_))
        }

        #[doc = concat!("Returns the reference if this is ", $what, " reference; `None` if it isn't.")]
        ///
        /// Null is `Some(None)`.
        pub fn $as_(&self) -> Option<Option<&$ty>> {
            if let Ref::$variant(reference) = self {
                Some(reference.as_ref())
            } else {
                None
            }
        }

        #[doc = concat!("Returns the reference in ", $what, " reference; `None` if it is null.")]
        ///
        /// # Panics
        ///
        /// Panics if this is a reference of another kind.
        #[track_caller]
        pub fn $unwrap(&self) -> Option<&$ty> {
            self.$as_().unwrap_or_else(|| {
                panic!(concat!("expected ", $what, " reference, found {:?}"), self)
            })
        }
    )*};
}

impl Ref {
    /// Returns the null reference to a heap type.
    ///
    /// # Panics
    ///
    /// Panics if it is a type of continuations, which `Ref` can't hold.
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
                    "there is no null reference to `{heap_type}`: {}",
                    no_continuations()
                )
            }
        }
    }

    /// Reports whether the reference is null.
    pub fn is_null(&self) -> bool {
        match self {
            Ref::Func(func) => func.is_none(),
            Ref::Extern(reference) => reference.is_none(),
            Ref::Any(reference) => reference.is_none(),
            Ref::Exn(reference) => reference.is_none(),
        }
    }

    /// Reports whether the reference isn't null.
    pub fn is_non_null(&self) -> bool {
        !self.is_null()
    }

    variants! {
        Func(Func): "a function", is_func, as_func, unwrap_func;
        Extern(Rooted<ExternRef>): "a host", is_extern, as_extern, unwrap_extern;
        Any(Rooted<AnyRef>): "an `any`", is_any, as_any, unwrap_any;
        Exn(Rooted<ExnRef>): "an exception", is_exn, as_exn, unwrap_exn;
    }

    /// Returns the reference's type, as exact as it is known.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
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

    /// Reports whether the reference can be used where one of type `ty` is expected.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store, or if `ty` belongs to another
    /// engine.
    pub fn matches_ty(&self, store: impl AsContext, ty: &RefType) -> Result<bool> {
        let store = store.as_context();
        assert!(
            ty.comes_from_same_engine(store.engine()),
            "type used with the wrong engine: it belongs to another one"
        );
        if let Ref::Func(Some(func)) = self {
            store.opaque().assert_owns(func.store_id());
            // The function's parameters and results decide: `RefType::matches` would require
            // that a module declares the subtype.
            return Ok(match ty.heap_type().as_concrete_func() {
                Some(ty) => func.matches_ty(store, ty),
                None => HeapType::Func.matches(ty.heap_type()),
            });
        }
        Ok(self.ty(store)?.matches(ty))
    }
}
