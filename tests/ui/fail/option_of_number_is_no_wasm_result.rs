use libwasmtime::{Engine, Func, Store};

fn host() -> Option<u32> {
    None
}

fn main() {
    let mut store = Store::new(&Engine::default(), ());
    Func::wrap(&mut store, host);
}
