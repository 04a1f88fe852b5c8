//! Reference types whose only value is null.

use crate::store::StoreOpaque;
use crate::sys::wasmtime_val_t;
use crate::values::Reference;
use crate::{HeapType, Ref, Result, Val, ValRaw};
use std::convert::Infallible;

/// A reference to a continuation. It has no values, as the C API has no continuations.
///
/// It exists so that programs can match every [`Val`].
#[derive(Clone, Copy, Debug)]
pub struct ContRef {
    _never: Infallible,
}

macro_rules! uninhabited {
    ($($ty:ident: $heap_type:ident, $heap:literal, $nullable:literal, $variant:ident, $val:ident, $what:literal;)*) => {$(
        #[doc = concat!("A reference of type `", $heap, "`, of which there are none.")]
        ///
        #[doc = concat!("The only value of `", $nullable, "` is null. `Option<", stringify!($ty), ">` stands")]
        #[doc = "for that type in [`Func::wrap`](crate::Func::wrap) and"]
        /// [`Func::typed`](crate::Func::typed), and is always `None`. It can be passed where
        #[doc = concat!("any type of ", $what, " that includes null is expected.")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $ty {
            never: Infallible,
        }

        impl $ty {
            #[doc = concat!("Returns the null of `", $nullable, "`.")]
            #[inline]
            pub fn null() -> Option<$ty> {
                None
            }

            #[doc = concat!("Returns the null of `", $nullable, "` as a [`Ref`].")]
            #[inline]
            pub fn null_ref() -> Ref {
                Ref::$variant(None)
            }

            #[doc = concat!("Returns the null of `", $nullable, "` as a [`Val`].")]
            #[inline]
            pub fn null_val() -> Val {
                Val::$val(None)
            }
        }

        // SAFETY: the type has no values, so only null is ever read or written.
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
