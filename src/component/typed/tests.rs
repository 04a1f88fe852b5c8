mod layout;
#[cfg(all(feature = "wat", compiler))]
mod mismatches;
mod values;

use super::derived::{
    OwnedComponentVal, RecordReader, RecordWriter, Typecheck, TypecheckCase, flags_align,
    flags_size, lift_case, lift_enum, lift_flags, lift_payload, lower_case, lower_empty_case,
    lower_enum, lower_flags, record_align, record_size, typecheck_enum, typecheck_flags,
    typecheck_payload, typecheck_record, typecheck_variant, unknown_case, variant_align,
    variant_size,
};
use super::{ComponentType, InstanceType, Lift, LiftContext, Lower, LowerContext, TypeMismatch};
use crate::Result;
use crate::component::types::Type;

/// `record { x: u32, y: string }`, as the derives implement it.
#[derive(Clone, Debug, PartialEq)]
struct Point {
    x: u32,
    y: String,
}

// SAFETY: these are the fields.
unsafe impl ComponentType for Point {
    const SIZE32: usize = record_size(&[
        (u32::SIZE32, u32::ALIGN32),
        (String::SIZE32, String::ALIGN32),
    ]);
    const ALIGN32: u32 = record_align(&[u32::ALIGN32, String::ALIGN32]);

    fn typecheck(ty: &Type, cx: &InstanceType<'_>) -> Result<(), TypeMismatch> {
        const FIELDS: &[(&str, Typecheck)] = &[("x", u32::typecheck), ("y", String::typecheck)];
        typecheck_record(ty, cx, FIELDS)
    }
}

// SAFETY: the fields are written in their order.
unsafe impl Lower for Point {
    fn lower(&self, cx: &mut LowerContext<'_>) -> Result<OwnedComponentVal> {
        let mut record = RecordWriter::new(2);
        record.field(cx, "x", &self.x)?;
        record.field(cx, "y", &self.y)?;
        Ok(record.finish())
    }
}

// SAFETY: the fields are read in their order.
unsafe impl Lift for Point {
    fn lift(cx: &mut LiftContext<'_>, val: &OwnedComponentVal) -> Result<Point> {
        let mut record = RecordReader::new(val, 2)?;
        Ok(Point {
            x: record.field(cx)?,
            y: record.field(cx)?,
        })
    }
}

/// `variant { none, number(u32), nothing }`, of which the last case carries `()` in Rust.
#[derive(Clone, Debug, PartialEq)]
enum Shape {
    None,
    Number(u32),
    Nothing(()),
}

// SAFETY: these are the cases.
unsafe impl ComponentType for Shape {
    const SIZE32: usize = variant_size(&[(0, 1), (u32::SIZE32, u32::ALIGN32), (0, 1)]);
    const ALIGN32: u32 = variant_align(&[(0, 1), (u32::SIZE32, u32::ALIGN32), (0, 1)]);

    fn typecheck(ty: &Type, cx: &InstanceType<'_>) -> Result<(), TypeMismatch> {
        const CASES: &[(&str, TypecheckCase)] = &[
            ("none", typecheck_payload::<()>),
            ("number", typecheck_payload::<u32>),
            ("nothing", typecheck_payload::<()>),
        ];
        typecheck_variant(ty, cx, CASES)
    }
}

// SAFETY: the cases have their names.
unsafe impl Lower for Shape {
    fn lower(&self, cx: &mut LowerContext<'_>) -> Result<OwnedComponentVal> {
        match self {
            Shape::None => Ok(lower_empty_case("none")),
            Shape::Number(payload) => lower_case(cx, "number", payload),
            Shape::Nothing(payload) => lower_case(cx, "nothing", payload),
        }
    }
}

// SAFETY: the cases have their names.
unsafe impl Lift for Shape {
    fn lift(cx: &mut LiftContext<'_>, val: &OwnedComponentVal) -> Result<Shape> {
        let (case, payload) = lift_case(val)?;
        match case {
            "none" => Ok(Shape::None),
            "number" => Ok(Shape::Number(lift_payload(cx, payload)?)),
            "nothing" => Ok(Shape::Nothing(lift_payload(cx, payload)?)),
            case => Err(unknown_case(case)),
        }
    }
}

/// `enum { red, green }`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Color {
    Red,
    Green,
}

// SAFETY: these are the cases.
unsafe impl ComponentType for Color {
    const SIZE32: usize = variant_size(&[(0, 1); 2]);
    const ALIGN32: u32 = variant_align(&[(0, 1); 2]);

    fn typecheck(ty: &Type, _: &InstanceType<'_>) -> Result<(), TypeMismatch> {
        typecheck_enum(ty, &["red", "green"])
    }
}

// SAFETY: the cases have their names.
unsafe impl Lower for Color {
    fn lower(&self, _: &mut LowerContext<'_>) -> Result<OwnedComponentVal> {
        Ok(lower_enum(match self {
            Color::Red => "red",
            Color::Green => "green",
        }))
    }
}

// SAFETY: the cases have their names.
unsafe impl Lift for Color {
    fn lift(_: &mut LiftContext<'_>, val: &OwnedComponentVal) -> Result<Color> {
        match lift_enum(val)? {
            "red" => Ok(Color::Red),
            "green" => Ok(Color::Green),
            case => Err(unknown_case(case)),
        }
    }
}

/// The names of as many flags as a component may have.
const FLAGS: [&str; 32] = [
    "f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12", "f13", "f14",
    "f15", "f16", "f17", "f18", "f19", "f20", "f21", "f22", "f23", "f24", "f25", "f26", "f27",
    "f28", "f29", "f30", "f31",
];

/// The bits of the flags.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Bits(u32);

// SAFETY: these are the flags.
unsafe impl ComponentType for Bits {
    const SIZE32: usize = flags_size(FLAGS.len());
    const ALIGN32: u32 = flags_align(FLAGS.len());

    fn typecheck(ty: &Type, _: &InstanceType<'_>) -> Result<(), TypeMismatch> {
        typecheck_flags(ty, &FLAGS)
    }
}

// SAFETY: the flags have their names.
unsafe impl Lower for Bits {
    fn lower(&self, _: &mut LowerContext<'_>) -> Result<OwnedComponentVal> {
        Ok(lower_flags(&FLAGS, &[self.0]))
    }
}

// SAFETY: the flags have their names.
unsafe impl Lift for Bits {
    fn lift(_: &mut LiftContext<'_>, val: &OwnedComponentVal) -> Result<Bits> {
        let mut words = [0];
        lift_flags(val, &FLAGS, &mut words)?;
        Ok(Bits(words[0]))
    }
}
