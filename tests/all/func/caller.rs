//! `Caller`.

use crate::guest::instantiate;
use libwasmtime::error::Context;
use libwasmtime::*;

/// Writes the number into the caller's memory, and calls its function `next`.
fn host(mut caller: Caller<'_, Vec<i32>>, x: i32) -> Result<i32> {
    caller.data_mut().push(x);
    let memory = caller
        .get_export("memory")
        .and_then(Extern::into_memory)
        .context("the caller exports no memory")?;
    memory.write(&mut caller, 0, &x.to_le_bytes())?;
    let next = caller
        .get_export("next")
        .and_then(Extern::into_func)
        .context("the caller exports no function")?;
    next.typed::<(), i32>(&caller)?.call(&mut caller, ())
}

const WAT: &str = r#"(module
    (import "" "" (func $host (param i32) (result i32)))
    (memory (export "memory") 1)
    (global (export "global") i32 (i32.const 1))
    (table (export "table") 1 funcref)
    (func (export "next") (result i32)
        (i32.mul (i32.load (i32.const 0)) (i32.const 2)))
    (func (export "run") (param i32) (result i32) (call $host (local.get 0))))"#;

#[test]
fn exports_of_the_caller() {
    let mut store = Store::new(&Engine::default(), Vec::new());
    let f = Func::wrap(&mut store, host);
    let run = |store: &mut Store<Vec<i32>>, wat: &str, x| {
        let instance = instantiate(store, wat, &[f.into()]);
        let run = instance.get_typed_func::<i32, i32>(&mut *store, "run")?;
        run.call(store, x)
    };
    assert_eq!(run(&mut store, WAT, 21).unwrap(), 42);

    // Each caller has its own.
    let other = WAT.replace("(i32.const 2)", "(i32.const 3)");
    assert_eq!(run(&mut store, &other, 7).unwrap(), 21);

    let without = WAT.replace(r#"(export "memory")"#, "");
    let error = run(&mut store, &without, 1).unwrap_err();
    assert_eq!(
        error.root_cause().to_string(),
        "the caller exports no memory"
    );
    assert_eq!(store.data(), &[21, 7, 1]);
}

#[test]
fn exports_of_every_kind_and_those_there_are_none_of() {
    let mut store = Store::<()>::default();
    let f = Func::wrap(&mut store, |mut caller: Caller<'_, ()>, x: i32| {
        assert!(matches!(
            caller.get_export("memory"),
            Some(Extern::Memory(_))
        ));
        assert!(matches!(
            caller.get_export("global"),
            Some(Extern::Global(_))
        ));
        assert!(matches!(caller.get_export("table"), Some(Extern::Table(_))));
        assert!(matches!(caller.get_export("run"), Some(Extern::Func(_))));
        assert!(caller.get_export("").is_none());
        assert!(caller.get_export("Memory").is_none());
        assert!(caller.get_export("mem\0ory").is_none());
        x
    });
    let instance = instantiate(&mut store, WAT, &[f.into()]);
    let run = instance
        .get_typed_func::<i32, i32>(&mut store, "run")
        .unwrap();
    assert_eq!(run.call(&mut store, 1).unwrap(), 1);
}

#[test]
fn host_that_calls_has_no_exports() {
    let mut store = Store::<()>::default();
    let f = Func::wrap(&mut store, |mut caller: Caller<'_, ()>| {
        caller.get_export("memory").is_none() as i32
    });
    // The store has a memory, but no instance exports it.
    instantiate(&mut store, r#"(module (memory (export "memory") 1))"#, &[]);
    let f = f.typed::<(), i32>(&store).unwrap();
    assert_eq!(f.call(&mut store, ()).unwrap(), 1);
}

#[test]
fn data_of_the_store() {
    struct Host {
        log: Vec<String>,
        limit: usize,
    }
    let engine = Engine::default();
    let mut store = Store::new(
        &engine,
        Host {
            log: Vec::new(),
            limit: 2,
        },
    );
    let f = Func::wrap(&mut store, |mut caller: Caller<'_, Host>, x: i32| {
        assert_eq!(
            caller.data().log.len(),
            caller.as_context().data().log.len()
        );
        ensure!(caller.data().log.len() < caller.data().limit, "log is full");
        caller.data_mut().log.push(format!("a{x}"));
        caller.as_context_mut().data_mut().log.push(format!("b{x}"));
        Ok(())
    });
    let f = f.typed::<i32, ()>(&store).unwrap();
    f.call(&mut store, 1).unwrap();
    assert_eq!(store.data().log, ["a1", "b1"]);
    f.call(&mut store, 2).unwrap_err();
    store.data_mut().limit = 10;
    f.call(&mut store, 3).unwrap();
    assert_eq!(store.into_data().log, ["a1", "b1", "a3", "b3"]);
}

#[test]
fn engine_of_the_store() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let f = Func::wrap(&mut store, |mut caller: Caller<'_, ()>| -> Result<i32> {
        let module = Module::new(
            caller.engine(),
            r#"(module (func (export "f") (result i32) (i32.const 5)))"#,
        )?;
        let instance = Instance::new(&mut caller, &module, &[])?;
        let f = instance.get_typed_func::<(), i32>(&mut caller, "f")?;
        f.call(&mut caller, ())
    });
    let f = f.typed::<(), i32>(&store).unwrap();
    assert_eq!(f.call(&mut store, ()).unwrap(), 5);
}

#[test]
fn caller_becomes_a_context() {
    fn increment<'a>(context: impl Into<StoreContextMut<'a, i32>>) {
        *context.into().data_mut() += 1;
    }
    let mut store = Store::new(&Engine::default(), 0);
    let f = Func::wrap(&mut store, |mut caller: Caller<'_, i32>| {
        increment(&mut caller);
        increment(caller);
    });
    let f = f.typed::<(), ()>(&store).unwrap();
    f.call(&mut store, ()).unwrap();
    assert_eq!(*store.data(), 2);
}
