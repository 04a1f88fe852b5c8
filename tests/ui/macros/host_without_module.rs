//! The module has a name. The type is bound nevertheless, and reported once.

struct Counter;

#[libwasmtime::host(memory = "heap")]
impl Counter {
    fn add(_: i32) {}
}

fn main() {
    let mut linker = libwasmtime::Linker::<()>::new(&libwasmtime::Engine::default());
    linker.host_functions::<Counter>().unwrap();
}
