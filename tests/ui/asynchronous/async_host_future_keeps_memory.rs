use libwasmtime::{Caller, Engine, Extern, Func, Store};
use std::sync::{Arc, Mutex};

fn main() {
    let mut store = Store::new(&Engine::default(), ());
    let kept = Arc::new(Mutex::new(&[][..]));
    Func::wrap_async(&mut store, move |mut caller: Caller<'_, ()>, ()| {
        let kept = kept.clone();
        Box::new(async move {
            let memory = caller.get_export("memory").and_then(Extern::into_memory);
            *kept.lock().unwrap() = memory.unwrap().data(&caller);
        })
    });
}
