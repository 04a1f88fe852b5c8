//! Components: what libwasmtime's own functions for them would end the process for.

mod linkers;
mod nested;

use crate::{alone, assert_panics};
use libwasmtime::component::{
    Component, Func, Instance, Linker, Resource, ResourceAny, ResourceType, Val,
};
use libwasmtime::{Engine, Error, Result, Store, StoreContextMut};
use std::result::Result::{Err, Ok};

/// A component with a function for each type of values, and resources.
const GUEST: &str = r#"
    (component
        (core module $m
            (memory (export "memory") 1)
            (global $next (mut i32) (i32.const 1024))
            (func (export "realloc") (param i32 i32 i32 i32) (result i32)
                (local $at i32)
                (local.set $at (i32.and
                    (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
                (global.set $next (i32.add (local.get $at) (local.get 3)))
                (local.get $at))
            (func (export "number") (param i32) (result i32) (local.get 0))
            (func (export "take") (param i32 i32))
            (func (export "drop") (param i32)))
        (core instance $i (instantiate $m))
        (func (export "number") (param "x" u32) (result u32) (canon lift (core func $i "number")))
        (func (export "character") (param "x" char) (result char)
            (canon lift (core func $i "number")))
        (func (export "text") (param "x" string)
            (canon lift (core func $i "take")
                (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
        (func (export "list") (param "x" (list u8))
            (canon lift (core func $i "take")
                (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
        (type $thing (resource (rep i32)))
        (core func $new (canon resource.new $thing))
        (core module $n
            (import "" "new" (func $new (param i32) (result i32)))
            (func (export "make") (result i32) (call $new (i32.const 7)))
            (func (export "take") (param i32)))
        (core instance $j (instantiate $n (with "" (instance (export "new" (func $new))))))
        (export $exported "thing" (type $thing))
        (func (export "make") (result (own $exported)) (canon lift (core func $j "make")))
        (func (export "consume") (param "x" (own $exported))
            (canon lift (core func $j "take"))))
"#;

fn guest<T: 'static>(store: &mut Store<T>) -> Instance {
    let component = Component::new(store.engine(), GUEST).unwrap();
    Linker::new(store.engine())
        .instantiate(store, &component)
        .unwrap()
}

fn call(store: &mut Store<()>, func: Func, params: &[Val], results: usize) -> Result<Vec<Val>> {
    let mut results = vec![Val::Bool(true); results];
    func.call(store, params, &mut results)?;
    Ok(results)
}

#[test]
fn of_another_store() {
    alone("components::of_another_store", || {
        let engine = Engine::default();
        let mut other = Store::new(&engine, ());
        let foreign = guest(&mut other);
        let func = foreign.get_func(&mut other, "number").unwrap();
        let make = foreign.get_typed_func::<(), (ResourceAny,)>(&mut other, "make");
        let (resource,) = make.unwrap().call(&mut other, ()).unwrap();
        for has_instance in [false, true] {
            let mut store = Store::new(&engine, ());
            if has_instance {
                guest(&mut store);
            }
            assert_panics("get_func", || {
                _ = foreign.get_func(&mut store, "number");
            });
            assert_panics("ty", || drop(func.ty(&store)));
            assert_panics("call", || {
                drop(call(&mut store, func, &[Val::U32(1)], 1));
            });
            assert_panics("instance_pre", || drop(foreign.instance_pre(&store)));
            assert!(resource.resource_drop(&mut store).is_err());
            assert!(resource.try_into_resource::<u8>(&mut store).is_err());
        }
        let mut store = Store::new(&engine, ());
        let own = guest(&mut store);
        let consume = own.get_func(&mut store, "consume").unwrap();
        assert!(call(&mut store, consume, &[Val::Resource(resource)], 0).is_err());
        // The store of a handle may be gone.
        drop(other);
        assert!(resource.resource_drop(&mut store).is_err());
        _ = (resource.ty(), format!("{resource:?}"));
    });
}

#[test]
fn of_another_engine() {
    alone("components::of_another_engine", || {
        let component = Component::new(&Engine::default(), GUEST).unwrap();
        let mut store = Store::new(&Engine::default(), ());
        let mut linker = Linker::<()>::new(store.engine());
        assert!(linker.instantiate(&mut store, &component).is_err());
        assert!(linker.define_unknown_imports_as_traps(&component).is_err());
        let linker = Linker::<()>::new(component.engine());
        assert!(linker.instantiate(&mut store, &component).is_err());
        let module = libwasmtime::Module::new(store.engine(), "(module)").unwrap();
        let mut linker = Linker::<()>::new(component.engine());
        assert!(linker.root().module("m", &module).is_err());
        // A type knows its own engine.
        let ty = component.component_type();
        assert_eq!(ty.exports(store.engine()).len(), 7);
    });
}

#[test]
fn of_wrong_values() {
    alone("components::of_wrong_values", || {
        let wrong = [
            Val::Bool(true),
            Val::U32(u32::MAX),
            Val::Char(char::MAX),
            Val::String("\0\u{10ffff}".repeat(100)),
            Val::List(vec![Val::U8(1), Val::String(String::new())]),
            Val::Record(vec![(String::new(), Val::U8(1))]),
            Val::Tuple(Vec::new()),
            Val::Variant("a".into(), Some(Box::new(Val::U8(1)))),
            Val::Enum("?".into()),
            Val::Option(Some(Box::new(Val::Option(None)))),
            Val::Result(Err(None)),
            Val::Flags(vec!["a".into(), "a".into()]),
            Val::Map(vec![(Val::U8(1), Val::U8(2))]),
        ];
        for name in ["number", "character", "text", "list", "consume"] {
            for val in &wrong {
                // After a call that fails, the instance can't be entered.
                let mut store = Store::<()>::default();
                let func = guest(&mut store).get_func(&mut store, name).unwrap();
                let results = func.ty(&store).results().len();
                let called = call(&mut store, func, std::slice::from_ref(val), results);
                assert!(
                    called.is_ok() == fits(name, val),
                    "{name} {val:?}: {called:?}"
                );
            }
            let mut store = Store::<()>::default();
            let func = guest(&mut store).get_func(&mut store, name).unwrap();
            for (params, results) in [(0, 0), (2, 1), (1, 9)] {
                assert!(call(&mut store, func, &wrong[..params], results).is_err());
            }
        }
    });
}

fn fits(name: &str, val: &Val) -> bool {
    matches!(
        (name, val),
        ("number", Val::U32(_)) | ("character", Val::Char(_)) | ("text", Val::String(_))
    )
}

#[test]
fn of_values_that_nest() {
    alone("components::of_values_that_nest", || {
        let mut store = Store::<()>::default();
        let list = guest(&mut store).get_func(&mut store, "list").unwrap();
        for depth in [500, 5000] {
            let mut val = Val::U8(1);
            for _ in 0..depth {
                val = Val::Option(Some(Box::new(val)));
            }
            assert!(call(&mut store, list, &[val], 0).is_err());
        }
    });
}

/// A function that is lifted asynchronously, and called synchronously.
#[test]
fn of_asynchronous_functions() {
    alone("components::of_asynchronous_functions", || {
        let text = r#"(component
            (core func $return (canon task.return))
            (core module $m
                (import "" "return" (func $return))
                (func (export "f") (result i32) (call $return) (i32.const 0))
                (func (export "g") (param i32 i32 i32) (result i32) (i32.const 0)))
            (core instance $i (instantiate $m
                (with "" (instance (export "return" (func $return))))))
            (func (export "f") async
                (canon lift (core func $i "f") async (callback (core func $i "g")))))"#;
        let mut store = Store::<()>::default();
        // A library may lack what such a component needs.
        let Ok(component) = Component::new(store.engine(), text) else {
            return;
        };
        let linker = Linker::new(store.engine());
        let instance = linker.instantiate(&mut store, &component).unwrap();
        let func = instance.get_func(&mut store, "f").unwrap();
        assert!(call(&mut store, func, &[], 0).is_err());
        let typed = func.typed::<(), ()>(&store).unwrap();
        assert!(typed.call(&mut store, ()).is_err());
    });
}

#[test]
fn of_streams() {
    alone("components::of_streams", || {
        let engine = Engine::default();
        for ty in [
            "(stream u8)",
            "(future u32)",
            "(option (stream))",
            "(list (tuple u8 (future)))",
        ] {
            let text = format!(
                r#"(component
                    (import "take" (func (param "x" {ty})))
                    (import "give" (func (result {ty}))))"#
            );
            // A library may lack what such a component needs.
            let Ok(component) = Component::new(&engine, &text) else {
                continue;
            };
            let mut linker = Linker::<()>::new(&engine);
            linker.root().func_new("take", |_, _, _, _| Ok(())).unwrap();
            linker.root().func_new("give", |_, _, _, _| Ok(())).unwrap();
            let error = linker.instantiate_pre(&component).unwrap_err();
            let error = format!("{error:#}");
            assert!(error.contains("the C API can't pass"), "{error}");
            let mut linker = Linker::<()>::new(&engine);
            linker.define_unknown_imports_as_traps(&component).unwrap();
            let mut store = Store::new(&engine, ());
            linker.instantiate(&mut store, &component).unwrap();
        }
        let text = r#"(component
            (core module $m (func (export "f") (result i32) (i32.const 0)))
            (core instance $i (instantiate $m))
            (func (export "f") (result (future u32)) (canon lift (core func $i "f"))))"#;
        if let Ok(component) = Component::new(&engine, text) {
            let mut store = Store::new(&engine, ());
            let instance = Linker::new(&engine)
                .instantiate(&mut store, &component)
                .unwrap();
            let func = instance.get_func(&mut store, "f").unwrap();
            let error = call(&mut store, func, &[], 1).unwrap_err();
            assert!(
                error.to_string().contains("the C API can't pass"),
                "{error}"
            );
        }
    });
}

/// A resource of the host.
struct Thing;

#[test]
fn of_host_functions_that_fail() {
    const CALLS: &str = r#"
        (component
            (import "thing" (type $thing (sub resource)))
            (import "make" (func $make (result (own $thing))))
            (core func $make' (canon lower (func $make)))
            (core func $drop (canon resource.drop $thing))
            (core module $m
                (import "" "make" (func $make (result i32)))
                (import "" "drop" (func $drop (param i32)))
                (func (export "run") (call $drop (call $make))))
            (core instance $i (instantiate $m (with "" (instance
                (export "make" (func $make')) (export "drop" (func $drop))))))
            (func (export "run") (canon lift (core func $i "run"))))
    "#;
    alone("components::of_host_functions_that_fail", || {
        type Make = fn() -> Result<Resource<Thing>>;
        let makes: [Make; 4] = [
            || Ok(Resource::new_own(1)),
            || Err(Error::msg("no\0more")),
            || panic!("a host function panics"),
            // A borrowed one can't be given away.
            || Ok(Resource::new_borrow(1)),
        ];
        let drops: [fn() -> Result<()>; 3] = [
            || Ok(()),
            || Err(Error::msg("no\0destructor")),
            || panic!("a destructor panics"),
        ];
        let engine = Engine::default();
        let component = Component::new(&engine, CALLS).unwrap();
        for (m, make) in makes.into_iter().enumerate() {
            for (d, destroy) in drops.into_iter().enumerate() {
                let mut linker = Linker::<()>::new(&engine);
                let mut root = linker.root();
                root.resource("thing", ResourceType::host::<Thing>(), move |_, _| {
                    destroy()
                })
                .unwrap();
                root.func_wrap("make", move |_: StoreContextMut<'_, ()>, ()| Ok((make()?,)))
                    .unwrap();
                let mut store = Store::new(&engine, ());
                let instance = linker.instantiate(&mut store, &component).unwrap();
                let run = instance
                    .get_typed_func::<(), ()>(&mut store, "run")
                    .unwrap();
                let mut called = None;
                let mut run = || called = Some(run.call(&mut store, ()));
                if m == 2 || (m == 0 && d == 2) {
                    assert_panics("it panics", run);
                } else {
                    run();
                    assert_eq!(called.unwrap().is_ok(), (m, d) == (0, 0), "{m} {d}");
                }
            }
        }
    });
}

#[test]
fn of_bytes_that_are_none() {
    alone("components::of_bytes_that_are_none", || {
        let engine = Engine::default();
        let binary = libwasmtime::wat2wasm(GUEST).unwrap();
        for len in 0..binary.len() {
            // A component may end where a section does.
            _ = Component::new(&engine, &binary[..len]);
        }
        for bytes in [&b"\0asm\x01\0\0\0"[..], b"(module)", b"(component", b"\xff"] {
            assert!(Component::new(&engine, bytes).is_err());
        }
        let mut damaged = binary.to_vec();
        for i in (8..damaged.len()).step_by(7) {
            damaged[i] ^= 0x55;
            _ = Component::new(&engine, &damaged);
            damaged[i] ^= 0x55;
        }
    });
}
