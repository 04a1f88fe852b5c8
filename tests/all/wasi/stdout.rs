//! The output of a program.

use super::{BADF, Guest, contains, directory, error_of, in_process};
use libwasmtime::wasi::WasiCtxBuilder;
use std::fs;

#[test]
fn goes_nowhere_unless_said() {
    let mut guest = Guest::new(&mut WasiCtxBuilder::new());
    assert_eq!(guest.write(1, b"out"), Ok(3));
    assert_eq!(guest.write(2, b"err"), Ok(3));
    assert_eq!(guest.write(9, b"none"), Err(BADF));
}

#[test]
fn is_written_to_a_file() {
    let directory = directory("stdout");
    let (out, err) = (directory.join("out"), directory.join("err"));
    fs::write(&out, "it is emptied").unwrap();
    let mut wasi = WasiCtxBuilder::new();
    let mut guest = Guest::new(wasi.stdout_file(&out).stderr_file(&err));
    assert_eq!(guest.write(1, b"one"), Ok(3));
    assert_eq!(guest.write(2, b"two"), Ok(3));
    drop(guest);
    assert_eq!(fs::read(out).unwrap(), b"one");
    assert_eq!(fs::read(err).unwrap(), b"two");
}

#[test]
fn is_written_to_a_file_that_cannot_be() {
    let directory = directory("stdout_missing");
    let missing = directory.join("directory").join("file");
    for path in [&missing, &directory] {
        let expected = format!("failed to open `{}` for writing: ", path.display());
        let mut wasi = WasiCtxBuilder::new();
        for wasi in [
            wasi.stdout_file(path).build_p1(),
            wasi.stderr_file(path).build_p1(),
        ] {
            let error = error_of(Guest::of(wasi));
            assert!(error.starts_with(&expected), "{error}");
            assert_ne!(error, expected);
        }
    }
    let error = error_of(Guest::of(
        WasiCtxBuilder::new().stderr_file("a\0b").build_p1(),
    ));
    assert!(error.contains("has a NUL"), "{error}");
}

#[test]
fn inherited() {
    let output = in_process(
        "wasi::stdout::inherited",
        |command| command.output().unwrap(),
        || {
            let mut guest = Guest::new(WasiCtxBuilder::new().inherit_stdio());
            guest.write(1, b"\nto standard output\n").unwrap();
            guest.write(2, b"\nto standard error\n").unwrap();
        },
    );
    let Some(output) = output else { return };
    assert!(contains(&output.stdout, b"\nto standard output\n"));
    assert!(contains(&output.stderr, b"\nto standard error\n"));
    assert!(!contains(&output.stdout, b"to standard error"));
}
