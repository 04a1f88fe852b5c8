//! Structs.

use super::collector::{freed, frees};
use super::*;
use libwasmtime::RootScope;

#[test]
fn fields_are_set_and_read() -> Result<()> {
    let engine = engine();
    let mut store = Store::new(&engine, ());
    let inner = boxed(&engine);
    let ty = StructType::new(
        &engine,
        [
            mutable(StorageType::I8),
            mutable(StorageType::I16),
            immutable(ValType::I64),
            mutable(ValType::F32),
            mutable(ValType::F64),
            mutable(ValType::V128),
            mutable(ValType::EXTERNREF),
            mutable(nullable(&inner)),
        ],
    )?;
    let pre = StructRefPre::new(&mut store, ty.clone());
    let host = ExternRef::new(&mut store, "host")?;
    let inner = new_box(&mut store, 7)?;
    let object = StructRef::new(
        &mut store,
        &pre,
        &[
            Val::I32(-1),
            Val::I32(-1),
            Val::I64(-2),
            Val::from(1.5_f32),
            Val::from(2.5_f64),
            Val::from(3_u128),
            host.into(),
            inner.into(),
        ],
    )?;
    assert!(object.matches_ty(&store, &ty)?);
    let mut read = |index| object.field(&mut store, index);
    assert_eq!(read(0)?.unwrap_i32(), 0xff);
    assert_eq!(read(1)?.unwrap_i32(), 0xffff);
    assert_eq!(read(2)?.unwrap_i64(), -2);
    assert_eq!(read(3)?.unwrap_f32(), 1.5);
    assert_eq!(read(4)?.unwrap_f64(), 2.5);
    assert_eq!(read(5)?.unwrap_v128().as_u128(), 3);
    let found = *read(6)?.unwrap_externref().expect("it isn't null");
    let field = *read(7)?.unwrap_anyref().expect("it isn't null");
    assert!(Rooted::ref_eq(&store, &found, &host)?);
    let field = field.unwrap_struct(&store)?;
    assert!(Rooted::ref_eq(&store, &field, &inner)?);
    // Both roots are of one object.
    inner.set_field(&mut store, 0, Val::I32(8))?;
    assert_eq!(field.field(&mut store, 0)?.unwrap_i32(), 8);

    object.set_field(&mut store, 0, Val::I32(0x123))?;
    object.set_field(&mut store, 7, Val::null_any_ref())?;
    let fields: Vec<_> = object.fields(&mut store)?.collect();
    assert_eq!(fields.len(), 8);
    assert_eq!(fields[0].unwrap_i32(), 0x23);
    assert!(fields[7].unwrap_anyref().is_none());
    Ok(())
}

#[test]
fn misuse_is_an_error_or_a_panic() -> Result<()> {
    let engine = engine();
    let mut store = Store::new(&engine, ());
    let mut other = Store::new(&engine, ());
    let ty = StructType::new(
        &engine,
        [
            immutable(ValType::I32),
            mutable(ValType::ANYREF),
            mutable(RefType::new(false, HeapType::Any)),
        ],
    )?;
    let pre = StructRefPre::new(&mut store, ty);
    let object = new_box(&mut store, 1)?;
    let foreign = new_box(&mut other, 1)?;
    let gone = new_box(RootScope::new(&mut store), 1)?;
    let null = Val::null_any_ref();
    let new = |store: &mut Store<()>, fields: &[Val]| StructRef::new(store, &pre, fields);
    for (fields, expected) in [
        (&[][..], "expected 3 fields, got 0"),
        (&[Val::I32(1); 4], "expected 3 fields, got 4"),
        (&[Val::I64(1), null, object.into()], "type mismatch"),
        (&[Val::I32(1), null, null], "type mismatch"),
        (
            &[Val::I32(1), Val::null_extern_ref(), object.into()],
            "type mismatch",
        ),
        (
            &[Val::I32(1), foreign.into(), object.into()],
            "cross-`Store`",
        ),
        (&[Val::I32(1), gone.into(), object.into()], "unrooted"),
        (
            &[Val::I32(1), Val::ContRef(None), object.into()],
            "continuations",
        ),
    ] {
        let error = error_of(new(&mut store, fields));
        assert!(error.contains(expected), "{fields:?}: {error}");
    }
    let made = new(&mut store, &[Val::I32(1), null, object.into()])?;
    for (index, value, expected) in [
        (0, Val::I32(2), "not mutable"),
        (1, Val::I32(2), "type mismatch"),
        (2, null, "type mismatch"),
        (3, null, "only has 3 fields"),
        (usize::MAX, null, "only has 3 fields"),
        (1, foreign.into(), "cross-`Store`"),
        (1, gone.into(), "unrooted"),
    ] {
        let error = error_of(made.set_field(&mut store, index, value));
        assert!(error.contains(expected), "{index} {value:?}: {error}");
    }
    assert!(error_of(made.field(&mut store, 3)).contains("only has 3 fields"));
    for error in [
        error_of(gone.ty(&store)),
        error_of(gone.field(&mut store, 0)),
        error_of(gone.set_field(&mut store, 0, Val::I32(0))),
        error_of(gone.fields(&mut store).map(drop)),
        error_of(gone.to_anyref().as_struct(&store)),
    ] {
        assert!(error.contains("unrooted"), "{error}");
    }
    for panic in [
        panic_of(|| drop(StructRef::new(&mut other, &pre, &[]))),
        panic_of(|| drop(object.ty(&other))),
        panic_of(|| drop(foreign.field(&mut store, 0))),
        panic_of(|| drop(foreign.set_field(&mut store, 0, Val::I32(0)))),
        panic_of(|| drop(foreign.to_eqref().is_struct(&store))),
    ] {
        assert!(panic.contains("wrong store"), "{panic}");
    }
    let ty = boxed(&super::engine());
    let panic = panic_of(|| drop(StructRefPre::new(&mut store, ty)));
    assert!(panic.contains("another engine"), "{panic}");
    // An allocator outlives its store.
    drop((store, other));
    drop(pre);
    Ok(())
}

