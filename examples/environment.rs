//! Imports as a set: the host defines once, by name, what it offers. Each module gets what it
//! imports of that, in its own order, or one error that lists all that doesn't fit.
//!
//! ```sh
//! cargo run --example environment
//! ```

use libwasmtime::bind::NoReceiver;
use libwasmtime::{Engine, ImportsError, Instance, Linker, Module, Result, Store};

/// Imports three things of the four, in an order of its own.
const CIRCLE: &str = r#"
    (module
        (import "env" "print" (func $print (param f64)))
        (import "env" "pi" (global $pi f64))
        (import "env" "square" (func $square (param f64) (result f64)))

        (func (export "run") (param $radius f64)
            (call $print
                (f64.mul (global.get $pi) (call $square (local.get $radius))))))
"#;

/// Imports something that the host doesn't offer, and something of another type.
const PLOT: &str = r#"
    (module
        (import "env" "print" (func $print (param f64)))
        (import "env" "plot" (func $plot (param f64)))
        (import "env" "pi" (global $pi i32)))
"#;

fn main() -> Result<()> {
    let engine = Engine::default();
    let mut environment = Linker::<()>::new(&engine);
    environment
        .host_module("env", NoReceiver)
        .func::<(f64,), _>("print", |(x,)| println!("{x:.3}"))?
        .func::<(f64,), _>("square", |(x,)| x * x)?
        .func::<(f64,), _>("root", |(x,)| x.sqrt())?
        .constant("pi", std::f64::consts::PI)?;

    let mut store = Store::new(&engine, ());
    let circle = Module::new(&engine, CIRCLE)?;
    let imports = environment.imports_for(&mut store, &circle)?;
    let instance = Instance::new(&mut store, &circle, &imports)?;
    let run = instance.get_typed_func::<f64, ()>(&mut store, "run")?;
    run.call(&mut store, 2.0)?;

    let plot = Module::new(&engine, PLOT)?;
    if let Err(error) = environment.imports_for(&mut store, &plot) {
        let error: ImportsError = error.downcast()?;
        for item in error.items() {
            println!("no plot: {item}");
        }
    }
    Ok(())
}
