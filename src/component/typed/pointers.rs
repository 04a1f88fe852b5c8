//! Pointers, which stand for what they point to.

use super::{ComponentType, InstanceType, Lift, LiftContext, Lower, LowerContext, TypeMismatch};
use crate::Result;
use crate::component::types::Type;
use crate::vec::component::OwnedComponentVal;
use std::sync::Arc;

macro_rules! pointers {
    ($($pointer:ty),*) => {$(
        // SAFETY: it stands for what `T` does.
        unsafe impl<T: ComponentType + ?Sized> ComponentType for $pointer {
            const SIZE32: usize = T::SIZE32;
            const ALIGN32: u32 = T::ALIGN32;

            fn typecheck(ty: &Type, cx: &InstanceType<'_>) -> Result<(), TypeMismatch> {
                T::typecheck(ty, cx)
            }
        }

        // SAFETY: the value is that of the `T`.
        unsafe impl<T: Lower + ?Sized> Lower for $pointer {
            #[inline]
            fn lower(&self, cx: &mut LowerContext<'_>) -> Result<OwnedComponentVal> {
                T::lower(self, cx)
            }
        }
    )*};
}

pointers!(&T, Box<T>, Arc<T>);

// SAFETY: the value is read as a `T`.
unsafe impl<T: Lift> Lift for Box<T> {
    #[inline]
    fn lift(cx: &mut LiftContext<'_>, val: &OwnedComponentVal) -> Result<Box<T>> {
        T::lift(cx, val).map(Box::new)
    }
}

// SAFETY: the value is read as a `T`.
unsafe impl<T: Lift> Lift for Arc<T> {
    #[inline]
    fn lift(cx: &mut LiftContext<'_>, val: &OwnedComponentVal) -> Result<Arc<T>> {
        T::lift(cx, val).map(Arc::new)
    }
}
