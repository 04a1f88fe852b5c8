//! A guest holds what can be sent and shared, and only of a type that says so.

use std::rc::Rc;

struct Shared(Rc<i32>);

#[libwasmtime::host(module = "shared", object)]
impl Shared {
    fn get(&self) -> i32 {
        *self.0
    }
}

struct Plain;

#[libwasmtime::host(module = "plain")]
impl Plain {
    fn new() -> Self {
        Plain
    }

    fn compare(&self, _: &Self) {}
}

fn main() {}
