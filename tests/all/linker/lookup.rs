//! Looking up definitions.

use super::{importing, number};
use crate::guest::panic_text;
use libwasmtime::{Engine, Extern, Func, Linker, Memory, MemoryType, Result, Store};

#[test]
fn by_name_and_by_import() -> Result<()> {
    let mut store = Store::<()>::default();
    let mut linker = Linker::new(store.engine());
    linker.func_wrap("m", "x", || 5)?;
    let func = linker.get(&mut store, "m", "x")?.into_func().unwrap();
    assert_eq!(number(&mut store, func), 5);
    let error = linker.get(&mut store, "m", "y").unwrap_err();
    assert_eq!(error.to_string(), "missing definition for `m::y`");
    assert!(linker.get(&mut store, "", "x").is_err());

    // The type doesn't count.
    let module = importing(store.engine(), "(memory 1)");
    let import = module.imports().next().expect("it has one");
    let item = linker.get_by_import(&mut store, &import);
    assert!(matches!(item, Some(Extern::Func(_))), "{item:?}");
    let item = linker.try_get_by_import(&mut store, &import)?;
    assert!(matches!(item, Some(Extern::Func(_))), "{item:?}");
    let empty = Linker::new(store.engine());
    assert!(empty.get_by_import(&mut store, &import).is_none());
    assert!(empty.try_get_by_import(&mut store, &import)?.is_none());
    Ok(())
}

#[test]
fn the_default_function() -> Result<()> {
    let mut store = Store::<()>::default();
    let mut linker = Linker::new(store.engine());
    let nothing = linker.get_default(&mut store, "m")?;
    nothing.call(&mut store, &[], &mut [])?;

    linker.func_wrap("m", "_start", || 1)?;
    let start = linker.get_default(&mut store, "m")?;
    assert_eq!(number(&mut store, start), 1);
    linker.func_wrap("m", "", || 2)?;
    let unnamed = linker.get_default(&mut store, "m")?;
    assert_eq!(number(&mut store, unnamed), 2);

    for name in ["", "_start"] {
        let memory = Memory::new(&mut store, MemoryType::new(0, None))?;
        let mut linker = Linker::new(store.engine());
        linker.define(&store, "m", name, memory)?;
        assert!(linker.get_default(&mut store, "m").is_err());
    }
    Ok(())
}

#[test]
fn the_default_function_hides_what_is_of_another_store() -> Result<()> {
    let engine = Engine::default();
    let mut home = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    let func = Func::wrap(&mut home, || 1);
    linker.define(&home, "m", "_start", func)?;
    linker.func_wrap("m", "", || 2)?;
    let mut foreign = Store::new(&engine, ());
    let unnamed = linker.get_default(&mut foreign, "m")?;
    assert_eq!(number(&mut foreign, unnamed), 2);
    linker.define(&home, "n", "_start", func)?;
    let text = panic_text(|| linker.get_default(&mut foreign, "n"));
    assert!(text.contains("wrong store"), "{text}");
    Ok(())
}
