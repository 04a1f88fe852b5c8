//! The getters of an engine that was created with default settings. The tests of the
//! settings check the getters after a change.

use super::engine;
use libwasmtime::{Config, ConfigConflict, Engine, OptLevel, RegallocAlgorithm};

#[test]
fn defaults() {
    let engine = Engine::default();
    assert!(!engine.get_consume_fuel());
    assert!(!engine.get_epoch_interruption());
    assert!(!engine.get_debug_info());
    assert!(!engine.get_shared_memory());
    assert!(!engine.get_wasm_branch_hinting());
    assert!(!engine.get_relaxed_simd_deterministic());
    assert!(engine.get_parallel_compilation());
    assert_eq!(engine.get_signals_based_traps(), !engine.is_pulley());
    assert_eq!(
        engine.get_concurrency_support(),
        cfg!(feature = "component-model-async")
    );
    assert_eq!(engine.get_cranelift_opt_level(), Some(OptLevel::Speed));
    assert_eq!(
        engine.get_cranelift_regalloc_algorithm(),
        Some(RegallocAlgorithm::Backtracking)
    );
    assert_eq!(engine.get_cranelift_debug_verifier(), Some(false));
    assert_eq!(engine.get_cranelift_nan_canonicalization(), Some(false));
    assert_eq!(engine.get_native_unwind_info(), Some(true));
    assert_eq!(engine.get_cranelift_flags_enabled().count(), 0);
    assert_eq!(engine.get_cranelift_flags_set().count(), 0);
    assert_eq!(engine.get_target(), None);
}

/// Pulley has neither signals nor guard pages by default, and may have them.
#[test]
fn pulley() {
    // A library may lack the interpreter.
    if let Err(error) = Config::new().target("pulley64") {
        return assert!(error.is::<ConfigConflict>(), "{error:?}");
    }
    let pulley = |change: fn(&mut Config)| {
        engine(|config| {
            config.target("pulley64").unwrap();
            change(config);
        })
    };
    let default = pulley(|_| {});
    assert!(!default.get_signals_based_traps());
    assert_eq!(default.get_memory_guard_size(), 0);
    let set = pulley(|config| _ = config.signals_based_traps(true).memory_guard_size(1 << 16));
    assert!(set.get_signals_based_traps());
    assert_eq!(set.get_memory_guard_size(), 1 << 16);
}

/// The getters report a flag that was set by name, in whatever way it was written.
#[test]
fn flags_by_name() {
    for (value, on) in [("yes", true), ("1", true), ("off", false), ("false", false)] {
        let engine = engine(|config| {
            // SAFETY: the setting makes no difference to what code does.
            unsafe { config.cranelift_flag_set("enable_verifier", value) };
        });
        assert_eq!(engine.get_cranelift_debug_verifier(), Some(on), "{value}");
    }
}
