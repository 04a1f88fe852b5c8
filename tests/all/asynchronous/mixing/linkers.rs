//! Linkers with functions of both kinds.

use super::{MUST_BE_ASYNC, assert_refused, pend};
use crate::guest::panic_text;
use libwasmtime::*;
use smol::future::block_on;
use std::thread;

const WAT: &str = r#"(module
    (import "m" "f" (func $f (result i32)))
    (func (export "f") (result i32) (call $f)))"#;

fn define_async(linker: &mut Linker<()>, number: i32) -> Result<()> {
    linker.func_wrap_async("m", "f", move |_, ()| {
        Box::new(async move {
            pend(1).await;
            number
        })
    })?;
    Ok(())
}

/// Instantiates synchronously and calls the function, or asserts that only an asynchronous
/// instantiation is possible, and returns what the function returns.
#[track_caller]
fn call(linker: &Linker<()>, module: &Module, is_async: bool) -> i32 {
    let mut store = Store::new(linker.engine(), ());
    let pre = linker.instantiate_pre(module).unwrap();
    if is_async {
        assert_refused(MUST_BE_ASYNC, linker.instantiate(&mut store, module));
        assert_refused(MUST_BE_ASYNC, pre.instantiate(&mut store));
        // Nothing has got into the store.
        let f = Func::wrap(&mut store, || ());
        f.call(&mut store, &[], &mut []).unwrap();
    } else {
        let instance = linker.instantiate(&mut store, module).unwrap();
        let f = instance.get_typed_func::<(), i32>(&mut store, "f").unwrap();
        let found = f.call(&mut store, ()).unwrap();
        let instance = pre.instantiate(&mut store).unwrap();
        let f = instance.get_typed_func::<(), i32>(&mut store, "f").unwrap();
        assert_eq!(f.call(&mut store, ()).unwrap(), found);
    }
    block_on(async {
        let instance = linker.instantiate_async(&mut store, module).await.unwrap();
        let f = instance.get_typed_func::<(), i32>(&mut store, "f").unwrap();
        let found = f.call_async(&mut store, ()).await.unwrap();
        assert_eq!(f.call(&mut store, ()).is_err(), is_async);
        let instance = pre.instantiate_async(&mut store).await.unwrap();
        let f = instance.get_typed_func::<(), i32>(&mut store, "f").unwrap();
        assert_eq!(f.call_async(&mut store, ()).await.unwrap(), found);
        found
    })
}

#[test]
fn the_last_definition_of_a_name_counts() {
    let engine = Engine::default();
    let module = Module::new(&engine, WAT).unwrap();
    let mut linker = Linker::new(&engine);
    define_async(&mut linker, 1).unwrap();
    assert!(define_async(&mut linker, 2).is_err());
    assert!(linker.func_wrap("m", "f", || 3).is_err());
    assert_eq!(call(&linker, &module, true), 1);
    let asynchronous = linker.instantiate_pre(&module).unwrap();

    linker.allow_shadowing(true);
    linker.func_wrap("m", "f", || 4).unwrap();
    assert_eq!(call(&linker, &module, false), 4);
    let synchronous = linker.instantiate_pre(&module).unwrap();
    let clone = linker.clone();
    define_async(&mut linker, 5).unwrap();
    assert_eq!(call(&linker, &module, true), 5);
    assert_eq!(call(&clone, &module, false), 4);

    // What was looked up before stays.
    let mut store = Store::new(&engine, ());
    synchronous.instantiate(&mut store).unwrap();
    assert_refused(MUST_BE_ASYNC, asynchronous.instantiate(&mut store));

    // A synchronous item of a store, and an asynchronous one.
    let f = Func::wrap(&mut store, || 6);
    linker.define(&store, "m", "f", f).unwrap();
    linker.instantiate(&mut store, &module).unwrap();
    let f = Func::wrap_async(&mut store, |_, ()| Box::new(async { 7 }));
    linker.define(&store, "m", "f", f).unwrap();
    assert_refused(MUST_BE_ASYNC, linker.instantiate(&mut store, &module));
    let found = block_on(async {
        let instance = linker.instantiate_async(&mut store, &module).await?;
        let f = instance.get_typed_func::<(), i32>(&mut store, "f")?;
        f.call_async(&mut store, ()).await
    });
    assert_eq!(found.unwrap(), 7);
}

