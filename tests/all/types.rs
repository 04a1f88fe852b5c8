//! Types: how they are created, printed, compared and read from modules.

mod default_value;
mod matching;

use crate::guest::panic_text;
use libwasmtime::*;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Returns the type of the function that a module exports.
fn exported(engine: &Engine, module: &str) -> FuncType {
    let module = Module::new(engine, module).expect("the module is valid");
    let export = module.exports().next().expect("it exports something");
    export.ty().unwrap_func().clone()
}

#[test]
fn function_types() {
    let engine = Engine::default();
    let ty = FuncType::new(&engine, [ValType::I32, ValType::EXTERNREF], [ValType::V128]);
    assert_eq!(
        ty.to_string(),
        "(type (func (param i32 (ref null extern)) (result v128)))"
    );
    assert_eq!((ty.params().len(), ty.results().len()), (2, 1));
    assert!(ty.param(0).is_some_and(|ty| ty.is_i32()));
    assert!(ty.param(1).is_some_and(|ty| ty.is_externref()));
    assert!(ty.param(2).is_none());
    assert!(ty.result(0).is_some_and(|ty| ty.is_v128()));
    assert!(ty.result(1).is_none());
    assert!(Engine::same(ty.engine(), &engine));
    assert_eq!(FuncType::new(&engine, [], []).to_string(), "(type (func))");
}

#[test]
fn a_modules_function_type_is_that_of_the_host() {
    let engine = Engine::default();
    let text = r#"(module (func (export "f") (param f32 funcref) (result i64) unreachable))"#;
    let found = exported(&engine, text);
    let made = FuncType::new(&engine, [ValType::F32, ValType::FUNCREF], [ValType::I64]);
    assert!(FuncType::eq(&found, &made));
    assert!(found.matches(&made) && made.matches(&found));
    assert_eq!(found.to_string(), made.to_string());
    assert_eq!(hash(&found), hash(&made));
    let other = FuncType::new(&engine, [ValType::F32], [ValType::I64]);
    assert!(!FuncType::eq(&found, &other));
}

#[test]
fn a_type_that_refers_to_itself() {
    let engine = Engine::default();
    let text = r#"(module
        (rec (type $t (func (param (ref null $t)) (result i32))))
        (func (export "f") (type $t) unreachable))"#;
    let ty = exported(&engine, text);
    let shown = ty.to_string();
    assert!(shown.starts_with("(type (func"), "{shown}");
    let again = exported(&engine, text);
    assert!(FuncType::eq(&ty, &again));
    assert_eq!(hash(&ty), hash(&again));
    let inner = ty.param(0).expect("it has one");
    let inner = inner
        .unwrap_ref()
        .heap_type()
        .unwrap_concrete_func()
        .clone();
    assert!(FuncType::eq(&ty, &inner));
}

#[test]
fn types_outlive_what_they_came_from() {
    let ty = exported(
        &Engine::default(),
        r#"(module (func (export "f") (param i32)))"#,
    );
    assert_eq!(ty.to_string(), "(type (func (param i32)))");
    assert!(FuncType::eq(
        &ty,
        &FuncType::new(ty.engine(), [ValType::I32], [])
    ));
}

