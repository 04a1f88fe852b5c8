//! Calls a typed function of a module.
//!
//! ```sh
//! cargo run --example gcd
//! cargo run --example gcd -- 1071 462
//! ```

use libwasmtime::{Engine, Instance, Module, Result, Store, bail};
use std::env;

/// Euclid's algorithm.
const EUCLID: &str = r#"
    (module
        (func $gcd (export "gcd") (param $a i32) (param $b i32) (result i32)
            (if (result i32) (i32.eqz (local.get $b))
                (then (local.get $a))
                (else
                    (call $gcd
                        (local.get $b)
                        (i32.rem_u (local.get $a) (local.get $b)))))))
"#;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (a, b): (u32, u32) = match arguments.as_slice() {
        [] => (6, 27),
        [a, b] => (a.parse()?, b.parse()?),
        _ => bail!("usage: gcd [A B]"),
    };

    let engine = Engine::default();
    let module = Module::new(&engine, EUCLID)?;
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[])?;

    // The type is checked here, once, and not at each call.
    let gcd = instance.get_typed_func::<(u32, u32), u32>(&mut store, "gcd")?;
    println!("gcd({a}, {b}) = {}", gcd.call(&mut store, (a, b))?);
    Ok(())
}
