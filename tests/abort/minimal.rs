//! A library that lacks what this crate was built for.

use crate::subprocess::{Subprocess, inside};
use crate::{Change, assert_possible, error};
use libwasmtime::{Feature, Unsupported};
use std::env;

/// Each setting that needs a part of the library, and the part.
const SETTINGS: &[(Feature, Change)] = &[
    #[cfg(feature = "async")]
    (Feature::Async, |config| {
        config.async_stack_size(4 << 20);
    }),
    #[cfg(feature = "component-model")]
    (Feature::ComponentModel, |config| {
        config.wasm_component_model(true);
    }),
    #[cfg(feature = "component-model")]
    (Feature::ComponentModel, |config| {
        config.concurrency_support(false);
    }),
    #[cfg(feature = "component-model-async")]
    (Feature::ComponentModelAsync, |config| {
        config.concurrency_support(true);
    }),
    #[cfg(feature = "component-model")]
    (Feature::ComponentModel, |config| {
        config.wasm_component_model_map(true);
    }),
    #[cfg(feature = "component-model-async")]
    (Feature::ComponentModelAsync, |config| {
        config.wasm_component_model_async(false);
    }),
    #[cfg(feature = "component-model-async")]
    (Feature::ComponentModelAsync, |config| {
        config.wasm_component_model_async_stackful(true);
    }),
    #[cfg(feature = "gc")]
    (Feature::Gc, |config| {
        config.wasm_gc(true);
    }),
    #[cfg(feature = "gc")]
    (Feature::Gc, |config| {
        config.gc_support(true);
    }),
    #[cfg(feature = "gc")]
    (Feature::Gc, |config| {
        config.wasm_reference_types(false);
    }),
    #[cfg(feature = "gc")]
    (Feature::Gc, |config| {
        config.wasm_function_references(true);
    }),
    #[cfg(feature = "gc")]
    (Feature::Gc, |config| {
        config.wasm_exceptions(true);
    }),
    #[cfg(feature = "threads")]
    (Feature::Threads, |config| {
        config.wasm_threads(true);
    }),
    #[cfg(feature = "parallel-compilation")]
    (Feature::ParallelCompilation, |config| {
        config.parallel_compilation(true);
    }),
    #[cfg(feature = "pooling-allocator")]
    (Feature::PoolingAllocator, |config| {
        config.allocation_strategy(libwasmtime::InstanceAllocationStrategy::pooling());
    }),
    #[cfg(feature = "profiling")]
    (Feature::Profiling, |config| {
        config.profiler(libwasmtime::ProfilingStrategy::JitDump);
    }),
    #[cfg(feature = "profiling")]
    (Feature::Profiling, |config| {
        config.profiler(libwasmtime::ProfilingStrategy::VTune);
    }),
    #[cfg(feature = "cranelift")]
    (Feature::Compiler, |config| {
        config.strategy(libwasmtime::Strategy::Cranelift);
    }),
    #[cfg(feature = "winch")]
    (Feature::Compiler, |config| {
        config.strategy(libwasmtime::Strategy::Winch);
    }),
    #[cfg(any(feature = "cranelift", feature = "winch"))]
    (Feature::Compiler, |config| {
        config.cranelift_opt_level(libwasmtime::OptLevel::None);
    }),
    #[cfg(any(feature = "cranelift", feature = "winch"))]
    (Feature::Compiler, |config| {
        config.cranelift_nan_canonicalization(true);
    }),
    #[cfg(any(feature = "cranelift", feature = "winch"))]
    (Feature::Compiler, |config| {
        config.cranelift_debug_verifier(true);
    }),
    #[cfg(feature = "cranelift")]
    (Feature::Compiler, |config| {
        config.cranelift_regalloc_algorithm(libwasmtime::RegallocAlgorithm::SinglePass);
    }),
    #[cfg(any(feature = "cranelift", feature = "winch"))]
    (Feature::Compiler, |config| {
        // SAFETY: no engine is made.
        unsafe { config.cranelift_flag_set("is_pic", "false") };
    }),
    #[cfg(any(feature = "cranelift", feature = "winch"))]
    (Feature::Compiler, |config| {
        // SAFETY: as above.
        unsafe { config.cranelift_flag_enable("is_pic") };
    }),
    #[cfg(all(feature = "cranelift", target_arch = "x86_64", target_os = "linux"))]
    (Feature::Compiler, |config| {
        config.wasm_stack_switching(true);
    }),
];

/// Each is an error that names the part, and what needs none is possible.
#[test]
fn settings_are_unsupported() {
    let linked = !inside() && libwasmtime::loaded().is_some();
    let Some(library) = env::var_os("LIBWASMTIME_TEST_MIN").filter(|_| !linked) else {
        return;
    };
    let mut process = Subprocess::new("minimal::settings_are_unsupported");
    process.command().env("LIBWASMTIME_PATH", library);
    process.run(|| {
        for (index, (feature, change)) in SETTINGS.iter().enumerate() {
            let error = error(&format!("{feature} {index}"), change);
            let Some(unsupported) = error.downcast_ref::<Unsupported>() else {
                panic!("{feature} {index}: {error:?}");
            };
            assert_eq!(unsupported.feature, *feature, "{index}");
        }
        #[cfg(feature = "cache")]
        {
            let error = libwasmtime::Cache::from_file(None).unwrap_err();
            let unsupported = error.downcast_ref::<Unsupported>().expect("typed");
            assert_eq!(unsupported.feature, Feature::Cache);
        }
        let engine = assert_possible("what every library has", |config| {
            config.consume_fuel(true).epoch_interruption(true);
            config.max_wasm_stack(1 << 20).memory_reservation(0);
            config.wasm_memory64(true).wasm_multi_memory(true);
        });
        assert!(engine.get_consume_fuel());
        assert_eq!(engine.get_strategy(), None);
        // What only a compiler minds.
        assert_possible("relaxed SIMD without SIMD", |config| {
            config.wasm_simd(false);
        });
        assert_possible("Pulley", |config| {
            config.target("pulley64").expect("a target");
        });
    });
}
