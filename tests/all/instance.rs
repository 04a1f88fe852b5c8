//! Instances: their imports, start functions and exports.

use crate::guest::{assert_not_taken, instantiate, panic_text};
use libwasmtime::{
    Caller, Engine, Extern, Func, Global, GlobalType, Instance, Linker, Memory, MemoryType, Module,
    Mutability, Result, Store, Trap, Val, ValType,
};

#[test]
fn imports_must_be_as_many_as_the_module_has() -> Result<()> {
    let mut store = Store::<()>::default();
    let module = Module::new(
        store.engine(),
        r#"(module (import "" "a" (func)) (import "" "b" (func)))"#,
    )?;
    let func = Func::wrap(&mut store, || {});
    for count in [0, 1, 3] {
        let imports = vec![Extern::Func(func); count];
        let error = Instance::new(&mut store, &module, &imports).unwrap_err();
        let expected = format!("expected 2 imports, found {count}");
        assert_eq!(error.to_string(), expected);
    }
    Instance::new(&mut store, &module, &[func.into(), func.into()])?;
    Ok(())
}

#[test]
fn imports_must_be_of_the_types_that_the_module_wants() -> Result<()> {
    let mut store = Store::<()>::default();
    let func = Func::wrap(&mut store, |x: i32| x);
    let i32_const = GlobalType::new(ValType::I32, Mutability::Const);
    let global = Global::new(&mut store, i32_const, Val::I32(1))?;
    let memory = Memory::new(&mut store, MemoryType::new(1, Some(2)))?;
    let table = r#"(module (table (export "t") 1 2 funcref))"#;
    let table = instantiate(&mut store, table, &[])
        .get_table(&mut store, "t")
        .expect("it is there");

    let items: [(Extern, &[&str], &[&str]); 4] = [
        (
            func.into(),
            &["(func (param i32) (result i32))"],
            &["(func)", "(func (param i32))", "(global i32)", "(memory 1)"],
        ),
        (
            global.into(),
            &["(global i32)"],
            &["(global (mut i32))", "(global i64)", "(func)"],
        ),
        (
            memory.into(),
            &["(memory 1)", "(memory 0 2)", "(memory 1 3)"],
            &[
                "(memory 2)",
                "(memory 1 1)",
                "(memory i64 1)",
                "(table 1 funcref)",
            ],
        ),
        (
            table.into(),
            &["(table 1 funcref)", "(table 0 5 funcref)"],
            &[
                "(table 2 funcref)",
                "(table 1 1 funcref)",
                "(table 2 3 funcref)",
                "(table i64 1 funcref)",
            ],
        ),
    ];
    for (item, good, bad) in items {
        for ty in good {
            let module = importing(store.engine(), ty)?;
            Instance::new(&mut store, &module, std::slice::from_ref(&item))?;
        }
        for ty in bad {
            let module = importing(store.engine(), ty)?;
            let error = Instance::new(&mut store, &module, std::slice::from_ref(&item))
                .expect_err("the import doesn't fit");
            assert_eq!(
                error.to_string(),
                "incompatible import type for `some::item`",
                "{ty}"
            );
            assert!(error.chain().len() > 1, "{error:?} doesn't say why");
        }
    }
    Ok(())
}