#[test]
fn memory_types() -> Result<()> {
    let ty = MemoryType::new(1, Some(2));
    assert_eq!((ty.minimum(), ty.maximum()), (1, Some(2)));
    assert_eq!(
        (ty.is_64(), ty.is_shared(), ty.page_size()),
        (false, false, 65536)
    );
    assert!(MemoryType::new64(1, None).is_64());
    assert!(MemoryType::shared(0, 1).is_shared());
    assert_eq!(ty, MemoryType::new(1, Some(2)));
    assert_ne!(ty, MemoryType::new(1, Some(3)));
    let built = MemoryType::builder().min(1).max(Some(2)).build()?;
    assert_eq!((hash(&ty), &ty), (hash(&built), &built));

    let refused = [
        MemoryType::builder().min(2).max(Some(1)).build(),
        MemoryType::builder().min(65537).build(),
        MemoryType::builder().max(Some(65537)).build(),
        MemoryType::builder().shared(true).build(),
        MemoryType::builder().page_size_log2(1).build(),
        MemoryType::builder().page_size_log2(64).build(),
        MemoryType::builder().memory64(true).min(1 << 48).build(),
    ];
    assert!(refused.iter().all(Result::is_err), "{refused:?}");
    MemoryType::builder()
        .memory64(true)
        .max(Some(u64::MAX))
        .build()?;
    MemoryType::builder()
        .page_size_log2(0)
        .min(1 << 32)
        .build()?;
    panic_text(|| MemoryType::new(2, Some(1)));
    panic_text(|| MemoryType::new(65537, None));
    panic_text(|| MemoryType::shared(1, 0));
    Ok(())
}

#[test]
fn memories_that_can_just_be_described() -> Result<()> {
    // The C API decides which types are valid.
    let mut store = libwasmtime::Store::<()>::default();
    let types = [
        MemoryType::new(0, Some(65536)),
        MemoryType::new64(0, Some(1 << 48)),
        MemoryType::new64(0, Some(u64::MAX)),
        MemoryType::new64((1 << 48) - 1, None),
        MemoryType::builder()
            .memory64(true)
            .page_size_log2(0)
            .min(u64::MAX)
            .build()?,
        MemoryType::builder()
            .page_size_log2(0)
            .min(1 << 32)
            .build()?,
    ];
    for ty in types {
        // Most are too large, or their pages unusual.
        if let Ok(memory) = libwasmtime::Memory::new(&mut store, ty.clone()) {
            assert_eq!(memory.ty(&store), ty);
        }
    }
    Ok(())
}

#[test]
fn kinds_of_items() {
    let engine = Engine::default();
    let func = FuncType::new(&engine, [], []);
    let types: [ExternType; 5] = [
        func.clone().into(),
        GlobalType::new(ValType::I32, Mutability::Var).into(),
        TableType::new(RefType::FUNCREF, 0, None).into(),
        MemoryType::new(0, None).into(),
        TagType::new(func).into(),
    ];
    for (i, ty) in types.iter().enumerate() {
        let is = [
            ty.func().is_some(),
            ty.global().is_some(),
            ty.table().is_some(),
            ty.memory().is_some(),
            ty.tag().is_some(),
        ];
        let expected: Vec<_> = (0..5).map(|j| i == j).collect();
        assert_eq!(is[..], expected);
    }
    types[0].unwrap_func();
    types[1].unwrap_global();
    types[2].unwrap_table();
    types[3].unwrap_memory();
    types[4].unwrap_tag();
    let text = panic_text(|| types[0].unwrap_memory().is_64());
    assert!(
        text.contains("MemoryType") && text.contains("func"),
        "{text}"
    );
}

#[test]
fn types_are_shown_as_in_the_text_format() {
    let shown = [
        (ValType::I32, "i32"),
        (ValType::V128, "v128"),
        (ValType::FUNCREF, "(ref null func)"),
        (
            ValType::Ref(RefType::new(false, HeapType::Extern)),
            "(ref extern)",
        ),
        (ValType::NULLFUNCREF, "(ref null nofunc)"),
    ];
    for (ty, text) in shown {
        assert_eq!(ty.to_string(), text);
        assert_eq!(format!("{ty:?}"), text);
    }
}

#[test]
fn types_of_another_engine_are_refused() {
    let (a, b) = (Engine::default(), Engine::default());
    let ty = |engine| FuncType::new(engine, [], []);
    let text = panic_text(|| FuncType::eq(&ty(&a), &ty(&b)));
    assert!(text.contains("different engines"), "{text}");
    panic_text(|| ty(&a).matches(&ty(&b)));
    let reference = ValType::Ref(RefType::new(true, HeapType::ConcreteFunc(ty(&a))));
    let text = panic_text(|| FuncType::new(&b, [reference], []));
    assert!(text.contains("another engine"), "{text}");
    let store = Store::new(&b, ());
    let concrete = RefType::new(true, HeapType::ConcreteFunc(ty(&a)));
    for reference in [Ref::Func(None), Ref::Extern(None)] {
        let text = panic_text(|| reference.matches_ty(&store, &concrete));
        assert!(text.contains("wrong engine"), "{text}");
    }
}

