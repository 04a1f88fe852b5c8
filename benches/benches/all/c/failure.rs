//! Calls that fail.

use super::{Bencher, World, nullary};
use libwasmtime::sys::*;
use libwasmtime_bench::wat;
use std::ffi::c_void;
use std::ptr;

/// Calls the function of that name, which traps, and reads the trap.
fn measure(bencher: &mut Bencher, name: &str, look: impl Fn(*const wasm_trap_t)) {
    let world = World::new();
    let fail = world.host(nullary, fail);
    let instance = world.instantiate(wat::FAILURE, &[fail]);
    let func = world.func(&instance, name);
    bencher.iter(|| {
        let mut trap = ptr::null_mut();
        // SAFETY: the function belongs to the store and takes nothing; either the error or
        // the trap is owned then.
        unsafe {
            let error =
                wasmtime_func_call_unchecked(world.context, &func, ptr::null_mut(), 0, &mut trap);
            if !error.is_null() {
                wasmtime_error_delete(error);
            } else {
                look(trap);
                wasm_trap_delete(trap);
            }
        }
    });
}

pub fn trap(bencher: &mut Bencher) {
    measure(bencher, "trap", |trap| {
        let mut frames = wasm_frame_vec_t::EMPTY;
        let mut code = 0;
        // SAFETY: the trap is alive; the frames are owned.
        unsafe {
            wasm_trap_trace(trap, &mut frames);
            assert_eq!(frames.size, 2);
            wasm_frame_vec_delete(&mut frames);
            assert!(wasmtime_trap_code(trap, &mut code));
        }
        assert_eq!(code, WASMTIME_TRAP_CODE_UNREACHABLE_CODE_REACHED);
    });
}

pub fn host_error(bencher: &mut Bencher) {
    measure(bencher, "host_error", |_| {});
}

unsafe extern "C" fn fail(
    _: *mut c_void,
    _: *mut wasmtime_caller_t,
    _: *mut wasmtime_val_raw_t,
    _: usize,
) -> *mut wasm_trap_t {
    const MESSAGE: &str = "refused for reason 7";
    // SAFETY: the text is copied.
    unsafe { wasmtime_trap_new(MESSAGE.as_ptr().cast(), MESSAGE.len()) }
}
