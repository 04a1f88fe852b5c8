//! Objects that belong to no store.

use super::*;

const SEVEN: &str = r#"(module (func (export "seven") (result i32) (i32.const 7)))"#;

/// Runs a module in an engine that nothing else uses.
fn run(engine: &Engine) {
    let mut store = Store::new(engine, ());
    let instance = instantiate(&mut store, SEVEN, &[]);
    let seven = instance
        .get_typed_func::<(), i32>(&mut store, "seven")
        .unwrap();
    assert_eq!(seven.call(&mut store, ()).unwrap(), 7);
}

#[test]
fn an_engine_outlives_the_one_that_it_is_a_clone_of() {
    let engine = Engine::default();
    // SAFETY: the engine is valid; the clone is owned, and has the same settings.
    let clone = unsafe {
        let clone = own(sys::wasmtime_engine_clone(engine.as_c()));
        Engine::from_c(clone, engine.config())
    };
    assert!(!Engine::same(&engine, &clone));
    drop(engine);
    run(&clone);
}

#[test]
fn an_engine_has_the_settings_of_its_configuration() {
    let mut config = Config::new();
    config.consume_fuel(true);
    let settings = Owned::try_from(&config).unwrap();
    // SAFETY: the configuration is given away; the engine is owned.
    let engine = unsafe {
        let engine = own(sys::wasm_engine_new_with_config(settings.into_raw()));
        Engine::from_c(engine, &config)
    };
    let mut store = Store::new(&engine, ());
    store.set_fuel(10).unwrap();
    assert_eq!(store.get_fuel().unwrap(), 10);
}

#[test]
fn a_configuration_in_conflict_is_found() {
    let mut config = Config::new();
    config.max_wasm_stack(0);
    let error = Owned::try_from(&config).unwrap_err();
    assert!(error.is::<ConfigConflict>(), "{error:?}");
    // One that isn't used is freed.
    drop(Owned::try_from(&Config::new()).unwrap());
}

#[test]
fn a_module_outlives_the_one_that_it_is_a_clone_of() {
    let engine = Engine::default();
    let module = Module::new(&engine, SEVEN).unwrap();
    // SAFETY: the module is valid; the clone is owned, and of the engine.
    let clone = unsafe {
        let clone = own(sys::wasmtime_module_clone(module.as_c()));
        Module::from_c(clone, &engine)
    };
    assert!(!Module::same(&module, &clone));
    drop(module);
    assert_eq!(clone.exports().len(), 1);
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &clone, &[]).unwrap();
    assert!(Module::same(instance.module(&store), &clone));
}

#[cfg(feature = "threads")]
#[test]
fn a_shared_memory_is_the_same_memory() {
    let engine = Engine::new(Config::new().shared_memory(true)).unwrap();
    let memory = SharedMemory::new(&engine, MemoryType::shared(1, 2)).unwrap();
    // SAFETY: the memory is valid; the clone is owned, and of the engine.
    let clone = unsafe {
        let clone = own(sys::wasmtime_sharedmemory_clone(memory.as_c()));
        SharedMemory::from_c(clone, &engine)
    };
    let address = memory.data().as_ptr();
    drop(memory);
    assert_eq!(clone.data().as_ptr(), address);
    assert_eq!(clone.grow(1).unwrap(), 1);
}

#[test]
fn a_linker_has_what_was_defined_and_frees_it_once() {
    let drops = Drops::default();
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    let counted = drops.counted();
    let host = move || {
        let _counted = &counted;
        7
    };
    linker.func_wrap("host", "seven", host).unwrap();
    // SAFETY: the linker is valid; the clone is owned, of the engine, and has a host
    // function for stores of that data.
    let mut clone: Linker<()> = unsafe {
        let clone = own(sys::wasmtime_linker_clone(linker.as_c()));
        Linker::from_c(clone, &engine)
    };
    drop(linker);
    assert_eq!(drops.count(), 0);
    assert!(clone.func_wrap("host", "seven", || 8).is_err());
    let module = r#"(module
        (import "host" "seven" (func $seven (result i32)))
        (export "seven" (func $seven)))"#;
    let module = Module::new(&engine, module).unwrap();
    let pre = {
        let mut pre = ptr::null_mut();
        // SAFETY: both are valid and of one engine; `pre` is owned unless there is an
        // error, and has imports for stores of that data.
        unsafe {
            let linker = clone.as_c();
            check(sys::wasmtime_linker_instantiate_pre(
                linker,
                module.as_c(),
                &mut pre,
            ))
            .unwrap();
            InstancePre::<()>::from_c(own(pre), &module)
        }
    };
    let mut store = Store::new(&engine, ());
    for instance in [
        clone.instantiate(&mut store, &module).unwrap(),
        pre.instantiate(&mut store).unwrap(),
    ] {
        let seven = instance
            .get_typed_func::<(), i32>(&mut store, "seven")
            .unwrap();
        assert_eq!(seven.call(&mut store, ()).unwrap(), 7);
    }
    // SAFETY: it is valid, and so is the module that is returned, which is owned.
    let of = unsafe { own(sys::wasmtime_instance_pre_module(pre.as_c().cast_mut())) };
    drop((store, clone, of));
    assert_eq!(drops.count(), 0);
    drop(pre);
    assert_eq!(drops.count(), 1);
}
