//! What a program writes.

use super::{BADF, Guest, contains, directory, error_of, in_process};
use libwasmtime::wasi::{MemoryOutputPipe, WasiCtxBuilder};
use std::fs;

#[test]
fn goes_nowhere_unless_said() {
    let mut guest = Guest::new(&mut WasiCtxBuilder::new());
    assert_eq!(guest.write(1, b"out"), Ok(3));
    assert_eq!(guest.write(2, b"err"), Ok(3));
    assert_eq!(guest.write(9, b"none"), Err(BADF));
}

#[test]
fn is_kept_in_a_pipe() {
    let (out, err) = (MemoryOutputPipe::new(1000), MemoryOutputPipe::new(1000));
    let mut wasi = WasiCtxBuilder::new();
    let mut guest = Guest::new(wasi.stdout(out.clone()).stderr(err.clone()));
    assert_eq!(guest.write(1, b"one "), Ok(4));
    assert_eq!(out.contents(), b"one ");
    assert_eq!(guest.write(2, b"\xff\0"), Ok(2));
    assert_eq!(guest.write(1, b""), Ok(0));
    assert_eq!(guest.write(1, b"two"), Ok(3));
    assert_eq!(out.contents(), b"one two");
    assert_eq!(err.contents(), b"\xff\0");
    drop(guest);
    assert_eq!(out.contents(), b"one two");
}

#[test]
fn is_kept_in_one_pipe() {
    let both = MemoryOutputPipe::new(1000);
    let mut wasi = WasiCtxBuilder::new();
    let mut guest = Guest::new(wasi.stdout(both.clone()).stderr(both.clone()));
    for (fd, text) in [(1, b"a"), (2, b"b"), (1, b"c")] {
        assert_eq!(guest.write(fd, text), Ok(1));
    }
    assert_eq!(both.contents(), b"abc");
}

/// Larger than what WASI writes at once.
#[test]
fn may_be_large() {
    let piece: Vec<u8> = (0..=255).cycle().take(super::TEXT_LEN).collect();
    let pipe = MemoryOutputPipe::new(usize::MAX);
    let mut guest = Guest::new(WasiCtxBuilder::new().stdout(pipe.clone()));
    let mut written = 0;
    while written < piece.len() {
        let len = guest.write(1, &piece[written..]).unwrap();
        assert_ne!(len, 0);
        written += len;
    }
    assert_eq!(pipe.contents(), piece);
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
