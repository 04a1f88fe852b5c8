//! Modules of arbitrary bytes, and modules that use every feature.

use crate::alone;
use libwasmtime::*;
use std::result::Result::Ok;

/// A module with every section, so that each can be damaged.
const RICH: &str = r#"(module $rich
    (type $t (func (param i32 i64 f32 f64 v128) (result i32)))
    (import "" "f" (func $f (type $t)))
    (import "" "g" (global $g i32))
    (memory (export "m") 1 2)
    (table (export "t") 2 4 funcref)
    (table (export "e") 2 externref)
    (global (export "v") (mut i64) (i64.const -1))
    (tag (export "tag") (param i32))
    (elem (i32.const 0) $h)
    (data (i32.const 4) "abc")
    (start $s)
    (func $s)
    (func $h (export "h") (param i32) (result i32)
        (local i64)
        (block (br_table 0 0 (local.get 0)))
        (i32.add (local.get 0) (global.get $g))))"#;

/// Inspects a module, and instantiates it.
fn examine(module: &Module) {
    for import in module.imports() {
        drop((
            import.module().to_owned(),
            import.name().to_owned(),
            import.ty(),
        ));
        println!("{import:?}");
    }
    for export in module.exports() {
        assert!(module.get_export(export.name()).is_some());
        println!("{export:?}");
    }
    drop((module.name().map(str::to_owned), module.image_range()));
    let engine = module.engine();
    let mut store = Store::new(engine, ());
    drop(Instance::new(&mut store, module, &[]));
    let mut linker = Linker::new(engine);
    drop(linker.define_unknown_imports_as_traps(module));
    drop(linker.instantiate(&mut store, module));
    let mut linker = Linker::new(engine);
    drop(linker.define_unknown_imports_as_default_values(&mut store, module));
    drop(linker.instantiate_pre(module));
    let Ok(instance) = linker.instantiate(&mut store, module) else {
        return;
    };
    let exports: Vec<_> = instance
        .exports(&mut store)
        .map(Export::into_extern)
        .collect();
    for export in exports {
        drop(export.ty(&store));
        match export {
            Extern::Func(func) => {
                let ty = func.ty(&store);
                let params: Option<Vec<_>> =
                    ty.params().map(|ty| Val::default_for_ty(&ty)).collect();
                let Some(params) = params else { continue };
                let mut results = vec![Val::I32(0); ty.results().len()];
                drop(func.call(&mut store, &params, &mut results));
            }
            Extern::Memory(memory) => _ = memory.data(&store),
            _ => {}
        }
    }
    let mut linker = Linker::new(engine);
    drop(linker.instance(&mut store, "again", instance));
}

fn config() -> Config {
    let mut config = Config::new();
    config.wasm_exceptions(true).wasm_function_references(true);
    config.wasm_memory64(true).wasm_custom_page_sizes(true);
    config.wasm_wide_arithmetic(true);
    config.epoch_interruption(true);
    config
}

#[test]
fn of_damaged_binaries() {
    alone("modules::of_damaged_binaries", || {
        let engine = Engine::new(&config()).unwrap();
        let whole = wat2wasm(RICH).unwrap().to_vec();
        examine(&Module::new(&engine, &whole).unwrap());
        for end in 0..whole.len() {
            drop(Module::from_binary(&engine, &whole[..end]));
            drop(Module::validate(&engine, &whole[..end]));
        }
        let mut valid = 0;
        for at in 0..whole.len() {
            for flip in [1, 2, 4, 0x10, 0x40, 0x80, 0xff] {
                let mut damaged = whole.clone();
                damaged[at] ^= flip;
                if let Ok(module) = Module::from_binary(&engine, &damaged) {
                    examine(&module);
                    valid += 1;
                }
            }
        }
        assert!(valid > 20, "{valid}");
    });
}

