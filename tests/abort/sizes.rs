//! Sizes that are impossible, by themselves or together.

use crate::{Change, alone, assert_conflict, assert_possible};

#[test]
fn of_stacks() {
    alone("sizes::of_stacks", || {
        assert_conflict("max_wasm_stack(0)", |config| {
            config.max_wasm_stack(0);
        });
        // The stack of an asynchronous call has 2 MiB by default.
        assert_conflict("max_wasm_stack(2097153)", |config| {
            config.max_wasm_stack((2 << 20) + 1);
        });
        assert_possible("as large as the stack", |config| {
            config.max_wasm_stack(2 << 20);
        });
        assert_possible("one byte", |config| {
            config.max_wasm_stack(1);
        });
    });
}

#[cfg(feature = "async")]
#[test]
fn of_asynchronous_stacks() {
    alone("sizes::of_asynchronous_stacks", || {
        // 512 KiB are for WebAssembly by default.
        assert_conflict("max_wasm_stack(524288)", |config| {
            config.async_stack_size(0);
        });
        assert_conflict("max_wasm_stack(524288)", |config| {
            config.async_stack_size((512 << 10) - 1);
        });
        assert_conflict("max_wasm_stack(4194304)", |config| {
            config.max_wasm_stack(4 << 20);
            config.async_stack_size(3 << 20);
        });
        let engine = assert_possible("all of it for WebAssembly", |config| {
            config.max_wasm_stack(64 << 20).async_stack_size(64 << 20);
        });
        assert_eq!(engine.get_async_stack_size(), 64 << 20);
        // With a guard page the size would overflow.
        for bytes in [usize::MAX, usize::MAX - 4095, usize::MAX - 8191] {
            assert_conflict(&format!("async_stack_size({bytes})"), |config| {
                config.async_stack_size(bytes);
            });
        }
        // This fits into the address space, but into no memory.
        #[cfg(all(target_os = "linux", target_pointer_width = "64"))]
        if std::fs::read_to_string("/proc/sys/vm/overcommit_memory").is_ok_and(|it| it != "1\n") {
            assert_conflict(&format!("async_stack_size({})", 1_usize << 44), |config| {
                config.async_stack_size(1 << 44);
            });
        }
        // But a pool has its stacks from the start.
        #[cfg(feature = "pooling-allocator")]
        for stacks in [0, 1] {
            let mut pool = libwasmtime::PoolingAllocationConfig::new();
            pool.total_stacks(stacks).total_memories(1);
            crate::error("a pool of that", |config| {
                config.async_stack_size(usize::MAX);
                config.allocation_strategy(pool);
            });
        }
        assert_possible("4 MiB of 8", |config| {
            config.max_wasm_stack(4 << 20);
            config.async_stack_size(8 << 20);
        });
    });
}

#[test]
fn of_memories() {
    alone("sizes::of_memories", || {
        const HUGE: [(&str, Change); 3] = [
            ("memory_reservation", |config| {
                config.memory_reservation(u64::MAX);
            }),
            ("memory_guard_size", |config| {
                config.memory_guard_size(u64::MAX);
            }),
            ("memory_reservation_for_growth", |config| {
                config.memory_reservation_for_growth(u64::MAX);
            }),
        ];
        for (name, change) in HUGE {
            assert_conflict(&format!("{name}({})", u64::MAX), change);
        }
        assert_possible("no memory is reserved", |config| {
            config.memory_reservation(0).memory_guard_size(0);
            config.memory_reservation_for_growth(0);
        });
    });
}

/// Sizes that may fit into the address space are tried when the memory is created.
#[cfg(all(feature = "wat", feature = "cranelift", target_pointer_width = "64"))]
#[test]
fn of_memories_that_are_too_large_to_make() {
    use libwasmtime::{Memory, MemoryType, Store};

    alone("sizes::of_memories_that_are_too_large_to_make", || {
        let engine = assert_possible("the largest", |config| {
            config.memory_reservation(u64::MAX >> 4);
            config.memory_guard_size(u64::MAX >> 4);
            config.memory_reservation_for_growth(u64::MAX >> 4);
        });
        let module = libwasmtime::Module::new(
            &engine,
            r#"(module (memory 1) (func (export "f") (result i32) (i32.load (i32.const 8))))"#,
        )
        .expect("compiling reserves nothing");
        let mut store = Store::new(&engine, ());
        assert!(libwasmtime::Instance::new(&mut store, &module, &[]).is_err());
        assert!(Memory::new(&mut store, MemoryType::new(1, None)).is_err());
    });
}
