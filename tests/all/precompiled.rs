//! Modules that were compiled ahead of time.

use crate::module::scratch;
use libwasmtime::{
    Config, Engine, Instance, Module, OptLevel, Precompiled, Result, Store, wat2wasm,
};
use std::fs;

const ANSWER: &str = r#"(module $named
    (import "m" "x" (func))
    (memory (export "memory") 1 2)
    (func (export "answer") (result i32) i32.const 42))"#;

#[track_caller]
fn assert_answers(engine: &Engine, module: &Module) {
    let mut store = Store::new(engine, ());
    let func = libwasmtime::Func::wrap(&mut store, || {});
    let instance = Instance::new(&mut store, module, &[func.into()]).unwrap();
    let answer = instance.get_typed_func::<(), i32>(&mut store, "answer");
    assert_eq!(answer.unwrap().call(&mut store, ()).unwrap(), 42);
}

#[test]
fn a_module_is_serialized_and_back() -> Result<()> {
    let engine = Engine::default();
    let original = Module::new(&engine, ANSWER)?;
    let bytes = original.serialize()?;
    assert_eq!(
        Engine::detect_precompiled(&bytes),
        Some(Precompiled::Module)
    );
    // SAFETY: this is what was just serialized.
    let module = unsafe { Module::deserialize(&engine, &bytes)? };
    assert_answers(&engine, &module);
    assert_eq!(module.imports().next().unwrap().name(), "x");
    let names: Vec<_> = module.exports().map(|export| export.name()).collect();
    assert_eq!(names, ["memory", "answer"]);
    assert_eq!(module.name(), None);
    assert!(!Module::same(&module, &original));

    // Another engine with the same settings accepts it.
    let other = Engine::default();
    // SAFETY: this is what was just serialized.
    let module = unsafe { Module::deserialize(&other, &bytes)? };
    assert_answers(&other, &module);
    // Serializing it again gives the same bytes.
    assert!(module.serialize()? == bytes);
    Ok(())
}

/// A file may contain either form, and it may be open.
#[test]
fn trusted_files() -> Result<()> {
    let engine = Engine::default();
    let code = Module::new(&engine, ANSWER)?.serialize()?;
    for (name, bytes) in [
        ("trusted.cwasm", &code[..]),
        ("trusted.wasm", &wat2wasm(ANSWER)?),
        ("trusted.wat", ANSWER.as_bytes()),
    ] {
        let path = scratch(name);
        fs::write(&path, bytes)?;
        // SAFETY: the file has what was just serialized, or no code, and stays as it is.
        let module = unsafe { Module::from_trusted_file(&engine, &path)? };
        assert_answers(&engine, &module);
    }
    // SAFETY: there is no file.
    let error = unsafe { Module::from_trusted_file(&engine, scratch("trusted.none")) };
    assert!(error.is_err());

    let mut file = fs::File::open(scratch("trusted.cwasm"))?;
    std::io::copy(&mut file, &mut std::io::sink())?;
    // SAFETY: the file has what was just serialized.
    let module = unsafe { Module::deserialize_open_file(&engine, file)? };
    assert_answers(&engine, &module);
    Ok(())
}

#[test]
fn files() -> Result<()> {
    let engine = Engine::default();
    let path = scratch("precompiled.cwasm");
    fs::write(&path, Module::new(&engine, ANSWER)?.serialize()?)?;
    assert_eq!(
        Engine::detect_precompiled_file(&path)?,
        Some(Precompiled::Module)
    );
    // SAFETY: the file has what was just serialized, and stays as it is.
    let module = unsafe { Module::deserialize_file(&engine, &path)? };
    assert_answers(&engine, &module);
    drop(module);

    let bad = scratch("precompiled-bad.cwasm");
    for content in [&b""[..], b"\x7fELF", b"something else altogether"] {
        fs::write(&bad, content)?;
        // SAFETY: this is no precompiled module, which is recognised.
        let error = unsafe { Module::deserialize_file(&engine, &bad) }.unwrap_err();
        let text = format!("{error:#}");
        assert!(text.contains("precompiled-bad.cwasm"), "{text}");
        assert_eq!(Engine::detect_precompiled_file(&bad)?, None);
    }
    fs::remove_file(&bad)?;
    fs::remove_file(&path)?;
    // SAFETY: there is no such file.
    let error = unsafe { Module::deserialize_file(&engine, &bad) }.unwrap_err();
    assert!(
        error.to_string().contains("precompiled-bad.cwasm"),
        "{error}"
    );
    assert!(Engine::detect_precompiled_file(&bad).is_err());
    // SAFETY: there can't be such a file.
    let error = unsafe { Module::deserialize_file(&engine, "a\0b") }.unwrap_err();
    assert!(error.to_string().contains("NUL"), "{error}");
    Ok(())
}

