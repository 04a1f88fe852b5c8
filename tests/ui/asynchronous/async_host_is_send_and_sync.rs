use libwasmtime::{Engine, Func, Store};
use std::cell::Cell;
use std::rc::Rc;

fn main() {
    let mut store = Store::new(&Engine::default(), ());
    let not_send = Rc::new(1);
    Func::wrap_async(&mut store, move |_, ()| {
        let number = *not_send;
        Box::new(async move { number })
    });
    let not_sync = Cell::new(1);
    Func::wrap_async(&mut store, move |_, ()| {
        let number = not_sync.get();
        Box::new(async move { number })
    });
}
