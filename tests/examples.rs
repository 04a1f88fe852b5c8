//! The programs in `examples/`, run as a user runs them, and their output.
//!
//! `cargo test` builds the examples, but not if it is told to build this test alone: then
//! run `cargo build --examples` with the same features before.

#[path = "harness/mod.rs"]
mod harness;

#[cfg(feature = "async")]
#[path = "examples/asynchronous.rs"]
mod asynchronous;
#[path = "examples/binding.rs"]
mod binding;
#[cfg(feature = "wasi")]
#[path = "examples/bundle.rs"]
mod bundle;
#[cfg(feature = "wasi")]
#[path = "examples/command_line.rs"]
mod command_line;
#[cfg(all(feature = "component-model", feature = "wasi"))]
#[path = "examples/commands.rs"]
mod commands;
#[cfg(feature = "component-macro")]
#[path = "examples/components.rs"]
mod components;
#[cfg(feature = "wasi")]
#[path = "examples/micropython.rs"]
mod micropython;
#[cfg(feature = "wasi")]
#[path = "examples/programs.rs"]
mod programs;
#[cfg(feature = "wasi")]
#[path = "examples/run.rs"]
mod run;
#[cfg(feature = "wasi")]
#[path = "examples/wasi.rs"]
mod wasi;

use harness::{Need, leave_out};
use std::env;
use std::process::{Command, ExitCode, Output};

fn main() -> ExitCode {
    harness::run(
        &["examples.rs", "examples"],
        &[
            TESTS,
            #[cfg(feature = "async")]
            asynchronous::TESTS,
            binding::TESTS,
            #[cfg(feature = "wasi")]
            bundle::TESTS,
            #[cfg(feature = "wasi")]
            command_line::TESTS,
            #[cfg(all(feature = "component-model", feature = "wasi"))]
            commands::TESTS,
            #[cfg(feature = "component-macro")]
            components::TESTS,
            #[cfg(feature = "wasi")]
            micropython::TESTS,
            #[cfg(feature = "wasi")]
            programs::TESTS,
            #[cfg(feature = "wasi")]
            run::TESTS,
            #[cfg(feature = "wasi")]
            wasi::TESTS,
        ],
    )
}

/// Returns the executable of an example, in the environment of this test, which names
/// libwasmtime if it has to be found.
fn example(name: &str) -> Command {
    let test = env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    let executable = format!("{name}{}", env::consts::EXE_SUFFIX);
    let path = profile.join("examples").join(executable);
    assert!(
        path.is_file(),
        "{} is not built: run `cargo build --examples` with these features first",
        path.display()
    );
    let mut command = Command::new(path);
    // An error's text is longer with these.
    command
        .env_remove("RUST_BACKTRACE")
        .env_remove("RUST_LIB_BACKTRACE");
    command
}

/// Returns the lines of a stream.
fn lines(stream: &[u8]) -> Vec<&str> {
    std::str::from_utf8(stream).unwrap().lines().collect()
}

/// Runs an example that succeeds.
fn assert_prints(command: &mut Command, expected: &[&str]) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    assert_eq!(lines(&stderr), [""; 0]);
    assert_eq!(lines(&stdout), expected);
    assert!(status.success(), "{status}");
}

fn hello() {
    assert_prints(&mut example("hello"), &["Hello from Rust!"]);
}

fn hello_is_the_program_in_the_readme() {
    let hello = include_str!("../examples/hello.rs");
    let (_, program) = hello.split_once("\n\n").unwrap();
    // In the README the crate has the name `wasmtime`.
    let program = program.replace("libwasmtime::", "wasmtime::");
    let readme = include_str!("../README.md");
    assert!(readme.contains(&format!("```rust\n{program}```\n")));
}

/// Without a library, the program prints the error as it should.
fn hello_without_a_library() {
    if !cfg!(wasmtime_link = "load") {
        leave_out(Need::LoadMode, "libwasmtime is linked");
    }
    let mut hello = example("hello");
    let output = hello.env("LIBWASMTIME_PATH", "/nowhere").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(lines(&output.stdout), [""; 0]);
    let error = lines(&output.stderr);
    assert!(error[0].starts_with("Error: no libwasmtime"), "{error:?}");
    assert!(error[1].contains("/nowhere"), "{error:?}");
    assert!(error[2].contains("LIBWASMTIME_PATH"), "{error:?}");
    assert_eq!(error.len(), 3, "{error:?}");
}

fn hello_sys() {
    assert_prints(&mut example("hello_sys"), &["Hello from Rust!"]);
}

/// An error of the C callback reaches the user.
#[cfg(target_os = "linux")]
fn hello_sys_to_a_full_device() {
    let full = std::fs::File::create("/dev/full").unwrap();
    let output = example("hello_sys").stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let error = lines(&output.stderr);
    assert!(
        error.iter().any(|line| line.contains("No space left")),
        "{error:?}"
    );
}

#[cfg(feature = "gc")]
fn structs() {
    assert_prints(
        &mut example("structs"),
        &[
            "((2 * 3) + (x * (1 + 4))) = 56 where x = 10",
            "((x * 5) + 6) = 56 where x = 10",
        ],
    );
}

fn gcd() {
    assert_prints(&mut example("gcd"), &["gcd(6, 27) = 3"]);
    assert_prints(
        example("gcd").args(["1071", "462"]),
        &["gcd(1071, 462) = 21"],
    );
}

fn memory() {
    assert_prints(
        &mut example("memory"),
        &[
            "2 pages, 131072 bytes",
            "the data: [1, 2, 3, 4]",
            "the module reads 82",
            "the host reads \"Rusk\"",
            "the module gets \"wasm trap: out of bounds memory access\"",
            "the host gets \"out of bounds memory access\"",
            "grown from 2 to 3 pages",
            "not to 4: failed to grow memory by `1`",
            "a memory of the host's: 1 page",
        ],
    );
}

fn linking() {
    assert_prints(
        &mut example("linking"),
        &[
            "Hello from the program!",
            "The program returned 42.",
            "The library's memory has \"Hello from the program!\".",
        ],
    );
}

fn environment() {
    assert_prints(
        &mut example("environment"),
        &[
            "12.566",
            "no plot: expected `env`.`plot` to be (type (func (param f64))), found no definition",
            "no plot: expected `env`.`pi` to be (global i32), found (global f64)",
        ],
    );
}

crate::tests![
    hello,
    hello_is_the_program_in_the_readme,
    hello_without_a_library,
    hello_sys,
    #[cfg(target_os = "linux")]
    hello_sys_to_a_full_device,
    #[cfg(feature = "gc")]
    structs,
    gcd,
    memory,
    linking,
    environment,
];
