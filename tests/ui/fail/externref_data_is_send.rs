use libwasmtime::{Engine, ExternRef, Store};
use std::rc::Rc;

fn main() {
    let mut store = Store::new(&Engine::default(), ());
    let _ = ExternRef::new(&mut store, Rc::new(1));
}
