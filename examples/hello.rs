//! A module, and a Rust closure that it calls.
//!
//! ```sh
//! cargo run --example hello
//! ```

use libwasmtime::{Engine, Linker, Module, Store};

const GREETER: &str = r#"
    (module
        (import "host" "greet" (func $greet))
        (func (export "run") (call $greet)))
"#;

fn main() -> libwasmtime::Result<()> {
    // With `load`, opens libwasmtime, or says why that fails.
    libwasmtime::load()?;

    let engine = Engine::default();
    let module = Module::new(&engine, GREETER)?;

    let mut linker = Linker::new(&engine);
    linker.func_wrap("host", "greet", || println!("Hello from Rust!"))?;

    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &module)?;
    let run = instance.get_typed_func::<(), ()>(&mut store, "run")?;
    run.call(&mut store, ())
}
