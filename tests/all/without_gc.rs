//! References in a build without the feature `gc`: an error where libwasmtime might abort
//! the process.

use libwasmtime::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Asserts that a result is the error which says that `gc` is missing.
#[track_caller]
fn unsupported<T>(result: Result<T>) {
    let error = result.err().expect("it needs the feature");
    assert!(error.is::<Unsupported>(), "{error:?}");
}

#[test]
fn host_references() {
    let mut store = Store::<()>::default();
    unsupported(ExternRef::new(&mut store, 1));
    unsupported(store.gc(None));
    let f = Func::wrap(&mut store, |x: Option<Rooted<ExternRef>>| x);
    let mut results = [Val::I32(7)];
    unsupported(f.call(&mut store, &[Val::null_extern_ref()], &mut results));
    assert_eq!(results[0].unwrap_i32(), 7);
    type Nullable = Option<Rooted<ExternRef>>;
    let nullable = f.typed::<Nullable, Nullable>(&store).unwrap();
    unsupported(nullable.call(&mut store, None));
    type Owned = Option<OwnedRooted<ExternRef>>;
    let owned = f.typed::<Owned, Owned>(&store).unwrap();
    unsupported(owned.call(&mut store, None));
}

#[test]
fn objects_of_web_assembly() {
    let mut store = Store::<()>::default();
    type Any = Option<Rooted<AnyRef>>;
    let f = Func::wrap(&mut store, |x: Any| x);
    unsupported(f.call(&mut store, &[Val::null_any_ref()], &mut [Val::I32(7)]));
    let f = f.typed::<Any, Any>(&store).unwrap();
    unsupported(f.call(&mut store, None));
    let f = Func::wrap(&mut store, |x: Option<I31>| x);
    let f = f.typed::<Option<I31>, Option<I31>>(&store).unwrap();
    unsupported(f.call(&mut store, Some(I31::default())));
    assert_eq!(f.call(&mut store, None).unwrap(), None);
    let number = AssertUnwindSafe(|| AnyRef::from_i31(&mut store, I31::default()));
    assert!(catch_unwind(number).is_err());
}

/// A loaded library may support objects nevertheless.
#[cfg(all(feature = "wat", compiler))]
#[test]
fn an_object_is_not_taken_for_null() {
    let mut store = Store::<()>::default();
    let module = Module::new(
        store.engine(),
        r#"(module
            (import "" "host" (func $host (param anyref)))
            (func (export "f") (call $host (ref.i31 (i32.const 1)))))"#,
    );
    let module = match module {
        Result::Ok(module) => module,
        Err(error) => {
            // Then no object can be created.
            let library = loaded().expect("it has just been used");
            return assert!(!library.has(Feature::Gc), "{error:?}");
        }
    };
    let host = Func::wrap(&mut store, |_: Option<Rooted<AnyRef>>| {});
    let instance = Instance::new(&mut store, &module, &[host.into()]).unwrap();
    let f = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
    let called = catch_unwind(AssertUnwindSafe(|| f.call(&mut store, ())));
    let text = called.unwrap_err().downcast::<&str>().unwrap();
    assert!(text.contains("Cargo feature `gc`"), "{text}");
}

#[test]
fn exceptions() {
    let mut store = Store::<()>::default();
    type Exn = Option<Rooted<ExnRef>>;
    let f = Func::wrap(&mut store, |x: Exn| x);
    unsupported(f.typed::<Exn, Exn>(&store).unwrap().call(&mut store, None));
    assert!(!store.has_pending_exception());
    assert!(store.take_pending_exception().is_none());
    // The library may have features that this crate was built without.
    if let Result::Ok(ty) = ExnType::new(store.engine(), []) {
        let tag = Tag::new(&mut store, &ty.tag_type()).unwrap();
        let pre = ExnRefPre::new(&mut store, ty);
        unsupported(ExnRef::new(&mut store, &pre, &tag, &[]));
    }
}

#[test]
fn null_is_all_there_is() {
    let mut store = Store::<()>::default();
    for (val, ty) in [
        (Val::null_extern_ref(), ValType::EXTERNREF),
        (
            NoExtern::null_val(),
            NoExtern::null_val().ty(&store).unwrap(),
        ),
        (NoFunc::null_val(), ValType::NULLFUNCREF),
        (NoneRef::null_val(), ValType::I31REF),
        (Val::ExnRef(None), ValType::EXNREF),
    ] {
        let raw = val.to_raw(&mut store).unwrap();
        // SAFETY: the value is of this type.
        let back = unsafe { Val::from_raw(&mut store, raw, ty) };
        assert!(back.ref_().unwrap().is_null());
    }
    // SAFETY: null is allowed.
    assert!(unsafe { ExternRef::from_raw(&mut store, 0) }.is_none());
    let made_up = AssertUnwindSafe(|| {
        // SAFETY: it panics.
        unsafe { ExternRef::from_raw(&mut store, 8) }
    });
    assert!(catch_unwind(made_up).is_err());
    let f = Func::wrap(&mut store, |a: Option<NoFunc>, b: Option<NoExtern>| (b, a));
    type Nulls = (Option<NoExtern>, Option<NoFunc>);
    let f = f
        .typed::<(Option<NoFunc>, Option<NoExtern>), Nulls>(&store)
        .unwrap();
    assert_eq!(f.call(&mut store, (None, None)).unwrap(), (None, None));
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
