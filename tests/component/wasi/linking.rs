//! What is defined, what a store needs, and what replaces what.

use super::{command, run_of};
use crate::assert_error;
use libwasmtime::component::{Component, Linker, ResourceAny, ResourceTable, Val};
use libwasmtime::wasi::{MemoryOutputPipe, WasiCtxBuilder, p2};
use libwasmtime::{Engine, Store};

fn linker<T: 'static>(engine: &Engine) -> Linker<T> {
    let mut linker = Linker::new(engine);
    p2::add_to_linker_sync(&mut linker).unwrap();
    linker
}

/// A component that imports an interface, and calls its function `get-random-u64`.
const RANDOM: &str = r#"
    (component
        (import "wasi:random/random@0.2.0" (instance $random
            (export "get-random-u64" (func (result u64)))))
        (core func $get (canon lower (func $random "get-random-u64")))
        (core module $m
            (import "" "get" (func $get (result i64)))
            (func (export "get") (result i64) (call $get)))
        (core instance $i (instantiate $m (with "" (instance (export "get" (func $get))))))
        (func (export "get") (result u64) (canon lift (core func $i "get"))))
"#;

fn random<T: 'static>(store: &mut Store<T>, linker: &Linker<T>) -> libwasmtime::Result<u64> {
    let component = Component::new(store.engine(), RANDOM)?;
    let instance = linker.instantiate(&mut *store, &component)?;
    let get = instance.get_typed_func::<(), (u64,)>(&mut *store, "get")?;
    Ok(get.call(store, ())?.0)
}

#[test]
fn a_store_needs_a_context() {
    let (engine, component) = command();
    let linker = linker(engine);
    let pre = linker.instantiate_pre(component).unwrap();
    let mut store = Store::new(engine, ());
    assert_error(pre.instantiate(&mut store), "`Store::set_wasi`");
    store.set_wasi(WasiCtxBuilder::new().build()).unwrap();
    pre.instantiate(&mut store).unwrap();
    // What doesn't import functions of WASI needs none.
    let mut store = Store::new(engine, ());
    let component = Component::new(engine, "(component)").unwrap();
    linker.instantiate(&mut store, &component).unwrap();
}

#[test]
fn names_are_defined_once() {
    let engine = Engine::default();
    let mut linker = linker::<()>(&engine);
    assert_error(p2::add_to_linker_sync(&mut linker), "defined twice");
    let mut instance = linker.instance("wasi:random/random@0.2.12").unwrap();
    let again = instance.func_wrap("get-random-u64", |_, (): ()| Ok((4u64,)));
    assert_error(again, "`get-random-u64` defined twice");
    linker.allow_shadowing(true);
    p2::add_to_linker_sync(&mut linker).unwrap();
}

#[test]
fn a_program_replaces_functions() {
    let engine = Engine::default();
    let mut linker = linker::<()>(&engine);
    linker.allow_shadowing(true);
    linker
        .instance("wasi:random/random@0.2.12")
        .unwrap()
        .func_wrap("get-random-u64", |_, (): ()| Ok((4u64,)))
        .unwrap();
    // All that is left of WASI for the component is its own.
    let mut store = Store::new(&engine, ());
    assert_eq!(random(&mut store, &linker).unwrap(), 4);
    // WASI replaces it again.
    let copy = linker.clone();
    p2::add_to_linker_sync(&mut linker).unwrap();
    assert_error(random(&mut store, &linker), "`Store::set_wasi`");
    store.set_wasi(WasiCtxBuilder::new().build()).unwrap();
    assert_ne!(random(&mut store, &linker).unwrap(), 4);
    assert_eq!(random(&mut store, &copy).unwrap(), 4);
}

/// A trap is of exactly the version that is imported, and so replaces a compatible one.
#[test]
fn the_rest_traps() {
    let engine = Engine::default();
    let text = RANDOM.replace("@0.2.0", "@0.2.12").replace(
        "(component\n",
        r#"(component (import "else" (func)) (import "wasi:unknown/x" (instance (export "y" (func))))"#,
    );
    let component = Component::new(&engine, &text).unwrap();
    let mut linker = linker::<()>(&engine);
    assert_error(linker.instantiate_pre(&component), "`else`");
    linker.define_unknown_imports_as_traps(&component).unwrap();
    let mut store = Store::new(&engine, ());
    store.set_wasi(WasiCtxBuilder::new().build()).unwrap();
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let get = instance
        .get_typed_func::<(), (u64,)>(&mut store, "get")
        .unwrap();
    get.call(&mut store, ()).unwrap();
}

