//! References in a build without the feature `gc`: an error where libwasmtime
//! might abort the process.

use libwasmtime::*;

/// That a result is the error which says that `gc` is missing.
#[track_caller]
fn unsupported<T>(result: Result<T>) {
    let error = result.err().expect("it needs the feature");
    assert!(error.is::<Unsupported>(), "{error:?}");
}

#[test]
fn host_references() {
    let mut store = Store::<()>::default();
    unsupported(ExternRef::new(&mut store, 1));
    let f = Func::wrap(&mut store, |x: Option<Rooted<ExternRef>>| x);
    let mut results = [Val::I32(7)];
    unsupported(f.call(&mut store, &[Val::null_extern_ref()], &mut results));
    assert_eq!(results[0].unwrap_i32(), 7);
    type Nullable = Option<Rooted<ExternRef>>;
    let f = f.typed::<Nullable, Nullable>(&store).unwrap();
    unsupported(f.call(&mut store, None));
}

#[test]
fn function_references_pass() {
    let mut store = Store::<()>::default();
    let seven = Func::wrap(&mut store, || 7);
    let f = Func::wrap(&mut store, |a: Option<Func>, b: Func| {
        (a.is_some() as i32, b)
    });
    let mut results = [Val::I32(0), Val::I32(0)];
    for (a, is_some) in [(None, 0), (Some(seven), 1)] {
        f.call(&mut store, &[a.into(), seven.into()], &mut results)
            .unwrap();
        assert_eq!(results[0].unwrap_i32(), is_some);
    }
    let f = f
        .typed::<(Option<Func>, Func), (i32, Func)>(&store)
        .unwrap();
    let (is_some, back) = f.call(&mut store, (None, seven)).unwrap();
    assert_eq!(is_some, 0);
    let back = back.typed::<(), i32>(&store).unwrap();
    assert_eq!(back.call(&mut store, ()).unwrap(), 7);
}

#[test]
fn tables_and_globals() {
    let mut store = Store::<()>::default();
    let ty = TableType::new(RefType::FUNCREF, 1, None);
    unsupported(Table::new(&mut store, ty, Ref::Func(None)));
    let ty = GlobalType::new(ValType::FUNCREF, Mutability::Var);
    unsupported(Global::new(&mut store, ty, Val::null_func_ref()));
    let ty = GlobalType::new(ValType::I32, Mutability::Var);
    let global = Global::new(&mut store, ty, Val::I32(5)).unwrap();
    assert_eq!(global.get(&mut store).unwrap_i32(), 5);
}
