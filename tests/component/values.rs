//! Values of all kinds, to guests and back.

mod derived;
mod typed;

use crate::guests;
use libwasmtime::component::{
    Component, ComponentNamedList, Func, Instance, Lift, Linker, Lower, Val,
};
use libwasmtime::{Engine, Result, Store};
use std::fmt::Debug;

const INTERFACE: &str = "test:guests/values";

/// Returns the guest whose functions return what they get.
fn direct() -> Result<(Store<()>, Instance)> {
    let engine = Engine::default();
    let component = Component::new(&engine, guests::values())?;
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate(&mut store, &component)?;
    Ok((store, instance))
}

/// Returns the guest whose functions return what those of the host do.
fn forward(define: impl FnOnce(&mut Linker<()>) -> Result<()>) -> Result<(Store<()>, Instance)> {
    let engine = Engine::default();
    let component = Component::new(&engine, guests::forward())?;
    let mut linker = Linker::new(&engine);
    define(&mut linker)?;
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &component)?;
    Ok((store, instance))
}

/// Defines all functions of the interface as identities.
fn define_untyped(linker: &mut Linker<()>) -> Result<()> {
    let mut values = linker.instance(INTERFACE)?;
    values.func_new("nothing", |_, _, params, results| {
        assert_eq!((params, results), (&[][..], &mut [][..]));
        Ok(())
    })?;
    values.func_wrap("add", |_, (a, b): (u32, u32)| Ok((a.wrapping_add(b),)))?;
    for (name, _) in cases() {
        values.func_new(&format!("echo-{name}"), |_, _, params, results| {
            results.clone_from_slice(params);
            Ok(())
        })?;
    }
    values.func_new("echo-many", |_, _, params, results| {
        results[0] = Val::Tuple(params.to_vec());
        Ok(())
    })
}

/// Returns a function of the interface that the guest exports.
fn exported(store: &mut Store<()>, instance: &Instance, name: &str) -> Option<Func> {
    let interface = instance.get_export_index(&mut *store, None, INTERFACE)?;
    let index = instance.get_export_index(&mut *store, Some(&interface), name)?;
    instance.get_func(store, index)
}

/// Calls a function that returns its parameter, with Rust values.
fn echo<T>(store: &mut Store<()>, func: Func, values: impl IntoIterator<Item = T>) -> Result<()>
where
    T: Clone + Debug + PartialEq + Send + Sync + 'static,
    (T,): ComponentNamedList + Lift + Lower,
{
    let func = func.typed::<(T,), (T,)>(&*store)?;
    for value in values {
        let (result,) = func.call(&mut *store, (value.clone(),))?;
        assert_eq!(result, value);
    }
    Ok(())
}

fn string(text: &str) -> Val {
    Val::String(text.to_owned())
}

fn record<const N: usize>(fields: [(&str, Val); N]) -> Val {
    let fields = fields.map(|(name, value)| (name.to_owned(), value));
    Val::Record(fields.into())
}

fn point(x: i32, y: i32) -> Val {
    record([("x", Val::S32(x)), ("y", Val::S32(y))])
}

fn variant(case: &str, payload: Option<Val>) -> Val {
    Val::Variant(case.to_owned(), payload.map(Box::new))
}

fn some(value: Val) -> Val {
    Val::Option(Some(Box::new(value)))
}

fn ok(value: Option<Val>) -> Val {
    Val::Result(Ok(value.map(Box::new)))
}

fn err(value: Option<Val>) -> Val {
    Val::Result(Err(value.map(Box::new)))
}

fn flags<const N: usize>(names: [&str; N]) -> Val {
    Val::Flags(names.map(str::to_owned).into())
}

fn mixed(text: &str, numbers: &[u32]) -> Val {
    record([
        ("truth", Val::Bool(true)),
        ("byte", Val::U8(u8::MAX)),
        ("short", Val::S16(i16::MIN)),
        ("word", Val::U32(u32::MAX)),
        ("long", Val::S64(i64::MIN)),
        ("single", Val::Float32(0.5)),
        ("double", Val::Float64(-2.25)),
        ("letter", Val::Char('ß')),
        ("text", string(text)),
        ("numbers", list(numbers, Val::U32)),
    ])
}

