//! The pool's settings.

use super::{Config, Engine, tests};
use libwasmtime::{
    Instance, InstanceAllocationStrategy, Module, PoolingAllocationConfig, Result, Store,
};

tests! {
    wasmtime_pooling_allocation_config_new: small,
    wasmtime_pooling_allocation_config_delete: small,
    wasmtime_pooling_allocation_strategy_set: total_core_instances,
    wasmtime_pooling_allocation_config_max_unused_warm_slots_set: slots_are_used_again,
    wasmtime_pooling_allocation_config_decommit_batch_size_set: slots_are_used_again,
    #[cfg(feature = "async")]
    wasmtime_pooling_allocation_config_async_stack_keep_resident_set: slots_are_used_again,
    wasmtime_pooling_allocation_config_linear_memory_keep_resident_set: slots_are_used_again,
    wasmtime_pooling_allocation_config_table_keep_resident_set: slots_are_used_again,
    wasmtime_pooling_allocation_config_total_component_instances_set: components,
    wasmtime_pooling_allocation_config_max_component_instance_size_set: components,
    wasmtime_pooling_allocation_config_max_core_instances_per_component_set: components,
    wasmtime_pooling_allocation_config_max_memories_per_component_set: components,
    wasmtime_pooling_allocation_config_max_tables_per_component_set: components,
    wasmtime_pooling_allocation_config_total_memories_set: total_memories,
    wasmtime_pooling_allocation_config_total_tables_set: total_tables,
    #[cfg(feature = "async")]
    wasmtime_pooling_allocation_config_total_stacks_set: total_stacks,
    wasmtime_pooling_allocation_config_total_core_instances_set: total_core_instances,
    wasmtime_pooling_allocation_config_max_core_instance_size_set: max_core_instance_size,
    wasmtime_pooling_allocation_config_max_tables_per_module_set: max_tables_per_module,
    wasmtime_pooling_allocation_config_table_elements_set: table_elements,
    wasmtime_pooling_allocation_config_max_memories_per_module_set: max_memories_per_module,
    wasmtime_pooling_allocation_config_max_memory_size_set: max_memory_size,
    #[cfg(feature = "gc")]
    wasmtime_pooling_allocation_config_total_gc_heaps_set: total_gc_heaps,
}

/// Returns an engine with a pool of two slots of each kind, after a change.
#[track_caller]
fn engine(change: impl FnOnce(&mut PoolingAllocationConfig)) -> Engine {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(2);
    pool.total_memories(2).max_memory_size(2 << 16);
    pool.total_tables(2).table_elements(10);
    #[cfg(feature = "async")]
    pool.total_stacks(2);
    change(&mut pool);
    let mut config = Config::new();
    config.memory_reservation(2 << 16).memory_guard_size(0);
    config.allocation_strategy(pool);
    Engine::new(&config).unwrap()
}

/// Returns how many instances of a module can exist at a time, up to three.
fn instances(engine: &Engine, wat: &str) -> usize {
    let module = Module::new(engine, wat).unwrap();
    let mut store = Store::new(engine, ());
    (0..3)
        .take_while(|_| Instance::new(&mut store, &module, &[]).is_ok())
        .count()
}

#[track_caller]
fn assert_refused(engine: &Engine, wat: &str, why: &str) {
    let error = Module::new(engine, wat).map(drop).unwrap_err();
    let text = format!("{error:#}");
    assert!(text.contains(why), "{text}");
}

#[test]
fn small() {
    let engine = engine(|_| {});
    assert_eq!(instances(&engine, "(module)"), 2);
    // The slots of a store that was dropped are free again.
    assert_eq!(instances(&engine, "(module (memory 1))"), 2);
    // Without a pool there are no slots to run out of.
    assert_eq!(instances(&Engine::default(), "(module)"), 3);
}

#[test]
fn total_core_instances() {
    let engine = engine(|pool| _ = pool.total_core_instances(1));
    assert_eq!(instances(&engine, "(module)"), 1);
}

#[test]
fn total_memories() {
    let engine = engine(|pool| _ = pool.total_memories(1));
    assert_eq!(instances(&engine, "(module (memory 1))"), 1);
    assert_eq!(instances(&engine, "(module)"), 2);
}

#[test]
fn total_tables() {
    let engine = engine(|pool| _ = pool.total_tables(1));
    assert_eq!(instances(&engine, "(module (table 1 funcref))"), 1);
    assert_eq!(instances(&engine, "(module)"), 2);
}

#[test]
fn max_core_instance_size() {
    let engine = engine(|pool| _ = pool.max_core_instance_size(1));
    assert_refused(&engine, "(module)", "exceeds the configured maximum");
}

#[test]
fn max_memories_per_module() {
    let engine = engine(|pool| _ = pool.max_memories_per_module(2));
    assert_eq!(instances(&engine, "(module (memory 1) (memory 1))"), 1);
    let engine = self::engine(|_| {});
    assert_refused(
        &engine,
        "(module (memory 1) (memory 1))",
        "memories count of 2",
    );
}

#[test]
fn max_tables_per_module() {
    let engine = engine(|pool| _ = pool.max_tables_per_module(2));
    const TWO: &str = "(module (table 1 funcref) (table 1 funcref))";
    assert_eq!(instances(&engine, TWO), 1);
    assert_refused(&self::engine(|_| {}), TWO, "tables count of 2");
}

#[test]
fn table_elements() {
    let engine = engine(|pool| _ = pool.table_elements(11));
    assert_eq!(instances(&engine, "(module (table 11 funcref))"), 2);
    assert_refused(&engine, "(module (table 12 funcref))", "limit of 11");
}

