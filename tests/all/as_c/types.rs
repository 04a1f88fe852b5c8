//! Types.

use super::*;

/// Takes a type to C and back.
macro_rules! there_and_back {
    ($name:ident, $ty:expr, $engine:expr) => {{
        let ty: $name = $ty;
        // SAFETY: the type is of the engine.
        unsafe { $name::from_c(ty.to_c($engine).unwrap(), $engine) }
    }};
}

#[test]
fn types_are_the_same_after_the_way_there_and_back() {
    let engine = Engine::default();
    let func = FuncType::new(&engine, [ValType::I32, ValType::V128], [ValType::EXTERNREF]);
    let back = there_and_back!(FuncType, func.clone(), &engine);
    assert!(FuncType::eq(&func, &back));

    let back = there_and_back!(ValType, ValType::FUNCREF, &engine);
    assert!(ValType::eq(&back, &ValType::FUNCREF));

    let global = GlobalType::new(ValType::F32, Mutability::Var);
    let back = there_and_back!(GlobalType, global, &engine);
    assert!(back.content().is_f32() && back.mutability().is_var());

    let table = TableType::new(RefType::FUNCREF, 1, Some(2));
    let back = there_and_back!(TableType, table, &engine);
    assert_eq!((back.minimum(), back.maximum()), (1, Some(2)));

    let back = there_and_back!(MemoryType, MemoryType::new64(1, Some(1 << 40)), &engine);
    assert_eq!((back.is_64(), back.maximum()), (true, Some(1 << 40)));

    let tag = TagType::new(FuncType::new(&engine, [ValType::I64], []));
    let back = there_and_back!(TagType, tag.clone(), &engine);
    assert!(FuncType::eq(tag.ty(), back.ty()));
}

#[test]
fn a_type_of_another_engine_is_an_error() {
    let [engine, other] = [Engine::default(), Engine::default()];
    let ty = FuncType::new(&engine, [], []);
    let reference = RefType::new(true, ty.clone().into());
    for result in [
        ty.to_c(&other).map(drop),
        TagType::new(ty).to_c(&other).map(drop),
        ValType::from(reference.clone()).to_c(&other).map(drop),
        TableType::new(reference.clone(), 0, None)
            .to_c(&other)
            .map(drop),
        GlobalType::new(reference.into(), Mutability::Var)
            .to_c(&other)
            .map(drop),
    ] {
        let error = result.unwrap_err().to_string();
        assert!(error.contains("wrong engine"), "{error}");
    }
    let continuations = ValType::CONTREF.to_c(&engine);
    assert!(continuations.is_err());
}

/// The C API tells of a struct's type what the safe layer doesn't yet.
#[test]
fn objects_types_are_c_objects() {
    let engine = Engine::new(Config::new().wasm_gc(true)).unwrap();
    let wat = r#"(module
        (type $s (struct (field i32) (field i64)))
        (type $a (array i8))
        (import "" "s" (global (ref null $s)))
        (import "" "a" (global (ref null $a))))"#;
    let module = Module::new(&engine, wat).unwrap();
    let mut imports = module.imports().map(|import| {
        let ty = import.ty();
        let ty = ty.unwrap_global().content().unwrap_ref();
        ty.heap_type().clone()
    });
    let Some(HeapType::ConcreteStruct(ty)) = imports.next() else {
        panic!("it is a struct");
    };
    // SAFETY: the types are valid, and the copies are owned and of the engine.
    unsafe {
        assert_eq!(sys::wasmtime_struct_type_num_fields(ty.as_c()), 2);
        let copy = own(sys::wasmtime_struct_type_copy(ty.as_c()));
        assert!(StructType::eq(&ty, &StructType::from_c(copy, &engine)));
    }
    let Some(HeapType::ConcreteArray(ty)) = imports.next() else {
        panic!("it is an array");
    };
    // SAFETY: as for the struct.
    let copy = unsafe { ArrayType::from_c(own(sys::wasmtime_array_type_copy(ty.as_c())), &engine) };
    assert!(ArrayType::eq(&ty, &copy));
    let ty = ExnType::new(&engine, [ValType::I32]).unwrap();
    // SAFETY: as for the struct.
    let copy = unsafe { ExnType::from_c(own(sys::wasmtime_exn_type_copy(ty.as_c())), &engine) };
    assert!(ty.matches(&copy));
}
