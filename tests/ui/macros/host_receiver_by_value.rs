//! A receiver stays where it is.

use std::sync::Arc;

struct Counter;

#[libwasmtime::host(module = "counter")]
impl Counter {
    fn a(self) {}

    fn b(self: Box<Self>) {}

    fn c(self: &Arc<Self>) {}

    fn d(&'static self) {}
}

fn main() {}
