use libwasmtime::{Caller, Engine, Func, Store};

/// As executors spawn a task.
fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    drop(task);
}

fn main() {
    let mut store = Store::new(&Engine::default(), 0);
    Func::wrap_async(&mut store, |mut caller: Caller<'_, i32>, ()| {
        Box::new(async move {
            spawn(async move { *caller.data_mut() += 1 });
        })
    });
}
