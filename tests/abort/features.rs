//! WebAssembly proposals that conflict with each other or with a compiler.

use crate::{alone, assert_conflict, assert_possible};
use libwasmtime::Feature;

#[test]
fn relaxed_simd_needs_simd() {
    alone("features::relaxed_simd_needs_simd", || {
        libwasmtime::load().unwrap();
        // The features that a linked system library lacks aren't known.
        let is_known = cfg!(any(wasmtime_link = "load", wasmtime_link = "vendored"));
        if is_known && !libwasmtime::loaded().unwrap().has(Feature::Compiler) {
            // Only a compiler checks this.
            assert_possible("wasm_simd(false)", |config| {
                config.wasm_simd(false);
            });
            return;
        }
        // It is on unless it is turned off.
        assert_conflict("wasm_simd(false)", |config| {
            config.wasm_simd(false);
        });
        assert_conflict("wasm_simd(false)", |config| {
            config.wasm_simd(false).wasm_relaxed_simd(true);
        });
        assert_possible("no vectors at all", |config| {
            config.wasm_simd(false).wasm_relaxed_simd(false);
        });
    });
}

#[cfg(feature = "component-model-async")]
#[test]
fn asynchronous_components_need_concurrency() {
    alone("features::asynchronous_components_need_concurrency", || {
        assert_conflict("wasm_component_model_async(true)", |config| {
            config.concurrency_support(false);
            config.wasm_component_model_async(true);
        });
        assert_conflict("wasm_component_model_async_stackful(true)", |config| {
            config.concurrency_support(false);
            config.wasm_component_model_async_stackful(true);
        });
        assert_conflict("wasm_component_model_more_async_builtins(true)", |config| {
            config.concurrency_support(false);
            config.wasm_component_model_more_async_builtins(true);
        });
        assert_possible("neither", |config| {
            config.concurrency_support(false);
        });
        assert_possible("everything", |config| {
            config.concurrency_support(true);
            config.wasm_component_model_async(true);
            config.wasm_component_model_async_stackful(true);
            config.wasm_component_model_more_async_builtins(true);
            config.wasm_component_model_map(true);
        });
    });
}

#[cfg(all(feature = "component-model", not(feature = "component-model-async")))]
#[test]
fn concurrency_needs_asynchronous_components() {
    alone(
        "features::concurrency_needs_asynchronous_components",
        || {
            assert_conflict("concurrency_support(true)", |config| {
                config.concurrency_support(true);
            });
        },
    );
}

/// Proposals without a C function can be named nevertheless.
#[test]
fn what_the_crate_was_built_without() {
    use libwasmtime::WasmFeatures;

    alone("features::what_the_crate_was_built_without", || {
        for (absent, feature, name) in [
            (!cfg!(feature = "gc"), WasmFeatures::GC, "wasm_gc"),
            (!cfg!(feature = "gc"), WasmFeatures::GC_TYPES, "gc_support"),
            (
                !cfg!(feature = "threads"),
                WasmFeatures::THREADS,
                "wasm_threads",
            ),
            (
                !cfg!(feature = "component-model"),
                WasmFeatures::COMPONENT_MODEL,
                "wasm_component_model",
            ),
            (
                !cfg!(feature = "component-model-async"),
                WasmFeatures::CM_ASYNC,
                "wasm_component_model_async",
            ),
        ] {
            if absent {
                assert_conflict(&format!("{name}(true)"), |config| {
                    config.wasm_features(feature, true);
                });
            }
        }
    });
}

/// libwasmtime accepts the setting, but isn't built with it, and ends the process when a
/// module uses it.
#[test]
fn stack_switching() {
    use libwasmtime::{Unsupported, WasmFeatures};

    alone("features::stack_switching", || {
        const ALL: WasmFeatures = WasmFeatures::all();
        for set in [WasmFeatures::STACK_SWITCHING, ALL] {
            let error = crate::error("stack switching", |config| {
                config.wasm_features(set, true);
            });
            let unsupported = error.downcast_ref::<Unsupported>().expect("the typed one");
            assert_eq!(unsupported.feature, Feature::StackSwitching);
            assert!(
                error.to_string().contains("wasm_stack_switching"),
                "{error}"
            );
        }
        // A program that asks learns that no library has it.
        libwasmtime::load().unwrap();
        let library = libwasmtime::loaded().unwrap();
        assert!(!library.has(Feature::StackSwitching));
        assert!(!Feature::ALL.contains(&Feature::StackSwitching));
        #[cfg(compiler)]
        if library.has(Feature::Compiler) {
            assert_possible("off", |config| {
                config.wasm_stack_switching(true);
                config.wasm_stack_switching(false);
            });
        }
    });
}

/// Each by itself, on and off: no process ends.
#[test]
fn each_by_itself() {
    use libwasmtime::{Config, Engine, WasmFeatures};

    alone("features::each_by_itself", || {
        let mut made = 0;
        for (name, feature) in WasmFeatures::all().iter_names() {
            for enable in [true, false] {
                println!("{name} {enable}");
                let mut config = Config::new();
                config.wasm_features(feature, enable);
                if let Ok(engine) = Engine::new(&config) {
                    assert_eq!(engine.get_wasm_features().contains(feature), enable);
                    made += 1;
                }
            }
        }
        assert!(made > 10, "{made}");
        // All at once, too.
        for enable in [true, false] {
            let mut config = Config::new();
            config.wasm_features(WasmFeatures::all(), enable);
            _ = Engine::new(&config);
        }
    });
}
