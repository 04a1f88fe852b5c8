//! Winch, and what it doesn't support.

use crate::{Change, alone, assert_conflict, assert_possible};
use libwasmtime::{Config, Engine, Strategy};

/// Reports whether the library has Winch; otherwise choosing it is an error.
fn there() -> bool {
    match Engine::new(Config::new().strategy(Strategy::Winch)) {
        Ok(engine) => {
            assert_eq!(engine.get_strategy(), Some(Strategy::Winch));
            true
        }
        Err(_) => {
            assert_conflict("strategy(Strategy::Winch)", |config| {
                config.strategy(Strategy::Winch);
            });
            false
        }
    }
}

#[test]
fn settings() {
    alone("winch::settings", || {
        if !there() {
            return;
        }
        // With the words of the `wasmtime` crate.
        const BAD: [(Change, &str); 2] = [
            (
                |config| _ = config.signals_based_traps(false),
                "Winch requires the signals-based-traps option to be enabled",
            ),
            (
                |config| _ = config.debug_info(true),
                "Winch does not currently support generating native debug information",
            ),
        ];
        for (change, words) in BAD {
            let set = |config: &mut Config| {
                config.strategy(Strategy::Winch);
                change(config);
            };
            assert_conflict("strategy(Strategy::Winch)", set);
            assert_eq!(crate::error(words, set).to_string(), words);
        }
        if crate::target::has_pulley() {
            assert_conflict("strategy(Strategy::Winch)", |config| {
                config.strategy(Strategy::Winch);
                config.target("pulley64").expect("a target");
            });
        }
        for name in [
            "wasmtime_debug_checks",
            "wasmtime_linkopt_force_jump_veneer",
        ] {
            let setting = format!("cranelift_flag_set({name:?}, \"true\")");
            assert_conflict(&setting, |config| {
                config.strategy(Strategy::Winch);
                // SAFETY: no engine is made.
                unsafe { config.cranelift_flag_set(name, "true") };
            });
        }
    });
}

#[test]
fn proposals() {
    alone("winch::proposals", || {
        if !there() {
            return;
        }
        const BAD: &[(&str, Change)] = &[
            ("wasm_relaxed_simd", |config| {
                config.wasm_relaxed_simd(true);
            }),
            ("wasm_tail_call", |config| {
                config.wasm_tail_call(true);
            }),
            #[cfg(feature = "gc")]
            ("wasm_gc", |config| {
                config.wasm_gc(true);
            }),
            #[cfg(feature = "gc")]
            ("gc_support", |config| {
                config.gc_support(true);
            }),
            #[cfg(feature = "gc")]
            ("wasm_exceptions", |config| {
                config.wasm_exceptions(true);
            }),
            #[cfg(feature = "gc")]
            ("wasm_function_references", |config| {
                config.wasm_function_references(true);
            }),
        ];
        for (name, change) in BAD {
            assert_conflict(&format!("{name}(true)"), |config| {
                config.strategy(Strategy::Winch);
                change(config);
            });
        }
        // Relaxed SIMD is off by default, so nothing needs SIMD.
        let engine = assert_possible("without SIMD", |config| {
            config.strategy(Strategy::Winch).wasm_simd(false);
        });
        let features = engine.get_wasm_features();
        assert!(!features.contains(libwasmtime::WasmFeatures::SIMD));
        assert!(!features.contains(libwasmtime::WasmFeatures::TAIL_CALL));
    });
}
