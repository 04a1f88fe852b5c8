//! Types of references that have no values but null.

use crate::store::StoreOpaque;
use crate::sys::wasmtime_val_t;
use crate::values::Reference;
use crate::{HeapType, Ref, Result, Val, ValRaw};
use std::convert::Infallible;

/// A reference to a continuation, of which there are none: the C API has no values
/// for them. It is there for programs that match every [`Val`].
#[derive(Clone, Copy, Debug)]
pub struct ContRef {
    _never: Infallible,
}

macro_rules! uninhabited {
    ($($ty:ident: $heap_type:ident, $heap:literal, $nullable:literal, $variant:ident, $val:ident, $what:literal;)*) => {$(
        #[doc = concat!("A reference of type `", $heap, "`, of which there are none.")]
        ///
        #[doc = concat!("What there is of `", $nullable, "` is null: `Option<", stringify!($ty), ">`")]
        #[doc = concat!("stands for that type in [`Func::wrap`](crate::Func::wrap) and")]
        /// [`Func::typed`](crate::Func::typed), and is always `None`. It may be
        #[doc = concat!("passed where any type of ", $what, " with null is taken.")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $ty {
            never: Infallible,
        }

        impl $ty {
            #[doc = concat!("The null of `", $nullable, "`.")]
            #[inline]
            pub fn null() -> Option<$ty> {
                None
            }

            #[doc = concat!("The null of `", $nullable, "` as a [`Ref`].")]
            #[inline]
            pub fn null_ref() -> Ref {
                Ref::$variant(None)
            }

            #[doc = concat!("The null of `", $nullable, "` as a [`Val`].")]
            #[inline]
            pub fn null_val() -> Val {
                Val::$val(None)
            }
        }

        // SAFETY: there are no values.
        unsafe impl Reference for $ty {
            fn heap_type() -> HeapType {
                HeapType::$heap_type
            }

            fn to_raw(&self, _: &mut StoreOpaque) -> Result<ValRaw> {
                match self.never {}
            }

            unsafe fn load(_: &ValRaw, _: &mut StoreOpaque) -> Option<Self> {
                None
            }

            unsafe fn val(_: Option<&Self>, _: &mut StoreOpaque) -> Result<Val> {
                Ok($ty::null_val())
            }

            unsafe fn take(_: wasmtime_val_t, _: &mut StoreOpaque) -> Option<Self> {
                None
            }
        }
    )*};
}

uninhabited! {
    NoFunc: NoFunc, "(ref nofunc)", "(ref null nofunc)", Func, FuncRef, "function references";
    NoExtern: NoExtern, "(ref noextern)", "(ref null noextern)", Extern, ExternRef, "host references";
    NoneRef: None, "(ref none)", "(ref null none)", Any, AnyRef, "`any` references";
}
