//! Structs, enums and scalars as arguments and results.

use crate::run;
#[cfg(feature = "gc")]
use libwasmtime::Caller;
#[cfg(feature = "gc")]
use libwasmtime::bind::TableFunc;
use libwasmtime::bind::{Abi, Closure, NoReceiver};
use libwasmtime::{Engine, Func, HostValue, Linker, Result, Store, bail};

#[derive(Clone, Copy, Debug, HostValue, PartialEq)]
struct Point {
    x: f64,
    y: i16,
}

#[derive(Clone, Copy, Debug, HostValue, PartialEq)]
struct Line(Point, [Point; 1], Axis);

#[derive(Clone, Copy, Debug, HostValue, PartialEq)]
struct Nothing;

#[derive(Clone, Copy, Debug, HostValue, PartialEq)]
#[repr(u8)]
enum Axis {
    X = 3,
    Y = 250,
}

#[derive(Clone, Copy, Debug, Default, HostValue, PartialEq)]
#[host(pointer)]
#[repr(C)]
struct Sample {
    time: u32,
    values: Pair,
}

#[derive(Clone, Copy, Debug, Default, HostValue, PartialEq)]
#[host(pointer)]
#[repr(C)]
struct Pair {
    a: f32,
    b: i32,
}

/// Names that the code of the derive might use as well.
mod names {
    use libwasmtime::HostValue;

    #[derive(Clone, Copy, HostValue)]
    pub enum F {
        A,
        Ok,
    }

    #[derive(HostValue)]
    pub struct Args {
        pub args: F,
        pub types: E,
    }

    #[derive(HostValue)]
    pub struct E(pub i32);

    #[derive(Clone, Copy, HostValue)]
    #[host(pointer)]
    #[repr(C)]
    pub struct T {
        pub value: i32,
    }
}

fn linker(engine: &Engine) -> Result<Linker<()>> {
    let mut linker = Linker::new(engine);
    linker
        .host_module("m", NoReceiver)
        .func::<(Line, Nothing), _>("turn", |(Line(a, [b], axis), nothing)| {
            assert_eq!(nothing, Nothing);
            (Line(b, [a], axis), nothing)
        })?
        .func::<(&[Sample],), _>("len", |(samples,)| samples.len())?
        .func::<(&Sample, &mut Pair), _>("copy", |(sample, pair)| *pair = sample.values)?
        .func::<(Sample,), _>("time", |(sample,)| sample.time)?
        .func::<(bool, char, u8), _>("scalars", |(a, b, c)| (!a, b, c))?
        .func::<(isize,), _>("negate", |(n,)| -n)?
        .func::<(names::Args, names::T, &names::T), _>("names", |(args, a, b)| {
            (args.args, args.types, a.value + b.value)
        })?;
    Ok(linker)
}

fn fails(wat: &str) -> String {
    let engine = Engine::default();
    let linker = linker(&engine).unwrap();
    let error = run(&linker, &mut Store::new(&engine, ()), wat).unwrap_err();
    format!("{error:#}")
}

#[test]
fn fields_are_parameters_and_results() -> Result<()> {
    let engine = Engine::default();
    let linker = linker(&engine)?;
    let result = run(
        &linker,
        &mut Store::new(&engine, ()),
        r#"(module
            (import "m" "turn" (func $turn (param f64 i32 f64 i32 i32)
                (result f64 i32 f64 i32 i32)))
            (func (export "run") (result i32)
                (call $turn (f64.const 1) (i32.const -2) (f64.const 3) (i32.const 4)
                    (i32.const 250))
                (drop) (drop) (drop) (drop)
                (i32.trunc_f64_s)))"#,
    )?;
    assert_eq!(result, 3);
    Ok(())
}

