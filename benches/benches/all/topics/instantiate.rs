//! Short-lived instances.

use super::Bencher;
use super::api::{
    Config, Engine, InstanceAllocationStrategy, Linker, Module, PoolingAllocationConfig, Store,
};
use libwasmtime_bench::wat;

fn measure(bencher: &mut Bencher, config: &Config) {
    let engine = Engine::new(config).unwrap();
    let module = Module::new(&engine, wat::INSTANTIATE).unwrap();
    let mut linker = Linker::new(&engine);
    linker.func_wrap("host", "f", || {}).unwrap();
    let pre = linker.instantiate_pre(&module).unwrap();
    bencher.iter(|| {
        let mut store = Store::new(&engine, ());
        pre.instantiate(&mut store).unwrap();
    });
}

pub fn on_demand(bencher: &mut Bencher) {
    measure(bencher, &Config::new());
}

/// Returns a configuration with a small pool.
pub fn pooling() -> Config {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(10)
        .total_memories(10)
        .total_tables(10)
        .max_memory_size(1 << 20);
    let mut config = Config::new();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}

pub fn pooled(bencher: &mut Bencher) {
    measure(bencher, &pooling());
}
