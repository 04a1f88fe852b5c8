//! Calls that go back and forth between the host and WebAssembly.

use crate::guest::instantiate;
use libwasmtime::*;

/// A module whose `run` calls the host with its argument less one, until that is zero.
const PING: &str = r#"(module
    (import "" "" (func $pong (param i32) (result i32)))
    (func (export "ping") (param i32) (result i32)
        (if (result i32) (local.get 0)
            (then (i32.add (i32.const 1)
                (call $pong (i32.sub (local.get 0) (i32.const 1)))))
            (else (i32.const 0)))))"#;

/// Calls the caller's function `ping`, and records the depth.
fn pong(mut caller: Caller<'_, Vec<i32>>, x: i32) -> Result<i32> {
    caller.data_mut().push(x);
    let ping = caller.get_export("ping").and_then(Extern::into_func);
    let ping = ping.unwrap().typed::<i32, i32>(&caller)?;
    let result = ping.call(&mut caller, x);
    caller.data_mut().push(-x);
    result
}

fn ping(store: &mut Store<Vec<i32>>) -> TypedFunc<i32, i32> {
    let pong = Func::wrap(&mut *store, pong);
    let instance = instantiate(store, PING, &[pong.into()]);
    instance.get_typed_func(store, "ping").unwrap()
}

#[test]
fn back_and_forth() {
    let mut store = Store::new(&Engine::default(), Vec::new());
    let ping = ping(&mut store);
    assert_eq!(ping.call(&mut store, 3).unwrap(), 3);
    assert_eq!(store.data(), &[2, 1, 0, 0, -1, -2]);
    assert_eq!(ping.call(&mut store, 50).unwrap(), 50);
}

#[test]
fn endless_recursion_through_the_host_is_a_trap() {
    let mut store = Store::new(&Engine::default(), Vec::new());
    let ping = ping(&mut store);
    let error = ping.call(&mut store, -1).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::StackOverflow));
    // Every host function that was entered has returned.
    let (entered, left): (Vec<i32>, Vec<i32>) = store.data().iter().partition(|x| **x < 0);
    assert_eq!(entered.len(), left.len());
    assert_eq!(ping.call(&mut store, 3).unwrap(), 3);
}

#[test]
fn endless_recursion_in_webassembly_is_a_trap() {
    let mut store = Store::<()>::default();
    let instance = instantiate(
        &mut store,
        r#"(module (func $f (export "f") call $f) (func (export "ok")))"#,
        &[],
    );
    let f = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
    let ok = instance.get_typed_func::<(), ()>(&mut store, "ok").unwrap();
    for _ in 0..3 {
        let error = f.call(&mut store, ()).unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Trap::StackOverflow));
        ok.call(&mut store, ()).unwrap();
    }
}

#[test]
fn functions_made_by_functions() {
    let mut store = Store::new(&Engine::default(), 0);
    // Returns a function that adds, and calls it once itself.
    let adder = Func::wrap(
        &mut store,
        |mut caller: Caller<'_, i32>, by: i32| -> Result<Func> {
            let add = Func::wrap(&mut caller, move |mut caller: Caller<'_, i32>| {
                *caller.data_mut() += by;
                *caller.data()
            });
            add.call(&mut caller, &[], &mut [Val::I32(0)])?;
            Ok(add)
        },
    );
    let instance = instantiate(
        &mut store,
        r#"(module
            (type $t (func (result i32)))
            (import "" "" (func $adder (param i32) (result (ref func))))
            (table 1 funcref)
            (func (export "run") (param i32) (result i32)
                (table.set 0 (i32.const 0) (call $adder (local.get 0)))
                (drop (call_indirect (type $t) (i32.const 0)))
                (call_indirect (type $t) (i32.const 0))))"#,
        &[adder.into()],
    );
    let run = instance
        .get_typed_func::<i32, i32>(&mut store, "run")
        .unwrap();
    assert_eq!(run.call(&mut store, 5).unwrap(), 15);
    assert_eq!(run.call(&mut store, 100).unwrap(), 315);
}

#[test]
fn untyped_on_both_sides() {
    let mut store = Store::new(&Engine::default(), 0);
    let ty = FuncType::new(store.engine(), [ValType::I32], [ValType::I32]);
    let pong = Func::new(&mut store, ty, |mut caller, params, results| {
        *caller.data_mut() += 1;
        let ping = caller.get_export("ping").and_then(Extern::into_func);
        ping.unwrap().call(&mut caller, params, results)
    });
    let instance = instantiate(&mut store, PING, &[pong.into()]);
    let ping = instance.get_func(&mut store, "ping").unwrap();
    let mut results = [Val::I32(0)];
    ping.call(&mut store, &[Val::I32(20)], &mut results)
        .unwrap();
    assert_eq!(results[0].unwrap_i32(), 20);
    assert_eq!(*store.data(), 20);
}

#[test]
fn two_stores_call_each_other() {
    let engine = Engine::default();
    let mut inner = Store::new(&engine, 0);
    let count = Func::wrap(&mut inner, |mut caller: Caller<'_, i32>, fail: i32| {
        *caller.data_mut() += 1;
        ensure!(fail == 0, "the inner one failed");
        Ok(*caller.data())
    });
    let count = count.typed::<i32, i32>(&inner).unwrap();
    let inner = std::sync::Mutex::new(inner);

    let mut outer = Store::new(&engine, ());
    let host = Func::wrap(&mut outer, move |fail: i32| {
        count.call(&mut *inner.lock().unwrap(), fail)
    });
    let instance = instantiate(
        &mut outer,
        r#"(module (import "" "" (func $host (param i32) (result i32)))
            (func (export "f") (param i32) (result i32) (call $host (local.get 0))))"#,
        &[host.into()],
    );
    let f = instance
        .get_typed_func::<i32, i32>(&mut outer, "f")
        .unwrap();
    assert_eq!(f.call(&mut outer, 0).unwrap(), 1);
    let error = f.call(&mut outer, 1).unwrap_err();
    assert_eq!(error.root_cause().to_string(), "the inner one failed");
    assert_eq!(f.call(&mut outer, 0).unwrap(), 3);
}
