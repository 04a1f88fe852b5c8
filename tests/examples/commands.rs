//! The example `run` with components.

use super::run::{REPORT, assert_fails_to_run};
use super::wasi::directory;
use super::{assert_prints, example, lines};
use adapter::adapt;
use libwasmtime::component::Component;
use libwasmtime::{Engine, wat2wasm};
use std::fs;
use std::path::PathBuf;

#[path = "../component/wasi/adapter.rs"]
mod adapter;

/// Writes the component of a program of WASI preview 1 into a file.
fn component(test: &str, program: &str) -> PathBuf {
    let path = directory(test).join("program.wasm");
    fs::write(&path, adapt(&wat2wasm(program).unwrap())).unwrap();
    path
}

fn a_command() {
    let report = component("a_command", REPORT);
    let mut run = example("run");
    run.args(["--env", "A=1"]).arg(&report).args(["x", "--y"]);
    assert_prints(&mut run, &["program.wasm", "x", "--y", "A=1"]);
    let mut precompiled = example("run");
    let code = Component::new(&Engine::default(), fs::read(report).unwrap()).unwrap();
    let path = directory("a_precompiled_command").join("program.cwasm");
    fs::write(&path, code.serialize().unwrap()).unwrap();
    precompiled.arg("--allow-precompiled").arg(&path);
    assert_prints(&mut precompiled, &["program.cwasm"]);
    let causes = ["`--allow-precompiled`"];
    assert_fails_to_run(example("run").arg(&path), 1, &causes);
}

fn a_command_that_fails() {
    let exit = r#"(module
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1)
        (func (export "_start") (call $exit (i32.const 9)) unreachable))"#;
    let output = example("run")
        .arg(component("exits", exit))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(lines(&output.stderr), [""; 0]);
    let unreachable =
        r#"(module (memory (export "memory") 1) (func (export "_start") unreachable))"#;
    let aborted = if cfg!(windows) { 3 } else { 134 };
    let causes = ["failed to invoke `run`", "unreachable"];
    let mut trap = example("run");
    trap.arg(component("traps", unreachable));
    assert_fails_to_run(&mut trap, aborted, &causes);
}

fn what_is_no_command() {
    let path = directory("what_is_no_command").join("program.wat");
    let write = |text: &str| fs::write(&path, text).unwrap();
    write("(component)");
    assert_fails_to_run(example("run").arg(&path), 1, &["exports no `wasi:cli/run`"]);
    let mut invoke = example("run");
    assert_fails_to_run(
        invoke.args(["--invoke", "f"]).arg(&path),
        1,
        &["`--invoke` isn't supported here for a component"],
    );
    write(r#"(component (import "f" (func)))"#);
    assert_fails_to_run(example("run").arg(&path), 1, &["failed to link it", "`f`"]);
    let mut trapping = example("run");
    trapping.args(["-W", "unknown-imports-trap"]).arg(&path);
    assert_fails_to_run(&mut trapping, 1, &["exports no `wasi:cli/run`"]);
}

crate::tests![a_command, a_command_that_fails, what_is_no_command];
