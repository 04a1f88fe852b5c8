//! Engines themselves.

use super::engine;
use crate::guest::{instantiate, panic_text};
use libwasmtime::{Config, Engine, EngineWeak, Module, Precompiled, Result, Store, Trap};

#[test]
fn clones_are_the_same_engine() {
    let engine = Engine::default();
    let clone = engine.clone();
    assert!(Engine::same(&engine, &clone));
    assert!(!Engine::same(&engine, &Engine::default()));
    assert_eq!(format!("{engine:?}"), format!("{clone:?}"));
    // The engine lives as long as one of its clones, or an object that was created with it.
    let module = Module::new(&engine, "(module)").unwrap();
    drop(engine);
    assert!(Engine::same(module.engine(), &clone));
    drop(clone);
    let store = Store::new(module.engine(), ());
    assert!(Engine::same(store.engine(), module.engine()));
}

#[test]
fn weak_references_do_not_keep_it() {
    let engine = Engine::default();
    let weak = engine.weak();
    let upgraded = weak.clone().upgrade().expect("there is one");
    assert!(Engine::same(&upgraded, &engine));
    drop(engine);
    assert!(weak.upgrade().is_some());
    drop(upgraded);
    assert!(weak.upgrade().is_none());
    assert!(EngineWeak::default().upgrade().is_none());
}

/// It has no effect, but old programs call it.
#[cfg(feature = "async")]
#[test]
fn async_support_is_no_setting_any_more() {
    #[expect(deprecated)]
    let engine = engine(|config| _ = config.async_support(true));
    super::pass_on(&engine, &Engine::default()).unwrap();
}

#[test]
fn it_is_used_from_several_threads() {
    let engine = Engine::default();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| Module::new(&engine, "(module (func))").unwrap());
        }
    });
    fn assert_shareable<T: Send + Sync>() {}
    assert_shareable::<Engine>();
    assert_shareable::<EngineWeak>();
    assert_shareable::<Config>();
}

/// Another thread ends an endless loop.
#[test]
fn the_epoch_advances() {
    let engine = engine(|config| _ = config.epoch_interruption(true));
    let module = Module::new(
        &engine,
        r#"(module (import "" "started" (func $started))
            (func (export "run") (call $started) (loop br 0)))"#,
    )
    .unwrap();
    let mut store = Store::new(&engine, ());
    // Two ticks are past a deadline of one.
    store.set_epoch_deadline(2);
    let ticking = engine.clone();
    let started = libwasmtime::Func::wrap(&mut store, move || {
        ticking.increment_epoch();
        let ticking = ticking.clone();
        std::thread::spawn(move || ticking.increment_epoch());
    });
    let instance = libwasmtime::Instance::new(&mut store, &module, &[started.into()]).unwrap();
    let run = instance
        .get_typed_func::<(), ()>(&mut store, "run")
        .unwrap();
    let error = run.call(&mut store, ()).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt));
}

#[test]
fn it_knows_its_configuration() {
    let engine = engine(|config| _ = config.consume_fuel(true).max_wasm_stack(1 << 18));
    let again = Engine::new(engine.config()).unwrap();
    assert!(again.get_consume_fuel());
    assert_eq!(again.get_max_wasm_stack(), 1 << 18);
    super::pass_on(&engine, &again).unwrap();
    let text = format!("{:?}", engine.config());
    assert!(text.contains("consume_fuel: true"), "{text}");
    assert!(text.contains("max_wasm_stack: 262144"), "{text}");
}

/// A configuration can be used for several engines; changing it changes none of them.
#[test]
fn configurations_are_data() {
    let mut config = Config::new();
    config.consume_fuel(true);
    let copy = config.clone();
    let first = Engine::new(&config).unwrap();
    config.consume_fuel(false);
    let second = Engine::new(&config).unwrap();
    assert!(first.get_consume_fuel() && !second.get_consume_fuel());
    assert!(Engine::new(&copy).unwrap().get_consume_fuel());
}

