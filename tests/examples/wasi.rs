//! Functions for the tests of examples that run other programs, and the example
//! `json_format`.

use super::{assert_prints, example, lines};
use crate::harness::{Need, leave_out};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{env, fs};

/// Returns a program of the directory that the variable names, or of the one beside the
/// repository. Leaves the test out if it isn't there.
pub fn program(name: &str) -> PathBuf {
    const DIRECTORY: &str = "LIBWASMTIME_TEST_PROGRAMS";
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/programs");
    let path = env::var_os(DIRECTORY)
        .map_or(beside, PathBuf::from)
        .join(name);
    if !path.is_file() {
        let why = format!("there is no {name} in the directory that {DIRECTORY} names");
        leave_out(Need::Programs, why);
    }
    path
}

/// Returns an empty directory for a test.
pub fn directory(test: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("examples")
        .join(test);
    _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    directory
}

/// Writes a module into a file in the test's own directory, and returns the path.
pub fn module(test: &str, wat: &str) -> PathBuf {
    let path = directory(test).join("program.wat");
    fs::write(&path, wat).unwrap();
    path
}

/// Asserts that it fails with this exit code, and prints this to standard error only.
#[track_caller]
pub fn assert_fails(command: &mut Command, code: i32, error: &str) {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    assert_eq!(lines(&output.stdout), [""; 0]);
    assert!(lines(&output.stderr)[0].starts_with(error), "{output:?}");
}

/// Returns what `json_format` does with a text on its standard input.
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

fn json_format() {
    let module = program("dprint-json.wasm");
    let output = format(&module, r#"{"a":1,"b":[true,null]}"#);
    assert_eq!(lines(&output.stderr), [""; 0]);
    assert_eq!(lines(&output.stdout), [r#"{ "a": 1, "b": [true, null] }"#]);
    assert!(output.status.success());

    // A formatted text stays the same.
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

fn json_format_without_a_module() {
    assert_fails(&mut example("json_format"), 1, "Error: usage: json_format");
}

crate::tests![json_format, json_format_without_a_module,];
