use libwasmtime::sys::*;
use libwasmtime::vec::*;

#[test]
fn numbers() {
    let vals: ValVec = [
        OwnedVal::from(i32::MIN),
        OwnedVal::from(i64::MAX),
        OwnedVal::from(1.5f32),
        OwnedVal::from(-0.25f64),
    ]
    .into();
    let clone = vals.clone();
    drop(vals);
    assert_eq!(clone[0].i32(), Some(i32::MIN));
    assert_eq!(clone[1].i64(), Some(i64::MAX));
    assert_eq!(clone[2].f32(), Some(1.5));
    assert_eq!(clone[3].f64(), Some(-0.25));
    assert_eq!(clone[0].i64(), None);
    assert_eq!(clone[1].f32(), None);
    assert_eq!(clone[2].f64(), None);
    assert_eq!(clone[3].i32(), None);
    assert_eq!(clone[3].kind(), WASM_F64);
}

#[test]
fn default_is_zero() {
    let vals = ValVec::with_len(2);
    assert_eq!(vals[1].i32(), Some(0));
}

#[test]
fn raw_round_trip() {
    let raw = ValVec::from([OwnedVal::from(7i32)]).into_raw();
    // SAFETY: the vector was given up above.
    let vals = unsafe { ValVec::from_raw(raw) };
    let val = vals.into_iter().next().unwrap().into_raw();
    // SAFETY: the value was given up above.
    assert_eq!(unsafe { OwnedVal::from_raw(val) }.i32(), Some(7));
}
