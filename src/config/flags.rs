//! Cranelift's settings by name.
//!
//! The C API takes any name and any value, and aborts when the engine is made
//! if Cranelift doesn't know them. The tables are those of the Cranelift that
//! libwasmtime 48 has.

use super::{Config, ConfigConflict, Tunables};
use std::fmt;

/// What a setting can be.
#[derive(Clone, Copy)]
enum Kind {
    Bool,
    /// A number that the given bits can hold.
    Number(u32),
    /// The logarithm of a size, from the one to the other. Beyond, the compiler
    /// ends the process, or makes code that does.
    Logarithm(u8, u8),
    Choice(&'static [&'static str]),
    /// Turns on several; can be enabled, not set.
    Preset,
}

impl Kind {
    fn accepts(&self, value: &str) -> bool {
        match self {
            Kind::Bool => matches!(
                value,
                "true" | "on" | "yes" | "1" | "false" | "off" | "no" | "0"
            ),
            Kind::Logarithm(least, most) => value
                .parse()
                .is_ok_and(|number| (*least..=*most).contains(&number)),
            Kind::Number(16) => value.parse::<u16>().is_ok(),
            Kind::Number(_) => value.parse::<u32>().is_ok(),
            Kind::Choice(choices) => choices.contains(&value),
            Kind::Preset => false,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Bool => f.write_str("`true` or `false`"),
            Kind::Number(bits) => write!(f, "a number of {bits} bits"),
            Kind::Logarithm(least, most) => write!(f, "a number from {least} to {most}"),
            Kind::Choice(choices) => write!(f, "one of {}", choices.join(", ")),
            Kind::Preset => f.write_str("nothing: it can be enabled, not set"),
        }
    }
}

/// The settings of every architecture that are not booleans.
// Version 48: Cranelift has these settings; look at `settings.rs` and `isa` in
// `cranelift-codegen-meta`, and at `Compiler::set` in `wasmtime-internal-cranelift`.
const OTHERS: &[(&str, Kind)] = &[
    (
        "regalloc_algorithm",
        Kind::Choice(&["backtracking", "single_pass"]),
    ),
    (
        "opt_level",
        Kind::Choice(&["none", "speed", "speed_and_size"]),
    ),
    (
        "tls_model",
        Kind::Choice(&["none", "elf_gd", "macho", "coff"]),
    ),
    (
        "stack_switch_model",
        Kind::Choice(&["none", "basic", "update_windows_tib"]),
    ),
    (
        "libcall_call_conv",
        Kind::Choice(&[
            "isa_default",
            "fast",
            "system_v",
            "windows_fastcall",
            "apple_aarch64",
            "probestack",
            "preserve_all",
        ]),
    ),
    ("probestack_size_log2", Kind::Logarithm(12, 30)),
    ("probestack_strategy", Kind::Choice(&["outline", "inline"])),
    ("bb_padding_log2_minus_one", Kind::Logarithm(0, 16)),
    ("log2_min_function_alignment", Kind::Logarithm(0, 16)),
];

/// The settings of every architecture that are booleans.
const BOOLS: &str = "
    regalloc_checker regalloc_verbose_logs enable_alias_analysis enable_verifier
    is_pic use_colocated_libcalls enable_nan_canonicalization enable_pinned_reg
    enable_llvm_abi_extensions enable_multi_ret_implicit_sret unwind_info
    preserve_frame_pointers machine_code_cfg_info enable_probestack
    enable_heap_access_spectre_mitigation enable_table_access_spectre_mitigation
    enable_incremental_compilation_cache_checks enable_compact_unwind_abi";

/// Those that Wasmtime itself adds to Cranelift's.
const WASMTIME: &[(&str, Kind)] = &[
    (
        "wasmtime_linkopt_padding_between_functions",
        // Any larger one is as much memory for each function.
        Kind::Number(16),
    ),
    (
        "wasmtime_linkopt_force_jump_veneer",
        Kind::Choice(&["true", "false"]),
    ),
    // Any value turns it on.
    ("wasmtime_debug_checks", Kind::Choice(&["true"])),
    ("wasmtime_inlining_small_callee_size", Kind::Number(32)),
    ("wasmtime_inlining_sum_size_threshold", Kind::Number(32)),
];

