//! Panics of host functions, which resume where the host called.

use crate::guest::{Drops, instantiate, panic_of, panic_text};
use libwasmtime::*;
use std::any::Any;
use std::panic::panic_any;
use std::sync::atomic::{AtomicBool, Ordering};

/// The payload of the host's panics.
#[derive(Debug, PartialEq)]
struct Payload(i32);

const WAT: &str = r#"(module
    (import "" "" (func $host (param i32)))
    (func (export "run") (param i32) (call $host (local.get 0))))"#;

fn run<T>(store: &mut Store<T>, host: Func) -> TypedFunc<i32, ()> {
    instantiate(store, WAT, &[host.into()])
        .get_typed_func(store, "run")
        .unwrap()
}

fn payload(panic: Box<dyn Any + Send>) -> i32 {
    panic.downcast::<Payload>().expect("the same payload").0
}

/// Panics unless the number is zero.
fn panic_unless_zero(x: i32) {
    if x != 0 {
        panic_any(Payload(x));
    }
}

#[test]
fn payload_arrives_as_it_was() {
    let mut store = Store::<()>::default();
    let host = Func::wrap(&mut store, panic_unless_zero);
    let direct = host.typed::<i32, ()>(&store).unwrap();
    let run = run(&mut store, host);
    for f in [direct, run] {
        for x in [1, 2] {
            assert_eq!(payload(panic_of(|| f.call(&mut store, x))), x);
        }
        f.call(&mut store, 0).unwrap();
    }
    let untyped = *run.func();
    let panic = panic_of(|| untyped.call(&mut store, &[Val::I32(3)], &mut []));
    assert_eq!(payload(panic), 3);
}

#[test]
fn every_kind_of_host_function() {
    let mut store = Store::<()>::default();
    let ty = FuncType::new(store.engine(), [ValType::I32], []);
    let functions = [
        Func::wrap(&mut store, |_: Caller<'_, ()>, x: i32| panic_unless_zero(x)),
        Func::new(&mut store, ty.clone(), |_, params, _| {
            panic_unless_zero(params[0].unwrap_i32());
            Ok(())
        }),
        // SAFETY: the argument is an `i32`, and there is no result.
        unsafe {
            Func::new_unchecked(&mut store, ty, |_, values| {
                panic_unless_zero(values[0].assume_init_ref().get_i32());
                Ok(())
            })
        },
    ];
    for host in functions {
        let run = run(&mut store, host);
        assert_eq!(payload(panic_of(|| run.call(&mut store, 4))), 4);
        run.call(&mut store, 0).unwrap();
    }
}

#[test]
fn text_of_a_panic() {
    let mut store = Store::<()>::default();
    let host = Func::wrap(&mut store, |x: i32| assert_eq!(x, 0, "not zero"));
    let run = run(&mut store, host);
    let text = panic_text(|| run.call(&mut store, 1));
    assert!(text.contains("not zero"), "{text}");
}

#[test]
fn through_nested_frames() {
    let drops = Drops::default();
    let mut store = Store::<()>::default();
    let host = Func::wrap(&mut store, panic_unless_zero);
    let mut outermost = run(&mut store, host);
    for _ in 0..3 {
        let inner = outermost;
        let host = Func::wrap(&mut store, {
            let drops = drops.clone();
            move |caller: Caller<'_, ()>, x: i32| {
                let _unwound = drops.counted();
                inner.call(caller, x)
            }
        });
        outermost = run(&mut store, host);
    }
    assert_eq!(payload(panic_of(|| outermost.call(&mut store, 5))), 5);
    assert_eq!(drops.count(), 3);
    outermost.call(&mut store, 0).unwrap();
}

#[test]
fn caught_by_a_host_function_in_between() {
    let mut store = Store::<()>::default();
    let host = Func::wrap(&mut store, panic_unless_zero);
    let inner = run(&mut store, host);
    let catch = Func::wrap(&mut store, move |mut caller: Caller<'_, ()>, x: i32| {
        let x = payload(panic_of(|| inner.call(&mut caller, x)));
        ensure!(x < 10, "{x} is too much");
        Ok(())
    });
    let outer = run(&mut store, catch);
    outer.call(&mut store, 6).unwrap();
    let error = outer.call(&mut store, 11).unwrap_err();
    assert_eq!(error.root_cause().to_string(), "11 is too much");
    outer.call(&mut store, 7).unwrap();
}

