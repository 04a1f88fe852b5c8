//! `TypedFunc`.

use crate::guest::instantiate;
use libwasmtime::*;

/// Returns a function that returns its arguments.
fn identity<T>(store: &mut Store<T>, types: &str) -> Func {
    let count = types.split_whitespace().count();
    let gets: String = (0..count).map(|i| format!("local.get {i} ")).collect();
    let wat = format!(r#"(module (func (export "f") (param {types}) (result {types}) {gets}))"#);
    let instance = instantiate(store, &wat, &[]);
    instance.get_func(store, "f").unwrap()
}

#[test]
fn numbers_keep_their_bits() {
    let mut store = Store::<()>::default();
    macro_rules! check {
        ($($ty:ty as $wasm:literal: $($value:expr),*;)*) => {$({
            let f = identity(&mut store, $wasm).typed::<$ty, $ty>(&store).unwrap();
            for value in [$($value),*] {
                assert_eq!(f.call(&mut store, value).unwrap(), value);
            }
        })*};
    }
    check! {
        i32 as "i32": 0, 1, -1, i32::MIN, i32::MAX;
        u32 as "i32": 0, 1, 1 << 31, u32::MAX;
        i64 as "i64": 0, 1, -1, i64::MIN, i64::MAX;
        u64 as "i64": 0, 1, 1 << 63, u64::MAX;
        f32 as "f32": 0.5, f32::MIN, f32::MAX, f32::INFINITY;
        f64 as "f64": 0.5, f64::MIN, f64::MAX, f64::NEG_INFINITY;
        V128 as "v128": V128::from(0), V128::from(u128::MAX), V128::from(1 << 100);
    }

    let f = identity(&mut store, "f32")
        .typed::<f32, f32>(&store)
        .unwrap();
    for bits in [0x7fc0_0001, 0xffc1_2345, 0x8000_0000] {
        let value = f.call(&mut store, f32::from_bits(bits)).unwrap();
        assert_eq!(value.to_bits(), bits);
    }
    let f = identity(&mut store, "f64")
        .typed::<f64, f64>(&store)
        .unwrap();
    for bits in [0x7ff8_0000_0000_0001, 0xfff8_1234_5678_9abc, 1 << 63] {
        let value = f.call(&mut store, f64::from_bits(bits)).unwrap();
        assert_eq!(value.to_bits(), bits);
    }
}

/// Returns a function of `n` numbers, which returns each times sixteen plus its index.
fn places(store: &mut Store<()>, n: usize) -> Func {
    let types = "i64 ".repeat(n);
    let body: String = (0..n)
        .map(|i| {
            let place = i + 1;
            format!("(i64.add (i64.mul (local.get {i}) (i64.const 16)) (i64.const {place}))\n")
        })
        .collect();
    let wat = format!(r#"(module (func (export "f") (param {types}) (result {types}) {body}))"#);
    let instance = instantiate(store, &wat, &[]);
    instance.get_func(store, "f").unwrap()
}

/// Runs `$check` with each number of values that a typed function may have.
macro_rules! arities {
    ($check:ident) => {
        $check!(0:);
        $check!(1: a 1);
        $check!(2: a 1, b 2);
        $check!(3: a 1, b 2, c 3);
        $check!(4: a 1, b 2, c 3, d 4);
        $check!(5: a 1, b 2, c 3, d 4, e 5);
        $check!(6: a 1, b 2, c 3, d 4, e 5, f 6);
        $check!(7: a 1, b 2, c 3, d 4, e 5, f 6, g 7);
        $check!(8: a 1, b 2, c 3, d 4, e 5, f 6, g 7, h 8);
        $check!(9: a 1, b 2, c 3, d 4, e 5, f 6, g 7, h 8, i 9);
        $check!(10: a 1, b 2, c 3, d 4, e 5, f 6, g 7, h 8, i 9, j 10);
        $check!(11: a 1, b 2, c 3, d 4, e 5, f 6, g 7, h 8, i 9, j 10, k 11);
        $check!(12: a 1, b 2, c 3, d 4, e 5, f 6, g 7, h 8, i 9, j 10, k 11, l 12);
        $check!(13: a 1, b 2, c 3, d 4, e 5, f 6, g 7, h 8, i 9, j 10, k 11, l 12, m 13);
        $check!(14: a 1, b 2, c 3, d 4, e 5, f 6, g 7, h 8, i 9, j 10, k 11, l 12, m 13, n 14);
        $check!(15: a 1, b 2, c 3, d 4, e 5, f 6, g 7, h 8, i 9, j 10, k 11, l 12, m 13, n 14, o 15);
        $check!(16: a 1, b 2, c 3, d 4, e 5, f 6, g 7, h 8, i 9, j 10, k 11, l 12, m 13, n 14, o 15, p 16);
        $check!(17: a 1, b 2, c 3, d 4, e 5, f 6, g 7, h 8, i 9, j 10, k 11, l 12, m 13, n 14, o 15, p 16, q 17);
    };
}

/// The type of a number, in Rust and in WebAssembly.
macro_rules! number {
    ($name:ident) => {
        i64
    };
}

#[test]
fn each_value_has_its_place() {
    let mut store = Store::<()>::default();
    macro_rules! check {
        ($n:literal: $($name:ident $place:literal),*) => {{
            type Values = ($(number!($name),)*);
            let wasm = places(&mut store, $n);
            let typed = wasm.typed::<Values, Values>(&store).unwrap();
            let ($($name,)*) = typed.call(&mut store, ($($place + 100,)*)).unwrap();
            let found: [i64; $n] = [$($name),*];
            let expected: [i64; $n] = [$(($place + 100) * 16 + $place),*];
            assert_eq!(found, expected);
        }};
    }
    arities!(check);
}

#[test]
fn each_value_of_a_host_function_has_its_place() {
    let mut store = Store::<()>::default();
    macro_rules! check {
        ($n:literal: $($name:ident $place:literal),*) => {{
            type Values = ($(number!($name),)*);
            let plain = Func::wrap(&mut store, |$($name: i64),*| ($($name * 16 + $place,)*));
            let with_caller = Func::wrap(
                &mut store,
                |_: Caller<'_, ()>, $($name: i64),*| ($($name * 16 + $place,)*),
            );
            for host in [plain, with_caller] {
                // Once from the host, once from WebAssembly.
                for f in [host, forward(&mut store, $n, host)] {
                    let typed = f.typed::<Values, Values>(&store).unwrap();
                    let ($($name,)*) = typed.call(&mut store, ($($place + 100,)*)).unwrap();
                    let found: [i64; $n] = [$($name),*];
                    let expected: [i64; $n] = [$(($place + 100) * 16 + $place),*];
            assert_eq!(found, expected);
                }
            }
        }};
    }
    arities!(check);
}

/// Returns a function of WebAssembly that passes its `n` numbers on to `host`.
fn forward(store: &mut Store<()>, n: usize, host: Func) -> Func {
    let types = "i64 ".repeat(n);
    let gets: String = (0..n).map(|i| format!("local.get {i} ")).collect();
    let wat = format!(
        r#"(module
            (import "" "" (func $host (param {types}) (result {types})))
            (func (export "f") (param {types}) (result {types}) {gets} call $host))"#
    );
    let instance = instantiate(store, &wat, &[host.into()]);
    instance.get_func(store, "f").unwrap()
}

#[test]
fn more_results_than_parameters_and_the_reverse() {
    let mut store = Store::<()>::default();
    let instance = instantiate(
        &mut store,
        r#"(module
            (func (export "make") (result i32 i64 f32) i32.const 1 i64.const 2 f32.const 3)
            (func (export "sum") (param i32 i32 i32) (result i32)
                (i32.add (local.get 0) (i32.add (local.get 1) (local.get 2)))))"#,
        &[],
    );
    let make = instance
        .get_typed_func::<(), (i32, i64, f32)>(&mut store, "make")
        .unwrap();
    assert_eq!(make.call(&mut store, ()).unwrap(), (1, 2, 3.0));
    let sum = instance
        .get_typed_func::<(i32, i32, u32), u32>(&mut store, "sum")
        .unwrap();
    assert_eq!(sum.call(&mut store, (1, 2, 3)).unwrap(), 6);
}

