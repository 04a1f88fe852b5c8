//! Programs that call `proc_exit`.

use super::Guest;
use libwasmtime::wasi::{self, WasiCtxBuilder};
use libwasmtime::*;

fn store(engine: &Engine) -> Store<()> {
    let mut store = Store::new(engine, ());
    store.set_wasi(WasiCtxBuilder::new().build_p1()).unwrap();
    store
}

fn linker(engine: &Engine) -> Linker<()> {
    let mut linker = Linker::new(engine);
    wasi::add_to_linker(&mut linker).unwrap();
    linker
}

fn status(error: &Error) -> Option<i32> {
    error.downcast_ref().map(|I32Exit(status)| *status)
}

#[test]
fn status_is_in_the_error() {
    for code in [0, 1, 7, 125] {
        let mut guest = Guest::new(&mut WasiCtxBuilder::new());
        let error = guest.try_call("proc_exit", &[Val::I32(code)]).unwrap_err();
        assert_eq!(status(&error), Some(code), "{error:?}");
        assert!(error.downcast_ref::<Trap>().is_none());
        // The store still works.
        assert_eq!(guest.args(), [""; 0]);
    }
}

#[test]
fn status_out_of_range_is_another_error() {
    for code in [126, -1] {
        let mut guest = Guest::new(&mut WasiCtxBuilder::new());
        let error = guest.try_call("proc_exit", &[Val::I32(code)]).unwrap_err();
        assert_eq!(status(&error), None, "{error:?}");
        assert!(format!("{error:#}").contains("exit status"), "{error:#}");
    }
}

/// Returns a module with a function that exits with 3 and is exported, or else is the start
/// function.
fn exits(engine: &Engine, export: Option<&str>) -> Module {
    let how = match export {
        Some(name) => format!(r#"(export "{name}" (func $exit))"#),
        None => String::from("(start $exit)"),
    };
    let wat = format!(
        r#"(module
            (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
            (memory (export "memory") 1)
            (func $exit (call $proc_exit (i32.const 3)))
            {how})"#
    );
    Module::new(engine, wat).unwrap()
}

#[test]
fn wherever_the_program_runs() {
    let engine = Engine::default();
    let mut linker = linker(&engine);
    let mut store = store(&engine);

    let start = exits(&engine, None);
    let error = linker.instantiate(&mut store, &start).unwrap_err();
    assert_eq!(status(&error), Some(3), "{error:?}");
    let pre = linker.instantiate_pre(&start).unwrap();
    let error = pre.instantiate(&mut store).unwrap_err();
    assert_eq!(status(&error), Some(3), "{error:?}");

    let reactor = exits(&engine, Some("_initialize"));
    let error = linker.module(&mut store, "reactor", &reactor).unwrap_err();
    assert_eq!(status(&error), Some(3), "{error:?}");

    let command = exits(&engine, Some("_start"));
    linker.module(&mut store, "command", &command).unwrap();
    let run = linker.get_default(&mut store, "command").unwrap();
    let error = run.call(&mut store, &[], &mut []).unwrap_err();
    assert_eq!(status(&error), Some(3), "{error:?}");
}

#[test]
fn through_a_host_function() {
    let engine = Engine::default();
    let mut store = store(&engine);
    let exit = linker(&engine)
        .instantiate(&mut store, &exits(&engine, Some("run")))
        .unwrap()
        .get_typed_func::<(), ()>(&mut store, "run")
        .unwrap();
    let host = Func::wrap(&mut store, move |caller: Caller<'_, ()>| {
        let error = exit.call(caller, ()).unwrap_err();
        assert_eq!(status(&error), Some(3), "{error:?}");
        Result::<()>::Err(error.context("of the program"))
    });
    let wat = r#"(module (import "" "" (func $host)) (func (export "run") (call $host)))"#;
    let module = Module::new(&engine, wat).unwrap();
    let run = Instance::new(&mut store, &module, &[host.into()])
        .unwrap()
        .get_typed_func::<(), ()>(&mut store, "run")
        .unwrap();
    let error = run.call(&mut store, ()).unwrap_err();
    assert_eq!(status(&error), Some(3), "{error:?}");
    assert!(format!("{error:#}").contains("of the program"), "{error:#}");
}
