//! The values of the suite: arguments, and patterns for results.

use json_from_wast::{
    AnyRef as AnyPattern, Const, CoreConst, ExnRef as ExnPattern, ExternRef as ExternPattern,
    FloatConst, FuncRef, V128,
};
use libwasmtime::{AnyRef, ExternRef, Result, Rooted, Store, Val, bail, ensure};

/// Returns the value of an argument.
///
/// # Errors
///
/// Returns an error if the crate doesn't have values of its type.
pub fn from_const(store: &mut Store<()>, argument: &Const<'_>) -> Result<Val> {
    let Const::Core(argument) = argument else {
        bail!("a value of a component");
    };
    Ok(match argument {
        CoreConst::I32 { value } => Val::I32(value.0),
        CoreConst::I64 { value } => Val::I64(value.0),
        CoreConst::F32 { value } => Val::F32(value.to_bits()),
        CoreConst::F64 { value } => Val::F64(value.to_bits()),
        CoreConst::V128(value) => Val::V128(value.to_u128().into()),
        CoreConst::FuncRef {
            value: Some(FuncRef::Null),
        }
        | CoreConst::NullFuncRef => Val::null_func_ref(),
        CoreConst::ExternRef {
            value: Some(ExternPattern::Null),
        }
        | CoreConst::NullExternRef => Val::null_extern_ref(),
        CoreConst::ExternRef {
            value: Some(ExternPattern::Host(number)),
        } => Val::from(ExternRef::new(store, number.0)?),
        CoreConst::AnyRef {
            value: Some(AnyPattern::Null),
        }
        | CoreConst::NullRef => Val::null_any_ref(),
        CoreConst::AnyRef {
            value: Some(AnyPattern::Host(number)),
        } => {
            let number = ExternRef::new(&mut *store, number.0)?;
            Val::from(AnyRef::convert_extern(store, number)?)
        }
        CoreConst::ExnRef {
            value: Some(ExnPattern::Null),
        }
        | CoreConst::NullExnRef => Val::ExnRef(None),
        // As an argument, each of these is the null of that type.
        CoreConst::EqRef | CoreConst::I31Ref | CoreConst::StructRef | CoreConst::ArrayRef => {
            Val::null_any_ref()
        }
        other => bail!("the crate has no value for the argument {other:?}"),
    })
}

