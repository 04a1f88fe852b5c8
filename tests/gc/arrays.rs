//! Arrays.

use super::*;
use libwasmtime::{ArrayRef, ArrayRefPre, ArrayType, RootScope};

fn pre(store: &mut Store<()>, field: FieldType) -> ArrayRefPre {
    let ty = ArrayType::new(store.engine(), field);
    ArrayRefPre::new(store, ty)
}

#[test]
fn elements_are_set_and_read() -> Result<()> {
    let mut store = Store::new(&engine(), ());
    let longs = pre(&mut store, mutable(ValType::I64));
    let array = ArrayRef::new(&mut store, &longs, &Val::I64(5), 3)?;
    array.set(&mut store, 2, Val::I64(-1))?;
    let elems: Vec<_> = array.elems(&mut store)?.map(|v| v.unwrap_i64()).collect();
    assert_eq!(elems, [5, 5, -1]);
    assert_eq!(array.len(&store)?, 3);

    let fixed = [Val::I64(1), Val::I64(2), Val::I64(3)];
    let array = ArrayRef::new_fixed(&mut store, &longs, &fixed)?;
    let elems: Vec<_> = array.elems(&mut store)?.map(|v| v.unwrap_i64()).collect();
    assert_eq!(elems, [1, 2, 3]);
    assert_eq!(
        ArrayRef::new_fixed(&mut store, &longs, &[])?.len(&store)?,
        0
    );

    let bytes = pre(&mut store, mutable(StorageType::I8));
    let text = ArrayRef::new_from_i8_slice(&mut store, &bytes, b"h\xffi")?;
    let mut copy = [0; 3];
    text.copy_to_i8_slice(&mut store, &mut copy)?;
    assert_eq!(&copy, b"h\xffi");
    assert_eq!(text.get(&mut store, 1)?.unwrap_i32(), 0xff);
    Ok(())
}

#[test]
fn immutable_arrays_have_one_value() -> Result<()> {
    let mut store = Store::new(&engine(), ());
    let ints = pre(&mut store, immutable(ValType::I32));
    let same = [Val::I32(4), Val::I32(4)];
    let array = ArrayRef::new_fixed(&mut store, &ints, &same)?;
    assert_eq!(array.get(&mut store, 1)?.unwrap_i32(), 4);
    let error = error_of(array.set(&mut store, 1, Val::I32(5)));
    assert!(error.contains("not mutable"), "{error}");
    let differ = [Val::I32(4), Val::I32(5)];
    let error = error_of(ArrayRef::new_fixed(&mut store, &ints, &differ));
    assert!(error.contains("immutable elements that differ"), "{error}");
    Ok(())
}

#[test]
fn misuse_is_an_error_or_a_panic() -> Result<()> {
    let engine = engine();
    let mut store = Store::new(&engine, ());
    let mut other = Store::new(&engine, ());
    let refs = pre(&mut store, mutable(RefType::new(false, HeapType::Any)));
    let bytes = pre(&mut store, mutable(StorageType::I8));
    let object = new_box(&mut store, 1)?;
    let foreign = new_box(&mut other, 1)?;
    let gone = new_box(RootScope::new(&mut store), 1)?;
    for (elem, expected) in [
        (Val::I32(1), "type mismatch"),
        (Val::null_any_ref(), "type mismatch"),
        (foreign.into(), "cross-`Store`"),
        (gone.into(), "unrooted"),
    ] {
        let error = error_of(ArrayRef::new(&mut store, &refs, &elem, 2));
        assert!(error.contains(expected), "{elem:?}: {error}");
        let error = error_of(ArrayRef::new_fixed(
            &mut store,
            &refs,
            &[object.into(), elem],
        ));
        assert!(error.contains(expected), "{elem:?}: {error}");
    }
    let error = error_of(ArrayRef::new_fixed(&mut store, &refs, &[]));
    assert!(error.contains("no default value"), "{error}");
    let error = error_of(ArrayRef::new_from_i8_slice(&mut store, &refs, &[]));
    assert!(error.contains("expected an array of `i8`"), "{error}");

    let array = ArrayRef::new(&mut store, &refs, &object.into(), 2)?;
    for (index, value, expected) in [
        (2, object.into(), "out of bounds"),
        (u32::MAX, object.into(), "out of bounds"),
        (0, Val::I32(1), "type mismatch"),
        (0, foreign.into(), "cross-`Store`"),
        (0, gone.into(), "unrooted"),
    ] {
        let error = error_of(array.set(&mut store, index, value));
        assert!(error.contains(expected), "{index} {value:?}: {error}");
    }
    assert!(error_of(array.get(&mut store, 2)).contains("out of bounds"));
    let text = ArrayRef::new_from_i8_slice(&mut store, &bytes, b"abc")?;
    let error = error_of(text.copy_to_i8_slice(&mut store, &mut [0; 2]));
    assert!(
        error.contains("of the array's length, 3; found one of the length 2"),
        "{error}"
    );
    let error = error_of(array.copy_to_i8_slice(&mut store, &mut [0; 2]));
    assert!(error.contains("expected an array of `i8`"), "{error}");

    let lost = {
        let mut scope = RootScope::new(&mut store);
        ArrayRef::new(&mut scope, &bytes, &Val::I32(0), 1)?
    };
    for error in [
        error_of(lost.len(&store)),
        error_of(lost.ty(&store)),
        error_of(lost.get(&mut store, 0)),
        error_of(lost.elems(&mut store).map(drop)),
    ] {
        assert!(error.contains("unrooted"), "{error}");
    }
    for panic in [
        panic_of(|| drop(ArrayRef::new(&mut other, &bytes, &Val::I32(0), 1))),
        panic_of(|| drop(array.len(&other))),
        panic_of(|| drop(array.get(&mut other, 0))),
    ] {
        assert!(panic.contains("wrong store"), "{panic}");
    }
    Ok(())
}

#[test]
fn a_length_that_fits_no_heap_is_an_error() -> Result<()> {
    let mut store = Store::new(&engine(), ());
    let vectors = pre(&mut store, mutable(ValType::V128));
    for len in [u32::MAX, u32::MAX / 16, 1 << 28] {
        let error = error_of(ArrayRef::new(&mut store, &vectors, &Val::from(0_u128), len));
        assert!(!error.is_empty());
    }
    let mut small = small_store(1 << 17);
    let ty = ArrayType::new(small.engine(), mutable(StorageType::I8));
    let bytes = ArrayRefPre::new(&mut small, ty);
    let error = error_of(ArrayRef::new(&mut small, &bytes, &Val::I32(0), 1 << 18));
    assert!(error.contains("memory"), "{error}");
    ArrayRef::new(&mut small, &bytes, &Val::I32(0), 1 << 10)?;
    Ok(())
}
