//! Calls of WebAssembly: unchecked for the typed ones, checked for the untyped ones.

use super::{Bencher, World, number};
use libwasmtime::sys::*;
use libwasmtime_bench::wat;
use std::hint::black_box;
use std::ptr;

fn unchecked<const N: usize, R>(
    bencher: &mut Bencher,
    name: &str,
    args: impl Fn(&mut [wasmtime_val_raw_t; N]),
    result: impl Fn(&[wasmtime_val_raw_t; N]) -> R,
) {
    let world = World::new();
    let instance = world.instantiate(wat::CALL, &[]);
    let func = world.func(&instance, name);
    bencher.iter(|| {
        let mut values = [wasmtime_val_raw_t { i64: 0 }; N];
        let mut trap = ptr::null_mut();
        args(&mut values);
        // SAFETY: the function belongs to the store, and the values are of its types.
        let error = unsafe {
            wasmtime_func_call_unchecked(world.context, &func, values.as_mut_ptr(), N, &mut trap)
        };
        assert!(error.is_null() && trap.is_null());
        result(&values)
    });
}

pub fn typed_nullary(bencher: &mut Bencher) {
    unchecked::<0, _>(bencher, "nullary", |_| {}, |_| {});
}

pub fn typed_mixed(bencher: &mut Bencher) {
    unchecked::<2, _>(
        bencher,
        "mixed",
        |values| {
            let (a, b) = black_box((1, 2));
            values[0].i32 = a;
            values[1].i64 = b;
        },
        // SAFETY: the result is a float.
        |values| unsafe { values[0].f32 },
    );
}

fn checked<const P: usize, const R: usize>(
    bencher: &mut Bencher,
    name: &str,
    args: impl Fn() -> [wasmtime_val_t; P],
) {
    let world = World::new();
    let instance = world.instantiate(wat::CALL, &[]);
    let func = world.func(&instance, name);
    bencher.iter(|| {
        let args = args();
        let mut results = [number(WASMTIME_I32, wasmtime_valunion_t { i64: 0 }); R];
        let mut trap = ptr::null_mut();
        // SAFETY: the function belongs to the store, and the results fit.
        let error = unsafe {
            wasmtime_func_call(
                world.context,
                &func,
                args.as_ptr(),
                P,
                results.as_mut_ptr(),
                R,
                &mut trap,
            )
        };
        assert!(error.is_null() && trap.is_null());
        results
    });
}

pub fn untyped_nullary(bencher: &mut Bencher) {
    checked::<0, 0>(bencher, "nullary", || []);
}

pub fn untyped_mixed(bencher: &mut Bencher) {
    checked::<2, 1>(bencher, "mixed", || {
        black_box([
            number(WASMTIME_I32, wasmtime_valunion_t { i32: 1 }),
            number(WASMTIME_I64, wasmtime_valunion_t { i64: 2 }),
        ])
    });
}
