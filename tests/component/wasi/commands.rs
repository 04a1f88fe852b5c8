//! Programs for the command line, which are called synchronously.

use super::{copying, run};
use libwasmtime::I32Exit;
use libwasmtime::wasi::{FsPerms, MemoryInputPipe, MemoryOutputPipe, WasiCtxBuilder};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

#[test]
fn copies_its_input() {
    let text = "a line\n".repeat(3000);
    let stdout = MemoryOutputPipe::new(1 << 20);
    run(&mut copying(&text, &stdout)).unwrap();
    assert_eq!(stdout.contents(), text.as_bytes());
}

#[test]
fn reads_and_writes_files() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wasip2");
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("in.txt"), "from the host").unwrap();
    let stdout = MemoryOutputPipe::new(1024);
    let read = |perms| {
        run(WasiCtxBuilder::new()
            .args(&["program", "read"])
            .stdout(stdout.clone())
            .preopened_dir(&dir, ".", perms)
            .unwrap())
    };
    read(FsPerms::ReadOnly).unwrap();
    assert_eq!(stdout.contents(), b"from the host");
    let write = |perms| {
        run(WasiCtxBuilder::new()
            .args(&["program", "write"])
            .stdin(MemoryInputPipe::new("from the guest"))
            .preopened_dir(&dir, ".", perms)
            .unwrap())
    };
    assert!(write(FsPerms::ReadOnly).unwrap_err().is::<I32Exit>());
    write(FsPerms::ReadWrite).unwrap();
    assert_eq!(fs::read(dir.join("out.txt")).unwrap(), b"from the guest");
}

#[test]
fn sees_the_environment_and_the_error_stream() {
    let stderr = MemoryOutputPipe::new(1024);
    run(WasiCtxBuilder::new()
        .args(&["program", "environment"])
        .env("NAME", "some")
        .stderr(stderr.clone()))
    .unwrap();
    assert_eq!(stderr.contents(), b"NAME=some");
}

#[test]
fn waits_for_the_clock() {
    let start = Instant::now();
    run(WasiCtxBuilder::new().args(&["program", "sleep"])).unwrap();
    assert!(start.elapsed() >= Duration::from_millis(50));
}

#[test]
fn gets_random_numbers() {
    let number = || {
        let stdout = MemoryOutputPipe::new(8);
        run(WasiCtxBuilder::new()
            .args(&["program", "number"])
            .stdout(stdout.clone()))
        .unwrap();
        stdout.contents()
    };
    assert_ne!(number(), number());
}

#[test]
fn exits() {
    let error = run(WasiCtxBuilder::new().args(&["program", "fail"])).unwrap_err();
    // WASI 2 knows success and failure alone.
    assert_eq!(error.downcast_ref(), Some(&I32Exit(1)));
}

#[test]
fn writes_to_a_writer_of_the_host() {
    let (sender, receiver) = std::sync::mpsc::channel();
    struct Sender(std::sync::mpsc::Sender<Vec<u8>>);
    impl std::io::Write for Sender {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.send(bytes.to_vec()).unwrap();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    run(WasiCtxBuilder::new()
        .args(&["program", "copy"])
        .stdin(MemoryInputPipe::new("to a writer"))
        .stdout(Sender(sender)))
    .unwrap();
    let written: Vec<u8> = receiver.try_iter().flatten().collect();
    assert_eq!(written, b"to a writer");
}
