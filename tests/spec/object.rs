//! Values that come out of the suite's modules, compared with their types.
//!
//! The suite says of a struct or an array only that it is one. What is in it is compared with
//! its type, and with a copy that the host makes of it.

use libwasmtime::{
    AnyRef, ArrayRef, ArrayRefPre, ArrayType, FieldType, Mutability, Result, Rooted, StorageType,
    Store, StructRef, StructRefPre, StructType, Val, ValType, ensure,
};

/// How deep objects in objects are looked at, as they may refer to themselves.
const DEPTH: usize = 3;

/// Checks that a value is of the type that its function or global declares, and that the
/// object to which it refers is what it says.
///
/// # Errors
///
/// Returns an error if it isn't.
pub fn check(store: &mut Store<()>, value: &Val, ty: &ValType) -> Result<()> {
    check_to_depth(store, value, ty, DEPTH)
}

fn check_to_depth(store: &mut Store<()>, value: &Val, ty: &ValType, depth: usize) -> Result<()> {
    let found = value.ty(&*store)?;
    ensure!(
        value.matches_ty(&*store, ty)? && found.matches(ty),
        "got {value:?} of type {found} instead of one of type {ty}"
    );
    if let Val::AnyRef(Some(reference)) = value {
        let is_null = value.matches_ty(&*store, &ValType::NULLREF)?;
        ensure!(!is_null, "{value:?} is null and not null");
        check_any(store, *reference, depth)?;
    }
    Ok(())
}

fn check_any(store: &mut Store<()>, any: Rooted<AnyRef>, depth: usize) -> Result<()> {
    let object = any.as_struct(&*store)?;
    let array = any.as_array(&*store)?;
    let i31 = any.as_i31(&*store)?;
    let eq = any.as_eqref(&mut *store)?;
    let kinds = [object.is_some(), array.is_some(), i31.is_some()];
    let ty = any.ty(&*store)?;
    // What is none of these is the host's, and nothing that `ref.eq` compares.
    ensure!(
        kinds.iter().filter(|is| **is).count() == usize::from(eq.is_some())
            && kinds == [ty.is_concrete_struct(), ty.is_concrete_array(), ty.is_i31()],
        "{ty} is several kinds of objects, or another: {kinds:?}"
    );
    if let Some(object) = object.filter(|_| depth > 0) {
        check_struct(store, object, ty.unwrap_concrete_struct(), depth - 1)?;
    }
    if let Some(array) = array.filter(|_| depth > 0) {
        check_array(store, array, ty.unwrap_concrete_array(), depth - 1)?;
    }
    Ok(())
}

fn check_struct(
    store: &mut Store<()>,
    object: Rooted<StructRef>,
    ty: &StructType,
    depth: usize,
) -> Result<()> {
    ensure!(object.matches_ty(&*store, ty)?, "the struct has two types");
    let fields: Vec<_> = object.fields(&mut *store)?.collect();
    let types: Vec<_> = ty.fields().collect();
    check_fields(store, &fields, &types, depth)?;

    let pre = StructRefPre::new(&mut *store, ty.clone());
    let copy = StructRef::new(&mut *store, &pre, &fields)?;
    store.gc(None)?;
    ensure!(!Rooted::ref_eq(&*store, &object, &copy)?, "not a copy");
    ensure!(StructType::eq(&copy.ty(&*store)?, ty), "of another type");
    let copied: Vec<_> = copy.fields(&mut *store)?.collect();
    ensure_same(store, &fields, &copied)?;
    for (index, (field, ty)) in fields.iter().zip(&types).enumerate() {
        let set = copy.set_field(&mut *store, index, *field);
        ensure!(set.is_ok() == ty.mutability().is_var(), "{ty}: {set:?}");
    }
    let set: Vec<_> = copy.fields(&mut *store)?.collect();
    ensure_same(store, &fields, &set)
}

