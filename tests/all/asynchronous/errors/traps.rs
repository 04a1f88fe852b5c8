//! Traps of each kind.

use crate::errors::messages;
use crate::traps::{KINDS, module_with};
use libwasmtime::*;
use smol::future::block_on;

/// A function is called synchronously, and asynchronously in a store that may contain
/// asynchronous host functions.
#[test]
fn each_is_that_of_a_synchronous_call() {
    let engine = Engine::default();
    for (text, trap) in KINDS.iter().map(|(body, trap)| (module_with(body), trap)) {
        let module = Module::new(&engine, &text).unwrap();
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        let f = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
        let expected = f.call(&mut store, ()).unwrap_err();
        for is_required in [false, true] {
            let mut store = Store::new(&engine, ());
            if is_required {
                Func::wrap_async(&mut store, |_, ()| Box::new(async {}));
            }
            block_on(async {
                let instance = Instance::new_async(&mut store, &module, &[]).await.unwrap();
                let f = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
                for _ in 0..2 {
                    let error = f.call_async(&mut store, ()).await.unwrap_err();
                    assert_eq!(error.downcast_ref(), Some(trap), "{text}");
                    assert_eq!(messages(&error), messages(&expected), "{text}");
                    let untyped = f.func().call_async(&mut store, &[], &mut []).await;
                    assert_eq!(messages(&untyped.unwrap_err()), messages(&expected));
                }
            });
        }
    }
}

#[test]
fn a_stack_overflows() {
    const TEXT: &str = r#"(module (func $f (export "f") (call $f)))"#;
    let mut store = Store::<()>::default();
    Func::wrap_async(&mut store, |_, ()| Box::new(async {}));
    let module = Module::new(store.engine(), TEXT).unwrap();
    block_on(async {
        let instance = Instance::new_async(&mut store, &module, &[]).await.unwrap();
        let f = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
        // The stack of the second call is that of the first.
        for _ in 0..2 {
            let error = f.call_async(&mut store, ()).await.unwrap_err();
            assert_eq!(error.downcast_ref(), Some(&Trap::StackOverflow));
            assert!(error.is::<WasmBacktrace>());
        }
    });
}

/// What a store's limits end, in a call and in one that it is nested in.
#[test]
fn fuel_and_epochs() {
    let engine = Engine::new(Config::new().consume_fuel(true).epoch_interruption(true)).unwrap();
    let text = r#"(module (import "" "" (func $host))
        (func (export "forever") (loop (br 0)))
        (func (export "nested") (call $host)))"#;
    let module = Module::new(&engine, text).unwrap();
    let mut store = Store::new(&engine, ());
    store.set_epoch_deadline(1);
    store.set_fuel(u64::MAX).unwrap();
    let host = Func::wrap_async(&mut store, |mut caller: Caller<'_, ()>, ()| {
        Box::new(async move {
            let forever = caller.get_export("forever").and_then(Extern::into_func);
            smol::future::yield_now().await;
            forever.unwrap().call_async(caller, &[], &mut []).await
        })
    });
    block_on(async {
        let instance = Instance::new_async(&mut store, &module, &[host.into()]).await;
        let instance = instance.unwrap();
        for name in ["forever", "nested"] {
            let f = instance.get_typed_func::<(), ()>(&mut store, name).unwrap();
            for yields in [None, Some(700)] {
                store.fuel_async_yield_interval(yields).unwrap();
                store.set_fuel(10_000).unwrap();
                let error = f.call_async(&mut store, ()).await.unwrap_err();
                assert_eq!(error.downcast_ref(), Some(&Trap::OutOfFuel));
                assert_eq!(store.get_fuel().unwrap(), 0);

                store.set_fuel(u64::MAX).unwrap();
                store.set_epoch_deadline(1);
                engine.increment_epoch();
                let error = f.call_async(&mut store, ()).await.unwrap_err();
                assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt));
                store.set_epoch_deadline(1);
            }
        }
    });
}

/// A trap of code that a host function called passes through it, and the other way round.
#[test]
fn a_trap_passes_through_host_functions() {
    let mut store = Store::<()>::default();
    let engine = store.engine().clone();
    let text = r#"(module $inner (func $deep unreachable) (func $top (export "f") call $deep))"#;
    let inner = Module::new(&engine, text).unwrap();
    let text = r#"(module $outer (import "" "" (func $host)) (func $f (export "f") (call $host)))"#;
    let outer = Module::new(&engine, text).unwrap();
    let error = block_on(async {
        let inner = Instance::new_async(&mut store, &inner, &[]).await?;
        let f = inner.get_typed_func::<(), ()>(&mut store, "f")?;
        let host = Func::wrap_async(&mut store, move |caller: Caller<'_, ()>, ()| {
            Box::new(async move {
                smol::future::yield_now().await;
                f.call_async(caller, ()).await
            })
        });
        let middle = Instance::new_async(&mut store, &outer, &[host.into()]).await?;
        let f = middle.get_typed_func::<(), ()>(&mut store, "f")?;
        let host = Func::wrap(&mut store, move |caller: Caller<'_, ()>| {
            block_on(f.call_async(caller, ()))
        });
        let outer = Instance::new_async(&mut store, &outer, &[host.into()]).await?;
        let f = outer.get_typed_func::<(), ()>(&mut store, "f")?;
        f.call_async(&mut store, ()).await
    });
    let error = error.unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::UnreachableCodeReached));
    let frames = error.downcast_ref::<WasmBacktrace>().unwrap().frames();
    let names = frames
        .iter()
        .map(|frame| (frame.module_name().unwrap(), frame.func_name().unwrap()));
    let names: Vec<_> = names.collect();
    assert_eq!(names[..2], [("inner", "deep"), ("inner", "top")]);
    assert_eq!(names[2..], [("outer", "f"); 2]);
}

#[test]
fn a_host_function_traps() {
    for trap in [Trap::CastFailure, Trap::Interrupt] {
        let mut store = Store::<()>::default();
        let host = Func::wrap_async(&mut store, move |_, (_,): (i32,)| {
            Box::new(async move {
                smol::future::yield_now().await;
                Err::<(), _>(trap.into())
            })
        });
        let error = block_on(async {
            let run = super::run(&mut store, host).await;
            run.call_async(&mut store, 1).await.unwrap_err()
        });
        assert_eq!(error.downcast_ref(), Some(&trap));
        assert!(error.is::<WasmBacktrace>());
    }
}

/// Instantiation traps while it runs the start function, and before it runs any code.
#[test]
fn instantiation_traps() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    for (text, trap, is_in_code) in [
        (
            "(module (func $f unreachable) (start $f))",
            Trap::UnreachableCodeReached,
            true,
        ),
        (
            r#"(module (memory 1) (data (i32.const 0x10000) "x"))"#,
            Trap::MemoryOutOfBounds,
            false,
        ),
    ] {
        let module = Module::new(&engine, text).unwrap();
        let linker = Linker::new(&engine);
        let pre = linker.instantiate_pre(&module).unwrap();
        let errors = block_on(async {
            [
                Instance::new_async(&mut store, &module, &[]).await,
                linker.instantiate_async(&mut store, &module).await,
                pre.instantiate_async(&mut store).await,
            ]
        });
        for error in errors {
            let error = error.unwrap_err();
            assert_eq!(error.downcast_ref(), Some(&trap));
            assert_eq!(error.is::<WasmBacktrace>(), is_in_code);
        }
    }
}
