//! Values in both directions, of functions whose types are known when they are compiled and
//! of others.

#[cfg(feature = "gc")]
mod identity;
mod roots;
mod wrong;

use super::waiting::pend;
use crate::kinds::Kind;
use libwasmtime::*;
use smol::future::block_on;

fn store() -> Store<()> {
    let mut config = Config::new();
    config.wasm_gc(true).wasm_exceptions(true);
    Store::new(&Engine::new(&config).unwrap(), ())
}

/// Returns a function that passes its parameters to a host function, and returns what that
/// returns.
async fn through(store: &mut Store<()>, host: Func) -> Func {
    let ty = host.ty(&*store);
    let list = |types: &mut dyn Iterator<Item = ValType>| -> String {
        types.map(|ty| format!("{ty} ")).collect()
    };
    let (params, results) = (list(&mut ty.params()), list(&mut ty.results()));
    let gets: String = (0..ty.params().len())
        .map(|i| format!("(local.get {i})"))
        .collect();
    let text = format!(
        r#"(module
            (import "" "" (func $host (param {params}) (result {results})))
            (func (export "f") (param {params}) (result {results}) (call $host {gets})))"#
    );
    let module = Module::new(store.engine(), text).unwrap();
    let instance = Instance::new_async(&mut *store, &module, &[host.into()]).await;
    instance.unwrap().get_func(store, "f").unwrap()
}

/// Returns a function of values of one type that returns its parameters, after it was pending.
fn untyped_identity(store: &mut Store<()>, types: Vec<ValType>) -> Func {
    let ty = FuncType::new(store.engine(), types.clone(), types);
    Func::new_async(store, ty, |_, params, results| {
        Box::new(async move {
            pend(1).await;
            results.copy_from_slice(params);
            pend(1).await;
            Ok(())
        })
    })
}

/// Calls functions of Rust values with each value, and compares what they return.
macro_rules! check {
    ($store:expr; $($ty:ty: $($value:expr),+ => $same:expr;)*) => {$({
        let store = &mut *$store;
        let typed = Func::wrap_async(&mut *store, |_, (x,): ($ty,)| Box::new(async move {
            pend(1).await;
            x
        }));
        let ty = typed.ty(&*store);
        let untyped = untyped_identity(store, ty.params().collect());
        for host in [typed, untyped] {
            let through = block_on(through(store, host));
            for f in [host, through] {
                let f = f.typed::<$ty, $ty>(&*store).unwrap();
                $(
                    let found: $ty = block_on(f.call_async(&mut *store, $value)).unwrap();
                    let is_same: fn(&mut Store<()>, $ty, $ty) -> bool = $same;
                    assert!(is_same(store, found, $value), "{}", stringify!($value));
                )+
            }
        }
    })*};
}

#[test]
fn numbers_keep_their_bits() {
    let store = &mut store();
    check! { store;
        i32: 0, 1, -1, i32::MIN, i32::MAX => |_, a, b| a == b;
        u32: 0, 1 << 31, u32::MAX => |_, a, b| a == b;
        i64: 0, -1, i64::MIN, i64::MAX => |_, a, b| a == b;
        u64: 0, 1 << 63, u64::MAX => |_, a, b| a == b;
        f32: 0.5, f32::MAX, f32::from_bits(0x7fc0_0001), f32::from_bits(0xffc1_2345),
            f32::from_bits(0x7fa0_0001), f32::from_bits(0x8000_0000)
            => |_, a, b| a.to_bits() == b.to_bits();
        f64: 0.5, f64::MIN, f64::from_bits(0x7ff8_0000_0000_0001),
            f64::from_bits(0xfff8_1234_5678_9abc), f64::from_bits(0x7ff4_0000_0000_0001),
            f64::from_bits(1 << 63)
            => |_, a, b| a.to_bits() == b.to_bits();
        V128: V128::from(0), V128::from(u128::MAX), V128::from((1 << 100) + 1) => |_, a, b| a == b;
    }
}

