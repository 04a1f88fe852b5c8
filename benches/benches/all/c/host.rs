//! Functions of the host, called by WebAssembly: unchecked callbacks for the typed ones,
//! checked callbacks for the untyped ones.

use super::{Bencher, FuncType, World, does_nothing, mixed, nullary};
use libwasmtime::sys::*;
use libwasmtime_bench::{LOOP, wat};
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr;

/// Measures the loop of that name, which calls one of the two functions.
fn measure(bencher: &mut Bencher, world: &World, name: &str, imports: [wasmtime_func_t; 2]) {
    let instance = world.instantiate(wat::HOST, &imports);
    let run = world.func(&instance, name);
    bencher.iter(|| {
        let mut value = wasmtime_val_raw_t { i32: LOOP as i32 };
        let mut trap = ptr::null_mut();
        // SAFETY: the function belongs to the store and takes an integer.
        let error =
            unsafe { wasmtime_func_call_unchecked(world.context, &run, &mut value, 1, &mut trap) };
        assert!(error.is_null() && trap.is_null());
    });
}

fn typed(bencher: &mut Bencher, name: &str) {
    let world = World::new();
    let imports = [
        world.host(nullary, does_nothing),
        world.host(mixed, unchecked_mixed),
    ];
    measure(bencher, &world, name, imports);
}

pub fn typed_nullary(bencher: &mut Bencher) {
    typed(bencher, "nullary");
}

pub fn typed_mixed(bencher: &mut Bencher) {
    typed(bencher, "mixed");
}

pub fn typed_caller(bencher: &mut Bencher) {
    let world = World::new();
    let mut data = 0u64;
    // SAFETY: the data outlives the store.
    unsafe { wasmtime_context_set_data(world.context, (&raw mut data).cast()) };
    let imports = [
        world.host(nullary, unchecked_caller),
        world.host(mixed, unchecked_mixed),
    ];
    measure(bencher, &world, "nullary", imports);
}

fn untyped(bencher: &mut Bencher, name: &str) {
    let world = World::new();
    let imports = [
        checked(&world, nullary, checked_nullary),
        checked(&world, mixed, checked_mixed),
    ];
    measure(bencher, &world, name, imports);
}

pub fn untyped_nullary(bencher: &mut Bencher) {
    untyped(bencher, "nullary");
}

pub fn untyped_mixed(bencher: &mut Bencher) {
    untyped(bencher, "mixed");
}

unsafe extern "C" fn unchecked_mixed(
    _: *mut c_void,
    _: *mut wasmtime_caller_t,
    values: *mut wasmtime_val_raw_t,
    _: usize,
) -> *mut wasm_trap_t {
    // SAFETY: the argument is an integer, and the result goes in its place.
    unsafe { (*values).f32 = (*values).i32 as f32 };
    ptr::null_mut()
}

unsafe extern "C" fn unchecked_caller(
    _: *mut c_void,
    caller: *mut wasmtime_caller_t,
    _: *mut wasmtime_val_raw_t,
    _: usize,
) -> *mut wasm_trap_t {
    // SAFETY: the store's data is an integer that nothing else uses now.
    unsafe {
        let data = wasmtime_context_get_data(wasmtime_caller_context(caller));
        *data.cast::<u64>() += 1;
    }
    ptr::null_mut()
}

/// Creates a function from a checked callback.
fn checked(
    world: &World,
    ty: FuncType,
    callback: unsafe extern "C" fn(
        *mut c_void,
        *mut wasmtime_caller_t,
        *const wasmtime_val_t,
        usize,
        *mut wasmtime_val_t,
        usize,
    ) -> *mut wasm_trap_t,
) -> wasmtime_func_t {
    let mut func = MaybeUninit::uninit();
    // SAFETY: the callback keeps to the type, which is owned.
    unsafe {
        let ty = ty();
        wasmtime_func_new(
            world.context,
            ty,
            Some(callback),
            ptr::null_mut(),
            None,
            func.as_mut_ptr(),
        );
        wasm_functype_delete(ty);
        func.assume_init()
    }
}

unsafe extern "C" fn checked_nullary(
    _: *mut c_void,
    _: *mut wasmtime_caller_t,
    _: *const wasmtime_val_t,
    _: usize,
    _: *mut wasmtime_val_t,
    _: usize,
) -> *mut wasm_trap_t {
    ptr::null_mut()
}

unsafe extern "C" fn checked_mixed(
    _: *mut c_void,
    _: *mut wasmtime_caller_t,
    args: *const wasmtime_val_t,
    _: usize,
    results: *mut wasmtime_val_t,
    _: usize,
) -> *mut wasm_trap_t {
    // SAFETY: the first argument is an integer, and a result fits.
    unsafe {
        results.write(wasmtime_val_t {
            kind: WASMTIME_F32,
            of: wasmtime_valunion_t {
                f32: (*args).of.i32 as f32,
            },
        });
    }
    ptr::null_mut()
}
