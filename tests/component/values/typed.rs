//! Rust values of this crate's and the standard library's types.

use super::{INTERFACE, direct, echo, exported, forward};
use libwasmtime::component::{Func, Linker};
use libwasmtime::{Result, Store};
use std::sync::Arc;

type Tuple = (u8, String, f64);
type Many = (
    u8,
    String,
    u16,
    String,
    u32,
    String,
    u64,
    String,
    f32,
    String,
    f64,
    bool,
);

fn many() -> Many {
    let [b, d, f, h, j] = ["two", "", "six", "eight €", "ten"].map(String::from);
    (
        1,
        b,
        3,
        d,
        5,
        f,
        u64::MAX,
        h,
        9.5,
        j,
        f64::MIN_POSITIVE,
        true,
    )
}

/// Calls all functions whose types need no derives.
fn call_all(
    store: &mut Store<()>,
    find: impl Fn(&mut Store<()>, &str) -> Option<Func>,
) -> Result<()> {
    let find = |store: &mut Store<()>, name: &str| find(store, name).expect("it is exported");
    let nothing = find(store, "nothing").typed::<(), ()>(&*store)?;
    nothing.call(&mut *store, ())?;
    let add = find(store, "add").typed::<(u32, u32), (u32,)>(&*store)?;
    assert_eq!(add.call(&mut *store, (u32::MAX, 2))?, (1,));

    macro_rules! echo {
        ($name:literal, $($value:expr),* $(,)?) => {{
            let func = find(store, concat!("echo-", $name));
            echo(store, func, [$($value),*])?;
        }};
    }
    echo!("bool", false, true);
    echo!("s8", i8::MIN, -1, i8::MAX);
    echo!("u8", 0, u8::MAX);
    echo!("s16", i16::MIN, -1, i16::MAX);
    echo!("u16", 0, u16::MAX);
    echo!("s32", i32::MIN, -1, i32::MAX);
    echo!("u32", 0, u32::MAX);
    echo!("s64", i64::MIN, -1, i64::MAX);
    echo!("u64", 0, u64::MAX);
    echo!("f32", 0.0_f32, 1.5, f32::MIN, f32::NEG_INFINITY);
    echo!("f64", 0.0_f64, 1.5, f64::MIN, f64::NEG_INFINITY);
    echo!("char", '\0', 'a', '€', '\u{d7ff}', '\u{e000}', char::MAX);
    let texts = ["", "a", "nul \0", "€ 🦀"];
    echo!(
        "string",
        texts[0].to_owned(),
        texts[2].to_owned(),
        texts[3].to_owned()
    );
    echo!("string", Box::<str>::from(texts[1]), texts[3].into());
    echo!("string", Arc::<str>::from(texts[1]), texts[3].into());
    echo!("bytes", vec![], vec![0_u8, 1, 255], vec![7; 1_000_000]);
    echo!("bytes", Box::<[u8]>::from([1, 2]));
    echo!(
        "numbers",
        vec![],
        vec![0, 1, u32::MAX],
        (0..10_000).collect()
    );
    echo!(
        "strings",
        vec![],
        vec![String::new(), "zwei".to_owned(), "три".to_owned()]
    );
    echo!("option", None, Some(7_u32));
    echo!(
        "nested-option",
        None,
        Some(None),
        Some(Some("inner".to_owned()))
    );
    echo!("result", Ok(7_u32), Err("failed".to_owned()));
    echo!("bare-result", Ok(()), Err(()));
    echo!("fallible", Ok(()), Err("failed".to_owned()));
    let tuple: Tuple = (1, "two".to_owned(), 3.0);
    echo!("tuple", tuple);

    let many_func = find(store, "echo-many").typed::<Many, (Many,)>(&*store)?;
    assert_eq!(many_func.call(&mut *store, many())?, (many(),));

    let zero = find(store, "echo-f64").typed::<(f64,), (f64,)>(&*store)?;
    assert!(zero.call(&mut *store, (-0.0,))?.0.is_sign_negative());
    assert!(zero.call(&mut *store, (f64::NAN,))?.0.is_nan());
    Ok(())
}

