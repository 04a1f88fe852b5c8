//! Lists.

use super::{
    ComponentType, InstanceType, Lift, LiftContext, Lower, LowerContext, TypeMismatch, unexpected,
};
use crate::component::raw::Content;
use crate::component::types::Type;
use crate::error::ensure;
use crate::gc::StoreSerial;
use crate::store::{StoreOpaque, wrong_store};
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
        check_len(self.len(), "list")?;
        let list = Filling::try_collect(self, |elem| elem.lower(cx))?;
        Ok(OwnedComponentVal::from_list(list))
    }
}

/// Refuses what no guest's memory has addresses for, before libwasmtime allocates far more for it.
pub(super) fn check_len(len: usize, what: &str) -> Result<()> {
    ensure!(
        u32::try_from(len).is_ok(),
        "a {what} of {len} elements is longer than a guest's memory"
    );
    Ok(())
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
/// The `wasmtime` crate leaves it in the guest's memory until then. The C API copies it, so a `Vec`
/// is as good where all elements are needed.
#[derive(Debug)]
pub struct WasmList<T> {
    elems: Box<[OwnedComponentVal]>,
    store: StoreSerial,
    ty: PhantomData<T>,
}

impl<T: Lift> WasmList<T> {
    /// Returns how many elements there are.
    #[expect(
        clippy::len_without_is_empty,
        reason = "the `wasmtime` crate's has none"
    )]
    pub fn len(&self) -> usize {
        self.elems.len()
    }

    /// Returns the element at an index, or `None` if there are fewer.
    ///
    /// The `Result` is an error if the element can't be read, such as a resource that was read
    /// before.
    ///
    /// # Panics
    ///
    /// Panics if the list was returned in another store.
    pub fn get(&self, mut store: impl AsContextMut, index: usize) -> Option<Result<T>> {
        let mut store = store.as_context_mut();
        let mut cx = self.context(store.opaque_mut());
        Some(T::lift(&mut cx, self.elems.get(index)?))
    }

    /// Returns the elements, which are read as the iterator advances.
    ///
    /// # Errors
    ///
    /// None: what isn't such a list is an error of the call. An element is an error for the reasons
    /// of [`WasmList::get`].
    ///
    /// # Panics
    ///
    /// Panics if the list was returned in another store.
    pub fn iter<'a, U: 'static>(
        &'a self,
        store: impl Into<StoreContextMut<'a, U>>,
    ) -> Result<impl ExactSizeIterator<Item = Result<T>> + 'a> {
        let mut store = store.into();
        self.context(store.opaque_mut());
        let lift = move |elem| T::lift(&mut LiftContext::new(store.opaque_mut()), elem);
        Ok(self.elems.iter().map(lift))
    }

    /// Returns the context in which elements are read: their handles mean something in one store
    /// only.
    #[track_caller]
    fn context<'a>(&self, store: &'a mut StoreOpaque) -> LiftContext<'a> {
        if self.store != store.roots.serial() {
            wrong_store()
        }
        LiftContext::new(store)
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
    fn lift(cx: &mut LiftContext<'_>, val: &OwnedComponentVal) -> Result<WasmList<T>> {
        let Content::List(elems) = val.content() else {
            return Err(unexpected("list", val));
        };
        Ok(WasmList {
            elems: elems.into(),
            store: cx.store().roots.serial(),
            ty: PhantomData,
        })
    }
}
