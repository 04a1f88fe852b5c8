//! `host` doesn't see what a macro expands to.

macro_rules! functions {
    () => {
        fn a() {}
    };
}

struct Counter;

#[libwasmtime::host(module = "counter")]
impl Counter {
    functions!();
}

fn main() {}
