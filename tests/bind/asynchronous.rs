//! Bound functions and methods that are asynchronous.

use crate::run_async;
use libwasmtime::bind::{Abi, InStore};
use libwasmtime::{Engine, Linker, Result, Store, Trap};
use std::time::Duration;

#[derive(Default)]
struct State {
    log: Vec<String>,
}

const WAT: &str = r#"(module
    (import "host" "fetch" (func $fetch (param i32 i32) (result i32 i32)))
    (import "host" "len" (func $len (param i32 i32) (result i32)))
    (memory (export "memory") 1)
    (global $end (mut i32) (i32.const 1024))
    (data (i32.const 8) "name")
    (func (export "alloc") (param i32) (result i32)
        (drop (call $len (i32.const 8) (i32.const 1)))
        (global.get $end)
        (global.set $end (i32.add (global.get $end) (local.get 0))))
    (func (export "run") (result i32)
        (local $address i32) (local $len i32)
        (call $fetch (i32.const 8) (i32.const 4))
        (local.set $len) (local.set $address)
        (i32.add (call $len (local.get $address) (local.get $len)) (local.get $address))))"#;

fn linker(engine: &Engine) -> Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    let receiver = InStore::new(|state: &mut State| state);
    linker
        .host_module("host", receiver)
        .abi(Abi::DEFAULT.with_alloc("alloc"))
        .async_method_mut::<(&str,), _>("fetch", |state, (name,)| {
            Box::pin(async move {
                tokio::time::sleep(Duration::from_millis(2)).await;
                state.log.push(name.to_owned());
                format!("hello, {name}")
            })
        })?
        .async_method::<(&str,), _>("len", |state, (text,)| {
            Box::pin(async move {
                tokio::time::sleep(Duration::from_millis(2)).await;
                (text.len() + 100 * state.log.len()) as u32
            })
        })?;
    Ok(linker)
}

/// The guest's allocator waits as well, and calls a method of the same receiver.
#[test]
fn a_method_waits_and_returns_a_string_that_the_guest_allocates() -> Result<()> {
    let engine = Engine::default();
    let linker = linker(&engine)?;
    let mut store = Store::new(&engine, State::default());
    assert_eq!(run_async(&linker, &mut store, WAT)?, 1024 + 111);
    assert_eq!(store.data().log, ["name"]);
    Ok(())
}

#[test]
fn an_error_of_the_conversion_names_the_function() -> Result<()> {
    let engine = Engine::default();
    let linker = linker(&engine)?;
    let mut store = Store::new(&engine, State::default());
    let wat = WAT.replace(
        "(i32.const 8) (i32.const 4)",
        "(i32.const 8) (i32.const -4)",
    );
    let error = run_async(&linker, &mut store, &wat).unwrap_err();
    let text = format!("{error:#}");
    assert!(text.contains("`host`.`fetch`: argument 1: "), "{text}");

    let wat = WAT.replace("(global.get $end)\n", "(i32.const 0)\n");
    let error = run_async(&linker, &mut store, &wat).unwrap_err();
    let text = format!("{error:#}");
    assert!(
        text.contains("`alloc` to return the address of 11 bytes, found null"),
        "{text}"
    );

    let wat = WAT.replace("(global.get $end)\n", "(unreachable)\n");
    let error = run_async(&linker, &mut store, &wat).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::UnreachableCodeReached));
    let text = format!("{error:#}");
    assert!(text.contains("`alloc`"), "{text}");
    Ok(())
}
