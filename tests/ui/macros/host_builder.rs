//! The arguments of a function are a tuple, of types that keep to what they borrow.

use libwasmtime::bind::NoReceiver;
use libwasmtime::{Engine, Linker};

fn main() {
    let mut linker = Linker::<()>::new(&Engine::default());
    let mut module = linker.host_module("m", NoReceiver);
    let _ = module.func::<i32, _>("add", |n| n);
}
