use libwasmtime::{Engine, Func, Store};

fn main() {
    let mut store = Store::new(&Engine::default(), ());
    let mut calls = 0;
    Func::wrap(&mut store, move || calls += 1);
}
