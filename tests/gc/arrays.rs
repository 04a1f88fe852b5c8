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

/// `new_fixed` creates an array of the first value, and sets the elements that differ.
#[test]
fn elements_may_be_the_same() -> Result<()> {
    let mut store = Store::new(&engine(), ());
    let floats = pre(&mut store, mutable(ValType::F64));
    let nan = f64::from_bits(f64::NAN.to_bits() | 1);
    let fixed = [0.0, -0.0, 0.0, f64::NAN, nan, 0.0];
    let vals = fixed.map(Val::from);
    let array = ArrayRef::new_fixed(&mut store, &floats, &vals)?;
    let elems = array.elems(&mut store)?.map(|v| v.unwrap_f64().to_bits());
    assert!(elems.eq(fixed.map(f64::to_bits)));

    let bytes = pre(&mut store, mutable(StorageType::I8));
    let vals = [0x101, 1, 0x101, 2].map(Val::I32);
    let array = ArrayRef::new_fixed(&mut store, &bytes, &vals)?;
    let mut copy = [0; 4];
    array.copy_to_i8_slice(&mut store, &mut copy)?;
    assert_eq!(copy, [1, 1, 1, 2]);

    let vals = [Val::F64(1), Val::I64(1)];
    let error = error_of(ArrayRef::new_fixed(&mut store, &floats, &vals));
    assert!(error.contains("element 1: ") && error.contains("type mismatch"));
    Ok(())
}

#[test]
fn elements_may_be_references() -> Result<()> {
    let mut store = Store::new(&engine(), ());
    let refs = pre(&mut store, mutable(RefType::new(true, HeapType::Any)));
    let owned = {
        let mut scope = RootScope::new(&mut store);
        let mut elems = vec![Val::null_any_ref()];
        for i in 0..100 {
            elems.push(new_box(&mut scope, i)?.into());
        }
        let array = ArrayRef::new_fixed(&mut scope, &refs, &elems)?;
        array.to_owned_rooted(&mut scope)?
    };
    store.gc(None)?;
    let mut scope = RootScope::new(&mut store);
    // Each element takes a place among the store's roots, which move meanwhile.
    let elems: Vec<_> = owned.elems(&mut scope)?.collect();
    assert_eq!(elems.len(), 101);
    assert!(elems[0].unwrap_any_ref().is_none());
    for (i, elem) in (0..).zip(&elems[1..]) {
        let object = elem.unwrap_any_ref().expect("it isn't null");
        let object = object.unwrap_struct(&scope)?;
        assert_eq!(object.field(&mut scope, 0)?.unwrap_i32(), i);
    }
    Ok(())
}

#[test]
fn the_collector_runs_while_arrays_are_created() -> Result<()> {
    let mut store = small_store(1 << 17);
    let ty = ArrayType::new(
        store.engine(),
        mutable(RefType::new(false, HeapType::Struct)),
    );
    let refs = ArrayRefPre::new(&mut store, ty);
    for i in 0..1000 {
        let mut scope = RootScope::new(&mut store);
        let mut elems = Vec::new();
        for j in 0..50 {
            elems.push(new_box(&mut scope, 50 * i + j)?.into());
        }
        let array = ArrayRef::new_fixed(&mut scope, &refs, &elems)?;
        for j in [0, 1, 49] {
            let elem = array.get(&mut scope, j)?;
            let object = elem.unwrap_any_ref().expect("it isn't null");
            let number = object.unwrap_struct(&scope)?.field(&mut scope, 0)?;
            assert_eq!(number.unwrap_i32(), 50 * i + j as i32);
        }
    }
    // An array that can't be finished leaves no root behind, which would fill the heap.
    let object = new_box(&mut store, 1)?;
    let mut elems = [Val::from(object); 100];
    elems[99] = Val::null_any_ref();
    for _ in 0..10_000 {
        let error = error_of(ArrayRef::new_fixed(&mut store, &refs, &elems));
        assert!(error.contains("element 99"), "{error}");
    }
    Ok(())
}

/// The C API needs a value, of which a type without null has no default one.
#[test]
fn arrays_without_elements_may_have_any_type() -> Result<()> {
    let engine = engine();
    let mut store = Store::new(&engine, ());
    for ty in [
        HeapType::Any,
        HeapType::Eq,
        HeapType::I31,
        HeapType::Struct,
        HeapType::Array,
        HeapType::Extern,
    ] {
        for field in [
            mutable(RefType::new(false, ty.clone())),
            immutable(RefType::new(false, ty.clone())),
        ] {
            let ty = ArrayType::new(&engine, field);
            let refs = ArrayRefPre::new(&mut store, ty.clone());
            let array = ArrayRef::new_fixed(&mut store, &refs, &[])?;
            assert_eq!(array.len(&store)?, 0, "{ty}");
            assert!(array.matches_ty(&store, &ty)?, "{ty}");
            assert_eq!(array.elems(&mut store)?.len(), 0);
        }
    }
    let text = pre(&mut store, immutable(StorageType::I8));
    let text = ArrayRef::new_from_i8_slice(&mut store, &text, &[])?;
    text.copy_to_i8_slice(&mut store, &mut [])?;
    for ty in [
        HeapType::Func,
        HeapType::Exn,
        HeapType::None,
        HeapType::NoExtern,
        HeapType::ConcreteStruct(boxed(&engine)),
    ] {
        let refs = pre(&mut store, mutable(RefType::new(false, ty)));
        let error = error_of(ArrayRef::new_fixed(&mut store, &refs, &[]));
        assert!(error.contains("no default value"), "{error}");
    }
    Ok(())
}

/// The objects whose types the arrays need don't stay.
#[test]
fn arrays_without_elements_leave_nothing_behind() -> Result<()> {
    let mut store = small_store(1 << 17);
    for ty in [HeapType::Struct, HeapType::Array, HeapType::Extern] {
        let ty = ArrayType::new(store.engine(), mutable(RefType::new(false, ty)));
        let refs = ArrayRefPre::new(&mut store, ty);
        for _ in 0..10_000 {
            let mut scope = RootScope::new(&mut store);
            ArrayRef::new_fixed(&mut scope, &refs, &[])?;
        }
    }
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
        panic_of(|| drop(ArrayRef::new_fixed(&mut other, &refs, &[]))),
        panic_of(|| drop(ArrayRef::new_from_i8_slice(&mut other, &bytes, b"ab"))),
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
