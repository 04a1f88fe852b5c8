//! The example `bundle`, and the executables that it makes.

use super::wasi::{assert_fails, directory, module, program};
use super::{assert_prints, example, lines};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

/// Exits with ten times the number of its arguments, and 1 more if it has an
/// environment, and 2 more if it has a directory.
const COUNT: &str = r#"(module
    (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
    (import "wasi_snapshot_preview1" "args_sizes_get"
        (func $args_sizes_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_sizes_get"
        (func $environ_sizes_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_prestat_get"
        (func $fd_prestat_get (param i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "_start")
        (drop (call $args_sizes_get (i32.const 0) (i32.const 4)))
        (drop (call $environ_sizes_get (i32.const 8) (i32.const 12)))
        (i32.mul (i32.load (i32.const 0)) (i32.const 10))
        (i32.ne (i32.load (i32.const 8)) (i32.const 0))
        (i32.mul
            (i32.eqz (call $fd_prestat_get (i32.const 3) (i32.const 16)))
            (i32.const 2))
        i32.add
        i32.add
        call $proc_exit))"#;

/// Runs `bundle` on a program, with options.
fn bundle(directory: &Path, program: &Path, options: &[&str]) -> PathBuf {
    let executable = directory.join(format!("bundled{}", std::env::consts::EXE_SUFFIX));
    let mut bundle = example("bundle");
    bundle.args(options).arg(program).arg("-o").arg(&executable);
    let output = bundle.output().unwrap();
    assert_eq!(lines(&output.stderr), [""; 0]);
    assert!(output.status.success());
    executable
}

/// Returns a directory with a program in the text format.
fn written(test: &str, wat: &str) -> (PathBuf, PathBuf) {
    let program = module(test, wat);
    (program.parent().unwrap().to_owned(), program)
}

fn a_bundled_program_sees_what_was_said_when_it_was_made() {
    let (directory, program) = written("bundled", COUNT);
    for (options, code) in [
        (&[][..], 30),
        (&["--env", "NAME=value"], 31),
        (&["--env=SET"], 31),
        (&["--env", "NOT_SET"], 30),
        (&["--inherit-env"], 31),
        (&["--dir", ".::/"], 32),
        (&["--env", "NAME=value", "--dir=."], 33),
    ] {
        let executable = bundle(&directory, &program, options);
        // An option here is an argument of the program.
        let mut run = Command::new(&executable);
        run.args(["--env", "x"]).current_dir(&directory);
        run.env("SET", "where it is started").env_remove("NOT_SET");
        let output = run.output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{options:?}: {output:?}");
        assert_eq!(lines(&output.stderr), [""; 0]);
    }
    fs::remove_dir_all(directory).unwrap();
}

fn a_damaged_executable_says_so() {
    let (directory, program) = written("damaged", COUNT);
    let whole = fs::read(bundle(&directory, &program, &[])).unwrap();
    let mut altered = whole.clone();
    altered[whole.len() - 1000] ^= 1;
    for (name, bytes, error) in [
        ("cut", &whole[..whole.len() - 1], "its end is missing"),
        ("short", &whole[..whole.len() - 1000], "its end is missing"),
        ("altered", &altered, "what is attached has changed"),
    ] {
        // A copy, for the permission to execute it.
        let path = directory.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        fs::copy(example("bundle").get_program(), &path).unwrap();
        fs::write(&path, bytes).unwrap();
        // A process that another test starts in between has the file open until
        // it becomes another program.
        while Command::new(&path)
            .output()
            .is_err_and(|error| error.kind() == ErrorKind::ExecutableFileBusy)
        {
            thread::yield_now();
        }
        let expected = format!("Error: {} is damaged", path.display());
        let mut damaged = Command::new(path);
        assert_fails(&mut damaged, 1, &expected);
        let output = String::from_utf8(damaged.output().unwrap().stderr).unwrap();
        assert!(output.contains(error), "{output}");
    }
    fs::remove_dir_all(directory).unwrap();
}

fn what_is_no_program_is_not_bundled() {
    let (directory, program) = written("unbundled", "(module)");
    let output = directory.join("output");
    let mut bundle = example("bundle");
    bundle.arg(&program).arg("-o").arg(&output);
    let expected = format!("Error: can't take {}", program.display());
    assert_fails(&mut bundle, 1, &expected);
    let cause = |bundle: &mut Command| {
        let error = bundle.output().unwrap().stderr;
        lines(&error)[3].trim().to_owned()
    };
    assert_eq!(cause(&mut bundle), "it is no program: it has no `_start`");

    let import = r#"(module (import "m" "x" (func)) (func (export "_start")))"#;
    fs::write(&program, import).unwrap();
    assert_fails(&mut bundle, 1, &expected);
    assert!(cause(&mut bundle).starts_with("0: failed to link it"));
    assert!(!output.exists());
    // Until it calls that.
    bundle.args(["-W", "unknown-imports-trap"]);
    assert!(bundle.output().unwrap().status.success());
    assert_prints(&mut Command::new(&output), &[]);

    let bundle = || example("bundle");
    assert_fails(&mut bundle(), 2, "error: no program is named");
    assert_fails(bundle().arg("p"), 2, "error: no executable is named");
    assert_fails(
        bundle().arg("--what"),
        2,
        "error: there is no option `--what`",
    );
    assert_fails(
        bundle().arg("--inherit-envs"),
        2,
        "error: there is no option `--inherit-envs`: did you mean `--inherit-env`?",
    );
    let two = ["p", "q", "-o", "r"];
    assert_fails(bundle().args(two), 2, "error: only one program");
    let help = bundle().arg("--help").output().unwrap();
    assert!(help.status.success(), "{help:?}");
}

fn python_as_an_executable() {
    let python = program("micropython-wasi.wasm");
    let directory = directory("bundled_python");
    fs::write(directory.join("file"), "in the file").unwrap();
    let executable = bundle(
        &directory,
        &python,
        &["--dir", ".::/here", "-W", "unknown-imports-trap"],
    );
    let python = |program: &str| {
        let mut run = Command::new(&executable);
        run.args(["-c", program]).current_dir(&directory);
        run
    };
    assert_prints(
        &mut python("print(sum(i*i for i in range(100000)))"),
        &["333328333350000"],
    );
    assert_prints(
        &mut python("print(open('/here/file').read())"),
        &["in the file"],
    );
    let exit = python("import sys; sys.exit(3)").status().unwrap();
    assert_eq!(exit.code(), Some(3));
    fs::remove_dir_all(&directory).unwrap();
}

crate::tests![
    a_bundled_program_sees_what_was_said_when_it_was_made,
    a_damaged_executable_says_so,
    what_is_no_program_is_not_bundled,
    python_as_an_executable,
];
