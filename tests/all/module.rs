//! Modules: created from text, binaries and files, and inspected.

#[cfg(feature = "gc")]
mod items;

use libwasmtime::{
    Config, Engine, ExternType, Instance, Module, Result, Store, TypedFunc, wat2wasm,
};
use std::fs;
use std::path::PathBuf;
use std::thread;

/// Returns a path for a file of the test of that name.
pub fn scratch(name: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("all");
    fs::create_dir_all(&directory).expect("the directory can be made");
    directory.join(name)
}

#[test]
fn text_and_binary_make_the_same_module() -> Result<()> {
    let engine = Engine::default();
    let text = r#"(module (func (export "f") (result i32) i32.const 3))"#;
    let binary = wat2wasm(text)?;
    for module in [
        Module::new(&engine, text)?,
        Module::new(&engine, &binary)?,
        Module::from_binary(&engine, &binary)?,
    ] {
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[])?;
        let f: TypedFunc<(), i32> = instance.get_typed_func(&mut store, "f")?;
        assert_eq!(f.call(&mut store, ())?, 3);
    }
    let error = Module::from_binary(&engine, text.as_bytes()).unwrap_err();
    assert!(format!("{error:#}").contains("magic"), "{error:#}");
    Ok(())
}

#[test]
fn errors_in_text_point_at_the_place() {
    let engine = Engine::default();
    let error = Module::new(&engine, "(module\n  (func (result i32) i32.cons 1))").unwrap_err();
    let text = format!("{error:#}");
    assert!(text.contains("unknown operator"), "{text}");
    assert!(text.contains("<anon>:2:22"), "{text}");

    let error = Module::new(&engine, b"(module \xff)").unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("input bytes aren't valid utf-8"), "{text}");
}

#[test]
fn errors_of_a_file_point_into_it() -> Result<()> {
    let engine = Engine::default();
    let file = scratch("wrong.wat");
    let path = file.display();
    fs::write(&file, "(module\n  (func (result i32) i32.cons 1))")?;
    let error = Module::from_file(&engine, &file).unwrap_err();
    let text = format!("{error:#}");
    assert!(text.contains("unknown operator"), "{text}");
    assert!(text.contains(&format!("{path}:2:22")), "{text}");

    fs::write(&file, b"(module \xff)")?;
    let error = Module::from_file(&engine, &file).unwrap_err();
    assert_eq!(error.to_string(), format!("failed to parse `{path}`"));
    assert!(
        error.root_cause().to_string().contains("utf-8"),
        "{error:#}"
    );

    // `Module::new` reports the same for an invalid binary.
    fs::write(&file, b"\0asm\x01\0\0\0\xff")?;
    let error = Module::from_file(&engine, &file).unwrap_err();
    let same = Module::new(&engine, fs::read(&file)?).unwrap_err();
    assert_eq!(format!("{error:#}"), format!("{same:#}"));

    fs::remove_file(&file)?;
    let error = Module::from_file(&engine, &file).unwrap_err();
    assert_eq!(error.to_string(), format!("failed to read from `{path}`"));
    assert!(error.is::<std::io::Error>());
    Ok(())
}

#[test]
fn invalid_modules_are_errors() {
    let engine = Engine::default();
    let mismatch = "(module (func (result i32) i64.const 1))";
    let error = format!("{:#}", Module::new(&engine, mismatch).unwrap_err());
    assert!(
        error.contains("type mismatch: expected i32, found i64"),
        "{error}"
    );
    // The offset is the same, too.
    assert!(error.contains("at offset "), "{error}");

    let binary = wat2wasm(mismatch).unwrap();
    assert!(Module::validate(&engine, &binary).is_err());
    assert!(Module::validate(&engine, &wat2wasm("(module)").unwrap()).is_ok());
    assert!(Module::validate(&engine, b"").is_err());
    assert!(Module::new(&engine, b"").is_err());

    let mut config = Config::new();
    config.wasm_simd(false).wasm_relaxed_simd(false);
    let scalar = Engine::new(&config).unwrap();
    let simd = "(module (func (result v128) v128.const i32x4 1 2 3 4))";
    assert!(Module::new(&engine, simd).is_ok());
    assert!(Module::new(&scalar, simd).is_err());
}

