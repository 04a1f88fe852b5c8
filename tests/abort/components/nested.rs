//! Host functions of components that call other components, whose calls fail or are given up.

use crate::alone;
use libwasmtime::component::{Component, Instance, Linker, Resource, ResourceType};
use libwasmtime::{Engine, Result, Store, StoreContextMut, Trap, ensure};
use std::result::Result::{Err, Ok};

/// A component whose function `inner` lends a resource to the host, and `outer` calls it.
const GUEST: &str = r#"
    (component
        (import "thing" (type $thing (sub resource)))
        (import "new" (func $new (result (own $thing))))
        (import "see" (func $see (param "x" (borrow $thing))))
        (import "nest" (func $nest))
        (core func $new (canon lower (func $new)))
        (core func $see (canon lower (func $see)))
        (core func $nest (canon lower (func $nest)))
        (core func $drop (canon resource.drop $thing))
        (core module $m
            (import "" "new" (func $new (result i32)))
            (import "" "see" (func $see (param i32)))
            (import "" "nest" (func $nest))
            (import "" "drop" (func $drop (param i32)))
            (func (export "inner") (call $see (call $new)))
            (func (export "trap") unreachable)
            (func (export "drop") (call $drop (call $new)))
            (func (export "outer") (call $nest)))
        (core instance $i (instantiate $m (with "" (instance
            (export "new" (func $new))
            (export "see" (func $see))
            (export "nest" (func $nest))
            (export "drop" (func $drop))))))
        (func (export "inner") (canon lift (core func $i "inner")))
        (func (export "trap") (canon lift (core func $i "trap")))
        (func (export "drop") (canon lift (core func $i "drop")))
        (func (export "outer") (canon lift (core func $i "outer"))))
"#;

struct Thing;

/// What the host does, and the instance that it calls.
#[derive(Default)]
struct Host {
    inner: Option<Instance>,
    calls: &'static str,
    see_fails: bool,
    see_refuses: bool,
    drop_nests: bool,
    seen: Vec<String>,
}

type Caller<'a> = StoreContextMut<'a, Host>;

/// Calls the other instance, and goes on whatever comes of that.
fn nest(mut store: Caller<'_>) -> Result<()> {
    let (instance, name) = (store.data().inner.unwrap(), store.data().calls);
    let func = instance.get_typed_func::<(), ()>(&mut store, name)?;
    let outcome = match func.call(&mut store, ()) {
        Ok(()) => "it succeeds".to_owned(),
        Err(error) => format!("{error:#}"),
    };
    store.data_mut().seen.push(outcome);
    Ok(())
}

fn linker(engine: &Engine) -> Linker<Host> {
    let mut linker = Linker::new(engine);
    let mut root = linker.root();
    let destructor = |store: Caller<'_>, _| match store.data().drop_nests {
        true => nest(store),
        false => Ok(()),
    };
    root.resource("thing", ResourceType::host::<Thing>(), destructor)
        .unwrap();
    root.func_wrap("new", |_, ()| Ok((Resource::<Thing>::new_own(1),)))
        .unwrap();
    root.func_wrap("see", |store: Caller<'_>, (_,): (Resource<Thing>,)| {
        let host = store.data();
        if host.see_refuses {
            return Err(Trap::CannotEnterComponent.into());
        }
        ensure!(!host.see_fails, "the host fails");
        Ok(())
    })
    .unwrap();
    root.func_wrap("nest", |store: Caller<'_>, ()| nest(store))
        .unwrap();
    linker
}

/// Creates two instances, and calls a function of the second.
fn call(host: Host, name: &str) -> (Host, Result<()>) {
    let engine = Engine::default();
    let component = Component::new(&engine, GUEST).unwrap();
    let pre = linker(&engine).instantiate_pre(&component).unwrap();
    let mut store = Store::new(&engine, host);
    store.data_mut().inner = Some(pre.instantiate(&mut store).unwrap());
    let instance = pre.instantiate(&mut store).unwrap();
    let func = instance.get_typed_func::<(), ()>(&mut store, name).unwrap();
    let outcome = func.call(&mut store, ());
    (store.into_data(), outcome)
}

#[track_caller]
fn assert_gives_up(outcome: Result<()>) {
    let error = format!("{:#}", outcome.unwrap_err());
    assert!(error.contains("can't go on"), "{error}");
}

