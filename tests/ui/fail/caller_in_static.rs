use libwasmtime::{Caller, Engine, Func, Store};
use std::sync::Mutex;

// Its lifetime alone keeps the caller from escaping.
struct Kept(Mutex<Option<Caller<'static, ()>>>);
unsafe impl Sync for Kept {}

static KEPT: Kept = Kept(Mutex::new(None));

fn main() {
    let mut store = Store::new(&Engine::default(), ());
    Func::wrap(&mut store, |caller: Caller<'_, ()>| {
        *KEPT.0.lock().unwrap() = Some(caller);
    });
}
