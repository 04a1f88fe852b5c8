//! A guest holds what may be dropped, and used, on any thread: its store may be sent.

use libwasmtime::bind::{Held, Object};
use libwasmtime::{Engine, Linker};
use std::cell::Cell;
use std::rc::Rc;

fn main() {
    let local = Object::new(Rc::new(5));
    drop(local);

    let mut linker = Linker::<()>::new(&Engine::default());
    linker.host_module("cell", Held::<Cell<u8>>::new());
}