#[test]
fn files() -> Result<()> {
    let engine = Engine::default();
    let text = scratch("files.wat");
    fs::write(&text, "(module $filed)")?;
    assert_eq!(Module::from_file(&engine, &text)?.name(), Some("filed"));
    let binary = scratch("files.wasm");
    fs::write(&binary, wat2wasm("(module $binary)")?)?;
    assert_eq!(Module::from_file(&engine, &binary)?.name(), Some("binary"));

    let bad = scratch("files-bad.wat");
    fs::write(&bad, "(module\n(func nop")?;
    let error = format!("{:#}", Module::from_file(&engine, &bad).unwrap_err());
    assert!(error.contains("files-bad.wat"), "{error}");
    assert!(error.contains(":2:"), "{error}");
    let missing = scratch("files-missing.wat");
    let error = Module::from_file(&engine, &missing).unwrap_err();
    assert!(error.to_string().contains("files-missing.wat"), "{error}");
    assert!(error.downcast_ref::<std::io::Error>().is_some(), "{error}");
    for file in [text, binary, bad] {
        fs::remove_file(file)?;
    }
    Ok(())
}

#[test]
fn names_come_from_the_name_section() -> Result<()> {
    let engine = Engine::default();
    let named =
        |text: &str| Module::new(&engine, text).map(|module| module.name().map(String::from));
    assert_eq!(named("(module)")?, None);
    assert_eq!(named("(module $m (func $f))")?.as_deref(), Some("m"));
    assert_eq!(named("(module (func $f))")?, None);
    assert_eq!(
        named(r#"(module (@name "né") (@custom "other" "x") (memory 1))"#)?.as_deref(),
        Some("né")
    );

    // The subsections in another order: functions (none) before the module.
    let mut binary = wat2wasm("(module)")?.to_vec();
    binary.extend(b"\0\x0c\x04name\x01\x01\x00\x00\x02\x01m");
    assert_eq!(Module::new(&engine, &binary)?.name(), Some("m"));
    // A section that ends too early isn't an error, as it is custom.
    let mut binary = wat2wasm("(module)")?.to_vec();
    binary.extend(b"\0\x07\x04name\x00\x7f");
    assert_eq!(Module::new(&engine, &binary)?.name(), None);
    Ok(())
}

#[test]
fn clones_are_the_same_module() -> Result<()> {
    let engine = Engine::default();
    let module = Module::new(&engine, "(module $m)")?;
    let clone = module.clone();
    assert!(Module::same(&module, &clone));
    assert!(!Module::same(
        &module,
        &Module::new(&engine, "(module $m)")?
    ));
    drop(module);
    assert_eq!(clone.name(), Some("m"));
    assert!(Engine::same(clone.engine(), &engine));
    assert!(format!("{clone:?}").contains("\"m\""), "{clone:?}");
    Ok(())
}

#[test]
fn the_code_is_somewhere() -> Result<()> {
    let engine = Engine::default();
    let text = r#"(module (func (export "f")))"#;
    let (a, b) = (Module::new(&engine, text)?, Module::new(&engine, text)?);
    let (a, b) = (a.image_range(), b.image_range());
    assert!(a.start < a.end && b.start < b.end);
    assert!(a.end <= b.start || b.end <= a.start);
    Ok(())
}

#[test]
fn an_engine_lives_as_long_as_its_modules() -> Result<()> {
    let engine = Engine::default();
    let weak = engine.weak();
    let module = Module::new(
        &engine,
        r#"(module (func (export "f") (result i32) i32.const 1))"#,
    )?;
    drop(engine);
    let engine = weak.upgrade().expect("the module has it");
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[])?;
    // The store keeps the code.
    drop((module, engine));
    let f = instance.get_typed_func::<(), i32>(&mut store, "f")?;
    assert_eq!(f.call(&mut store, ())?, 1);
    assert_eq!(instance.module(&store).exports().len(), 1);
    drop(store);
    assert!(weak.upgrade().is_none());
    Ok(())
}

#[test]
fn threads_share_a_module() -> Result<()> {
    let engine = Engine::default();
    let module = Module::new(
        &engine,
        r#"(module
            (import "" "n" (func (result i32)))
            (func (export "f") (result i32) call 0 i32.const 1 i32.add))"#,
    )?;
    thread::scope(|scope| {
        for n in 0..8 {
            let module = &module;
            scope.spawn(move || {
                assert_eq!(module.imports().len(), 1);
                let clone = module.clone();
                assert_eq!(clone.exports().next().unwrap().name(), "f");
                let mut store = Store::new(module.engine(), n);
                let host =
                    libwasmtime::Func::wrap(&mut store, |caller: libwasmtime::Caller<'_, i32>| {
                        *caller.data()
                    });
                let instance = Instance::new(&mut store, &clone, &[host.into()]).unwrap();
                let f = instance.get_typed_func::<(), i32>(&mut store, "f").unwrap();
                assert_eq!(f.call(&mut store, ()).unwrap(), n + 1);
            });
        }
    });
    Ok(())
}

