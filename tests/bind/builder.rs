//! Functions and methods that are bound without a macro.

use crate::run;
use libwasmtime::bind::InStore;
use libwasmtime::{Engine, Linker, Result, Store};

struct Counter {
    total: i64,
}

struct State {
    counter: Counter,
}

#[test]
fn a_method_gets_its_receiver_and_borrows_the_guests_memory() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<State>::new(&engine);
    let counter = InStore::new(|state: &mut State| &mut state.counter);
    linker
        .host_module("counter", counter)
        .method_mut::<(i32,), _>("add", |counter, (n,)| counter.total += i64::from(n))?
        .method_mut::<(&[u8], &mut [u8]), _>("copy", |counter, (from, to)| {
            to.copy_from_slice(from);
            counter.total += 1;
        })?;
    let mut store = Store::new(
        &engine,
        State {
            counter: Counter { total: 5 },
        },
    );
    let result = run(
        &linker,
        &mut store,
        r#"(module
            (import "counter" "add" (func $add (param i32)))
            (import "counter" "copy" (func $copy (param i32 i32 i32 i32)))
            (memory (export "memory") 1)
            (data (i32.const 8) "\01\02\03\04")
            (func (export "run") (result i32)
                (call $add (i32.const 7))
                (call $copy (i32.const 8) (i32.const 4) (i32.const 16) (i32.const 4))
                (i32.load (i32.const 16))))"#,
    )?;
    assert_eq!(result, 0x0403_0201);
    assert_eq!(store.data().counter.total, 13);
    Ok(())
}