/// As programs for the `wasmtime` crate match all variants.
#[test]
fn programs_that_match_all_variants_compile() {
    let of_val = |val: &Val| match val {
        Val::I32(_) | Val::I64(_) | Val::F32(_) | Val::F64(_) | Val::V128(_) => "number",
        Val::FuncRef(_) | Val::ExternRef(_) | Val::AnyRef(_) | Val::ExnRef(_) => "reference",
        Val::ContRef(None) => "no continuation",
        Val::ContRef(Some(ContRef { .. })) => "continuation",
    };
    let of_heap_type = |ty: &HeapType| match ty {
        HeapType::Extern | HeapType::NoExtern => "extern",
        HeapType::Func | HeapType::ConcreteFunc(_) | HeapType::NoFunc => "func",
        HeapType::Any
        | HeapType::Eq
        | HeapType::I31
        | HeapType::Array
        | HeapType::ConcreteArray(_)
        | HeapType::Struct
        | HeapType::ConcreteStruct(_)
        | HeapType::None => "any",
        HeapType::Exn | HeapType::ConcreteExn(_) | HeapType::NoExn => "exn",
        HeapType::Cont | HeapType::ConcreteCont(_) | HeapType::NoCont => "cont",
    };
    assert_eq!(of_val(&Val::null_ref(&HeapType::NoCont)), "no continuation");
    assert_eq!(of_heap_type(RefType::CONTREF.heap_type()), "cont");
}

#[test]
fn continuations() {
    let (engine, mut store) = (Engine::default(), Store::<()>::default());
    let null = Val::ContRef(None);
    for ty in [ValType::CONTREF, ValType::NULLCONTREF] {
        let heap_type = ty.unwrap_ref().heap_type();
        assert!(heap_type.is_abstract() && heap_type.as_concrete_cont().is_none());
        assert_eq!(heap_type.is_cont(), ty.is_contref());
        assert!(!null.matches_ty(&store, &ty).unwrap());
        assert!(matches!(ty.default_value(), Some(Val::ContRef(None))));
        let types = || [ty.clone()];
        for made in [
            FuncType::try_new(&engine, types(), []).map(drop),
            FuncType::try_new(&engine, [], types()).map(drop),
            ExnType::new(&engine, types()).map(drop),
            Global::new(
                &mut store,
                GlobalType::new(ty.clone(), Mutability::Const),
                null,
            )
            .map(drop),
            GlobalType::new(ty.clone(), Mutability::Const)
                .default_value(&mut store)
                .map(drop),
            TableType::new(ty.unwrap_ref().clone(), 1, None)
                .default_value(&mut store)
                .map(drop),
            Table::new(
                &mut store,
                TableType::new(ty.unwrap_ref().clone(), 1, None),
                Ref::Func(None),
            )
            .map(drop),
        ] {
            assert!(made.is_err());
        }
        let text = panic_text(|| FuncType::new(&engine, types(), []));
        assert!(text.contains("continuations"), "{text}");
        // SAFETY: null is a value of that type.
        let raw = unsafe { Val::from_raw(&mut store, ValRaw::null(), ty.clone()) };
        assert!(matches!(raw, Val::ContRef(None)));
    }
    assert!(null.ty(&store).is_err());
    assert!(null.to_raw(&mut store).is_err());
    assert!(null.ref_().is_none());
    let takes = Func::wrap(&mut store, |_: Option<Func>| {});
    assert!(takes.call(&mut store, &[null], &mut []).is_err());
    let text = panic_text(|| Ref::null(&HeapType::Cont));
    assert!(text.contains("cont"), "{text}");
}