fn wide() -> Val {
    let fields = ('a'..='q').zip(100..);
    Val::Record(
        fields
            .map(|(name, value)| (name.to_string(), Val::U32(value)))
            .collect(),
    )
}

fn item(id: u32, tags: &[&str], shape: Val, outcome: Val) -> Val {
    record([
        ("id", Val::U32(id)),
        ("tags", list(tags, string)),
        ("shape", shape),
        ("outcome", outcome),
    ])
}

fn list<T: Copy>(elements: &[T], to_val: impl Fn(T) -> Val) -> Val {
    Val::List(elements.iter().map(|element| to_val(*element)).collect())
}

/// The parameters of `echo-many`, which returns a tuple of them.
fn many() -> Vec<Val> {
    vec![
        Val::U8(1),
        string("two"),
        Val::U16(3),
        string(""),
        Val::U32(5),
        string("six"),
        Val::U64(u64::MAX),
        string("eight €"),
        Val::Float32(9.5),
        string("ten"),
        Val::Float64(f64::MIN_POSITIVE),
        Val::Bool(true),
    ]
}

/// The functions of one parameter, without `echo-`, and values for them.
fn cases() -> Vec<(&'static str, Vec<Val>)> {
    vec![
        ("bool", vec![Val::Bool(false), Val::Bool(true)]),
        ("s8", vec![Val::S8(i8::MIN), Val::S8(-1), Val::S8(i8::MAX)]),
        ("u8", vec![Val::U8(0), Val::U8(u8::MAX)]),
        (
            "s16",
            vec![Val::S16(i16::MIN), Val::S16(-1), Val::S16(i16::MAX)],
        ),
        ("u16", vec![Val::U16(0), Val::U16(u16::MAX)]),
        (
            "s32",
            vec![Val::S32(i32::MIN), Val::S32(-1), Val::S32(i32::MAX)],
        ),
        ("u32", vec![Val::U32(0), Val::U32(u32::MAX)]),
        (
            "s64",
            vec![Val::S64(i64::MIN), Val::S64(-1), Val::S64(i64::MAX)],
        ),
        ("u64", vec![Val::U64(0), Val::U64(u64::MAX)]),
        (
            "f32",
            [0.0, -0.0, 1.5, f32::MIN, f32::INFINITY, f32::NAN]
                .map(Val::Float32)
                .into(),
        ),
        (
            "f64",
            [0.0, -0.0, 1.5, f64::MIN, f64::INFINITY, f64::NAN]
                .map(Val::Float64)
                .into(),
        ),
        (
            "char",
            ['\0', 'a', '€', '\u{d7ff}', '\u{e000}', char::MAX]
                .map(Val::Char)
                .into(),
        ),
        ("string", ["", "a", "nul \0", "€ 🦀"].map(string).into()),
        (
            "bytes",
            vec![list(&[], Val::U8), list(&[0, 1, 255], Val::U8)],
        ),
        (
            "numbers",
            vec![list(&[], Val::U32), list(&[0, 1, u32::MAX], Val::U32)],
        ),
        (
            "strings",
            vec![list(&[], string), list(&["", "one", "zwei", "три"], string)],
        ),
        (
            "points",
            vec![Val::List(vec![point(1, -1), point(i32::MIN, i32::MAX)])],
        ),
        ("point", vec![point(0, 0), point(i32::MIN, i32::MAX)]),
        ("mixed", vec![mixed("", &[]), mixed("text", &[1, 2, 3])]),
        ("wide", vec![wide()]),
        (
            "shape",
            vec![
                variant("empty", None),
                variant("circle", Some(Val::Float32(1.5))),
                variant("named", Some(string("square"))),
                variant("large", Some(Val::U64(u64::MAX))),
            ],
        ),
        (
            "color",
            ["red", "green", "blue"]
                .map(|name| Val::Enum(name.to_owned()))
                .into(),
        ),
        (
            "access",
            vec![
                flags([]),
                flags(["write"]),
                flags(["read", "write", "execute"]),
            ],
        ),
        (
            "months",
            vec![flags([]), flags(["january", "august", "december"])],
        ),
        ("option", vec![Val::Option(None), some(Val::U32(7))]),
        (
            "nested-option",
            vec![
                Val::Option(None),
                some(Val::Option(None)),
                some(some(string("inner"))),
            ],
        ),
        (
            "result",
            vec![ok(Some(Val::U32(7))), err(Some(string("failed")))],
        ),
        ("bare-result", vec![ok(None), err(None)]),
        ("fallible", vec![ok(None), err(Some(string("failed")))]),
        (
            "tuple",
            vec![Val::Tuple(vec![
                Val::U8(1),
                string("two"),
                Val::Float64(3.0),
            ])],
        ),
        (
            "items",
            vec![
                Val::List(vec![]),
                Val::List(vec![
                    item(1, &[], Val::Option(None), ok(Some(point(1, 2)))),
                    item(
                        2,
                        &["a", "", "c"],
                        some(variant("named", Some(string("nested")))),
                        err(Some(Val::Enum("blue".to_owned()))),
                    ),
                    item(
                        3,
                        &["d"],
                        some(variant("empty", None)),
                        ok(Some(point(3, 4))),
                    ),
                ]),
            ],
        ),
    ]
}