/// libwasmtime compares the types of WASI's functions when it instantiates a component.
#[test]
fn types_are_compared() {
    let engine = Engine::default();
    let text = RANDOM.replace("u64)", "s64)");
    let component = Component::new(&engine, text).unwrap();
    let pre = linker::<()>(&engine).instantiate_pre(&component).unwrap();
    let mut store = Store::new(&engine, ());
    store.set_wasi(WasiCtxBuilder::new().build()).unwrap();
    assert_error(pre.instantiate(&mut store), "expected `u64` found `s64`");
}

#[test]
fn a_context_is_replaced() {
    let (engine, component) = command();
    let linker = linker(engine);
    let mut store = Store::new(engine, ());
    for text in ["A=1", "B=2"] {
        let (name, value) = text.split_once('=').unwrap();
        let stderr = MemoryOutputPipe::new(64);
        let wasi = WasiCtxBuilder::new()
            .args(&["program", "environment"])
            .env(name, value)
            .stderr(stderr.clone())
            .build();
        store.set_wasi(wasi).unwrap();
        let instance = linker.instantiate(&mut store, component).unwrap();
        run_of(&mut store, &instance)
            .call(&mut store, ())
            .unwrap()
            .0
            .unwrap();
        assert!(stderr.contents().starts_with(text.as_bytes()));
    }
}

/// A component that gets a stream and a pollable from WASI, and passes them to the host and back.
const STREAMS: &str = r#"
    (component
        (import "wasi:io/poll@0.2.0" (instance $poll
            (export "pollable" (type $pollable (sub resource)))
            (export "[method]pollable.ready"
                (func (param "self" (borrow $pollable)) (result bool)))))
        (alias export $poll "pollable" (type $pollable))
        (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
            (alias outer 1 $pollable (type $pollable'))
            (export "pollable" (type $pollable (eq $pollable')))
            (export "subscribe-duration"
                (func (param "when" u64) (result (own $pollable))))))
        (import "look" (func $look (param "x" (borrow $pollable))))
        (core func $subscribe (canon lower (func $clock "subscribe-duration")))
        (core func $ready (canon lower (func $poll "[method]pollable.ready")))
        (core func $look (canon lower (func $look)))
        (core module $m
            (import "" "subscribe" (func $subscribe (param i64) (result i32)))
            (import "" "look" (func $look (param i32)))
            (import "" "ready" (func $ready (param i32) (result i32)))
            (func (export "subscribe") (param i64) (result i32) (local $p i32)
                (local.set $p (call $subscribe (local.get 0)))
                (call $look (local.get $p))
                (local.get $p))
            (func (export "ready") (param i32) (result i32)
                (call $ready (local.get 0))))
        (core instance $i (instantiate $m (with "" (instance
            (export "subscribe" (func $subscribe))
            (export "look" (func $look))
            (export "ready" (func $ready))))))
        (func (export "subscribe") (param "when" u64) (result (own $pollable))
            (canon lift (core func $i "subscribe")))
        (func (export "ready") (param "x" (own $pollable)) (result bool)
            (canon lift (core func $i "ready"))))
"#;

#[test]
fn resources_pass_through_the_host() {
    let engine = Engine::default();
    let component = Component::new(&engine, STREAMS).unwrap();
    let mut linker = linker::<Vec<String>>(&engine);
    linker
        .root()
        .func_new("look", |mut store, _, params, _| {
            let [Val::Resource(resource)] = params else {
                panic!("expected a resource, found {params:?}");
            };
            let error = resource.try_into_resource::<ResourceTable>(&mut store);
            store.data_mut().push(format!("{}", error.unwrap_err()));
            resource.resource_drop(store)
        })
        .unwrap();
    let mut store = Store::new(&engine, Vec::new());
    store.set_wasi(WasiCtxBuilder::new().build()).unwrap();
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let subscribe = instance
        .get_typed_func::<(u64,), (ResourceAny,)>(&mut store, "subscribe")
        .unwrap();
    let ready = instance
        .get_typed_func::<(ResourceAny,), (bool,)>(&mut store, "ready")
        .unwrap();
    // Each is a time in nanoseconds that the guest chooses.
    for (when, expected) in [(u64::MAX, false), (u64::MAX / 2, false), (1 << 60, false)] {
        let (pollable,) = subscribe.call(&mut store, (when,)).unwrap();
        assert_eq!(ready.call(&mut store, (pollable,)).unwrap(), (expected,));
    }
    let (pollable,) = subscribe.call(&mut store, (0,)).unwrap();
    pollable.resource_drop(&mut store).unwrap();
    assert_error(ready.call(&mut store, (pollable,)), "");
    assert_eq!(store.data().len(), 4);
    // What was made with a context that is replaced is no longer there.
    let (pollable,) = subscribe.call(&mut store, (0,)).unwrap();
    store.set_wasi(WasiCtxBuilder::new().build()).unwrap();
    assert_error(ready.call(&mut store, (pollable,)), "");
}