#[test]
fn in_a_start_function() {
    let engine = Engine::default();
    let module = Module::new(
        &engine,
        r#"(module (import "" "host" (func $host (param i32)))
            (func $start (call $host (i32.const 8)))
            (start $start)
            (func (export "f")))"#,
    )
    .unwrap();
    let mut store = Store::new(&engine, ());
    let host = Func::wrap(&mut store, panic_unless_zero);
    let panic = panic_of(|| Instance::new(&mut store, &module, &[host.into()]));
    assert_eq!(payload(panic), 8);

    let mut linker = Linker::new(&engine);
    linker.func_wrap("", "host", panic_unless_zero).unwrap();
    let panic = panic_of(|| linker.instantiate(&mut store, &module));
    assert_eq!(payload(panic), 8);
    let pre = linker.instantiate_pre(&module).unwrap();
    let panic = panic_of(|| pre.instantiate(&mut store));
    assert_eq!(payload(panic), 8);

    // The store still works.
    let ok = Func::wrap(&mut store, |_: i32| ());
    let instance = Instance::new(&mut store, &module, &[ok.into()]).unwrap();
    let f = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
    f.call(&mut store, ()).unwrap();
}

/// Panics when it is dropped, the first time with a payload that does the same.
struct Explosive(Drops);

impl Drop for Explosive {
    fn drop(&mut self) {
        drop(self.0.counted());
        if self.0.count() < 5 {
            panic_any(Explosive(self.0.clone()));
        }
    }
}

#[test]
fn while_a_closure_is_dropped() {
    let drops = Drops::default();
    let mut store = Store::new(&Engine::default(), drops.counted());
    let explosive = Explosive(Drops::default());
    let count = explosive.0.clone();
    Func::wrap(&mut store, move || {
        let _ = &explosive;
    });
    drop(store);
    assert_eq!(drops.count(), 1);
    // The closure's value and the payload of its panic are dropped, but not the next payload.
    assert_eq!(count.count(), 2);
}

#[test]
fn while_the_data_is_dropped() {
    struct Data(#[allow(dead_code, reason = "only dropped")] crate::guest::Dropped);
    static ARMED: AtomicBool = AtomicBool::new(true);
    impl Drop for Data {
        fn drop(&mut self) {
            if ARMED.swap(false, Ordering::SeqCst) {
                panic!("while the data is dropped");
            }
        }
    }
    let drops = Drops::default();
    let mut store = Store::new(&Engine::default(), Data(drops.counted()));
    let counted = drops.counted();
    Func::wrap(&mut store, move || {
        let _ = &counted;
    });
    assert_eq!(panic_text(|| drop(store)), "while the data is dropped");
    assert_eq!(drops.count(), 2);
}

#[test]
fn pending_panic_does_not_outlive_its_call() {
    let mut store = Store::<()>::default();
    let host = Func::wrap(&mut store, panic_unless_zero);
    let run = run(&mut store, host);
    let trap = instantiate(
        &mut store,
        r#"(module (func (export "f") unreachable))"#,
        &[],
    );
    let trap = trap.get_typed_func::<(), ()>(&mut store, "f").unwrap();
    panic_of(|| run.call(&mut store, 1));
    let error = trap.call(&mut store, ()).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::UnreachableCodeReached));
}

#[test]
fn store_is_dropped_while_a_panic_unwinds() {
    let drops = Drops::default();
    let panic = panic_of(|| {
        let mut store = Store::new(&Engine::default(), drops.counted());
        let counted = drops.counted();
        let host = Func::wrap(&mut store, move |x: i32| {
            let _ = &counted;
            panic_unless_zero(x);
        });
        run(&mut store, host).call(&mut store, 9)
    });
    assert_eq!(payload(panic), 9);
    assert_eq!(drops.count(), 2);
}
