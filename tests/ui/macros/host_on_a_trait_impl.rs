//! A block that implements a trait has the trait's functions.

struct Counter;

#[libwasmtime::host(module = "counter")]
impl Drop for Counter {
    fn drop(&mut self) {}
}

fn main() {}
