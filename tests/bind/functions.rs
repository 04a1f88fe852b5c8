//! Functions as arguments and results.

use crate::run;
#[cfg(feature = "gc")]
use libwasmtime::bind::{Abi, TableFunc};
use libwasmtime::bind::{Closure, InStore, NoReceiver};
use libwasmtime::{Caller, Engine, Func, Linker, Result, Store, Trap, TypedFunc};

/// Calls the function with 0, 1 and so on, and returns the sum.
fn each(mut caller: Caller<'_, i32>, f: TypedFunc<i32, i32>, n: i32) -> Result<i32> {
    let mut sum = 0;
    for i in 0..n {
        *caller.data_mut() += 1;
        sum += f.call(&mut caller, i)?;
    }
    Ok(sum)
}

fn linker(engine: &Engine) -> Result<Linker<i32>> {
    let mut linker = Linker::new(engine);
    linker
        .host_module("host", NoReceiver)
        .func::<(Caller<'_, i32>, TypedFunc<i32, i32>, i32), _>("each", |(caller, f, n)| {
            each(caller, f, n)
        })?
        .func::<(Option<TypedFunc<i32, i32>>,), _>("is_null", |(f,)| i32::from(f.is_none()))?;
    Ok(linker)
}

fn text_of<T: std::fmt::Debug>(result: Result<T>) -> String {
    format!("{:#}", result.unwrap_err())
}

/// A module that passes a reference to `each`.
fn wat(reference: &str) -> String {
    format!(
        r#"(module
            (import "host" "each" (func $each (param funcref i32) (result i32)))
            (import "host" "is_null" (func $is_null (param funcref) (result i32)))
            (elem declare func $square $wide $each $trap $again $run)
            (func $square (param i32) (result i32) (i32.mul (local.get 0) (local.get 0)))
            (func $wide (param i64) (result i32) (i32.const 0))
            (func $trap (param i32) (result i32) (unreachable))
            (func $again (param i32) (result i32)
                (call $each (ref.func $square) (local.get 0)))
            (func $run (export "run") (result i32) {reference}))"#
    )
}

#[test]
fn a_function_of_the_guest_is_called_through_the_caller() -> Result<()> {
    let engine = Engine::default();
    let linker = linker(&engine)?;
    let mut store = Store::new(&engine, 0);
    let call = wat("(call $each (ref.func $square) (i32.const 4))");
    assert_eq!(run(&linker, &mut store, &call)?, 14);
    assert_eq!(*store.data(), 4);
    Ok(())
}

#[test]
fn a_function_calls_the_host_again() -> Result<()> {
    let engine = Engine::default();
    let linker = linker(&engine)?;
    let mut store = Store::new(&engine, 0);
    let call = wat("(call $each (ref.func $again) (i32.const 4))");
    // 0, 0, 0 + 1, 0 + 1 + 4
    assert_eq!(run(&linker, &mut store, &call)?, 6);
    assert_eq!(*store.data(), 4 + (1 + 2 + 3));
    Ok(())
}

#[test]
fn null_and_wrong_signatures_are_errors() -> Result<()> {
    let engine = Engine::default();
    let linker = linker(&engine)?;
    let mut store = Store::new(&engine, 0);
    for (reference, found) in [
        ("ref.null func", "found a null reference"),
        (
            "ref.func $wide",
            "expected a function of type (type (func (param i32) (result i32))), found (type (func \
             (param i64) (result i32)))",
        ),
        ("ref.func $run", "found (type (func (result i32)))"),
        (
            "ref.func $each",
            "found (type (func (param (ref null func) i32) (result i32)))",
        ),
    ] {
        let call = wat(&format!("(call $each ({reference}) (i32.const 4))"));
        let text = text_of(run(&linker, &mut store, &call));
        assert!(text.contains(found), "{text}");
        assert!(text.contains("`host`.`each`: argument 2: "), "{text}");
    }
    assert_eq!(*store.data(), 0);
    let call = wat("(call $each (ref.func $trap) (i32.const 4))");
    let error = run(&linker, &mut store, &call).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::UnreachableCodeReached));
    Ok(())
}

