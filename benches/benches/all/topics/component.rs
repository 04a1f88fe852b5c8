//! Components: calls in both directions, and instances.

use super::Bencher;
use super::api::component::{
    Component, ComponentNamedList, ComponentType, Lift, Linker, Lower, Resource, ResourceTable,
    ResourceType, TypedFunc, Val,
};
use super::api::{Engine, Store, StoreContextMut};
use libwasmtime_bench::{LOOP, wat};
use std::hint::black_box;

/// Returns a function of the component without imports.
fn func<P, R>(name: &str) -> (Store<()>, TypedFunc<P, R>)
where
    P: ComponentNamedList + Lower,
    R: ComponentNamedList + Lift,
{
    let engine = Engine::default();
    let component = Component::new(&engine, wat::COMPONENT).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine)
        .instantiate(&mut store, &component)
        .unwrap();
    let func = instance.get_typed_func(&mut store, name).unwrap();
    (store, func)
}

pub fn typed_nullary(bencher: &mut Bencher) {
    let (mut store, func) = func::<(), ()>("nullary");
    bencher.iter(|| func.call(&mut store, ()).unwrap());
}

pub fn typed_mixed(bencher: &mut Bencher) {
    let (mut store, func) = func::<(u32, f64, bool, char), (f64,)>("mixed");
    let args = (1, 2.5, true, 'a');
    bencher.iter(|| func.call(&mut store, black_box(args)).unwrap());
}

pub fn untyped_mixed(bencher: &mut Bencher) {
    let (mut store, func) = func::<(u32, f64, bool, char), (f64,)>("mixed");
    let func = func.func();
    let args = [
        Val::U32(1),
        Val::Float64(2.5),
        Val::Bool(true),
        Val::Char('a'),
    ];
    let mut results = [Val::Bool(false)];
    bencher.iter(|| {
        func.call(&mut store, black_box(&args), &mut results)
            .unwrap()
    });
}

pub fn string(bencher: &mut Bencher) {
    let (mut store, func) = func::<(&str,), (String,)>("echo");
    bencher.iter(|| {
        func.call(&mut store, (black_box("a text of twenty byte"),))
            .unwrap()
    });
}

pub fn bytes(bencher: &mut Bencher) {
    let (mut store, func) = func::<(&[u8],), (u32,)>("length");
    let bytes: Vec<u8> = (0..LOOP).map(|i| i as u8).collect();
    bencher.iter(|| func.call(&mut store, (black_box(&bytes[..]),)).unwrap());
}

#[derive(Clone, Copy, ComponentType, Lift, Lower)]
#[component(record)]
struct Pair {
    id: u32,
    value: f64,
}

pub fn records(bencher: &mut Bencher) {
    let (mut store, func) = func::<(&[Pair],), (Vec<Pair>,)>("pairs");
    let pairs: Vec<_> = (0..100).map(|id| Pair { id, value: 0.5 }).collect();
    bencher.iter(|| {
        let (pairs,) = func.call(&mut store, (black_box(&pairs[..]),)).unwrap();
        (pairs.len(), pairs[0].id, pairs[0].value)
    });
}

struct Counter(u32);

fn linker(engine: &Engine) -> Linker<ResourceTable> {
    type Context<'a> = StoreContextMut<'a, ResourceTable>;
    let mut linker = Linker::new(engine);
    let mut root = linker.root();
    root.func_wrap("mixed", |_: Context, (a, _): (u32, u64)| Ok((a as f32,)))
        .unwrap();
    root.func_wrap("echo", |_: Context, (text,): (String,)| Ok((text,)))
        .unwrap();
    root.resource(
        "counter",
        ResourceType::host::<Counter>(),
        |mut store: Context, rep| {
            let counter = Resource::<Counter>::new_own(rep);
            store.data_mut().delete(counter)?;
            Ok(())
        },
    )
    .unwrap();
    root.func_wrap("make", |mut store: Context, ()| {
        Ok((store.data_mut().push(Counter(0))?,))
    })
    .unwrap();
    root.func_wrap(
        "add",
        |mut store: Context, (counter, n): (Resource<Counter>, u32)| {
            let counter = store.data_mut().get_mut(&counter)?;
            counter.0 += n;
            Ok((counter.0,))
        },
    )
    .unwrap();
    linker
}

/// Measures the loop of that name.
fn host(bencher: &mut Bencher, name: &str) {
    let engine = Engine::default();
    let component = Component::new(&engine, wat::COMPONENT_HOST).unwrap();
    let mut store = Store::new(&engine, ResourceTable::new());
    let instance = linker(&engine).instantiate(&mut store, &component).unwrap();
    let run = instance
        .get_typed_func::<(u32,), ()>(&mut store, name)
        .unwrap();
    bencher.iter(|| run.call(&mut store, (LOOP,)).unwrap());
}

pub fn host_mixed(bencher: &mut Bencher) {
    host(bencher, "mixed");
}

pub fn host_string(bencher: &mut Bencher) {
    host(bencher, "echo");
}

pub fn host_resource(bencher: &mut Bencher) {
    host(bencher, "resource");
}

pub fn instantiate(bencher: &mut Bencher) {
    let engine = Engine::default();
    let component = Component::new(&engine, wat::COMPONENT_HOST).unwrap();
    let pre = linker(&engine).instantiate_pre(&component).unwrap();
    bencher.iter(|| {
        let mut store = Store::new(&engine, ResourceTable::new());
        pre.instantiate(&mut store).unwrap();
    });
}
