//! Methods have a receiver.

use libwasmtime::{Engine, Linker};

struct Counter;

#[libwasmtime::host(module = "counter")]
impl Counter {
    fn total(&self) -> i32 {
        1
    }
}

struct Journal;

#[libwasmtime::host(module = "journal")]
impl Journal {
    fn log(&mut self) {}
}

fn main() {
    let mut linker = Linker::<()>::new(&Engine::default());
    let _ = linker.host_functions::<Counter>();
    let _ = linker.host_functions::<Journal>();
}
