//! The collector of libwasmtime. The C API can't be told which one to use, nor be asked: the
//! first that libwasmtime was built with is the one.

use libwasmtime::{
    Config, Engine, ExternRef, FieldType, Mutability, Result, RootScope, StorageType, Store,
    StructRef, StructRefPre, StructType, Val, ValType,
};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

#[derive(Clone, Copy)]
pub enum Collector {
    Copying,
    ReferenceCounting,
    Null,
}

/// The collector, as it is found out by what it collects.
pub static COLLECTOR: LazyLock<Collector> =
    LazyLock::new(
        || match (collects(true).unwrap(), collects(false).unwrap()) {
            (true, _) => Collector::Copying,
            (false, true) => Collector::ReferenceCounting,
            (false, false) => Collector::Null,
        },
    );

/// Returns the configuration of engines whose programs use collected objects.
pub fn config() -> Config {
    let mut config = Config::new();
    config.wasm_function_references(true).wasm_gc(true);
    config
}

/// Counts how often it is dropped.
struct Dropped(Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Reports whether an object is collected to which nothing refers but, in a cycle, itself.
fn collects(cycle: bool) -> Result<bool> {
    let engine = Engine::new(&config())?;
    let mut store = Store::new(&engine, ());
    let fields = [ValType::ANYREF, ValType::EXTERNREF]
        .map(|ty| FieldType::new(Mutability::Var, StorageType::ValType(ty)));
    let ty = StructType::new(&engine, fields)?;
    let structs = StructRefPre::new(&mut store, ty);
    let dropped = Arc::new(AtomicUsize::new(0));
    {
        let mut scope = RootScope::new(&mut store);
        let value = ExternRef::new(&mut scope, Dropped(Arc::clone(&dropped)))?;
        let fields = [Val::null_any_ref(), value.into()];
        let object = StructRef::new(&mut scope, &structs, &fields)?;
        if cycle {
            object.set_field(&mut scope, 0, object.into())?;
        }
    }
    store.gc(None)?;
    Ok(dropped.load(Ordering::Relaxed) == 1)
}
