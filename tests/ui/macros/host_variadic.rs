//! A bound function isn't variadic.

struct Counter;

#[libwasmtime::host(module = "counter")]
impl Counter {
    #[host(name = "print")]
    unsafe extern "C" fn print(_: i32, _: ...) {}
}

fn main() {}
