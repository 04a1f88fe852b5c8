//! Prints the outcome of each way to use libwasmtime first.

use std::panic;

use wasmtime::{
    Config, ConfigConflict, Engine, Instance, LoadError, LoadOptions, Module, Result, Store,
};

/// Returns the text of an error, if it is one about a library.
fn text<T>(result: Result<T>) -> String {
    match result {
        Ok(_) => "fine".to_owned(),
        Err(error) => {
            let error = error
                .downcast::<LoadError>()
                .expect("it is about the library");
            one_line(&error)
        }
    }
}

fn one_line(error: &LoadError) -> String {
    let kind = match error {
        LoadError::WrongVersion { found, .. } => format!("wrong version {}", found.unwrap()),
        LoadError::Mixed { .. } => "mixed".to_owned(),
        _ => "other".to_owned(),
    };
    format!("{kind}: {error}").replace('\n', " ")
}

fn main() {
    panic::set_hook(Box::new(|_| {}));

    println!("engine: {}", text(Engine::new(&Config::new())));
    let default = panic::catch_unwind(Engine::default);
    println!(
        "default: {}",
        if default.is_ok() { "fine" } else { "panic" }
    );
    let vector = panic::catch_unwind(|| wasmtime::vec::ByteVec::from(&b"bytes"[..]));
    println!("vector: {}", if vector.is_ok() { "fine" } else { "panic" });
    // The architecture alone isn't a valid target, about which only the right library is
    // asked.
    let target = match Config::new().target(std::env::consts::ARCH) {
        Err(error) if error.is::<ConfigConflict>() => Ok(()),
        target => target.map(drop),
    };
    println!("target: {}", text(target));
    println!(
        "wat: {}",
        match wasmtime::wat2wasm("(module)") {
            Ok(_) => "fine".to_owned(),
            Err(error) => error.to_string(),
        }
    );
    println!(
        "load: {}",
        match wasmtime::load() {
            Ok(()) => "fine".to_owned(),
            Err(error) => one_line(&error),
        }
    );
    let trusted = LoadOptions::new().trust_version(true).load();
    println!(
        "trusted: {}",
        if trusted.is_ok() { "fine" } else { "an error" }
    );
    match wasmtime::loaded() {
        Some(library) => println!("loaded: {library}"),
        None => println!("loaded: none"),
    }
    #[cfg(feature = "half")]
    assert!(half::call());
    if trusted.is_ok() {
        println!("run: {}", run().unwrap());
    }
}

/// Returns the result of a module.
fn run() -> Result<i32> {
    let engine = Engine::default();
    let module = Module::new(
        &engine,
        r#"(module (func (export "f") (result i32) i32.const 7))"#,
    )?;
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[])?;
    instance
        .get_typed_func::<(), i32>(&mut store, "f")?
        .call(&mut store, ())
}
