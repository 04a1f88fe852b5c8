//! Engines with many settings, none of which takes much memory.

use crate::source::Source;
use libwasmtime::{Config, Engine, OptLevel, PoolingAllocationConfig, Result};

pub fn engine(source: &Source) -> Result<Engine> {
    let mut config = Config::new();
    // Compiling isn't tested here.
    config
        .cranelift_opt_level(OptLevel::None)
        .parallel_compilation(false)
        .shared_memory(true)
        .consume_fuel(source.once_in(3))
        .epoch_interruption(source.once_in(3));
    if source.once_in(4) {
        config.max_wasm_stack(64 << 10);
    }
    if source.once_in(8) {
        config.signals_based_traps(false);
    }
    if source.once_in(8) {
        config.memory_init_cow(false);
    }
    if source.once_in(4) {
        config
            .memory_reservation(0)
            .memory_reservation_for_growth(1 << 16);
    }
    if source.once_in(8) {
        config.memory_guard_size(0);
    }
    if source.once_in(8) {
        config.wasm_gc(false);
    }
    if source.once_in(8) {
        config.wasm_exceptions(false);
    }
    if source.once_in(3) {
        let mut pool = PoolingAllocationConfig::new();
        pool.total_core_instances(8)
            .total_memories(8)
            .total_tables(8)
            .total_gc_heaps(4)
            .total_stacks(6)
            .max_memory_size(1 << 20)
            .table_elements(200)
            .max_unused_warm_slots(2);
        config.allocation_strategy(pool).memory_reservation(1 << 20);
    }
    Engine::new(&config)
}