#[test]
fn errors_name_the_field_and_what_is_known() {
    let turn = |y: &str, axis: &str| {
        fails(&format!(
            r#"(module
                (import "m" "turn" (func $turn (param f64 i32 f64 i32 i32)
                    (result f64 i32 f64 i32 i32)))
                (func (export "run") (result i32)
                    (call $turn (f64.const 1) (i32.const 2) (f64.const 3) (i32.const {y})
                        (i32.const {axis}))
                    (drop) (drop) (drop) (drop) (drop) (i32.const 0)))"#
        ))
    };
    let text = turn("4", "4");
    let expected = "failed to call the host function `m`.`turn`: argument 1: field `2` of `Line`: \
                    expected a value of `Axis`, which is one of 3 (X), 250 (Y); found 4";
    assert!(text.contains(expected), "{text}");
    let text = turn("-40000", "3");
    let expected = "field `1` of `Line`: element 0: field `y` of `Point`: expected a value of `i16`, \
                    which is between -32768 and 32767; found -40000";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn a_struct_is_borrowed_and_copied_by_its_address() -> Result<()> {
    let engine = Engine::default();
    let linker = linker(&engine)?;
    let result = run(
        &linker,
        &mut Store::new(&engine, ()),
        r#"(module
            (import "m" "copy" (func $copy (param i32 i32)))
            (import "m" "time" (func $time (param i32) (result i32)))
            (import "m" "len" (func $len (param i32 i32) (result i32)))
            (memory (export "memory") 1)
            (data (i32.const 16) "\07\00\00\00\00\00\80\3f\05\00\00\00")
            (func (export "run") (result i32)
                (call $copy (i32.const 16) (i32.const 64))
                (i32.add (i32.load (i32.const 68))
                    (i32.add (call $time (i32.const 16))
                        (call $len (i32.const 65536) (i32.const 0))))))"#,
    )?;
    assert_eq!(result, 12);
    Ok(())
}

#[test]
fn types_have_any_names() -> Result<()> {
    let engine = Engine::default();
    let linker = linker(&engine)?;
    let result = run(
        &linker,
        &mut Store::new(&engine, ()),
        r#"(module
            (import "m" "names"
                (func $names (param i32 i32 i32 i32) (result i32 i32 i32)))
            (memory (export "memory") 1)
            (data (i32.const 16) "\07")
            (func (export "run") (result i32)
                (call $names (i32.const 1) (i32.const 20) (i32.const 16) (i32.const 16))
                (i32.add) (i32.add)))"#,
    )?;
    assert_eq!(result, 1 + 20 + 7 + 7);
    Ok(())
}

#[test]
fn an_address_of_a_struct_is_checked() {
    let copy = |from: &str, to: &str| {
        fails(&format!(
            r#"(module
                (import "m" "copy" (func $copy (param i32 i32)))
                (memory (export "memory") 1)
                (func (export "run") (result i32)
                    (call $copy (i32.const {from}) (i32.const {to})) (i32.const 0)))"#
        ))
    };
    for (from, to, expected) in [
        ("65528", "0", "argument 1: expected 12 bytes"),
        ("-4", "0", "argument 1: expected 12 bytes"),
        (
            "6",
            "0",
            "argument 1: expected an address that is a multiple of 4",
        ),
        ("0", "65532", "argument 2: expected 8 bytes"),
        ("16", "24", "argument 2: expected a place"),
    ] {
        let text = copy(from, to);
        assert!(text.contains(expected), "{from}, {to}: {text}");
    }
}

#[test]
fn scalars_are_checked() {
    let scalars = |a: &str, b: &str, c: &str| {
        fails(&format!(
            r#"(module
                (import "m" "scalars" (func $scalars (param i32 i32 i32) (result i32 i32 i32)))
                (func (export "run") (result i32)
                    (call $scalars (i32.const {a}) (i32.const {b}) (i32.const {c}))
                    (drop) (drop) (drop) (unreachable)))"#
        ))
    };
    assert!(scalars("1", "0x10ffff", "255").contains("unreachable"));
    assert!(
        scalars("2", "0", "0")
            .contains("argument 1: expected a value of `bool`, which is 0 or 1; found 2")
    );
    assert!(scalars("0", "0xd800", "0").contains("argument 2: expected a value of `char`"));
    let text = scalars("0", "0", "-1");
    assert!(
        text.contains("expected a value of `u8`, which is between 0 and 255; found 4294967295"),
        "{text}"
    );
}

#[test]
fn a_pointer_has_the_width_of_the_guests() -> Result<()> {
    let engine = Engine::default();
    let mut linker = linker(&engine)?;
    linker
        .host_module("m64", NoReceiver)
        .abi(Abi::DEFAULT.with_memory64(true))
        .func::<(isize, usize), _>("add", |(a, b)| a + b as isize)?;
    let result = run(
        &linker,
        &mut Store::new(&engine, ()),
        r#"(module
            (import "m" "negate" (func $negate (param i32) (result i32)))
            (import "m64" "add" (func $add (param i64 i64) (result i64)))
            (func (export "run") (result i32)
                (i32.add (call $negate (i32.const 5))
                    (i32.wrap_i64 (call $add (i64.const -1) (i64.const 100))))))"#,
    )?;
    assert_eq!(result, 94);
    let text = fails(
        r#"(module
            (import "m" "negate" (func $negate (param i32) (result i32)))
            (func (export "run") (result i32) (call $negate (i32.const 0x80000000))))"#,
    );
    assert!(
        text.contains(
            "result: expected a number that fits into the `isize` of the guest, which has 32 bits"
        ),
        "{text}"
    );
    Ok(())
}

