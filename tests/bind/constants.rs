//! Constants: globals of the host that belong to no store.

use crate::run;
#[cfg(feature = "async")]
use crate::run_async;
use libwasmtime::bind::{Abi, NoReceiver};
use libwasmtime::{
    Engine, ExternType, Func, Linker, Module, Ref, Result, Store, UnknownImportError, V128, Val,
};

const WAT: &str = r#"(module
    (import "host" "limit" (global $limit i32))
    (import "host" "limit" (global $again i32))
    (func (export "run") (result i32) (i32.add (global.get $limit) (global.get $again))))"#;

fn linker(engine: &Engine) -> Result<Linker<()>> {
    let mut linker = Linker::new(engine);
    linker
        .host_module("host", NoReceiver)
        .constant("limit", 7)?;
    Ok(linker)
}

#[test]
fn modules_of_several_stores_import_a_constant() -> Result<()> {
    let engine = Engine::default();
    let linker = linker(&engine)?;
    for _ in 0..2 {
        let mut store = Store::new(&engine, ());
        assert_eq!(run(&linker, &mut store, WAT)?, 14);
        assert_eq!(run(&linker, &mut store, WAT)?, 14);
    }
    Ok(())
}

#[test]
fn all_numbers_can_be_constants() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    linker
        .host_module("host", NoReceiver)
        .constant("i32", -1i32)?
        .constant("i64", 1i64 << 40)?
        .constant("f32", 0.5f32)?
        .constant("f64", 0.25f64)?
        .constant("v128", V128::from(3u128))?;
    let result = run(
        &linker,
        &mut Store::new(&engine, ()),
        r#"(module
            (import "host" "i32" (global $i32 i32))
            (import "host" "i64" (global $i64 i64))
            (import "host" "f32" (global $f32 f32))
            (import "host" "f64" (global $f64 f64))
            (import "host" "v128" (global $v128 v128))
            (func (export "run") (result i32)
                (i32.add (global.get $i32)
                (i32.add (i32.wrap_i64 (i64.shr_u (global.get $i64) (i64.const 39)))
                (i32.add (i32.trunc_f32_s (f32.mul (global.get $f32) (f32.const 200)))
                (i32.add (i32.trunc_f64_s (f64.mul (global.get $f64) (f64.const 4000)))
                    (i32x4.extract_lane 0 (global.get $v128))))))))"#,
    )?;
    assert_eq!(result, -1 + 2 + 100 + 1000 + 3);
    Ok(())
}

/// They are of the type, and have the bits, that an argument of the Rust type has.
#[test]
fn all_numbers_of_rust_can_be_constants() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    linker
        .host_module("host", NoReceiver)
        .constant("u32", u32::MAX)?
        .constant("u64", u64::MAX)?
        .constant("u8", 255u8)?
        .constant("i8", -1i8)?
        .constant("u16", u16::MAX)?
        .constant("i16", i16::MIN)?
        .constant("bool", true)?
        .constant("char", 'ß')?
        .constant("usize", 8usize)?
        .constant("isize", -8isize)?;
    linker
        .host_module("host64", NoReceiver)
        .abi(Abi::DEFAULT.with_memory64(true))
        .constant("usize", usize::MAX)?
        .constant("isize", -8isize)?;
    let mut store = Store::new(&engine, ());
    for (module, name, expected) in [
        ("host", "u32", Val::I32(-1)),
        ("host", "u64", Val::I64(-1)),
        ("host", "u8", Val::I32(255)),
        ("host", "i8", Val::I32(-1)),
        ("host", "u16", Val::I32(65535)),
        ("host", "i16", Val::I32(-32768)),
        ("host", "bool", Val::I32(1)),
        ("host", "char", Val::I32(0xdf)),
        ("host", "usize", Val::I32(8)),
        ("host", "isize", Val::I32(-8)),
        ("host64", "usize", Val::I64(usize::MAX as i64)),
        ("host64", "isize", Val::I64(-8)),
    ] {
        let global = linker.get(&mut store, module, name)?.into_global().unwrap();
        let found = global.get(&mut store);
        assert_eq!(format!("{found:?}"), format!("{expected:?}"), "{name}");
    }
    Ok(())
}

#[cfg(target_pointer_width = "64")]
#[test]
fn a_constant_that_is_wider_than_the_guests_pointers_is_an_error() {
    let mut linker = Linker::<()>::new(&Engine::default());
    let error = linker
        .host_module("host", NoReceiver)
        .constant("size", usize::MAX)
        .err();
    let text = format!("{:#}", error.expect("it has 64 bits"));
    assert_eq!(
        text,
        "failed to define the constant `host`.`size`: expected a constant that fits into the \
         `usize` of the guest, which has 32 bits, found 18446744073709551615"
    );
}