/// Compares results with the expected ones.
///
/// # Errors
///
/// Returns an error if they differ.
pub fn expect_values(store: &mut Store<()>, values: &[Val], expected: &[Const<'_>]) -> Result<()> {
    ensure!(
        values.len() == expected.len(),
        "{} results instead of {}",
        values.len(),
        expected.len()
    );
    for (value, expected) in values.iter().zip(expected) {
        let Const::Core(expected) = expected else {
            bail!("a value of a component");
        };
        ensure!(
            is_match(store, value, expected)?,
            "got {value:?} instead of {expected:?}"
        );
    }
    Ok(())
}

/// Reports whether a value matches a pattern.
fn is_match(store: &mut Store<()>, value: &Val, pattern: &CoreConst) -> Result<bool> {
    if let CoreConst::Either { values } = pattern {
        for pattern in values {
            if is_match(store, value, pattern)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    Ok(match pattern {
        CoreConst::Either { .. } => unreachable!("its patterns were tried above"),
        CoreConst::I32 { value: n } => matches!(value, Val::I32(bits) if *bits == n.0),
        CoreConst::I64 { value: n } => matches!(value, Val::I64(bits) if *bits == n.0),
        CoreConst::F32 { value: n } => matches!(value, Val::F32(bits) if is_f32(*bits, n)),
        CoreConst::F64 { value: n } => matches!(value, Val::F64(bits) if is_f64(*bits, n)),
        CoreConst::V128(lanes) => matches!(value, Val::V128(n) if is_v128(n.as_u128(), lanes)),

        CoreConst::FuncRef { value: None } => matches!(value, Val::FuncRef(Some(_))),
        CoreConst::FuncRef {
            value: Some(FuncRef::Null),
        }
        | CoreConst::NullFuncRef => matches!(value, Val::FuncRef(None)),

        CoreConst::ExternRef { value: None } => matches!(value, Val::ExternRef(Some(_))),
        CoreConst::ExternRef {
            value: Some(ExternPattern::Null),
        }
        | CoreConst::NullExternRef => matches!(value, Val::ExternRef(None)),
        CoreConst::ExternRef {
            value: Some(ExternPattern::Host(number)),
        } => match value {
            Val::ExternRef(reference) => host_number(store, *reference)? == Some(number.0),
            _ => false,
        },

        CoreConst::AnyRef { value: None } => any_of(value).is_some(),
        CoreConst::AnyRef {
            value: Some(AnyPattern::Null),
        }
        | CoreConst::NullRef => matches!(value, Val::AnyRef(None)),
        CoreConst::AnyRef {
            value: Some(AnyPattern::Host(number)),
        } => match any_of(value) {
            Some(any) => {
                let host = ExternRef::convert_any(&mut *store, any)?;
                host_number(store, Some(host))? == Some(number.0)
            }
            None => false,
        },
        CoreConst::EqRef => any_is(value, |any| any.is_eqref(&*store))?,
        CoreConst::I31Ref => any_is(value, |any| any.is_i31(&*store))?,
        CoreConst::StructRef => any_is(value, |any| any.is_struct(&*store))?,
        CoreConst::ArrayRef => any_is(value, |any| any.is_array(&*store))?,

        CoreConst::ExnRef { value: None } => matches!(value, Val::ExnRef(Some(_))),
        CoreConst::ExnRef {
            value: Some(ExnPattern::Null),
        }
        | CoreConst::NullExnRef => matches!(value, Val::ExnRef(None)),

        CoreConst::RefNull => matches!(
            value,
            Val::FuncRef(None) | Val::ExternRef(None) | Val::AnyRef(None) | Val::ExnRef(None)
        ),

        // The index of a function isn't known to the host, and the rest doesn't exist.
        CoreConst::FuncRef {
            value: Some(FuncRef::Index(_)),
        }
        | CoreConst::I31RefShared
        | CoreConst::ContRef { .. }
        | CoreConst::NullContRef => bail!("the crate has no value for the result {pattern:?}"),
    })
}

/// Reports whether a value is a reference to something that is collected, which is `what`.
fn any_is(value: &Val, what: impl FnOnce(Rooted<AnyRef>) -> Result<bool>) -> Result<bool> {
    any_of(value).map_or(Ok(false), what)
}

fn any_of(value: &Val) -> Option<Rooted<AnyRef>> {
    match value {
        Val::AnyRef(reference) => *reference,
        Val::I32(_)
        | Val::I64(_)
        | Val::F32(_)
        | Val::F64(_)
        | Val::V128(_)
        | Val::FuncRef(_)
        | Val::ExternRef(_)
        | Val::ExnRef(_)
        | Val::ContRef(_) => None,
    }
}

/// Returns the number that [`from_const`] put into a reference.
fn host_number(store: &Store<()>, reference: Option<Rooted<ExternRef>>) -> Result<Option<u32>> {
    let Some(reference) = reference else {
        return Ok(None);
    };
    let data = reference.data(store)?;
    Ok(data.and_then(|data| data.downcast_ref()).copied())
}

/// Reports whether the bits are that number, or such a NaN. A NaN is canonical if the
/// highest bit of its payload alone is set, and arithmetic if that bit is set.
fn is_f32(bits: u32, pattern: &FloatConst<f32>) -> bool {
    const QUIET: u32 = 0x7fc0_0000;
    match pattern {
        FloatConst::CanonicalNan => bits & 0x7fff_ffff == QUIET,
        FloatConst::ArithmeticNan => bits & QUIET == QUIET,
        FloatConst::Value(value) => bits == value.to_bits(),
    }
}

/// As [`is_f32`].
fn is_f64(bits: u64, pattern: &FloatConst<f64>) -> bool {
    const QUIET: u64 = 0x7ff8_0000_0000_0000;
    match pattern {
        FloatConst::CanonicalNan => bits & 0x7fff_ffff_ffff_ffff == QUIET,
        FloatConst::ArithmeticNan => bits & QUIET == QUIET,
        FloatConst::Value(value) => bits == value.to_bits(),
    }
}

/// Reports whether every lane matches its pattern.
fn is_v128(bits: u128, lanes: &V128) -> bool {
    let lane = |index: usize, width: usize| bits >> (index * width);
    match lanes {
        V128::F32 { value } => {
            let mut lanes = value.iter().enumerate();
            lanes.all(|(index, pattern)| is_f32(lane(index, 32) as u32, pattern))
        }
        V128::F64 { value } => {
            let mut lanes = value.iter().enumerate();
            lanes.all(|(index, pattern)| is_f64(lane(index, 64) as u64, pattern))
        }
        V128::I8 { .. } | V128::I16 { .. } | V128::I32 { .. } | V128::I64 { .. } => {
            bits == lanes.to_u128()
        }
    }
}

#[test]
fn nans_are_told_apart() {
    for (bits, canonical, arithmetic) in [
        (0x7fc0_0000, true, true),
        (0xffc0_0000, true, true),
        (0x7fc0_0001, false, true),
        (0x7fa0_0000, false, false),
        (0x7f80_0000, false, false),
    ] {
        assert_eq!(is_f32(bits, &FloatConst::CanonicalNan), canonical);
        assert_eq!(is_f32(bits, &FloatConst::ArithmeticNan), arithmetic);
    }
    for (bits, canonical, arithmetic) in [
        (0x7ff8_0000_0000_0000, true, true),
        (0xfff8_0000_0000_0000, true, true),
        (0x7ff8_0000_0000_0001, false, true),
        (0x7ff4_0000_0000_0000, false, false),
        (0x7ff0_0000_0000_0000, false, false),
    ] {
        assert_eq!(is_f64(bits, &FloatConst::CanonicalNan), canonical);
        assert_eq!(is_f64(bits, &FloatConst::ArithmeticNan), arithmetic);
    }
}

#[test]
fn every_lane_has_its_own_pattern() {
    let lanes = V128::F32 {
        value: [
            FloatConst::CanonicalNan,
            FloatConst::ArithmeticNan,
            FloatConst::Value(1.0),
            FloatConst::Value(-0.0),
        ],
    };
    let good = 0x8000_0000_3f80_0000_7fc0_0001_7fc0_0000;
    assert!(is_v128(good, &lanes));
    for lane in 0..4 {
        assert!(!is_v128(good ^ (0x40_0000 << (32 * lane)), &lanes));
    }
}
