//! Lists.

use super::{
    ComponentType, InstanceType, Lift, LiftContext, Lower, LowerContext, TypeMismatch, unexpected,
};
use crate::component::raw::Content;
use crate::component::types::Type;
use crate::vec::Filling;
use crate::vec::component::OwnedComponentVal;
use crate::{AsContextMut, Result, StoreContextMut};
use std::marker::PhantomData;
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

/// A list that a guest returns, whose elements are read when they are asked for.
///
/// The `wasmtime` crate leaves it in the guest's memory until then. The C API copies it, so a `Vec` is
/// as good where all elements are needed.
#[derive(Debug)]
pub struct WasmList<T> {
    list: OwnedComponentVal,
    elem: PhantomData<T>,
}

impl<T: Lift> WasmList<T> {
    /// Returns how many elements there are.
    #[expect(
        clippy::len_without_is_empty,
        reason = "the `wasmtime` crate's has none"
    )]
    pub fn len(&self) -> usize {
        elems_of(&self.list).len()
    }

    /// Returns the element at an index, or `None` if there are fewer.
    pub fn get(&self, mut store: impl AsContextMut, index: usize) -> Option<Result<T>> {
        let elem = elems_of(&self.list).get(index)?;
        let mut store = store.as_context_mut();
        Some(T::lift(&mut LiftContext::new(store.opaque_mut()), elem))
    }

    /// Returns the elements, which are read as the iterator advances.
    ///
    /// # Errors
    ///
    /// None: what isn't such a list is an error of the call.
    pub fn iter<'a, U: 'static>(
        &'a self,
        store: impl Into<StoreContextMut<'a, U>>,
    ) -> Result<impl ExactSizeIterator<Item = Result<T>> + 'a> {
        let mut store = store.into();
        let lift = move |elem| T::lift(&mut LiftContext::new(store.opaque_mut()), elem);
        Ok(elems_of(&self.list).iter().map(lift))
    }
}

/// Returns the elements of a list.
fn elems_of(list: &OwnedComponentVal) -> &[OwnedComponentVal] {
    match list.content() {
        Content::List(elems) => elems,
        content => unreachable!("{content:?} was taken for a list"),
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

// SAFETY: only a list is read, and of it only such elements.
unsafe impl<T: Lift> Lift for WasmList<T> {
    fn lift(_: &mut LiftContext<'_>, val: &OwnedComponentVal) -> Result<WasmList<T>> {
        if let Content::List(_) = val.content() {
            Ok(WasmList {
                list: val.clone(),
                elem: PhantomData,
            })
        } else {
            Err(unexpected("list", val))
        }
    }
}
