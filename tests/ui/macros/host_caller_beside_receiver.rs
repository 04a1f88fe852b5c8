//! Through a caller, a receiver in the store's data might be used twice.

use libwasmtime::{Caller, Engine, Linker};

struct State {
    log: Log,
}

struct Log;

#[libwasmtime::host(module = "log")]
impl Log {
    fn log(&self, _: Caller<'_, State>, _: i32) {}
}

fn main() {
    let mut linker = Linker::<State>::new(&Engine::default());
    let _ = linker.host(|state: &mut State| &mut state.log);
}