/// What this machine's architecture adds: booleans, then presets.
const NATIVE: (&str, &str) = if cfg!(target_arch = "x86_64") {
    (
        "has_sse3 has_ssse3 has_cmpxchg16b has_sse41 has_sse42 has_avx has_avx2
        has_fma has_avx_vnni has_avx512bitalg has_avx512dq has_avx512vl
        has_avx512vbmi has_avx512f has_avx512vnni has_popcnt has_bmi1 has_bmi2
        has_lzcnt",
        "sse3 ssse3 sse41 sse42 baseline nocona core2 penryn atom bonnell
        silvermont slm goldmont goldmont-plus tremont alderlake sierraforest
        grandridge nehalem corei7 westmere sandybridge corei7-avx ivybridge
        core-avx-i haswell core-avx2 broadwell skylake knl knm skylake-avx512
        skx cascadelake cooperlake cannonlake icelake-client icelake
        icelake-server tigerlake sapphirerapids raptorlake meteorlake
        graniterapids opteron k8 athlon64 athlon-fx opteron-sse3 k8-sse3
        athlon64-sse3 barcelona amdfam10 btver1 btver2 bdver1 bdver2 bdver3
        bdver4 znver1 znver2 znver3 znver4 x86-64 x86-64-v2 x86-64-v3
        x86-64-v4",
    )
} else if cfg!(target_arch = "aarch64") {
    (
        "has_lse has_pauth has_fp16 has_dotprod has_i8mm sign_return_address_all
        sign_return_address sign_return_address_with_bkey use_bti use_csdb",
        "",
    )
} else if cfg!(target_arch = "s390x") {
    (
        "has_mie3 has_vxrs_ext2 has_mie4 has_vxrs_ext3",
        "arch13 arch14 arch15 z15 z16 z17",
    )
} else if cfg!(target_arch = "riscv64") {
    (
        "has_m has_a has_f has_d has_zfa has_zfhmin has_zfh has_v has_zvfh
        has_zca has_zcd has_zcb has_zbkb has_zba has_zbb has_zbc has_zbs
        has_zicond has_zvbb has_zicsr has_zifencei has_zvl32b has_zvl64b
        has_zvl128b has_zvl256b has_zvl512b has_zvl1024b has_zvl2048b
        has_zvl4096b has_zvl8192b has_zvl16384b has_zvl32768b has_zvl65536b",
        "has_c zvl32b zvl64b zvl128b zvl256b zvl512b zvl1024b zvl2048b zvl4096b
        zvl8192b zvl16384b zvl32768b zvl65536b",
    )
} else {
    ("", "")
};

/// What Cranelift's RISC-V backend can't do without.
const RISCV_NEEDS: &str = "has_m has_a has_f has_d has_zicsr has_zifencei";

impl Config {
    /// Looks for settings that Cranelift, or Winch, doesn't know.
    pub(super) fn check_flags(
        &self,
        tunables: &Tunables,
        winch: bool,
    ) -> Result<(), ConfigConflict> {
        for setting in &self.compiler.settings {
            let (name, value) = (&setting.name[..], &setting.value[..]);
            let what = || format!("cranelift_flag_set({name:?}, {value:?})");
            let Some(kind) = kind(name, tunables.pulley) else {
                return Err(unknown(what(), tunables.pulley));
            };
            if winch && name.starts_with("wasmtime_") {
                return Err(unknown(what(), tunables.pulley));
            }
            if !kind.accepts(value) {
                return Err(ConfigConflict::new(
                    what(),
                    format!("the value is none that `{name}` can have"),
                    format!("it can be {kind}"),
                ));
            }
            let off = matches!(value, "false" | "off" | "no" | "0");
            if off && cfg!(target_arch = "riscv64") && listed(RISCV_NEEDS, name) {
                return Err(ConfigConflict::new(
                    what(),
                    "Cranelift can't do without it on RISC-V",
                    "leave it on",
                ));
            }
        }
        for flag in &self.compiler.flags {
            let what = || format!("cranelift_flag_enable({flag:?})");
            match kind(flag, tunables.pulley) {
                Some(Kind::Bool | Kind::Preset) => {}
                Some(kind) => {
                    return Err(ConfigConflict::new(
                        what(),
                        "it can be set, not enabled",
                        format!("use `cranelift_flag_set`; it can be {kind}"),
                    ));
                }
                None => return Err(unknown(what(), tunables.pulley)),
            }
        }
        Ok(())
    }
}

fn unknown(what: String, pulley: bool) -> ConfigConflict {
    let target = if pulley {
        "Pulley"
    } else {
        std::env::consts::ARCH
    };
    ConfigConflict::new(
        what,
        format!("the compiler has no such setting for {target}"),
        "look for its name in the documentation of Cranelift's settings",
    )
}

fn listed(names: &str, name: &str) -> bool {
    names.split_whitespace().any(|listed| listed == name)
}

fn kind(name: &str, pulley: bool) -> Option<Kind> {
    if let Some((_, kind)) = OTHERS
        .iter()
        .chain(WASMTIME)
        .find(|(other, _)| *other == name)
    {
        return Some(*kind);
    }
    let (bools, presets) = if pulley { ("big_endian", "") } else { NATIVE };
    if pulley && name == "pointer_width" {
        Some(Kind::Choice(&["pointer32", "pointer64"]))
    } else if listed(BOOLS, name) || listed(bools, name) {
        Some(Kind::Bool)
    } else if listed(presets, name) {
        Some(Kind::Preset)
    } else {
        None
    }
}
