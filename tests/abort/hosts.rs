//! What host code does while libwasmtime waits for it: in host functions, in callbacks,
//! and when its data is dropped.

mod drops;
mod misbehave;

use crate::{alone, assert_panics};
use libwasmtime::*;
use std::panic::panic_any;

/// Panics when it is dropped, with a payload that does so as well.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic_any(Bomb);
        }
    }
}

const CALLS: &str = r#"(module
    (import "" "f" (func $f))
    (memory (export "memory") 1)
    (table (export "table") 4 funcref)
    (func (export "run") (call $f))
    (func (export "loop") (loop (br 0)))
    (func (export "burn") (param i32) (loop (br_if 0 (local.tee 0
        (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "trap") unreachable))"#;

fn instantiate<T, P, R>(store: &mut Store<T>, f: impl IntoFunc<T, P, R>) -> Instance {
    let module = Module::new(store.engine(), CALLS).expect("it is valid");
    let f = Func::wrap(&mut *store, f);
    Instance::new(store, &module, &[f.into()]).expect("it has all")
}

fn run<T>(store: &mut Store<T>, instance: Instance, name: &str) -> Result<()> {
    let run = instance.get_typed_func::<(), ()>(&mut *store, name)?;
    run.call(store, ())
}

/// An error is inspected after everything that it refers to was dropped.
#[test]
fn keep_what_failed() {
    alone("hosts::keep_what_failed", || {
        let mut store = Store::<()>::default();
        let instance = instantiate(&mut store, || bail!("by the host") as Result<()>);
        let errors = ["run", "trap"].map(|name| run(&mut store, instance, name).unwrap_err());
        drop(store);
        for error in errors {
            println!("{error:?}");
            let backtrace = error.downcast_ref::<WasmBacktrace>().unwrap();
            for frame in backtrace.frames() {
                println!("{:?} {:?}", frame.func_name(), frame.module_offset());
            }
        }
    });
}

/// Called by the host, or by an instance without exports.
#[test]
fn ask_for_what_is_not_there() {
    alone("hosts::ask_for_what_is_not_there", || {
        let mut store = Store::<()>::default();
        let nobody = |mut caller: Caller<'_, ()>| {
            let names = ["", "memory", "no\0such", "\u{10ffff}"];
            names
                .map(|name| caller.get_export(name).is_some())
                .contains(&true)
        };
        let f = Func::wrap(&mut store, move |caller: Caller<'_, ()>| {
            i32::from(nobody(caller))
        });
        let mut results = [Val::I32(5)];
        f.call(&mut store, &[], &mut results).unwrap();
        assert_eq!(results[0].i32(), Some(0));
        let wat = r#"(module (import "" "f" (func $f (result i32))) (export "again" (func $f)))"#;
        let module = Module::new(store.engine(), wat).unwrap();
        let instance = Instance::new(&mut store, &module, &[f.into()]).unwrap();
        let again = instance.get_func(&mut store, "again").unwrap();
        again.call(&mut store, &[], &mut results).unwrap();
        assert_eq!(results[0].i32(), Some(0));
        // SAFETY: null is allowed, for any store.
        assert!(unsafe { Func::from_raw(&mut store, std::ptr::null_mut()) }.is_none());
        assert!(instance.get_export(&mut store, "no\0such").is_none());
        let other = Module::new(store.engine(), wat).unwrap();
        let export = other.get_export_index("again").unwrap();
        assert!(instance.get_module_export(&mut store, &export).is_none());
    });
}

/// A host function may do everything with its store.
#[cfg(feature = "gc")]
#[test]
fn use_their_store() {
    alone("hosts::use_their_store", || {
        let mut store = Store::new(&Engine::default(), 0u32);
        let instance = instantiate(&mut store, |mut caller: Caller<'_, u32>| -> Result<()> {
            let Some(Extern::Memory(memory)) = caller.get_export("memory") else {
                bail!("no memory");
            };
            memory.grow(&mut caller, 1)?;
            assert!(memory.grow(&mut caller, u64::MAX).is_err());
            memory.data_mut(&mut caller).fill(1);
            let table = caller
                .get_export("table")
                .and_then(Extern::into_table)
                .unwrap();
            table.grow(&mut caller, 3, Ref::Func(None))?;
            let engine = caller.engine().clone();
            let module = Module::new(&engine, CALLS)?;
            // The new instance's function was created here.
            let f = Func::wrap(&mut caller, |mut caller: Caller<'_, u32>| {
                *caller.data_mut() += 1;
            });
            table.set(&mut caller, 0, f.into())?;
            let mut linker = Linker::new(&engine);
            linker.define(&caller, "", "f", f)?;
            let instance = linker.instantiate(&mut caller, &module)?;
            for name in ["run", "trap"] {
                let func = instance.get_func(&mut caller, name).unwrap();
                let called = func.call(&mut caller, &[], &mut []);
                assert_eq!(called.is_ok(), name == "run", "{called:?}");
            }
            // A store within a call into another, of the same engine or not.
            for engine in [engine, Engine::default()] {
                let mut other = Store::new(&engine, 0);
                let instance = instantiate(&mut other, || {});
                run(&mut other, instance, "run")?;
                run(&mut other, instance, "trap").unwrap_err();
            }
            for i in 0..100 {
                ExternRef::new(&mut caller, i)?;
            }
            Ok(())
        });
        for _ in 0..10 {
            run(&mut store, instance, "run").unwrap();
        }
        assert_eq!(store.into_data(), 10);
    });
}

