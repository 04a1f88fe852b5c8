//! Which types are subtypes of which.

use super::exported;
use libwasmtime::{Config, Engine, FuncType, HeapType, Module, RefType, Result, ValType};

#[test]
fn abstract_heap_types() {
    use HeapType::*;
    let hierarchies: [&[HeapType]; 4] = [
        &[Extern, NoExtern],
        &[Func, NoFunc],
        &[Any, Eq, I31, Struct, Array, None],
        &[Exn, NoExn],
    ];
    for (i, types) in hierarchies.iter().enumerate() {
        let (top, bottom) = (&types[0], &types[types.len() - 1]);
        for ty in *types {
            assert!(
                ty.matches(ty) && ty.matches(top) && bottom.matches(ty),
                "{ty}"
            );
            assert!(HeapType::eq(ty, ty));
            assert!(HeapType::eq(&ty.top(), top) && HeapType::eq(&ty.bottom(), bottom));
            assert_eq!(ty.is_top(), HeapType::eq(ty, top));
            assert_eq!(ty.is_bottom(), HeapType::eq(ty, bottom));
            for (j, others) in hierarchies.iter().enumerate() {
                for other in *others {
                    assert!(i == j || !ty.matches(other), "{ty} {other}");
                }
            }
        }
    }
    for ty in [I31, Struct, Array] {
        assert!(ty.matches(&Eq) && !Eq.matches(&ty));
        for other in [I31, Struct, Array] {
            assert_eq!(ty.matches(&other), HeapType::eq(&ty, &other));
        }
    }
}

#[test]
fn null_counts() {
    let (nullable, non_null) = (
        RefType::new(true, HeapType::Func),
        RefType::new(false, HeapType::Func),
    );
    assert!(non_null.matches(&nullable) && !nullable.matches(&non_null));
    assert!(!RefType::eq(&nullable, &non_null));
    assert!(RefType::eq(&nullable, &RefType::FUNCREF));
    assert!(ValType::I32.matches(&ValType::I32) && !ValType::I32.matches(&ValType::I64));
    assert!(!ValType::I32.matches(&ValType::FUNCREF));
}

#[test]
fn parameters_and_results_vary_the_other_way_round() {
    let engine = Engine::default();
    let non_null = || ValType::Ref(RefType::new(false, HeapType::Func));
    let takes = |ty| FuncType::new(&engine, [ty], []);
    let returns = |ty| FuncType::new(&engine, [], [ty]);
    assert!(takes(ValType::FUNCREF).matches(&takes(non_null())));
    assert!(!takes(non_null()).matches(&takes(ValType::FUNCREF)));
    assert!(returns(non_null()).matches(&returns(ValType::FUNCREF)));
    assert!(!returns(ValType::FUNCREF).matches(&returns(non_null())));
    assert!(!takes(ValType::I32).matches(&returns(ValType::I32)));
}

#[test]
fn declared_subtypes() -> Result<()> {
    let mut config = Config::new();
    config.wasm_gc(true).wasm_function_references(true);
    let engine = Engine::new(&config)?;
    let module = Module::new(
        &engine,
        r#"(module
            (type $s (sub (struct (field i32))))
            (type $s2 (sub $s (struct (field i32 i64))))
            (type $f (sub (func (result (ref null $s)))))
            (type $f2 (sub $f (func (result (ref null $s2)))))
            (type $a (array i8))
            (import "" "s" (global (ref null $s)))
            (import "" "s2" (global (ref null $s2)))
            (import "" "f" (global (ref null $f)))
            (import "" "f2" (global (ref null $f2)))
            (import "" "a" (global (ref null $a))))"#,
    )?;
    let types: Vec<_> = module
        .imports()
        .map(|import| {
            import
                .ty()
                .unwrap_global()
                .content()
                .unwrap_ref()
                .heap_type()
                .clone()
        })
        .collect();
    let [s, s2, f, f2, a] = &types[..] else {
        panic!("{types:?}")
    };
    for (sub, ty) in [(s2, s), (f2, f)] {
        assert!(sub.matches(ty) && !ty.matches(sub), "{sub} {ty}");
        assert!(sub.matches(sub) && !HeapType::eq(sub, ty));
    }
    assert!(s2.matches(&HeapType::Struct) && a.matches(&HeapType::Array));
    assert!(f2.matches(&HeapType::Func) && !f2.matches(&HeapType::Any));
    assert!(!s.matches(a) && !s.matches(f));
    assert!(HeapType::None.matches(s) && HeapType::NoFunc.matches(f));
    assert!(s.is_concrete() && s.is_concrete_struct() && f.is_concrete_func());
    Ok(())
}

#[test]
fn the_same_shape_is_not_the_same_type() -> Result<()> {
    let engine = Engine::new(Config::new().wasm_gc(true))?;
    let plain = exported(&engine, r#"(module (func (export "f")))"#);
    let open = exported(
        &engine,
        r#"(module (type $t (sub (func))) (func (export "f") (type $t)))"#,
    );
    assert!(!FuncType::eq(&plain, &open));
    assert!(open.matches(&plain) && plain.matches(&open));
    let concrete = |ty: &FuncType| HeapType::ConcreteFunc(ty.clone());
    assert!(!concrete(&open).matches(&concrete(&plain)));
    assert!(FuncType::eq(&plain, &FuncType::new(&engine, [], [])));
    Ok(())
}
