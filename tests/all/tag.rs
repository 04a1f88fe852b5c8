//! Tags of exceptions.

use crate::guest::panic_text;
use libwasmtime::{Config, Engine, FuncType, Result, Store, Tag, TagType, ValType};

fn store() -> Result<Store<()>> {
    let mut config = Config::new();
    config.wasm_exceptions(true);
    Ok(Store::new(&Engine::new(&config)?, ()))
}

fn ty(engine: &Engine, params: impl IntoIterator<Item = ValType>) -> TagType {
    TagType::new(FuncType::new(engine, params, []))
}

#[test]
fn a_tag_has_its_type() -> Result<()> {
    let mut store = store()?;
    let tag_type = ty(store.engine(), [ValType::I32, ValType::EXTERNREF]);
    let tag = Tag::new(&mut store, &tag_type)?;
    let found = tag.ty(&store);
    assert!(FuncType::eq(found.ty(), tag_type.ty()));
    assert_eq!(found.ty().params().len(), 2);
    Ok(())
}

#[test]
fn each_tag_is_its_own() -> Result<()> {
    let mut store = store()?;
    let tag_type = ty(store.engine(), []);
    let a = Tag::new(&mut store, &tag_type)?;
    let b = Tag::new(&mut store, &tag_type)?;
    assert!(Tag::eq(&a, &a, &store));
    assert!(!Tag::eq(&a, &b, &store));
    Ok(())
}

#[test]
fn types_that_no_tag_can_have() -> Result<()> {
    let mut store = store()?;
    let with_result = TagType::new(FuncType::new(store.engine(), [], [ValType::I32]));
    let error = Tag::new(&mut store, &with_result).unwrap_err();
    assert!(error.to_string().contains("can't have results"), "{error}");
    let foreign = ty(&Engine::default(), []);
    let error = Tag::new(&mut store, &foreign).unwrap_err();
    assert_eq!(error.to_string(), "type used with wrong engine");
    Ok(())
}

#[test]
fn an_engine_without_exceptions() -> Result<()> {
    let mut config = Config::new();
    config.wasm_exceptions(false);
    let mut store = Store::new(&Engine::new(&config)?, ());
    let tag_type = ty(store.engine(), [ValType::I64]);
    // A tag alone is harmless.
    let tag = Tag::new(&mut store, &tag_type)?;
    assert!(FuncType::eq(tag.ty(&store).ty(), tag_type.ty()));
    Ok(())
}

#[test]
fn another_store_panics() -> Result<()> {
    let mut home = store()?;
    let engine = home.engine().clone();
    let tag = Tag::new(&mut home, &ty(&engine, []))?;
    let mut foreign = Store::new(&engine, ());
    let own = Tag::new(&mut foreign, &ty(&engine, []))?;
    let uses: [&mut dyn FnMut(); 3] = [
        &mut || _ = tag.ty(&foreign),
        &mut || _ = Tag::eq(&tag, &own, &foreign),
        &mut || _ = Tag::eq(&own, &tag, &foreign),
    ];
    for use_ in uses {
        let text = panic_text(use_);
        assert!(text.contains("wrong store"), "{text}");
    }
    Ok(())
}
