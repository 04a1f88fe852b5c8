//! Tuples, and lists of parameters and results.

use super::derived::Typecheck;
use super::mismatch::count;
use super::{
    ComponentNamedList, ComponentType, InstanceType, Lift, LiftContext, Lower, LowerContext,
    TypeMismatch, layout, unexpected,
};
use crate::component::raw::Content;
use crate::component::types::{ComponentFunc, Type};
use crate::error::{ensure, format_err};
use crate::vec::Filling;
use crate::vec::component::OwnedComponentVal;
use crate::{Error, Result};

macro_rules! tuples {
    ($($len:literal: $($ty:ident)*;)*) => {$(
        // SAFETY: size and alignment are those of the canonical ABI.
        unsafe impl<$($ty: ComponentType),*> ComponentType for ($($ty,)*) {
            const SIZE32: usize = layout::record_size(&[$(($ty::SIZE32, $ty::ALIGN32)),*]);
            const ALIGN32: u32 = layout::record_align(&[$($ty::ALIGN32),*]);
            const IS_UNIT: bool = $len == 0;

            fn typecheck(ty: &Type, cx: &InstanceType<'_>) -> Result<(), TypeMismatch> {
                typecheck_tuple(ty, cx, &[$($ty::typecheck),*])
            }
        }

        #[allow(non_snake_case, reason = "each field has the name of its type")]
        // SAFETY: the value is a tuple of these elements.
        unsafe impl<$($ty: Lower),*> Lower for ($($ty,)*) {
            #[inline]
            fn lower(&self, _cx: &mut LowerContext<'_>) -> Result<OwnedComponentVal> {
                #[allow(unused_mut, reason = "an empty tuple has no elements")]
                let mut tuple = Filling::new($len);
                let ($($ty,)*) = self;
                $(tuple.try_push(|| $ty.lower(_cx))?;)*
                Ok(OwnedComponentVal::from_tuple(tuple.finish()))
            }

            #[inline]
            fn lower_list(
                &self,
                _cx: &mut LowerContext<'_>,
                vals: &mut [OwnedComponentVal],
            ) -> Result<()>
            {
                ensure!(vals.len() == $len, wrong_len($len, vals.len()));
                let ($($ty,)*) = self;
                let mut _vals = vals.iter_mut();
                $($ty.lower_into(_cx, next(&mut _vals))?;)*
                Ok(())
            }
        }

        // SAFETY: only a tuple of these elements is read.
        unsafe impl<$($ty: Lift),*> Lift for ($($ty,)*) {
            #[inline]
            fn lift(_cx: &mut LiftContext<'_>, val: &OwnedComponentVal) -> Result<Self> {
                let Content::Tuple(elems) = val.content() else {
                    return Err(unexpected("tuple", val));
                };
                ensure!(elems.len() == $len, wrong_len($len, elems.len()));
                let mut _elems = elems.iter();
                Ok(($($ty::lift(_cx, next(&mut _elems))?,)*))
            }

            #[inline]
            fn lift_list(
                _cx: &mut LiftContext<'_>,
                vals: &[OwnedComponentVal],
            ) -> Result<Self>
            {
                ensure!(vals.len() == $len, wrong_len($len, vals.len()));
                let mut _vals = vals.iter();
                Ok(($($ty::lift(_cx, next(&mut _vals))?,)*))
            }
        }

        // SAFETY: the values are those of the tuple.
        unsafe impl<$($ty: ComponentType),*> ComponentNamedList for ($($ty,)*) {
            type Vals = [OwnedComponentVal; $len];

            #[inline]
            fn vals() -> Self::Vals {
                Default::default()
            }

            fn typecheck_params(
                ty: &ComponentFunc,
                cx: &InstanceType<'_>,
            ) -> Result<(), TypeMismatch> {
                typecheck_params(ty, cx, &[$($ty::typecheck),*])
            }

            fn typecheck_results(
                ty: &ComponentFunc,
                cx: &InstanceType<'_>,
            ) -> Result<(), TypeMismatch> {
                typecheck_results(ty, cx, &[$($ty::typecheck),*])
            }
        }
    )*};
}

tuples! {
    0: ;
    1: A;
    2: A B;
    3: A B C;
    4: A B C D;
    5: A B C D E;
    6: A B C D E F;
    7: A B C D E F G;
    8: A B C D E F G H;
    9: A B C D E F G H I;
    10: A B C D E F G H I J;
    11: A B C D E F G H I J K;
    12: A B C D E F G H I J K L;
    13: A B C D E F G H I J K L M;
    14: A B C D E F G H I J K L M N;
    15: A B C D E F G H I J K L M N O;
    16: A B C D E F G H I J K L M N O P;
    17: A B C D E F G H I J K L M N O P Q;
}

fn next<T>(mut elems: impl Iterator<Item = T>) -> T {
    elems.next().expect("there are as many elements as counted")
}

#[cold]
fn wrong_len(expected: usize, found: usize) -> Error {
    format_err!("expected {}, found {found}", count(expected, "value"))
}

fn typecheck_tuple(
    ty: &Type,
    cx: &InstanceType<'_>,
    elems: &[Typecheck],
) -> Result<(), TypeMismatch> {
    let expected = || format!("tuple of {}", count(elems.len(), "element"));
    let Type::Tuple(ty) = ty else {
        return Err(TypeMismatch::new(expected(), ty.desc()));
    };
    let found = ty.types().len();
    if found != elems.len() {
        return Err(TypeMismatch::new(
            expected(),
            format_args!("one of {found}"),
        ));
    }
    for ((i, ty), typecheck) in ty.types().enumerate().zip(elems) {
        typecheck(&ty, cx).map_err(|error| error.within(format_args!("element {i}")))?;
    }
    Ok(())
}

fn typecheck_params(
    ty: &ComponentFunc,
    cx: &InstanceType<'_>,
    params: &[Typecheck],
) -> Result<(), TypeMismatch> {
    let found = ty.params().len();
    if found != params.len() {
        return Err(TypeMismatch::new(count(params.len(), "parameter"), found));
    }
    for ((i, (_, ty)), typecheck) in ty.params().enumerate().zip(params) {
        typecheck(&ty, cx).map_err(|error| error.within(i).within("params"))?;
    }
    Ok(())
}

fn typecheck_results(
    ty: &ComponentFunc,
    cx: &InstanceType<'_>,
    results: &[Typecheck],
) -> Result<(), TypeMismatch> {
    let found = ty.results().len();
    if found != results.len() {
        return Err(TypeMismatch::new(count(results.len(), "result"), found));
    }
    for (ty, typecheck) in ty.results().zip(results) {
        typecheck(&ty, cx).map_err(|error| error.within("result"))?;
    }
    Ok(())
}
