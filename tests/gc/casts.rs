//! Conversions between references.

use super::collector::freed;
use super::*;
use libwasmtime::{
    AnyRef, ArrayRef, ArrayRefPre, ArrayType, EqRef, I31, OwnedRooted, Ref, RootScope,
};

#[test]
fn what_a_reference_is_can_be_asked() -> Result<()> {
    let engine = engine();
    let mut store = Store::new(&engine, ());
    let object = new_box(&mut store, 1)?;
    let ty = ArrayType::new(&engine, mutable(StorageType::I8));
    let pre = ArrayRefPre::new(&mut store, ty);
    let array = ArrayRef::new(&mut store, &pre, &Val::I32(0), 1)?;
    let number = EqRef::from_i31(&mut store, I31::wrapping_u32(9));
    let host = ExternRef::new(&mut store, 1)?;
    let host = AnyRef::convert_extern(&mut store, host)?;

    let all: [(Rooted<AnyRef>, [bool; 4]); 4] = [
        (object.to_anyref(), [true, true, false, false]),
        (array.into(), [true, false, true, false]),
        (number.into(), [true, false, false, true]),
        (host, [false; 4]),
    ];
    for (any, [eq, is_struct, array, i31]) in all {
        assert_eq!(any.is_eqref(&store)?, eq);
        assert_eq!(any.is_struct(&store)?, is_struct);
        assert_eq!(any.is_array(&store)?, array);
        assert_eq!(any.is_i31(&store)?, i31);
        assert_eq!(any.as_struct(&store)?.is_some(), is_struct);
        assert_eq!(any.as_array(&store)?.is_some(), array);
        match any.as_eqref(&mut store)? {
            None => assert!(!eq),
            Some(found) => {
                assert!(eq);
                assert_eq!(found.is_struct(&store)?, is_struct);
                assert_eq!(found.as_array(&store)?.is_some(), array);
                assert_eq!(found.as_i31(&store)?.is_some(), i31);
                assert!(Rooted::ref_eq(&store, &found.to_anyref(), &any)?);
            }
        }
        assert!(matches!(Val::from(any), Val::AnyRef(Some(_))));
    }
    assert_eq!(number.unwrap_i31(&store)?.get_u32(), 9);
    assert!(number.ty(&store)?.is_i31());
    assert!(matches!(Ref::from(object), Ref::Any(Some(_))));
    assert!(matches!(
        Val::from(None::<Rooted<ArrayRef>>),
        Val::AnyRef(None)
    ));
    let panic = panic_of(|| drop(number.unwrap_struct(&store)));
    assert!(panic.contains("not a struct"), "{panic}");
    let panic = panic_of(|| drop(host.unwrap_eqref(&mut store)));
    assert!(panic.contains("`ref.eq`"), "{panic}");
    Ok(())
}

#[test]
fn a_cast_of_an_owned_root_is_rooted_in_the_scope() -> Result<()> {
    let engine = engine();
    let mut store = Store::new(&engine, ());
    let drops = Drops::default();
    let ty = StructType::new(&engine, [mutable(ValType::EXTERNREF)])?;
    let pre = StructRefPre::new(&mut store, ty);
    let owned: OwnedRooted<AnyRef> = {
        let mut scope = RootScope::new(&mut store);
        let value = drops.value(&mut scope)?;
        let object = StructRef::new(&mut scope, &pre, &[value.into()])?;
        object.to_owned_rooted(&mut scope)?.to_anyref()
    };
    let late = {
        let mut scope = RootScope::new(&mut store);
        let cast = owned.unwrap_struct(&scope)?;
        let twice = owned.unwrap_struct(&scope)?;
        assert!(Rooted::ref_eq(&scope, &cast, &twice)?);
        // It doesn't depend on the handle that it came from.
        drop(owned);
        scope.as_context_mut().gc(None)?;
        assert_eq!(drops.count(), 0);
        assert!(cast.field(&mut scope, 0)?.unwrap_externref().is_some());
        cast
    };
    let error = error_of(late.field(&mut store, 0));
    assert!(error.contains("unrooted"), "{error}");
    store.gc(None)?;
    assert_eq!(drops.count(), freed(1));
    drop(store);
    assert_eq!(drops.count(), 1);
    Ok(())
}

/// Casts of a shared store on many threads.
#[test]
fn casts_share_a_store() -> Result<()> {
    let mut store = Store::new(&engine(), ());
    let owned = new_box(&mut store, 3)?
        .to_owned_rooted(&mut store)?
        .to_anyref();
    let shared = &store;
    let all = std::thread::scope(|threads| {
        let casts = || {
            (0..100)
                .map(|_| owned.unwrap_struct(shared))
                .collect::<Result<Vec<_>>>()
        };
        let handles: Vec<_> = (0..4).map(|_| threads.spawn(casts)).collect();
        handles
            .into_iter()
            .map(|handle| handle.join().expect("no cast panics"))
            .collect::<Result<Vec<_>>>()
    })?;
    drop(owned);
    store.gc(None)?;
    for cast in all.concat() {
        assert_eq!(cast.field(&mut store, 0)?.unwrap_i32(), 3);
    }
    Ok(())
}

#[test]
fn a_cast_of_a_scoped_root_lives_as_long_as_that() -> Result<()> {
    let mut store = Store::new(&engine(), ());
    let any = new_box(&mut store, 3)?.to_anyref();
    let cast = {
        let scope = RootScope::new(&mut store);
        any.unwrap_struct(&scope)?
    };
    assert_eq!(cast.field(&mut store, 0)?.unwrap_i32(), 3);
    Ok(())
}
