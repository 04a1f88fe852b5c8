use libwasmtime::{Engine, Func, Store};

fn main() {
    let mut store = Store::new(&Engine::default(), ());
    let func = Func::wrap(&mut store, || {});
    let typed = func.typed::<(), ()>(&store).unwrap();
    let call = typed.call_async(&mut store, ());
    let other = typed.call_async(&mut store, ());
    drop(call);
    drop(other);
}