#[test]
fn function_references() {
    let mut store = Store::<()>::default();
    let seven = Func::wrap(&mut store, || 7);
    let call = |store: &mut Store<()>, f: Func| {
        let f = f.typed::<(), i32>(&*store).unwrap();
        f.call(store, ()).unwrap()
    };

    let f = identity(&mut store, "funcref");
    let f = f.typed::<Option<Func>, Option<Func>>(&store).unwrap();
    assert!(f.call(&mut store, None).unwrap().is_none());
    let back = f.call(&mut store, Some(seven)).unwrap().unwrap();
    assert_eq!(call(&mut store, back), 7);

    // A type without null is accepted where null is allowed.
    let f = f.func().typed::<Func, Option<Func>>(&store).unwrap();
    let back = f.call(&mut store, seven).unwrap().unwrap();
    assert_eq!(call(&mut store, back), 7);

    let wat = r#"(module
        (func (export "f") (param (ref func)) (result (ref func)) local.get 0))"#;
    let f = instantiate(&mut store, wat, &[])
        .get_typed_func::<Func, Func>(&mut store, "f")
        .unwrap();
    let back = f.call(&mut store, seven).unwrap();
    assert_eq!(call(&mut store, back), 7);
}

#[test]
fn concrete_function_references_are_compared_at_each_call() {
    let mut store = Store::<()>::default();
    let instance = instantiate(
        &mut store,
        r#"(module
            (type $t (func (result i32)))
            (func (export "call") (param (ref $t)) (result i32) (call_ref $t (local.get 0)))
            (func (export "call_or_zero") (param (ref null $t)) (result i32)
                (if (result i32) (ref.is_null (local.get 0))
                    (then (i32.const 0))
                    (else (call_ref $t (local.get 0)))))
            (func $seven (type $t) (i32.const 7))
            (elem declare func $seven)
            (func (export "seven") (result (ref $t)) (ref.func $seven)))"#,
        &[],
    );
    let eight = Func::wrap(&mut store, || 8);
    let other = Func::wrap(&mut store, || 9i64);

    let seven = instance
        .get_typed_func::<(), Func>(&mut store, "seven")
        .unwrap()
        .call(&mut store, ())
        .unwrap();
    let call = instance
        .get_typed_func::<Func, i32>(&mut store, "call")
        .unwrap();
    assert_eq!(call.call(&mut store, seven).unwrap(), 7);
    assert_eq!(call.call(&mut store, eight).unwrap(), 8);
    let error = format!("{:#}", call.call(&mut store, other).unwrap_err());
    assert!(error.contains("(result i32)"), "{error}");
    assert!(error.contains("(result i64)"), "{error}");

    let call = instance
        .get_typed_func::<Option<Func>, i32>(&mut store, "call_or_zero")
        .unwrap();
    assert_eq!(call.call(&mut store, None).unwrap(), 0);
    assert_eq!(call.call(&mut store, Some(seven)).unwrap(), 7);
    assert!(call.call(&mut store, Some(other)).is_err());

    // Null is refused where it isn't allowed.
    let call = instance
        .get_typed_func::<Option<Func>, i32>(&mut store, "call")
        .unwrap();
    assert!(call.call(&mut store, None).is_err());
    assert_eq!(call.call(&mut store, Some(seven)).unwrap(), 7);
}

