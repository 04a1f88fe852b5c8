//! Functions that have the attribute `host` of their own.

use super::defined;
use crate::run;
use libwasmtime::{Caller, Engine, Linker, Result, Store, ensure};

/// Functions in a module of Rust.
pub mod text {
    /// Returns the length of a text, if there is one.
    #[libwasmtime::host(module = "text", rename_all = "kebab-case")]
    pub fn length_of(text: Option<&str>) -> Option<String> {
        text.map(|text| text.len().to_string())
    }

    /// Is left out.
    #[libwasmtime::host(module = "text")]
    #[cfg(any())]
    pub fn absent(f: Missing) {}
}

/// Adds to the store's data, which is less than 100.
#[libwasmtime::host(module = "state", name = "add-to")]
fn add(mut caller: Caller<'_, u32>, n: u8) -> Result<u32> {
    *caller.data_mut() += u32::from(n);
    ensure!(*caller.data() < 100, "there is no room for {n}");
    Ok(*caller.data())
}

#[test]
fn a_function_is_bound_by_its_name() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<u32>::new(&engine);
    let error = match linker.host_functions::<text::length_of>() {
        Ok(_) => panic!("it was bound"),
        Err(error) => error.to_string(),
    };
    assert!(error.contains("`text`.`length-of` returns"), "{error}");
    linker.host_functions::<add>()?;
    let mut store = Store::new(&engine, 30);
    let names = ["add", "add-to"];
    assert_eq!(defined(&linker, &mut store, "state", &names), ["add-to"]);
    let mut call = |n: i32| {
        let wat = format!(
            r#"(module
                (import "state" "add-to" (func $add (param i32) (result i32)))
                (func (export "run") (result i32) (call $add (i32.const {n}))))"#
        );
        run(&linker, &mut store, &wat).map_err(|error| format!("{error:#}"))
    };
    assert_eq!(call(12), Ok(42));
    let error = call(-1).unwrap_err();
    assert!(
        error.contains("`state`.`add-to`: argument `n`: "),
        "{error}"
    );
    let error = call(60).unwrap_err();
    assert!(error.contains("there is no room for 60"), "{error}");
    // It is still a function.
    assert_eq!(text::length_of(Some("abc")).as_deref(), Some("3"));
    Ok(())
}

#[test]
fn a_function_is_bound_where_it_is_defined() -> Result<()> {
    #[libwasmtime::host(module = "text", alloc = "alloc")]
    fn echo(text: Option<String>) -> Option<String> {
        text
    }
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    linker.host_functions::<echo>()?;
    let call = |address: i32| {
        let wat = format!(
            r#"(module
                (import "text" "echo" (func $echo (param i32 i32) (result i32 i32)))
                (memory (export "memory") 1)
                (func (export "alloc") (param i32) (result i32) (i32.const 64))
                (func (export "run") (result i32)
                    (call $echo (i32.const {address}) (i32.const 0)) (drop)))"#
        );
        run(&linker, &mut Store::new(&engine, ()), &wat)
    };
    assert_eq!(call(0)?, 0);
    assert_eq!(call(8)?, 64);
    Ok(())
}

/// Waits for others.
#[cfg(feature = "async")]
#[libwasmtime::host(module = "m")]
async fn double(n: i32) -> i32 {
    tokio::task::yield_now().await;
    2 * n
}

#[cfg(feature = "async")]
#[test]
fn a_function_waits() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    linker.host_functions::<double>()?;
    let wat = r#"(module
        (import "m" "double" (func $double (param i32) (result i32)))
        (func (export "run") (result i32) (call $double (i32.const 21))))"#;
    let result = crate::run_async(&linker, &mut Store::new(&engine, ()), wat)?;
    assert_eq!(result, 42);
    Ok(())
}
