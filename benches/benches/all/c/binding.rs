//! Functions of the host on a receiver: unchecked callbacks. The counter is that of Rust.

use super::{Bencher, FuncType, World};
use crate::counter::Counter;
use libwasmtime::sys::*;
use libwasmtime_bench::{LOOP, wat};
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::{ptr, slice, str};

type Callback = unsafe extern "C" fn(
    *mut c_void,
    *mut wasmtime_caller_t,
    *mut wasmtime_val_raw_t,
    usize,
) -> *mut wasm_trap_t;

/// Measures the module, which calls the function.
fn measure(bencher: &mut Bencher, wat: &str, ty: FuncType, callback: Callback) {
    let world = World::new();
    let mut counter = Counter::default();
    let mut object = MaybeUninit::uninit();
    // SAFETY: the counter outlives the store; it is the data of the store or of the object, of
    // which the module uses one. The reference is owned.
    unsafe {
        let counter = (&raw mut counter).cast();
        wasmtime_context_set_data(world.context, counter);
        let object = object.as_mut_ptr();
        assert!(wasmtime_externref_new(world.context, counter, None, object));
    }
    let func = world.host(ty, callback);
    let instance = world.instantiate(wat, &[func]);
    let run = world.func(&instance, "run");
    bencher.iter(|| {
        let mut trap = ptr::null_mut();
        // SAFETY: the function belongs to the store, and takes an `externref` and an integer.
        unsafe {
            let mut values = [
                wasmtime_val_raw_t {
                    externref: wasmtime_externref_to_raw(world.context, object.as_ptr()),
                },
                wasmtime_val_raw_t { i32: LOOP as i32 },
            ];
            let values = values.as_mut_ptr();
            let error = wasmtime_func_call_unchecked(world.context, &run, values, 2, &mut trap);
            assert!(error.is_null() && trap.is_null());
        }
    });
    // SAFETY: the reference isn't used again.
    unsafe { wasmtime_externref_unroot(object.as_mut_ptr()) };
}

pub fn numbers(bencher: &mut Bencher) {
    measure(bencher, wat::ADD, number_type, add);
}

pub fn bytes(bencher: &mut Bencher) {
    measure(bencher, wat::ADD_BYTES, span_type, add_bytes);
}

pub fn text(bencher: &mut Bencher) {
    measure(bencher, wat::ADD_TEXT, span_type, add_text);
}

pub fn object(bencher: &mut Bencher) {
    measure(bencher, wat::ADD_TO_OBJECT, object_type, add_to_object);
}

pub fn callback(bencher: &mut Bencher) {
    measure(bencher, wat::APPLY, callback_type, apply);
}

/// `(i32) -> i64`
unsafe fn number_type() -> *mut wasm_functype_t {
    // SAFETY: the types are given away.
    unsafe { wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i64()) }
}

/// Returns a type of two parameters, of which the second is an `i32`.
unsafe fn binary(first: *mut wasm_valtype_t, result: *mut wasm_valtype_t) -> *mut wasm_functype_t {
    // SAFETY: the types are given away.
    unsafe { wasm_functype_new_2_1(first, wasm_valtype_new_i32(), result) }
}

/// `(i32, i32) -> i64`
unsafe fn span_type() -> *mut wasm_functype_t {
    // SAFETY: the types are given away.
    unsafe { binary(wasm_valtype_new_i32(), wasm_valtype_new_i64()) }
}

/// `(externref, i32) -> i64`
unsafe fn object_type() -> *mut wasm_functype_t {
    // SAFETY: the types are given away.
    unsafe { binary(wasm_valtype_new_externref(), wasm_valtype_new_i64()) }
}

/// `(funcref, i32) -> i32`
unsafe fn callback_type() -> *mut wasm_functype_t {
    // SAFETY: the types are given away.
    unsafe { binary(wasm_valtype_new_funcref(), wasm_valtype_new_i32()) }
}

/// Returns a trap with a text.
fn trap(message: &str) -> *mut wasm_trap_t {
    // SAFETY: the text is copied.
    unsafe { wasmtime_trap_new(message.as_ptr().cast(), message.len()) }
}

/// Returns the data of a store.
///
/// # Safety
///
/// They must be a counter that nothing else uses.
unsafe fn counter<'a>(context: *mut wasmtime_context_t) -> &'a mut Counter {
    // SAFETY: this is what this function requires.
    unsafe { &mut *wasmtime_context_get_data(context).cast() }
}

unsafe extern "C" fn add(
    _: *mut c_void,
    caller: *mut wasmtime_caller_t,
    values: *mut wasmtime_val_raw_t,
    _: usize,
) -> *mut wasm_trap_t {
    // SAFETY: the argument is an integer, and the result goes in its place.
    unsafe {
        let counter = counter(wasmtime_caller_context(caller));
        (*values).i64 = counter.add((*values).i32);
    }
    ptr::null_mut()
}

