//! Cranelift's settings by name.

use crate::{alone, assert_conflict, assert_possible};
use libwasmtime::Config;

fn set<'a>(name: &'a str, value: &'a str) -> impl FnOnce(&mut Config) + 'a {
    move |config| {
        // SAFETY: the engine compiles nothing.
        unsafe { config.cranelift_flag_set(name, value) };
    }
}

fn enable(flag: &str) -> impl FnOnce(&mut Config) + '_ {
    move |config| {
        // SAFETY: the engine compiles nothing.
        unsafe { config.cranelift_flag_enable(flag) };
    }
}

#[test]
fn unknown_ones() {
    alone("flags::unknown_ones", || {
        for name in [
            "",
            "no_such_flag",
            "opt-level",
            "is_pic ",
            "opt_level\0",
            "ä",
        ] {
            for value in ["true", "", "\0"] {
                assert_conflict(
                    &format!("cranelift_flag_set({name:?}, {value:?})"),
                    set(name, value),
                );
            }
            assert_conflict(&format!("cranelift_flag_enable({name:?})"), enable(name));
        }
    });
}

#[test]
fn values_that_they_cannot_have() {
    alone("flags::values_that_they_cannot_have", || {
        for (name, value) in [
            ("is_pic", ""),
            ("is_pic", "TRUE"),
            ("is_pic", "2"),
            ("opt_level", "fast"),
            ("opt_level", "true"),
            ("opt_level", "speed\0"),
            ("regalloc_algorithm", "linear"),
            ("tls_model", "elf"),
            ("libcall_call_conv", "fastest"),
            ("probestack_size_log2", "-1"),
            ("probestack_size_log2", "256"),
            ("probestack_size_log2", "0"),
            ("probestack_size_log2", "31"),
            ("bb_padding_log2_minus_one", "17"),
            ("log2_min_function_alignment", "17"),
            ("log2_min_function_alignment", "255"),
            ("probestack_size_log2", "many"),
            ("log2_min_function_alignment", ""),
            ("wasmtime_linkopt_force_jump_veneer", "1"),
            ("wasmtime_linkopt_padding_between_functions", "-1"),
            ("wasmtime_linkopt_padding_between_functions", "65536"),
            ("wasmtime_inlining_small_callee_size", "4294967296"),
            ("wasmtime_debug_checks", "false"),
        ] {
            assert_conflict(
                &format!("cranelift_flag_set({name:?}, {value:?})"),
                set(name, value),
            );
        }
    });
}

#[test]
fn ones_that_can_be_set_only() {
    alone("flags::ones_that_can_be_set_only", || {
        for name in [
            "opt_level",
            "probestack_size_log2",
            "wasmtime_linkopt_padding_between_functions",
            "wasmtime_linkopt_force_jump_veneer",
            "wasmtime_debug_checks",
            "wasmtime_inlining_small_callee_size",
        ] {
            assert_conflict(&format!("cranelift_flag_enable({name:?})"), enable(name));
        }
    });
}

#[cfg(target_arch = "x86_64")]
#[test]
fn ones_of_an_architecture() {
    alone("flags::ones_of_an_architecture", || {
        assert_conflict(
            "cranelift_flag_set(\"haswell\", \"true\")",
            set("haswell", "true"),
        );
        for other in [
            "has_lse",
            "sign_return_address",
            "has_v",
            "zvl128b",
            "arch14",
        ] {
            assert_conflict(&format!("cranelift_flag_enable({other:?})"), enable(other));
        }
        assert_conflict(
            "cranelift_flag_enable(\"big_endian\")",
            enable("big_endian"),
        );
        if !crate::target::has_pulley() {
            return;
        }
        assert_conflict("cranelift_flag_enable(\"has_avx2\")", |config| {
            enable("has_avx2")(config);
            config.target("pulley64").expect("a target");
        });
        assert_possible("big_endian for Pulley", |config| {
            enable("big_endian")(config);
            set("pointer_width", "pointer32")(config);
            config.target("pulley64").expect("a target");
        });
    });
}

/// All settings in the tables, with every value: libwasmtime accepts them too.
#[cfg(feature = "cranelift")]
#[test]
fn known_ones() {
    alone("flags::known_ones", || {
        for name in BOOLS.split_whitespace() {
            for value in ["true", "on", "yes", "1", "false", "off", "no", "0"] {
                assert_possible(name, set(name, value));
            }
            assert_possible(name, enable(name));
        }
        for (name, values) in OTHERS {
            for value in values.split_whitespace() {
                assert_possible(&format!("{name} {value}"), set(name, value));
            }
        }
        let (bools, presets) = NATIVE;
        for name in bools.split_whitespace() {
            assert_possible(name, set(name, "true"));
            assert_possible(name, enable(name));
            assert_possible(name, |config| {
                enable(name)(config);
                let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
                config.target(&target).expect("this architecture");
            });
        }
        for name in presets.split_whitespace() {
            assert_possible(name, enable(name));
        }
    });
}

#[cfg(feature = "cranelift")]
const BOOLS: &str = "regalloc_checker regalloc_verbose_logs enable_alias_analysis
    enable_verifier is_pic use_colocated_libcalls enable_nan_canonicalization
    enable_pinned_reg enable_llvm_abi_extensions enable_multi_ret_implicit_sret
    unwind_info preserve_frame_pointers machine_code_cfg_info enable_probestack
    enable_heap_access_spectre_mitigation enable_table_access_spectre_mitigation
    enable_incremental_compilation_cache_checks enable_compact_unwind_abi";

#[cfg(feature = "cranelift")]
const OTHERS: &[(&str, &str)] = &[
    ("regalloc_algorithm", "backtracking single_pass"),
    ("opt_level", "none speed speed_and_size"),
    ("tls_model", "none elf_gd macho coff"),
    ("stack_switch_model", "none basic update_windows_tib"),
    (
        "libcall_call_conv",
        "isa_default fast system_v windows_fastcall apple_aarch64 probestack preserve_all",
    ),
    ("probestack_size_log2", "12 30 +12"),
    ("probestack_strategy", "outline inline"),
    ("bb_padding_log2_minus_one", "0 16"),
    ("log2_min_function_alignment", "0 16"),
    ("wasmtime_linkopt_padding_between_functions", "0 64"),
    ("wasmtime_linkopt_force_jump_veneer", "true false"),
    ("wasmtime_debug_checks", "true"),
    ("wasmtime_inlining_small_callee_size", "0 4294967295"),
    ("wasmtime_inlining_sum_size_threshold", "0 4294967295"),
];

/// The settings of this architecture: booleans, then presets.
#[cfg(feature = "cranelift")]
const NATIVE: (&str, &str) = if cfg!(target_arch = "x86_64") {
    (
        "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2 has_fma
        has_avx_vnni has_avx512bitalg has_avx512dq has_avx512vl has_avx512vbmi has_avx512f
        has_avx512vnni has_popcnt has_bmi1 has_bmi2 has_lzcnt",
        "sse42 baseline haswell skylake-avx512 goldmont-plus znver4 k8-sse3 x86-64-v4",
    )
} else if cfg!(target_arch = "aarch64") {
    (
        "has_lse has_pauth has_fp16 has_dotprod has_i8mm use_bti use_csdb",
        "",
    )
} else {
    ("", "")
};
