//! The engine-neutral API: `libwasmtime::standard`.

mod drop;
mod func;
mod global;
mod instance;
mod memory;
mod module;
mod raw;
mod reentry;
mod store;
#[cfg(feature = "gc")]
mod table;
mod trap;

use libwasmtime::standard::*;
use libwasmtime::{Result, wat2wasm};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Returns a module of the text.
fn compile(store: &Store, wat: &str) -> Module {
    Module::new(store, wat2wasm(wat).unwrap()).unwrap()
}

/// Returns an instance of the text.
fn instantiate(store: &mut Store, wat: &str, imports: &[Extern]) -> Result<Instance> {
    let module = compile(store, wat);
    Instance::new(store, &module, imports)
}

fn func(instance: &Instance, name: &str) -> Func {
    instance
        .get_export(name)
        .unwrap()
        .clone()
        .into_func()
        .unwrap()
}

/// Returns the text in the [`Trap`] of an error.
fn message(error: &libwasmtime::Error) -> String {
    error.downcast_ref::<Trap>().expect("a trap").message()
}

/// Returns a host function without parameters and results.
fn host(
    store: &mut Store,
    func: impl Fn(StoreContextMut<'_>) -> Result<()> + Send + Sync + 'static,
) -> Func {
    let ty = FuncType::new(store.engine(), [], []);
    Func::new(store, &ty, move |store, _, _| func(store)).unwrap()
}

/// Counts how often it is dropped.
#[derive(Default)]
struct Drops(Arc<AtomicUsize>);

impl Drops {
    fn counted(&self) -> Drops {
        Drops(self.0.clone())
    }

    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Drops {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}
