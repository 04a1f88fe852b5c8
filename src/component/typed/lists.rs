//! Lists.

use super::{
    ComponentType, InstanceType, Lift, LiftContext, Lower, LowerContext, TypeMismatch, unexpected,
};
use crate::component::raw::Content;
use crate::component::types::Type;
use crate::vec::Filling;
use crate::vec::component::OwnedComponentVal;
use crate::{Result, StoreContextMut};
use std::sync::Arc;

// SAFETY: size and alignment are those of the canonical ABI.
unsafe impl<T: ComponentType> ComponentType for [T] {
    const SIZE32: usize = 8;
    const ALIGN32: u32 = 4;

    fn typecheck(ty: &Type, cx: &InstanceType<'_>) -> Result<(), TypeMismatch> {
        if let Type::List(ty) = ty {
            T::typecheck(&ty.ty(), cx).map_err(|error| error.within("element"))
        } else {
            Err(TypeMismatch::new("list", ty.desc()))
        }
    }
}

// SAFETY: the value is a list of the elements.
unsafe impl<T: Lower> Lower for [T] {
    fn lower(&self, cx: &mut LowerContext<'_>) -> Result<OwnedComponentVal> {
        let mut list = Filling::new(self.len());
        for elem in self {
            list.try_push(|| elem.lower(cx))?;
        }
        Ok(OwnedComponentVal::from_list(list.finish()))
    }
}

// SAFETY: it stands for what `[T]` does.
unsafe impl<T: ComponentType> ComponentType for Vec<T> {
    const SIZE32: usize = <[T]>::SIZE32;
    const ALIGN32: u32 = <[T]>::ALIGN32;

    fn typecheck(ty: &Type, cx: &InstanceType<'_>) -> Result<(), TypeMismatch> {
        <[T]>::typecheck(ty, cx)
    }
}

// SAFETY: the value is a list of the elements.
unsafe impl<T: Lower> Lower for Vec<T> {
    fn lower(&self, cx: &mut LowerContext<'_>) -> Result<OwnedComponentVal> {
        <[T]>::lower(self, cx)
    }
}

// SAFETY: only a list of the elements is read.
unsafe impl<T: Lift> Lift for Vec<T> {
    fn lift(cx: &mut LiftContext<'_>, val: &OwnedComponentVal) -> Result<Vec<T>> {
        let Content::List(elems) = val.content() else {
            return Err(unexpected("list", val));
        };
        // libwasmtime has allocated more than this for them.
        let mut list = Vec::with_capacity(elems.len());
        for elem in elems {
            list.push(T::lift(cx, elem)?);
        }
        Ok(list)
    }
}

// SAFETY: only a list of the elements is read.
unsafe impl<T: Lift> Lift for Box<[T]> {
    fn lift(cx: &mut LiftContext<'_>, val: &OwnedComponentVal) -> Result<Box<[T]>> {
        Vec::lift(cx, val).map(Vec::into_boxed_slice)
    }
}

// SAFETY: only a list of the elements is read.
unsafe impl<T: Lift> Lift for Arc<[T]> {
    fn lift(cx: &mut LiftContext<'_>, val: &OwnedComponentVal) -> Result<Arc<[T]>> {
        Vec::lift(cx, val).map(Arc::from)
    }
}

/// A list that a guest returns.
///
/// The `wasmtime` crate leaves it in the guest's memory until it is asked for. The C API copies it,
/// so a `Vec` is as good, and elements are read when the list is.
#[derive(Clone, Debug)]
pub struct WasmList<T>(Box<[T]>);

impl<T> WasmList<T> {
    /// Returns how many elements there are.
    #[expect(
        clippy::len_without_is_empty,
        reason = "the `wasmtime` crate's has none"
    )]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl<T: Lift + Clone> WasmList<T> {
    /// Returns the element at an index, or `None` if there are fewer.
    pub fn get(&self, store: impl crate::AsContextMut, index: usize) -> Option<Result<T>> {
        _ = store;
        self.0.get(index).cloned().map(Ok)
    }

    /// Returns the elements.
    pub fn iter<'a, U: 'static>(
        &'a self,
        store: impl Into<StoreContextMut<'a, U>>,
    ) -> impl ExactSizeIterator<Item = Result<T>> + 'a {
        _ = store.into();
        self.0.iter().cloned().map(Ok)
    }
}

impl WasmList<u8> {
    /// Returns the bytes.
    pub fn as_le_slice<'a, T: 'static>(
        &'a self,
        store: impl Into<crate::StoreContext<'a, T>>,
    ) -> &'a [u8] {
        _ = store.into();
        &self.0
    }
}

// SAFETY: it stands for what `[T]` does.
unsafe impl<T: ComponentType> ComponentType for WasmList<T> {
    const SIZE32: usize = <[T]>::SIZE32;
    const ALIGN32: u32 = <[T]>::ALIGN32;

    fn typecheck(ty: &Type, cx: &InstanceType<'_>) -> Result<(), TypeMismatch> {
        <[T]>::typecheck(ty, cx)
    }
}

// SAFETY: only a list of the elements is read.
unsafe impl<T: Lift> Lift for WasmList<T> {
    fn lift(cx: &mut LiftContext<'_>, val: &OwnedComponentVal) -> Result<WasmList<T>> {
        Box::lift(cx, val).map(WasmList)
    }
}
