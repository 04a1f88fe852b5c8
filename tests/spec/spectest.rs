//! The module `spectest`, which the suite's modules import from.

use libwasmtime::{
    Global, GlobalType, Linker, Memory, MemoryType, Mutability, Ref, RefType, Result, SharedMemory,
    Store, Table, TableType, Val,
};

/// Returns a linker that has `spectest`.
///
/// Its printing functions print nothing: the suite only checks that they can be called.
pub fn linker(store: &mut Store<()>) -> Result<Linker<()>> {
    let mut linker = Linker::new(store.engine());
    // Registering a name again replaces the earlier definition.
    linker.allow_shadowing(true);

    linker.func_wrap("spectest", "print", || {})?;
    linker.func_wrap("spectest", "print_i32", |_: i32| {})?;
    linker.func_wrap("spectest", "print_i64", |_: i64| {})?;
    linker.func_wrap("spectest", "print_f32", |_: f32| {})?;
    linker.func_wrap("spectest", "print_f64", |_: f64| {})?;
    linker.func_wrap("spectest", "print_i32_f32", |_: i32, _: f32| {})?;
    linker.func_wrap("spectest", "print_f64_f64", |_: f64, _: f64| {})?;

    for (name, value) in [
        ("global_i32", Val::I32(666)),
        ("global_i64", Val::I64(666)),
        ("global_f32", Val::from(666.6_f32)),
        ("global_f64", Val::from(666.6_f64)),
    ] {
        let ty = GlobalType::new(value.ty(&*store)?, Mutability::Const);
        let global = Global::new(&mut *store, ty, value)?;
        linker.define(&*store, "spectest", name, global)?;
    }

    let null = Ref::Func(None);
    let table = Table::new(
        &mut *store,
        TableType::new(RefType::FUNCREF, 10, Some(20)),
        null,
    )?;
    linker.define(&*store, "spectest", "table", table)?;
    // An engine without the memory64 proposal can't create this one.
    let table64 = Table::new(
        &mut *store,
        TableType::new64(RefType::FUNCREF, 10, Some(20)),
        null,
    );
    if let Ok(table64) = table64 {
        linker.define(&*store, "spectest", "table64", table64)?;
    }

    let memory = Memory::new(&mut *store, MemoryType::new(1, Some(2)))?;
    linker.define(&*store, "spectest", "memory", memory)?;
    let memory = SharedMemory::new(store.engine(), MemoryType::shared(1, 2))?;
    linker.define(&*store, "spectest", "shared_memory", memory)?;
    Ok(linker)
}
