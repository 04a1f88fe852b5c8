use libwasmtime::{Engine, Store};
use std::cell::Cell;
use std::thread;

fn main() {
    let store = Store::new(&Engine::default(), Cell::new(1));
    thread::scope(|scope| {
        scope.spawn(|| store.data().set(2));
    });
}
