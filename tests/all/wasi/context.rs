//! Stores without a WASI context, in which libwasmtime would abort the process.

use super::error_of;
use crate::guest::{assert_not_taken, panic_text};
use libwasmtime::wasi::{self, WasiCtxBuilder};
use libwasmtime::*;

const WASI: &str = "wasi_snapshot_preview1";

/// Returns a module that imports WASI and exports a function.
fn module(engine: &Engine, export: &str) -> Module {
    let wat = format!(
        r#"(module
            (import "{WASI}" "sched_yield" (func $sched_yield (result i32)))
            (memory (export "memory") 1)
            (func (export "{export}") (drop (call $sched_yield))))"#
    );
    Module::new(engine, wat).unwrap()
}

fn linker(engine: &Engine) -> Linker<()> {
    let mut linker = Linker::new(engine);
    wasi::add_to_linker(&mut linker).unwrap();
    linker
}

fn context() -> wasi::WasiP1Ctx {
    WasiCtxBuilder::new().build_p1()
}

#[track_caller]
fn assert_no_context<T>(result: Result<T>) {
    let error = error_of(result);
    assert!(error.contains("Store::set_wasi"), "{error}");
}

/// The ways to get at a function of WASI.
const WAYS: [&str; 6] = [
    "instantiate",
    "instantiate_pre",
    "get",
    "try_get_by_import",
    "command",
    "reactor",
];

fn get_at_wasi(way: &str, store: &mut Store<()>) -> Result<()> {
    let engine = store.engine().clone();
    let mut linker = linker(&engine);
    let user = module(&engine, "f");
    match way {
        "instantiate" => linker.instantiate(store, &user).map(drop),
        "instantiate_pre" => linker.instantiate_pre(&user)?.instantiate(store).map(drop),
        "get" => linker.get(store, WASI, "sched_yield").map(drop),
        "try_get_by_import" => {
            let import = user.imports().next().unwrap();
            let found = linker.try_get_by_import(&mut *store, &import);
            let optional = linker.get_by_import(store, &import);
            assert_eq!(optional.is_some(), found.is_ok());
            found.map(|found| assert!(found.is_some()))
        }
        "command" => {
            let command = module(&engine, "_start");
            linker.module(&mut *store, "a", &command)?;
            let start = linker.get_default(&mut *store, "a")?;
            start.call(store, &[], &mut [])
        }
        "reactor" => {
            let reactor = module(&engine, "_initialize");
            linker.module(store, "a", &reactor).map(drop)
        }
        _ => unreachable!("{way}"),
    }
}

#[test]
fn missing() {
    let engine = Engine::default();
    for way in WAYS {
        println!("{way}");
        let mut store = Store::new(&engine, ());
        assert_no_context(get_at_wasi(way, &mut store));
        store.set_wasi(context()).unwrap();
        get_at_wasi(way, &mut store).unwrap();
    }
}

#[test]
fn missing_for_a_clone() {
    let engine = Engine::default();
    let linker = linker(&engine).clone();
    let user = module(&engine, "f");
    assert_no_context(linker.instantiate(&mut Store::new(&engine, ()), &user));
}

#[test]
fn missing_after_it_was_refused() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let bad = WasiCtxBuilder::new().arg("\0").build_p1();
    store.set_wasi(bad).unwrap_err();
    let module = module(&engine, "f");
    assert_no_context(linker(&engine).instantiate(&mut store, &module));
}

/// The functions of a command belong to the store that it was defined in.
#[test]
fn commands_are_of_one_store() {
    let engine = Engine::default();
    let mut linker = linker(&engine);
    let mut store = Store::new(&engine, ());
    store.set_wasi(context()).unwrap();
    let command = module(&engine, "_start");
    linker.module(&mut store, "command", &command).unwrap();
    let wat = r#"(module (import "command" "_start" (func $run)) (start $run))"#;
    let user = Module::new(&engine, wat).unwrap();
    let pre = linker.instantiate_pre(&user).unwrap();

    let run = linker.get_default(&mut store, "command").unwrap();
    run.call(&mut store, &[], &mut []).unwrap();
    linker.instantiate(&mut store, &user).unwrap();
    pre.instantiate(&mut store).unwrap();

    for wasi in [None, Some(context())] {
        let mut other = Store::new(&engine, ());
        wasi.map_or(Ok(()), |wasi| other.set_wasi(wasi)).unwrap();
        for text in [
            panic_text(|| linker.get_default(&mut other, "command")),
            panic_text(|| linker.get(&mut other, "command", "_start")),
        ] {
            assert!(
                text.starts_with("object used with the wrong store"),
                "{text}"
            );
        }
        assert_not_taken(linker.instantiate(&mut other, &user));
        assert_not_taken(pre.instantiate(&mut other));
    }
}

