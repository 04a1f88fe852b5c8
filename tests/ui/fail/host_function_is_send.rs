use libwasmtime::{Engine, Func, Store};
use std::rc::Rc;

fn main() {
    let mut store = Store::new(&Engine::default(), ());
    let answer = Rc::new(42);
    Func::wrap(&mut store, move || *answer);
}
