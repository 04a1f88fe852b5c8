use libwasmtime::{Caller, Engine, Linker};
use std::future::ready;
use std::rc::Rc;

fn main() {
    let mut linker = Linker::<()>::new(&Engine::default());
    let _ = linker.func_wrap_async("", "", |_: Caller<'_, ()>, ()| {
        Box::new(async {
            let local = Rc::new(1);
            ready(()).await;
            drop(local);
        })
    });
}
