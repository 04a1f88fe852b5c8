//! References to collected objects.

use super::{Bencher, World};
use libwasmtime::sys::*;
use libwasmtime_bench::wat;
use std::mem::MaybeUninit;
use std::ptr;

pub fn externref(bencher: &mut Bencher) {
    let world = World::collected();
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
        let mut externref = externref.assume_init();
        bencher.iter(|| {
            let mut value = wasmtime_val_raw_t {
                externref: wasmtime_externref_to_raw(world.context, &externref),
            };
            let mut trap = ptr::null_mut();
            let error =
                wasmtime_func_call_unchecked(world.context, &identity, &mut value, 1, &mut trap);
            assert!(error.is_null() && trap.is_null());
            let mut result = MaybeUninit::uninit();
            wasmtime_externref_from_raw(world.context, value.externref, result.as_mut_ptr());
            let mut result = result.assume_init();
            assert!(!wasmtime_externref_is_null(&result));
            wasmtime_externref_unroot(&mut result);
        });
        wasmtime_externref_unroot(&mut externref);
    }
}
