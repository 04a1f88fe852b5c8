//! Names that are defined twice.

use super::{importing, x};
use crate::guest::instantiate;
use libwasmtime::{Func, Linker, Result, Store};

#[test]
fn a_name_is_defined_once() -> Result<()> {
    let mut store = Store::<()>::default();
    let func = Func::wrap(&mut store, || 2);
    let exporting = r#"(module (func (export "x") (result i32) i32.const 3))"#;
    let instance = instantiate(&mut store, exporting, &[]);
    let module = instance.module(&store).clone();
    let mut linker = Linker::new(store.engine());
    linker.func_wrap("m", "x", || 1)?;
    let errors = [
        linker.func_wrap("m", "x", || 2).unwrap_err(),
        linker.define(&store, "m", "x", func).unwrap_err(),
        linker.instance(&mut store, "m", instance).unwrap_err(),
        linker.module(&mut store, "m", &module).unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.to_string(), "import of `m::x` defined twice");
    }
    let instance = linker.instantiate(
        &mut store,
        &importing(&module.engine().clone(), "(func (result i32))"),
    )?;
    assert_eq!(x(&mut store, instance), 1);
    Ok(())
}

#[test]
fn the_last_definition_counts_where_that_is_allowed() -> Result<()> {
    let mut store = Store::<()>::default();
    let module = importing(store.engine(), "(func (result i32))");
    let mut linker = Linker::new(store.engine());
    linker.allow_shadowing(true);
    linker
        .func_wrap("m", "x", || 1)?
        .func_wrap("m", "x", || 2)?;
    let instance = linker.instantiate(&mut store, &module)?;
    assert_eq!(x(&mut store, instance), 2);
    let func = Func::wrap(&mut store, || 3);
    linker.define(&store, "m", "x", func)?;
    let instance = linker.instantiate(&mut store, &module)?;
    assert_eq!(x(&mut store, instance), 3);

    linker.allow_shadowing(false);
    assert!(linker.func_wrap("m", "x", || 4).is_err());
    // Instances that were created with the old definitions keep them.
    assert_eq!(x(&mut store, instance), 3);
    Ok(())
}