fn importing(engine: &Engine, ty: &str) -> Result<Module> {
    Module::new(engine, format!(r#"(module (import "some" "item" {ty}))"#))
}

#[test]
fn the_size_that_a_memory_has_now_counts() -> Result<()> {
    let mut store = Store::<()>::default();
    let memory = Memory::new(&mut store, MemoryType::new(1, Some(3)))?;
    let module = importing(store.engine(), "(memory 3)")?;
    assert!(Instance::new(&mut store, &module, &[memory.into()]).is_err());
    memory.grow(&mut store, 2)?;
    Instance::new(&mut store, &module, &[memory.into()])?;
    Ok(())
}

#[test]
fn a_start_function_that_fails() -> Result<()> {
    #[derive(Debug, thiserror::Error)]
    #[error("no")]
    struct No;

    let mut store = Store::new(&Engine::default(), ());
    let trapping = Module::new(store.engine(), "(module (func $f unreachable) (start $f))")?;
    let error = Instance::new(&mut store, &trapping, &[]).unwrap_err();
    assert_eq!(
        error.downcast_ref::<Trap>(),
        Some(&Trap::UnreachableCodeReached)
    );

    let calling = Module::new(
        store.engine(),
        r#"(module (import "" "" (func $f)) (start $f))"#,
    )?;
    let failing = Func::wrap(&mut store, || -> Result<()> { Err(No.into()) });
    let error = Instance::new(&mut store, &calling, &[failing.into()]).unwrap_err();
    assert!(error.is::<No>(), "{error:?}");

    let panicking = Func::wrap(&mut store, || -> () { panic!("at the start") });
    let text = panic_text(|| Instance::new(&mut store, &calling, &[panicking.into()]));
    assert_eq!(text, "at the start");

    let out_of_bounds = Module::new(
        store.engine(),
        r#"(module (memory 1) (data (i32.const 65535) "ab"))"#,
    )?;
    let error = Instance::new(&mut store, &out_of_bounds, &[]).unwrap_err();
    assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::MemoryOutOfBounds));
    // The store still works.
    instantiate(&mut store, "(module (func $f) (start $f))", &[]);
    Ok(())
}

#[test]
fn exports_are_listed_in_order() {
    let mut store = Store::<()>::default();
    let instance = instantiate(
        &mut store,
        r#"(module
            (memory (export "m") 1)
            (func (export "") (result i32) i32.const 7)
            (global (export "g") i32 (i32.const 5))
            (table (export "t") 2 funcref)
            (export "f" (func 0)))"#,
        &[],
    );
    assert_eq!(instance.exports(&mut store).len(), 5);
    let exports: Vec<_> = instance
        .exports(&mut store)
        .map(|export| (export.name().to_owned(), export.into_extern()))
        .collect();
    let names: Vec<_> = exports.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["m", "", "g", "t", "f"]);
    let kinds = exports.iter().map(|(_, item)| match item {
        Extern::Memory(_) => 'm',
        Extern::Func(_) => 'f',
        Extern::Global(_) => 'g',
        Extern::Table(_) => 't',
        _ => '?',
    });
    assert_eq!(kinds.collect::<String>(), "mfgtf");

    let module = instance.module(&store).clone();
    for (export, (name, item)) in module.exports().zip(&exports) {
        assert_eq!(export.name(), name);
        assert_eq!(
            format!("{:?}", export.ty()),
            format!("{:?}", item.ty(&store))
        );
    }
    for export in instance.exports(&mut store) {
        match export.name() {
            "" | "f" => assert!(export.into_func().is_some()),
            "m" => assert!(export.clone().into_table().is_none() && export.into_memory().is_some()),
            "g" => assert!(export.into_global().is_some()),
            _ => assert!(export.into_table().is_some()),
        }
    }
}

#[test]
fn exports_by_name() -> Result<()> {
    let mut store = Store::<()>::default();
    let instance = instantiate(
        &mut store,
        r#"(module
            (memory (export "m") 1)
            (func (export "f") (param i32) (result i32) local.get 0)
            (global (export "g") i32 (i32.const 5))
            (table (export "t") 2 funcref))"#,
        &[],
    );
    assert!(instance.get_memory(&mut store, "m").is_some());
    assert!(instance.get_func(&mut store, "f").is_some());
    assert!(instance.get_global(&mut store, "g").is_some());
    assert!(instance.get_table(&mut store, "t").is_some());
    assert!(instance.get_tag(&mut store, "f").is_none());
    assert!(instance.get_shared_memory(&mut store, "m").is_none());
    assert!(instance.get_func(&mut store, "m").is_none());
    assert!(instance.get_memory(&mut store, "f").is_none());
    assert!(instance.get_export(&mut store, "F").is_none());
    assert!(instance.get_export(&mut store, "m\0").is_none());

    let error = instance
        .get_typed_func::<(), ()>(&mut store, "nothing")
        .unwrap_err();
    assert!(error.to_string().contains("`nothing`"), "{error}");
    let error = instance
        .get_typed_func::<i64, i32>(&mut store, "f")
        .unwrap_err();
    assert!(format!("{error:#}").contains("i64"), "{error:#}");
    assert!(
        instance
            .get_typed_func::<i32, i32>(&mut store, "m")
            .is_err()
    );
    let f = instance.get_typed_func::<i32, i32>(&mut store, "f")?;
    assert_eq!(f.call(&mut store, 8)?, 8);
    Ok(())
}

