//! Numbers, characters and truth values.

use super::{
    ComponentType, InstanceType, Lift, LiftContext, Lower, LowerContext, TypeMismatch, unexpected,
};
use crate::Result;
use crate::component::raw::Content;
use crate::component::types::Type;
use crate::vec::component::OwnedComponentVal;

macro_rules! scalars {
    ($($ty:ident $wit:literal $size:literal $case:ident $content:ident $from:ident;)*) => {$(
        // SAFETY: size and alignment are those of the canonical ABI.
        unsafe impl ComponentType for $ty {
            const SIZE32: usize = $size;
            const ALIGN32: u32 = $size;

            fn typecheck(ty: &Type, _: &InstanceType<'_>) -> Result<(), TypeMismatch> {
                if let Type::$case = ty {
                    Ok(())
                } else {
                    Err(TypeMismatch::new($wit, ty.desc()))
                }
            }
        }

        // SAFETY: the value is of the kind of the type.
        unsafe impl Lower for $ty {
            #[inline]
            fn lower(&self, _: &mut LowerContext<'_>) -> Result<OwnedComponentVal> {
                Ok(OwnedComponentVal::$from(*self))
            }
        }

        // SAFETY: only a value of the kind of the type is read.
        unsafe impl Lift for $ty {
            #[inline]
            fn lift(_: &mut LiftContext<'_>, val: &OwnedComponentVal) -> Result<$ty> {
                if let Content::$content(value) = val.content() {
                    Ok(value)
                } else {
                    Err(unexpected($wit, val))
                }
            }
        }
    )*};
}

scalars! {
    bool "bool" 1 Bool Bool from_bool;
    u8 "u8" 1 U8 U8 from_u8;
    i8 "s8" 1 S8 S8 from_s8;
    u16 "u16" 2 U16 U16 from_u16;
    i16 "s16" 2 S16 S16 from_s16;
    u32 "u32" 4 U32 U32 from_u32;
    i32 "s32" 4 S32 S32 from_s32;
    u64 "u64" 8 U64 U64 from_u64;
    i64 "s64" 8 S64 S64 from_s64;
    f32 "f32" 4 Float32 F32 from_f32;
    f64 "f64" 8 Float64 F64 from_f64;
    char "char" 4 Char Char from_char;
}
