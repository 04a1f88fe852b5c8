//! Types of continuations, which the C API has no description of.
//!
//! libwasmtime ends the process when it is asked to describe one. They are there
//! only while stack switching is on, which it isn't by default; then each type is
//! tried in another way first: no number is a value of a reference type, and the
//! error of a global that would have one names the type.

use crate::error::check;
use crate::sys::{
    WASM_CONST, WASMTIME_I32, wasm_globaltype_delete, wasm_globaltype_new, wasm_valtype_copy,
    wasm_valtype_t, wasmtime_global_new, wasmtime_store_context, wasmtime_store_delete,
    wasmtime_store_new, wasmtime_val_t, wasmtime_valunion_t,
};
use crate::{Engine, WasmFeatures};
use std::mem::MaybeUninit;
use std::ptr;

/// Whether there may be continuations in stores of `engine`. It is a setting of the
/// compilers.
pub(crate) fn may_be_in(engine: &Engine) -> bool {
    cfg!(any(feature = "cranelift", feature = "winch"))
        && engine
            .get_wasm_features()
            .contains(WasmFeatures::STACK_SWITCHING)
}

/// # Panics
///
/// If `ty` is of continuations.
///
/// # Safety
///
/// `ty` must be valid, and made by `engine`.
pub(super) unsafe fn refuse(engine: &Engine, ty: *const wasm_valtype_t) {
    if may_be_in(engine)
        // SAFETY: the caller vouches for `ty`.
        && unsafe { refusal(engine, ty) }.is_some_and(|refusal| refusal.contains("cont"))
    {
        panic!("a type can't be had: the C API doesn't describe those of continuations");
    }
}

/// What libwasmtime says to a number in the place of a reference: it has the
/// reference's type in it. `None` if it is a type of numbers.
///
/// # Safety
///
/// As for [`refuse`].
#[cold]
unsafe fn refusal(engine: &Engine, ty: *const wasm_valtype_t) -> Option<String> {
    // SAFETY: the engine is alive, and the caller vouches for `ty`, a copy of
    // which becomes part of the global's type. That and the store are deleted
    // here, the store last.
    let made = unsafe {
        let store = wasmtime_store_new(engine.as_ptr(), ptr::null_mut(), None);
        let content = wasm_valtype_copy(ty);
        let global = wasm_globaltype_new(content, WASM_CONST);
        let number = wasmtime_val_t {
            kind: WASMTIME_I32,
            of: wasmtime_valunion_t { i32: 0 },
        };
        let mut out = MaybeUninit::uninit();
        let made = check(wasmtime_global_new(
            wasmtime_store_context(store),
            global,
            &number,
            out.as_mut_ptr(),
        ));
        wasm_globaltype_delete(global);
        wasmtime_store_delete(store);
        made
    };
    Some(format!("{:#}", made.err()?))
}
