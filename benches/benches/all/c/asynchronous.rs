//! Asynchronous calls, host functions and instantiation. A call's future is polled in a loop,
//! as the C API wakes nobody.

use super::instantiate::pooling;
use super::{Bencher, FuncType, World, does_nothing, mixed, module, nullary, number};
use libwasmtime::sys::*;
use libwasmtime_bench::{LOOP, wat};
use std::cell::Cell;
use std::ffi::c_void;
use std::hint::black_box;
use std::mem::MaybeUninit;
use std::ptr;

/// Polls the future that `start` creates until it has finished, and deletes it.
///
/// # Safety
///
/// `start` must return an owned future, which leaves null at both of its arguments.
unsafe fn block_on(
    start: impl FnOnce(*mut *mut wasm_trap_t, *mut *mut wasmtime_error_t) -> *mut wasmtime_call_future_t,
) {
    let mut trap = ptr::null_mut();
    let mut error = ptr::null_mut();
    // SAFETY: the future is owned, as this function requires, and deleted once.
    unsafe {
        let future = start(&mut trap, &mut error);
        while !wasmtime_call_future_poll(future) {}
        wasmtime_call_future_delete(future);
    }
    assert!(error.is_null() && trap.is_null());
}

/// Calls a function asynchronously.
///
/// # Safety
///
/// The function must belong to the store, and take and return as many values.
unsafe fn call<const P: usize, const R: usize>(
    world: &World,
    func: &wasmtime_func_t,
    args: [wasmtime_val_t; P],
) -> [wasmtime_val_t; R] {
    let mut results = [number(WASMTIME_I32, wasmtime_valunion_t { i64: 0 }); R];
    // SAFETY: the function belongs to the store, and the values fit, as this function requires.
    // All of it outlives the future.
    unsafe {
        block_on(|trap, error| {
            wasmtime_func_call_async(
                world.context,
                func,
                args.as_ptr(),
                P,
                results.as_mut_ptr(),
                R,
                trap,
                error,
            )
        });
    }
    results
}

pub fn typed_nullary(bencher: &mut Bencher) {
    let world = World::new();
    let instance = world.instantiate(wat::CALL, &[]);
    let func = world.func(&instance, "nullary");
    // SAFETY: the function belongs to the store, and takes and returns nothing.
    bencher.iter(|| unsafe { call::<0, 0>(&world, &func, []) });
}

pub fn typed_mixed(bencher: &mut Bencher) {
    untyped_mixed(bencher);
}

pub fn untyped_mixed(bencher: &mut Bencher) {
    let world = World::new();
    let instance = world.instantiate(wat::CALL, &[]);
    let func = world.func(&instance, "mixed");
    bencher.iter(|| {
        let args = black_box([
            number(WASMTIME_I32, wasmtime_valunion_t { i32: 1 }),
            number(WASMTIME_I64, wasmtime_valunion_t { i64: 2 }),
        ]);
        // SAFETY: the function belongs to the store, and takes two values and returns one.
        unsafe { call::<2, 1>(&world, &func, args) }
    });
}

type Callback = unsafe extern "C" fn(
    *mut c_void,
    *mut wasmtime_caller_t,
    *const wasmtime_val_t,
    usize,
    *mut wasmtime_val_t,
    usize,
    *mut *mut wasm_trap_t,
    *mut wasmtime_async_continuation_t,
);

/// Measures the loop of that name, which calls one of the two functions.
fn host(bencher: &mut Bencher, name: &str, nullary_callback: Callback, mixed_callback: Callback) {
    let world = World::new();
    let has_yielded = Cell::new(false);
    let env = (&raw const has_yielded).cast_mut().cast();
    let functions: [(&str, FuncType, Callback); 2] = [
        ("nullary", nullary, nullary_callback),
        ("mixed", mixed, mixed_callback),
    ];
    let mut instance = MaybeUninit::uninit();
    // SAFETY: the callbacks keep to the types, and the cell outlives the calls. Everything is
    // owned, alive where it is used, and deleted once.
    let instance = unsafe {
        let linker = wasmtime_linker_new(world.engine);
        for (name, ty, callback) in functions {
            let ty = ty();
            let error = wasmtime_linker_define_async_func(
                linker,
                "host".as_ptr().cast(),
                4,
                name.as_ptr().cast(),
                name.len(),
                ty,
                Some(callback),
                env,
                None,
            );
            assert!(error.is_null());
            wasm_functype_delete(ty);
        }
        let module = module(world.engine, wat::HOST);
        block_on(|trap, error| {
            let instance = instance.as_mut_ptr();
            wasmtime_linker_instantiate_async(linker, world.context, module, instance, trap, error)
        });
        wasmtime_module_delete(module);
        wasmtime_linker_delete(linker);
        instance.assume_init()
    };
    let run = world.func(&instance, name);
    bencher.iter(|| {
        let count = number(WASMTIME_I32, wasmtime_valunion_t { i32: LOOP as i32 });
        // SAFETY: the function belongs to the store, and takes a value.
        unsafe { call::<1, 0>(&world, &run, [count]) }
    });
}

pub fn ready_nullary(bencher: &mut Bencher) {
    host(bencher, "nullary", nullary_ready, mixed_ready);
}

