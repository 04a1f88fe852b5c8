//! The examples that run other programs: `run` and `json_format`.

use super::{assert_prints, example, lines};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{env, fs};

/// A program of the directory that the variable names, or of the one beside the
/// repository; `None` if it isn't there.
pub fn program(name: &str) -> Option<PathBuf> {
    const DIRECTORY: &str = "LIBWASMTIME_TEST_PROGRAMS";
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/programs");
    let path = env::var_os(DIRECTORY)
        .map_or(beside, PathBuf::from)
        .join(name);
    if !path.is_file() {
        println!("skipped: there is no {name} in the directory that {DIRECTORY} names");
        return None;
    }
    Some(path)
}

/// An empty directory of a test.
pub fn directory(test: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("examples")
        .join(test);
    _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    directory
}

/// `run`, with a program in the text format.
fn run(test: &str, wat: &str) -> Command {
    let path = directory(test).join("program.wat");
    fs::write(&path, wat).unwrap();
    let mut run = example("run");
    run.arg(path);
    run
}

/// It fails, with that exit code, and prints that to standard error only.
#[track_caller]
pub fn assert_fails(command: &mut Command, code: i32, error: &str) {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(code));
    assert_eq!(lines(&output.stdout), [""; 0]);
    assert!(lines(&output.stderr)[0].starts_with(error), "{output:?}");
}

#[test]
fn run_exits_with_the_programs_code() {
    let exit = r#"(module
        (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
        (memory (export "memory") 0)
        (func (export "_start") (call $proc_exit (i32.const 42))))"#;
    let output = run("exit", exit).output().unwrap();
    assert_eq!(output.status.code(), Some(42));
    assert_eq!(lines(&output.stderr), [""; 0]);
}

#[test]
fn run_prints_a_trap() {
    let trap = r#"(module $m
        (func $inner unreachable)
        (func (export "_start") (call $inner)))"#;
    let Output { status, stderr, .. } = run("trap", trap).output().unwrap();
    assert_eq!(status.code(), Some(134));
    let stderr = String::from_utf8(stderr).unwrap();
    assert!(stderr.contains("unreachable"), "{stderr}");
    assert!(stderr.contains("m!inner"), "{stderr}");
}

#[test]
fn run_names_what_is_missing() {
    let import = r#"(module
        (import "other" "thing" (func (param i32)))
        (func (export "_start")))"#;
    let error = "Error: nobody defines the import `other::thing`";
    assert_fails(&mut run("import", import), 1, error);
    assert_fails(example("run").arg("--dir"), 1, "Error: --dir needs");
    assert_fails(example("run").arg("--what"), 1, "Error: unknown option");
    assert_fails(&mut example("run"), 1, "Error: usage: run");
}

/// Python that looks at its host.
#[test]
fn run_gives_a_program_what_the_options_say() {
    let Some(python) = program("micropython-wasi.wasm") else {
        return;
    };
    let directory = directory("python");
    fs::write(directory.join("file"), "in the file").unwrap();
    let dir = format!("{}::/data", directory.display());
    let python = |program: &str| {
        let mut run = example("run");
        run.args(["--dir", &dir, "--env", "NAME=value"])
            .arg(&python)
            .args(["-c", program]);
        run
    };
    assert_prints(
        &mut python("print(sum(i*i for i in range(100000)))"),
        &["333328333350000"],
    );
    assert_prints(
        &mut python("print(open('/data/file').read())"),
        &["in the file"],
    );
    let written = "open('/data/written', 'w').write('by the program')";
    assert_prints(&mut python(written), &[]);
    let written = fs::read_to_string(directory.join("written"));
    assert_eq!(written.unwrap(), "by the program");

    let exit = python("import sys; sys.exit(3)").output().unwrap();
    assert_eq!(exit.status.code(), Some(3));
}

/// What `json_format` does with a text on its standard input.
fn format(module: &Path, json: &str) -> Output {
    let mut child = example("json_format")
        .arg(module)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(json.as_bytes()).unwrap();
    drop(stdin);
    child.wait_with_output().unwrap()
}

#[test]
fn json_format() {
    let Some(module) = program("dprint-json.wasm") else {
        return;
    };
    let output = format(&module, r#"{"a":1,"b":[true,null]}"#);
    assert_eq!(lines(&output.stderr), [""; 0]);
    assert_eq!(lines(&output.stdout), [r#"{ "a": 1, "b": [true, null] }"#]);
    assert!(output.status.success());

    // What is formatted already stays.
    let again = format(&module, std::str::from_utf8(&output.stdout).unwrap());
    assert_eq!(again.stdout, output.stdout);

    let file = directory("json").join("file.json");
    fs::write(&file, "[1,2]").unwrap();
    assert_prints(example("json_format").arg(&module).arg(file), &["[1, 2]"]);

    let output = format(&module, r#"{"a":1,,}"#);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(lines(&output.stdout), [""; 0]);
    let error = lines(&output.stderr);
    assert!(error[0].contains("Unexpected token"), "{error:?}");
}

#[test]
fn json_format_without_a_module() {
    assert_fails(&mut example("json_format"), 1, "Error: usage: json_format");
}
