//! `wasi:http`, in libraries that have it.

use crate::assert_error;
use libwasmtime::component::{Component, Instance, Linker};
use libwasmtime::wasi::http::{self, WasiHttpCtx};
use libwasmtime::wasi::{WasiCtxBuilder, p2};
use libwasmtime::{Engine, Feature, Store};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// Makes a component of a module that has the imports and exports of a world.
fn component(wat: &str, wit: &str, world: &str) -> Vec<u8> {
    let mut module = libwasmtime::wat2wasm(wat).unwrap().to_vec();
    let mut resolve = Resolve::default();
    let package = resolve.push_str("guest.wit", wit).unwrap();
    let world = resolve.select_world(&[package], Some(world)).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    let encoder = ComponentEncoder::default().module(&module);
    encoder.and_then(|mut encoder| encoder.encode()).unwrap()
}

/// A store that has contexts, and an instance that sends requests; `None` if libwasmtime was built
/// without `wasi-http`.
fn client() -> Option<(Store<()>, Instance)> {
    libwasmtime::load().unwrap();
    if libwasmtime::loaded().is_some_and(|library| !library.has(Feature::WasiHttp)) {
        return None;
    }
    let engine = Engine::default();
    let client = include_str!("../guests/http.wat");
    let client = component(client, include_str!("../guests/http.wit"), "client");
    let client = Component::new(&engine, client).unwrap();
    let mut linker = Linker::new(&engine);
    p2::add_to_linker_sync(&mut linker).unwrap();
    http::p2::add_only_http_to_linker_sync(&mut linker).unwrap();
    let mut store = Store::new(&engine, ());
    assert_error(linker.instantiate(&mut store, &client), "`Store::set_wasi`");
    store.set_wasi(WasiCtxBuilder::new().build()).unwrap();
    let instance = linker.instantiate(&mut store, &client);
    assert_error(instance, "`Store::set_wasi_http`");
    store.set_wasi_http(WasiHttpCtx::new()).unwrap();
    let instance = linker.instantiate(&mut store, &client).unwrap();
    Some((store, instance))
}

fn fetch(store: &mut Store<()>, client: &Instance, to: &str, timeout: Option<u64>) -> u16 {
    let fetch = client
        .get_typed_func::<(&str, Option<u64>), (u16,)>(&mut *store, "fetch")
        .unwrap();
    let (status,) = fetch.call(store, (to, timeout)).unwrap();
    status
}

#[test]
fn requests_are_sent() {
    let Some((mut store, client)) = client() else {
        return;
    };
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let authority = server.local_addr().unwrap().to_string();
    // The guest chooses them, in nanoseconds.
    let timeouts = [None, Some(1_000_000_000), Some(u64::MAX)];
    let serving = thread::spawn(move || {
        timeouts.map(|_| {
            let (mut connection, _) = server.accept().unwrap();
            let mut request = [0; 1024];
            let len = connection.read(&mut request).unwrap();
            let response = b"HTTP/1.1 418 I'm a teapot\r\nContent-Length: 0\r\n\r\n";
            connection.write_all(response).unwrap();
            String::from_utf8_lossy(&request[..len]).into_owned()
        })
    });
    for timeout in timeouts {
        assert_eq!(fetch(&mut store, &client, &authority, timeout), 418);
    }
    for request in serving.join().unwrap() {
        assert!(request.starts_with("GET /path HTTP/1.1\r\n"), "{request}");
    }
    // Nobody listens there any more.
    assert_eq!(fetch(&mut store, &client, &authority, None), 2);
    // Such a host can't be asked.
    assert_eq!(fetch(&mut store, &client, "a b", None), 1);
}