#[test]
fn a_null_address_of_a_struct_is_none() -> Result<()> {
    let engine = Engine::default();
    let mut linker = linker(&engine)?;
    linker
        .host_module("m", NoReceiver)
        .func::<(Option<&Sample>, Option<&mut Pair>), _>("maybe", |(sample, pair)| {
            if let Some(pair) = &mut { pair } {
                pair.b = 40;
            }
            sample.map_or(-1, |sample| sample.time as i32)
        })?;
    let call = |sample: &str, pair: &str| {
        let wat = format!(
            r#"(module
                (import "m" "maybe" (func $maybe (param i32 i32) (result i32)))
                (memory (export "memory") 1)
                (data (i32.const 16) "\02")
                (func (export "run") (result i32)
                    (i32.add (call $maybe (i32.const {sample}) (i32.const {pair}))
                        (i32.load (i32.const 68)))))"#
        );
        let result = run(&linker, &mut Store::new(&engine, ()), &wat);
        result.map_err(|error| format!("{error:#}"))
    };
    assert_eq!(call("0", "0"), Ok(-1));
    assert_eq!(call("16", "0"), Ok(2));
    assert_eq!(call("16", "64"), Ok(42));
    for (sample, pair, expected) in [
        ("65532", "0", "argument 1: expected 12 bytes"),
        (
            "2",
            "0",
            "argument 1: expected an address that is a multiple",
        ),
        ("16", "24", "argument 2: expected a place"),
    ] {
        let text = call(sample, pair).unwrap_err();
        assert!(text.contains(expected), "{sample}, {pair}: {text}");
    }
    Ok(())
}

#[derive(HostValue)]
struct Both<A, B: Copy, const N: usize>
where
    A: 'static,
{
    first: A,
    rest: [B; N],
    last: Option<Vec<u16>>,
}

/// A `TableFunc` is only taken.
#[cfg(feature = "gc")]
#[derive(HostValue)]
#[host(from_wasm)]
struct Callback(TableFunc<i32, i32>, i32);

/// A `&str` with a lifetime and a `Closure` are only returned.
#[derive(HostValue)]
#[host(into_wasm)]
struct Named<'a> {
    code: i32,
    name: &'a str,
    next: Option<Closure<i32, i32>>,
}

#[test]
fn a_struct_has_parameters_and_may_be_returned_only() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    linker
        .host_module("m", NoReceiver)
        .abi(Abi::DEFAULT.with_alloc("alloc"))
        .func::<(Both<u8, i32, 2>,), _>("turn", |(both,)| Both {
            first: i64::from(both.first),
            rest: both.rest.map(f64::from),
            last: both.last,
        })?
        .func::<(), _>("named", |()| Named {
            code: 3,
            name: "static",
            next: Some(Closure::new(|x: i32| x + 1)),
        })?;
    let result = run(
        &linker,
        &mut Store::new(&engine, ()),
        r#"(module
            (import "m" "turn" (func $turn (param i32 i32 i32 i32 i32)
                (result i64 f64 f64 i32 i32)))
            (import "m" "named" (func $named (result i32 i32 i32 funcref)))
            (memory (export "memory") 1)
            (func (export "alloc") (param i32) (result i32) (i32.const 64))
            (func (export "run") (result i32) (local $n i32)
                (call $turn (i32.const 200) (i32.const 20) (i32.const 2) (i32.const 0)
                    (i32.const 0))
                ;; 0 + 0, 20 - 2, 200
                (i32.add) (local.set $n)
                (f64.sub) (i32.trunc_f64_s) (local.get $n) (i32.add) (local.set $n)
                (i32.wrap_i64) (local.get $n) (i32.add) (local.set $n)
                ;; 0, 6, 64, 3
                (call $named)
                (ref.is_null) (i32.add) (i32.add) (i32.add) (local.get $n) (i32.add)))"#,
    )?;
    assert_eq!(result, 18 + 200 + 6 + 64 + 3);
    Ok(())
}

