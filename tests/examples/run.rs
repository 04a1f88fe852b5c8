//! The example `run`: what it does as the `wasmtime` CLI, and its messages about the rest.

use super::wasi::{assert_fails, directory, module, program};
use super::{assert_prints, example, lines};
use libwasmtime::Engine;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Functions of several types, and no `_start`.
const FUNCTIONS: &str = r#"(module
    (func (export "add") (param i32 i32) (result i32)
        (i32.add (local.get 0) (local.get 1)))
    (func (export "same") (param i64 f32 f64) (result i64 f32 f64)
        local.get 0
        local.get 1
        local.get 2)
    (func (export "large") (result v128 externref funcref)
        v128.const i64x2 1 2
        ref.null extern
        ref.func 0)
    (func (export "of_reference") (param externref))
    (func (export "trap") unreachable))"#;

/// Writes its arguments, then its environment, one item on each line.
pub const REPORT: &str = r#"(module
    (import "wasi_snapshot_preview1" "args_sizes_get"
        (func $args_sizes_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_get"
        (func $args_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_sizes_get"
        (func $environ_sizes_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_get"
        (func $environ_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write"
        (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    ;; Has each NUL of the text be the end of a line, and writes it.
    (func $write (param $len i32) (local $at i32)
        (local.set $at (i32.const 4096))
        (block $done
            (loop $next
                (br_if $done
                    (i32.ge_u (local.get $at)
                        (i32.add (i32.const 4096) (local.get $len))))
                (if (i32.eqz (i32.load8_u (local.get $at)))
                    (then (i32.store8 (local.get $at) (i32.const 10))))
                (local.set $at (i32.add (local.get $at) (i32.const 1)))
                (br $next)))
        (i32.store (i32.const 16) (i32.const 4096))
        (i32.store (i32.const 20) (local.get $len))
        (drop (call $fd_write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 24))))
    (func (export "_start")
        (drop (call $args_sizes_get (i32.const 0) (i32.const 4)))
        (drop (call $args_get (i32.const 32) (i32.const 4096)))
        (call $write (i32.load (i32.const 4)))
        (drop (call $environ_sizes_get (i32.const 0) (i32.const 4)))
        (drop (call $environ_get (i32.const 32) (i32.const 4096)))
        (call $write (i32.load (i32.const 4)))))"#;

/// Returns `run`, with arguments for itself, a module, and arguments for the module.
fn run(options: &[&str], module: &Path, arguments: &[&str]) -> Command {
    let mut run = example("run");
    run.args(options).arg(module).args(arguments);
    run
}

/// Returns the message of `run` about a module that it can't run, after the module's name.
#[track_caller]
pub fn assert_fails_to_run(command: &mut Command, code: i32, causes: &[&str]) {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.starts_with("Error: failed to run main module `"),
        "{error}"
    );
    for cause in causes {
        assert!(error.contains(cause), "{cause}: {error}");
    }
}

fn exits_with_the_programs_code() {
    for code in ["0", "42"] {
        let exit = format!(
            r#"(module
                (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
                (memory (export "memory") 0)
                (func (export "_start") (call $proc_exit (i32.const {code})) unreachable))"#
        );
        let output = run(&[], &module("exit", &exit), &[]).output().unwrap();
        assert_eq!(output.status.code(), code.parse().ok());
        assert_eq!(lines(&output.stderr), [""; 0]);
    }
}

fn a_trap_is_an_abort() {
    let aborted = if cfg!(windows) { 3 } else { 134 };
    let trap = r#"(module $m
        (func $inner unreachable)
        (func (export "_start") (call $inner)))"#;
    let causes = [
        "failed to invoke command default",
        "m!inner",
        "wasm trap: wasm `unreachable` instruction executed",
    ];
    assert_fails_to_run(&mut run(&[], &module("trap", trap), &[]), aborted, &causes);

    let functions = module("invoked_trap", FUNCTIONS);
    let causes = ["failed to invoke `trap`", "unreachable"];
    assert_fails_to_run(
        &mut run(&["--invoke", "trap"], &functions, &[]),
        aborted,
        &causes,
    );
}

fn arguments_and_environment() {
    let report = module("report", REPORT);
    let mut plain = run(&[], &report, &["--env", "x=y", "--", "-h"]);
    plain.env("INHERITED", "not");
    // Everything after it is the program's.
    assert_prints(&mut plain, &["program.wat", "--env", "x=y", "--", "-h"]);

    let options = [
        "run",
        "--argv0=called",
        "--env",
        "A=1=2",
        "--env=B=",
        "--env",
        "INHERITED",
    ];
    let options = [&options[..], &["--env=NOT_SET", "--"]].concat();
    let mut all = run(&options, &report, &["argument"]);
    all.env("INHERITED", "from here").env_remove("NOT_SET");
    assert_prints(
        &mut all,
        &["called", "argument", "A=1=2", "B=", "INHERITED=from here"],
    );
}

#[cfg(unix)]
fn what_is_not_unicode_is_refused() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let not_unicode = OsStr::from_bytes(b"\xff");
    let report = module("unicode", REPORT);
    let mut argument = run(&[], &report, &[]);
    argument.arg(not_unicode);
    assert_fails(
        &mut argument,
        2,
        r#"error: the argument "\xFF" is not Unicode"#,
    );

    let mut variable = run(&["--env", "NAME"], &report, &[]);
    variable.env("NAME", not_unicode);
    assert_fails_to_run(
        &mut variable,
        1,
        &["the environment variable `NAME` is not Unicode"],
    );
}

fn invoke_prints_what_a_function_returns() {
    let functions = module("invoke", FUNCTIONS);
    let invoke = |name: &str, arguments: &[&str]| run(&["--invoke", name], &functions, arguments);
    assert_prints(&mut invoke("add", &["-1", "0x10"]), &["15"]);
    assert_prints(
        &mut invoke("same", &["-9000000000", "1.5", "1e300", "more"]),
        &["-9000000000", "1.5", &format!("{}", 1e300)],
    );
    let large = ["36893488147419103233", "<null externref>", "<funcref>"];
    assert_prints(&mut invoke("large", &[]), &large);
    assert_prints(&mut run(&["--invoke=add"], &functions, &["1", "2"]), &["3"]);

    for (name, arguments, causes) in [
        (
            "ad",
            &[][..],
            &["no func export named `ad` found: did you mean `add`?"][..],
        ),
        ("x", &[], &["its functions are `add`, `same`, `large`"]),
        (
            "add",
            &["1"],
            &["not enough arguments for `add`: it takes 2, found 1"],
        ),
        (
            "add",
            &["1", "x"],
            &[
                "argument 2 of `add` must be an i32, found `x`",
                "invalid digit",
            ],
        ),
        ("add", &["1", "99999999999"], &["argument 2", "too large"]),
        (
            "same",
            &["1", "x", "2"],
            &["argument 2 of `same` must be an f32", "invalid float"],
        ),
        ("of_reference", &["1"], &["unsupported argument type"]),
    ] {
        assert_fails_to_run(&mut invoke(name, arguments), 1, causes);
    }
}

/// A reactor is initialised before one of its functions is called.
fn a_reactor() {
    let reactor = r#"(module
        (global $initialized (mut i32) (i32.const 0))
        (func (export "_initialize") (global.set $initialized (i32.const 7)))
        (func (export "get") (result i32) (global.get $initialized)))"#;
    let reactor = module("reactor", reactor);
    assert_prints(&mut run(&["--invoke", "get"], &reactor, &[]), &["7"]);
}

