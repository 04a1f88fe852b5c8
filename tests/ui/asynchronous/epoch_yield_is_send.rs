use libwasmtime::{Engine, Store, UpdateDeadline};
use std::future::ready;
use std::rc::Rc;

fn main() {
    let mut store = Store::new(&Engine::default(), ());
    store.epoch_deadline_callback(|_| {
        let future = Box::pin(async {
            let local = Rc::new(1);
            ready(()).await;
            drop(local);
        });
        Ok(UpdateDeadline::YieldCustom(1, future))
    });
}
