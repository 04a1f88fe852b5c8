use libwasmtime::{Caller, Engine, Func, Store};
use std::cell::RefCell;

thread_local! {
    static KEPT: RefCell<Option<Caller<'static, ()>>> = const { RefCell::new(None) };
}

fn main() {
    let mut store = Store::new(&Engine::default(), ());
    Func::wrap(&mut store, |caller: Caller<'_, ()>| {
        KEPT.set(Some(caller));
    });
}