pub fn ready_mixed(bencher: &mut Bencher) {
    host(bencher, "mixed", nullary_ready, mixed_ready);
}

pub fn yield_nullary(bencher: &mut Bencher) {
    host(bencher, "nullary", nullary_yields, mixed_yields);
}

pub fn yield_mixed(bencher: &mut Bencher) {
    host(bencher, "mixed", nullary_yields, mixed_yields);
}

unsafe extern "C" fn nullary_ready(
    _: *mut c_void,
    _: *mut wasmtime_caller_t,
    _: *const wasmtime_val_t,
    _: usize,
    _: *mut wasmtime_val_t,
    _: usize,
    _: *mut *mut wasm_trap_t,
    continuation: *mut wasmtime_async_continuation_t,
) {
    // SAFETY: the place is for the callee to fill.
    unsafe { continuation.write(then(ptr::null_mut(), is_ready)) }
}

unsafe extern "C" fn mixed_ready(
    _: *mut c_void,
    _: *mut wasmtime_caller_t,
    args: *const wasmtime_val_t,
    _: usize,
    results: *mut wasmtime_val_t,
    _: usize,
    _: *mut *mut wasm_trap_t,
    continuation: *mut wasmtime_async_continuation_t,
) {
    // SAFETY: the first argument is an integer, a result fits, and the continuation's place is
    // for the callee to fill.
    unsafe {
        write_mixed(args, results);
        continuation.write(then(ptr::null_mut(), is_ready));
    }
}

unsafe extern "C" fn nullary_yields(
    env: *mut c_void,
    _: *mut wasmtime_caller_t,
    _: *const wasmtime_val_t,
    _: usize,
    _: *mut wasmtime_val_t,
    _: usize,
    _: *mut *mut wasm_trap_t,
    continuation: *mut wasmtime_async_continuation_t,
) {
    // SAFETY: the place is for the callee to fill.
    unsafe { continuation.write(then(env, yields_once)) }
}

unsafe extern "C" fn mixed_yields(
    env: *mut c_void,
    _: *mut wasmtime_caller_t,
    args: *const wasmtime_val_t,
    _: usize,
    results: *mut wasmtime_val_t,
    _: usize,
    _: *mut *mut wasm_trap_t,
    continuation: *mut wasmtime_async_continuation_t,
) {
    // SAFETY: as for `mixed_ready`.
    unsafe {
        write_mixed(args, results);
        continuation.write(then(env, yields_once));
    }
}

/// Writes the result of `mixed`.
///
/// # Safety
///
/// The first argument must be an integer, and a result must fit.
unsafe fn write_mixed(args: *const wasmtime_val_t, results: *mut wasmtime_val_t) {
    // SAFETY: it is an integer, and the result fits, as this function requires.
    unsafe {
        let f32 = (*args).of.i32 as f32;
        results.write(number(WASMTIME_F32, wasmtime_valunion_t { f32 }));
    }
}

fn then(
    env: *mut c_void,
    callback: unsafe extern "C" fn(*mut c_void) -> bool,
) -> wasmtime_async_continuation_t {
    wasmtime_async_continuation_t {
        callback: Some(callback),
        env,
        finalizer: None,
    }
}

unsafe extern "C" fn is_ready(_: *mut c_void) -> bool {
    true
}

unsafe extern "C" fn yields_once(env: *mut c_void) -> bool {
    // SAFETY: the environment is a cell that outlives the call.
    unsafe { (*env.cast::<Cell<bool>>()).replace(!(*env.cast::<Cell<bool>>()).get()) }
}

/// Measures short-lived instances of a module, in a pool.
fn pooled(bencher: &mut Bencher, wat: &str) {
    let mut pre = ptr::null_mut();
    // SAFETY: everything is owned, alive where it is used, and deleted once.
    unsafe {
        let engine = wasm_engine_new_with_config(pooling());
        let module = module(engine, wat);
        let linker = wasmtime_linker_new(engine);
        let ty = nullary();
        let error = wasmtime_linker_define_func_unchecked(
            linker,
            "host".as_ptr().cast(),
            4,
            "f".as_ptr().cast(),
            1,
            ty,
            Some(does_nothing),
            ptr::null_mut(),
            None,
        );
        assert!(error.is_null());
        let error = wasmtime_linker_instantiate_pre(linker, module, &mut pre);
        assert!(error.is_null());
        bencher.iter(|| {
            let store = wasmtime_store_new(engine, ptr::null_mut(), None);
            let mut instance = MaybeUninit::uninit();
            block_on(|trap, error| {
                let context = wasmtime_store_context(store);
                let instance = instance.as_mut_ptr();
                wasmtime_instance_pre_instantiate_async(pre, context, instance, trap, error)
            });
            wasmtime_store_delete(store);
        });
        wasmtime_instance_pre_delete(pre);
        wasm_functype_delete(ty);
        wasmtime_linker_delete(linker);
        wasmtime_module_delete(module);
        wasm_engine_delete(engine);
    }
}

pub fn instantiate_pooled(bencher: &mut Bencher) {
    pooled(bencher, wat::INSTANTIATE);
}

pub fn instantiate_start(bencher: &mut Bencher) {
    pooled(bencher, wat::START);
}
