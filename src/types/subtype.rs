//! Comparing concrete types, which only libwasmtime can.

use super::{FuncType, GlobalType, HeapType, Mutability, RefType, ValType};
use crate::error::format_err;
use crate::owned::Owned;
use crate::sys::*;
use crate::{Engine, Error};
use std::ffi::c_void;
use std::fmt::Display;
use std::mem::MaybeUninit;
use std::ptr;

const DESCRIBED: &str = "the C API describes every type that a module can define";

/// Reports whether `a` and `b`, which belong to one engine, are the same type.
///
/// Calls `wasmtime_wasm_valtype_equal`.
pub(super) fn same(a: HeapType, b: HeapType) -> bool {
    let [a, b] = [a, b].map(|ty| RefType::new(true, ty).to_c().expect(DESCRIBED));
    // SAFETY: invariant "Owned object": both are valid, owned, and of one engine, which the
    // callers check first.
    unsafe { wasmtime_wasm_valtype_equal(a.as_ptr(), b.as_ptr()) }
}

/// Reports whether `a` is a subtype of `b`; both belong to `engine`.
///
/// The C API has no function for it. But `wasmtime_global_new` checks the value
/// that it is given. So this creates a function that returns an `a`, and a global
/// of references to functions that return a `b`, with that function as its value:
/// libwasmtime then compares the result types of both. This happens in a store of
/// its own, which is deleted at once.
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
    // SAFETY: invariant "Owned object": all types belong to `engine`, and so does the store,
    // which is new, so nothing else uses its context. The pointers for results are valid for
    // writes; `func` is written before it is read, and `global` isn't read. The error is null
    // or owned.
    unsafe {
        let store = Owned::from_c(wasmtime_store_new(engine.as_ptr(), ptr::null_mut(), None));
        let context = wasmtime_store_context(store.as_ptr());
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
        Owned::from_raw(error).is_none()
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

/// Returns the error for a value whose type doesn't match.
#[cold]
pub(crate) fn type_mismatch(expected: &dyn Display, found: &dyn Display) -> Error {
    format_err!("type mismatch: expected {expected}, found {found}")
}