#[cfg(feature = "macros")]
#[test]
fn constants_of_a_block_are_of_all_these_types() -> Result<()> {
    #[derive(libwasmtime::HostValue)]
    #[repr(u8)]
    enum Axis {
        _X,
        Y = 200,
    }

    struct Limits;

    #[libwasmtime::host(module = "limits")]
    impl Limits {
        const BITS: u32 = 0xffff_ffff;
        const LEN: usize = 3;
        const AXIS: Axis = Axis::Y;
        const IS_SET: bool = true;
    }

    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    linker.host_functions::<Limits>()?;
    let wat = r#"(module
        (import "limits" "BITS" (global $bits i32))
        (import "limits" "LEN" (global $len i32))
        (import "limits" "AXIS" (global $axis i32))
        (import "limits" "IS_SET" (global $is_set i32))
        (func (export "run") (result i32)
            (i32.add (i32.add (global.get $bits) (global.get $len))
                (i32.add (global.get $axis) (global.get $is_set)))))"#;
    assert_eq!(
        run(&linker, &mut Store::new(&engine, ()), wat)?,
        -1 + 3 + 200 + 1
    );
    Ok(())
}

#[test]
fn an_instance_pre_has_the_constants_of_its_linker() -> Result<()> {
    let engine = Engine::default();
    let mut linker = linker(&engine)?;
    let module = Module::new(&engine, WAT)?;
    let pre = linker.instantiate_pre(&module)?;
    linker.allow_shadowing(true);
    linker
        .host_module("host", NoReceiver)
        .constant("limit", 8)?;
    for _ in 0..2 {
        let mut store = Store::new(&engine, ());
        let instance = pre.instantiate(&mut store)?;
        let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
        assert_eq!(run.call(&mut store, ())?, 14);
    }
    assert_eq!(run(&linker, &mut Store::new(&engine, ()), WAT)?, 16);
    Ok(())
}

#[cfg(feature = "async")]
#[test]
fn a_constant_stands_beside_asynchronous_functions() -> Result<()> {
    let engine = Engine::default();
    let mut linker = linker(&engine)?;
    linker.func_wrap_async("host", "wait", |_, ()| Box::new(async { 3 }))?;
    let wat = r#"(module
        (import "host" "limit" (global $limit i32))
        (import "host" "wait" (func $wait (result i32)))
        (func (export "run") (result i32) (i32.mul (global.get $limit) (call $wait))))"#;
    assert_eq!(run_async(&linker, &mut Store::new(&engine, ()), wat)?, 21);

    let pre = linker.instantiate_pre(&Module::new(&engine, wat)?)?;
    let mut store = Store::new(&engine, ());
    let result = futures::executor::block_on(async {
        let instance = pre.instantiate_async(&mut store).await?;
        let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
        run.call_async(&mut store, ()).await
    })?;
    assert_eq!(result, 21);
    assert!(pre.instantiate(Store::new(&engine, ())).is_err());
    Ok(())
}

