//! Whether libwasmtime defines what the lists say.

use super::interfaces::PROXY;
use super::{CLI, Interface};
use crate::component::{Component, Linker};
use crate::wasi::WasiCtxBuilder;
use crate::{Engine, Store};

/// Returns a component that imports an item, with a type that functions of WASI don't have.
fn importing(interface: &str, item: &str) -> String {
    let Some((kind, of)) = item.strip_prefix('[').and_then(|item| item.split_once(']')) else {
        return format!(
            r#"(component (import "{interface}" (instance
                (export "{item}" (type (sub resource))))))"#
        );
    };
    // Such a name has to go with a resource.
    let of = of.split('.').next().unwrap_or(of);
    let ty = match kind {
        "method" => r#"(param "self" (borrow $of)) (result (list f32))"#,
        "static" => r#"(result (list f32))"#,
        _ => r#"(param "x" (list f32)) (result (own $of))"#,
    };
    format!(
        r#"(component (import "{interface}" (instance
            (export "{of}" (type $of (sub resource)))
            (export "{item}" (func {ty})))))"#
    )
}

/// Checks that a linker of the C API has all that one of ours has.
fn check(linker: &Linker<()>, interfaces: &[Interface]) {
    let engine = linker.engine();
    let mut store = Store::new(engine, ());
    store.set_wasi(WasiCtxBuilder::new().build()).unwrap();
    #[cfg(feature = "wasi-http")]
    store.set_wasi_http(Default::default()).unwrap();
    for interface in interfaces {
        for item in interface.items.split(' ') {
            let name = interface.name;
            let component = Component::new(engine, importing(name, item)).unwrap();
            let pre = linker.instantiate_pre(&component).unwrap();
            // What is there has another type, or is a resource.
            if let Err(error) = pre.instantiate(&mut store) {
                let error = format!("{error:?}");
                assert!(!error.contains("is missing"), "{name} {item}: {error}");
            }
        }
    }
}

#[test]
fn all_that_is_listed_is_defined() {
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    super::add_to_linker_sync(&mut linker).unwrap();
    check(&linker, CLI);
}

#[test]
#[cfg(feature = "wasi-http")]
fn all_that_is_listed_is_defined_for_http() {
    use crate::wasi::http::p2;
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    match p2::add_to_linker_sync(&mut linker) {
        Ok(()) => check(&linker, super::HTTP),
        Err(error) => assert!(error.is::<crate::Unsupported>(), "{error:?}"),
    }
}

#[test]
fn the_proxy_has_a_part() {
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    super::add_to_linker_proxy_interfaces_sync(&mut linker).unwrap();
    for interface in CLI {
        let item = interface.items.split(' ').next().unwrap();
        let component = Component::new(&engine, importing(interface.name, item)).unwrap();
        let is_there = linker.instantiate_pre(&component).is_ok();
        assert_eq!(
            is_there,
            PROXY.contains(&interface.name),
            "{}",
            interface.name
        );
    }
}