/// Only modules that import an asynchronous function need asynchronous instantiation.
#[test]
fn a_function_that_is_not_imported() {
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    define_async(&mut linker, 1).unwrap();
    linker.func_wrap("m", "g", || 2).unwrap();
    let text = WAT.replace(r#""m" "f""#, r#""m" "g""#);
    let module = Module::new(&engine, text).unwrap();
    assert_eq!(call(&linker, &module, false), 2);
}

/// The names of WASI's module, before and after WASI is defined.
#[cfg(feature = "wasi")]
#[test]
fn functions_of_wasi() {
    let engine = Engine::default();
    let text = r#"(module
        (import "wasi_snapshot_preview1" "sched_yield" (func $f (result i32)))
        (memory (export "memory") 1)
        (func (export "f") (result i32) (call $f)))"#;
    let module = Module::new(&engine, text).unwrap();
    for is_first in [true, false] {
        let mut linker = Linker::<()>::new(&engine);
        linker.allow_shadowing(true);
        if !is_first {
            wasi::add_to_linker(&mut linker).unwrap();
        }
        linker
            .func_wrap_async("wasi_snapshot_preview1", "sched_yield", |_, ()| {
                Box::new(async { 42 })
            })
            .unwrap();
        if is_first {
            wasi::add_to_linker(&mut linker).unwrap();
        }
        let mut store = Store::new(&engine, ());
        let context = wasi::WasiCtxBuilder::new().build_p1();
        store.set_wasi(context).unwrap();
        let found = block_on(async {
            let instance = linker.instantiate_async(&mut store, &module).await?;
            let f = instance.get_typed_func::<(), i32>(&mut store, "f")?;
            f.call_async(&mut store, ()).await
        });
        assert_eq!(found.unwrap(), if is_first { 0 } else { 42 });
    }
}

/// What the linker lacks is defined beside asynchronous functions, and replaces none.
#[test]
fn unknown_imports() {
    let engine = Engine::default();
    let text = r#"(module
        (import "m" "f" (func $f (result i32)))
        (import "m" "unknown" (func $unknown (result i32)))
        (func (export "f") (result i32) (call $f))
        (func (export "unknown") (result i32) (call $unknown)))"#;
    let module = Module::new(&engine, text).unwrap();
    let mut store = Store::new(&engine, ());
    let (mut traps, mut defaults) = (Linker::new(&engine), Linker::new(&engine));
    define_async(&mut traps, 1).unwrap();
    define_async(&mut defaults, 1).unwrap();
    traps.define_unknown_imports_as_traps(&module).unwrap();
    defaults
        .define_unknown_imports_as_default_values(&mut store, &module)
        .unwrap();
    // Nothing asynchronous has got into the store so far.
    let f = Func::wrap(&mut store, || ());
    f.call(&mut store, &[], &mut []).unwrap();
    for linker in [&traps, &defaults] {
        assert_refused(MUST_BE_ASYNC, linker.instantiate(&mut store, &module));
        let instance = block_on(linker.instantiate_async(&mut store, &module)).unwrap();
        let mut call = |name| {
            let f = instance
                .get_typed_func::<(), i32>(&mut store, name)
                .unwrap();
            block_on(f.call_async(&mut store, ()))
        };
        assert_eq!(call("f").unwrap(), 1);
        match call("unknown") {
            Ok(number) => assert_eq!(number, 0),
            Err(error) => assert!(error.is::<UnknownImportError>()),
        }
    }
    // An import that stays unknown.
    let linker = Linker::new(&engine);
    let error = block_on(linker.instantiate_async(&mut store, &module)).unwrap_err();
    let unknown = error.downcast_ref::<UnknownImportError>().unwrap();
    assert_eq!(unknown.name(), "f");
}

/// One linker, and what it looked up, for many stores on many threads at once.
#[test]
fn on_many_threads() {
    let engine = Engine::default();
    let module = Module::new(&engine, WAT).unwrap();
    let mut linker = Linker::<()>::new(&engine);
    define_async(&mut linker, 9).unwrap();
    let pre = linker.instantiate_pre(&module).unwrap();
    let run = |times: usize| {
        block_on(async {
            let mut stores: Vec<_> = (0..times).map(|_| Store::new(&engine, ())).collect();
            for (i, store) in stores.iter_mut().enumerate() {
                let instance = if i % 2 == 0 {
                    linker.instantiate_async(&mut *store, &module).await
                } else {
                    pre.instantiate_async(&mut *store).await
                };
                let f = instance
                    .unwrap()
                    .get_typed_func::<(), i32>(&mut *store, "f");
                assert_eq!(f.unwrap().call_async(store, ()).await.unwrap(), 9);
            }
        });
    };
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| run(50));
        }
    });
}

