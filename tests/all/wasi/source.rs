//! Contexts that come out of the data of stores.

use libwasmtime::wasi::{self, MemoryOutputPipe, WasiCtx, WasiCtxBuilder, WasiTag};
use libwasmtime::{Engine, Instance, Linker, Module, Result, Store, bail};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::result::Result::Ok;

/// A context as a part of a program's data: one that a store can have once.
struct Context {
    id: u32,
    wasi: Option<WasiCtx>,
    stdout: MemoryOutputPipe,
}

impl Context {
    fn new(id: u32) -> Context {
        let stdout = MemoryOutputPipe::new(64);
        let wasi = WasiCtxBuilder::new().stdout(stdout.clone()).build();
        Context {
            id,
            wasi: Some(wasi.with_tag(id)),
            stdout,
        }
    }
}

struct Host {
    contexts: Vec<Context>,
    calls: u32,
}

impl Host {
    fn new(id: u32) -> Host {
        Host {
            contexts: vec![Context::new(id)],
            calls: 0,
        }
    }

    /// The source: it takes the first context.
    fn supply(&mut self, tag: Option<&WasiTag>) -> Result<Option<WasiCtx>> {
        self.calls += 1;
        let Some(context) = self.contexts.first_mut() else {
            bail!("there is no context");
        };
        if tag.and_then(|tag| tag.downcast_ref()) == Some(&context.id) {
            return Ok(None);
        }
        match context.wasi.take() {
            Some(wasi) => Ok(Some(wasi)),
            None => bail!("another store has the context"),
        }
    }
}

/// Writes a letter.
const WRITER: &str = r#"
    (module
        (import "wasi_snapshot_preview1" "fd_write"
            (func $fd_write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "\08\00\00\00\01\00\00\00x")
        (func (export "write") (result i32)
            (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16))))
"#;

fn linker(engine: &Engine) -> Linker<Host> {
    let mut linker = Linker::new(engine);
    wasi::add_to_linker(&mut linker).unwrap();
    linker.wasi_source(Host::supply);
    linker
}

fn write(store: &mut Store<Host>, instance: &Instance) -> Result<i32> {
    let write = instance.get_typed_func::<(), i32>(&mut *store, "write")?;
    write.call(store, ())
}

fn written(store: &Store<Host>) -> Vec<usize> {
    let contexts = store.data().contexts.iter();
    contexts
        .map(|context| context.stdout.contents().len())
        .collect()
}

#[test]
fn each_store_takes_the_context_of_its_data() {
    let engine = Engine::default();
    let linker = linker(&engine);
    let module = Module::new(&engine, WRITER).unwrap();
    let pre = linker.instantiate_pre(&module).unwrap();
    for id in 0..3 {
        let mut store = Store::new(&engine, Host::new(id));
        // Nothing has asked for it yet.
        assert!(store.data().contexts[0].wasi.is_some());
        let first = linker.instantiate(&mut store, &module).unwrap();
        let second = pre.instantiate(&mut store).unwrap();
        assert_eq!(write(&mut store, &first).unwrap(), 0);
        assert_eq!(write(&mut store, &second).unwrap(), 0);
        assert_eq!(written(&store), [2]);
        assert!(store.data().calls >= 4);
    }
}

#[test]
fn what_needs_no_wasi_asks_for_none() {
    let engine = Engine::default();
    let mut linker = linker(&engine);
    linker.func_wrap("host", "f", || {}).unwrap();
    let module = Module::new(&engine, r#"(module (import "host" "f" (func)))"#).unwrap();
    let mut store = Store::new(&engine, Host::new(1));
    linker.instantiate(&mut store, &module).unwrap();
    linker.get(&mut store, "host", "f").unwrap();
    assert_eq!(store.data().calls, 0);
    linker
        .get(&mut store, "wasi_snapshot_preview1", "fd_write")
        .unwrap();
    assert_eq!(store.data().calls, 1);
}

#[test]
fn a_module_of_a_linker_takes_it() {
    let engine = Engine::default();
    let mut linker = linker(&engine);
    let module = Module::new(&engine, WRITER).unwrap();
    let mut store = Store::new(&engine, Host::new(1));
    linker.module(&mut store, "writer", &module).unwrap();
    let main = r#"(module
        (import "writer" "write" (func $write (result i32)))
        (func (export "write") (result i32) (call $write)))"#;
    let main = Module::new(&engine, main).unwrap();
    let instance = linker.instantiate(&mut store, &main).unwrap();
    assert_eq!(write(&mut store, &instance).unwrap(), 0);
    assert_eq!(written(&store), [1]);
}