#[test]
fn null_is_none() -> Result<()> {
    let engine = Engine::default();
    let linker = linker(&engine)?;
    let mut store = Store::new(&engine, 0);
    let mut is_null = |reference: &str| {
        let wat = wat(&format!("(call $is_null ({reference}))"));
        run(&linker, &mut store, &wat)
    };
    assert_eq!(is_null("ref.null func")?, 1);
    assert_eq!(is_null("ref.func $square")?, 0);
    assert!(text_of(is_null("ref.func $wide")).contains("argument 1: expected a function"));
    Ok(())
}

/// Calls the function that `host.get` returns, with 40.
const CALL_RESULT: &str = r#"(module
    (import "host" "get" (func $get (result funcref)))
    (type $unary (func (param i32) (result i32)))
    (table $functions 1 funcref)
    (func (export "run") (result i32)
        (table.set $functions (i32.const 0) (call $get))
        (call_indirect $functions (type $unary) (i32.const 40) (i32.const 0))))"#;

#[test]
fn a_closure_is_returned() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<i32>::new(&engine);
    linker
        .host_module("host", InStore::new(|n: &mut i32| n))
        .method::<(), _>("get", |n, ()| {
            let n = *n;
            Closure::new(move |x: i32| x + n)
        })?;
    let mut store = Store::new(&engine, 2);
    assert_eq!(run(&linker, &mut store, CALL_RESULT)?, 42);
    *store.data_mut() = 5;
    assert_eq!(run(&linker, &mut store, CALL_RESULT)?, 45);

    linker.allow_shadowing(true);
    linker.func_wrap("host", "get", || {
        Some(Closure::new(|x: i32| -> Result<i32> {
            libwasmtime::bail!("not {x}")
        }))
    })?;
    assert!(text_of(run(&linker, &mut store, CALL_RESULT)).contains("not 40"));
    linker.func_wrap("host", "get", || Closure::new(|x: i32, _: f32| x))?;
    let error = run(&linker, &mut store, CALL_RESULT).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::BadSignature));
    linker.func_wrap("host", "get", || None::<Closure<i32, i32>>)?;
    let error = run(&linker, &mut store, CALL_RESULT).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::IndirectCallToNull));
    Ok(())
}

#[test]
fn a_closure_takes_a_caller_and_several_arguments() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<i32>::new(&engine);
    let added = |mut caller: Caller<'_, i32>, x: i32| {
        *caller.data_mut() += x;
        *caller.data()
    };
    linker.func_wrap("host", "get", move || -> Closure<i32, i32> {
        Closure::new(added)
    })?;
    let mut store = Store::new(&engine, 2);
    assert_eq!(run(&linker, &mut store, CALL_RESULT)?, 42);
    assert_eq!(*store.data(), 42);

    // It may call the guest, and gets a string of it.
    linker.func_wrap("host", "two", || -> Closure<(String, f32), Result<i32>> {
        Closure::new(|mut caller: Caller<'_, i32>, text: String, x: f32| {
            let f = caller.get_export("len").and_then(|f| f.into_func());
            let f = f.expect("it is exported").typed::<i32, i32>(&caller)?;
            f.call(&mut caller, text.len() as i32 + x as i32)
        })
    })?;
    let wat = r#"(module
        (import "host" "two" (func $two (result funcref)))
        (type $binary (func (param i32 i32 f32) (result i32)))
        (memory (export "memory") 1)
        (table $functions 1 funcref)
        (func (export "len") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 10)))
        (func (export "run") (result i32)
            (table.set $functions (i32.const 0) (call $two))
            (call_indirect $functions (type $binary)
                (i32.const 8) (i32.const 3) (f32.const 4) (i32.const 0))))"#;
    assert_eq!(run(&linker, &mut store, wat)?, 70);
    Ok(())
}