/// Calls all functions, which return what they get.
fn call_all(
    store: &mut Store<()>,
    find: impl Fn(&mut Store<()>, &str) -> Option<Func>,
) -> Result<()> {
    find(store, "nothing")
        .expect("it is exported")
        .call(&mut *store, &[], &mut [])?;
    let mut results = [Val::Bool(false)];
    let add = find(store, "add").expect("it is exported");
    add.call(&mut *store, &[Val::U32(1), Val::U32(2)], &mut results)?;
    assert_eq!(results, [Val::U32(3)]);

    // Twice, as a guest must have its memory back.
    for (name, values) in cases().into_iter().chain(cases()) {
        let func = find(store, &format!("echo-{name}")).expect("it is exported");
        for value in values {
            let params = [value];
            func.call(&mut *store, &params, &mut results)?;
            assert_eq!(results, params, "{name}");
        }
    }

    let echo = find(store, "echo-many").expect("it is exported");
    echo.call(&mut *store, &many(), &mut results)?;
    assert_eq!(results, [Val::Tuple(many())]);
    Ok(())
}

#[test]
fn values_come_back_from_a_guest() -> Result<()> {
    let (mut store, instance) = direct()?;
    call_all(&mut store, |store, name| instance.get_func(store, name))
}

#[test]
fn values_come_back_from_the_host() -> Result<()> {
    let (mut store, instance) = forward(define_untyped)?;
    call_all(&mut store, |store, name| exported(store, &instance, name))
}

#[test]
fn what_is_large_comes_back() -> Result<()> {
    let bytes = Val::List((0..1_000_000_u32).map(|n| Val::U8(n as u8)).collect());
    let numbers = Val::List((0..10_000).map(Val::U32).collect());
    let text = string(&"0123456789".repeat(100_000));
    let cases = [("bytes", bytes), ("numbers", numbers), ("string", text)];

    let (mut store, instance) = direct()?;
    let (mut forward_store, forward) = forward(define_untyped)?;
    for (name, value) in cases {
        let name = format!("echo-{name}");
        let params = [value];
        let mut results = [Val::Bool(false)];
        let func = instance
            .get_func(&mut store, &*name)
            .expect("it is exported");
        func.call(&mut store, &params, &mut results)?;
        assert!(results == params, "{name}");

        let func = exported(&mut forward_store, &forward, &name).expect("it is exported");
        results = [Val::Bool(false)];
        func.call(&mut forward_store, &params, &mut results)?;
        assert!(results == params, "{name}");
    }
    Ok(())
}
