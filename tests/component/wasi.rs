//! WASI 2.

mod adapter;
#[cfg(feature = "component-model-async")]
mod asynchronous;
mod commands;
#[cfg(feature = "wasi-http")]
mod http;
mod linking;

use adapter::adapt;
use libwasmtime::component::{Component, Instance, Linker, TypedFunc};
use libwasmtime::wasi::{MemoryInputPipe, MemoryOutputPipe, WasiCtxBuilder, p2};
use libwasmtime::{Engine, Result, Store};
use std::sync::OnceLock;

/// An engine, and the component of `guests/command.wat`.
fn command() -> &'static (Engine, Component) {
    static COMMAND: OnceLock<(Engine, Component)> = OnceLock::new();
    COMMAND.get_or_init(|| {
        let engine = Engine::default();
        let program = libwasmtime::wat2wasm(include_str!("guests/command.wat")).unwrap();
        let component = Component::new(&engine, adapt(&program)).unwrap();
        (engine, component)
    })
}

/// The function of a command.
type Run = TypedFunc<(), (Result<(), ()>,)>;

/// Returns a command's function `run`.
fn run_of(store: &mut Store<()>, instance: &Instance) -> Run {
    // The version is that of the adapter.
    let interface = (0..20)
        .map(|patch| format!("wasi:cli/run@0.2.{patch}"))
        .find_map(|name| instance.get_export_index(&mut *store, None, &name))
        .expect("it is a command");
    let run = instance.get_export_index(&mut *store, Some(&interface), "run");
    instance.get_typed_func(store, run.unwrap()).unwrap()
}

/// Returns a context in which the command copies this text to that pipe.
fn copying(text: &str, to: &MemoryOutputPipe) -> WasiCtxBuilder {
    let mut wasi = WasiCtxBuilder::new();
    wasi.args(&["program", "copy"])
        .stdin(MemoryInputPipe::new(text))
        .stdout(to.clone());
    wasi
}

/// Runs the command synchronously.
fn run(wasi: &mut WasiCtxBuilder) -> Result<()> {
    let (engine, component) = command();
    let mut linker = Linker::new(engine);
    p2::add_to_linker_sync(&mut linker)?;
    let mut store = Store::new(engine, ());
    store.set_wasi(wasi.build())?;
    let instance = linker.instantiate(&mut store, component)?;
    let (result,) = run_of(&mut store, &instance).call(&mut store, ())?;
    assert_eq!(result, Ok(()), "such programs exit if they fail");
    Ok(())
}
