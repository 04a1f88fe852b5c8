//! Structs, enums and scalars as arguments and results.

use crate::run;
use libwasmtime::bind::{Abi, NoReceiver};
use libwasmtime::{Engine, HostValue, Linker, Result, Store};

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
        .func::<(isize,), _>("negate", |(n,)| -n)?;
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
                    expected a `Axis`, which is 3 (X), 250 (Y); found 4";
    assert!(text.contains(expected), "{text}");
    let text = turn("-40000", "3");
    let expected = "field `1` of `Line`: element 0: field `y` of `Point`: expected a i16 between \
                    -32768 and 32767, found -40000";
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
        ("16", "24", "argument 2: expected the places"),
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
    assert!(scalars("2", "0", "0").contains("argument 1: expected a bool"));
    assert!(scalars("0", "0xd800", "0").contains("argument 2: expected a char"));
    let text = scalars("0", "0", "-1");
    assert!(
        text.contains("expected a u8 between 0 and 255, found 4294967295"),
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
        text.contains("expected a result that fits into the isize"),
        "{text}"
    );
    Ok(())
}
