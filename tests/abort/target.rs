//! Targets.

use crate::alone;
use libwasmtime::{Config, ConfigConflict, Engine};

/// What isn't a target of this machine is refused when it is set.
#[test]
fn bad_ones() {
    alone("target::bad_ones", || {
        for bad in [
            "",
            "-",
            "--",
            "x",
            "not-a-target",
            "x86_65-unknown-linux-gnu",
            "riscv32imac-unknown-none-elf",
            "wasm32-wasip1",
            "sparc64-unknown-linux-gnu",
            "s390x-unknown-linux-gnu",
            "powerpc64-unknown-linux-gnu",
            "pulley",
            "pulley128",
            "Pulley64",
            "pulley64 ",
            "x86_64-unknown-linux-gnux32",
            "x86_64-unknown-linux\0-gnu",
            "aarch64-unknown-linux-gnu_ilp32",
            "aarch64_be-unknown-linux-gnu",
            "häh-unknown-linux",
        ] {
            if bad.starts_with(std::env::consts::ARCH) && !bad.contains(['\0', '3', '2']) {
                continue;
            }
            println!("{bad:?}");
            let error = Config::new().target(bad).map(drop).unwrap_err();
            assert!(error.is::<ConfigConflict>(), "{bad:?}: {error:?}");
        }
    });
}

/// Whatever follows the architecture: it is refused, or an engine can be made.
#[test]
fn odd_ones() {
    alone("target::odd_ones", || {
        const VENDORS: [&str; 5] = ["", "-unknown", "-apple", "-linux", "-what"];
        const SYSTEMS: [&str; 12] = [
            "",
            "-linux",
            "-unknown",
            "-none",
            "-windows",
            "-darwin",
            "-darwin23.6.0",
            "-macosx10.7.0",
            "-ios",
            "-wasip1",
            "-what",
            "-linux\u{e4}",
        ];
        const ENVIRONMENTS: [&str; 9] = [
            "",
            "-gnu",
            "-musl",
            "-msvc",
            "-gnux32",
            "-ilp32",
            "-elf",
            "-macho",
            "-gnu-coff",
        ];
        let mut made = 0;
        for architecture in [std::env::consts::ARCH, "pulley32", "pulley64", "pulley64be"] {
            for vendor in VENDORS {
                for system in SYSTEMS {
                    for environment in ENVIRONMENTS {
                        let target = format!("{architecture}{vendor}{system}{environment}");
                        println!("{target}");
                        let mut config = Config::new();
                        if config.target(&target).is_err() {
                            continue;
                        }
                        #[cfg(any(feature = "cranelift", feature = "winch"))]
                        config.wasm_stack_switching(true);
                        _ = Engine::new(&config);
                        #[cfg(feature = "gc")]
                        config.wasm_features(libwasmtime::WasmFeatures::all(), false);
                        config.native_unwind_info(false);
                        made += usize::from(Engine::new(&config).is_ok());
                    }
                }
            }
        }
        assert!(made > 0);
    });
}

#[test]
fn pulley() {
    alone("target::pulley", || {
        for (target, guard) in [("pulley64", 0), ("pulley32", 0)] {
            let mut config = Config::new();
            config.target(target).expect("a target");
            let engine = Engine::new(&config).unwrap();
            assert!(engine.is_pulley());
            assert_eq!(engine.get_memory_guard_size(), guard);
            assert!(!engine.get_signals_based_traps());
            #[cfg(any(feature = "cranelift", feature = "winch"))]
            assert_eq!(engine.get_target().as_deref(), Some(target));
        }
    });
}
