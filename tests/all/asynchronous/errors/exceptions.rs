//! Exceptions on their way through asynchronous calls and host functions.

use super::LATE;
use crate::asynchronous::waiting::pend;
use crate::errors::messages;
use crate::guest::Drops;
use libwasmtime::error::Context;
use libwasmtime::*;
use smol::future::block_on;

const WAT: &str = r#"(module
    (import "" "" (func $host))
    (tag $tag (export "tag") (param i32 externref))
    (func (export "throw") (param i32 externref) (throw $tag (local.get 0) (local.get 1)))
    (func (export "rethrow") (param exnref) (throw_ref (local.get 0)))
    (func (export "host") (call $host))
    (func (export "catch") (result i32)
        (block $caught (result i32 externref)
            (try_table (catch $tag $caught) (call $host))
            (return (i32.const -1)))
        (drop))
    (func (export "catch_and_rethrow")
        (block $caught (result exnref)
            (try_table (catch_all_ref $caught) (call $host))
            (return))
        (throw_ref)))"#;

fn engine() -> Engine {
    let mut config = Config::new();
    config.wasm_gc(true).wasm_exceptions(true);
    Engine::new(&config).unwrap()
}

/// Throws the tag that the caller exports, with these values.
fn throw(caller: &mut Caller<'_, ()>, values: &[Val]) -> Result<()> {
    let tag = caller.get_export("tag").and_then(Extern::into_tag);
    let tag = tag.context("the tag is exported")?;
    let ty = ExnType::from_tag_type(&tag.ty(&*caller))?;
    let pre = ExnRefPre::new(&mut *caller, ty);
    let exception = ExnRef::new(&mut *caller, &pre, &tag, values)?;
    let thrown = caller.as_context_mut().throw(exception);
    assert!(caller.as_context_mut().has_pending_exception());
    thrown
}

/// Returns a host function that throws an exception with the number 7.
fn thrower(store: &mut Store<()>, late: usize) -> Func {
    Func::wrap_async(store, move |mut caller, ()| {
        Box::new(async move {
            pend(late).await;
            let values = [Val::I32(7), Val::null_extern_ref()];
            throw(&mut caller, &values)
        })
    })
}

async fn with_host(store: &mut Store<()>, host: Func) -> Instance {
    let module = Module::new(store.engine(), WAT).unwrap();
    let instance = Instance::new_async(store, &module, &[host.into()]).await;
    instance.unwrap()
}

/// Takes the pending exception, and returns its number.
#[track_caller]
fn take(store: &mut Store<()>) -> i32 {
    let exception = store.take_pending_exception().expect("one is pending");
    assert!(!store.has_pending_exception());
    exception.field(store, 0).unwrap().unwrap_i32()
}

/// Code throws, a host function throws, and code throws again what it has caught.
#[test]
fn an_uncaught_exception_is_that_of_a_synchronous_call() {
    let engine = engine();
    let module = Module::new(&engine, WAT).unwrap();
    let mut store = Store::new(&engine, ());
    let host = Func::wrap(&mut store, |mut caller: Caller<'_, ()>| {
        throw(&mut caller, &[Val::I32(7), Val::null_extern_ref()])
    });
    let instance = Instance::new(&mut store, &module, &[host.into()]).unwrap();
    let arguments = [Val::I32(7), Val::null_extern_ref()];
    let calls = [
        ("throw", &arguments[..]),
        ("host", &[]),
        ("catch_and_rethrow", &[]),
    ];
    let expected = calls.map(|(name, arguments)| {
        let f = instance.get_func(&mut store, name).unwrap();
        let error = f.call(&mut store, arguments, &mut []).unwrap_err();
        assert_eq!(take(&mut store), 7);
        messages(&error)
    });
    for late in LATE {
        let mut store = Store::new(&engine, ());
        let host = thrower(&mut store, late);
        let instance = block_on(with_host(&mut store, host));
        for ((name, arguments), expected) in calls.iter().zip(&expected) {
            let f = instance.get_func(&mut store, name).unwrap();
            let call = f.call_async(&mut store, arguments, &mut []);
            let error = block_on(call).unwrap_err();
            assert!(error.is::<ThrownException>() && error.is::<WasmBacktrace>());
            assert!(!error.is::<Trap>());
            assert_eq!(messages(&error), *expected);
            assert_eq!(take(&mut store), 7, "{name}");
        }
    }
}

/// The exception that left a call goes back into WebAssembly, and out again.
#[test]
fn an_exception_is_thrown_again() {
    let drops = Drops::default();
    let mut store = Store::new(&engine(), ());
    let host = thrower(&mut store, 1);
    let instance = block_on(with_host(&mut store, host));
    let rethrow = instance.get_func(&mut store, "rethrow").unwrap();
    {
        let mut scope = RootScope::new(&mut store);
        let data = ExternRef::new(&mut scope, drops.counted()).unwrap();
        let throw = instance.get_func(&mut scope, "throw").unwrap();
        let arguments = [Val::I32(4), data.into()];
        let error = block_on(throw.call_async(&mut scope, &arguments, &mut [])).unwrap_err();
        assert!(error.is::<ThrownException>());
    }
    for _ in 0..3 {
        let mut scope = RootScope::new(&mut store);
        scope.as_context_mut().gc(None).unwrap();
        let exception = scope.as_context_mut().take_pending_exception().unwrap();
        let field = exception.field(&mut scope, 1).unwrap();
        let data = field.unwrap_externref().unwrap().data(&scope);
        assert!(data.unwrap().is_some());
        let arguments = [exception.into()];
        let error = block_on(rethrow.call_async(&mut scope, &arguments, &mut [])).unwrap_err();
        assert!(error.is::<ThrownException>());
    }
    {
        let mut scope = RootScope::new(&mut store);
        scope.as_context_mut().take_pending_exception().unwrap();
    }
    assert_eq!(drops.count(), 0);
    store.gc(None).unwrap();
    assert_eq!(drops.count(), crate::collector::freed(1));
    drop(store);
    assert_eq!(drops.count(), 1);
}