fn a_module_without_a_main_function() {
    let functions = module("library", FUNCTIONS);
    let output = run(&[], &functions, &[]).output().unwrap();
    assert!(output.status.success());
    let warning = lines(&output.stderr)[0];
    assert!(warning.starts_with("warning: "), "{warning}");
    assert!(warning.contains("no `_start`"), "{warning}");
    assert!(warning.contains("`--invoke`"), "{warning}");

    // Its main function may be the one without a name.
    let nameless = module(
        "nameless",
        r#"(module (func (export "") (result i32) i32.const 5))"#,
    );
    assert_prints(&mut run(&[], &nameless, &[]), &["5"]);
    // A start function runs with either.
    let start = module("start", "(module (func $start unreachable) (start $start))");
    assert_fails_to_run(&mut run(&[], &start, &[]), 134, &["unreachable"]);
}

fn imports_that_nobody_defines() {
    let import = r#"(module
        (import "other" "thing" (func $thing (param i32)))
        (func (export "_start"))
        (func (export "call") (call $thing (i32.const 1))))"#;
    let import = module("import", import);
    let unknown = "unknown import: `other::thing` has not been defined";
    let causes = ["`-W unknown-imports-trap`", unknown];
    assert_fails_to_run(&mut run(&[], &import, &[]), 1, &causes);
    let off = ["-W", "unknown-imports-trap,unknown-imports-trap=n"];
    assert_fails_to_run(&mut run(&off, &import, &[]), 1, &causes);

    for option in [
        &["-W", "unknown-imports-trap"][..],
        &["-Wunknown-imports-trap=y"],
        &["--wasm=unknown-imports-trap"],
    ] {
        assert_prints(&mut run(option, &import, &[]), &[]);
        let called = [option, &["--invoke", "call"]].concat();
        let causes = ["failed to invoke `call`", unknown];
        assert_fails_to_run(&mut run(&called, &import, &[]), 1, &causes);
    }

    let global = r#"(module (import "other" "thing" (global i32)))"#;
    let global = module("global", global);
    let causes = ["only functions are defined here", unknown];
    assert_fails_to_run(&mut run(&[], &global, &[]), 1, &causes);
    let option = ["-W", "unknown-imports-trap"];
    assert_fails_to_run(&mut run(&option, &global, &[]), 1, &causes);
}

