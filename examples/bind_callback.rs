//! Functions as arguments and results: the guest passes one of its own, and gets a closure.
//!
//! ```sh
//! cargo run --example bind_callback --features macros
//! ```

use libwasmtime::bind::Closure;
use libwasmtime::{Caller, Engine, Linker, Module, Result, Store, TypedFunc};

struct Numbers;

#[libwasmtime::host(module = "numbers")]
impl Numbers {
    /// Calls a function of the guest for each number, and adds up what it returns.
    fn sum_of(mut caller: Caller<'_, ()>, n: i32, f: TypedFunc<i32, i32>) -> Result<i32> {
        let mut sum = 0;
        for i in 1..=n {
            sum += f.call(&mut caller, i)?;
        }
        Ok(sum)
    }

    /// Returns a function that the guest can call.
    fn adder(n: i32) -> Closure<i32, i32> {
        Closure::new(move |i: i32| i + n)
    }
}

const GUEST: &str = r#"
    (module
        (import "numbers" "sum_of" (func $sum_of (param i32 funcref) (result i32)))
        (import "numbers" "adder" (func $adder (param i32) (result funcref)))
        (type $function (func (param i32) (result i32)))
        (table $functions 1 funcref)
        (elem declare func $square)
        (func $square (param i32) (result i32) (i32.mul (local.get 0) (local.get 0)))
        (func (export "run") (result i32)
            (table.set $functions (i32.const 0) (call $adder (i32.const 1000)))
            (call_indirect $functions (type $function)
                (call $sum_of (i32.const 4) (ref.func $square))
                (i32.const 0))))
"#;

fn main() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    linker.host_functions::<Numbers>()?;

    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &Module::new(&engine, GUEST)?)?;
    let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
    println!("1 + 4 + 9 + 16 + 1000 = {}", run.call(&mut store, ())?);
    Ok(())
}