#[test]
fn of_no_binary_at_all() {
    alone("modules::of_no_binary_at_all", || {
        let engine = Engine::default();
        let garbage: [&[u8]; 8] = [
            b"",
            b"\0",
            b"\0asm",
            b"\0asm\x01\0\0\0",
            b"\0asm\x0d\0\x01\0",
            b"\x7fELF",
            b"(module",
            &[0xff; 1000],
        ];
        for bytes in garbage {
            println!("{bytes:?}");
            drop(Module::new(&engine, bytes));
            drop(Module::from_binary(&engine, bytes));
            drop(Module::validate(&engine, bytes));
            drop(wat2wasm(bytes));
            drop(engine.precompile_module(bytes));
            _ = Engine::detect_precompiled(bytes);
            // SAFETY: none of these is code.
            unsafe { Module::deserialize(&engine, bytes) }.unwrap_err();
        }
        let folder = env!("CARGO_MANIFEST_DIR");
        for path in ["", "/", "no\0such", "no such", folder, "\u{fffd}"] {
            println!("{path:?}");
            Module::from_file(&engine, path).unwrap_err();
            drop(Engine::detect_precompiled_file(path));
            // SAFETY: none of these is code.
            unsafe { Module::deserialize_file(&engine, path) }.unwrap_err();
        }
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt;
            let path = std::ffi::OsStr::from_bytes(b"\xff\xfe");
            Module::from_file(&engine, path).unwrap_err();
            // SAFETY: none of these is code.
            unsafe { Module::deserialize_file(&engine, path) }.unwrap_err();
        }
    });
}

#[test]
fn of_text_that_is_too_much() {
    alone("modules::of_text_that_is_too_much", || {
        let engine = Engine::default();
        let nested = |open: &str, close: &str, n: usize| {
            format!("(module (func {}{}))", open.repeat(n), close.repeat(n))
        };
        let texts = [
            "(".repeat(100_000),
            format!("{}{}", "(".repeat(100_000), ")".repeat(100_000)),
            "(;".repeat(100_000),
            format!(
                "(module (func (drop {}(i32.const 0){})))",
                "(i32.eqz ".repeat(50_000),
                ")".repeat(50_000)
            ),
            nested("block ", "end ", 20_000),
            nested("loop ", "end ", 20_000),
            nested("(block ", ")", 20_000),
            nested("i32.const 0 if ", "end ", 20_000),
            format!("(module (func (param {})))", "i32 ".repeat(1001)),
            format!("(module (func (param {})))", "i32 ".repeat(1000)),
            format!("(module (func (local {})))", "i64 ".repeat(50_001)),
            format!("(module (memory {}))", u64::MAX),
            format!("(module (table {} funcref))", u64::MAX),
            format!("(module {})", "(memory 1)".repeat(200)),
            format!("(module {})", "(table 1 funcref)".repeat(200)),
            format!("(module {})", "(global i32 (i32.const 0))".repeat(100_000)),
            format!(
                "(module (import \"{0}\" \"{0}\" (func)))",
                "x".repeat(200_000)
            ),
            "(module (import \"\\00\" \"\\00\\u{10ffff}\" (func)) (func (export \"\\00\")))"
                .to_owned(),
            "(module (func (export \"\\ff\")))".to_owned(),
            "\u{feff}(module)".to_owned(),
            "\0(module)".to_owned(),
        ];
        for text in &texts {
            println!("{:.60}", text.escape_debug().to_string());
            if let Ok(module) = Module::new(&engine, text) {
                examine(&module);
            }
        }
        // Deep types.
        let chain: String = (1..=100)
            .map(|i| format!("(type (sub {} (struct)))", i - 1))
            .collect();
        let text = format!("(module (type (sub (struct))){chain})");
        drop(Module::new(&engine, text));
        let chain: String = (1..=2000)
            .map(|i| format!("(type (func (param (ref null {}))))", i - 1))
            .collect();
        let text = format!(
            r#"(module (type (func)){chain} (import "" "" (func (type 2000))) (func (export "f") (type 2000)))"#
        );
        let engine = Engine::new(Config::new().wasm_function_references(true)).unwrap();
        examine(&Module::new(&engine, text).unwrap());
    });
}