/// Every way out of a host function, at every depth.
#[test]
fn fail_at_any_depth() {
    alone("hosts::fail_at_any_depth", || {
        for depth in [0u32, 1, 2, 20] {
            for how in ["error", "panic", "trap", "a panic that panics"] {
                println!("{how} at {depth}");
                let mut store = Store::new(&Engine::default(), depth);
                let f = move |mut caller: Caller<'_, u32>| -> Result<()> {
                    let run = caller
                        .get_export("run")
                        .and_then(Extern::into_func)
                        .unwrap();
                    if *caller.data() > 0 {
                        *caller.data_mut() -= 1;
                        return run.call(&mut caller, &[], &mut []);
                    }
                    match how {
                        "error" => bail!("error"),
                        "panic" => panic!("panic"),
                        "trap" => Err(Trap::HeapMisaligned.into()),
                        _ => panic_any(Bomb),
                    }
                };
                let instance = instantiate(&mut store, f);
                if how.contains("panic") {
                    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                        run(&mut store, instance, "run")
                    }));
                    // It may panic when it is dropped.
                    std::mem::forget(outcome.expect_err("it panics"));
                } else {
                    run(&mut store, instance, "run").unwrap_err();
                }
                // The store still works.
                run(&mut store, instance, "trap").unwrap_err();
            }
        }
    });
}

/// Recursion deeper than any stack, through the host in each frame.
#[test]
fn recurse_without_end() {
    alone("hosts::recurse_without_end", || {
        // The stack of the test's own thread is smaller than that of most.
        let body = || {
            let mut store = Store::new(&Engine::default(), 0u32);
            let again = |mut caller: Caller<'_, u32>| -> Result<()> {
                *caller.data_mut() += 1;
                let run = caller
                    .get_export("run")
                    .and_then(Extern::into_func)
                    .unwrap();
                run.call(&mut caller, &[], &mut [])
            };
            let instance = instantiate(&mut store, again);
            let error = run(&mut store, instance, "run").unwrap_err();
            assert_eq!(
                error.downcast_ref(),
                Some(&Trap::StackOverflow),
                "{error:?}"
            );
            assert!(*store.data() > 10);
            // And without the host.
            let wat = r#"(module (func $f (export "f") (call $f)))"#;
            let module = Module::new(store.engine(), wat).unwrap();
            let instance = Instance::new(&mut store, &module, &[]).unwrap();
            let error = run(&mut store, instance, "f").unwrap_err();
            assert_eq!(
                error.downcast_ref(),
                Some(&Trap::StackOverflow),
                "{error:?}"
            );
            // A single frame that is larger than any stack.
            let locals = "(local v128)".repeat(45_000);
            let sets: String = (0..45_000)
                .map(|i| format!("(local.set {i} (v128.const i32x4 0 0 0 {i}))"))
                .collect();
            let wat = format!(r#"(module (func (export "f") {locals} {sets} (call 0)))"#);
            let module = Module::new(store.engine(), wat).unwrap();
            let instance = Instance::new(&mut store, &module, &[]).unwrap();
            let error = run(&mut store, instance, "f").unwrap_err();
            assert_eq!(
                error.downcast_ref(),
                Some(&Trap::StackOverflow),
                "{error:?}"
            );
        };
        std::thread::Builder::new()
            .stack_size(8 << 20)
            .spawn(body)
            .unwrap()
            .join()
            .unwrap();
    });
}

/// A start function that uses the store it is being instantiated in.
#[test]
fn start_within_start() {
    alone("hosts::start_within_start", || {
        let wat = r#"(module (import "" "f" (func $f)) (start $f))"#;
        let mut store = Store::new(&Engine::default(), 5u32);
        let module = Module::new(store.engine(), wat).unwrap();
        let again = module.clone();
        let mut linker = Linker::new(store.engine());
        let start = move |mut caller: Caller<'_, u32>| -> Result<()> {
            *caller.data_mut() -= 1;
            ensure!(*caller.data() > 0, "enough");
            let mut linker = Linker::new(caller.engine());
            linker.func_wrap("", "f", || {})?;
            let inner = linker.instantiate(&mut caller, &again)?;
            assert!(Module::same(inner.module(&caller), &again));
            Ok(())
        };
        linker.func_wrap("", "f", start).unwrap();
        for _ in 0..4 {
            let instance = linker.instantiate(&mut store, &module).unwrap();
            assert!(Module::same(instance.module(&store), &module));
        }
        linker.instantiate(&mut store, &module).unwrap_err();
    });
}

