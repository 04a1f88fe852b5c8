//! WASI with a library that was built without it.

use crate::case::{Case, minimal};
use libwasmtime::wasi::{WasiCtxBuilder, add_to_linker};
use libwasmtime::{Engine, Feature, Linker, Result, Store, Unsupported, load_from, loaded};
use std::io::{self, Write};
use std::sync::Arc;

/// A writer whose clones are counted.
struct Counted(#[expect(dead_code, reason = "it is only counted")] Arc<()>);

impl Write for Counted {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[track_caller]
fn assert_unsupported(result: Result<()>) {
    let error = result.unwrap_err();
    let unsupported = error.downcast_ref::<Unsupported>().unwrap();
    assert_eq!(unsupported.feature, Feature::Wasi);
    assert!(error.to_string().contains("`wasi`"), "{error}");
}

fn is_an_error_if_the_library_lacks_it() {
    let case = Case::new("wasi::is_an_error_if_the_library_lacks_it", |_| {});
    let minimal = minimal();
    case.run(|| {
        load_from(&minimal).unwrap();
        assert!(!loaded().unwrap().has(Feature::Wasi));
        let engine = Engine::default();
        assert_unsupported(add_to_linker(&mut Linker::<()>::new(&engine)));

        let count = Arc::new(());
        let mut wasi = WasiCtxBuilder::new();
        wasi.stdout(Counted(count.clone())).stdin_file("/nowhere");
        let mut store = Store::new(&engine, ());
        assert_unsupported(store.set_wasi(wasi.build_p1()));
        assert_eq!(Arc::strong_count(&count), 1);
    });
}

crate::tests![is_an_error_if_the_library_lacks_it,];
