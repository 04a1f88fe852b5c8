//! Functions of the host, called by WebAssembly.

use super::Bencher;
use super::api::{Caller, Engine, Func, FuncType, Instance, Module, Store, Val, ValType};
use libwasmtime_bench::{LOOP, wat};

/// Measures the loop of that name, which calls one of the two functions.
fn measure(bencher: &mut Bencher, mut store: Store<u64>, name: &str, nullary: Func, mixed: Func) {
    let module = Module::new(store.engine(), wat::HOST).unwrap();
    let imports = [nullary.into(), mixed.into()];
    let instance = Instance::new(&mut store, &module, &imports).unwrap();
    let run = instance
        .get_typed_func::<i32, ()>(&mut store, name)
        .unwrap();
    bencher.iter(|| run.call(&mut store, LOOP as i32).unwrap());
}

fn typed(bencher: &mut Bencher, name: &str) {
    let mut store = Store::new(&Engine::default(), 0);
    let nullary = Func::wrap(&mut store, || {});
    let mixed = Func::wrap(&mut store, |a: i32, _: i64| a as f32);
    measure(bencher, store, name, nullary, mixed);
}

pub fn typed_nullary(bencher: &mut Bencher) {
    typed(bencher, "nullary");
}

pub fn typed_mixed(bencher: &mut Bencher) {
    typed(bencher, "mixed");
}

pub fn typed_caller(bencher: &mut Bencher) {
    let mut store = Store::new(&Engine::default(), 0);
    let nullary = Func::wrap(&mut store, |mut caller: Caller<'_, u64>| {
        *caller.data_mut() += 1;
    });
    let mixed = Func::wrap(&mut store, |a: i32, _: i64| a as f32);
    measure(bencher, store, "nullary", nullary, mixed);
}

fn untyped(bencher: &mut Bencher, name: &str) {
    let engine = Engine::default();
    let mut store = Store::new(&engine, 0);
    let ty = FuncType::new(&engine, [], []);
    let nullary = Func::new(&mut store, ty, |_, _, _| Ok(()));
    let ty = FuncType::new(&engine, [ValType::I32, ValType::I64], [ValType::F32]);
    let mixed = Func::new(&mut store, ty, |_, params, results| {
        results[0] = Val::from(params[0].unwrap_i32() as f32);
        Ok(())
    });
    measure(bencher, store, name, nullary, mixed);
}

pub fn untyped_nullary(bencher: &mut Bencher) {
    untyped(bencher, "nullary");
}

pub fn untyped_mixed(bencher: &mut Bencher) {
    untyped(bencher, "mixed");
}