fn epochs() -> Engine {
    Engine::new(Config::new().epoch_interruption(true)).expect("possible")
}

#[test]
fn decide_at_an_epoch() {
    alone("hosts::decide_at_an_epoch", || {
        let mut store = Store::new(&epochs(), 0u32);
        store.engine().increment_epoch();
        let instance = instantiate(&mut store, || {});
        println!("no callback");
        let error = run(&mut store, instance, "loop").unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt));

        println!("deadlines that are too far away for the epoch's number");
        store.epoch_deadline_callback(|mut store| {
            store.set_epoch_deadline(u64::MAX);
            *store.data_mut() += 1;
            Ok(UpdateDeadline::Continue(u64::MAX))
        });
        store.set_epoch_deadline(0);
        let burn = instance
            .get_typed_func::<i32, ()>(&mut store, "burn")
            .unwrap();
        burn.call(&mut store, 1000).unwrap();
        // The deadline isn't reached again.
        assert_eq!(*store.data(), 1);
        store.engine().increment_epoch();
        burn.call(&mut store, 1000).unwrap();
        assert_eq!(*store.data(), 1);
        store.set_epoch_deadline(u64::MAX);
        burn.call(&mut store, 1000).unwrap();
        assert_eq!(*store.data(), 1);

        println!("an error");
        store.epoch_deadline_callback(|_| bail!("no more"));
        store.set_epoch_deadline(0);
        let error = run(&mut store, instance, "loop").unwrap_err();
        assert_eq!(error.root_cause().to_string(), "no more");

        println!("a panic");
        store.epoch_deadline_callback(|_| panic!("no more"));
        assert_panics("a panic", || drop(run(&mut store, instance, "loop")));

        println!("calls of the store's own functions");
        let trap = instance.get_func(&mut store, "trap").unwrap();
        let burn = *burn.func();
        store.epoch_deadline_callback(move |mut store| {
            store.set_epoch_deadline(10);
            trap.call(&mut store, &[], &mut []).unwrap_err();
            burn.call(&mut store, &[Val::I32(10)], &mut [])?;
            let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
            memory.grow(&mut store, 1)?;
            store.set_epoch_deadline(0);
            // It is interrupted, as the callback is still set.
            burn.call(&mut store, &[Val::I32(10)], &mut []).unwrap_err();
            Ok(UpdateDeadline::Interrupt)
        });
        let error = run(&mut store, instance, "loop").unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt));

        println!("the callback takes itself away");
        store.epoch_deadline_callback(|mut store| {
            store.epoch_deadline_trap();
            *store.data_mut() += 1;
            Ok(match store.data() {
                5 => UpdateDeadline::Interrupt,
                _ => UpdateDeadline::Continue(0),
            })
        });
        store.set_epoch_deadline(0);
        run(&mut store, instance, "loop").unwrap_err();

        #[cfg(feature = "async")]
        {
            println!("a yield in a call that isn't asynchronous");
            store.epoch_deadline_callback(|_| Ok(UpdateDeadline::Yield(1)));
            run(&mut store, instance, "loop").unwrap_err();
        }
    });
}

#[test]
fn have_any_amount_of_fuel() {
    alone("hosts::have_any_amount_of_fuel", || {
        let mut store = Store::new(&Engine::default(), ());
        store.set_fuel(1).unwrap_err();
        store.get_fuel().unwrap_err();
        let engine = Engine::new(Config::new().consume_fuel(true)).unwrap();
        let mut store = Store::new(&engine, ());
        let instance = instantiate(&mut store, |mut caller: Caller<'_, ()>| {
            let fuel = caller.get_fuel().unwrap();
            for other in [0, u64::MAX, fuel] {
                caller.set_fuel(other).unwrap();
            }
        });
        for fuel in [0, 1, 2, 100, i64::MAX as u64, 1 << 63, u64::MAX] {
            println!("{fuel}");
            store.set_fuel(fuel).unwrap();
            assert_eq!(store.get_fuel().unwrap(), fuel);
            let called = run(&mut store, instance, "run");
            assert_eq!(called.is_ok(), fuel > 1, "{called:?}");
            assert!(store.get_fuel().unwrap() <= fuel);
        }
        store.set_fuel(1000).unwrap();
        let error = run(&mut store, instance, "loop").unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Trap::OutOfFuel));
    });
}
