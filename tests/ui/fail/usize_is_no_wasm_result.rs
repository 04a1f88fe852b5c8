use libwasmtime::{Engine, Func, Store};

fn main() {
    let mut store = Store::new(&Engine::default(), ());
    Func::wrap(&mut store, || 1_usize);
}
