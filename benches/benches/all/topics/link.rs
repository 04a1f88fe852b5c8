//! Linkers of many functions.

use super::Bencher;
use super::api::{Engine, Linker, Module, Store};
use libwasmtime_bench::wat;

fn linker(engine: &Engine, names: &[String]) -> Linker<()> {
    let mut linker = Linker::new(engine);
    for name in names {
        linker.func_wrap("host", name, |x: i32| x).unwrap();
    }
    linker
}

pub fn build(bencher: &mut Bencher) {
    let engine = Engine::default();
    let names: Vec<_> = wat::names().collect();
    // Keeps the function's type registered with the engine, as registering it is slow.
    let _first = linker(&engine, &names[..1]);
    bencher.iter(|| linker(&engine, &names));
}

pub fn instantiate(bencher: &mut Bencher) {
    let engine = Engine::default();
    let names: Vec<_> = wat::names().collect();
    let linker = linker(&engine, &names);
    let module = Module::new(&engine, wat::many_imports()).unwrap();
    bencher.iter(|| {
        let mut store = Store::new(&engine, ());
        linker.instantiate(&mut store, &module).unwrap();
    });
}