#[test]
fn commands_and_reactors_import_constants() -> Result<()> {
    let engine = Engine::default();
    let mut linker = linker(&engine)?;
    let mut store = Store::new(&engine, ());
    for (name, start) in [("reactor", ""), ("command", r#"(func (export "_start"))"#)] {
        let module = Module::new(&engine, WAT.replace("(func", &format!("{start} (func")))?;
        linker.module(&mut store, name, &module)?;
        let run = linker.get(&mut store, name, "run")?.into_func().unwrap();
        assert_eq!(run.typed::<(), i32>(&store)?.call(&mut store, ())?, 14);
    }
    Ok(())
}

#[test]
fn a_constant_is_got_as_a_global() -> Result<()> {
    let engine = Engine::default();
    let linker = linker(&engine)?;
    let mut store = Store::new(&engine, ());
    let item = linker.get(&mut store, "host", "limit")?;
    let global = item.into_global().expect("it is a global");
    assert_eq!(global.get(&mut store).i32(), Some(7));
    assert!(global.set(&mut store, Val::I32(8)).is_err());

    let module = Module::new(&engine, WAT)?;
    let import = module.imports().next().unwrap();
    let item = linker.get_by_import(&mut store, &import).unwrap();
    assert!(matches!(item.ty(&store), ExternType::Global(_)));
    Ok(())
}

#[test]
fn a_wrong_type_is_the_usual_error() -> Result<()> {
    let engine = Engine::default();
    let linker = linker(&engine)?;
    for (import, found) in [
        (
            "(global i64)",
            "expected global of type `i64`, found global of type `i32`",
        ),
        (
            "(global (mut i32))",
            "expected mutable global, found immutable global",
        ),
        ("(func)", "expected func, but found global"),
    ] {
        let wat = format!(r#"(module (import "host" "limit" {import}))"#);
        let module = Module::new(&engine, wat)?;
        let errors = [
            linker.instantiate(Store::new(&engine, ()), &module).err(),
            linker.instantiate_pre(&module).err(),
        ];
        for error in errors {
            let text = format!("{:#}", error.expect("the type is wrong"));
            assert!(
                text.contains(found) && text.contains("host::limit"),
                "{text}"
            );
        }
    }
    let wat = r#"(module (import "host" "limit" (global i32)) (import "a" "b" (func)))"#;
    let error = linker
        .instantiate_pre(&Module::new(&engine, wat)?)
        .unwrap_err();
    assert!(error.is::<UnknownImportError>());
    Ok(())
}

#[test]
fn names_are_defined_once() -> Result<()> {
    let engine = Engine::default();
    let mut linker = linker(&engine)?;
    assert!(
        linker
            .host_module("host", NoReceiver)
            .constant("limit", 8)
            .is_err()
    );
    assert!(linker.func_wrap("host", "limit", || ()).is_err());
    linker.func_wrap("host", "f", || ())?;
    assert!(
        linker
            .host_module("host", NoReceiver)
            .constant("f", 8)
            .is_err()
    );
    let mut store = Store::new(&engine, ());
    // Neither has changed anything.
    assert_eq!(run(&linker, &mut store, WAT)?, 14);
    assert!(linker.get(&mut store, "host", "f")?.into_func().is_some());
    Ok(())
}

#[test]
fn definitions_shadow_constants_and_constants_definitions() -> Result<()> {
    let engine = Engine::default();
    let mut linker = linker(&engine)?;
    let mut store = Store::new(&engine, ());
    linker.allow_shadowing(true);

    linker.func_wrap("host", "limit", || 3)?;
    let func = r#"(module
        (import "host" "limit" (func $limit (result i32)))
        (func (export "run") (result i32) (call $limit)))"#;
    assert_eq!(run(&linker, &mut store, func)?, 3);
    assert!(run(&linker, &mut store, WAT).is_err());

    linker
        .host_module("host", NoReceiver)
        .constant("limit", 9)?;
    assert_eq!(run(&linker, &mut store, WAT)?, 18);

    let item = linker.get(&mut store, "host", "limit")?;
    linker.define(&store, "host", "limit", item)?;
    assert_eq!(run(&linker, &mut store, WAT)?, 18);
    // It belongs to the store now.
    assert!(run(&linker, &mut Store::new(&engine, ()), WAT).is_err());

    linker
        .host_module("host", NoReceiver)
        .constant("limit", 10)?;
    assert_eq!(run(&linker, &mut Store::new(&engine, ()), WAT)?, 20);
    assert_eq!(run(&linker.clone(), &mut store, WAT)?, 20);
    Ok(())
}

#[test]
fn a_constant_is_no_unknown_import() -> Result<()> {
    let engine = Engine::default();
    let mut linker = linker(&engine)?;
    let mut store = Store::new(&engine, ());
    let module = Module::new(&engine, WAT)?;
    linker.define_unknown_imports_as_traps(&module)?;
    linker.define_unknown_imports_as_default_values(&mut store, &module)?;
    assert_eq!(run(&linker, &mut store, WAT)?, 14);
    assert_eq!(run(&linker, &mut Store::new(&engine, ()), WAT)?, 14);
    Ok(())
}

#[test]
fn a_reference_is_no_constant() -> Result<()> {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::<()>::new(&engine);
    let func = Func::wrap(&mut store, || ());
    for val in [Val::from(Ref::Func(Some(func))), Val::null_func_ref()] {
        let error = linker
            .host_module("host", NoReceiver)
            .constant("f", val)
            .err();
        let text = error.expect("it is a reference").to_string();
        assert!(text.contains("`host`.`f`"), "{text}");
    }
    let mut wasi = linker.host_module("wasi_snapshot_preview1", NoReceiver);
    assert!(wasi.constant("x", 1).is_err());
    Ok(())
}
