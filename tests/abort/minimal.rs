//! A library that lacks what this crate was built for.

use crate::subprocess::{Subprocess, inside};
use crate::{Change, assert_possible, error};
use libwasmtime::{Feature, Unsupported};
use std::env;

/// Each setting that needs a part of the library, and the part.
const SETTINGS: &[(Feature, Change)] = &[
    #[cfg(feature = "async")]
    (Feature::Async, |config| {
        config.async_stack_size(4 << 20);
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
    #[cfg(any(feature = "cranelift", feature = "winch"))]
    (Feature::Compiler, |config| {
        config.cranelift_opt_level(libwasmtime::OptLevel::None);
    }),
    #[cfg(any(feature = "cranelift", feature = "winch"))]
    (Feature::Compiler, |config| {
        config.cranelift_nan_canonicalization(true);
    }),
    #[cfg(any(feature = "cranelift", feature = "winch"))]
    (Feature::Compiler, |config| {
        config.cranelift_debug_verifier(true);
    }),
    #[cfg(feature = "cranelift")]
    (Feature::Compiler, |config| {
        config.cranelift_regalloc_algorithm(libwasmtime::RegallocAlgorithm::SinglePass);
    }),
    #[cfg(any(feature = "cranelift", feature = "winch"))]
    (Feature::Compiler, |config| {
        // SAFETY: no engine is made.
        unsafe { config.cranelift_flag_set("is_pic", "false") };
    }),
    #[cfg(any(feature = "cranelift", feature = "winch"))]
    (Feature::Compiler, |config| {
        // SAFETY: as above.
        unsafe { config.cranelift_flag_enable("is_pic") };
    }),
    #[cfg(all(feature = "cranelift", target_arch = "x86_64", target_os = "linux"))]
    (Feature::Compiler, |config| {
        config.wasm_stack_switching(true);
    }),
];

/// Each is an error that names the part, and what needs none is possible.
#[test]
fn settings_are_unsupported() {
    let linked = !inside() && libwasmtime::loaded().is_some();
    let Some(library) = env::var_os("LIBWASMTIME_TEST_MIN").filter(|_| !linked) else {
        return;
    };
    let mut process = Subprocess::new("minimal::settings_are_unsupported");
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
        // What only a compiler minds.
        assert_possible("relaxed SIMD without SIMD", |config| {
            config.wasm_simd(false);
        });
        assert_possible("Pulley", |config| {
            config.target("pulley64").expect("a target");
        });
    });
}

/// What works without a compiler, and what only seems to: references.
#[test]
fn references_are_unsupported() {
    use libwasmtime::*;

    let linked = !inside() && libwasmtime::loaded().is_some();
    let Some(library) = env::var_os("LIBWASMTIME_TEST_MIN").filter(|_| !linked) else {
        return;
    };
    let mut process = Subprocess::new("minimal::references_are_unsupported");
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
        let payload = FuncType::new(store.engine(), [ValType::I32], []);
        drop(Tag::new(&mut store, &TagType::new(payload)));
        // SAFETY: none of these is code.
        for bytes in [&b""[..], b"\0asm", b"\x7fELF", &[0xff; 1000]] {
            unsafe { Module::deserialize(store.engine(), bytes) }.unwrap_err();
        }
        #[cfg(feature = "wasi")]
        {
            let context = wasi::WasiCtxBuilder::new().build_p1();
            store.set_wasi(context).unwrap_err();
            wasi::add_to_linker(&mut Linker::<()>::default()).unwrap_err();
        }
        #[cfg(any(feature = "cranelift", feature = "winch"))]
        {
            Module::new(store.engine(), b"\0asm\x01\0\0\0").unwrap_err();
            Module::validate(store.engine(), b"\0asm\x01\0\0\0").unwrap_err();
            store.engine().precompile_module(b"\0asm\x01\0\0\0").unwrap_err();
        }
        neutral();
    });
}

/// The same in the engine-neutral API.
fn neutral() {
    use libwasmtime::standard::*;

    let mut store = Store::default();
    let engine = store.engine().clone();
    for ty in [ValType::I32, ValType::FUNCREF, ValType::EXTERNREF, ValType::V128] {
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
                assert_eq!(f.call(&mut store, &[value.clone()]).is_ok(), is_number);
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
