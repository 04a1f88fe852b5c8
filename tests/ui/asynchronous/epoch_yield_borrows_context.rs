use libwasmtime::{Engine, Store, UpdateDeadline};

fn main() {
    let mut store = Store::new(&Engine::default(), 1);
    store.epoch_deadline_callback(|context| {
        let future = Box::pin(async move { println!("{}", context.data()) });
        Ok(UpdateDeadline::YieldCustom(1, future))
    });
}
