//! Which types are subtypes of which.

use super::exported;
use crate::guest::instantiate;
use crate::kinds;
use libwasmtime::*;

#[test]
fn abstract_heap_types() {
    use HeapType::*;
    let hierarchies: [&[HeapType]; 5] = [
        &[Extern, NoExtern],
        &[Func, NoFunc],
        &[Any, Eq, I31, Struct, Array, None],
        &[Exn, NoExn],
        &[Cont, NoCont],
    ];
    let count: usize = hierarchies.iter().map(|types| types.len()).sum();
    assert_eq!(count, kinds::abstract_heap_types().len());
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

/// A function is accepted wherever its parameters and results match the expected type, as
/// [`Func::matches_ty`] reports.
#[test]
fn functions_match_by_their_signature() -> Result<()> {
    let engine = Engine::new(Config::new().wasm_gc(true))?;
    let mut store = Store::new(&engine, ());
    let instance = instantiate(
        &mut store,
        r#"(module
            (type $wide (func (param (ref func)) (result funcref)))
            (type $narrow (func (param funcref) (result (ref func))))
            (type $open (sub (func (param (ref func)) (result funcref))))
            (func $narrow (export "narrow") (type $narrow) (ref.func $narrow))
            (func (export "open") (type $open) (ref.null func))
            (func (export "takes") (param (ref null $wide)))
            (func (export "takes non-null") (param (ref $wide)))
            (func (export "takes narrow") (param (ref null $narrow)))
            (func (export "calls") (param (ref $wide)) (result funcref)
                (call_ref $wide (ref.func $narrow) (local.get 0)))
            (func (export "mixed") (param (ref $wide) externref))
            (global (export "global") (mut (ref null $wide)) (ref.null $wide))
            (table (export "table") 1 (ref null $wide)))"#,
        &[],
    );
    let mut func = |name: &str| instance.get_func(&mut store, name).unwrap();
    let (narrow, open) = (func("narrow"), func("open"));
    let [takes, takes_non_null, takes_narrow, calls, mixed] =
        ["takes", "takes non-null", "takes narrow", "calls", "mixed"].map(func);
    let global = instance.get_global(&mut store, "global").unwrap();
    let table = instance.get_table(&mut store, "table").unwrap();
    let wide = global.ty(&store).content().clone();
    let HeapType::ConcreteFunc(wide_func) = wide.unwrap_ref().heap_type().clone() else {
        panic!("{wide}");
    };
    for passed in [narrow, open] {
        assert!(passed.matches_ty(&store, &wide_func));
        assert!(!FuncType::eq(&passed.ty(&store), &wide_func));
        let val = Val::from(passed);
        assert!(val.matches_ty(&store, &wide)?);
        assert!(val.ref_().unwrap().matches_ty(&store, wide.unwrap_ref())?);
        for takes in [takes, takes_non_null] {
            takes.call(&mut store, &[val], &mut [])?;
            takes.typed::<Func, ()>(&store)?.call(&mut store, passed)?;
        }
        takes
            .typed::<Option<Func>, ()>(&store)?
            .call(&mut store, Some(passed))?;
        mixed.call(&mut store, &[val, Val::null_extern_ref()], &mut [])?;
        let mut out = [Val::I32(0)];
        calls.call(&mut store, &[val], &mut out)?;
        assert_eq!(
            out[0].unwrap_func_ref().is_some(),
            passed.ty(&store).matches(&narrow.ty(&store))
        );

        let returns = FuncType::new(&engine, [], [wide.clone()]);
        let returns = Func::new(&mut store, returns, move |_, _, results| {
            results[0] = val;
            Ok(())
        });
        returns.call(&mut store, &[], &mut out)?;
        assert!(out[0].unwrap_func_ref().is_some());

        global.set(&mut store, val)?;
        table.set(&mut store, 0, val.ref_().unwrap())?;
    }
    // Not the other way round.
    let open = Val::from(open);
    assert!(takes_narrow.call(&mut store, &[open], &mut []).is_err());
    let other = Func::wrap(&mut store, |_: i32| {});
    assert!(takes.call(&mut store, &[other.into()], &mut []).is_err());
    assert!(!Val::from(other).matches_ty(&store, &wide)?);
    Ok(())
}
