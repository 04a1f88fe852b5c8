//! A library that lacks features which this crate was built with: using one is an error,
//! where libwasmtime would end the process.

use crate::case::minimal;
use crate::configured::{Change, assert_possible, error};
use crate::subprocess::Subprocess;
use libwasmtime::{Feature, Unsupported};

/// Each setting that needs a feature of the library, and the feature.
const SETTINGS: &[(Feature, Change)] = &[
    #[cfg(feature = "async")]
    (Feature::Async, |config| {
        config.async_stack_size(4 << 20);
    }),
    #[cfg(feature = "async")]
    (Feature::Async, |config| {
        config.with_host_stack(std::sync::Arc::new(NoStacks));
    }),
    #[cfg(feature = "component-model")]
    (Feature::ComponentModel, |config| {
        config.wasm_component_model(true);
    }),
    #[cfg(feature = "component-model")]
    (Feature::ComponentModel, |config| {
        config.concurrency_support(false);
    }),
    #[cfg(feature = "component-model-async")]
    (Feature::ComponentModelAsync, |config| {
        config.concurrency_support(true);
    }),
    #[cfg(feature = "component-model")]
    (Feature::ComponentModel, |config| {
        config.wasm_component_model_map(true);
    }),
    #[cfg(feature = "component-model-async")]
    (Feature::ComponentModelAsync, |config| {
        config.wasm_component_model_async(false);
    }),
    #[cfg(feature = "component-model-async")]
    (Feature::ComponentModelAsync, |config| {
        config.wasm_component_model_async_stackful(true);
    }),
    #[cfg(feature = "gc")]
    (Feature::Gc, |config| {
        config.wasm_gc(true);
    }),
    #[cfg(feature = "gc")]
    (Feature::Gc, |config| {
        config.gc_support(true);
    }),
    #[cfg(feature = "gc")]
    (Feature::Gc, |config| {
        config.wasm_reference_types(false);
    }),
    #[cfg(feature = "gc")]
    (Feature::Gc, |config| {
        config.wasm_function_references(true);
    }),
    #[cfg(feature = "gc")]
    (Feature::Gc, |config| {
        config.wasm_exceptions(true);
    }),
    #[cfg(feature = "threads")]
    (Feature::Threads, |config| {
        config.wasm_threads(true);
    }),
    #[cfg(feature = "parallel-compilation")]
    (Feature::ParallelCompilation, |config| {
        config.parallel_compilation(true);
    }),
    #[cfg(feature = "pooling-allocator")]
    (Feature::PoolingAllocator, |config| {
        config.allocation_strategy(libwasmtime::InstanceAllocationStrategy::pooling());
    }),
    #[cfg(feature = "profiling")]
    (Feature::Profiling, |config| {
        config.profiler(libwasmtime::ProfilingStrategy::JitDump);
    }),
    #[cfg(feature = "profiling")]
    (Feature::Profiling, |config| {
        config.profiler(libwasmtime::ProfilingStrategy::VTune);
    }),
    #[cfg(feature = "cranelift")]
    (Feature::Compiler, |config| {
        config.strategy(libwasmtime::Strategy::Cranelift);
    }),
    #[cfg(feature = "winch")]
    (Feature::Compiler, |config| {
        config.strategy(libwasmtime::Strategy::Winch);
    }),
    #[cfg(compiler)]
    (Feature::Compiler, |config| {
        config.cranelift_opt_level(libwasmtime::OptLevel::None);
    }),
    #[cfg(compiler)]
    (Feature::Compiler, |config| {
        config.cranelift_nan_canonicalization(true);
    }),
    #[cfg(compiler)]
    (Feature::Compiler, |config| {
        config.cranelift_debug_verifier(true);
    }),
    #[cfg(feature = "cranelift")]
    (Feature::Compiler, |config| {
        config.cranelift_regalloc_algorithm(libwasmtime::RegallocAlgorithm::SinglePass);
    }),
    #[cfg(compiler)]
    (Feature::Compiler, |config| {
        // SAFETY: no engine is made.
        unsafe { config.cranelift_flag_set("is_pic", "false") };
    }),
    #[cfg(compiler)]
    (Feature::Compiler, |config| {
        // SAFETY: no engine is made.
        unsafe { config.cranelift_flag_enable("is_pic") };
    }),
    #[cfg(compiler)]
    (Feature::StackSwitching, |config| {
        config.wasm_stack_switching(true);
    }),
];

