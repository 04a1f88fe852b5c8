//! Engines, and what holds them.

use crate::guest::{instantiate, panic_text};
use libwasmtime::*;

/// Unloads, where the wasmtime crate would remove its signal handlers.
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