#[test]
fn all_kinds_of_memories() -> Result<()> {
    let mut config = Config::new();
    config
        .wasm_memory64(true)
        .wasm_multi_memory(true)
        .wasm_custom_page_sizes(true);
    #[cfg(feature = "threads")]
    config.wasm_threads(true);
    let engine = Engine::new(&config)?;
    let mut memories = vec![
        ("1 2", (1, Some(2), false, false, 65536)),
        ("0", (0, None, false, false, 65536)),
        ("i64 3", (3, None, true, false, 65536)),
        (
            "i64 0 0x1_0000_0000_0000",
            (0, Some(1 << 48), true, false, 65536),
        ),
        ("7 9 (pagesize 1)", (7, Some(9), false, false, 1)),
        ("i64 5 (pagesize 1)", (5, None, true, false, 1)),
        ("65536 65536", (65536, Some(65536), false, false, 65536)),
    ];
    if cfg!(feature = "threads") {
        memories.push(("1 4 shared", (1, Some(4), false, true, 65536)));
        memories.push(("i64 0 4 shared", (0, Some(4), true, true, 65536)));
    }
    let text: String = memories
        .iter()
        .enumerate()
        .map(|(i, (memory, _))| {
            format!(r#"(import "" "" (memory {memory})) (export "{memory}" (memory {i}))"#)
        })
        .collect();
    let module = Module::new(&engine, format!("(module {text})"))?;
    for (import, (_, expected)) in module.imports().zip(&memories) {
        check(&import.ty(), *expected);
    }
    for (name, expected) in memories {
        check(&module.get_export(name).unwrap(), expected);
    }

    fn check(ty: &ExternType, expected: (u64, Option<u64>, bool, bool, u64)) {
        let ty = ty.unwrap_memory();
        let found = (
            ty.minimum(),
            ty.maximum(),
            ty.is_64(),
            ty.is_shared(),
            ty.page_size(),
        );
        assert_eq!(found, expected);
    }
    Ok(())
}

/// Returns the contents of the `.text` section of an ELF file: the section of the first
/// function's symbol.
fn text_of(elf: &[u8]) -> &[u8] {
    let half = |at: usize| usize::from(u16::from_le_bytes(elf[at..at + 2].try_into().unwrap()));
    let long = |at: usize| {
        usize::try_from(u64::from_le_bytes(elf[at..at + 8].try_into().unwrap())).unwrap()
    };
    let word = |at: usize| u32::from_le_bytes(elf[at..at + 4].try_into().unwrap());
    let header = |index: usize| long(0x28) + index * half(0x3a);
    let contents = |index| &elf[long(header(index) + 0x18)..][..long(header(index) + 0x20)];
    const SYMBOLS: u32 = 2;
    let symbols = (0..half(0x3c)).find(|&index| word(header(index) + 4) == SYMBOLS);
    let symbols = long(header(symbols.expect("there are symbols")) + 0x18);
    const FUNCTION: u8 = 2;
    let function = (0..)
        .map(|index| symbols + index * 24)
        .find(|&symbol| elf[symbol + 4] & 0xf == FUNCTION);
    contents(half(function.unwrap() + 6))
}

#[test]
fn text_is_the_code() -> Result<()> {
    let wat = r#"(module
        (import "" "" (func))
        (memory 1)
        (data (i32.const 0) "some data")
        (func (export "f") (param i32) (result i32)
            call 0
            (i32.load (local.get 0))))"#;
    let mut configs = vec![Config::new()];
    // A library may lack the interpreter.
    if let Ok(pulley) = Config::new().target("pulley64") {
        configs.push(pulley.clone());
    }
    for config in configs {
        let engine = Engine::new(&config)?;
        let module = Module::new(&engine, wat)?;
        let image = module.image_range();
        let text = module.text();
        assert!(!text.is_empty());
        assert!(image.contains(&text.as_ptr()));
        assert!(text.as_ptr_range().end <= image.end);
        let serialized = module.serialize()?;
        assert_eq!(text, text_of(&serialized));
        // SAFETY: the bytes are those of a module, not changed.
        let again = unsafe { Module::deserialize(&engine, &serialized)? };
        assert_eq!(again.text(), text);
        let file = scratch("text.cwasm");
        fs::write(&file, &serialized)?;
        // SAFETY: the file contains the bytes of a module, and nothing changes it.
        let mapped = unsafe { Module::deserialize_file(&engine, &file)? };
        assert_eq!(mapped.text(), text);
    }
    assert!(
        Module::new(&Engine::default(), "(module)")?
            .text()
            .is_empty()
    );
    Ok(())
}
