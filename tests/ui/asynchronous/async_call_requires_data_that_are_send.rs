use libwasmtime::{Engine, Func, Store};
use std::rc::Rc;

fn main() {
    let mut store = Store::new(&Engine::default(), Rc::new(1));
    let func = Func::wrap(&mut store, || {});
    let typed = func.typed::<(), ()>(&store).unwrap();
    drop(func.call_async(&mut store, &[], &mut []));
    drop(typed.call_async(&mut store, ()));
}
