//! Functions and methods that are bound without a macro.

use crate::run;
use libwasmtime::bind::{Closure, HostModule, InStore, NoReceiver};
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

#[test]
fn a_result_that_needs_an_allocator_needs_its_name() {
    let mut linker = Linker::<()>::new(&Engine::default());
    let mut module = linker.host_module("m", NoReceiver);
    let text = |outcome: Result<&mut HostModule<'_, (), NoReceiver>>| match outcome {
        Ok(_) => panic!("it was defined"),
        Err(error) => error.to_string(),
    };
    let error = text(module.func::<(), _>("name", |()| String::new()));
    assert!(
        error.contains("`m`.`name` returns a string or a vector"),
        "{error}"
    );
    let error = text(module.func::<(), _>("all", |()| Ok((1, vec![1_u32]))));
    assert!(error.contains("`m`.`all` returns"), "{error}");

    // These name no allocator at all.
    let outcome = linker.func_wrap("m", "wrapped", || -> Result<String> { Ok(String::new()) });
    let error = outcome.map(drop).unwrap_err().to_string();
    assert!(error.contains("`m`.`wrapped` returns"), "{error}");
    assert!(
        error.contains(r#"`linker.host_module(…).abi(Abi::DEFAULT.with_alloc("…"))`"#),
        "{error}"
    );
    #[cfg(feature = "async")]
    {
        let outcome = linker.func_wrap_async("m", "wrapped", |_, (): ()| {
            Box::new(async { String::new() })
        });
        let error = outcome.map(drop).unwrap_err().to_string();
        assert!(error.contains("`m`.`wrapped` returns"), "{error}");
    }
}

#[test]
fn a_closure_for_the_guest_returns_no_string() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    linker.func_wrap("m", "make", || Closure::new(|n: i32| format!("{n}")))?;
    let wat = r#"(module
        (import "m" "make" (func $make (result funcref)))
        (func (export "run") (result i32) (call $make) (drop) (i32.const 0)))"#;
    let error = run(&linker, &mut Store::new(&engine, ()), wat).unwrap_err();
    let error = format!("{error:#}");
    assert!(
        error.contains("a `Closure` can't return a string"),
        "{error}"
    );
    Ok(())
}

#[test]
fn errors_of_results_and_texts_name_the_function() {
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    linker
        .host_module("m", NoReceiver)
        .func::<(&str,), _>("huge", |(_,)| usize::MAX)
        .unwrap();
    let text = |len: u32| {
        let wat = format!(
            r#"(module
                (import "m" "huge" (func $huge (param i32 i32) (result i32)))
                (memory (export "memory") 1)
                (data (i32.const 8) "a\ff")
                (func (export "run") (result i32) (call $huge (i32.const 8) (i32.const {len}))))"#
        );
        let error = run(&linker, &mut Store::new(&engine, ()), &wat).unwrap_err();
        format!("{error:#}")
    };
    let error = text(1);
    let expected = "failed to call the host function `m`.`huge`: result: expected a number that \
                    fits into the `usize` of the guest, which has 32 bits, found";
    assert!(error.contains(expected), "{error}");
    let error = text(2);
    let expected = "failed to call the host function `m`.`huge`: argument 1: expected a string in \
                    UTF-8 at the address 0x8: invalid utf-8";
    assert!(error.contains(expected), "{error}");
}

/// Nothing is borrowed by a slice without elements.
#[test]
fn empty_slices_overlap_with_nothing() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    linker
        .host_module("m", NoReceiver)
        .func::<(&mut [u8], &mut [u8]), _>("len", |(a, b)| a.len() + b.len())?;
    let wat = r#"(module
        (import "m" "len" (func $len (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "run") (result i32)
            (call $len (i32.const 8) (i32.const 8) (i32.const 12) (i32.const 0))))"#;
    assert_eq!(run(&linker, &mut Store::new(&engine, ()), wat)?, 8);
    Ok(())
}

/// No module can import a function of so many parameters, and it is no danger to have one.
#[test]
fn a_function_of_too_many_parameters_is_harmless() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    linker
        .host_module("m", NoReceiver)
        .func::<([i32; 5000],), _>("f", |(_,)| [0_u8; 3000])?;
    let mut store = Store::new(&engine, ());
    let func = linker.get(&mut store, "m", "f")?.into_func();
    let ty = func.expect("it is a function").ty(&store);
    assert_eq!((ty.params().len(), ty.results().len()), (5000, 3000));
    Ok(())
}
