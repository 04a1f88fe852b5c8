//! Linkers whose definitions, traps and interfaces of WASI get in each other's way.

use crate::alone;
use libwasmtime::component::{Component, Linker};
use libwasmtime::{Engine, Store};
#[cfg(feature = "wasi")]
use libwasmtime::{Module, wasi::p2};

/// A component that calls a function of WASI.
#[cfg(feature = "wasi")]
fn environment(engine: &Engine, version: &str) -> Component {
    let text = format!(
        r#"(component
            (import "wasi:cli/environment@{version}" (instance $environment
                (export "initial-cwd" (func (result (option string))))))
            (core module $memory
                (memory (export "memory") 1)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
            (core instance $memory (instantiate $memory))
            (core func $f (canon lower (func $environment "initial-cwd")
                (memory (core memory $memory "memory"))
                (realloc (core func $memory "realloc"))))
            (core module $m
                (import "" "f" (func $f (param i32)))
                (func (export "run") (call $f (i32.const 16))))
            (core instance $i (instantiate $m (with "" (instance (export "f" (func $f))))))
            (func (export "run") (canon lift (core func $i "run"))))"#
    );
    Component::new(engine, text).unwrap()
}

/// Calls the component's function in a store without a context, if it can be instantiated.
fn run(linker: &Linker<()>, component: &Component) {
    let mut store = Store::new(component.engine(), ());
    if let Ok(instance) = linker.instantiate(&mut store, component) {
        let run = instance
            .get_typed_func::<(), ()>(&mut store, "run")
            .unwrap();
        _ = run.call(&mut store, ());
    }
}

#[test]
#[cfg(feature = "wasi")]
fn with_traps_and_wasi() {
    alone("components::linkers::with_traps_and_wasi", || {
        let engine = Engine::default();
        let component = environment(&engine, "0.2.12");
        // The interface isn't in this part of WASI.
        let mut linker = Linker::new(&engine);
        p2::add_to_linker_proxy_interfaces_sync(&mut linker).unwrap();
        assert!(linker.instantiate_pre(&component).is_err());
        linker.define_unknown_imports_as_traps(&component).unwrap();
        run(&linker, &component);
        // Traps come first.
        let mut linker = Linker::new(&engine);
        linker.define_unknown_imports_as_traps(&component).unwrap();
        run(&linker, &component);
        _ = p2::add_to_linker_sync(&mut linker);
        run(&linker, &component);
        // Only a part is defined before something is defined twice.
        let mut linker = Linker::new(&engine);
        let mut exit = linker.instance("wasi:cli/exit@0.2.12").unwrap();
        exit.func_wrap("exit", |_, (): ()| Ok(())).unwrap();
        assert!(p2::add_to_linker_sync(&mut linker).is_err());
        run(&linker, &component);
        linker.define_unknown_imports_as_traps(&component).unwrap();
        run(&linker, &component);
        // An instance is replaced by something else, and that by an instance.
        let mut linker = Linker::new(&engine);
        linker.allow_shadowing(true);
        p2::add_to_linker_sync(&mut linker).unwrap();
        let module = Module::new(&engine, "(module)").unwrap();
        let name = "wasi:cli/environment@0.2.12";
        linker.root().module(name, &module).unwrap();
        run(&linker, &component);
        linker.instance(name).unwrap();
        run(&linker, &component);
        linker.define_unknown_imports_as_traps(&component).unwrap();
        run(&linker, &component);
    });
}

/// What looks like a version, but isn't one, fits nothing else.
#[test]
#[cfg(feature = "wasi")]
fn with_names_that_are_no_versions() {
    alone(
        "components::linkers::with_names_that_are_no_versions",
        || {
            let engine = Engine::default();
            let component = environment(&engine, "0.2.6");
            for version in ["0.2.013", "0.2.12+a_b", "0.2.12+", "0.2.13+a", "0.2.13-a"] {
                let mut linker = Linker::new(&engine);
                p2::add_to_linker_sync(&mut linker).unwrap();
                let name = format!("wasi:cli/environment@{version}");
                let mut instance = linker.instance(&name).unwrap();
                instance
                    .func_wrap("initial-cwd", |_, (): ()| Ok((None::<String>,)))
                    .unwrap();
                run(&linker, &component);
            }
        },
    );
}

/// A function that is defined for a later version is found instead of a trap.
#[test]
fn with_streams_and_traps() {
    alone("components::linkers::with_streams_and_traps", || {
        let engine = Engine::default();
        let text = r#"(component
            (type $s (stream u8))
            (import "a:b/c@1.0.0" (func $take (param "x" $s)))
            (core func $new (canon stream.new $s))
            (core func $take' (canon lower (func $take)))
            (core module $m
                (import "" "new" (func $new (result i64)))
                (import "" "take" (func $take (param i32)))
                (func (export "run") (call $take (i32.wrap_i64 (call $new)))))
            (core instance $i (instantiate $m (with "" (instance
                (export "new" (func $new)) (export "take" (func $take'))))))
            (func (export "run") (canon lift (core func $i "run"))))"#;
        // A library may lack what such a component needs.
        let Ok(component) = Component::new(&engine, text) else {
            return;
        };
        let mut linker = Linker::new(&engine);
        linker.define_unknown_imports_as_traps(&component).unwrap();
        run(&linker, &component);
        let mut root = linker.root();
        root.func_new("a:b/c@1.0.5", |_, _, _, _| Ok(())).unwrap();
        assert!(linker.instantiate_pre(&component).is_err());
        run(&linker, &component);
    });
}