/// Damage as a bad disk causes it: what is wrong in the container is an error. The caller
/// of `deserialize` answers for damage to the code.
#[test]
fn of_damaged_code() {
    alone("modules::of_damaged_code", || {
        let engine = Engine::new(&config()).unwrap();
        let whole = Module::new(&engine, RICH).unwrap().serialize().unwrap();
        // SAFETY: it is what was serialized.
        examine(&unsafe { Module::deserialize(&engine, &whole) }.unwrap());
        for end in (0..whole.len()).step_by(whole.len() / 500 + 1) {
            println!("the first {end} bytes of {}", whole.len());
            // SAFETY: incomplete code isn't run.
            drop(unsafe { Module::deserialize(&engine, &whole[..end]) });
            _ = Engine::detect_precompiled(&whole[..end]);
            #[cfg(feature = "standard")]
            {
                let mut store = standard::Store::new(&engine);
                // SAFETY: incomplete code isn't run.
                drop(unsafe { standard::Module::deserialize(&mut store, &whole[..end]) });
            }
        }
        // The header of the container and the version.
        for at in 0..64 {
            let mut damaged = whole.clone();
            damaged[at] ^= 0xff;
            println!("byte {at}");
            // SAFETY: the code is complete.
            drop(unsafe { Module::deserialize(&engine, &damaged) });
        }
    });
}

/// Code that was compiled with other settings.
#[test]
fn of_code_for_another_engine() {
    alone("modules::of_code_for_another_engine", || {
        type Change = fn(&mut Config);
        const CHANGES: &[Change] = &[
            |config| _ = config.consume_fuel(true),
            |config| _ = config.epoch_interruption(true),
            |config| _ = config.wasm_simd(false).wasm_relaxed_simd(false),
            |config| _ = config.wasm_bulk_memory(false),
            |config| _ = config.memory_reservation(0),
            |config| _ = config.memory_guard_size(0),
            |config| _ = config.signals_based_traps(false),
            |config| _ = config.debug_info(true),
            |config| _ = config.cranelift_opt_level(OptLevel::None),
            |config| _ = config.cranelift_nan_canonicalization(true),
            |config| _ = config.wasm_multi_memory(false),
            |config| drop(config.target("pulley64").map(drop)),
        ];
        let engine = Engine::default();
        let text =
            r#"(module (memory 1) (func (export "f") (result i32) (i32.load (i32.const 0))))"#;
        let code = Module::new(&engine, text).unwrap().serialize().unwrap();
        for (i, change) in CHANGES.iter().enumerate() {
            println!("{i}");
            let mut config = Config::new();
            change(&mut config);
            let Ok(other) = Engine::new(&config) else {
                continue;
            };
            if let Ok(module) = Module::new(&other, text) {
                let code = module.serialize().unwrap();
                // SAFETY: these are the serialized bytes; the engine checks whether they
                // fit.
                if let Ok(module) = unsafe { Module::deserialize(&engine, &code) } {
                    examine(&module);
                }
            }
            // SAFETY: these are the serialized bytes; the engine checks whether they fit.
            if let Ok(module) = unsafe { Module::deserialize(&other, &code) } {
                examine(&module);
            }
        }
    });
}

/// Code for another machine can be compiled, and never runs.
#[test]
fn of_code_for_another_machine() {
    alone("modules::of_code_for_another_machine", || {
        for target in [
            "pulley64",
            "pulley32",
            "aarch64-unknown-linux-gnu",
            "x86_64-pc-windows-msvc",
            "s390x-unknown-linux-gnu",
            "riscv64gc-unknown-linux-gnu",
        ] {
            println!("{target}");
            let mut config = Config::new();
            if config.target(target).is_err() {
                continue;
            }
            let engine = match Engine::new(&config) {
                Ok(engine) => engine,
                Err(error) => {
                    println!("{error:#}");
                    continue;
                }
            };
            let mut store = Store::new(&engine, ());
            drop(Func::wrap(&mut store, || 5).call(&mut store, &[], &mut [Val::I32(0)]));
            drop(Memory::new(&mut store, MemoryType::new(1, None)));
            let wat = r#"(module (func (export "f") (result i32) (i32.const 1)))"#;
            match Module::new(&engine, wat) {
                Ok(module) => {
                    drop(module.serialize());
                    examine(&module);
                }
                Err(error) => println!("{error:#}"),
            }
            drop(engine.precompile_module(wat.as_bytes()));
        }
    });
}

