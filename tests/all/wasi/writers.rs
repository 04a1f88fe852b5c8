//! Writers of the host that receive the output of a program.

use super::{Errno, Guest, IO};
use crate::guest::{Dropped, Drops};
use libwasmtime::wasi::{MemoryOutputPipe, WasiCtxBuilder};
use libwasmtime::{Engine, Store};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::panic::panic_any;
use std::sync::mpsc::channel;
use std::thread::{self, ThreadId};

/// No space left on the device.
const NOSPC: Errno = 51;

/// A writer that calls a closure.
struct Writer<F>(F);

impl<F: FnMut(&[u8]) -> io::Result<usize>> Write for Writer<F> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.0(piece)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn get_each_piece_at_once() {
    let (sender, receiver) = channel();
    let send = move |piece: &[u8]| {
        sender.send(piece.to_vec()).unwrap();
        Ok(piece.len())
    };
    let mut guest = Guest::new(WasiCtxBuilder::new().stderr(Writer(send)));
    for piece in [b"one", b"two"] {
        assert_eq!(guest.write(2, piece), Ok(3));
        assert_eq!(receiver.try_recv().unwrap(), piece);
    }
    receiver.try_recv().unwrap_err();
}

#[test]
fn are_flushed() {
    let pipe = MemoryOutputPipe::new(100);
    let mut guest = Guest::new(WasiCtxBuilder::new().stdout(BufWriter::new(pipe.clone())));
    guest.write(1, b"text").unwrap();
    assert_eq!(pipe.contents(), b"text");
}

#[test]
fn may_take_a_piece_in_parts() {
    let mut pipe = MemoryOutputPipe::new(100);
    let contents = pipe.clone();
    let one_byte = move |piece: &[u8]| pipe.write(&piece[..1]);
    let mut guest = Guest::new(WasiCtxBuilder::new().stdout(Writer(one_byte)));
    assert_eq!(guest.write(1, b"text"), Ok(4));
    assert_eq!(contents.contents(), b"text");
}

/// The program gets an error, on that stream alone.
#[track_caller]
fn assert_fails(writer: impl Write + Send + 'static, errno: Errno) {
    let err = MemoryOutputPipe::new(100);
    let mut wasi = WasiCtxBuilder::new();
    let mut guest = Guest::new(wasi.stdout(writer).stderr(err.clone()).arg("goes on"));
    assert_eq!(guest.write(1, b"text"), Err(errno));
    assert_eq!(guest.args(), ["goes on"]);
    assert_eq!(guest.write(2, b"text"), Ok(4));
    assert_eq!(err.contents(), b"text");
    guest.write(1, b"text").unwrap_err();
}

#[test]
fn errors_are_the_programs() {
    assert_fails(Writer(|_: &[u8]| Err(io::Error::other("broken"))), IO);
    assert_fails(Writer(|_: &[u8]| Err(ErrorKind::WouldBlock.into())), IO);
    assert_fails(Writer(|_: &[u8]| Ok(0)), IO);
    let weird = |_: &[u8]| Err(io::Error::from_raw_os_error(i32::MIN));
    assert_fails(Writer(weird), IO);
}

#[test]
#[cfg(target_os = "linux")]
fn errors_of_the_system_are_told() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    assert_fails(full.unwrap(), NOSPC);
}

#[test]
fn interrupted_writers_are_asked_again() {
    let mut pipe = MemoryOutputPipe::new(100);
    let contents = pipe.clone();
    let mut interrupted = false;
    let writer = Writer(move |piece: &[u8]| {
        interrupted = !interrupted;
        if interrupted {
            return Err(ErrorKind::Interrupted.into());
        }
        pipe.write(piece)
    });
    let mut guest = Guest::new(WasiCtxBuilder::new().stdout(writer));
    assert_eq!(guest.write(1, b"text"), Ok(4));
    assert_eq!(contents.contents(), b"text");
}

#[test]
fn panics_are_errors() {
    assert_fails(Writer(|_: &[u8]| panic!("of the writer")), IO);
    struct PanicsWhenFlushed;
    impl Write for PanicsWhenFlushed {
        fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
            Ok(piece.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            panic!("of the writer")
        }
    }
    assert_fails(PanicsWhenFlushed, IO);
}

#[test]
fn panics_may_be_raised_with_anything() {
    struct PanicsWhenDropped;
    impl Drop for PanicsWhenDropped {
        fn drop(&mut self) {
            panic!("of what the panic was raised with")
        }
    }
    assert_fails(Writer(|_: &[u8]| panic_any(PanicsWhenDropped)), IO);
}

#[test]
fn are_left_alone_after_a_panic() {
    let (sender, receiver) = channel();
    let panics = Writer(move |_: &[u8]| {
        sender.send(()).unwrap();
        panic!("of the writer")
    });
    assert_fails(panics, IO);
    receiver.recv().unwrap();
    receiver.recv().expect_err("it isn't called again");
}

