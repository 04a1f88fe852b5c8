//! What programs that import WASI can see.

use crate::counted::Counted;
use crate::world::{Data, Shared};
use libwasmtime::Store;
use libwasmtime::wasi::{MemoryInputPipe, WasiCtxBuilder};
use std::io::{self, Write};
use std::sync::Arc;

/// A standard output that mostly works.
struct Output {
    shared: Arc<Shared>,
    _counted: Counted,
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.shared.source.below(8) {
            5 => Ok(bytes.len().min(1)),
            6 => Err(io::ErrorKind::BrokenPipe.into()),
            7 => panic!("a writer panics"),
            _ => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Gives a store a WASI context, which replaces one that it has.
pub fn give(store: &mut Store<Data>) {
    let shared = store.data().shared.clone();
    let output = || Output {
        shared: shared.clone(),
        _counted: shared.writers.count(),
    };
    let mut wasi = WasiCtxBuilder::new();
    wasi.arg("program").env("HOME", "/");
    if shared.source.any() {
        wasi.stdin(MemoryInputPipe::new("some input"));
    }
    wasi.stdout(output()).stderr(output());
    if shared.source.any() {
        // Replaces the last one.
        wasi.stdout(output());
    }
    let wasi = wasi.build_p1();
    if !shared.source.once_in(8) {
        store.set_wasi(wasi).expect("nothing in it is wrong");
    }
}
