use libwasmtime::{Engine, Func, Store};

fn host() -> usize {
    1
}

fn main() {
    let mut store = Store::new(&Engine::default(), ());
    Func::wrap(&mut store, host);
}
