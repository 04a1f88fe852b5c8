//! Strings.

use super::{
    ComponentType, InstanceType, Lift, LiftContext, Lower, LowerContext, TypeMismatch, unexpected,
};
use crate::component::raw::Content;
use crate::component::types::Type;
use crate::vec::component::OwnedComponentVal;
use crate::{Result, StoreContext};
use std::borrow::Cow;
use std::sync::Arc;

// SAFETY: size and alignment are those of the canonical ABI.
unsafe impl ComponentType for str {
    const SIZE32: usize = 8;
    const ALIGN32: u32 = 4;

    fn typecheck(ty: &Type, _: &InstanceType<'_>) -> Result<(), TypeMismatch> {
        if let Type::String = ty {
            Ok(())
        } else {
            Err(TypeMismatch::new("string", ty.desc()))
        }
    }
}

// SAFETY: the value is a string.
unsafe impl Lower for str {
    #[inline]
    fn lower(&self, _: &mut LowerContext<'_>) -> Result<OwnedComponentVal> {
        Ok(OwnedComponentVal::from_str(self))
    }
}

/// Implements [`ComponentType`] for types that own a string.
macro_rules! strings {
    ($($ty:ty),*) => {$(
        // SAFETY: it stands for what `str` does.
        unsafe impl ComponentType for $ty {
            const SIZE32: usize = str::SIZE32;
            const ALIGN32: u32 = str::ALIGN32;

            fn typecheck(ty: &Type, cx: &InstanceType<'_>) -> Result<(), TypeMismatch> {
                str::typecheck(ty, cx)
            }
        }
    )*};
}

strings!(String, WasmStr);

// SAFETY: the value is a string.
unsafe impl Lower for String {
    #[inline]
    fn lower(&self, cx: &mut LowerContext<'_>) -> Result<OwnedComponentVal> {
        str::lower(self, cx)
    }
}

/// Implements [`Lift`] for types that own a string. Pointers are component types by
/// [`pointers`](super::pointers).
macro_rules! lifted_strings {
    ($($ty:ty),*) => {$(
        // SAFETY: only a string is read.
        unsafe impl Lift for $ty {
            #[inline]
            fn lift(_: &mut LiftContext<'_>, val: &OwnedComponentVal) -> Result<$ty> {
                if let Content::String(value) = val.content() {
                    Ok(value.into())
                } else {
                    Err(unexpected("string", val))
                }
            }
        }
    )*};
}

lifted_strings!(String, WasmStr, Box<str>, Arc<str>);

/// A string that a guest returns.
///
/// The `wasmtime` crate leaves it in the guest's memory until it is asked for. The C API copies it,
/// so a `String` is as good.
#[derive(Clone, Debug)]
pub struct WasmStr(Box<str>);

impl WasmStr {
    /// Returns the text.
    ///
    /// # Errors
    ///
    /// None: what isn't a text is an error of the call.
    pub fn to_str<'a, T: 'static>(
        &self,
        store: impl Into<StoreContext<'a, T>>,
    ) -> Result<Cow<'a, str>> {
        _ = store.into();
        Ok(Cow::Owned(self.0.to_string()))
    }
}

impl From<&str> for WasmStr {
    fn from(text: &str) -> WasmStr {
        WasmStr(text.into())
    }
}