#[test]
fn exports_by_their_place_in_the_module() -> Result<()> {
    let mut store = Store::<()>::default();
    let text = r#"(module (memory (export "m") 1) (func (export "f")))"#;
    let module = Module::new(store.engine(), text)?;
    let index = module.get_export_index("f").expect("there is an `f`");
    let instances = [
        Instance::new(&mut store, &module, &[])?,
        Instance::new(&mut store, &module.clone(), &[])?,
    ];
    for instance in instances {
        let item = instance.get_module_export(&mut store, &index);
        assert!(matches!(item, Some(Extern::Func(_))), "{item:?}");
    }
    // The same text is another module.
    let other = Module::new(store.engine(), text)?;
    let instance = Instance::new(&mut store, &other, &[])?;
    assert!(instance.get_module_export(&mut store, &index).is_none());
    Ok(())
}

/// What a host function finds as its caller's export `name`.
fn found_by_the_host(name: &'static str, expected: [bool; 3]) -> Result<()> {
    let engine = Engine::default();
    let text = r#"(module
        (import "host" "look" (func $look))
        (import "host" "memory" (memory 1))
        (func (export "f") call $look)
        (global (export "g") i32 (i32.const 1))
        (export "imported" (memory 0)))"#;
    let module = Module::new(&engine, text)?;
    let export = module.get_export_index(name).expect("it is an export");
    let mut store = Store::new(&engine, Vec::new());
    let look = Func::wrap(&mut store, move |mut caller: Caller<'_, Vec<bool>>| {
        let found = caller.get_module_export(&export);
        if let (Some(found), Some(by_name)) = (&found, caller.get_export(name)) {
            assert_eq!(format!("{found:?}"), format!("{by_name:?}"));
        }
        caller.data_mut().push(found.is_some());
    });
    let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
    let imports = [look.into(), memory.into()];
    // Two instances of the module, one of another module with the same text, and the host
    // itself.
    let alike = Module::new(&engine, text)?;
    for module in [&module, &module, &alike] {
        let instance = Instance::new(&mut store, module, &imports)?;
        let f = instance.get_typed_func::<(), ()>(&mut store, "f")?;
        f.call(&mut store, ())?;
    }
    look.call(&mut store, &[], &mut [])?;
    assert_eq!(store.data().split_last(), Some((&false, &expected[..])));
    Ok(())
}

#[test]
fn the_host_finds_its_callers_exports_by_place() -> Result<()> {
    found_by_the_host("f", [true, true, false])?;
    found_by_the_host("g", [true, true, false])?;
    // Both modules use the same memory.
    found_by_the_host("imported", [true, true, true])
}

