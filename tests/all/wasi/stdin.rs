//! The input of a program.

use super::{Guest, directory, error_of, in_process};
use libwasmtime::wasi::{MemoryInputPipe, WasiCtxBuilder};
use std::fs;
use std::io::Write;
use std::process::Stdio;

#[test]
fn empty_unless_said() {
    let mut guest = Guest::new(&mut WasiCtxBuilder::new());
    assert_eq!(guest.read_to_end(0).unwrap(), b"");
    assert_eq!(guest.read(0, 10).unwrap(), b"");
}

/// Bytes that aren't text, and more than are read at once.
fn bytes() -> Vec<u8> {
    (0..=255).cycle().take(100_000).collect()
}

#[test]
fn of_bytes() {
    let stdin = MemoryInputPipe::new(bytes());
    let mut guest = Guest::new(WasiCtxBuilder::new().stdin(stdin.clone()));
    assert_eq!(guest.read(0, 3).unwrap(), [0, 1, 2]);
    assert_eq!(guest.read_to_end(0).unwrap(), bytes()[3..]);
    assert_eq!(guest.read_to_end(0).unwrap(), b"");
    // A clone returns the same bytes again.
    let mut guest = Guest::new(WasiCtxBuilder::new().stdin(stdin));
    assert_eq!(guest.read_to_end(0).unwrap(), bytes());
}

#[test]
fn of_no_bytes() {
    let mut guest = Guest::new(WasiCtxBuilder::new().stdin(MemoryInputPipe::new([])));
    assert_eq!(guest.read_to_end(0).unwrap(), b"");
}

#[test]
fn of_a_file() {
    let file = directory("stdin").join("file");
    fs::write(&file, bytes()).unwrap();
    let mut guest = Guest::new(WasiCtxBuilder::new().stdin_file(&file));
    assert_eq!(guest.read_to_end(0).unwrap(), bytes());
    // The last one counts.
    let mut wasi = WasiCtxBuilder::new();
    wasi.stdin_file("/nowhere")
        .stdin(MemoryInputPipe::new("text"));
    assert_eq!(Guest::new(&mut wasi).read_to_end(0).unwrap(), b"text");
}

#[test]
fn of_a_file_that_cannot_be_read() {
    let missing = directory("stdin_missing").join("file");
    let error = error_of(Guest::of(
        WasiCtxBuilder::new().stdin_file(&missing).build_p1(),
    ));
    let expected = format!("failed to open `{}` for reading: ", missing.display());
    assert!(error.starts_with(&expected), "{error}");
    assert_ne!(error, expected);

    let error = error_of(Guest::of(
        WasiCtxBuilder::new().stdin_file("a\0b").build_p1(),
    ));
    assert!(error.contains("has a NUL"), "{error}");
}

#[test]
#[cfg(unix)]
fn of_a_file_whose_path_is_not_unicode() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let path = OsStr::from_bytes(b"\xff");
    let error = error_of(Guest::of(WasiCtxBuilder::new().stdin_file(path).build_p1()));
    assert!(error.contains("not Unicode"), "{error}");
}

#[test]
fn inherited() {
    in_process(
        "wasi::stdin::inherited",
        |command| {
            let piped = command
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
            let mut child = piped.spawn().unwrap();
            child.stdin.take().unwrap().write_all(b"piped in").unwrap();
            child.wait_with_output().unwrap()
        },
        || {
            let mut guest = Guest::new(WasiCtxBuilder::new().inherit_stdin());
            assert_eq!(guest.read_to_end(0).unwrap(), b"piped in");
        },
    );
}
