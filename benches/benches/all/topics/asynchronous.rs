//! Asynchronous calls, host functions and instantiation.

use super::Bencher;
use super::api::{Caller, Engine, Instance, Linker, Module, Store, TypedFunc, Val};
use super::instantiate::pooling;
use crate::task::{YieldOnce, block_on};
use libwasmtime_bench::{LOOP, wat};
use std::future::{Future, ready};
use std::hint::black_box;

fn instantiate(linker: &Linker<()>, wat: &str) -> (Store<()>, Instance) {
    let mut store = Store::new(linker.engine(), ());
    let module = Module::new(linker.engine(), wat).unwrap();
    let instance = block_on(linker.instantiate_async(&mut store, &module)).unwrap();
    (store, instance)
}

pub fn typed_nullary(bencher: &mut Bencher) {
    let (mut store, instance) = instantiate(&Linker::new(&Engine::default()), wat::CALL);
    let f: TypedFunc<(), ()> = instance.get_typed_func(&mut store, "nullary").unwrap();
    bencher.iter(|| block_on(f.call_async(&mut store, ())).unwrap());
}

pub fn typed_mixed(bencher: &mut Bencher) {
    let (mut store, instance) = instantiate(&Linker::new(&Engine::default()), wat::CALL);
    let f: TypedFunc<(i32, i64), f32> = instance.get_typed_func(&mut store, "mixed").unwrap();
    bencher.iter(|| block_on(f.call_async(&mut store, black_box((1, 2)))).unwrap());
}

pub fn untyped_mixed(bencher: &mut Bencher) {
    let (mut store, instance) = instantiate(&Linker::new(&Engine::default()), wat::CALL);
    let f = instance.get_func(&mut store, "mixed").unwrap();
    bencher.iter(|| {
        let params = black_box([Val::I32(1), Val::I64(2)]);
        let mut results = [Val::F32(0)];
        block_on(f.call_async(&mut store, &params, &mut results)).unwrap();
        results[0].unwrap_f32()
    });
}

/// Measures the loop of that name, which calls one of two host functions. They wait for what
/// `wait` returns.
fn host<F>(bencher: &mut Bencher, name: &str, wait: fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut linker = Linker::new(&Engine::default());
    linker
        .func_wrap_async("host", "nullary", move |_: Caller<'_, ()>, ()| {
            Box::new(wait())
        })
        .unwrap()
        .func_wrap_async(
            "host",
            "mixed",
            move |_: Caller<'_, ()>, (a, _): (i32, i64)| {
                Box::new(async move {
                    wait().await;
                    a as f32
                })
            },
        )
        .unwrap();
    let (mut store, instance) = instantiate(&linker, wat::HOST);
    let run: TypedFunc<i32, ()> = instance.get_typed_func(&mut store, name).unwrap();
    bencher.iter(|| block_on(run.call_async(&mut store, LOOP as i32)).unwrap());
}

pub fn ready_nullary(bencher: &mut Bencher) {
    host(bencher, "nullary", || ready(()));
}

pub fn ready_mixed(bencher: &mut Bencher) {
    host(bencher, "mixed", || ready(()));
}

pub fn yield_nullary(bencher: &mut Bencher) {
    host(bencher, "nullary", YieldOnce::default);
}

pub fn yield_mixed(bencher: &mut Bencher) {
    host(bencher, "mixed", YieldOnce::default);
}

/// Measures short-lived instances of a module, in a pool.
fn pooled(bencher: &mut Bencher, wat: &str) {
    let engine = Engine::new(&pooling()).unwrap();
    let module = Module::new(&engine, wat).unwrap();
    let mut linker = Linker::new(&engine);
    linker.func_wrap("host", "f", || {}).unwrap();
    let pre = linker.instantiate_pre(&module).unwrap();
    bencher.iter(|| {
        let mut store = Store::new(&engine, ());
        block_on(pre.instantiate_async(&mut store)).unwrap();
    });
}

pub fn instantiate_pooled(bencher: &mut Bencher) {
    pooled(bencher, wat::INSTANTIATE);
}

pub fn instantiate_start(bencher: &mut Bencher) {
    pooled(bencher, wat::START);
}