#[test]
fn max_memory_size() {
    let engine = engine(|pool| _ = pool.max_memory_size(1 << 16));
    assert_eq!(instances(&engine, "(module (memory 1))"), 2);
    assert_refused(
        &engine,
        "(module (memory 2))",
        "minimum byte size of 131072",
    );
}

#[cfg(feature = "gc")]
#[test]
fn total_gc_heaps() {
    use libwasmtime::ExternRef;

    let engine = engine(|pool| _ = pool.total_gc_heaps(1));
    let mut first = Store::new(&engine, ());
    let mut second = Store::new(&engine, ());
    ExternRef::new(&mut first, 1).unwrap();
    assert!(ExternRef::new(&mut second, 2).is_err());
    drop(first);
    ExternRef::new(&mut second, 3).unwrap();
}

/// Only asynchronous calls use a stack, but all stacks are mapped from the start: two
/// mappings each, with the guard page.
#[cfg(all(feature = "async", target_os = "linux"))]
#[test]
fn total_stacks() {
    use crate::subprocess::Subprocess;

    Subprocess::new("config::pool::total_stacks").run(|| {
        let mappings = || {
            let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
            maps.lines().count()
        };
        let _few = engine(|pool| _ = pool.total_stacks(1));
        let before = mappings();
        let _many = engine(|pool| _ = pool.total_stacks(500));
        let made = mappings() - before;
        assert!((990..1100).contains(&made), "{made}");
    });
}

/// The ways to clean a slot differ only in the time that they take: it is clean.
#[test]
fn slots_are_used_again() {
    let kept = |bytes: usize| {
        engine(|pool| {
            pool.linear_memory_keep_resident(bytes);
            pool.table_keep_resident(bytes);
            #[cfg(feature = "async")]
            pool.async_stack_keep_resident(bytes);
            pool.max_unused_warm_slots(if bytes == 0 { 0 } else { 7 });
            pool.decommit_batch_size(bytes.max(1));
        })
    };
    for bytes in [0, 1, 5000, 1 << 20] {
        let engine = kept(bytes);
        let module = Module::new(
            &engine,
            r#"(module (memory (export "m") 1) (table (export "t") 3 funcref)
                (elem declare func $f)
                (func $f (export "f") (result i32)
                    (ref.is_null (table.get (i32.const 2)))
                    (table.set (i32.const 2) (ref.func $f))))"#,
        )
        .unwrap();
        for _ in 0..5 {
            let mut store = Store::new(&engine, ());
            for _ in 0..2 {
                let instance = Instance::new(&mut store, &module, &[]).unwrap();
                let memory = instance.get_memory(&mut store, "m").unwrap();
                assert!(memory.data(&store).iter().all(|&byte| byte == 0));
                memory.data_mut(&mut store).fill(1);
                let f = instance.get_typed_func::<(), i32>(&mut store, "f").unwrap();
                assert_eq!(f.call(&mut store, ()).unwrap(), 1);
                assert_eq!(f.call(&mut store, ()).unwrap(), 0);
            }
        }
    }
}

/// They count for components only.
#[test]
fn components() {
    let engine = engine(|pool| {
        pool.total_component_instances(0);
        pool.max_component_instance_size(0);
        pool.max_core_instances_per_component(0);
        pool.max_memories_per_component(0);
        pool.max_tables_per_component(0);
    });
    assert_eq!(instances(&engine, "(module (memory 1))"), 2);
}

/// What was set, or else what libwasmtime's default is.
#[test]
fn getters() -> Result<()> {
    let default = PoolingAllocationConfig::default();
    let total = if cfg!(target_pointer_width = "32") {
        100
    } else {
        1000
    };
    assert_eq!(default.get_max_unused_warm_slots(), 100);
    assert_eq!(default.get_decommit_batch_size(), 1);
    assert_eq!(default.get_memory_keep_resident(), 0);
    assert_eq!(default.get_table_keep_resident(), 0);
    assert_eq!(default.get_total_component_instances(), total);
    assert_eq!(default.get_max_component_instance_size(), 1 << 20);
    assert_eq!(default.get_max_core_instances_per_component(), u32::MAX);
    assert_eq!(default.get_max_memories_per_component(), u32::MAX);
    assert_eq!(default.get_max_tables_per_component(), u32::MAX);
    assert_eq!(default.get_total_memories(), total);
    assert_eq!(default.get_total_tables(), total);
    assert_eq!(default.get_total_core_instances(), total);
    assert_eq!(default.get_max_core_instance_size(), 1 << 20);
    assert_eq!(default.get_max_tables_per_module(), 1);
    assert_eq!(default.get_table_elements(), 20_000);
    assert_eq!(default.get_max_memories_per_module(), 1);
    #[cfg(target_pointer_width = "64")]
    assert_eq!(default.get_max_memory_size(), 4 << 30);
    #[cfg(feature = "async")]
    {
        assert_eq!(default.get_async_stack_keep_resident(), 0);
        assert_eq!(default.get_total_stacks(), total);
    }
    #[cfg(feature = "gc")]
    assert_eq!(default.get_total_gc_heaps(), total);

    let engine = engine(|pool| _ = pool.decommit_batch_size(3));
    let text = format!("{:?}", engine.config());
    assert!(text.contains("decommit_batch_size: Some(3)"), "{text}");
    assert!(matches!(
        InstanceAllocationStrategy::from(PoolingAllocationConfig::new()),
        InstanceAllocationStrategy::Pooling(_)
    ));
    Ok(())
}