/// Returns the bytes of the caller's memory whose address and length are the arguments.
///
/// # Safety
///
/// There must be these arguments, and nothing may change the memory meanwhile.
unsafe fn borrow<'a>(
    caller: *mut wasmtime_caller_t,
    values: *const wasmtime_val_raw_t,
) -> Result<&'a [u8], *mut wasm_trap_t> {
    const NAME: &str = "memory";
    let mut item = MaybeUninit::uninit();
    // SAFETY: the caller is valid, and the item is written if it is found. The arguments are as
    // this function requires.
    unsafe {
        let name = NAME.as_ptr().cast();
        if !wasmtime_caller_export_get(caller, name, NAME.len(), item.as_mut_ptr()) {
            return Err(trap("the guest exports no memory"));
        }
        let mut item = item.assume_init();
        if item.kind != WASMTIME_EXTERN_MEMORY {
            wasmtime_extern_delete(&mut item);
            return Err(trap("the guest exports no memory"));
        }
        let context = wasmtime_caller_context(caller);
        let bytes = slice::from_raw_parts(
            wasmtime_memory_data(context, &item.of.memory),
            wasmtime_memory_data_size(context, &item.of.memory),
        );
        let (address, len) = ((*values).i32 as u32, (*values.add(1)).i32 as u32);
        let bytes = bytes
            .get(address as usize..)
            .and_then(|rest| rest.get(..len as usize));
        bytes.ok_or_else(|| trap("the bytes aren't in the guest's memory"))
    }
}

unsafe extern "C" fn add_bytes(
    _: *mut c_void,
    caller: *mut wasmtime_caller_t,
    values: *mut wasmtime_val_raw_t,
    _: usize,
) -> *mut wasm_trap_t {
    // SAFETY: the arguments are an address and a length, and the result goes in their place.
    unsafe {
        match borrow(caller, values) {
            Ok(bytes) => {
                let counter = counter(wasmtime_caller_context(caller));
                (*values).i64 = counter.add_bytes(bytes);
                ptr::null_mut()
            }
            Err(trap) => trap,
        }
    }
}

unsafe extern "C" fn add_text(
    _: *mut c_void,
    caller: *mut wasmtime_caller_t,
    values: *mut wasmtime_val_raw_t,
    _: usize,
) -> *mut wasm_trap_t {
    // SAFETY: the arguments are an address and a length, and the result goes in their place.
    unsafe {
        let bytes = match borrow(caller, values) {
            Ok(bytes) => bytes,
            Err(trap) => return trap,
        };
        let Ok(text) = str::from_utf8(bytes) else {
            return trap("the text isn't UTF-8");
        };
        (*values).i64 = counter(wasmtime_caller_context(caller)).add_text(text);
    }
    ptr::null_mut()
}

unsafe extern "C" fn add_to_object(
    _: *mut c_void,
    caller: *mut wasmtime_caller_t,
    values: *mut wasmtime_val_raw_t,
    _: usize,
) -> *mut wasm_trap_t {
    let mut object = MaybeUninit::uninit();
    // SAFETY: the arguments are a reference and an integer, and the result goes in their place.
    // The data of an object are a counter. The reference is owned.
    unsafe {
        let context = wasmtime_caller_context(caller);
        wasmtime_externref_from_raw(context, (*values).externref, object.as_mut_ptr());
        let mut object = object.assume_init();
        if wasmtime_externref_is_null(&object) {
            return trap("the object is null");
        }
        let counter = wasmtime_externref_data(context, &object).cast::<Counter>();
        let result = counter
            .as_mut()
            .map(|counter| counter.add((*values.add(1)).i32));
        wasmtime_externref_unroot(&mut object);
        match result {
            Some(total) => {
                (*values).i64 = total;
                ptr::null_mut()
            }
            None => trap("the object is no counter"),
        }
    }
}

/// Makes a checked call, which compares the function's type.
unsafe extern "C" fn apply(
    _: *mut c_void,
    caller: *mut wasmtime_caller_t,
    values: *mut wasmtime_val_raw_t,
    _: usize,
) -> *mut wasm_trap_t {
    let mut func = MaybeUninit::uninit();
    let mut result = MaybeUninit::<wasmtime_val_t>::uninit();
    let mut raised = ptr::null_mut();
    // SAFETY: the arguments are a function and an integer, and the result goes in their place.
    unsafe {
        let context = wasmtime_caller_context(caller);
        wasmtime_func_from_raw(context, (*values).funcref, func.as_mut_ptr());
        let func = func.assume_init();
        if wasmtime_funcref_is_null(&func) {
            return trap("the function is null");
        }
        let arg = wasmtime_val_t {
            kind: WASMTIME_I32,
            of: wasmtime_valunion_t {
                i32: (*values.add(1)).i32,
            },
        };
        let result_ptr = result.as_mut_ptr();
        let error = wasmtime_func_call(context, &func, &arg, 1, result_ptr, 1, &mut raised);
        if !error.is_null() {
            wasmtime_error_delete(error);
            return trap("the function has another type");
        }
        if raised.is_null() {
            (*values).i32 = result.assume_init().of.i32;
        }
    }
    raised
}