/// One whose data is of another type would be read as that.
#[test]
fn a_closure_for_a_store_of_other_data_is_no_result() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<i32>::new(&engine);
    linker
        .host_module("host", NoReceiver)
        .func::<(), _>("get", |()| {
            Closure::new(|caller: Caller<'_, String>, x: i32| caller.data().len() as i32 + x)
        })?;
    let mut store = Store::new(&engine, 2);
    let text = text_of(run(&linker, &mut store, CALL_RESULT));
    let expected = "failed to call the host function `host`.`get`: result: expected a closure for \
                    a store of data `i32`, found one that takes a `Caller` of a store of data \
                    `alloc::string::String`";
    assert!(text.contains(expected), "{text}");
    linker.allow_shadowing(true);
    linker.func_wrap("host", "get", || {
        Some(Closure::new(|_: Caller<'_, ()>, x: i32| x))
    })?;
    let text = text_of(run(&linker, &mut store, CALL_RESULT));
    assert!(text.contains("of a store of data `()`"), "{text}");
    Ok(())
}

#[test]
fn a_closure_is_dropped_with_its_store() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    let kept = std::sync::Arc::new(2);
    let captured = kept.clone();
    linker.func_wrap("host", "get", move || {
        let captured = captured.clone();
        Closure::new(move |x: i32| x + *captured)
    })?;
    let mut store = Store::new(&engine, ());
    run(&linker, &mut store, CALL_RESULT)?;
    assert_eq!(std::sync::Arc::strong_count(&kept), 3);
    drop(store);
    assert_eq!(std::sync::Arc::strong_count(&kept), 2);
    Ok(())
}

#[test]
fn a_typed_function_is_returned() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<i32>::new(&engine);
    linker.func_wrap("host", "get", |mut caller: Caller<'_, i32>| {
        let func = Func::wrap(&mut caller, |mut caller: Caller<'_, i32>, x: i32| {
            *caller.data_mut() += x;
            x + 2
        });
        func.typed::<i32, i32>(&caller)
    })?;
    let mut store = Store::new(&engine, 0);
    assert_eq!(run(&linker, &mut store, CALL_RESULT)?, 42);
    assert_eq!(*store.data(), 40);
    Ok(())
}

#[test]
fn a_function_of_another_store_is_no_result() -> Result<()> {
    let engine = Engine::default();
    let mut other = Store::new(&engine, ());
    let func = Func::wrap(&mut other, |x: i32| x).typed::<i32, i32>(&other)?;
    let mut linker = Linker::<i32>::new(&engine);
    linker.func_wrap("host", "get", move || func)?;
    let text = text_of(run(&linker, &mut Store::new(&engine, 0), CALL_RESULT));
    assert!(text.contains("store"), "{text}");
    Ok(())
}

#[cfg(feature = "gc")]
fn table_linker(engine: &Engine) -> Result<Linker<i32>> {
    let mut linker = Linker::new(engine);
    linker
        .host_module("host", NoReceiver)
        .abi(Abi::DEFAULT.with_table("table"))
        .func::<(Caller<'_, i32>, TableFunc<i32, i32>, i32), _>("each", |(caller, f, n)| {
            each(caller, *f, n)
        })?
        .func::<(Option<TableFunc<i32, i32>>,), _>("is_null", |(f,)| i32::from(f.is_none()))?;
    Ok(linker)
}

#[cfg(feature = "gc")]
fn table_wat(table: &str, run: &str) -> String {
    format!(
        r#"(module
            (import "host" "each" (func $each (param i32 i32) (result i32)))
            (import "host" "is_null" (func $is_null (param i32) (result i32)))
            (func $square (param i32) (result i32) (i32.mul (local.get 0) (local.get 0)))
            (func $wide (param i64) (result i32) (i32.const 0))
            {table}
            (func (export "run") (result i32) {run}))"#
    )
}

#[cfg(feature = "gc")]
const TABLE: &str = r#"(table (export "table") 4 funcref) (elem (i32.const 1) $square $wide)"#;

