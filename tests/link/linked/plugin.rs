//! A plugin that runs WebAssembly and exports one C function.

use wasmtime::{Config, Engine, Instance, Module, Store, Trap};

/// Causes a trap that the processor raises, and reports whether it was returned as an
/// error.
#[unsafe(no_mangle)]
pub extern "C" fn plugin() -> bool {
    let mut config = Config::new();
    // The threads of a pool would keep the plugin in memory.
    config.parallel_compilation(false);
    let engine = Engine::new(&config).unwrap();
    let module = Module::new(&engine, r#"(module (func (export "f") unreachable))"#).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let f = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
    let error = f.call(&mut store, ()).unwrap_err();
    error.downcast_ref::<Trap>() == Some(&Trap::UnreachableCodeReached)
}