/// This would fail on libwasmtime's own threads.
#[test]
fn may_run_programs() {
    let inner = MemoryOutputPipe::new(100);
    let pipe = inner.clone();
    let runs = Writer(move |piece: &[u8]| {
        let mut guest = Guest::new(WasiCtxBuilder::new().stdout(pipe.clone()));
        Ok(guest.write(1, piece).unwrap())
    });
    let mut guest = Guest::new(WasiCtxBuilder::new().stdout(runs));
    assert_eq!(guest.write(1, b"text"), Ok(4));
    assert_eq!(inner.contents(), b"text");
}

/// A writer that counts drops on the thread that created it.
struct Counted {
    _dropped: Dropped,
    maker: ThreadId,
    panics: bool,
}

impl Counted {
    fn new(drops: &Drops) -> Counted {
        Counted {
            _dropped: drops.counted(),
            maker: thread::current().id(),
            panics: false,
        }
    }
}

impl Write for Counted {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        assert!(!self.panics, "of the writer");
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        assert_eq!(thread::current().id(), self.maker);
    }
}

/// The writers of two streams are dropped once each, when `f` is done.
#[track_caller]
fn assert_dropped(f: impl FnOnce(&mut WasiCtxBuilder, &Drops)) {
    let drops = Drops::default();
    let mut wasi = WasiCtxBuilder::new();
    wasi.stdout(Counted::new(&drops))
        .stderr(Counted::new(&drops));
    f(&mut wasi, &drops);
    drop(wasi);
    assert_eq!(drops.count(), 2);
}

#[test]
fn dropped_with_the_builder() {
    assert_dropped(|_, _| {});
}

#[test]
fn dropped_with_the_context() {
    assert_dropped(|wasi, drops| {
        let context = wasi.build_p1();
        assert_eq!(drops.count(), 0);
        drop(context);
        assert_eq!(drops.count(), 2);
    });
}

#[test]
fn dropped_with_the_store() {
    assert_dropped(|wasi, drops| {
        let mut store = Store::new(&Engine::default(), ());
        store.set_wasi(wasi.build_p1()).unwrap();
        assert_eq!(drops.count(), 0);
        drop(store);
        assert_eq!(drops.count(), 2);
    });
}

/// Several times, as libwasmtime's own threads finish at different moments.
#[test]
fn dropped_with_the_store_after_use() {
    for _ in 0..20 {
        assert_dropped(|wasi, drops| {
            let mut guest = Guest::new(wasi);
            guest.write(1, b"text").unwrap();
            guest.write(2, b"text").unwrap();
            assert_eq!(drops.count(), 0);
        });
    }
}

#[test]
fn dropped_with_the_context_after_use() {
    assert_dropped(|wasi, drops| {
        let mut guest = Guest::new(wasi);
        guest.write(1, b"text").unwrap();
        let other = WasiCtxBuilder::new().build_p1();
        guest.store.set_wasi(other).unwrap();
        assert_eq!(drops.count(), 2);
    });
}

#[test]
fn dropped_after_a_panic() {
    let drops = Drops::default();
    let mut panics = Counted::new(&drops);
    panics.panics = true;
    let mut guest = Guest::new(WasiCtxBuilder::new().stdout(panics));
    assert_eq!(guest.write(1, b"text"), Err(IO));
    assert_eq!(drops.count(), 0);
    drop(guest);
    assert_eq!(drops.count(), 1);
}

#[test]
fn dropped_when_replaced_in_the_builder() {
    assert_dropped(|wasi, drops| {
        wasi.inherit_stdout().stderr_file("nowhere");
        assert_eq!(drops.count(), 2);
    });
}

#[test]
fn dropped_when_the_context_is_replaced() {
    assert_dropped(|wasi, drops| {
        let mut store = Store::new(&Engine::default(), ());
        store.set_wasi(wasi.build_p1()).unwrap();
        store.set_wasi(WasiCtxBuilder::new().build_p1()).unwrap();
        assert_eq!(drops.count(), 2);
    });
}

/// Before and after they were passed to libwasmtime.
#[test]
fn dropped_when_the_context_is_refused() {
    assert_dropped(|wasi, drops| {
        let mut store = Store::new(&Engine::default(), ());
        store.set_wasi(wasi.arg("\0").build_p1()).unwrap_err();
        assert_eq!(drops.count(), 2);
    });
    assert_dropped(|wasi, drops| {
        let mut store = Store::new(&Engine::default(), ());
        let here = wasi
            .preopened_dir(".", "\0", libwasmtime::wasi::FsPerms::ReadOnly)
            .unwrap();
        store.set_wasi(here.build_p1()).unwrap_err();
        assert_eq!(drops.count(), 2);
    });
}

#[test]
fn used_from_another_thread() {
    let pipe = MemoryOutputPipe::new(100);
    let mut guest = Guest::new(WasiCtxBuilder::new().stdout(pipe.clone()));
    thread::spawn(move || guest.write(1, b"text").unwrap())
        .join()
        .unwrap();
    assert_eq!(pipe.contents(), b"text");
}