/// Returns the whole text of the error of `typed`.
fn refusal<P: WasmParams, R: WasmResults>(store: &Store<()>, f: Func) -> String {
    format!("{:#}", f.typed::<P, R>(store).unwrap_err())
}

#[test]
fn wrong_types_are_refused() {
    let mut store = Store::<()>::default();
    let f = identity(&mut store, "i32");
    let error = refusal::<i64, i32>(&store, f);
    assert_eq!(
        error,
        "type mismatch with parameters: type mismatch: expected i32, found i64"
    );
    let error = refusal::<i32, f32>(&store, f);
    assert_eq!(
        error,
        "type mismatch with results: type mismatch: expected f32, found i32"
    );
    let error = refusal::<(i32, i32), i32>(&store, f);
    assert_eq!(
        error,
        "type mismatch with parameters: expected 2 types, found 1"
    );
    let error = refusal::<i32, ()>(&store, f);
    assert_eq!(
        error,
        "type mismatch with results: expected 0 types, found 1"
    );
    refusal::<V128, i32>(&store, f);
    refusal::<Option<Func>, i32>(&store, f);

    let f = identity(&mut store, "i64 f64 v128");
    assert!(
        f.typed::<(u64, f64, V128), (i64, f64, V128)>(&store)
            .is_ok()
    );
    // The error shows the types of what is passed or returned.
    let error = refusal::<(i64, f64, i32), (i64, f64, V128)>(&store, f);
    assert!(error.contains("expected v128, found i32"), "{error}");
    let error = refusal::<(i64, f64, V128), (i64, f64, i32)>(&store, f);
    assert!(error.contains("expected i32, found v128"), "{error}");
}