#[test]
fn replaced_data_bring_a_context_of_their_own() {
    let engine = Engine::default();
    let linker = linker(&engine);
    let module = Module::new(&engine, WRITER).unwrap();
    let mut store = Store::new(&engine, Host::new(1));
    let instance = linker.instantiate(&mut store, &module).unwrap();
    write(&mut store, &instance).unwrap();
    let before = std::mem::replace(store.data_mut(), Host::new(2));
    write(&mut store, &instance).unwrap();
    write(&mut store, &instance).unwrap();
    assert_eq!(before.contexts[0].stdout.contents().len(), 1);
    assert_eq!(written(&store), [2]);
    // The first context is the store's no more.
    *store.data_mut() = before;
    let error = write(&mut store, &instance).unwrap_err();
    assert_eq!(error.to_string(), "another store has the context");
}

#[test]
fn a_context_is_in_one_store() {
    let engine = Engine::default();
    let linker = linker(&engine);
    let module = Module::new(&engine, WRITER).unwrap();
    let mut first = Store::new(&engine, Host::new(1));
    linker.instantiate(&mut first, &module).unwrap();
    let context = first.data_mut().contexts.pop().unwrap();
    let mut second = Store::new(&engine, Host::new(2));
    second.data_mut().contexts[0] = context;
    let error = linker.instantiate(&mut second, &module).unwrap_err();
    assert_eq!(error.to_string(), "another store has the context");
    let error = linker.instantiate(&mut first, &module).unwrap_err();
    assert_eq!(error.to_string(), "there is no context");
}

#[test]
fn a_panic_of_the_source_goes_on() {
    let engine = Engine::default();
    let mut linker = linker(&engine);
    let module = Module::new(&engine, WRITER).unwrap();
    let mut store = Store::new(&engine, Host::new(1));
    let instance = linker.instantiate(&mut store, &module).unwrap();
    linker.wasi_source(|host: &mut Host, tag| match host.calls {
        10.. => panic!("at last"),
        _ => host.supply(tag),
    });
    linker.instantiate(&mut store, &module).unwrap();
    store.data_mut().calls = 10;
    let panics = |f: &mut dyn FnMut()| {
        let payload = catch_unwind(AssertUnwindSafe(f)).unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&"at last"));
    };
    panics(&mut || drop(write(&mut store, &instance)));
    panics(&mut || drop(linker.instantiate(&mut store, &module)));
    store.data_mut().calls = 0;
    assert_eq!(write(&mut store, &instance).unwrap(), 0);
}

#[test]
#[cfg(feature = "async")]
fn an_asynchronous_call_takes_it() {
    let engine = Engine::default();
    let linker = linker(&engine);
    let module = Module::new(&engine, WRITER).unwrap();
    let mut store = Store::new(&engine, Host::new(1));
    futures::executor::block_on(async {
        let instance = linker.instantiate_async(&mut store, &module).await?;
        let write = instance.get_typed_func::<(), i32>(&mut store, "write")?;
        write.call_async(&mut store, ()).await?;
        *store.data_mut() = Host::new(2);
        write.call_async(&mut store, ()).await
    })
    .unwrap();
    assert_eq!(written(&store), [1]);
}

/// A store has one context for modules and components.
#[test]
#[cfg(feature = "component-model")]
fn components_take_it_as_well() {
    use libwasmtime::component::{Component, Linker};
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    wasi::p2::add_to_linker_sync(&mut linker).unwrap();
    linker.wasi_source(Host::supply);
    let component = r#"(component
        (import "wasi:cli/environment@0.2.0" (instance
            (export "get-arguments" (func (result (list string)))))))"#;
    let component = Component::new(&engine, component).unwrap();
    let mut store = Store::new(&engine, Host::new(1));
    linker.instantiate(&mut store, &component).unwrap();
    assert!(store.data().contexts[0].wasi.is_none());
    let module = Module::new(&engine, WRITER).unwrap();
    let instance = self::linker(&engine).instantiate(&mut store, &module);
    write(&mut store, &instance.unwrap()).unwrap();
    assert_eq!(written(&store), [1]);
    store.data_mut().contexts.clear();
    let component = linker.instantiate(&mut store, &component);
    let error = component.map(|_| ()).unwrap_err();
    assert_eq!(error.to_string(), "there is no context");
}
