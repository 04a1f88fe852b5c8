use libwasmtime::{AsContextMut, Engine, Store};
use std::rc::Rc;
use std::thread;

fn main() {
    let mut store = Store::new(&Engine::default(), Rc::new(1));
    let context = store.as_context_mut();
    thread::scope(|scope| {
        scope.spawn(move || drop(context));
    });
}