#[test]
fn references_are_refused_where_null_is_not_allowed() {
    let mut store = Store::<()>::default();
    let instance = instantiate(
        &mut store,
        r#"(module
            (func (export "f") (param (ref func)))
            (func (export "g") (result funcref) (ref.null func)))"#,
        &[],
    );
    let f = instance.get_func(&mut store, "f").unwrap();
    let error = refusal::<Option<Func>, ()>(&store, f);
    assert!(error.contains("(ref null func)"), "{error}");
    assert!(error.contains("(ref func)"), "{error}");
    assert!(f.typed::<Func, ()>(&store).is_ok());

    let g = instance.get_func(&mut store, "g").unwrap();
    let error = refusal::<(), Func>(&store, g);
    assert!(error.contains("(ref func)"), "{error}");
    assert!(error.contains("(ref null func)"), "{error}");
    assert!(g.typed::<(), Option<Func>>(&store).is_ok());
}

#[test]
fn name_of_an_export_that_is_missing_or_of_another_type() {
    let mut store = Store::<()>::default();
    let instance = instantiate(&mut store, r#"(module (func (export "f")))"#, &[]);
    let error = instance
        .get_typed_func::<(), ()>(&mut store, "g")
        .unwrap_err();
    assert!(error.to_string().contains("`g`"), "{error}");
    let error = instance
        .get_typed_func::<i32, ()>(&mut store, "f")
        .unwrap_err();
    assert!(error.to_string().contains("`f`"), "{error}");
}

#[test]
fn any_context_will_do() {
    let mut store = Store::new(&Engine::default(), 5);
    let f = Func::wrap(&mut store, |caller: Caller<'_, i32>| *caller.data());
    let typed = f.typed::<(), i32>(&store).unwrap();
    assert_eq!(typed.call(&mut store, ()).unwrap(), 5);
    assert_eq!(typed.call(store.as_context_mut(), ()).unwrap(), 5);
    assert_eq!(typed.call(&mut store.as_context_mut(), ()).unwrap(), 5);
    // SAFETY: the function is of these types.
    let typed = unsafe { TypedFunc::<(), u32>::new_unchecked(&store, *typed.func()) };
    assert_eq!(typed.call(&mut store, ()).unwrap(), 5);
}

#[test]
fn typed_function_goes_to_another_thread() {
    const fn copied_and_sent<T: Copy + Send + Sync>() {}
    const { copied_and_sent::<TypedFunc<(i32, Option<Func>), (Func, V128)>>() };

    let mut store = Store::<()>::default();
    let f = Func::wrap(&mut store, |x: i32| x + 1);
    let typed = f.typed::<i32, i32>(&store).unwrap();
    let there = typed;
    let result = std::thread::spawn(move || there.call(&mut store, 1).unwrap())
        .join()
        .unwrap();
    assert_eq!(result, 2);
    assert!(format!("{typed:?}").starts_with("TypedFunc"));
}

#[test]
fn lists_of_types() {
    fn types<L: WasmTyList>() -> Vec<String> {
        L::valtypes().map(|ty| ty.to_string()).collect()
    }
    assert!(types::<()>().is_empty());
    assert_eq!(
        types::<(u32, V128, Option<Func>)>().join(" "),
        "i32 v128 (ref null func)"
    );
}
