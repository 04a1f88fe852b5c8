//! Short-lived instances.

use super::{Bencher, does_nothing, module, nullary};
use libwasmtime::sys::*;
use libwasmtime_bench::wat;
use std::mem::MaybeUninit;
use std::ptr;

/// Takes the configuration.
fn measure(bencher: &mut Bencher, config: *mut wasm_config_t) {
    let mut pre = ptr::null_mut();
    // SAFETY: everything is owned, alive where it is used, and deleted once.
    unsafe {
        let engine = wasm_engine_new_with_config(config);
        let module = module(engine, wat::INSTANTIATE);
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
            let mut trap = ptr::null_mut();
            let error = wasmtime_instance_pre_instantiate(
                pre,
                wasmtime_store_context(store),
                instance.as_mut_ptr(),
                &mut trap,
            );
            assert!(error.is_null() && trap.is_null());
            wasmtime_store_delete(store);
        });
        wasmtime_instance_pre_delete(pre);
        wasm_functype_delete(ty);
        wasmtime_linker_delete(linker);
        wasmtime_module_delete(module);
        wasm_engine_delete(engine);
    }
}

pub fn on_demand(bencher: &mut Bencher) {
    // SAFETY: the configuration is given away.
    measure(bencher, unsafe { wasm_config_new() });
}

pub fn pooled(bencher: &mut Bencher) {
    measure(bencher, pooling());
}

/// Returns a configuration with a small pool, owned by the caller.
pub fn pooling() -> *mut wasm_config_t {
    // SAFETY: the configuration and the pool's are owned.
    unsafe {
        let config = wasm_config_new();
        let pool = wasmtime_pooling_allocation_config_new();
        wasmtime_pooling_allocation_config_total_core_instances_set(pool, 10);
        wasmtime_pooling_allocation_config_total_memories_set(pool, 10);
        wasmtime_pooling_allocation_config_total_tables_set(pool, 10);
        wasmtime_pooling_allocation_config_max_memory_size_set(pool, 1 << 20);
        wasmtime_pooling_allocation_strategy_set(config, pool);
        wasmtime_pooling_allocation_config_delete(pool);
        config
    }
}
