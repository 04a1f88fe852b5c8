//! Errors of impossible settings have the `wasmtime` crate's own words, which programs may
//! compare; their cause says what to do.

use libwasmtime::{Config, ConfigConflict, Engine};

#[track_caller]
fn assert_says(words: &str, change: impl FnOnce(&mut Config)) {
    let mut config = Config::new();
    change(&mut config);
    let error = Engine::new(&config).unwrap_err();
    assert_eq!(error.to_string(), words);
    let conflict = error
        .downcast_ref::<ConfigConflict>()
        .expect("the typed one");
    assert!(
        format!("{error:#}").contains(conflict.setting()),
        "{error:#}"
    );
}

#[test]
fn of_stacks() {
    assert_says("max_wasm_stack size cannot be zero", |config| {
        config.max_wasm_stack(0);
    });
    assert_says(
        "max_wasm_stack size cannot exceed the async_stack_size",
        |config| {
            config.max_wasm_stack(1 << 24);
        },
    );
}

#[test]
fn of_compilers() {
    assert_says(
        "cannot disable the simd proposal but enable the relaxed simd proposal",
        |config| _ = config.wasm_simd(false),
    );
    assert_says(
        "incompatible settings requested for Cranelift and Wasmtime `unwind-info` settings",
        |config| {
            config.native_unwind_info(true);
            // SAFETY: no engine is made.
            unsafe { config.cranelift_flag_set("unwind_info", "false") };
        },
    );
    assert_says(
        "when signals-based traps are disabled then spectre mitigations must also be disabled",
        |config| {
            config.signals_based_traps(false);
            // SAFETY: no engine is made.
            unsafe { config.cranelift_flag_set("enable_heap_access_spectre_mitigation", "true") };
        },
    );
    #[cfg(not(feature = "winch"))]
    assert_says("winch support not compiled in", |config| {
        config.strategy(libwasmtime::Strategy::Winch);
    });
}

#[cfg(feature = "component-model-async")]
#[test]
fn of_components() {
    assert_says(
        "concurrency support must be enabled to use the component model async or threading \
         features",
        |config| {
            config.concurrency_support(false);
            config.wasm_component_model_async(true);
        },
    );
}

/// Proposals that a compiler doesn't support.
#[cfg(feature = "threads")]
#[test]
fn of_proposals() {
    // A library may lack Pulley.
    if Config::new().target("pulley64").is_ok() {
        assert_says(
            "the wasm_threads feature is not supported on this compiler configuration",
            |config| {
                config.target("pulley64").unwrap();
                config.wasm_threads(true);
            },
        );
    }
}