#[test]
#[cfg(unix)]
fn a_path_that_is_no_text_is_an_error() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let path = OsStr::from_bytes(b"\xff.cwasm");
    // SAFETY: the file isn't even opened.
    let error = unsafe { Module::deserialize_file(&Engine::default(), path) }.unwrap_err();
    assert!(error.to_string().contains("not UTF-8"), "{error}");
}

#[test]
fn what_is_no_precompiled_module_is_an_error() -> Result<()> {
    let engine = Engine::default();
    let whole = Module::new(&engine, ANSWER)?.serialize()?;
    let half = &whole[..whole.len() / 2];
    let wasm = wat2wasm("(module)")?;
    for bytes in [&b""[..], b"\0", &whole[..4], &whole[..64], half, &wasm] {
        // SAFETY: these are damaged in a way that is recognised.
        assert!(unsafe { Module::deserialize(&engine, bytes) }.is_err());
    }
    assert_eq!(Engine::detect_precompiled(&wasm), None);
    assert_eq!(Engine::detect_precompiled(b""), None);
    assert_eq!(Engine::detect_precompiled(&whole[..40]), None);
    assert_eq!(Engine::detect_precompiled(half), Some(Precompiled::Module));
    Ok(())
}

#[test]
fn engines_of_other_settings_refuse_it() -> Result<()> {
    let engine = Engine::default();
    let bytes = Module::new(&engine, ANSWER)?.serialize()?;
    let configs: [&dyn Fn(&mut Config); 3] = [
        &|config| _ = config.consume_fuel(true),
        &|config| _ = config.epoch_interruption(true),
        &|config| _ = config.wasm_simd(false).wasm_relaxed_simd(false),
    ];
    for set in configs {
        let mut config = Config::new();
        set(&mut config);
        let other = Engine::new(&config)?;
        // SAFETY: these are the bytes of a module.
        let error = unsafe { Module::deserialize(&other, &bytes) }.unwrap_err();
        assert!(error.to_string().contains("Module was compiled"), "{error}");
    }
    // The optimisation level makes no difference.
    let other = Engine::new(Config::new().cranelift_opt_level(OptLevel::None))?;
    // SAFETY: these are the bytes of a module.
    let module = unsafe { Module::deserialize(&other, &bytes)? };
    assert_answers(&other, &module);
    Ok(())
}

#[test]
fn an_engine_compiles_ahead_of_time() -> Result<()> {
    let engine = Engine::default();
    for source in [ANSWER.as_bytes(), &wat2wasm(ANSWER)?] {
        let bytes = engine.precompile_module(source)?;
        // SAFETY: this was just compiled.
        let module = unsafe { Module::deserialize(&engine, &bytes)? };
        assert_answers(&engine, &module);
    }
    assert!(engine.precompile_module(b"(module").is_err());
    Ok(())
}

/// If WebAssembly is expected, the error says what the bytes are and which function accepts
/// them.
#[test]
fn precompiled_code_is_no_webassembly() -> Result<()> {
    let engine = Engine::default();
    let code = Module::new(&engine, ANSWER)?.serialize()?;
    let path = scratch("precompiled-as-source.cwasm");
    fs::write(&path, &code)?;
    for error in [
        Module::new(&engine, &code).unwrap_err(),
        Module::from_binary(&engine, &code).unwrap_err(),
        Module::validate(&engine, &code).unwrap_err(),
        engine.precompile_module(&code).unwrap_err(),
        #[cfg(feature = "standard")]
        {
            let store = libwasmtime::standard::Store::new(&engine);
            libwasmtime::standard::Module::new(&store, &code).unwrap_err()
        },
    ] {
        let text = error.to_string();
        assert!(text.contains("a precompiled module"), "{text}");
        assert!(text.contains("`Module::deserialize`"), "{text}");
    }
    let text = Module::from_file(&engine, &path).unwrap_err().to_string();
    assert!(text.contains(&format!("`{}`", path.display())), "{text}");
    assert!(text.contains("`Module::deserialize_file`"), "{text}");

    // Code of a component is told from that of a module.
    let mut component = code;
    component[48..52].copy_from_slice(&2u32.to_le_bytes());
    let text = Module::new(&engine, component).unwrap_err().to_string();
    assert!(text.contains("a precompiled component"), "{text}");
    fs::remove_file(path)?;
    Ok(())
}
