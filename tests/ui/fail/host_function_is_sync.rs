use libwasmtime::{Engine, Linker};
use std::cell::Cell;

fn main() {
    let mut linker = Linker::<()>::new(&Engine::default());
    let calls = Cell::new(0);
    let _ = linker.func_wrap("host", "f", move || calls.set(calls.get() + 1));
}
