//! Pipes that store the output of a program.

use super::{Guest, in_process};
use libwasmtime::wasi::{MemoryOutputPipe, WasiCtxBuilder};
use std::fs::File;
use std::io::Write;
use std::thread;

#[test]
fn keeps_what_is_written() {
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
fn may_be_of_two_streams() {
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
fn may_get_more_than_is_written_at_once() {
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

/// Each store, and the host, appends to what is there.
#[test]
fn may_be_of_two_stores_and_the_host() {
    let mut pipe = MemoryOutputPipe::new(1000);
    pipe.write_all(b"a").unwrap();
    let mut first = Guest::new(WasiCtxBuilder::new().stdout(pipe.clone()));
    let mut second = Guest::new(WasiCtxBuilder::new().stderr(pipe.clone()));
    first.write(1, b"b").unwrap();
    second.write(2, b"c").unwrap();
    pipe.write_all(b"d").unwrap();
    drop(first);
    second.write(2, b"e").unwrap();
    drop(second);
    pipe.write_all(b"f").unwrap();
    assert_eq!(pipe.contents(), b"abcdef");
    assert_eq!(pipe.try_into_inner().unwrap(), b"abcdef");
}

/// Writes of several threads don't overwrite each other.
#[test]
fn may_be_shared_by_threads() {
    const TIMES: usize = 1_000;
    let pipe = MemoryOutputPipe::new(1 << 20);
    thread::scope(|scope| {
        for text in [b"aaaaaaa\n", b"bbbbbbb\n"] {
            let mut guest = Guest::new(WasiCtxBuilder::new().stdout(pipe.clone()));
            scope.spawn(move || {
                for _ in 0..TIMES {
                    assert_eq!(guest.write(1, text), Ok(text.len()));
                }
            });
        }
        let mut pipe = pipe.clone();
        scope.spawn(move || {
            for _ in 0..TIMES {
                pipe.write_all(b"ccccccc\n").unwrap();
                assert_eq!(pipe.contents().len() % 8, 0);
            }
        });
    });
    let contents = pipe.contents();
    let count = |line: &[u8]| contents.chunks(8).filter(|chunk| *chunk == line).count();
    assert_eq!(contents.len(), 3 * TIMES * 8);
    for line in [b"aaaaaaa\n", b"bbbbbbb\n", b"ccccccc\n"] {
        assert_eq!(count(line), TIMES);
    }
}

#[test]
fn may_be_full() {
    for capacity in [0, 3] {
        let mut pipe = MemoryOutputPipe::new(capacity);
        let mut guest = Guest::new(WasiCtxBuilder::new().stdout(pipe.clone()));
        guest.write(1, b"text").unwrap_err();
        let kept = pipe.contents();
        assert!(b"text"[..capacity].starts_with(&kept));
        // The stream is closed, as after any error.
        guest.write(1, b"text").unwrap_err();
        let room = capacity - kept.len();
        pipe.write_all(&b"..."[..room]).unwrap();
        pipe.write_all(b".").unwrap_err();
        assert_eq!(pipe.contents().len(), capacity);
    }
    let exact = MemoryOutputPipe::new(4);
    let mut guest = Guest::new(WasiCtxBuilder::new().stdout(exact.clone()));
    assert_eq!(guest.write(1, b"text"), Ok(4));
    assert_eq!(guest.write(1, b""), Ok(0));
    guest.write(1, b".").unwrap_err();
    assert_eq!(exact.contents(), b"text");
    assert_eq!(exact.clone().try_into_inner(), None);
    drop(guest);
    assert_eq!(exact.try_into_inner().unwrap(), b"text");
}

/// A program can't fill the memory of its host by writing beyond the capacity.
#[test]
fn stays_as_large_as_it_is() {
    let piece = vec![b'.'; super::TEXT_LEN];
    let pipe = MemoryOutputPipe::new(100_000);
    let mut guest = Guest::new(WasiCtxBuilder::new().stdout(pipe.clone()));
    for _ in 0..100 {
        _ = guest.write(1, &piece);
    }
    assert!(pipe.contents().len() <= 100_000);
}

/// A pipe is one file, and each stream that writes to it has it open.
#[test]
#[cfg(target_os = "linux")]
fn leaves_no_file_open() {
    in_process(
        "wasi::pipe::leaves_no_file_open",
        |command| command.output().unwrap(),
        || {
            let open = || std::fs::read_dir("/proc/self/fd").unwrap().count();
            let run = || {
                let pipe = MemoryOutputPipe::new(100);
                let mut wasi = WasiCtxBuilder::new();
                let mut guest = Guest::new(wasi.stdout(pipe.clone()).stderr(pipe.clone()));
                guest.write(1, b"text").unwrap();
                let during = open();
                drop(guest);
                assert_eq!(open(), during - 2);
                assert_eq!(pipe.try_into_inner().unwrap(), b"text");
            };
            // What libwasmtime opens once.
            run();
            let before = open();
            for _ in 0..20 {
                run();
            }
            assert_eq!(open(), before);
        },
    );
}

/// If no more files can be opened, a pipe works like any other writer.
#[test]
#[cfg(target_os = "linux")]
fn works_without_files() {
    in_process(
        "wasi::pipe::works_without_files",
        |command| command.output().unwrap(),
        || {
            // What libwasmtime opens for itself, once.
            Guest::new(&mut WasiCtxBuilder::new())
                .write(1, b"text")
                .unwrap();
            for left in 0..4 {
                let mut pipe = MemoryOutputPipe::new(100);
                let mut files = Vec::new();
                while let Ok(file) = File::open("/dev/null") {
                    files.push(file);
                }
                files.truncate(files.len() - left);
                let mut guest = Guest::new(WasiCtxBuilder::new().stdout(pipe.clone()));
                assert_eq!(guest.write(1, b"text"), Ok(4));
                pipe.write_all(b".").unwrap();
                assert_eq!(guest.write(1, b"text"), Ok(4));
                assert_eq!(pipe.contents(), b"text.text");
            }
        },
    );
}