/// Imports and exports of which this crate has no values.
#[test]
fn of_every_proposal() {
    alone("modules::of_every_proposal", || {
        let mut all = config();
        all.wasm_gc(true).wasm_tail_call(true);
        let mut shared = all.clone();
        shared.shared_memory(true);
        let items = [
            r#"(global (export "a") anyref (ref.i31 (i32.const 1)))"#,
            r#"(global (export "a") (ref i31) (ref.i31 (i32.const 1)))"#,
            r#"(type $s (struct (field i8))) (global (export "a") (ref $s) (struct.new $s (i32.const 1)))"#,
            r#"(type $s (array (mut i8))) (table (export "a") 2 (ref null $s))"#,
            r#"(type $s (struct)) (func (export "a") (param (ref null $s)) (result (ref null $s)) (local.get 0))"#,
            r#"(func (export "a") (result eqref) (ref.i31 (i32.const 1)))"#,
            r#"(func (export "a") (result exnref) (ref.null exn))"#,
            r#"(import "" "a" (global structref))"#,
            r#"(import "" "a" (func (param arrayref i31ref eqref nullref nullexternref nullfuncref exnref)))"#,
            r#"(import "" "a" (func (result arrayref i31ref eqref nullref nullexternref nullfuncref exnref)))"#,
            r#"(import "" "a" (table 1 anyref))"#,
            r#"(import "" "a" (tag (param anyref)))"#,
            r#"(tag $e (export "t") (param i32)) (func (export "a") (throw $e (i32.const 1)))"#,
            r#"(memory (export "a") i64 1 (pagesize 1))"#,
            r#"(memory (export "a") 1 2 shared)"#,
            r#"(import "" "a" (memory 1 2 shared))"#,
            r#"(table (export "a") i64 1 18446744073709551615 funcref)"#,
            r#"(import "" "a" (table i64 4294967296 funcref))"#,
            r#"(import "" "a" (memory i64 0 281474976710656))"#,
        ];
        let mut seen = 0;
        for config in [&all, &shared] {
            let engine = match Engine::new(config) {
                Ok(engine) => engine,
                Err(error) => {
                    println!("{error}");
                    continue;
                }
            };
            for item in items {
                println!("{item}");
                match Module::new(&engine, format!("(module {item})")) {
                    Ok(module) => {
                        seen += 1;
                        assert!(survives(|| examine(&module)));
                        values(&module);
                        #[cfg(feature = "standard")]
                        survives(|| {
                            let mut store = standard::Store::new(&engine);
                            let binary = wat2wasm(format!("(module {item})")).unwrap();
                            let module = standard::Module::new(&store, &binary).unwrap();
                            drop(standard::Instance::new(&mut store, &module, &[]));
                        });
                    }
                    Err(error) => println!("  {error:#}"),
                }
            }
        }
        assert!(seen > 18, "{seen}");
    });
}

/// Reads the exports, which is an error or a panic if this crate has no value for one.
fn values(module: &Module) {
    let mut store = Store::new(module.engine(), ());
    let Ok(instance) = Instance::new(&mut store, module, &[]) else {
        return;
    };
    // By name, as listing them reads their types.
    for name in ["a", "t"] {
        let Some(export) = instance.get_export(&mut store, name) else {
            continue;
        };
        survives(|| match export {
            Extern::Global(global) => _ = global.get(&mut store),
            Extern::Table(table) => {
                _ = table.get(&mut store, 0);
                drop(Table::copy(&mut store, &table, 0, &table, 0, 1));
            }
            Extern::Func(func) => drop(func.call(&mut store, &[], &mut [Val::I32(0)])),
            _ => {}
        });
    }
}

/// Reports whether there is no panic.
fn survives(body: impl FnOnce()) -> bool {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)).is_ok()
}
