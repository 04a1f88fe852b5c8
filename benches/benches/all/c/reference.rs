//! References to collected objects.

use super::{Bencher, World};
use libwasmtime::sys::*;
use libwasmtime_bench::wat;
use std::mem::MaybeUninit;
use std::ptr;

pub fn externref(bencher: &mut Bencher) {
    let world = World::new();
    let instance = world.instantiate(wat::REFERENCE, &[]);
    let identity = world.func(&instance, "identity");
    let mut externref = MaybeUninit::uninit();
    // SAFETY: the data is just a number; the reference is owned, as is the
    // result of each call.
    unsafe {
        let data = ptr::without_provenance_mut(7);
        assert!(wasmtime_externref_new(
            world.context,
            data,
            None,
            externref.as_mut_ptr()
        ));
        let mut arg = wasmtime_val_t {
            kind: WASMTIME_EXTERNREF,
            of: wasmtime_valunion_t {
                externref: externref.assume_init(),
            },
        };
        bencher.iter(|| {
            let mut result = MaybeUninit::uninit();
            let mut trap = ptr::null_mut();
            let error = wasmtime_func_call(
                world.context,
                &identity,
                &arg,
                1,
                result.as_mut_ptr(),
                1,
                &mut trap,
            );
            assert!(error.is_null() && trap.is_null());
            let mut result = result.assume_init();
            assert!(!wasmtime_externref_is_null(&result.of.externref));
            wasmtime_val_unroot(&mut result);
        });
        wasmtime_val_unroot(&mut arg);
    }
}
