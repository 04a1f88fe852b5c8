//! Targets.

use crate::alone;
use libwasmtime::{Config, ConfigConflict, Engine};

/// A target that this machine can't run is refused when it is set.
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

/// Whatever follows the architecture, it is refused, or an engine can be created.
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

/// Reports whether the library has Pulley.
pub fn has_pulley() -> bool {
    let pulley = format!("pulley{}", usize::BITS);
    Config::new().target(&pulley).is_ok()
}

#[test]
fn pulley() {
    alone("target::pulley", || {
        let target = format!("pulley{}", usize::BITS);
        let mut config = Config::new();
        if !has_pulley() {
            // Without Pulley, only the refusal can be tested.
            let error = config.target(&target).unwrap_err();
            assert!(error.to_string().contains("pulley"), "{error}");
            return;
        }
        config.target(&target).expect("a target");
        let engine = Engine::new(&config).unwrap();
        assert!(engine.is_pulley());
        assert_eq!(engine.get_memory_guard_size(), 0);
        assert!(!engine.get_signals_based_traps());
        #[cfg(compiler)]
        assert_eq!(engine.get_target().as_deref(), Some(&target[..]));
    });
}

/// A target that is accepted compiles and runs; any other is refused, with the reason.
#[cfg(all(feature = "wat", feature = "cranelift"))]
#[test]
fn what_is_accepted_runs() {
    use libwasmtime::{Instance, Module, Store};

    alone("target::what_is_accepted_runs", || {
        let host = std::env::consts::ARCH;
        let mut refused = 0;
        for target in [
            format!("{host}-unknown-linux-gnu"),
            format!("{host}-unknown-linux-musl"),
            format!("{host}-pc-windows-msvc"),
            format!("{host}-apple-darwin"),
            format!("{host}-unknown-none"),
            host.to_owned(),
            "aarch64-unknown-linux-gnu".to_owned(),
            "x86_64-unknown-linux-gnu".to_owned(),
            "pulley32".to_owned(),
            "pulley64".to_owned(),
            "pulley64be".to_owned(),
        ] {
            println!("{target}");
            let mut config = Config::new();
            match config.target(&target) {
                Ok(_) => {
                    let engine = Engine::new(&config).unwrap();
                    let wat = r#"(module (func (export "f") (result i32) (i32.const 5)))"#;
                    let module = Module::new(&engine, wat).unwrap();
                    let mut store = Store::new(&engine, ());
                    let instance = Instance::new(&mut store, &module, &[]).unwrap();
                    let f = instance.get_typed_func::<(), i32>(&mut store, "f").unwrap();
                    assert_eq!(f.call(&mut store, ()).unwrap(), 5);
                }
                Err(error) => {
                    refused += 1;
                    let conflict = error.downcast_ref::<ConfigConflict>().unwrap();
                    assert_eq!(conflict.setting(), format!("target({target:?})"));
                }
            }
        }
        // At most the machine's own, under several names, and Pulley.
        assert!((6..11).contains(&refused), "{refused}");
    });
}
