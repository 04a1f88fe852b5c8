//! The program that `cargo xtask measure` builds with each crate: `compile FILE` writes a
//! precompiled module, `run FILE` calls its function and prints the peak memory of the
//! process, in KiB.

use wasmtime::{Engine, Linker, Module, Result, Store};

const GUEST: &str = r#"
    (module
        (import "host" "double" (func $double (param i32) (result i32)))
        (func (export "run") (result i32)
            i32.const 21
            call $double))
"#;

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let (task, file) = (args.next().unwrap(), args.next().unwrap());
    let engine = Engine::default();
    if task == "compile" {
        return Ok(std::fs::write(file, engine.precompile_module(GUEST.as_bytes())?)?);
    }
    // SAFETY: the file is what `compile` wrote.
    let module = unsafe { Module::deserialize_file(&engine, file)? };
    let mut linker = Linker::new(&engine);
    linker.func_wrap("host", "double", |x: i32| x * 2)?;
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &module)?;
    let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
    assert_eq!(run.call(&mut store, ())?, 42);
    println!("{}", peak_memory());
    Ok(())
}

fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