/// Dropped before the functions that were defined in it: these stay with their stores.
#[test]
fn a_linker_that_is_gone() {
    let engine = Engine::default();
    let module = Module::new(&engine, WAT).unwrap();
    let drops = crate::guest::Drops::default();
    let mut linker = Linker::<()>::new(&engine);
    let counted = drops.counted();
    linker
        .func_wrap_async("m", "f", move |_, ()| {
            let _ = &counted;
            Box::new(async {
                pend(1).await;
                3
            })
        })
        .unwrap();
    let mut store = Store::new(&engine, ());
    let instance = block_on(linker.instantiate_async(&mut store, &module)).unwrap();
    let item = linker
        .get(&mut store, "m", "f")
        .unwrap()
        .into_func()
        .unwrap();
    drop(linker);
    assert_eq!(drops.count(), 0);
    let exported = instance.get_func(&mut store, "f").unwrap();
    for f in [item, exported] {
        let f = f.typed::<(), i32>(&store).unwrap();
        assert_eq!(block_on(f.call_async(&mut store, ())).unwrap(), 3);
    }
    drop(store);
    assert_eq!(drops.count(), 1);
}

/// Definitions of another store or engine, and types of another engine.
#[test]
fn of_another_store_or_engine() {
    let engine = Engine::default();
    let another = Engine::default();
    let module = Module::new(&engine, WAT).unwrap();
    let (mut home, mut foreign) = (Store::new(&engine, ()), Store::new(&another, ()));
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    let f = Func::wrap_async(&mut home, |_, ()| Box::new(async { 1 }));
    linker.define(&home, "m", "f", f).unwrap();
    let pre = linker.instantiate_pre(&module).unwrap();
    crate::guest::assert_not_taken(block_on(linker.instantiate_async(&mut store, &module)));
    crate::guest::assert_not_taken(block_on(pre.instantiate_async(&mut store)));
    let text = panic_text(|| linker.get(&mut store, "m", "f"));
    assert!(text.contains("wrong store"), "{text}");
    block_on(linker.instantiate_async(&mut home, &module)).unwrap();
    block_on(pre.instantiate_async(&mut home)).unwrap();

    let mut linker = Linker::new(&engine);
    define_async(&mut linker, 1).unwrap();
    let pre = linker.instantiate_pre(&module).unwrap();
    let text = panic_text(|| linker.get(&mut foreign, "m", "f"));
    assert!(text.contains("different engines"), "{text}");
    for result in [
        block_on(linker.instantiate_async(&mut foreign, &module)),
        block_on(pre.instantiate_async(&mut foreign)),
    ] {
        let error = result.unwrap_err().to_string();
        assert!(error.contains("cross-`Engine`"), "{error}");
    }
    let text = panic_text(|| block_on(linker.module_async(&mut foreign, "x", &module)).is_ok());
    assert!(text.contains("different engines"), "{text}");
    let wrong = Module::new(&another, WAT).unwrap();
    let error = block_on(linker.instantiate_async(&mut store, &wrong)).unwrap_err();
    assert!(error.to_string().contains("cross-`Engine`"), "{error}");
    let error = block_on(linker.module_async(&mut store, "x", &wrong))
        .err()
        .unwrap();
    assert!(error.to_string().contains("cross-`Engine`"), "{error}");

    let ty = FuncType::new(&another, [], []);
    let text = panic_text(|| {
        let ty = ty.clone();
        Func::new_async(&mut store, ty, |_, _, _| Box::new(async { Ok(()) }))
    });
    assert!(text.contains("engine"), "{text}");
    let text = panic_text(|| {
        let host = linker.func_new_async("m", "g", ty, |_, _, _| Box::new(async { Ok(()) }));
        host.is_ok()
    });
    assert!(text.contains("engine"), "{text}");
    // The store has got nothing.
    let f = Func::wrap(&mut store, || ());
    f.call(&mut store, &[], &mut []).unwrap();
}

/// A closure is dropped once, whether it is defined or not.
#[test]
fn closures_are_dropped_once() {
    let drops = crate::guest::Drops::default();
    let mut linker = Linker::<()>::default();
    for defined in 0..3 {
        let counted = drops.counted();
        let result = linker.func_wrap_async("m", "f", move |_, ()| {
            let _ = &counted;
            Box::new(async {})
        });
        assert_eq!(result.is_ok(), defined == 0);
        assert_eq!(drops.count(), defined);
    }
    linker.allow_shadowing(true);
    linker.func_wrap("m", "f", || ()).unwrap();
    assert_eq!(drops.count(), 3);
    let clone = linker.clone();
    drop(linker);
    drop(clone);
    assert_eq!(drops.count(), 3);
}
