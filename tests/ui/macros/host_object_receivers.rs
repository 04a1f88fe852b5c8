//! The option `object` says where the receivers are.

use libwasmtime::{Engine, Linker};
use std::sync::Arc;

struct Shape;

#[libwasmtime::host(module = "shape", object)]
impl Shape {
    fn area(&self) -> f64 {
        1.0
    }
}

struct Log;

#[libwasmtime::host(module = "log")]
impl Log {
    fn len(&self) -> i32 {
        0
    }
}

fn main() {
    let mut linker = Linker::<Shape>::new(&Engine::default());
    let _ = linker.host(|shape: &mut Shape| shape);
    let _ = linker.host_shared(Arc::new(Shape));
    let _ = linker.host_objects::<Log>();
}
