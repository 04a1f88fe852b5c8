//! Vectors of 128 bits, everywhere.

use crate::guest::instantiate;
use libwasmtime::*;

const BITS: u128 = 0x0123_4567_89ab_cdef_fedc_ba98_7654_3210;

const WAT: &str = r#"(module
    (import "" "" (func $host (param i32 v128) (result v128 i32)))
    (func (export "call_host") (param i32 v128) (result v128 i32)
        (call $host (local.get 0) (local.get 1)))
    (func (export "lane") (param v128) (result i32) (i32x4.extract_lane 0 (local.get 0)))
    (func (export "const") (result v128)
        v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15))"#;

#[test]
fn order_is_that_of_numbers() {
    let [a, b, c] = [1, 1 << 8, u128::MAX].map(V128::from);
    assert!(a < b && b < c);
    assert_eq!([c, a, b].into_iter().max(), Some(c));
}

#[test]
fn typed() {
    let mut store = Store::<()>::default();
    let host = Func::wrap(&mut store, |x: i32, v: V128| {
        (V128::from(v.as_u128().rotate_left(8)), x + 1)
    });
    let instance = instantiate(&mut store, WAT, &[host.into()]);
    let f = instance
        .get_typed_func::<(i32, V128), (V128, i32)>(&mut store, "call_host")
        .unwrap();
    let (v, x) = f.call(&mut store, (1, BITS.into())).unwrap();
    assert_eq!((u128::from(v), x), (BITS.rotate_left(8), 2));
}

#[test]
fn untyped() {
    let mut store = Store::<()>::default();
    let ty = FuncType::new(
        store.engine(),
        [ValType::I32, ValType::V128],
        [ValType::V128, ValType::I32],
    );
    let host = Func::new(&mut store, ty, |_, params, results| {
        results[0] = params[1];
        results[1] = params[0];
        Ok(())
    });
    let instance = instantiate(&mut store, WAT, &[host.into()]);
    let f = instance.get_func(&mut store, "call_host").unwrap();
    let mut results = [Val::I32(0), Val::I32(0)];
    f.call(&mut store, &[Val::I32(3), BITS.into()], &mut results)
        .unwrap();
    assert_eq!(results[0].unwrap_v128(), V128::from(BITS));
    assert_eq!(results[1].unwrap_i32(), 3);
}

#[test]
fn bytes_are_in_little_endian_order() {
    let mut store = Store::<()>::default();
    let host = Func::wrap(&mut store, |x: i32, v: V128| (v, x));
    let instance = instantiate(&mut store, WAT, &[host.into()]);
    let lane = instance
        .get_typed_func::<V128, u32>(&mut store, "lane")
        .unwrap();
    assert_eq!(lane.call(&mut store, BITS.into()).unwrap(), 0x7654_3210);
    let constant = instance
        .get_typed_func::<(), V128>(&mut store, "const")
        .unwrap();
    assert_eq!(
        constant.call(&mut store, ()).unwrap().as_u128(),
        0x0f0e_0d0c_0b0a_0908_0706_0504_0302_0100
    );
}

#[test]
fn values() {
    let val = Val::from(BITS);
    assert_eq!(val.v128(), Some(V128::from(BITS)));
    assert_eq!(val.i32(), None);
    assert_eq!(format!("{:?}", V128::from(255)), "255");
    assert_eq!(format!("{:#x?}", V128::from(255)), "0xff");
    assert_eq!(ValRaw::v128(BITS).get_v128(), BITS);
}
