//! Stack sizes, and settings that allow something.

use super::{engine, tests};
use libwasmtime::{Engine, Instance, Module, Store, Trap};

tests! {
    wasmtime_config_max_wasm_stack_set: max_wasm_stack,
    #[cfg(feature = "async")]
    wasmtime_config_async_stack_size_set: async_stack_size,
    #[cfg(feature = "threads")]
    wasmtime_config_shared_memory_set: shared_memory,
}

/// Returns how deep a function recurses before the stack is exhausted.
fn depth(engine: &Engine) -> i32 {
    let mut store = Store::new(engine, ());
    let module = Module::new(
        engine,
        r#"(module
            (global $depth (export "depth") (mut i32) (i32.const 0))
            (func $f (export "f")
                (global.set $depth (i32.add (global.get $depth) (i32.const 1)))
                (call $f)))"#,
    );
    let instance = Instance::new(&mut store, &module.unwrap(), &[]).unwrap();
    let f = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
    let error = f.call(&mut store, ()).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::StackOverflow));
    let depth = instance.get_global(&mut store, "depth").unwrap();
    depth.get(&mut store).unwrap_i32()
}

#[test]
fn max_wasm_stack() {
    let default = Engine::default();
    let small = engine(|config| _ = config.max_wasm_stack(64 << 10));
    let large = engine(|config| _ = config.max_wasm_stack(1 << 20));
    assert_eq!(default.get_max_wasm_stack(), 512 << 10);
    assert_eq!(small.get_max_wasm_stack(), 64 << 10);
    let depths = [depth(&small), depth(&default), depth(&large)];
    assert!(
        depths[0] * 4 < depths[1] && depths[1] < depths[2],
        "{depths:?}"
    );
}

/// libwasmtime compares the two sizes: with the default of 2 MiB this would end
/// the process.
#[cfg(feature = "async")]
#[test]
fn async_stack_size() {
    let large = engine(|config| {
        config.max_wasm_stack(4 << 20).async_stack_size(8 << 20);
    });
    assert_eq!(large.get_async_stack_size(), 8 << 20);
    assert_eq!(Engine::default().get_async_stack_size(), 2 << 20);
}

#[cfg(feature = "threads")]
#[test]
fn shared_memory() {
    let (on, off) = (
        engine(|config| _ = config.shared_memory(true)),
        engine(|config| _ = config.shared_memory(false)),
    );
    assert!(on.get_shared_memory() && !off.get_shared_memory());
    let make = |engine: &Engine| {
        let module = Module::new(engine, "(module (memory 1 1 shared))")?;
        Instance::new(Store::new(engine, ()), &module, &[])
    };
    make(&on).expect("it is allowed");
    assert!(make(&off).is_err());
}