#[test]
fn a_scope_frees_what_is_in_its_objects() -> Result<()> {
    let engine = engine();
    let mut store = Store::new(&engine, ());
    let ty = StructType::new(&engine, [mutable(ValType::EXTERNREF)])?;
    let pre = StructRefPre::new(&mut store, ty);
    let drops = Drops::default();
    let kept = {
        let mut scope = RootScope::new(&mut store);
        let value = drops.value(&mut scope)?;
        let object = StructRef::new(&mut scope, &pre, &[value.into()])?;
        let lost = drops.value(&mut scope)?;
        StructRef::new(&mut scope, &pre, &[lost.into()])?;
        object.to_owned_rooted(&mut scope)?
    };
    store.gc(None)?;
    assert_eq!(drops.count(), freed(1));
    // Through the field, the value is still there.
    let value = kept.field(&mut store, 0)?;
    assert!(
        value
            .unwrap_externref()
            .expect("it is there")
            .data(&store)?
            .is_some()
    );
    kept.set_field(&mut store, 0, Val::null_extern_ref())?;
    drop(kept);
    store.gc(None)?;
    // The root that `field` created is in the store's outermost scope.
    assert_eq!(drops.count(), freed(1));
    drop(store);
    assert_eq!(drops.count(), 2);
    Ok(())
}

#[test]
fn a_million_structs_leave_the_heap_as_it_was() -> Result<()> {
    let mut store = small_store(1 << 17);
    let ty = boxed(store.engine());
    let pre = StructRefPre::new(&mut store, ty);
    for i in 0..1_000_000 {
        let mut scope = RootScope::new(&mut store);
        let made = StructRef::new(&mut scope, &pre, &[Val::I32(i)]);
        if !frees() && made.is_err() {
            // None is freed, so the heap is full after as many as it has room for.
            assert!(i > 1000 && error_of(made).contains("out of memory"), "{i}");
            return Ok(());
        }
        let object = made?;
        if i % 1000 == 0 {
            assert_eq!(object.field(&mut scope, 0)?.unwrap_i32(), i);
        }
    }
    assert!(frees());
    Ok(())
}

#[test]
fn a_full_heap_is_an_error_and_recovers() -> Result<()> {
    let mut store = small_store(1 << 17);
    let ty = boxed(store.engine());
    let pre = StructRefPre::new(&mut store, ty);
    let made = {
        let mut scope = RootScope::new(&mut store);
        let mut made = 0;
        let error = loop {
            match StructRef::new(&mut scope, &pre, &[Val::I32(made)]) {
                Ok(_) => made += 1,
                Err(error) => break error,
            }
        };
        assert!(format!("{error:#}").contains("out of memory"), "{error:#}");
        made
    };
    assert!(made > 100, "{made}");
    let mut scope = RootScope::new(&mut store);
    for _ in 0..made / 2 {
        let again = StructRef::new(&mut scope, &pre, &[Val::I32(0)]);
        assert_eq!(again.is_ok(), frees(), "{again:?}");
    }
    Ok(())
}

/// A list that is so long that a recursive walk would overflow the stack.
#[test]
fn a_long_list_is_built_and_freed() -> Result<()> {
    let engine = engine();
    let mut store = Store::new(&engine, ());
    let ty = StructType::new(&engine, [mutable(ValType::ANYREF)])?;
    let pre = StructRefPre::new(&mut store, ty);
    let mut list = Val::null_any_ref();
    {
        let mut scope = RootScope::new(&mut store);
        for _ in 0..200_000 {
            list = StructRef::new(&mut scope, &pre, &[list])?.into();
        }
        scope.as_context_mut().gc(None)?;
        let mut length = 0;
        while let Some(object) = list.unwrap_anyref() {
            let object = object.unwrap_struct(&scope)?;
            list = object.field(&mut scope, 0)?;
            length += 1;
        }
        assert_eq!(length, 200_000);
    }
    store.gc(None)?;
    Ok(())
}