#[cfg(feature = "async")]
struct NoStacks;

// SAFETY: it creates none.
#[cfg(feature = "async")]
unsafe impl libwasmtime::StackCreator for NoStacks {
    fn new_stack(
        &self,
        _: usize,
        _: bool,
    ) -> libwasmtime::Result<Box<dyn libwasmtime::StackMemory>> {
        libwasmtime::bail!("no stack is created")
    }
}

/// Each is an error that names the feature; settings without one are possible.
fn settings_are_unsupported() {
    let library = minimal();
    let mut process = Subprocess::new("unsupported::settings_are_unsupported");
    process.command().env("LIBWASMTIME_PATH", library);
    process.run(|| {
        for (index, (feature, change)) in SETTINGS.iter().enumerate() {
            let error = error(&format!("{feature} {index}"), change);
            let Some(unsupported) = error.downcast_ref::<Unsupported>() else {
                panic!("{feature} {index}: {error:?}");
            };
            assert_eq!(unsupported.feature, *feature, "{index}");
        }
        #[cfg(feature = "cache")]
        {
            let error = libwasmtime::Cache::from_file(None).unwrap_err();
            let unsupported = error.downcast_ref::<Unsupported>().expect("typed");
            assert_eq!(unsupported.feature, Feature::Cache);
        }
        let engine = assert_possible("what every library has", |config| {
            config.consume_fuel(true).epoch_interruption(true);
            config.max_wasm_stack(1 << 20).memory_reservation(0);
            config.wasm_memory64(true).wasm_multi_memory(true);
        });
        assert!(engine.get_consume_fuel());
        assert_eq!(engine.get_strategy(), None);
        // Settings that only a compiler checks.
        assert_possible("relaxed SIMD without SIMD", |config| {
            config.wasm_simd(false);
        });
        assert_possible("Pulley", |config| {
            config.target("pulley64").expect("a target");
        });
    });
}

/// Items that work without a compiler, and references, which only seem to.
fn references_are_unsupported() {
    use libwasmtime::*;

    let library = minimal();
    let mut process = Subprocess::new("unsupported::references_are_unsupported");
    process.command().env("LIBWASMTIME_PATH", library);
    process.run(|| {
        let mut store = Store::<()>::default();
        let func = Func::wrap(&mut store, |x: i32| x + 1);
        let mut results = [Val::I32(0)];
        func.call(&mut store, &[Val::I32(1)], &mut results).unwrap();
        assert_eq!(results[0].i32(), Some(2));
        let memory = Memory::new(&mut store, MemoryType::new(1, None)).unwrap();
        assert!(memory.grow(&mut store, u64::MAX).is_err());

        let values = [
            Val::I32(1),
            Val::null_func_ref(),
            func.into(),
            Val::null_extern_ref(),
        ];
        for value in values {
            for ty in [ValType::I32, ValType::FUNCREF, ValType::EXTERNREF] {
                println!("{value:?} as {ty}");
                let global = GlobalType::new(ty.clone(), Mutability::Var);
                let made = Global::new(&mut store, global, value);
                assert_eq!(made.is_ok(), !ty.is_ref() && value.i32().is_some());
                if let (Some(element), Some(init)) = (ty.as_ref(), value.ref_()) {
                    let table = TableType::new(element.clone(), 1, None);
                    assert!(Table::new(&mut store, table, init).is_err());
                }
                let types = || [ty.clone()];
                let f = FuncType::new(store.engine(), types(), types());
                let f = Func::new(&mut store, f, |_, params, results| {
                    results[0] = params[0];
                    Ok(())
                });
                drop(f.call(&mut store, &[value], &mut results));
                let given = FuncType::new(store.engine(), [], types());
                let f = Func::new(&mut store, given, move |_, _, results| {
                    results[0] = value;
                    Ok(())
                });
                drop(f.call(&mut store, &[], &mut results));
            }
        }
        ExternRef::new(&mut store, 1).unwrap_err();
        let field = FieldType::new(Mutability::Var, ValType::I32.into());
        let object = StructType::new(store.engine(), [field.clone()]).unwrap();
        let pre = StructRefPre::new(&mut store, object);
        let error = StructRef::new(&mut store, &pre, &[Val::I32(1)]).unwrap_err();
        assert!(error.is::<Unsupported>(), "{error}");
        let array = ArrayType::new(store.engine(), field);
        let pre = ArrayRefPre::new(&mut store, array);
        let error = ArrayRef::new(&mut store, &pre, &Val::I32(1), 1).unwrap_err();
        assert!(error.is::<Unsupported>(), "{error}");
        let payload = FuncType::new(store.engine(), [ValType::I32], []);
        drop(Tag::new(&mut store, &TagType::new(payload)));
        for bytes in [&b""[..], b"\0asm", b"\x7fELF", &[0xff; 1000]] {
            // SAFETY: none of these is code.
            unsafe { Module::deserialize(store.engine(), bytes) }.unwrap_err();
        }
        #[cfg(feature = "wasi")]
        {
            let context = wasi::WasiCtxBuilder::new().build_p1();
            store.set_wasi(context).unwrap_err();
            wasi::add_to_linker(&mut Linker::<()>::default()).unwrap_err();
        }
        #[cfg(compiler)]
        {
            Module::new(store.engine(), b"\0asm\x01\0\0\0").unwrap_err();
            Module::validate(store.engine(), b"\0asm\x01\0\0\0").unwrap_err();
            store
                .engine()
                .precompile_module(b"\0asm\x01\0\0\0")
                .unwrap_err();
        }
        #[cfg(feature = "component-model")]
        components(&mut store);
        #[cfg(feature = "standard")]
        neutral();
    });
}