#[test]
fn code_catches_what_a_host_function_throws() {
    for late in LATE {
        let mut store = Store::new(&engine(), ());
        let host = thrower(&mut store, late);
        let instance = block_on(with_host(&mut store, host));
        let catch = instance
            .get_typed_func::<(), i32>(&mut store, "catch")
            .unwrap();
        for _ in 0..3 {
            assert_eq!(block_on(catch.call_async(&mut store, ())).unwrap(), 7);
            assert!(!store.has_pending_exception());
        }
    }
}

/// Host functions of both kinds return the error of their call, with context, to code that
/// catches the exception.
#[test]
fn an_exception_passes_through_host_functions() {
    let mut store = Store::new(&engine(), ());
    let host = thrower(&mut store, 1);
    let inner = block_on(with_host(&mut store, host));
    let throw = inner.get_func(&mut store, "throw").unwrap();
    let arguments = [Val::I32(9), Val::null_extern_ref()];
    let asynchronous = Func::wrap_async(&mut store, move |mut caller: Caller<'_, ()>, ()| {
        Box::new(async move {
            pend(1).await;
            let call = throw.call_async(&mut caller, &arguments, &mut []);
            let thrown = call.await.context("in the host function");
            // The exception stays with its store while the host function waits.
            pend(2).await;
            assert!(caller.as_context_mut().has_pending_exception());
            thrown
        })
    });
    let synchronous = Func::wrap(&mut store, move |caller: Caller<'_, ()>| {
        let call = throw.call_async(caller, &arguments, &mut []);
        block_on(call).context("in the host function")
    });
    let module = r#"(module
        (import "" "" (func $host))
        (import "" "tag" (tag $tag (param i32 externref)))
        (func (export "catch") (result i32)
            (block $caught (result i32 externref)
                (try_table (catch $tag $caught) (call $host))
                (return (i32.const -1)))
            (drop)))"#;
    let module = Module::new(store.engine(), module).unwrap();
    let tag = inner.get_tag(&mut store, "tag").unwrap();
    for host in [asynchronous, synchronous] {
        let imports = [host.into(), tag.into()];
        let outer = block_on(Instance::new_async(&mut store, &module, &imports)).unwrap();
        let catch = outer
            .get_typed_func::<(), i32>(&mut store, "catch")
            .unwrap();
        for _ in 0..3 {
            assert_eq!(block_on(catch.call_async(&mut store, ())).unwrap(), 9);
            assert!(!store.has_pending_exception());
        }
    }
}

/// A call that is dropped after its host function has set an exception, and before it has
/// returned the error, leaves the exception pending. Another call isn't affected by it.
#[test]
fn an_exception_of_a_call_that_is_dropped() {
    let mut store = Store::new(&engine(), ());
    let host = Func::wrap_async(&mut store, |mut caller: Caller<'_, ()>, ()| {
        Box::new(async move {
            let thrown = throw(&mut caller, &[Val::I32(3), Val::null_extern_ref()]);
            pend(1).await;
            thrown
        })
    });
    let instance = block_on(with_host(&mut store, host));
    let catch = instance
        .get_typed_func::<(), i32>(&mut store, "catch")
        .unwrap();
    for _ in 0..3 {
        let mut call = Box::pin(catch.call_async(&mut store, ()));
        assert!(block_on(smol::future::poll_once(&mut call)).is_none());
        drop(call);
        assert_eq!(take(&mut store), 3);
        let mut call = Box::pin(catch.call_async(&mut store, ()));
        assert!(block_on(smol::future::poll_once(&mut call)).is_none());
        drop(call);
        assert_eq!(block_on(catch.call_async(&mut store, ())).unwrap(), 3);
        assert!(!store.has_pending_exception());
    }
}

/// The error without an exception can't be caught, nor can another error while one is pending.
#[test]
fn errors_are_not_exceptions() {
    let mut store = Store::new(&engine(), ());
    let host = Func::wrap_async(&mut store, |_, ()| {
        Box::new(async move {
            pend(1).await;
            Err::<(), _>(ThrownException.into())
        })
    });
    let instance = block_on(with_host(&mut store, host));
    let catch = instance
        .get_typed_func::<(), i32>(&mut store, "catch")
        .unwrap();
    let error = block_on(catch.call_async(&mut store, ())).unwrap_err();
    assert!(error.is::<ThrownException>());
    assert!(!store.has_pending_exception());

    let host = Func::wrap_async(&mut store, |mut caller: Caller<'_, ()>, ()| {
        Box::new(async move {
            throw(&mut caller, &[Val::I32(3), Val::null_extern_ref()]).unwrap_err();
            pend(1).await;
            Err::<(), _>(format_err!("another"))
        })
    });
    let instance = block_on(with_host(&mut store, host));
    let catch = instance
        .get_typed_func::<(), i32>(&mut store, "catch")
        .unwrap();
    let error = block_on(catch.call_async(&mut store, ())).unwrap_err();
    assert_eq!(error.root_cause().to_string(), "another");
    assert!(!error.is::<ThrownException>());
    assert_eq!(take(&mut store), 3);
}
