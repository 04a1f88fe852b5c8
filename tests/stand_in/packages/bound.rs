//! A program that binds functions to WebAssembly with the macros of the stand-in.

use wasmtime::{Engine, HostValue, Instance, Linker, Result, Store};

#[derive(HostValue)]
struct Pair {
    a: i32,
    b: i32,
}

struct Adder;

#[wasmtime::host(module = "adder")]
impl Adder {
    fn add(pair: Pair) -> i32 {
        pair.a + pair.b
    }
}

#[wasmtime::guest]
trait Guest {
    fn run(&self) -> i32;
}

// What a guest that exports `run` would be used for, whatever compiles it.
fn run(store: &mut Store<()>, instance: &Instance) -> Result<i32> {
    Guest::new(&mut *store, instance)?.run(store)
}

fn main() -> Result<()> {
    _ = run;
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    linker.host_functions::<Adder>()?;
    let mut store = Store::new(&engine, ());
    let add = linker.get(&mut store, "adder", "add")?.into_func();
    let add = add.expect("it is bound").typed::<(i32, i32), i32>(&store)?;
    println!("{}", add.call(&mut store, (40, 2))?);
    Ok(())
}
