use libwasmtime::{Caller, Engine, Linker};

fn host(_: Caller<'_, String>, _: i32) {}

fn main() {
    let mut linker = Linker::<u8>::new(&Engine::default());
    let _ = linker.func_wrap("host", "f", host);
}