/// Defines what `call_all` calls.
fn define(linker: &mut Linker<()>) -> Result<()> {
    // The others are imported as well.
    super::define_untyped(linker)?;
    linker.allow_shadowing(true);
    let mut values = linker.instance(INTERFACE)?;
    macro_rules! echo {
        ($($name:literal $ty:ty,)*) => {$(
            values.func_wrap(concat!("echo-", $name), |_, (value,): ($ty,)| Ok((value,)))?;
        )*};
    }
    values.func_wrap("nothing", |_, (): ()| Ok(()))?;
    echo! {
        "bool" bool,
        "s8" i8,
        "u8" u8,
        "s16" i16,
        "u16" u16,
        "s32" i32,
        "u32" u32,
        "s64" i64,
        "u64" u64,
        "f32" f32,
        "f64" f64,
        "char" char,
        "string" String,
        "bytes" Vec<u8>,
        "numbers" Vec<u32>,
        "strings" Vec<String>,
        "option" Option<u32>,
        "nested-option" Option<Option<String>>,
        "result" Result<u32, String>,
        "bare-result" Result<(), ()>,
        "fallible" Result<(), String>,
        "tuple" Tuple,
    }
    values.func_wrap("echo-many", |_, params: Many| Ok((params,)))
}

#[test]
fn values_come_back_from_a_guest() -> Result<()> {
    let (mut store, instance) = direct()?;
    call_all(&mut store, |store, name| instance.get_func(store, name))
}

#[test]
fn values_come_back_from_the_host() -> Result<()> {
    let (mut store, instance) = forward(define)?;
    call_all(&mut store, |store, name| exported(store, &instance, name))
}

#[test]
fn parameters_are_borrowed() -> Result<()> {
    let (mut store, instance) = direct()?;
    let echo = instance.get_typed_func::<(&str,), (String,)>(&mut store, "echo-string")?;
    assert_eq!(echo.call(&mut store, ("text",))?.0, "text");

    let echo = instance.get_typed_func::<(&[u8],), (Vec<u8>,)>(&mut store, "echo-bytes")?;
    assert_eq!(echo.call(&mut store, (&[1, 2],))?.0, [1, 2]);

    let echo = instance.get_typed_func::<(&[&str],), (Vec<String>,)>(&mut store, "echo-strings")?;
    assert_eq!(echo.call(&mut store, (&["a", "b"],))?.0, ["a", "b"]);

    let echo =
        instance.get_typed_func::<(Option<&u32>,), (Option<u32>,)>(&mut store, "echo-option")?;
    assert_eq!(echo.call(&mut store, (Some(&3),))?.0, Some(3));

    type Borrowed<'a> = (Result<u32, &'a str>,);
    let echo = instance
        .get_typed_func::<Borrowed<'_>, (Result<u32, String>,)>(&mut store, "echo-result")?;
    assert_eq!(echo.call(&mut store, (Err("no"),))?.0, Err("no".to_owned()));
    Ok(())
}

#[test]
fn other_types_are_refused_when_the_function_is_found() -> Result<()> {
    let (mut store, instance) = direct()?;
    macro_rules! refused {
        ($name:literal, $params:ty, $results:ty) => {
            assert!(
                instance
                    .get_typed_func::<$params, $results>(&mut store, $name)
                    .is_err()
            );
        };
    }
    refused!("echo-u32", (), (u32,));
    refused!("echo-u32", (u32,), ());
    refused!("echo-u32", (u32, u32), (u32,));
    refused!("echo-u32", (i32,), (u32,));
    refused!("echo-u32", (u32,), (u64,));
    refused!("echo-string", (Vec<u8>,), (String,));
    refused!("echo-bytes", (Vec<i8>,), (Vec<u8>,));
    refused!("echo-option", (Option<u64>,), (Option<u32>,));
    refused!("echo-nested-option", (Option<String>,), (Option<String>,));
    refused!("echo-result", (Result<u32, u32>,), (Result<u32, String>,));
    refused!(
        "echo-fallible",
        (Result<u32, String>,),
        (Result<(), String>,)
    );
    refused!("echo-tuple", ((u8, String),), (Tuple,));
    refused!("echo-tuple", (u8, String, f64), (Tuple,));
    refused!("echo-point", ((i32, i32),), ((i32, i32),));
    refused!("echo-missing", (), ());
    Ok(())
}

#[test]
fn other_types_are_refused_when_a_host_function_is_linked() {
    let refused = |define: fn(&mut Linker<()>) -> Result<()>| {
        forward(|linker| {
            super::define_untyped(linker)?;
            linker.allow_shadowing(true);
            define(linker)
        })
        .is_err()
    };
    assert!(!refused(|_| Ok(())));
    assert!(refused(|linker| {
        let mut values = linker.instance(INTERFACE)?;
        values.func_wrap("echo-u32", |_, (value,): (i32,)| Ok((value,)))
    }));
    assert!(refused(|linker| {
        let mut values = linker.instance(INTERFACE)?;
        values.func_wrap("echo-u32", |_, (_,): (u32,)| Ok(()))
    }));
    assert!(refused(|linker| {
        let mut values = linker.instance(INTERFACE)?;
        values.func_wrap("echo-points", |_, (value,): (Vec<u32>,)| Ok((value,)))
    }));
}