fn a_precompiled_module_has_to_be_allowed() {
    let code = Engine::default().precompile_module(FUNCTIONS.as_bytes());
    let path = directory("precompiled").join("module.cwasm");
    fs::write(&path, code.unwrap()).unwrap();
    let invoke = ["--invoke", "add"];
    let allowed = ["--allow-precompiled", "--invoke", "add"];
    let refused = ["running a precompiled module requires the `--allow-precompiled` flag"];
    assert_fails_to_run(&mut run(&invoke, &path, &["1", "2"]), 1, &refused);
    assert_prints(&mut run(&allowed, &path, &["1", "2"]), &["3"]);

    // From standard input as well.
    let from_stdin = |options: &[&str]| {
        let mut run = run(options, Path::new("-"), &["1", "2"]);
        run.stdin(fs::File::open(&path).unwrap());
        run
    };
    let output = from_stdin(&invoke).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let output = from_stdin(&allowed).output().unwrap();
    assert_eq!(lines(&output.stdout), ["3"], "{output:?}");
}

fn a_module_from_standard_input() {
    let path = module("stdin", FUNCTIONS);
    let mut invoke = run(&["--invoke", "add"], Path::new("-"), &["1", "2"]);
    invoke.stdin(fs::File::open(path).unwrap());
    assert_prints(&mut invoke, &["3"]);
}

fn what_is_no_module() {
    let causes = ["failed to open wasm module `nowhere.wasm`"];
    assert_fails_to_run(example("run").arg("nowhere.wasm"), 1, &causes);
    let text = module("text", "(module\n    (func i32.ad))");
    let causes = ["unknown operator", "program.wat:2:11"];
    assert_fails_to_run(&mut run(&[], &text, &[]), 1, &causes);
    let mut dir = run(&["--dir=nowhere"], &module("dir", "(module)"), &[]);
    assert_fails_to_run(&mut dir, 1, &["failed to open directory `nowhere`"]);
}

/// Python that inspects its host.
fn a_program_sees_what_the_options_say() {
    let python = program("micropython-wasi.wasm");
    let directory = directory("python");
    fs::create_dir(directory.join("sub")).unwrap();
    fs::write(directory.join("file"), "in the file").unwrap();
    fs::write(directory.join("sub").join("file"), "below").unwrap();
    // It is compiled once for all tests.
    let code = Engine::default().precompile_module(&fs::read(python).unwrap());
    let python = directory.join("python.cwasm");
    fs::write(&python, code.unwrap()).unwrap();
    let python = |dir: &[&str], program: &str| {
        let options = ["--allow-precompiled", "-W", "unknown-imports-trap"];
        let options = [&options, dir].concat();
        let mut run = run(&options, &python, &["-c", program]);
        run.current_dir(&directory);
        run
    };
    assert_prints(
        &mut python(&[], "print(sum(i*i for i in range(100000)))"),
        &["333328333350000"],
    );
    let sub = format!("{}::/data", directory.join("sub").display());
    for (dir, file, text) in [
        (&["--dir=."][..], "file", "in the file"),
        (&["--dir", "."], "file", "in the file"),
        (&["--dir", ".::/data"], "/data/file", "in the file"),
        (&["--dir", &sub], "/data/file", "below"),
        (&["--dir", ".", "--dir", &sub], "/data/file", "below"),
        (&["--dir", "sub"], "sub/file", "below"),
    ] {
        let program = format!("print(open('{file}').read())");
        assert_prints(&mut python(dir, &program), &[text]);
    }
    let written = "open('/data/written', 'w').write('by the program')";
    assert_prints(&mut python(&["--dir", &sub], written), &[]);
    let written = fs::read_to_string(directory.join("sub").join("written"));
    assert_eq!(written.unwrap(), "by the program");

    let none = python(&[], "open('file')").output().unwrap();
    assert_eq!(none.status.code(), Some(1), "{none:?}");
    let exit = python(&[], "import sys; sys.exit(3)").output().unwrap();
    assert_eq!(exit.status.code(), Some(3));

    let mut reads = python(&[], "print(input())");
    let mut child = reads
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"a line\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(lines(&output.stdout), ["a line"]);
}

crate::tests![
    exits_with_the_programs_code,
    a_trap_is_an_abort,
    arguments_and_environment,
    #[cfg(unix)]
    what_is_not_unicode_is_refused,
    invoke_prints_what_a_function_returns,
    a_reactor,
    a_module_without_a_main_function,
    imports_that_nobody_defines,
    a_precompiled_module_has_to_be_allowed,
    a_module_from_standard_input,
    what_is_no_module,
    a_program_sees_what_the_options_say,
];
