use libwasmtime::{Engine, Func, Instance, Store};

fn call(store: &mut Store<()>, instance: Instance) {
    let _ = instance.get_typed_func::<String, ()>(store, "f");
}

fn host(_: Option<i32>) {}

fn main() {
    let mut store = Store::new(&Engine::default(), ());
    Func::wrap(&mut store, host);
    let _ = call;
}
