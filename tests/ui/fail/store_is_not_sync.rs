use libwasmtime::{Engine, Store};
use std::thread;

fn main() {
    let store = Store::new(&Engine::default(), 1);
    thread::scope(|scope| {
        scope.spawn(|| store.data());
    });
}