/// Calls a function whose host function goes on after a nested call has failed.
#[track_caller]
fn assert_call_gives_up(host: Host, name: &str) {
    let (host, outcome) = call(host, name);
    assert_eq!(host.seen.len(), 1);
    assert_gives_up(outcome);
}

/// What the host has when the nested call fails: in the host, in the guest, and with an error that
/// looks like one of libwasmtime's.
fn failures() -> [Host; 3] {
    let inner = || Host {
        calls: "inner",
        ..Host::default()
    };
    [
        Host {
            see_fails: true,
            ..inner()
        },
        Host {
            calls: "trap",
            ..inner()
        },
        Host {
            see_refuses: true,
            ..inner()
        },
    ]
}

#[test]
fn fail() {
    alone("components::nested::fail", || {
        for host in failures() {
            assert_call_gives_up(host, "outer");
        }
        // A call that succeeds changes nothing.
        let host = Host {
            calls: "inner",
            ..Host::default()
        };
        let (host, outcome) = call(host, "outer");
        assert_eq!(host.seen, ["it succeeds"]);
        outcome.unwrap();
    });
}

/// The same in a destructor.
#[test]
fn fail_in_a_destructor() {
    alone("components::nested::fail_in_a_destructor", || {
        for host in failures() {
            let drop_nests = true;
            assert_call_gives_up(Host { drop_nests, ..host }, "drop");
        }
    });
}

/// An instance that can't be created, whose start function traps.
#[test]
fn fail_to_instantiate() {
    alone("components::nested::fail_to_instantiate", || {
        const TRAPS: &str = r#"(component
            (core module $m (func $f unreachable) (start $f))
            (core instance (instantiate $m)))"#;
        let engine = Engine::default();
        let traps = Component::new(&engine, TRAPS).unwrap();
        let component = Component::new(&engine, GUEST).unwrap();
        let mut linker = linker(&engine);
        linker.allow_shadowing(true);
        let empty = Linker::<Host>::new(&engine).instantiate_pre(&traps);
        let empty = empty.unwrap();
        linker
            .root()
            .func_wrap("nest", move |store: Caller<'_>, ()| {
                assert!(empty.instantiate(store).is_err());
                Ok(())
            })
            .unwrap();
        let mut store = Store::new(&engine, Host::default());
        let instance = linker.instantiate(&mut store, &component).unwrap();
        let outer = instance
            .get_typed_func::<(), ()>(&mut store, "outer")
            .unwrap();
        assert_gives_up(outer.call(&mut store, ()));
    });
}

#[test]
#[cfg(feature = "component-model-async")]
fn are_given_up() {
    use std::future::pending;
    use std::mem;
    use std::task::{Context, Waker};

    alone("components::nested::are_given_up", || {
        for forget in [false, true] {
            let engine = Engine::default();
            let component = Component::new(&engine, GUEST).unwrap();
            let mut linker = linker(&engine);
            linker.allow_shadowing(true);
            let mut root = linker.root();
            root.func_wrap_async("see", |_: Caller<'_>, (_,): (Resource<Thing>,)| {
                Box::new(pending::<Result<()>>())
            })
            .unwrap();
            root.func_wrap_async("nest", move |mut store: Caller<'_>, ()| {
                Box::new(async move {
                    let inner = store.data().inner.unwrap();
                    let inner = inner.get_typed_func::<(), ()>(&mut store, "inner")?;
                    let mut call = Box::pin(inner.call_async(&mut store, ()));
                    let mut task = Context::from_waker(Waker::noop());
                    assert!(call.as_mut().poll(&mut task).is_pending());
                    if forget {
                        mem::forget(call);
                    }
                    Ok(())
                })
            })
            .unwrap();
            let mut store = Store::new(&engine, Host::default());
            let outcome = futures::executor::block_on(async {
                let inner = linker.instantiate_async(&mut store, &component).await?;
                store.data_mut().inner = Some(inner);
                let instance = linker.instantiate_async(&mut store, &component).await?;
                let outer = instance.get_typed_func::<(), ()>(&mut store, "outer")?;
                outer.call_async(&mut store, ()).await
            });
            assert_gives_up(outcome);
        }
    });
}
