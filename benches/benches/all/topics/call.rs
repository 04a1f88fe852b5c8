//! Calls of WebAssembly.

use super::Bencher;
use super::api::{Engine, Instance, Module, Store, Val};
use libwasmtime_bench::wat;
use std::hint::black_box;

fn instance() -> (Store<()>, Instance) {
    let mut store = Store::new(&Engine::default(), ());
    let module = Module::new(store.engine(), wat::CALL).unwrap();
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    (store, instance)
}

pub fn typed_nullary(bencher: &mut Bencher) {
    let (mut store, instance) = instance();
    let f = instance
        .get_typed_func::<(), ()>(&mut store, "nullary")
        .unwrap();
    bencher.iter(|| f.call(&mut store, ()).unwrap());
}

pub fn typed_mixed(bencher: &mut Bencher) {
    let (mut store, instance) = instance();
    let f = instance
        .get_typed_func::<(i32, i64), f32>(&mut store, "mixed")
        .unwrap();
    bencher.iter(|| f.call(&mut store, black_box((1, 2))).unwrap());
}

pub fn untyped_nullary(bencher: &mut Bencher) {
    let (mut store, instance) = instance();
    let f = instance.get_func(&mut store, "nullary").unwrap();
    bencher.iter(|| f.call(&mut store, &[], &mut []).unwrap());
}

pub fn untyped_mixed(bencher: &mut Bencher) {
    let (mut store, instance) = instance();
    let f = instance.get_func(&mut store, "mixed").unwrap();
    bencher.iter(|| {
        let mut results = [Val::F32(0)];
        f.call(
            &mut store,
            &black_box([Val::I32(1), Val::I64(2)]),
            &mut results,
        )
        .unwrap();
        results[0].unwrap_f32()
    });
}
