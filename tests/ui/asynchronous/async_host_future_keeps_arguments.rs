use libwasmtime::{Engine, Func, FuncType, Store, Val};
use std::sync::{Arc, Mutex};

fn main() {
    let mut store = Store::new(&Engine::default(), ());
    let ty = FuncType::new(store.engine(), [], []);
    let kept = Arc::new(Mutex::new(None::<(&[Val], &mut [Val])>));
    Func::new_async(&mut store, ty, move |_, params, results| {
        *kept.lock().unwrap() = Some((params, results));
        Box::new(async { Ok(()) })
    });
}
