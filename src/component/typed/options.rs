//! Options and results.

use super::{
    ComponentType, InstanceType, Lift, LiftContext, Lower, LowerContext, TypeMismatch, layout,
    unexpected,
};
use crate::component::raw::Content;
use crate::component::types::Type;
use crate::error::bail;
use crate::vec::component::{OwnedComponentVal, ValTuple};

// SAFETY: size and alignment are those of the canonical ABI.
unsafe impl<T: ComponentType> ComponentType for Option<T> {
    const SIZE32: usize = layout::variant_size(&[(0, 1), (T::SIZE32, T::ALIGN32)]);
    const ALIGN32: u32 = layout::variant_align(&[(0, 1), (T::SIZE32, T::ALIGN32)]);

    fn typecheck(ty: &Type, cx: &InstanceType<'_>) -> Result<(), TypeMismatch> {
        if let Type::Option(ty) = ty {
            T::typecheck(&ty.ty(), cx).map_err(|error| error.within("some"))
        } else {
            Err(TypeMismatch::new("option", ty.desc()))
        }
    }
}

// SAFETY: the value is an option of the `T`.
unsafe impl<T: Lower> Lower for Option<T> {
    #[inline]
    fn lower(&self, cx: &mut LowerContext<'_>) -> crate::Result<OwnedComponentVal> {
        let value = self.as_ref().map(|value| value.lower(cx)).transpose()?;
        Ok(OwnedComponentVal::from_option(value))
    }
}

// SAFETY: only an option of a `T` is read.
unsafe impl<T: Lift> Lift for Option<T> {
    #[inline]
    fn lift(cx: &mut LiftContext<'_>, val: &OwnedComponentVal) -> crate::Result<Option<T>> {
        let Content::Option(value) = val.content() else {
            return Err(unexpected("option", val));
        };
        value.map(|value| T::lift(cx, value)).transpose()
    }
}

// SAFETY: size and alignment are those of the canonical ABI.
unsafe impl<T: ComponentType, E: ComponentType> ComponentType for Result<T, E> {
    const SIZE32: usize = layout::variant_size(&[(T::SIZE32, T::ALIGN32), (E::SIZE32, E::ALIGN32)]);
    const ALIGN32: u32 = layout::variant_align(&[(T::SIZE32, T::ALIGN32), (E::SIZE32, E::ALIGN32)]);

    fn typecheck(ty: &Type, cx: &InstanceType<'_>) -> Result<(), TypeMismatch> {
        let Type::Result(ty) = ty else {
            return Err(TypeMismatch::new("result", ty.desc()));
        };
        typecheck_payload::<T>(ty.ok(), cx).map_err(|error| error.within("ok"))?;
        typecheck_payload::<E>(ty.err(), cx).map_err(|error| error.within("error"))
    }
}

/// Compares a type with what a case carries. `()` stands for nothing.
pub fn typecheck_payload<T: ComponentType>(
    payload: Option<Type>,
    cx: &InstanceType<'_>,
) -> Result<(), TypeMismatch> {
    match payload {
        None if T::IS_UNIT => Ok(()),
        None => Err(TypeMismatch::new("a payload", "none")),
        Some(ty) if T::IS_UNIT => Err(TypeMismatch::new("no payload", ty.desc())),
        Some(ty) => T::typecheck(&ty, cx),
    }
}

/// Makes the value of what a case carries. `()` stands for nothing.
#[inline]
pub fn lower_payload<T: Lower + ?Sized>(
    cx: &mut LowerContext<'_>,
    payload: &T,
) -> crate::Result<Option<OwnedComponentVal>> {
    if T::IS_UNIT {
        return Ok(None);
    }
    payload.lower(cx).map(Some)
}

/// Reads what a case carries. `()` stands for nothing.
#[inline]
pub fn lift_payload<T: Lift>(
    cx: &mut LiftContext<'_>,
    payload: Option<&OwnedComponentVal>,
) -> crate::Result<T> {
    match payload {
        Some(payload) => T::lift(cx, payload),
        None if T::IS_UNIT => T::lift(cx, &OwnedComponentVal::from_tuple(ValTuple::new())),
        None => bail!("expected a case with a payload, found one without"),
    }
}

// SAFETY: the value is a result of these.
unsafe impl<T: Lower, E: Lower> Lower for Result<T, E> {
    #[inline]
    fn lower(&self, cx: &mut LowerContext<'_>) -> crate::Result<OwnedComponentVal> {
        Ok(OwnedComponentVal::from_result(match self {
            Ok(value) => Ok(lower_payload(cx, value)?),
            Err(error) => Err(lower_payload(cx, error)?),
        }))
    }
}

// SAFETY: only a result of these is read.
unsafe impl<T: Lift, E: Lift> Lift for Result<T, E> {
    #[inline]
    fn lift(cx: &mut LiftContext<'_>, val: &OwnedComponentVal) -> crate::Result<Result<T, E>> {
        let Content::Result(value) = val.content() else {
            return Err(unexpected("result", val));
        };
        Ok(match value {
            Ok(value) => Ok(lift_payload(cx, value)?),
            Err(error) => Err(lift_payload(cx, error)?),
        })
    }
}
