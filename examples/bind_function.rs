//! A free function that WebAssembly calls: no more than a closure is needed.
//!
//! ```sh
//! cargo run --example bind_function
//! ```

use libwasmtime::bind::{Abi, NoReceiver};
use libwasmtime::{Engine, Linker, Module, Result, Store};

const GUEST: &str = r#"
    (module
        (import "text" "shout" (func $shout (param i32 i32) (result i32 i32)))
        (import "text" "print" (func $print (param i32 i32)))
        (memory (export "memory") 1)
        (data (i32.const 16) "hello")
        (func (export "alloc") (param $size i32) (result i32) (i32.const 1024))
        (func (export "run") (call $print (call $shout (i32.const 16) (i32.const 5)))))
"#;

/// Takes a string that is in the guest's memory, and returns one that the guest has allocated.
fn shout(text: &str) -> String {
    format!("{}!", text.to_uppercase())
}

fn main() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    linker
        .host_module("text", NoReceiver)
        .abi(Abi::DEFAULT.with_alloc("alloc"))
        .func::<(&str,), _>("shout", |(text,)| shout(text))?
        .func::<(&str,), _>("print", |(text,)| println!("{text}"))?;

    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &Module::new(&engine, GUEST)?)?;
    instance
        .get_typed_func::<(), ()>(&mut store, "run")?
        .call(&mut store, ())
}
