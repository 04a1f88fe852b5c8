//! A method that takes `&mut self` has a receiver of its own.

use libwasmtime::{Engine, Linker};
use std::sync::Arc;

struct Counter(i32);

#[libwasmtime::host(module = "counter")]
impl Counter {
    fn add(&mut self, n: i32) {
        self.0 += n;
    }
}

fn main() {
    let mut linker = Linker::<()>::new(&Engine::default());
    let _ = linker.host_shared(Arc::new(Counter(1)));
}
