//! What libwasmtime knows of the concrete types of its engines.

use super::{FuncType, GlobalType, HeapType, Mutability, RefType, ValType};
use crate::Engine;
use crate::sys::*;
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr;

const DESCRIBED: &str = "the C API describes all types that there are of modules";

/// Whether `a` and `b`, both of one engine, are the same type.
///
/// Calls `wasmtime_wasm_valtype_equal`.
pub(super) fn same(a: HeapType, b: HeapType) -> bool {
    let [a, b] = [a, b].map(|ty| RefType::new(true, ty).to_c().expect(DESCRIBED));
    // SAFETY: both are valid, and by the callers' word of the same engine.
    unsafe { wasmtime_wasm_valtype_equal(a.as_ptr(), b.as_ptr()) }
}

/// Whether `a` is a subtype of `b`, both being of `engine`.
///
/// The C API has no function that says so. But it checks what a global is
/// given, so this offers a function that returns an `a` to a global that takes
/// functions that return a `b`. The library then compares the two functions'
/// results. All this happens in a store that nothing else is in.
// Version 48: a global's value is checked against its type; look at
// `wasmtime_global_new`.
pub(super) fn is_subtype(engine: &Engine, a: HeapType, b: HeapType) -> bool {
    let [a, b] = [a, b].map(|ty| FuncType::new(engine, [], [RefType::new(true, ty).into()]));
    let wanted = GlobalType::new(
        ValType::Ref(RefType::new(true, b.into())),
        Mutability::Const,
    );
    let (offered, wanted) = (a.to_c(), wanted.to_c().expect(DESCRIBED));

    let mut func = MaybeUninit::uninit();
    let mut global = MaybeUninit::uninit();
    // SAFETY: all types are of `engine`, and so is the store, which isn't used
    // after it is deleted. The outs can be written to; `func` is written
    // before it is read, and `global` isn't read.
    unsafe {
        let store = wasmtime_store_new(engine.as_ptr(), ptr::null_mut(), None);
        let context = wasmtime_store_context(store);
        wasmtime_func_new(
            context,
            offered.as_ptr(),
            Some(never_called),
            ptr::null_mut(),
            None,
            func.as_mut_ptr(),
        );
        let value = wasmtime_val_t {
            kind: WASMTIME_FUNCREF,
            of: wasmtime_valunion_t {
                funcref: func.assume_init(),
            },
        };
        let error = wasmtime_global_new(context, wanted.as_ptr(), &value, global.as_mut_ptr());
        let fits = error.is_null();
        if !fits {
            wasmtime_error_delete(error);
        }
        wasmtime_store_delete(store);
        fits
    }
}

unsafe extern "C" fn never_called(
    _: *mut c_void,
    _: *mut wasmtime_caller_t,
    _: *const wasmtime_val_t,
    _: usize,
    _: *mut wasmtime_val_t,
    _: usize,
) -> *mut wasm_trap_t {
    ptr::null_mut()
}