#[test]
fn pulley_is_told() {
    let mut config = Config::new();
    if config.target("pulley64").is_ok() {
        assert!(Engine::new(&config).unwrap().is_pulley());
    }
    assert_eq!(
        Engine::default().is_pulley(),
        cfg!(not(any(
            target_arch = "x86_64",
            target_arch = "aarch64",
            target_arch = "riscv64",
            target_arch = "s390x"
        )))
    );
}

/// It reads the header of an ELF file of either byte order.
#[test]
fn precompiled_code_is_recognised_by_its_header() {
    let engine = Engine::default();
    let module = Module::new(&engine, "(module)")
        .unwrap()
        .serialize()
        .unwrap();
    assert_eq!(
        Engine::detect_precompiled(&module),
        Some(Precompiled::Module)
    );
    assert_eq!(
        Engine::detect_precompiled(&module[..64]),
        Some(Precompiled::Module)
    );
    for length in [0, 1, 16, 63] {
        assert_eq!(Engine::detect_precompiled(&module[..length]), None);
    }
    // The magic number, the class, the system, and the system's version.
    for index in [0, 1, 2, 3, 4, 7, 8] {
        let mut other = module.clone();
        other[index] ^= 1;
        assert_eq!(Engine::detect_precompiled(&other), None, "{index}");
    }
    // The flags tell a module from a component.
    let flags = 48..52;
    let little = module[5] == 1;
    let with_flags = |flag: u32| {
        let mut other = module.clone();
        let bytes = if little {
            flag.to_le_bytes()
        } else {
            flag.to_be_bytes()
        };
        other[flags.clone()].copy_from_slice(&bytes);
        other
    };
    assert_eq!(Engine::detect_precompiled(&with_flags(0)), None);
    assert_eq!(
        Engine::detect_precompiled(&with_flags(2)),
        Some(Precompiled::Component)
    );
    let mut swapped = with_flags(2);
    swapped[5] = 3 - swapped[5];
    swapped[flags].reverse();
    assert_eq!(
        Engine::detect_precompiled(&swapped),
        Some(Precompiled::Component)
    );
    for ordinary in [&b"\0asm\x01\0\0\0"[..], b"(module)"] {
        assert_eq!(Engine::detect_precompiled(ordinary), None);
    }
    let this = std::env::current_exe().unwrap();
    assert_eq!(Engine::detect_precompiled_file(this).unwrap(), None);
    assert!(Engine::detect_precompiled_file("no/such/file").is_err());
}

/// It succeeds, although the signal handlers stay, unlike with the `wasmtime` crate.
fn unload(engine: Engine) {
    // SAFETY: nothing is unloaded.
    unsafe { engine.unload_process_handlers() }
}

#[test]
fn the_last_one_can_be_unloaded() {
    let engine = Engine::default();
    let module = Module::new(&engine, "(module)").unwrap();
    let held = [
        panic_text(|| unload(engine.clone())),
        panic_text(|| unload(module.engine().clone())),
    ];
    for text in held {
        assert!(text.contains("still in use"), "{text}");
    }
    drop(module);
    let weak = engine.weak();
    assert!(panic_text(|| unload(engine)).contains("still in use"));
    assert!(weak.upgrade().is_none());
    unload(Engine::default());
}

#[test]
fn traps_are_caught_after_unloading() -> Result<()> {
    unload(Engine::default());
    let mut store = Store::<()>::default();
    let wat = r#"
        (module
            (memory 1)
            (func (export "f") (param i32) (result i32) (i32.load (local.get 0))))
    "#;
    let instance = instantiate(&mut store, wat, &[]);
    let f = instance.get_typed_func::<i32, i32>(&mut store, "f")?;
    unload(Engine::default());
    let error = f.call(&mut store, 1 << 20).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::MemoryOutOfBounds));
    Ok(())
}