/// A command's memory isn't defined: a definition of the same name stays.
#[test]
fn commands_define_functions_only() {
    let engine = Engine::default();
    let mut linker = linker(&engine);
    linker.allow_shadowing(true);
    let mut of_memory = Store::new(&engine, ());
    let memory = Memory::new(&mut of_memory, MemoryType::new(1, None)).unwrap();
    linker
        .define(&of_memory, "command", "memory", memory)
        .unwrap();
    let mut store = Store::new(&engine, ());
    store.set_wasi(context()).unwrap();
    let command = module(&engine, "_start");
    linker.module(&mut store, "command", &command).unwrap();
    linker.get(&mut of_memory, "command", "memory").unwrap();
    linker.get(&mut store, "command", "_start").unwrap();
    panic_text(|| linker.get(&mut store, "command", "memory"));
}

#[test]
fn missing_for_a_default_function() {
    let engine = Engine::default();
    let mut linker = linker(&engine);
    linker.allow_shadowing(true);
    let mut store = Store::new(&engine, ());
    // In WASI's own module there is no default function; nothing is called.
    assert_no_context(linker.get_default(&mut store, WASI));
}

#[test]
fn needed_by_who_imports_wasi_only() {
    let engine = Engine::default();
    let mut linker = linker(&engine);
    linker.func_wrap("host", "f", || 1).unwrap();
    let wat = r#"(module (import "host" "f" (func (result i32))))"#;
    let module = Module::new(&engine, wat).unwrap();
    let mut store = Store::new(&engine, ());
    linker.instantiate(&mut store, &module).unwrap();
    linker.get(&mut store, "host", "f").unwrap();
}

#[test]
fn defined_twice() {
    let engine = Engine::default();
    let mut linker = linker(&engine);
    let error = error_of(wasi::add_to_linker(&mut linker));
    assert!(error.contains("defined twice"), "{error}");
    let mut store = Store::new(&engine, ());
    let module = module(&engine, "f");
    assert_no_context(linker.instantiate(&mut store, &module));
    store.set_wasi(context()).unwrap();
    linker.instantiate(&mut store, &module).unwrap();
}

/// libwasmtime defines some functions before it reaches the one that is already defined.
#[test]
fn defined_in_part() {
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    linker.func_wrap(WASI, "fd_read", || 1).unwrap();
    wasi::add_to_linker(&mut linker).unwrap_err();
    let module = module(&engine, "f");
    let mut store = Store::new(&engine, ());
    if linker.instantiate_pre(&module).is_ok() {
        assert_no_context(linker.instantiate(&mut store, &module));
    }
    linker.allow_shadowing(true);
    wasi::add_to_linker(&mut linker).unwrap();
    assert_no_context(linker.instantiate(&mut store, &module));
    assert_no_context(linker.get(&mut store, WASI, "fd_read"));
}

#[test]
fn not_needed_for_a_function_of_the_hosts_own() {
    let engine = Engine::default();
    let mut linker = linker(&engine);
    linker.allow_shadowing(true);
    linker.func_wrap(WASI, "sched_yield", || 9).unwrap();
    let mut store = Store::new(&engine, ());
    let own = linker.get(&mut store, WASI, "sched_yield").unwrap();
    let own = own.into_func().unwrap().typed::<(), i32>(&store).unwrap();
    assert_eq!(own.call(&mut store, ()).unwrap(), 9);

    wasi::add_to_linker(&mut linker).unwrap();
    assert_no_context(linker.get(&mut store, WASI, "sched_yield"));
}
