//! Values that belong to another store, whose root is gone, or that don't fit.

use super::{Kind, pend, store, through};
use crate::errors::messages;
use crate::guest::{assert_not_taken, panic_text};
use libwasmtime::*;
use smol::future::block_on;

/// Each kind of value of another store, wherever a call passes values.
#[test]
fn values_of_another_store() {
    let engine = store().engine().clone();
    let (mut home, mut store) = (Store::new(&engine, ()), Store::new(&engine, ()));
    for kind in Kind::ALL {
        for val in kind.owned(&mut home).unwrap() {
            let ty = FuncType::new(&engine, [kind.ty()], [kind.ty()]);
            let host = Func::new_async(&mut store, ty, move |_, _, results| {
                Box::new(async move {
                    pend(1).await;
                    results[0] = val;
                    Ok(())
                })
            });
            let through = block_on(through(&mut store, host));
            let null = Val::default_for_ty(&kind.ty()).unwrap();
            let mut results = [Val::I32(1)];
            for f in [host, through] {
                assert_not_taken(block_on(f.call_async(&mut store, &[val], &mut results)));
                assert_not_taken(block_on(f.call_async(&mut store, &[null], &mut results)));
                assert_eq!(results[0].i32(), Some(1));
            }
        }
    }
}

#[test]
fn typed_values_of_another_store() {
    let engine = store().engine().clone();
    let (mut home, mut store) = (Store::new(&engine, ()), Store::new(&engine, ()));
    let func = Func::wrap(&mut home, || ());
    let host = ExternRef::new(&mut home, 1).unwrap();
    let any = AnyRef::convert_extern(&mut home, host).unwrap();
    let owned = host.to_owned_rooted(&mut home).unwrap();
    macro_rules! check {
        ($($ty:ty: $value:expr;)*) => {$({
            let value: $ty = $value;
            let sink = Func::wrap_async(&mut store, |_, (_,): ($ty,)| Box::new(async {}));
            let source = Func::wrap_async(&mut store, move |_, ()| {
                let value = value.clone();
                Box::new(async move {
                    pend(1).await;
                    value
                })
            });
            for f in [sink, block_on(through(&mut store, sink))] {
                let f = f.typed::<$ty, ()>(&store).unwrap();
                assert_not_taken(block_on(f.call_async(&mut store, $value)));
            }
            for f in [source, block_on(through(&mut store, source))] {
                let f = f.typed::<(), $ty>(&store).unwrap();
                assert_not_taken(block_on(f.call_async(&mut store, ())));
            }
        })*};
    }
    check! {
        Func: func;
        Option<Func>: Some(func);
        Rooted<ExternRef>: host;
        Option<Rooted<ExternRef>>: Some(host);
        OwnedRooted<ExternRef>: owned.clone();
        Rooted<AnyRef>: any;
    }
}

/// A function of another store panics, as it does when it is called synchronously.
#[test]
fn functions_of_another_store() {
    let engine = store().engine().clone();
    let (mut home, mut store) = (Store::new(&engine, ()), Store::new(&engine, ()));
    let func = Func::wrap_async(&mut home, |_, ()| Box::new(async {}));
    let typed = func.typed::<(), ()>(&home).unwrap();
    for text in [
        panic_text(|| block_on(func.call_async(&mut store, &[], &mut []))),
        panic_text(|| block_on(typed.call_async(&mut store, ()))),
    ] {
        assert!(text.contains("wrong store"), "{text}");
    }
    // In the middle of a call of the other store.
    let host = Func::wrap_async(&mut store, move |mut caller: Caller<'_, ()>, ()| {
        Box::new(async move {
            pend(1).await;
            func.call_async(&mut caller, &[], &mut []).await
        })
    });
    let text = panic_text(|| block_on(host.call_async(&mut store, &[], &mut [])));
    assert!(text.contains("wrong store"), "{text}");
    block_on(typed.call_async(&mut home, ())).unwrap();
}

/// References whose scope has ended.
#[test]
fn roots_that_are_gone() {
    let mut store = store();
    let gone = {
        let mut scope = RootScope::new(&mut store);
        ExternRef::new(&mut scope, 1).unwrap()
    };
    let sink = Func::wrap_async(&mut store, |_, (_,): (Rooted<ExternRef>,)| {
        Box::new(async {})
    });
    let f = sink.typed::<Rooted<ExternRef>, ()>(&store).unwrap();
    let error = block_on(f.call_async(&mut store, gone)).unwrap_err();
    assert_eq!(messages(&error).len(), 1, "{error:?}");
    let params = [gone.into()];
    let error = block_on(sink.call_async(&mut store, &params, &mut [])).unwrap_err();
    assert!(format!("{error:#}").contains("unrooted"), "{error:#}");

    let typed = Func::wrap_async(&mut store, move |_, ()| {
        Box::new(async move {
            pend(1).await;
            gone
        })
    });
    let ty = typed.ty(&store);
    let untyped = Func::new_async(&mut store, ty, move |_, _, results| {
        Box::new(async move {
            results[0] = gone.into();
            pend(1).await;
            Ok(())
        })
    });
    for host in [typed, untyped] {
        for f in [host, block_on(through(&mut store, host))] {
            let mut results = [Val::I32(0)];
            let call = f.call_async(&mut store, &[], &mut results);
            let error = block_on(call).unwrap_err();
            assert!(format!("{error:#}").contains("unrooted"), "{error:#}");
        }
    }
}

/// Null where a type has none.
#[test]
fn null_where_there_is_none() {
    let mut store = store();
    let engine = store.engine().clone();
    for (ty, null) in [
        (HeapType::Func, Val::null_func_ref()),
        (HeapType::Extern, Val::null_extern_ref()),
        (HeapType::Any, Val::null_any_ref()),
        (HeapType::I31, Val::null_any_ref()),
        (HeapType::Exn, Val::null_ref(&HeapType::Exn)),
    ] {
        let ty = ValType::Ref(RefType::new(false, ty));
        let sink = FuncType::new(&engine, [ty.clone()], []);
        let sink = Func::new_async(&mut store, sink, |_, _, _| Box::new(async { Ok(()) }));
        let source = FuncType::new(&engine, [], [ty]);
        let source = Func::new_async(&mut store, source, move |_, _, results| {
            Box::new(async move {
                pend(1).await;
                results[0] = null;
                Ok(())
            })
        });
        for f in [sink, block_on(through(&mut store, sink))] {
            let error = block_on(f.call_async(&mut store, &[null], &mut [])).unwrap_err();
            assert_eq!(messages(&error)[0], "argument type mismatch");
        }
        for f in [source, block_on(through(&mut store, source))] {
            let mut results = [Val::I32(0)];
            let error = block_on(f.call_async(&mut store, &[], &mut results)).unwrap_err();
            let text = messages(&error).concat();
            let expected = "function attempted to return an incompatible value";
            assert!(text.contains(expected), "{text}");
        }
    }
}
