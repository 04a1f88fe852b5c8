use libwasmtime::{Engine, Store, StoreContextMut, UpdateDeadline};
use std::cell::RefCell;

thread_local! {
    static KEPT: RefCell<Option<StoreContextMut<'static, ()>>> = const { RefCell::new(None) };
}

fn main() {
    let mut store = Store::new(&Engine::default(), ());
    store.epoch_deadline_callback(|context| {
        KEPT.set(Some(context));
        Ok(UpdateDeadline::Interrupt)
    });
}