#[test]
fn an_export_of_a_module_that_is_gone_is_none_of_another() -> Result<()> {
    let engine = Engine::default();
    let index = Module::new(
        &engine,
        r#"(module (func (export "a")) (func (export "b")))"#,
    )?
    .get_export_index("b")
    .expect("there is a `b`");
    // Some of these probably reuse the address of the first one.
    let mut store = Store::new(&engine, ());
    for _ in 0..8 {
        let module = Module::new(&engine, r#"(module (func (export "a")))"#)?;
        let instance = Instance::new(&mut store, &module, &[])?;
        assert!(instance.get_module_export(&mut store, &index).is_none());
    }
    Ok(())
}

#[test]
fn an_instance_knows_its_module() -> Result<()> {
    let mut store = Store::<()>::default();
    let modules = [
        Module::new(store.engine(), "(module $a)")?,
        Module::new(store.engine(), "(module $b)")?,
    ];
    let instances: Vec<_> = (0..6)
        .map(|i| Instance::new(&mut store, &modules[i % 2], &[]))
        .collect::<Result<_>>()?;
    for (i, instance) in instances.iter().enumerate() {
        assert!(Module::same(instance.module(&store), &modules[i % 2]));
    }
    assert_eq!(instances[0], instances[0]);
    assert_ne!(instances[0], instances[2]);
    Ok(())
}

#[test]
fn instances_made_while_another_starts_know_their_modules() -> Result<()> {
    #[derive(Default)]
    struct Data {
        inner: Vec<Instance>,
    }

    let engine = Engine::default();
    let inner = Module::new(&engine, r#"(module $inner (func (export "inner")))"#)?;
    let failing = Module::new(&engine, "(module (func $f unreachable) (start $f))")?;
    let outer = Module::new(
        &engine,
        r#"(module $outer
            (import "" "make" (func $make))
            (func $twice call $make call $make)
            (func (export "outer"))
            (start $twice))"#,
    )?;
    let mut store = Store::new(&engine, Data::default());
    let before = Instance::new(&mut store, &inner, &[])?;
    let make = {
        let inner = inner.clone();
        Func::wrap(
            &mut store,
            move |mut caller: Caller<'_, Data>| -> Result<()> {
                // One that fails leaves an instance without a module behind.
                assert!(Instance::new(&mut caller, &failing, &[]).is_err());
                let instance = Instance::new(&mut caller, &inner, &[])?;
                caller.data_mut().inner.push(instance);
                Ok(())
            },
        )
    };
    let outside = Instance::new(&mut store, &outer, &[make.into()])?;
    let after = Instance::new(&mut store, &inner, &[])?;

    let instances = std::mem::take(&mut store.data_mut().inner);
    assert_eq!(instances.len(), 2);
    assert!(Module::same(outside.module(&store), &outer));
    for instance in instances.into_iter().chain([before, after]) {
        assert!(Module::same(instance.module(&store), &inner));
        assert!(instance.get_func(&mut store, "inner").is_some());
        assert!(instance.get_func(&mut store, "outer").is_none());
    }
    assert!(outside.get_func(&mut store, "outer").is_some());
    Ok(())
}

#[test]
fn a_module_of_another_engine_is_an_error() -> Result<()> {
    let mut store = Store::<()>::default();
    let module = Module::new(&Engine::default(), "(module)")?;
    let error = Instance::new(&mut store, &module, &[]).unwrap_err();
    assert!(error.to_string().contains("cross-`Engine`"), "{error}");
    let linker = Linker::new(store.engine());
    assert!(linker.instantiate(&mut store, &module).is_err());
    assert!(linker.instantiate_pre(&module).is_err());
    Ok(())
}

#[test]
fn items_of_another_store_panic() -> Result<()> {
    let engine = Engine::default();
    let mut home = Store::new(&engine, ());
    let instance = instantiate(&mut home, r#"(module (func (export "f")))"#, &[]);
    let func = instance.get_func(&mut home, "f").expect("there is an `f`");
    let module = importing(&engine, "(func)")?;
    // A store that has handed out nothing, and one that has.
    for entities in 0..2 {
        let mut foreign = Store::new(&engine, ());
        for _ in 0..entities {
            Func::wrap(&mut foreign, || {});
        }
        let uses: [&mut dyn FnMut(); 4] = [
            &mut || drop(instance.module(&foreign).clone()),
            &mut || drop(instance.get_export(&mut Store::new(&engine, ()), "f")),
            &mut || _ = instance.exports(&mut Store::new(&engine, ())).len(),
            &mut || {
                let index = instance.module(&home).get_export_index("f").unwrap();
                instance.get_module_export(&mut Store::new(&engine, ()), &index);
            },
        ];
        for use_ in uses {
            let text = panic_text(use_);
            assert!(text.contains("wrong store"), "{text}");
        }
        assert_not_taken(Instance::new(&mut foreign, &module, &[func.into()]));
    }
    // It had no effect.
    Instance::new(&mut home, &module, &[func.into()])?;
    Ok(())
}

#[test]
#[cfg(feature = "gc")]
fn a_tag_is_imported_as_itself() -> Result<()> {
    let mut config = libwasmtime::Config::new();
    config.wasm_exceptions(true);
    let mut store = Store::new(&Engine::new(&config)?, ());
    let exporting = instantiate(
        &mut store,
        r#"(module (tag (export "e") (param i32)))"#,
        &[],
    );
    let tag = exporting.get_tag(&mut store, "e").expect("there is an `e`");
    let importing = instantiate(
        &mut store,
        r#"(module (import "" "" (tag (param i32))) (export "again" (tag 0)))"#,
        &[tag.into()],
    );
    let again = importing.get_tag(&mut store, "again").expect("it is there");
    assert!(libwasmtime::Tag::eq(&tag, &again, &store));
    Ok(())
}
