use libwasmtime::{AsContext, Engine, Store};
use std::cell::Cell;
use std::thread;

fn main() {
    let store = Store::new(&Engine::default(), Cell::new(1));
    let context = store.as_context();
    thread::scope(|scope| {
        scope.spawn(move || context.data().set(2));
    });
}