#[test]
fn references_stay_the_same() {
    let store = &mut store();
    let func = Func::wrap(&mut *store, || 7);
    let func_raw = func.to_raw(&mut *store);
    assert!(!func_raw.is_null());
    let host = ExternRef::new(&mut *store, "data").unwrap();
    let host_owned = host.to_owned_rooted(&mut *store).unwrap();
    let any = AnyRef::convert_extern(&mut *store, host).unwrap();
    let any_owned = any.to_owned_rooted(&mut *store).unwrap();
    let number = AnyRef::from_i31(&mut *store, I31::wrapping_u32(9));
    let ty = ExnType::new(store.engine(), []).unwrap();
    let tag = Tag::new(&mut *store, &ty.tag_type()).unwrap();
    let pre = ExnRefPre::new(&mut *store, ty);
    let exn = ExnRef::new(&mut *store, &pre, &tag, &[]).unwrap();
    let exn_owned = exn.to_owned_rooted(&mut *store).unwrap();
    fn same_func(store: &mut Store<()>, a: Func, b: Func) -> bool {
        a.to_raw(&mut *store) == b.to_raw(store)
    }
    fn same<R: GcRef>(store: &mut Store<()>, a: Rooted<R>, b: Rooted<R>) -> bool {
        Rooted::ref_eq(store, &a, &b).unwrap()
    }
    fn same_owned<R: GcRef>(store: &mut Store<()>, a: OwnedRooted<R>, b: OwnedRooted<R>) -> bool {
        OwnedRooted::ref_eq(store, &a, &b).unwrap()
    }
    macro_rules! nullable {
        ($same:ident) => {
            |store, a, b| match (a, b) {
                (Some(a), Some(b)) => $same(store, a, b),
                (a, b) => a.is_none() && b.is_none(),
            }
        };
    }
    check! { store;
        Func: func => same_func;
        Option<Func>: Some(func), None => nullable!(same_func);
        Rooted<ExternRef>: host => same;
        Option<Rooted<ExternRef>>: Some(host), None => nullable!(same);
        OwnedRooted<ExternRef>: host_owned.clone() => same_owned;
        Option<OwnedRooted<ExternRef>>: Some(host_owned.clone()), None => nullable!(same_owned);
        Rooted<AnyRef>: any, number => same;
        Option<Rooted<AnyRef>>: Some(any), None => nullable!(same);
        OwnedRooted<AnyRef>: any_owned.clone() => same_owned;
        I31: I31::wrapping_u32(0), I31::wrapping_i32(-1) => |_, a, b| a == b;
        Option<I31>: Some(I31::wrapping_u32(5)), None => |_, a, b| a == b;
        Rooted<ExnRef>: exn => same;
        Option<Rooted<ExnRef>>: Some(exn), None => nullable!(same);
        OwnedRooted<ExnRef>: exn_owned.clone() => same_owned;
        Option<OwnedRooted<ExnRef>>: Some(exn_owned.clone()), None => nullable!(same_owned);
        Option<NoFunc>: None => |_, a, b| a.is_none() && b.is_none();
        Option<NoExtern>: None => |_, a, b| a.is_none() && b.is_none();
        Option<NoneRef>: None => |_, a, b| a.is_none() && b.is_none();
    }
}

/// All values of each kind at once.
#[test]
fn untyped_values_of_each_kind() {
    let mut store = store();
    let (mut types, mut vals) = (Vec::new(), Vec::new());
    for kind in Kind::ALL {
        // There is no value of a continuation, and no library with its type.
        if *kind != Kind::ContRef {
            for val in kind.values(&mut store).unwrap() {
                types.push(kind.ty());
                vals.push(val);
            }
        }
    }
    let host = untyped_identity(&mut store, types);
    let through = block_on(through(&mut store, host));
    for f in [host, through] {
        let mut results = vec![Val::I32(0); vals.len()];
        block_on(f.call_async(&mut store, &vals, &mut results)).unwrap();
        for (val, result) in vals.iter().zip(&results) {
            assert_eq!(Kind::of(val), Kind::of(result));
            let [a, b] = [val, result].map(|val| val.to_raw(&mut store).unwrap());
            // The same bits, of the same reference.
            assert_eq!(format!("{a:?}"), format!("{b:?}"), "{val:?}");
        }
    }
}

#[test]
fn more_values_than_fit_on_the_stack() {
    let mut store = store();
    let types = vec![ValType::I32; 1000];
    let host = untyped_identity(&mut store, types);
    let through = block_on(through(&mut store, host));
    let params: Vec<Val> = (0..1000).map(Val::I32).collect();
    let mut results = vec![Val::I64(0); 1000];
    block_on(through.call_async(&mut store, &params, &mut results)).unwrap();
    assert!((0..1000).eq(results.iter().map(Val::unwrap_i32)));
}

