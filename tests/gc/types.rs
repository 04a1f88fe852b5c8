//! Types of structs, arrays and their fields.

use super::*;
use libwasmtime::{ArrayType, ExnType, Module};

#[test]
fn fields_come_back() -> Result<()> {
    let engine = engine();
    let inner = boxed(&engine);
    let fields = [
        mutable(StorageType::I8),
        immutable(StorageType::I16),
        immutable(ValType::V128),
        mutable(ValType::FUNCREF),
        mutable(nullable(&inner)),
    ];
    let ty = StructType::new(&engine, fields.clone())?;
    assert_eq!(ty.fields().len(), fields.len());
    for (found, expected) in ty.fields().zip(&fields) {
        assert!(FieldType::eq(&found, expected), "{found} {expected}");
    }
    assert!(
        ty.field(4)
            .unwrap()
            .element_type()
            .unwrap_val_type()
            .is_ref()
    );
    assert!(ty.field(5).is_none());
    assert_eq!(
        ty.to_string(),
        "(struct (field (mut i8)) (field i16) (field v128) (field (mut (ref null func))) (field \
         (mut (ref null (concrete struct)))))"
    );
    let array = ArrayType::new(&engine, mutable(StorageType::I16));
    assert!(array.mutability().is_var() && array.element_type().is_i16());
    assert_eq!(
        format!("{array} {array:?}"),
        "(array (mut i16)) (array (mut i16))"
    );

    let exn = ExnType::new(&engine, [ValType::I32, ValType::F64])?;
    assert_eq!(exn.to_string(), "(exn (field i32) (field f64))");
    assert!(exn.field(1).unwrap().element_type().unpack().is_f64());
    assert!(exn.field(2).is_none());
    Ok(())
}

#[test]
fn matching_is_that_of_the_specification() -> Result<()> {
    let engine = engine();
    let any = || ValType::ANYREF;
    let eq = || ValType::EQREF;
    assert!(immutable(eq()).matches(&immutable(any())));
    assert!(!immutable(any()).matches(&immutable(eq())));
    assert!(!mutable(eq()).matches(&mutable(any())));
    assert!(mutable(eq()).matches(&mutable(eq())));
    assert!(!mutable(eq()).matches(&immutable(eq())));
    assert!(!immutable(StorageType::I8).matches(&immutable(ValType::I32)));
    assert!(!StorageType::eq(&StorageType::I8, &StorageType::I16));

    // The same fields are the same type, in a module as well; there are no other subtypes of a
    // type without a declaration.
    let ty = boxed(&engine);
    assert!(StructType::eq(&ty, &boxed(&engine)) && ty.matches(&boxed(&engine)));
    let other = StructType::new(&engine, [immutable(ValType::I32)])?;
    assert!(!ty.matches(&other) && !StructType::eq(&ty, &other));
    let longer = StructType::new(&engine, [mutable(ValType::I32), mutable(ValType::I32)])?;
    assert!(!longer.matches(&ty));
    let module = Module::new(
        &engine,
        r#"(module
            (type $box (struct (field (mut i32))))
            (type $open (sub (struct (field i32))))
            (type $sub (sub $open (struct (field i32) (field i64))))
            (global (export "box") (ref null $box) (ref.null $box))
            (global (export "open") (ref null $open) (ref.null $open))
            (global (export "sub") (ref null $sub) (ref.null $sub)))"#,
    )?;
    let global = |name| {
        let ty = module.get_export(name).expect("it is exported");
        let content = ty.unwrap_global().content().clone();
        content
            .unwrap_ref()
            .heap_type()
            .unwrap_concrete_struct()
            .clone()
    };
    assert!(StructType::eq(&global("box"), &ty));
    // A type that isn't final is another one.
    let immutable = StructType::new(&engine, [immutable(ValType::I32)])?;
    assert!(!StructType::eq(&global("open"), &immutable));
    assert!(global("sub").matches(&global("open")));
    assert!(!global("open").matches(&global("sub")));
    assert_eq!(
        global("sub").to_string(),
        "(struct (field i32) (field i64))"
    );
    Ok(())
}

#[test]
fn hostile_types_are_errors_or_panics() {
    let (engine, other) = (engine(), engine());
    let error = error_of(StructType::new(
        &engine,
        vec![mutable(ValType::I32); 10_001],
    ));
    assert!(
        error.contains("10000 fields at most, found 10001"),
        "{error}"
    );
    assert!(StructType::new(&engine, vec![mutable(ValType::I32); 10_000]).is_ok());
    assert!(StructType::new(&engine, []).is_ok());

    let foreign = || mutable(nullable(&boxed(&other)));
    let panic = panic_of(|| drop(StructType::new(&engine, [foreign()])));
    assert!(panic.contains("another engine"), "{panic}");
    let panic = panic_of(|| drop(ArrayType::new(&engine, foreign())));
    assert!(panic.contains("another engine"), "{panic}");
    let panic = panic_of(|| _ = boxed(&engine).matches(&boxed(&other)));
    assert!(panic.contains("different engines"), "{panic}");

    let cont = mutable(ValType::CONTREF);
    let error = error_of(StructType::new(&engine, [cont.clone()]));
    assert!(error.contains("continuations"), "{error}");
    let panic = panic_of(|| drop(ArrayType::new(&engine, cont)));
    assert!(panic.contains("continuations"), "{panic}");
}

/// A recursive type can't be built by the host, but comes from a module.
#[test]
fn recursive_types_are_printed_and_compared() -> Result<()> {
    let engine = engine();
    let module = Module::new(
        &engine,
        r#"(module
            (rec (type $list (struct (field i32) (field (mut (ref null $list))))))
            (global (export "list") (ref null $list) (ref.null $list)))"#,
    )?;
    let ty = module.get_export("list").expect("it is exported");
    let ty = ty
        .unwrap_global()
        .content()
        .unwrap_ref()
        .heap_type()
        .clone();
    let list = ty.unwrap_concrete_struct();
    assert_eq!(
        list.to_string(),
        "(struct (field i32) (field (mut (ref null (concrete struct)))))"
    );
    let next = list.field(1).expect("there are two");
    let next = next
        .element_type()
        .unwrap_val_type()
        .unwrap_ref()
        .heap_type()
        .clone();
    assert!(HeapType::eq(&next, &ty));
    Ok(())
}

/// Whether there are objects depends on the library: what must not happen is an abort.
#[test]
fn an_engine_without_gc_has_the_types() -> Result<()> {
    let mut config = Config::new();
    config
        .wasm_gc(false)
        .wasm_function_references(false)
        .wasm_exceptions(false)
        .wasm_reference_types(false);
    let engine = Engine::new(&config)?;
    let ty = StructType::new(&engine, [mutable(ValType::I32)])?;
    assert_eq!(ty.fields().len(), 1);
    let mut store = Store::new(&engine, ());
    let pre = StructRefPre::new(&mut store, ty);
    if let Ok(object) = StructRef::new(&mut store, &pre, &[Val::I32(1)]) {
        assert_eq!(object.field(&mut store, 0)?.unwrap_i32(), 1);
    }
    let array = ArrayType::new(&engine, mutable(ValType::I32));
    let pre = libwasmtime::ArrayRefPre::new(&mut store, array);
    if let Ok(array) = libwasmtime::ArrayRef::new(&mut store, &pre, &Val::I32(1), 1) {
        assert_eq!(array.get(&mut store, 0)?.unwrap_i32(), 1);
    }
    Ok(())
}
