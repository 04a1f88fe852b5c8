//! `NoFunc` and `NoExtern`: types that have no values but null.

use crate::guest::instantiate;
use libwasmtime::*;

const WAT: &str = r#"(module
    (type $t (func (result i32)))
    (func (export "nofunc") (param (ref null nofunc)) (result (ref null nofunc)) (local.get 0))
    (func (export "noextern") (param (ref null noextern)) (result (ref null noextern))
        (local.get 0))
    (func (export "never") (param (ref nofunc) (ref noextern)))
    (func (export "no return") (result (ref nofunc)) unreachable)
    (func (export "func") (param funcref) (result i32) (ref.is_null (local.get 0)))
    (func (export "concrete") (param (ref null $t)) (result i32) (ref.is_null (local.get 0)))
    (func (export "exact") (param (ref $t)))
    (func (export "extern") (param externref) (result i32) (ref.is_null (local.get 0))))"#;

#[test]
fn null_in_and_out() {
    let mut store = Store::<()>::default();
    let instance = instantiate(&mut store, WAT, &[]);
    let nofunc = instance
        .get_typed_func::<Option<NoFunc>, Option<NoFunc>>(&mut store, "nofunc")
        .unwrap();
    assert_eq!(nofunc.call(&mut store, NoFunc::null()).unwrap(), None);
    let noextern = instance
        .get_typed_func::<Option<NoExtern>, Option<NoExtern>>(&mut store, "noextern")
        .unwrap();
    assert_eq!(noextern.call(&mut store, NoExtern::null()).unwrap(), None);

    // The types as which null may be passed and received.
    let mut is_null = |name, noextern| {
        let f = instance.get_func(&mut store, name).unwrap();
        if noextern {
            let f = f.typed::<Option<NoExtern>, i32>(&store)?;
            f.call(&mut store, None)
        } else {
            let f = f.typed::<Option<NoFunc>, i32>(&store)?;
            f.call(&mut store, None)
        }
    };
    assert_eq!(is_null("func", false).unwrap(), 1);
    assert_eq!(is_null("concrete", false).unwrap(), 1);
    assert_eq!(is_null("extern", true).unwrap(), 1);
    assert!(is_null("func", true).is_err());
    assert!(is_null("extern", false).is_err());
    let nofunc = *nofunc.func();
    let f = nofunc
        .typed::<Option<NoFunc>, Option<Func>>(&store)
        .unwrap();
    assert!(f.call(&mut store, None).unwrap().is_none());
    assert!(nofunc.typed::<Option<Func>, Option<Func>>(&store).is_err());
}

#[test]
fn null_for_a_concrete_type() {
    let mut store = Store::<()>::default();
    let instance = instantiate(&mut store, WAT, &[]);
    let exact = instance
        .get_typed_func::<Option<NoFunc>, ()>(&mut store, "exact")
        .unwrap();
    let error = exact.call(&mut store, None).unwrap_err();
    assert_eq!(error.to_string(), "argument type mismatch");
    let seven = Func::wrap(&mut store, || 7);
    let other = Func::wrap(&mut store, || 7u64);
    for (name, null) in [("concrete", true), ("exact", false)] {
        let f = instance.get_func(&mut store, name).unwrap();
        let results = f.ty(&store).results().len();
        let mut results = [Val::I32(0)][..results].to_vec();
        let mut call = |val: Val| f.call(&mut store, &[val], &mut results);
        assert_eq!(call(NoFunc::null_val()).is_ok(), null);
        assert!(call(seven.into()).is_ok());
        assert!(call(other.into()).is_err());
    }
    let exact = exact.func().typed::<Func, ()>(&store).unwrap();
    exact.call(&mut store, seven).unwrap();
    exact.call(&mut store, other).unwrap_err();
}

#[test]
fn types_without_any_value() {
    let mut store = Store::<()>::default();
    let instance = instantiate(&mut store, WAT, &[]);
    // Such functions can be obtained, but not called.
    let never = instance.get_func(&mut store, "never").unwrap();
    assert!(never.typed::<(NoFunc, NoExtern), ()>(&store).is_ok());
    assert!(
        never
            .typed::<(Option<NoFunc>, NoExtern), ()>(&store)
            .is_err()
    );
    let nulls = [NoFunc::null_val(), NoExtern::null_val()];
    assert!(never.call(&mut store, &nulls, &mut []).is_err());
    let no_return = instance
        .get_typed_func::<(), NoFunc>(&mut store, "no return")
        .unwrap();
    let error = no_return.call(&mut store, ()).unwrap_err();
    assert_eq!(
        error.downcast_ref::<Trap>(),
        Some(&Trap::UnreachableCodeReached)
    );
}

#[test]
fn host_functions() {
    let mut store = Store::<()>::default();
    let host = Func::wrap(&mut store, |a: Option<NoFunc>, b: Option<NoExtern>| (b, a));
    let never = Func::wrap(&mut store, |_: NoFunc, _: NoExtern| {});
    let instance = instantiate(
        &mut store,
        r#"(module
            (import "" "" (func $host
                (param (ref null nofunc) (ref null noextern))
                (result (ref null noextern) (ref null nofunc))))
            (import "" "" (func $never (param (ref nofunc) (ref noextern))))
            (func (export "f") (result i32)
                (call $host (ref.null nofunc) (ref.null noextern))
                drop ref.is_null)
            (func (export "g")
                (call $never (ref.as_non_null (ref.null nofunc))
                    (ref.as_non_null (ref.null noextern)))))"#,
        &[host.into(), never.into()],
    );
    let f = instance.get_typed_func::<(), i32>(&mut store, "f").unwrap();
    assert_eq!(f.call(&mut store, ()).unwrap(), 1);
    let g = instance.get_typed_func::<(), ()>(&mut store, "g").unwrap();
    let error = g.call(&mut store, ()).unwrap_err();
    assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::NullReference));
    type Nulls = (Option<NoExtern>, Option<NoFunc>);
    let host = host
        .typed::<(Option<NoFunc>, Option<NoExtern>), Nulls>(&store)
        .unwrap();
    assert_eq!(host.call(&mut store, (None, None)).unwrap(), (None, None));
}

#[test]
fn null_as_a_value() {
    let store = Store::<()>::default();
    let (func, host) = (NoFunc::null_ref(), NoExtern::null_ref());
    assert!(func.is_func() && func.is_null());
    assert!(host.is_extern() && host.is_null());
    assert!(RefType::eq(
        &func.ty(&store).unwrap(),
        &RefType::NULLFUNCREF
    ));
    let ty = host.ty(&store).unwrap();
    assert!(RefType::eq(&ty, &RefType::new(true, HeapType::NoExtern)));
    assert!(NoFunc::null_val().unwrap_func_ref().is_none());
    assert!(NoExtern::null_val().unwrap_extern_ref().is_none());
}