/// Functions of each number of values up to 17, each of which has its place.
#[test]
fn as_many_values_as_a_typed_function_has() {
    let mut store = store();
    macro_rules! each_number {
        ($($value:ident)*) => {
            each_number!(@ $($value)*);
            each_number!(< $($value)*);
        };
        (< $last:ident) => {};
        (< $first:ident $($rest:ident)*) => { each_number!($($rest)*); };
        (@ $($value:ident)*) => {{
            type Values = ($(each_number!(: $value),)*);
            let mut place = 0;
            let values: Values = ($({
                place += 1;
                let $value = place;
                $value
            },)*);
            let host = Func::wrap_async(&mut store, |_, values: Values| {
                Box::new(async move {
                    pend(1).await;
                    let ($($value,)*) = values;
                    let values: Values = ($($value * 16,)*);
                    values
                })
            });
            let through = block_on(through(&mut store, host));
            let ($($value,)*) = values;
            let expected: Values = ($($value * 16,)*);
            for f in [host, through] {
                let f = f.typed::<Values, Values>(&store).unwrap();
                assert_eq!(block_on(f.call_async(&mut store, values)).unwrap(), expected);
            }
            assert_eq!(through.ty(&store).params().len(), place as usize);
        }};
        (: $value:ident) => { i64 };
    }
    // `assert_eq` compares tuples of up to 12 values.
    each_number!(a b c d e f g h i j k l);
    macro_rules! seventeen {
        ($($value:ident)*) => {{
            type Values = ($(each_number!(: $value),)*);
            let host = Func::wrap_async(&mut store, |_, values: Values| {
                Box::new(async move {
                    pend(1).await;
                    values
                })
            });
            let through = block_on(through(&mut store, host));
            let mut place = 0;
            let values: Values = ($({
                place += 1;
                let $value = place;
                $value
            },)*);
            for f in [host, through] {
                let f = f.typed::<Values, Values>(&store).unwrap();
                let ($($value,)*) = block_on(f.call_async(&mut store, values)).unwrap();
                assert!((1..=17).eq([$($value),*]));
            }
        }};
    }
    seventeen!(a b c d e f g h i j k l m n o p q);
}

/// A function of one value is one of a tuple of it, and no value is the empty tuple.
#[test]
fn shapes_of_few_values() {
    let mut store = store();
    let none = Func::wrap_async(&mut store, |_, ()| Box::new(async {}));
    block_on(
        none.typed::<(), ()>(&store)
            .unwrap()
            .call_async(&mut store, ()),
    )
    .unwrap();
    let one = Func::wrap_async(&mut store, |_, (x,): (i32,)| Box::new(async move { (x,) }));
    let f = one.typed::<(i32,), i32>(&store).unwrap();
    assert_eq!(block_on(f.call_async(&mut store, (3,))).unwrap(), 3);
    let f = one.typed::<i32, (i32,)>(&store).unwrap();
    assert_eq!(block_on(f.call_async(&mut store, 3)).unwrap(), (3,));
    let fallible = Func::wrap_async(&mut store, |_, (x,): (u64,)| {
        Box::new(async move { Ok((x, 1.5_f32, V128::from(2))) })
    });
    let f = fallible.typed::<u64, (u64, f32, V128)>(&store).unwrap();
    let found = block_on(f.call_async(&mut store, 9)).unwrap();
    assert_eq!(found, (9, 1.5, V128::from(2)));
}

/// Functions whose types a module defines.
#[test]
fn concrete_types() {
    let mut store = store();
    let text = r#"(module
        (type $t (func (result i32)))
        (import "" "" (func $host (param (ref null $t)) (result (ref null $t))))
        (func $seven (export "seven") (type $t) (i32.const 7))
        (func (export "swap") (param (ref $t) i32) (result i32 (ref null $t))
            (call_ref $t (local.get 0))
            (if (result (ref null $t)) (local.get 1)
                (then (call $host (local.get 0)))
                (else (call $host (ref.null $t))))))"#;
    let module = Module::new(store.engine(), text).unwrap();
    let import = module.imports().next().unwrap().ty();
    let ty = import.unwrap_func().clone();
    let host = Func::new_async(&mut store, ty, |_, params, results| {
        Box::new(async move {
            pend(1).await;
            results.copy_from_slice(params);
            Ok(())
        })
    });
    let instance = block_on(Instance::new_async(&mut store, &module, &[host.into()])).unwrap();
    let seven = instance.get_func(&mut store, "seven").unwrap();
    let swap = instance.get_func(&mut store, "swap").unwrap();
    let typed = swap
        .typed::<(Func, i32), (i32, Option<Func>)>(&store)
        .unwrap();
    for flag in [1, 0] {
        let call = typed.call_async(&mut store, (seven, flag));
        let (number, back) = block_on(call).unwrap();
        assert_eq!((number, back.is_some()), (7, flag == 1));
        let mut results = [Val::I32(0), Val::I32(0)];
        let params = [seven.into(), Val::I32(flag)];
        block_on(swap.call_async(&mut store, &params, &mut results)).unwrap();
        assert_eq!(results[1].unwrap_func_ref().is_some(), flag == 1);
    }

    let other = Func::wrap(&mut store, |_: i32| ());
    let error = block_on(typed.call_async(&mut store, (other, 1))).unwrap_err();
    let expected = "type mismatch";
    assert!(format!("{error:#}").contains(expected), "{error:#}");
    for wrong in [
        Val::from(other),
        Val::null_func_ref(),
        Val::null_extern_ref(),
    ] {
        let mut results = [Val::I32(0), Val::I32(0)];
        let params = [wrong, Val::I32(1)];
        let error = block_on(swap.call_async(&mut store, &params, &mut results)).unwrap_err();
        assert!(format!("{error:#}").contains(expected), "{error:#}");
    }
}