#[cfg(feature = "gc")]
#[test]
fn a_function_is_found_in_the_guests_table() -> Result<()> {
    let engine = Engine::default();
    let linker = table_linker(&engine)?;
    let mut store = Store::new(&engine, 0);
    let call = table_wat(TABLE, "(call $each (i32.const 1) (i32.const 4))");
    assert_eq!(run(&linker, &mut store, &call)?, 14);
    for (index, is_null) in [(0, 1), (1, 0), (3, 1)] {
        let call = table_wat(TABLE, &format!("(call $is_null (i32.const {index}))"));
        assert_eq!(run(&linker, &mut store, &call)?, is_null);
    }
    Ok(())
}

#[cfg(feature = "gc")]
#[test]
fn hostile_indices_and_tables_are_errors() -> Result<()> {
    let engine = Engine::default();
    let linker = table_linker(&engine)?;
    let mut store = Store::new(&engine, 0);
    for (table, index, found) in [
        (TABLE, "0", "found a null reference"),
        (TABLE, "2", "found (type (func (param i64) (result i32)))"),
        (TABLE, "4", "`table`, which has 4 elements, found 4"),
        (
            TABLE,
            "-1",
            "`table`, which has 4 elements, found 4294967295",
        ),
        (
            "",
            "1",
            "export a table `table`, found no export of that name",
        ),
        (r#"(memory (export "table") 1)"#, "1", "found a memory"),
        (r#"(func (export "table"))"#, "1", "found a function"),
        (
            r#"(table (export "table") 4 externref)"#,
            "1",
            "expected a table `table` of functions, found one of (ref null extern)",
        ),
    ] {
        let call = table_wat(
            table,
            &format!("(call $each (i32.const {index}) (i32.const 4))"),
        );
        let text = text_of(run(&linker, &mut store, &call));
        assert!(text.contains(found), "{text}");
        assert!(text.contains("`host`.`each`: argument 2: "), "{text}");
    }
    assert_eq!(*store.data(), 0);
    Ok(())
}

/// An asynchronous function calls a function of the guest, which waits, and returns a closure.
#[cfg(feature = "async")]
#[test]
fn an_asynchronous_function_calls_a_function_of_the_guest() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<i32>::new(&engine);
    linker
        .host_module("host", NoReceiver)
        .async_func::<(Caller<'_, i32>, TypedFunc<i32, i32>, i32), _>(
            "adder_of",
            |(), (mut caller, f, x)| {
                Box::pin(async move {
                    tokio::task::yield_now().await;
                    let n = f.call_async(&mut caller, x).await?;
                    *caller.data_mut() = n;
                    Ok::<_, libwasmtime::Error>(Closure::new(move |x: i32| x + n))
                })
            },
        )?
        .async_func::<(i32,), _>("wait", |(), (x,)| {
            Box::pin(async move {
                tokio::task::yield_now().await;
                x
            })
        })?;
    let wat = |func: &str| {
        format!(
            r#"(module
                (import "host" "adder_of"
                    (func $adder_of (param funcref i32) (result funcref)))
                (import "host" "wait" (func $wait (param i32) (result i32)))
                (elem declare func $double $adder_of)
                (type $unary (func (param i32) (result i32)))
                (table $functions 1 funcref)
                (func $double (type $unary)
                    (call $wait (i32.mul (i32.const 2) (local.get 0))))
                (func (export "run") (result i32)
                    (table.set $functions (i32.const 0)
                        (call $adder_of ({func}) (i32.const 20)))
                    (call_indirect $functions (type $unary) (i32.const 2) (i32.const 0))))"#
        )
    };
    let mut store = Store::new(&engine, 0);
    let double = wat("ref.func $double");
    assert_eq!(crate::run_async(&linker, &mut store, &double)?, 42);
    assert_eq!(*store.data(), 40);
    for func in ["ref.null func", "ref.func $adder_of"] {
        let text = text_of(crate::run_async(&linker, &mut store, &wat(func)));
        assert!(
            text.contains("`host`.`adder_of`: argument 2: expected a function"),
            "{text}"
        );
    }
    Ok(())
}
