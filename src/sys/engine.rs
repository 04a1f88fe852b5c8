//! `wasmtime/engine.h`. Engines beyond what `wasm.h` has.

use super::*;

capi! {
    header "wasmtime/engine.h";

    functions(Core) {
        fn wasmtime_engine_clone(engine: *const wasm_engine_t) -> *mut wasm_engine_t;
        fn wasmtime_engine_increment_epoch(engine: *const wasm_engine_t);
        fn wasmtime_engine_is_pulley(engine: *const wasm_engine_t) -> bool;
    }
}
