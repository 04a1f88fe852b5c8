//! Pools that don't fit into the address space.
#![cfg(target_pointer_width = "64")]

use crate::limits::limited;
use crate::subprocess::Subprocess;
use crate::{alone, assert_conflict, assert_possible};
use libwasmtime::{
    Config, ConfigConflict, Engine, InstanceAllocationStrategy, PoolingAllocationConfig,
};

const POOL: &str = "allocation_strategy(InstanceAllocationStrategy::Pooling(…))";

/// What a row of a table does to a pool.
type Change = fn(&mut PoolingAllocationConfig);

/// Returns a process with a limit on its address space.
fn confined(test: &'static str, kib: u64) -> Subprocess {
    limited(test, &format!("ulimit -v {kib} &&"))
}

/// A configuration with a pool of one small memory, after a change.
fn small(config: &mut Config, change: impl FnOnce(&mut PoolingAllocationConfig)) {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_memories(1).max_memory_size(1 << 16);
    pool.total_tables(1).table_elements(10);
    #[cfg(feature = "async")]
    pool.total_stacks(1);
    change(&mut pool);
    config.memory_reservation(1 << 16).memory_guard_size(0);
    config.allocation_strategy(pool);
}

/// Tries to create an engine and an instance in its pool. Both may fail.
fn use_pool(config: &Config) -> bool {
    let Ok(engine) = Engine::new(config) else {
        return false;
    };
    #[cfg(all(feature = "wat", feature = "cranelift"))]
    {
        use libwasmtime::{Instance, Memory, MemoryType, Module, Store};
        let mut store = Store::new(&engine, ());
        _ = Memory::new(&mut store, MemoryType::new(1, None));
        let text = "(module (memory 1) (table 1 funcref) (table 1 externref) (func))";
        if let Ok(module) = Module::new(&engine, text) {
            _ = Instance::new(&mut store, &module, &[]);
        }
    }
    drop(engine);
    true
}

#[test]
fn of_nothing() {
    alone("pool::of_nothing", || {
        const EMPTY: &[Change] = &[
            |pool| {
                pool.total_memories(0);
            },
            |pool| {
                pool.max_memory_size(0);
            },
            |pool| {
                pool.total_tables(0);
            },
            |pool| {
                pool.table_elements(0);
            },
            |pool| {
                pool.total_core_instances(0);
            },
            |pool| {
                pool.max_core_instance_size(0);
            },
            |pool| {
                pool.max_memories_per_module(0).max_tables_per_module(0);
            },
            |pool| {
                pool.total_component_instances(0);
                pool.max_component_instance_size(0);
                pool.max_core_instances_per_component(0);
                pool.max_memories_per_component(0);
                pool.max_tables_per_component(0);
            },
            |pool| {
                pool.decommit_batch_size(0).max_unused_warm_slots(0);
            },
            #[cfg(feature = "async")]
            |pool| {
                pool.total_stacks(0);
            },
            #[cfg(feature = "gc")]
            |pool| {
                pool.total_gc_heaps(0);
            },
        ];
        for (index, change) in EMPTY.iter().enumerate() {
            println!("{index}");
            let mut config = Config::new();
            small(&mut config, change);
            assert!(use_pool(&config), "{index}");
        }
        println!("all at once");
        let mut config = Config::new();
        small(&mut config, |pool| {
            EMPTY.iter().for_each(|change| change(pool))
        });
        config.memory_reservation(0);
        assert!(use_pool(&config));
    });
}

#[test]
fn of_more_than_there_is() {
    alone("pool::of_more_than_there_is", || {
        const HUGE: &[Change] = &[
            |pool| {
                pool.total_memories(u32::MAX);
            },
            |pool| {
                pool.total_tables(u32::MAX).table_elements(1 << 20);
            },
            |pool| {
                pool.table_elements(usize::MAX);
            },
            |pool| {
                pool.table_elements(1 << 45);
            },
            #[cfg(feature = "async")]
            |pool| {
                pool.total_stacks(u32::MAX);
            },
        ];
        for change in HUGE {
            assert_conflict(POOL, |config| {
                small(config, change);
                // All of them together exceed the address space.
                config.memory_reservation(1 << 36);
            });
        }
        // The number of mappings is limited too.
        #[cfg(all(feature = "async", target_os = "linux"))]
        if std::fs::read_to_string("/proc/sys/vm/max_map_count").is_ok_and(|count| {
            count
                .trim()
                .parse::<u32>()
                .is_ok_and(|count| count < 200_000)
        }) {
            assert_conflict(POOL, |config| {
                small(config, |pool| {
                    pool.total_stacks(200_000);
                });
                config.async_stack_size(1 << 12).max_wasm_stack(1 << 12);
            });
        }
    });
}

/// Counters have no size.
#[test]
fn of_numbers() {
    alone("pool::of_numbers", || {
        let engine = assert_possible("counters", |config| {
            small(config, |pool| {
                pool.total_core_instances(u32::MAX);
                pool.total_component_instances(u32::MAX);
                pool.max_unused_warm_slots(u32::MAX);
                pool.decommit_batch_size(usize::MAX);
                pool.max_core_instance_size(usize::MAX >> 8);
                pool.max_memories_per_module(u32::MAX);
                pool.max_tables_per_module(u32::MAX);
            });
        });
        assert!(use_pool(engine.config()));
    });
}