fn check_array(
    store: &mut Store<()>,
    array: Rooted<ArrayRef>,
    ty: &ArrayType,
    depth: usize,
) -> Result<()> {
    ensure!(array.matches_ty(&*store, ty)?, "the array has two types");
    let elems: Vec<_> = array.elems(&mut *store)?.collect();
    ensure!(elems.len() == array.len(&*store)? as usize, "two lengths");
    let field = ty.field_type();
    check_fields(store, &elems, &vec![field.clone(); elems.len()], depth)?;

    let pre = ArrayRefPre::new(&mut *store, ty.clone());
    let Some(first) = elems.first() else {
        return Ok(());
    };
    // The host can't create immutable elements that differ.
    let copied = if field.mutability().is_var() {
        let copy = ArrayRef::new_fixed(&mut *store, &pre, &elems)?;
        store.gc(None)?;
        ensure!(!Rooted::ref_eq(&*store, &array, &copy)?, "not a copy");
        copy.elems(&mut *store)?.collect::<Vec<_>>()
    } else {
        let copy = ArrayRef::new(&mut *store, &pre, first, 1)?;
        let set = copy.set(&mut *store, 0, *first);
        ensure!(set.is_err(), "an immutable element was set");
        copy.elems(&mut *store)?.collect()
    };
    ensure_same(store, &elems[..copied.len()], &copied)
}

/// Checks that fields are of their types; one that is packed is read as an `i32`.
fn check_fields(
    store: &mut Store<()>,
    fields: &[Val],
    types: &[FieldType],
    depth: usize,
) -> Result<()> {
    ensure!(fields.len() == types.len(), "one has other fields");
    for (field, ty) in fields.iter().zip(types) {
        let storage = ty.element_type();
        check_to_depth(store, field, storage.unpack(), depth)?;
        let bits = match (storage.is_i8(), storage.is_i16()) {
            (true, _) => 8,
            (_, true) => 16,
            (false, false) => continue,
        };
        let packed = field.unwrap_i32();
        ensure!(packed >> bits == 0, "{packed:#x} has more than {bits} bits");
    }
    Ok(())
}

/// Compares values bit by bit, and references by their objects.
fn ensure_same(store: &mut Store<()>, values: &[Val], copied: &[Val]) -> Result<()> {
    ensure!(values.len() == copied.len(), "one has other fields");
    for (value, copied) in values.iter().zip(copied) {
        let is_same = match (value, copied) {
            (Val::ExternRef(Some(a)), Val::ExternRef(Some(b))) => Rooted::ref_eq(&*store, a, b)?,
            (Val::AnyRef(Some(a)), Val::AnyRef(Some(b))) => Rooted::ref_eq(&*store, a, b)?,
            (Val::ExnRef(Some(a)), Val::ExnRef(Some(b))) => Rooted::ref_eq(&*store, a, b)?,
            (Val::FuncRef(Some(a)), Val::FuncRef(Some(b))) => {
                a.to_raw(&mut *store) == b.to_raw(&mut *store)
            }
            // Numbers and nulls are plain data.
            (a, b) => format!("{a:?}") == format!("{b:?}"),
        };
        ensure!(is_same, "{value:?} was copied as {copied:?}");
    }
    Ok(())
}

/// An object with itself in a field, and values of other types than they should have.
#[test]
fn values_of_other_types_are_found() -> Result<()> {
    let mut store = Store::<()>::default();
    let field = |ty| FieldType::new(Mutability::Var, ty);
    let fields = [field(ValType::ANYREF.into()), field(StorageType::I8)];
    let ty = StructType::new(store.engine(), fields)?;
    let pre = StructRefPre::new(&mut store, ty);
    let null = [Val::null_any_ref(), Val::I32(7)];
    let object = StructRef::new(&mut store, &pre, &null)?;
    object.set_field(&mut store, 0, object.into())?;
    check(&mut store, &object.into(), &ValType::STRUCTREF)?;
    check(&mut store, &object.into(), &ValType::EQREF)?;
    for other in [ValType::ARRAYREF, ValType::I31REF, ValType::EXTERNREF] {
        assert!(check(&mut store, &object.into(), &other).is_err());
    }
    for (a, b) in [(1, 1), (1, 2)] {
        let same = ensure_same(&mut store, &[Val::I32(a)], &[Val::I32(b)]);
        assert_eq!(same.is_ok(), a == b);
    }
    let other = StructRef::new(&mut store, &pre, &null)?;
    assert!(ensure_same(&mut store, &[object.into()], &[other.into()]).is_err());
    Ok(())
}
