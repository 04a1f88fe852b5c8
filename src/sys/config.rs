//! `wasmtime/config.h`. Settings of an engine.

use super::*;

capi! {
    header "wasmtime/config.h";

    opaque {
        wasmtime_pooling_allocation_config_t,
    }

    types {
        type wasmtime_strategy_t = u8;
        type wasmtime_opt_level_t = u8;
        type wasmtime_profiling_strategy_t = u8;
        type wasmtime_regalloc_algorithm_t = u8;
        type wasmtime_memory_get_callback_t = Option<
            unsafe extern "C" fn(
                env: *mut c_void,
                byte_size: *mut usize,
                byte_capacity: *mut usize,
            ) -> *mut u8,
        >;
        type wasmtime_memory_grow_callback_t = Option<
            unsafe extern "C" fn(
                env: *mut c_void,
                new_size: usize,
            ) -> *mut wasmtime_error_t,
        >;
        type wasmtime_new_memory_callback_t = Option<
            unsafe extern "C" fn(
                env: *mut c_void,
                ty: *const wasm_memorytype_t,
                minimum: usize,
                maximum: usize,
                reserved_size_in_bytes: usize,
                guard_size_in_bytes: usize,
                memory_ret: *mut wasmtime_linear_memory_t,
            ) -> *mut wasmtime_error_t,
        >;
    }

    structs {
        struct wasmtime_linear_memory_t {
            env: *mut c_void,
            get_memory: wasmtime_memory_get_callback_t,
            grow_memory: wasmtime_memory_grow_callback_t,
            finalizer: Option<unsafe extern "C" fn(*mut c_void)>,
        }
        struct wasmtime_memory_creator_t {
            env: *mut c_void,
            new_memory: wasmtime_new_memory_callback_t,
            finalizer: Option<unsafe extern "C" fn(*mut c_void)>,
        }
    }

    constants {
        const WASMTIME_STRATEGY_AUTO: wasmtime_strategy_t = 0;
        const WASMTIME_STRATEGY_CRANELIFT: wasmtime_strategy_t = 1;
        const WASMTIME_STRATEGY_WINCH: wasmtime_strategy_t = 2;
        const WASMTIME_OPT_LEVEL_NONE: wasmtime_opt_level_t = 0;
        const WASMTIME_OPT_LEVEL_SPEED: wasmtime_opt_level_t = 1;
        const WASMTIME_OPT_LEVEL_SPEED_AND_SIZE: wasmtime_opt_level_t = 2;
        const WASMTIME_PROFILING_STRATEGY_NONE: wasmtime_profiling_strategy_t = 0;
        const WASMTIME_PROFILING_STRATEGY_JITDUMP: wasmtime_profiling_strategy_t = 1;
        const WASMTIME_PROFILING_STRATEGY_VTUNE: wasmtime_profiling_strategy_t = 2;
        const WASMTIME_PROFILING_STRATEGY_PERFMAP: wasmtime_profiling_strategy_t = 3;
        const WASMTIME_REGALLOC_BACKTRACKING: wasmtime_regalloc_algorithm_t = 0;
        const WASMTIME_REGALLOC_SINGLE_PASS: wasmtime_regalloc_algorithm_t = 1;
    }

    functions(Core) {
        fn wasmtime_config_debug_info_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_consume_fuel_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_epoch_interruption_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_max_wasm_stack_set(arg0: *mut wasm_config_t, arg1: usize);
        fn wasmtime_config_shared_memory_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_wasm_tail_call_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_gc_support_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_wasm_simd_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_wasm_relaxed_simd_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_wasm_relaxed_simd_deterministic_set(
            arg0: *mut wasm_config_t,
            arg1: bool,
        );
        fn wasmtime_config_wasm_bulk_memory_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_wasm_multi_value_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_wasm_multi_memory_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_wasm_memory64_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_wasm_wide_arithmetic_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_wasm_branch_hinting_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_wasm_custom_page_sizes_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_profiler_set(
            arg0: *mut wasm_config_t,
            arg1: wasmtime_profiling_strategy_t,
        );
        fn wasmtime_config_memory_may_move_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_memory_reservation_set(arg0: *mut wasm_config_t, arg1: u64);
        fn wasmtime_config_memory_guard_size_set(arg0: *mut wasm_config_t, arg1: u64);
        fn wasmtime_config_memory_reservation_for_growth_set(arg0: *mut wasm_config_t, arg1: u64);
        fn wasmtime_config_native_unwind_info_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_target_set(
            arg0: *mut wasm_config_t,
            arg1: *const c_char,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_config_macos_use_mach_ports_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_signals_based_traps_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_host_memory_creator_set(
            arg0: *mut wasm_config_t,
            arg1: *mut wasmtime_memory_creator_t,
        );
        fn wasmtime_config_memory_init_cow_set(arg0: *mut wasm_config_t, arg1: bool);
    }

    functions(Threads) {
        fn wasmtime_config_wasm_threads_set(arg0: *mut wasm_config_t, arg1: bool);
    }

    functions(Gc) {
        fn wasmtime_config_wasm_reference_types_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_wasm_function_references_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_wasm_gc_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_wasm_exceptions_set(arg0: *mut wasm_config_t, arg1: bool);
    }

    functions(Compiler) {
        fn wasmtime_config_wasm_stack_switching_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_strategy_set(arg0: *mut wasm_config_t, arg1: wasmtime_strategy_t);
        fn wasmtime_config_cranelift_debug_verifier_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_cranelift_nan_canonicalization_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_cranelift_opt_level_set(
            arg0: *mut wasm_config_t,
            arg1: wasmtime_opt_level_t,
        );
        fn wasmtime_config_cranelift_regalloc_algorithm_set(
            arg0: *mut wasm_config_t,
            arg1: wasmtime_regalloc_algorithm_t,
        );
        fn wasmtime_config_cranelift_flag_enable(arg0: *mut wasm_config_t, arg1: *const c_char);
        fn wasmtime_config_cranelift_flag_set(
            arg0: *mut wasm_config_t,
            key: *const c_char,
            value: *const c_char,
        );
    }

    functions(ParallelCompilation) {
        fn wasmtime_config_parallel_compilation_set(arg0: *mut wasm_config_t, arg1: bool);
    }

    functions(Cache) {
        fn wasmtime_config_cache_config_load(
            arg0: *mut wasm_config_t,
            arg1: *const c_char,
        ) -> *mut wasmtime_error_t;
    }

    functions(PoolingAllocator) {
        fn wasmtime_pooling_allocation_config_new() -> *mut wasmtime_pooling_allocation_config_t;
        fn wasmtime_pooling_allocation_config_delete(
            arg: *mut wasmtime_pooling_allocation_config_t,
        );
        fn wasmtime_pooling_allocation_config_max_unused_warm_slots_set(
            arg0: *mut wasmtime_pooling_allocation_config_t,
            arg1: u32,
        );
        fn wasmtime_pooling_allocation_config_decommit_batch_size_set(
            arg0: *mut wasmtime_pooling_allocation_config_t,
            arg1: usize,
        );
        fn wasmtime_pooling_allocation_config_linear_memory_keep_resident_set(
            arg0: *mut wasmtime_pooling_allocation_config_t,
            arg1: usize,
        );
        fn wasmtime_pooling_allocation_config_table_keep_resident_set(
            arg0: *mut wasmtime_pooling_allocation_config_t,
            arg1: usize,
        );
        fn wasmtime_pooling_allocation_config_total_component_instances_set(
            arg0: *mut wasmtime_pooling_allocation_config_t,
            arg1: u32,
        );
        fn wasmtime_pooling_allocation_config_max_component_instance_size_set(
            arg0: *mut wasmtime_pooling_allocation_config_t,
            arg1: usize,
        );
        fn wasmtime_pooling_allocation_config_max_core_instances_per_component_set(
            arg0: *mut wasmtime_pooling_allocation_config_t,
            arg1: u32,
        );
        fn wasmtime_pooling_allocation_config_max_memories_per_component_set(
            arg0: *mut wasmtime_pooling_allocation_config_t,
            arg1: u32,
        );
        fn wasmtime_pooling_allocation_config_max_tables_per_component_set(
            arg0: *mut wasmtime_pooling_allocation_config_t,
            arg1: u32,
        );
        fn wasmtime_pooling_allocation_config_total_memories_set(
            arg0: *mut wasmtime_pooling_allocation_config_t,
            arg1: u32,
        );
        fn wasmtime_pooling_allocation_config_total_tables_set(
            arg0: *mut wasmtime_pooling_allocation_config_t,
            arg1: u32,
        );
        fn wasmtime_pooling_allocation_config_total_core_instances_set(
            arg0: *mut wasmtime_pooling_allocation_config_t,
            arg1: u32,
        );
        fn wasmtime_pooling_allocation_config_max_core_instance_size_set(
            arg0: *mut wasmtime_pooling_allocation_config_t,
            arg1: usize,
        );
        fn wasmtime_pooling_allocation_config_max_tables_per_module_set(
            arg0: *mut wasmtime_pooling_allocation_config_t,
            arg1: u32,
        );
        fn wasmtime_pooling_allocation_config_table_elements_set(
            arg0: *mut wasmtime_pooling_allocation_config_t,
            arg1: usize,
        );
        fn wasmtime_pooling_allocation_config_max_memories_per_module_set(
            arg0: *mut wasmtime_pooling_allocation_config_t,
            arg1: u32,
        );
        fn wasmtime_pooling_allocation_config_max_memory_size_set(
            arg0: *mut wasmtime_pooling_allocation_config_t,
            arg1: usize,
        );
        fn wasmtime_pooling_allocation_strategy_set(
            arg0: *mut wasm_config_t,
            arg1: *const wasmtime_pooling_allocation_config_t,
        );
    }

    functions(PoolingAllocator, Gc) {
        fn wasmtime_pooling_allocation_config_total_gc_heaps_set(
            arg0: *mut wasmtime_pooling_allocation_config_t,
            arg1: u32,
        );
    }

    functions(PoolingAllocator, Async) {
        fn wasmtime_pooling_allocation_config_async_stack_keep_resident_set(
            arg0: *mut wasmtime_pooling_allocation_config_t,
            arg1: usize,
        );
        fn wasmtime_pooling_allocation_config_total_stacks_set(
            arg0: *mut wasmtime_pooling_allocation_config_t,
            arg1: u32,
        );
    }

    functions(ComponentModel) {
        fn wasmtime_config_wasm_component_model_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_concurrency_support_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_wasm_component_model_map_set(arg0: *mut wasm_config_t, arg1: bool);
    }

    functions(ComponentModelAsync) {
        fn wasmtime_config_wasm_component_model_async_set(arg0: *mut wasm_config_t, arg1: bool);
        fn wasmtime_config_wasm_component_model_more_async_builtins_set(
            arg0: *mut wasm_config_t,
            arg1: bool,
        );
        fn wasmtime_config_wasm_component_model_async_stackful_set(
            arg0: *mut wasm_config_t,
            arg1: bool,
        );
    }
}