/// The same for components.
#[cfg(feature = "component-model")]
fn components(store: &mut libwasmtime::Store<()>) {
    use libwasmtime::component::*;

    let unsupported = |error: libwasmtime::Error| {
        let unsupported = error.downcast_ref::<Unsupported>();
        let feature = unsupported.map(|unsupported| unsupported.feature);
        assert_eq!(feature, Some(Feature::ComponentModel), "{error}");
    };
    // SAFETY: this is no code.
    unsupported(unsafe { Component::deserialize(store.engine(), b"") }.unwrap_err());
    #[cfg(compiler)]
    unsupported(Component::from_binary(store.engine(), b"\0asm\x0d\0\x01\0").unwrap_err());
    let resource = Resource::<u8>::new_own(1);
    unsupported(resource.try_into_resource_any(&mut *store).unwrap_err());
    let resource = ResourceDynamic::new_borrow(1, 2);
    unsupported(resource.try_into_resource_any(&mut *store).unwrap_err());
    // These need no library.
    assert_ne!(ResourceType::host::<u8>(), ResourceType::host_dynamic(0));
    let mut linker = Linker::<()>::new(store.engine());
    linker.root().func_wrap("f", |_, (): ()| Ok(())).unwrap();
    drop(linker.clone());
}

/// The same for the engine-neutral API.
#[cfg(feature = "standard")]
fn neutral() {
    use libwasmtime::standard::*;

    let mut store = Store::default();
    let engine = store.engine().clone();
    for ty in [
        ValType::I32,
        ValType::FUNCREF,
        ValType::EXTERNREF,
        ValType::V128,
    ] {
        println!("{ty}");
        let sides = || [ty.clone()];
        let f = FuncType::new(&engine, sides(), sides());
        let f = Func::new(&mut store, &f, |_, params, results| {
            results.clone_from_slice(params);
            Ok(())
        });
        assert_eq!(f.is_ok(), !ty.is_ref() && !matches!(ty, ValType::V128));
        for value in [Val::I32(1), Val::FuncRef(None)] {
            let global = GlobalType::new(ty.clone(), Mutability::Var);
            if let std::result::Result::Ok(global) = Global::new(&mut store, &global, &value) {
                global.get(&mut store).unwrap();
                drop(global.set(&mut store, &value));
            }
            let is_number = matches!(value, Val::I32(_));
            if let std::result::Result::Ok(f) = &f {
                assert_eq!(
                    f.call(&mut store, std::slice::from_ref(&value)).is_ok(),
                    is_number
                );
            }
            let f = FuncType::new(&engine, [], sides());
            let f = Func::new(&mut store, &f, move |_, _, results| {
                results[0] = value.clone();
                Ok(())
            });
            if let std::result::Result::Ok(f) = f {
                assert_eq!(f.call(&mut store, &[]).is_ok(), is_number);
            }
        }
        #[cfg(feature = "gc")]
        if let Some(element) = ty.as_ref() {
            let ty = TableType::new(element.clone(), 1, None);
            assert!(Table::new(&mut store, &ty, None).is_err());
        }
    }
}