/// The largest numbers of each kind, one by one: an error or not.
#[test]
fn of_the_largest_numbers() {
    alone("pool::of_the_largest_numbers", || {
        const LARGEST: &[Change] = &[
            |pool| {
                pool.max_unused_warm_slots(u32::MAX);
            },
            |pool| {
                pool.decommit_batch_size(usize::MAX);
            },
            |pool| {
                pool.linear_memory_keep_resident(usize::MAX);
            },
            |pool| {
                pool.table_keep_resident(usize::MAX);
            },
            |pool| {
                pool.linear_memory_keep_resident(usize::MAX >> 4);
                pool.table_keep_resident(usize::MAX >> 4);
            },
            |pool| {
                pool.total_component_instances(u32::MAX);
            },
            |pool| {
                pool.max_component_instance_size(usize::MAX);
            },
            |pool| {
                pool.max_core_instance_size(usize::MAX);
            },
            |pool| {
                pool.total_core_instances(u32::MAX);
            },
            |pool| {
                pool.total_memories(u32::MAX);
            },
            |pool| {
                pool.total_tables(u32::MAX);
            },
            |pool| {
                pool.total_tables(u32::MAX).table_elements(0);
            },
            |pool| {
                pool.max_memory_size(usize::MAX);
            },
            |pool| {
                pool.max_tables_per_module(u32::MAX);
                pool.max_memories_per_module(u32::MAX);
            },
            #[cfg(feature = "async")]
            |pool| {
                pool.async_stack_keep_resident(usize::MAX);
            },
            #[cfg(feature = "async")]
            |pool| {
                pool.async_stack_keep_resident(usize::MAX >> 4);
            },
            #[cfg(feature = "gc")]
            |pool| {
                pool.total_gc_heaps(u32::MAX);
            },
        ];
        for (index, change) in LARGEST.iter().enumerate() {
            println!("{index}");
            let mut config = Config::new();
            small(&mut config, change);
            use_pool(&config);
        }
    });
}

#[test]
fn of_memories_larger_than_what_is_reserved() {
    alone("pool::of_memories_larger_than_what_is_reserved", || {
        assert_conflict(
            "PoolingAllocationConfig::max_memory_size(65537)",
            |config| {
                small(config, |pool| {
                    pool.max_memory_size((1 << 16) + 1);
                });
            },
        );
        assert_conflict(
            "PoolingAllocationConfig::max_memory_size(4294967296)",
            |config| {
                config.allocation_strategy(InstanceAllocationStrategy::pooling());
                config.memory_reservation(1 << 20);
            },
        );
    });
}

/// The default pool has 4.3 TB.
#[test]
fn by_default() {
    alone("pool::by_default", || {
        let mut config = Config::new();
        config.allocation_strategy(InstanceAllocationStrategy::pooling());
        // It depends on the machine.
        use_pool(&config);
    });
}

/// The same with less and less address space.
#[test]
fn under_a_limit() {
    for kib in [1 << 33, 5 << 30, 1 << 25, 1 << 21] {
        confined("pool::under_a_limit", kib).run(|| {
            let mut config = Config::new();
            config.allocation_strategy(InstanceAllocationStrategy::pooling());
            match Engine::new(&config) {
                Ok(_) => println!("there is room"),
                Err(error) => {
                    assert!(error.is::<ConfigConflict>(), "{error:?}");
                }
            }
            // At some size it stops being possible.
            for memories in (0..14).map(|log2| 1 << log2) {
                let mut config = Config::new();
                small(&mut config, |pool| {
                    pool.total_memories(memories);
                });
                config
                    .memory_reservation(1 << 28)
                    .memory_guard_size(1 << 16);
                let possible = use_pool(&config);
                println!("{memories} memories: {possible}");
            }
        });
    }
}

/// With 8 GiB of addresses, the default pool is impossible on any machine.
#[test]
fn by_default_in_8_gib() {
    confined("pool::by_default_in_8_gib", 8 << 20).run(|| {
        assert_conflict(POOL, |config| {
            config.allocation_strategy(InstanceAllocationStrategy::pooling());
        });
        assert_possible("a small one", |config| small(config, |_| {}));
    });
}

/// One pool fits into the address space, and two don't.
#[test]
fn at_the_same_time() {
    confined("pool::at_the_same_time", 24 << 20).run(|| {
        let make = || {
            let mut config = Config::new();
            small(&mut config, |pool| {
                pool.total_memories(16);
            });
            config.memory_reservation(1 << 30);
            Engine::new(&config).ok()
        };
        for _ in 0..10 {
            let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(make)).collect();
            let engines: Vec<_> = threads
                .into_iter()
                .filter_map(|thread| thread.join().unwrap())
                .collect();
            assert_eq!(engines.len(), 1);
        }
    });
}

/// No module has as many memories, and no module may take the time of a loop over them.
#[cfg(feature = "cranelift")]
#[test]
fn of_modules_with_any_number_of_memories() {
    alone("pool::of_modules_with_any_number_of_memories", || {
        let mut config = Config::new();
        small(&mut config, |pool| {
            pool.max_memories_per_module(u32::MAX);
        });
        let engine = Engine::new(&config).unwrap();
        let start = std::time::Instant::now();
        drop(libwasmtime::Module::new(&engine, b"\0asm\x01\0\0\0").unwrap());
        assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    });
}