#[cfg(feature = "gc")]
#[test]
fn a_struct_may_be_taken_only() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    linker
        .host_module("m", NoReceiver)
        .func::<(Caller<'_, ()>, Callback), _>("call", |(mut caller, Callback(f, x))| {
            f.call(&mut caller, x)
        })?;
    let call = |index: i32| {
        let wat = format!(
            r#"(module
                (import "m" "call" (func $call (param i32 i32) (result i32)))
                (table (export "__indirect_function_table") 2 funcref)
                (elem (i32.const 1) $square)
                (func $square (param i32) (result i32) (i32.mul (local.get 0) (local.get 0)))
                (func (export "run") (result i32)
                    (call $call (i32.const {index}) (i32.const 9))))"#
        );
        let result = run(&linker, &mut Store::new(&engine, ()), &wat);
        result.map_err(|error| format!("{error:#}"))
    };
    assert_eq!(call(1), Ok(81));
    let text = call(0).unwrap_err();
    let expected = "argument 2: field `0` of `Callback`: expected a function, found a null";
    assert!(text.contains(expected), "{text}");
    Ok(())
}

#[derive(HostValue)]
struct Sizes {
    small: usize,
    all: [usize; 2],
}

#[test]
fn errors_of_results_name_the_result_and_its_part() {
    const HUGE: usize = usize::MAX;
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    linker
        .host_module("m", NoReceiver)
        .abi(Abi::DEFAULT.with_alloc("alloc"))
        .func::<(), _>("field", |()| Sizes {
            small: HUGE,
            all: [1, 1],
        })
        .unwrap()
        .func::<(), _>("element", |()| {
            Ok((
                1,
                Sizes {
                    small: 1,
                    all: [2, HUGE],
                },
            ))
        })
        .unwrap()
        .func::<(), _>("own", |()| -> Result<Sizes> { bail!("my own") })
        .unwrap()
        .func::<(), _>("text", |()| (1, ["a"]))
        .unwrap();
    let fails = |name: &str, results: &str| {
        let wat = format!(
            r#"(module
                (import "m" "{name}" (func $f (result {results})))
                (memory (export "memory") 1)
                (func (export "alloc") (param i32) (result i32) (unreachable))
                (func (export "run") (result i32) (call $f) (unreachable)))"#
        );
        let error = run(&linker, &mut Store::new(&engine, ()), &wat).unwrap_err();
        format!("{error:#}")
    };
    let text = fails("field", "i32 i32 i32");
    let expected = "failed to call the host function `m`.`field`: result: field `small` of \
                    `Sizes`: expected a number that fits into the `usize` of the guest, which \
                    has 32 bits, found";
    assert!(text.contains(expected), "{text}");
    let text = fails("element", "i32 i32 i32 i32");
    let expected = "failed to call the host function `m`.`element`: result 2: field `all` of \
                    `Sizes`: element 1: expected a number";
    assert!(text.contains(expected), "{text}");
    let text = fails("own", "i32 i32 i32");
    assert!(
        text.contains("my own") && !text.contains("host function"),
        "{text}"
    );
    let text = fails("text", "i32 i32 i32");
    let expected = "failed to call the host function `m`.`text`: result 2: element 0: failed to \
                    call the guest's allocator `alloc`";
    assert!(text.contains(expected), "{text}");
}

/// What is found when a result is written is explained as well.
#[test]
fn a_function_of_another_store_is_explained() -> Result<()> {
    #[derive(HostValue)]
    struct Get {
        code: i32,
        func: Option<Func>,
    }
    let engine = Engine::default();
    let func = Func::wrap(Store::new(&engine, ()), || ());
    let mut linker = Linker::<()>::new(&engine);
    linker
        .host_module("m", NoReceiver)
        .func::<(), _>("get", move |()| Get {
            code: 1,
            func: Some(func),
        })?;
    let wat = r#"(module
        (import "m" "get" (func $get (result i32 funcref)))
        (func (export "run") (result i32) (call $get) (drop)))"#;
    let error = run(&linker, &mut Store::new(&engine, ()), wat).unwrap_err();
    let text = format!("{error:#}");
    let expected = "failed to call the host function `m`.`get`: result: field `func` of `Get`: ";
    assert!(text.contains(expected), "{text}");
    Ok(())
}