/// Code that another library compiled can contain references nevertheless: using them in
/// the host is an error or a panic.
#[cfg(all(
    feature = "wat",
    feature = "cranelift",
    feature = "gc",
    feature = "threads",
    feature = "component-model"
))]
fn code_with_references() {
    use libwasmtime::*;

    let library = minimal();
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("references.cwasm");
    if !crate::subprocess::inside() {
        let wat = r#"(module
            (import "" "f" (func $host (param funcref) (result funcref)))
            (table (export "table") 2 funcref)
            (global (export "global") (mut funcref) (ref.null func))
            (elem (i32.const 0) $f)
            (func $f (export "f") (param funcref) (result funcref)
                (global.set 0 (ref.func $f))
                (call $host (local.get 0)))
            (func (export "number") (param i32) (result i32) (local.get 0)))"#;
        let mut config = Config::new();
        config.wasm_exceptions(false).gc_support(false);
        config.wasm_threads(false);
        config
            .wasm_component_model(false)
            .concurrency_support(false);
        let engine = Engine::new(&config).unwrap();
        let code = Module::new(&engine, wat).unwrap().serialize().unwrap();
        std::fs::write(&file, code).unwrap();
    }
    let mut process = Subprocess::new("unsupported::code_with_references");
    process.command().env("LIBWASMTIME_PATH", library);
    process.run(|| {
        let survives = |body: &mut dyn FnMut()| {
            drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)));
        };
        let mut store = Store::<()>::default();
        // SAFETY: the file was just made.
        let module = unsafe { Module::deserialize_file(store.engine(), &file) }.unwrap();
        let mut linker = Linker::new(store.engine());
        drop(linker.define_unknown_imports_as_traps(&module));
        drop(linker.instantiate(&mut store, &module));
        let mut linker = Linker::new(store.engine());
        drop(linker.define_unknown_imports_as_default_values(&mut store, &module));
        drop(linker.instantiate(&mut store, &module));
        let mut linker = Linker::new(store.engine());
        linker.func_wrap("", "f", |f: Option<Func>| f).unwrap();
        let instance = linker.instantiate(&mut store, &module).unwrap();
        let f = instance.get_func(&mut store, "f").unwrap();
        let table = instance.get_table(&mut store, "table").unwrap();
        let global = instance.get_global(&mut store, "global").unwrap();
        drop((f.ty(&store), table.ty(&store), global.ty(&store)));
        for value in [Val::null_func_ref(), f.into(), Val::I32(1)] {
            println!("{value:?}");
            let mut results = [Val::I32(0)];
            survives(&mut || drop(f.call(&mut store, &[value], &mut results)));
            survives(&mut || _ = global.get(&mut store));
            survives(&mut || drop(global.set(&mut store, value)));
            survives(&mut || _ = table.get(&mut store, 0));
            survives(&mut || drop(Table::copy(&mut store, &table, 0, &table, 1, 1)));
            if let Some(value) = value.ref_() {
                survives(&mut || drop(table.set(&mut store, 0, value)));
                survives(&mut || drop(table.grow(&mut store, 1, value)));
                survives(&mut || drop(table.fill(&mut store, 0, value, 1)));
            }
        }
        let typed = f.typed::<Option<Func>, Option<Func>>(&store).unwrap();
        drop(typed.call(&mut store, Some(f)));
        let number = instance
            .get_typed_func::<i32, i32>(&mut store, "number")
            .unwrap();
        assert_eq!(number.call(&mut store, 5).unwrap(), 5);

        #[cfg(feature = "standard")]
        {
            use libwasmtime::standard;
            let mut store = standard::Store::default();
            // SAFETY: the file was just made.
            let module =
                unsafe { standard::Module::deserialize(&store, std::fs::read(&file).unwrap()) };
            let module = module.unwrap();
            let ty = FuncType::new(store.engine(), [ValType::FUNCREF], [ValType::FUNCREF]);
            assert!(standard::Func::new(&mut store, &ty, |_, _, _| Ok(())).is_err());
            let ty = FuncType::new(store.engine(), [], []);
            let other = standard::Func::new(&mut store, &ty, |_, _, _| Ok(())).unwrap();
            assert!(standard::Instance::new(&mut store, &module, &[other.into()]).is_err());
            assert!(standard::Instance::new(&mut store, &module, &[]).is_err());
        }
    });
}

crate::tests![
    settings_are_unsupported,
    references_are_unsupported,
    #[cfg(all(
        feature = "wat",
        feature = "cranelift",
        feature = "gc",
        feature = "threads",
        feature = "component-model"
    ))]
    code_with_references,
];
