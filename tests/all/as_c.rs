//! The way down to the C API, and back.

mod objects;
mod store;
mod types;

use crate::guest::{Drops, instantiate, panic_of, panic_text};
use libwasmtime::sys::{self, AsC, AsCMut, FromC, ToC};
use libwasmtime::vec::Owned;
use libwasmtime::*;
use std::ptr;

/// The owner of what a C function returned.
///
/// # Safety
///
/// As for [`Owned::from_raw`].
unsafe fn own<T: libwasmtime::vec::Delete>(object: *mut T) -> Owned<T> {
    // SAFETY: this function requires the same.
    unsafe { Owned::from_raw(object) }.expect("it isn't null")
}

/// What a C function without WebAssembly code in it reported.
///
/// # Safety
///
/// As for [`Owned::from_raw`].
unsafe fn check(error: *mut sys::wasmtime_error_t) -> Result<()> {
    // SAFETY: this function requires the same.
    match unsafe { Owned::from_raw(error) } {
        None => Result::Ok(()),
        Some(error) => Err(error.into()),
    }
}

#[test]
fn errors_come_from_c_and_go_there() {
    let error = Error::new(Trap::OutOfFuel).context("with a \0 in it");
    let c = Owned::<sys::wasmtime_error_t>::from(&error);
    let back = Error::from(c).to_string();
    assert!(back.contains("with a \u{fffd} in it"), "{back}");
    assert!(back.contains("all fuel consumed"), "{back}");

    let c = Owned::<sys::wasm_trap_t>::from(&error);
    assert_eq!(Error::from(c).downcast_ref(), Some(&Trap::OutOfFuel));

    let error = Error::msg("the host's own");
    let c = Owned::<sys::wasm_trap_t>::from(&error);
    assert_eq!(Error::from(c).to_string(), "the host's own");

    let mut module = ptr::null_mut();
    let engine = Engine::default();
    // SAFETY: the bytes are readable; the error is owned.
    let result = unsafe {
        check(sys::wasmtime_module_new(
            engine.as_c(),
            b"\0asm".as_ptr(),
            4,
            &mut module,
        ))
    };
    assert!(result.is_err() && module.is_null());
}

#[test]
fn every_trap_becomes_one_of_c() {
    for trap in (0..=u8::MAX).filter_map(Trap::from_u8) {
        let c = Owned::<sys::wasm_trap_t>::from(&Error::new(trap));
        assert_eq!(Error::from(c).downcast_ref(), Some(&trap));
    }
}
