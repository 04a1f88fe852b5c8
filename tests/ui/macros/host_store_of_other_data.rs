//! A function that takes a caller is bound for its stores only.

use libwasmtime::{Caller, Engine, Linker};

struct Log;

#[libwasmtime::host(module = "log")]
impl Log {
    fn log(_: Caller<'_, u32>) {}
}

fn main() {
    let mut linker = Linker::<String>::new(&Engine::default());
    let _ = linker.host_functions::<Log>();
}
