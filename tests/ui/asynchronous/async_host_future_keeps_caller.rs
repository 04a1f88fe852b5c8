use libwasmtime::{Caller, Engine, Func, Store};
use std::sync::{Arc, Mutex};

// Its lifetime alone keeps the caller from escaping.
struct Kept<'a>(Mutex<Option<Caller<'a, ()>>>);
unsafe impl Send for Kept<'_> {}
unsafe impl Sync for Kept<'_> {}

fn main() {
    let mut store = Store::new(&Engine::default(), ());
    let kept = Arc::new(Kept(Mutex::new(None)));
    let inside = kept.clone();
    Func::wrap_async(&mut store, move |caller: Caller<'_, ()>, ()| {
        let inside = inside.clone();
        Box::new(async move {
            *inside.0.lock().unwrap() = Some(caller);
        })
    });
}
