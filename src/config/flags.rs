//! Cranelift's settings by name.
//!
//! The C API accepts any name and any value, and aborts when the engine is created if
//! Cranelift doesn't know them. The tables are those of libwasmtime 48's Cranelift.

use super::{Config, ConfigConflict, Tunables};
use std::fmt;

/// The values that a setting can have.
#[derive(Clone, Copy)]
enum ValueKind {
    Bool,
    /// An unsigned number of that many bits.
    Number(u32),
    /// The logarithm of a size, from a minimum to a maximum. With any other, the compiler
    /// aborts, or emits code that does.
    Logarithm(u8, u8),
    Choice(&'static [&'static str]),
    /// Stands for several flags. It can be enabled, not set.
    Preset,
}

impl ValueKind {
    fn accepts(&self, value: &str) -> bool {
        match self {
            ValueKind::Bool => matches!(
                value,
                "true" | "on" | "yes" | "1" | "false" | "off" | "no" | "0"
            ),
            ValueKind::Logarithm(least, most) => value
                .parse()
                .is_ok_and(|number| (*least..=*most).contains(&number)),
            ValueKind::Number(16) => value.parse::<u16>().is_ok(),
            ValueKind::Number(_) => value.parse::<u32>().is_ok(),
            ValueKind::Choice(choices) => choices.contains(&value),
            ValueKind::Preset => false,
        }
    }
}

impl fmt::Display for ValueKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ValueKind::Bool => f.write_str("`true` or `false`"),
            ValueKind::Number(bits) => write!(f, "a number of {bits} bits"),
            ValueKind::Logarithm(least, most) => write!(f, "a number from {least} to {most}"),
            ValueKind::Choice(choices) => write!(f, "one of {}", choices.join(", ")),
            ValueKind::Preset => f.write_str("no value, as it is a preset"),
        }
    }
}

/// The settings of every architecture that are not booleans.
// Version 48: Cranelift has these settings; look at `settings.rs` and `isa` in
// `cranelift-codegen-meta`, and at `Compiler::set` in `wasmtime-internal-cranelift`.
const OTHERS: &[(&str, ValueKind)] = &[
    (
        "regalloc_algorithm",
        ValueKind::Choice(&["backtracking", "single_pass"]),
    ),
    (
        "opt_level",
        ValueKind::Choice(&["none", "speed", "speed_and_size"]),
    ),
    (
        "tls_model",
        ValueKind::Choice(&["none", "elf_gd", "macho", "coff"]),
    ),
    (
        "stack_switch_model",
        ValueKind::Choice(&["none", "basic", "update_windows_tib"]),
    ),
    (
        "libcall_call_conv",
        ValueKind::Choice(&[
            "isa_default",
            "fast",
            "system_v",
            "windows_fastcall",
            "apple_aarch64",
            "probestack",
            "preserve_all",
        ]),
    ),
    ("probestack_size_log2", ValueKind::Logarithm(12, 30)),
    (
        "probestack_strategy",
        ValueKind::Choice(&["outline", "inline"]),
    ),
    ("bb_padding_log2_minus_one", ValueKind::Logarithm(0, 16)),
    ("log2_min_function_alignment", ValueKind::Logarithm(0, 16)),
];

/// The settings of every architecture that are booleans.
const BOOLS: &str = "
    regalloc_checker regalloc_verbose_logs enable_alias_analysis enable_verifier
    is_pic use_colocated_libcalls enable_nan_canonicalization enable_pinned_reg
    enable_llvm_abi_extensions enable_multi_ret_implicit_sret unwind_info
    preserve_frame_pointers machine_code_cfg_info enable_probestack
    enable_heap_access_spectre_mitigation enable_table_access_spectre_mitigation
    enable_incremental_compilation_cache_checks enable_compact_unwind_abi";

/// The settings that Wasmtime adds to Cranelift's.
const WASMTIME: &[(&str, ValueKind)] = &[
    (
        "wasmtime_linkopt_padding_between_functions",
        // A larger one would take as much memory for each function.
        ValueKind::Number(16),
    ),
    (
        "wasmtime_linkopt_force_jump_veneer",
        ValueKind::Choice(&["true", "false"]),
    ),
    // Any value turns it on.
    ("wasmtime_debug_checks", ValueKind::Choice(&["true"])),
    ("wasmtime_inlining_small_callee_size", ValueKind::Number(32)),
    (
        "wasmtime_inlining_sum_size_threshold",
        ValueKind::Number(32),
    ),
];

/// The settings of this machine's architecture: booleans, then presets.
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

/// The flags that Cranelift's RISC-V backend requires.
const RISCV_NEEDS: &str = "has_m has_a has_f has_d has_zicsr has_zifencei";

impl Config {
    /// Checks the names and values of the compiler's settings.
    ///
    /// # Errors
    ///
    /// Returns an error if Cranelift, or Winch, doesn't know one of them.
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
                    format!("`{value}` is not a valid value for `{name}`"),
                    format!("expected {kind}"),
                ));
            }
            let off = matches!(value, "false" | "off" | "no" | "0");
            if off && cfg!(target_arch = "riscv64") && listed(RISCV_NEEDS, name) {
                return Err(ConfigConflict::new(
                    what(),
                    "Cranelift requires it on RISC-V",
                    "leave it on",
                ));
            }
        }
        for flag in &self.compiler.flags {
            let what = || format!("cranelift_flag_enable({flag:?})");
            match kind(flag, tunables.pulley) {
                Some(ValueKind::Bool | ValueKind::Preset) => {}
                Some(kind) => {
                    return Err(ConfigConflict::new(
                        what(),
                        format!("`{flag}` is not a flag, but a setting with a value"),
                        format!("set it with `cranelift_flag_set`, to {kind}"),
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
        "take a name from the documentation of Cranelift's settings",
    )
}

fn listed(names: &str, name: &str) -> bool {
    names.split_whitespace().any(|listed| listed == name)
}

fn kind(name: &str, pulley: bool) -> Option<ValueKind> {
    if let Some((_, kind)) = OTHERS
        .iter()
        .chain(WASMTIME)
        .find(|(other, _)| *other == name)
    {
        return Some(*kind);
    }
    let (bools, presets) = if pulley { ("big_endian", "") } else { NATIVE };
    if pulley && name == "pointer_width" {
        Some(ValueKind::Choice(&["pointer32", "pointer64"]))
    } else if listed(BOOLS, name) || listed(bools, name) {
        Some(ValueKind::Bool)
    } else if listed(presets, name) {
        Some(ValueKind::Preset)
    } else {
        None
    }
}
