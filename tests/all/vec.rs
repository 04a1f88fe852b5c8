//! Vectors: `libwasmtime::vec`.

use libwasmtime::sys;
use libwasmtime::vec::ByteVec;

#[test]
fn bytes_round_trip() {
    let bytes = ByteVec::from(vec![0, 1, 255]);
    assert_eq!(bytes, [0, 1, 255]);
    assert_eq!(Vec::from(bytes), [0, 1, 255]);
}

#[test]
fn out_takes_over_what_the_function_wrote() {
    let wat = b"(module)";
    let wasm = ByteVec::out(|out| {
        // SAFETY: the text is valid, and `out` an empty vector.
        let error = unsafe { sys::wasmtime_wat2wasm(wat.as_ptr().cast(), wat.len(), out) };
        assert!(error.is_null());
    });
    assert_eq!(wasm, *b"\0asm\x01\0\0\0");
}
