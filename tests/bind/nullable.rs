//! Strings, slices and structs that may be null.

use crate::run;
use libwasmtime::bind::{Abi, NoReceiver};
use libwasmtime::{Engine, Linker, Result, Store};

fn linker(engine: &Engine) -> Result<Linker<()>> {
    let mut linker = Linker::new(engine);
    linker
        .host_module("m", NoReceiver)
        .abi(Abi::DEFAULT.with_alloc("alloc"))
        .func::<(Option<&str>,), _>("text", |(text,)| text.map_or(-1, |text| text.len() as i32))?
        .func::<(Option<&[u32]>,), _>("words", |(words,)| {
            words.map_or(-1, |words| words.len() as i32)
        })?
        .func::<(Option<&mut [u32]>,), _>("fill", |(words,)| match words {
            Some(words) => {
                words.fill(7);
                words.len() as i32
            }
            None => -1,
        })?
        .func::<(Option<String>,), _>("string", |(text,)| {
            text.map_or(-1, |text| text.len() as i32)
        })?
        .func::<(Option<Vec<u32>>,), _>("vec", |(words,)| {
            words.map_or(-1, |words| words.len() as i32)
        })?
        .func::<(&str,), _>("not_null", |(text,)| text.len() as i32)?
        .func::<(Option<&mut [u8]>, Option<&str>), _>("both", |(a, b)| {
            i32::from(a.is_some()) + 2 * i32::from(b.is_some())
        })?
        .func::<(i32,), _>("result", |(len,)| {
            usize::try_from(len).ok().map(|len| "x".repeat(len))
        })?
        .func::<(i32,), _>("words_result", |(len,)| {
            usize::try_from(len).ok().map(|len| vec![5_u32; len])
        })?;
    Ok(linker)
}

const MEMORY: &str = r#"(memory (export "memory") 1) (data (i32.const 0) "abcd")
    (data (i32.const 8) "\c3\bc\ff")"#;

/// Calls a function with these arguments.
fn call(name: &str, arguments: &[i32], exports: &str) -> Result<i32, String> {
    let engine = Engine::default();
    let linker = linker(&engine).unwrap();
    let params = " i32".repeat(arguments.len());
    let constants: String = arguments
        .iter()
        .map(|argument| format!("(i32.const {argument})"))
        .collect();
    let wat = format!(
        r#"(module
            (import "m" "{name}" (func $f (param{params}) (result i32)))
            {exports}
            (func (export "run") (result i32) (call $f {constants})))"#
    );
    run(&linker, &mut Store::new(&engine, ()), &wat).map_err(|error| format!("{error:#}"))
}

#[test]
fn a_null_pointer_without_a_length_is_none() {
    for name in ["text", "words", "fill", "string", "vec"] {
        assert_eq!(call(name, &[0, 0], MEMORY), Ok(-1), "{name}");
        assert_eq!(call(name, &[4, 0], MEMORY), Ok(0), "{name}");
        assert_eq!(call(name, &[65536, 0], MEMORY), Ok(0), "{name}");
        assert_eq!(call(name, &[4, 2], MEMORY), Ok(2), "{name}");
        // Nothing is looked up.
        assert_eq!(call(name, &[0, 0], ""), Ok(-1), "{name}");
    }
    // It is an address like any other where there is no `Option`.
    assert_eq!(call("not_null", &[0, 0], MEMORY), Ok(0));
    assert_eq!(call("not_null", &[0, 4], MEMORY), Ok(4));
}

#[test]
fn what_is_neither_null_nor_valid_is_an_error() {
    for name in ["text", "words", "fill", "string", "vec"] {
        for (address, len, expected) in [
            (
                0,
                1,
                "expected a null pointer, which is `None`, to have the length 0, found 1",
            ),
            (0, -1, "to have the length 0, found 4294967295"),
            (65536, 1, "at the address 0x10000 to be in the guest's"),
            (-4, -1, "expected 4294967295 "),
        ] {
            let text = call(name, &[address, len], MEMORY).unwrap_err();
            let start = format!("failed to call the host function `m`.`{name}`: argument 1: ");
            assert!(text.contains(&start) && text.contains(expected), "{text}");
        }
        let text = call(name, &[4, 1], "").unwrap_err();
        assert!(
            text.contains("export a memory `memory`, found no"),
            "{text}"
        );
    }
    for name in ["text", "string"] {
        let text = call(name, &[8, 3], MEMORY).unwrap_err();
        assert!(text.contains("UTF-8 at the address 0x8"), "{text}");
    }
    for name in ["words", "fill"] {
        let text = call(name, &[2, 0], MEMORY).unwrap_err();
        assert!(
            text.contains("that is a multiple of 4, the alignment of `u32`, found 0x2"),
            "{text}"
        );
    }
}

#[test]
fn null_borrows_nothing_and_the_rest_is_apart() {
    assert_eq!(call("both", &[0, 0, 0, 0], MEMORY), Ok(0));
    assert_eq!(call("both", &[16, 8, 0, 0], MEMORY), Ok(1));
    assert_eq!(call("both", &[0, 0, 16, 8], MEMORY), Ok(2));
    assert_eq!(call("both", &[16, 8, 24, 8], MEMORY), Ok(3));
    let text = call("both", &[16, 8, 20, 1], MEMORY).unwrap_err();
    assert!(text.contains("argument 2: expected a place"), "{text}");
}

/// Returns the address and the length that a function has returned, in decimal.
fn result(name: &str, argument: i32, alloc: &str) -> Result<i32, String> {
    let engine = Engine::default();
    let linker = linker(&engine).unwrap();
    let wat = format!(
        r#"(module
            (import "m" "{name}" (func $f (param i32) (result i32 i32)))
            (memory (export "memory") 1)
            (global $len (mut i32) (i32.const 0))
            {alloc}
            (func (export "run") (result i32)
                (call $f (i32.const {argument}))
                (global.set $len)
                (i32.mul (i32.const 10))
                (i32.add (global.get $len))))"#
    );
    run(&linker, &mut Store::new(&engine, ()), &wat).map_err(|error| format!("{error:#}"))
}

#[test]
fn none_is_returned_as_a_null_pointer() {
    for name in ["result", "words_result"] {
        let alloc = r#"(func (export "alloc") (param i32) (result i32) (i32.const 64))"#;
        assert_eq!(result(name, 3, alloc), Ok(643), "{name}");
        assert_eq!(result(name, 0, alloc), Ok(640), "{name}");
        // Nothing is allocated.
        let unreachable = r#"(func (export "alloc") (param i32) (result i32) (unreachable))"#;
        assert_eq!(result(name, -1, unreachable), Ok(0), "{name}");
        assert_eq!(result(name, -1, ""), Ok(0), "{name}");
        let null = r#"(func (export "alloc") (param i32) (result i32) (i32.const 0))"#;
        for len in [0, 1] {
            let text = result(name, len, null).unwrap_err();
            let start = format!(
                "host function `m`.`{name}`: result: expected the guest's allocator `alloc` to \
                 return"
            );
            assert!(
                text.contains(&start) && text.contains(", found null"),
                "{text}"
            );
        }
    }
}
