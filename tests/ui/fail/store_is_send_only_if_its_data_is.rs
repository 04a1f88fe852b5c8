use libwasmtime::{Engine, Store};
use std::rc::Rc;
use std::thread;

fn main() {
    let store = Store::new(&Engine::default(), Rc::new(1));
    thread::spawn(move || drop(store));
}
