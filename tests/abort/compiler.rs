//! Compilers and their settings.

#[cfg(feature = "cranelift")]
use crate::assert_possible;
use crate::{alone, assert_conflict};
use libwasmtime::Strategy;

#[test]
fn what_the_crate_was_built_without() {
    alone("compiler::what_the_crate_was_built_without", || {
        if cfg!(not(feature = "cranelift")) {
            assert_conflict("strategy(Strategy::Cranelift)", |config| {
                config.strategy(Strategy::Cranelift);
            });
        }
        if cfg!(not(feature = "winch")) {
            assert_conflict("strategy(Strategy::Winch)", |config| {
                config.strategy(Strategy::Winch);
            });
        }
    });
}

#[cfg(feature = "cranelift")]
#[test]
fn unwind_information() {
    alone("compiler::unwind_information", || {
        let set = |value: &'static str, wanted: bool| {
            move |config: &mut libwasmtime::Config| {
                // SAFETY: the setting adds data that nothing here reads.
                unsafe { config.cranelift_flag_set("unwind_info", value) };
                config.native_unwind_info(wanted);
            }
        };
        assert_conflict("native_unwind_info(true)", set("false", true));
        assert_conflict("native_unwind_info(false)", set("true", false));
        // libwasmtime compares the texts.
        assert_conflict("native_unwind_info(true)", set("yes", true));
        assert_possible("both the same", set("true", true));
        if cfg!(windows) {
            assert_conflict("native_unwind_info(false)", |config| {
                config.native_unwind_info(false);
            });
        }
    });
}

#[cfg(feature = "cranelift")]
#[test]
fn spectre_mitigations_need_signals() {
    alone("compiler::spectre_mitigations_need_signals", || {
        for name in [
            "enable_table_access_spectre_mitigation",
            "enable_heap_access_spectre_mitigation",
        ] {
            for value in ["true", "on", "no"] {
                assert_conflict(&format!("cranelift_flag_set({name:?}, …)"), |config| {
                    // SAFETY: the setting makes code safer, not wrong.
                    unsafe { config.cranelift_flag_set(name, value) };
                    config.signals_based_traps(false);
                });
            }
            if crate::target::has_pulley() {
                assert_conflict(&format!("cranelift_flag_set({name:?}, …)"), |config| {
                    // SAFETY: the setting makes code safer, not wrong.
                    unsafe { config.cranelift_flag_set(name, "true") };
                    config.target("pulley64").expect("a target");
                });
            }
            assert_possible("with signals", |config| {
                // SAFETY: the setting makes code safer, not wrong.
                unsafe { config.cranelift_flag_set(name, "true") };
            });
        }
        assert_possible("without signals", |config| {
            config.signals_based_traps(false);
        });
    });
}
