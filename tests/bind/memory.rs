//! Hostile guests: what they pass as strings and slices, and how they allocate.

use crate::run;
use libwasmtime::bind::{Abi, NoReceiver};
use libwasmtime::{Config, Engine, Linker, Result, Store, Trap};

fn linker(engine: &Engine, abi: Abi) -> Result<Linker<()>> {
    let mut linker = Linker::new(engine);
    linker
        .host_module("m", NoReceiver)
        .abi(abi)
        .func::<(&[u32],), _>("words", |(words,)| words.len() as u32)?
        .func::<(&str,), _>("text", |(text,)| text.len() as u32)?
        .func::<(String,), _>("copy", |(text,)| text.len() as u32)?
        .func::<(&mut [u8], &[u8]), _>("write_read", |(a, b)| (a.len() + b.len()) as u32)?
        .func::<(&[u8], &mut [u8]), _>("read_write", |(a, b)| (a.len() + b.len()) as u32)?
        .func::<(&mut [u8], &mut [u8]), _>("write_write", |(a, b)| (a.len() + b.len()) as u32)?
        .func::<(&[u8], &[u8]), _>("read_read", |(a, b)| (a.len() + b.len()) as u32)?
        .func::<(), _>("again", |()| 64)?;
    Ok(linker)
}

/// Returns a module that calls a function with these arguments.
fn calling(name: &str, pointer: &str, arguments: &[&str], exports: &str) -> String {
    let params = vec![pointer; arguments.len()].join(" ");
    let constants: String = arguments
        .iter()
        .map(|argument| format!("({pointer}.const {argument})"))
        .collect();
    format!(
        r#"(module
            (import "m" "{name}" (func $f (param {params}) (result i32)))
            {exports}
            (func (export "run") (result i32) (call $f {constants})))"#
    )
}

const MEMORY: &str = r#"(memory (export "memory") 1) (data (i32.const 8) "a\c3\bc\ff")"#;

fn call(name: &str, arguments: &[&str], exports: &str) -> Result<i32, String> {
    #[cfg_attr(not(feature = "threads"), allow(unused_mut, reason = "nothing to set"))]
    let mut config = Config::new();
    #[cfg(feature = "threads")]
    config.shared_memory(true);
    let engine = Engine::new(&config).unwrap();
    let linker = linker(&engine, Abi::DEFAULT).unwrap();
    let wat = calling(name, "i32", arguments, exports);
    run(&linker, &mut Store::new(&engine, ()), &wat).map_err(|error| format!("{error:#}"))
}

#[test]
fn places_have_to_be_in_the_memory() {
    for (name, address, len, expected) in [
        ("words", "0", "16384", Ok(16384)),
        ("words", "65532", "1", Ok(1)),
        ("words", "65536", "0", Ok(0)),
        ("text", "65536", "0", Ok(0)),
        ("copy", "65536", "0", Ok(0)),
        ("text", "8", "3", Ok(3)),
        (
            "words",
            "65532",
            "2",
            Err("expected 2 elements of 4 bytes each at the address 0xfffc"),
        ),
        (
            "words",
            "65540",
            "0",
            Err("expected 0 elements of 4 bytes each at the address 0x10004"),
        ),
        ("words", "0", "16385", Err("which has 65536 bytes")),
        ("words", "0", "-1", Err("expected 4294967295 elements")),
        ("words", "-4", "1", Err("at the address 0xfffffffc")),
        ("words", "-4", "-1", Err("expected 4294967295 elements")),
        (
            "words",
            "0",
            "0x40000001",
            Err("expected 1073741825 elements"),
        ),
        (
            "words",
            "2",
            "1",
            Err("expected an address that is a multiple of 4, the alignment of `u32`, found 0x2"),
        ),
        (
            "words",
            "1",
            "0",
            Err("expected an address that is a multiple of 4, the alignment of `u32`, found 0x1"),
        ),
        (
            "text",
            "65536",
            "1",
            Err("expected 1 byte at the address 0x10000"),
        ),
        ("text", "-1", "-1", Err("expected 4294967295 bytes")),
        (
            "text",
            "8",
            "2",
            Err("expected a string in UTF-8 at the address 0x8"),
        ),
        (
            "text",
            "11",
            "1",
            Err("expected a string in UTF-8 at the address 0xb"),
        ),
        (
            "copy",
            "8",
            "4",
            Err("expected a string in UTF-8 at the address 0x8"),
        ),
        ("copy", "65535", "2", Err("expected 2 bytes")),
    ] {
        let found = call(name, &[address, len], MEMORY);
        match (&found, expected) {
            (Ok(found), Ok(expected)) => assert_eq!(*found, expected),
            (Err(text), Err(expected)) => {
                let start = format!("failed to call the host function `m`.`{name}`: argument 1: ");
                assert!(text.contains(&start) && text.contains(expected), "{text}");
            }
            (Ok(_), Err(_)) | (Err(_), Ok(_)) => panic!("{name} {address} {len}: {found:?}"),
        }
    }
}

#[test]
fn places_that_may_change_are_apart() {
    // Where each begins, and its length.
    let places = [
        (16, 8),
        (20, 8),
        (24, 8),
        (16, 24),
        (20, 1),
        (12, 4),
        (20, 0),
        (8, 64),
    ];
    for (a, a_len) in places {
        for (b, b_len) in places {
            let overlap = a < b + b_len && b < a + a_len && a_len > 0 && b_len > 0;
            for name in ["write_read", "read_write", "write_write", "read_read"] {
                let arguments = [a, a_len, b, b_len].map(|number: u32| number.to_string());
                let arguments = arguments.each_ref().map(String::as_str);
                match call(name, &arguments, MEMORY) {
                    Ok(sum) => {
                        assert!(!overlap || name == "read_read", "{name} {arguments:?}");
                        assert_eq!(sum as u32, a_len + b_len);
                    }
                    Err(text) => {
                        assert!(overlap && name != "read_read", "{name} {arguments:?}");
                        let [earlier, later] = [(a, a_len), (b, b_len)]
                            .map(|(start, len)| format!("{start:#x}..{:#x}", start + len));
                        let found = format!("found the bytes {earlier} and {later}, which overlap");
                        let expected = "argument 2: expected a place in the guest's memory";
                        assert!(text.contains(expected) && text.contains(&found), "{text}");
                    }
                }
            }
        }
    }
}

#[test]
fn the_memory_has_to_be_exported() {
    for (exports, found) in [
        ("", "no export of that name"),
        ("(memory 1)", "no export of that name"),
        (r#"(memory (export "mem") 1)"#, "no export of that name"),
        (r#"(func (export "memory"))"#, "a function"),
        (
            r#"(global (export "memory") i32 (i32.const 0))"#,
            "a global",
        ),
        (r#"(table (export "memory") 1 funcref)"#, "a table"),
    ] {
        for name in ["words", "text", "copy"] {
            let text = call(name, &["0", "0"], exports).unwrap_err();
            let expected = format!(
                "`m`.`{name}`: argument 1: expected the guest to export a memory `memory`, found \
                 {found}: export it, or set the name of another by the option `memory`"
            );
            assert!(text.contains(&expected), "{text}");
        }
    }
}

/// Other threads may change a shared memory, so what is in it is copied.
#[cfg(feature = "threads")]
#[test]
fn a_shared_memory_is_copied_and_never_borrowed() {
    const SHARED: &str = r#"(memory (export "memory") 1 1 shared) (data (i32.const 8) "a\c3\bc\ff")
        (func (export "alloc") (param i32) (result i32) (i32.const 65528))"#;
    assert_eq!(call("copy", &["8", "3"], SHARED), Ok(3));
    assert_eq!(call("copy", &["65536", "0"], SHARED), Ok(0));
    for (name, len, expected) in [
        ("copy", "4", "expected a string in UTF-8 at the address 0x8"),
        ("copy", "-1", "expected 4294967295 bytes at the address 0x8"),
        ("text", "3", "expected a memory `memory` that isn't shared"),
        ("words", "1", "expected a memory `memory` that isn't shared"),
    ] {
        let text = call(name, &["8", len], SHARED).unwrap_err();
        let start = format!("`m`.`{name}`: argument 1: ");
        assert!(text.contains(&start) && text.contains(expected), "{text}");
    }
}

#[cfg(feature = "threads")]
#[test]
fn results_are_copied_into_a_shared_memory() -> Result<()> {
    for (address, expected) in [("65528", Ok(8)), ("65532", Err(())), ("3", Err(()))] {
        let engine = Engine::new(Config::new().shared_memory(true))?;
        let mut linker = Linker::<()>::new(&engine);
        linker
            .host_module("s", NoReceiver)
            .abi(Abi::DEFAULT.with_alloc("alloc"))
            .func::<(), _>("words", |()| vec![7_u32, 8])?;
        let wat = format!(
            r#"(module
                (import "s" "words" (func $words (result i32 i32)))
                (memory (export "memory") 1 1 shared)
                (func (export "alloc") (param i32) (result i32) (i32.const {address}))
                (func (export "run") (result i32) (call $words) (drop) (i32.load offset=4)))"#
        );
        let result = run(&linker, &mut Store::new(&engine, ()), &wat);
        assert_eq!(result.map_err(drop), expected);
    }
    Ok(())
}

/// The host has no memory.
#[test]
fn the_host_passes_no_strings() -> Result<()> {
    let engine = Engine::default();
    let linker = linker(&engine, Abi::DEFAULT)?;
    let mut store = Store::new(&engine, ());
    let text = linker.get(&mut store, "m", "text")?.into_func();
    let text = text
        .expect("it is a function")
        .typed::<(u32, u32), u32>(&store)?;
    let error = text.call(&mut store, (0, 0)).unwrap_err();
    let error = format!("{error:#}");
    assert!(
        error.contains("export a memory `memory`, found no export"),
        "{error}"
    );
    Ok(())
}

#[test]
fn a_memory_has_another_name_and_64_bit_addresses() -> Result<()> {
    let engine = Engine::default();
    let abi = Abi::DEFAULT.with_memory("other").with_memory64(true);
    let linker = linker(&engine, abi)?;
    let exports = r#"(memory (export "other") i64 1)"#;
    let run = |address: &str, len: &str| {
        let wat = calling("words", "i64", &[address, len], exports);
        run(&linker, &mut Store::new(&engine, ()), &wat).map_err(|error| format!("{error:#}"))
    };
    assert_eq!(run("65528", "2"), Ok(2));
    for (address, len) in [
        ("-4", "1"),
        ("0x1_0000_0000", "1"),
        ("0", "-1"),
        ("0", "0x4000_0000_0000_0000"),
        ("-4", "0x4000_0000_0000_0001"),
        ("4", "0x3fff_ffff_ffff_ffff"),
    ] {
        let text = run(address, len).unwrap_err();
        assert!(text.contains("to be in the guest's memory"), "{text}");
    }
    Ok(())
}

#[test]
fn as_many_places_are_borrowed_as_there_are_arguments() -> Result<()> {
    type Byte = &'static mut [u8];
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    #[rustfmt::skip]
    linker.host_module("m", NoReceiver).func::<(
        Byte, Byte, Byte, Byte, Byte, Byte, Byte, Byte, Byte,
        Byte, Byte, Byte, Byte, Byte, Byte, Byte, Byte,
    ), _>("all", |places| {
        places.0[0] = 1;
        places.16[0] = 17;
        1
    })?;
    let arguments: Vec<String> = (0..17)
        .flat_map(|i| [(100 + i).to_string(), "1".to_owned()])
        .collect();
    let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let call = |arguments: &[&str]| {
        let wat = calling("all", "i32", arguments, MEMORY);
        run(&linker, &mut Store::new(&engine, ()), &wat)
    };
    assert_eq!(call(&arguments)?, 1);
    arguments[32] = "100";
    let error = format!("{:#}", call(&arguments).unwrap_err());
    assert!(error.contains("argument 17: expected a place"), "{error}");
    Ok(())
}

/// Calls a function that returns a string, in a guest with this allocator.
fn allocate(alloc: &str) -> Result<i32> {
    let engine = Engine::default();
    let mut linker = linker(&engine, Abi::DEFAULT)?;
    linker
        .host_module("s", NoReceiver)
        .abi(Abi::DEFAULT.with_alloc("alloc"))
        .func::<(), _>("words", |()| vec![7_u32, 8])?;
    let wat = format!(
        r#"(module
            (import "s" "words" (func $words (result i32 i32)))
            (import "m" "again" (func $again (result i32)))
            (memory (export "memory") 1)
            {alloc}
            (func (export "run") (result i32)
                (call $words) (drop) (i32.load offset=4)))"#
    );
    run(&linker, &mut Store::new(&engine, ()), &wat)
}

#[test]
fn allocators_are_of_three_types() -> Result<()> {
    for alloc in [
        r#"(func (export "alloc") (param i32) (result i32) (i32.const 65528))"#,
        // It gets the alignment.
        r#"(func (export "alloc") (param i32 i32) (result i32)
            (i32.mul (local.get 1) (i32.const 4)))"#,
        r#"(func (export "alloc") (param i32 i32 i32 i32) (result i32)
            (i32.add (i32.add (local.get 0) (local.get 1))
                (i32.add (local.get 2) (i32.mul (local.get 3) (i32.const 4)))))"#,
        // It moves the memory.
        r#"(func (export "alloc") (param i32) (result i32)
            (drop (memory.grow (i32.const 100)))
            (i32.const 6000000))"#,
        // It calls the host.
        r#"(func (export "alloc") (param i32) (result i32) (call $again))"#,
    ] {
        assert_eq!(allocate(alloc)?, 8, "{alloc}");
    }
    Ok(())
}

#[test]
fn hostile_allocators_are_errors() {
    for (alloc, expected) in [
        (
            "",
            "expected the guest to export a function `alloc`, found no export of that name",
        ),
        (r#"(table (export "alloc") 1 funcref)"#, "found a table"),
        (
            r#"(func (export "alloc"))"#,
            "expected the guest's allocator `alloc` to take a size",
        ),
        (
            r#"(func (export "alloc") (param i32 i32 i32) (result i32) (i32.const 0))"#,
            "found (type (func (param i32 i32 i32) (result i32)))",
        ),
        (
            r#"(func (export "alloc") (param i64) (result i32) (i32.const 0))"#,
            "all of them i32; found (type (func (param i64)",
        ),
        (
            r#"(func (export "alloc") (param i32) (result i32) (i32.const -8))"#,
            "a multiple of 4, with room for 8 bytes, found 0xfffffff8",
        ),
        (
            r#"(func (export "alloc") (param i32) (result i32) (i32.const 65532))"#,
            "with room for 8 bytes, found 0xfffc",
        ),
        (
            r#"(func (export "alloc") (param i32) (result i32) (i32.const 2))"#,
            "with room for 8 bytes, found 0x2",
        ),
        (
            r#"(func (export "alloc") (param i32) (result i32) (i32.const 0))"#,
            "the guest's allocator `alloc` to return the address of 8 bytes, found null",
        ),
    ] {
        let error = format!("{:#}", allocate(alloc).unwrap_err());
        assert!(
            error.contains("host function `s`.`words`: result: "),
            "{error}"
        );
        assert!(error.contains(expected), "{alloc}: {error}");
    }
    let alloc = r#"(func (export "alloc") (param i32) (result i32) (unreachable))"#;
    let error = allocate(alloc).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::UnreachableCodeReached));
    let error = format!("{error:#}");
    assert!(
        error.contains("failed to call the guest's allocator `alloc`"),
        "{error}"
    );
}

/// `malloc` may return null for it.
#[test]
fn nothing_is_allocated_anywhere() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    linker
        .host_module("m", NoReceiver)
        .abi(Abi::DEFAULT.with_alloc("alloc"))
        .func::<(), _>("text", |()| "")?;
    let wat = r#"(module
        (import "m" "text" (func $text (result i32 i32)))
        (memory (export "memory") 1)
        (func (export "alloc") (param i32) (result i32) (i32.const 0))
        (func (export "run") (result i32) (call $text) (i32.add)))"#;
    assert_eq!(run(&linker, &mut Store::new(&engine, ()), wat)?, 0);
    Ok(())
}

/// An error of all these calls would overflow the stack when it is dropped.
#[test]
fn an_allocator_that_recurses_makes_no_deep_error() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    linker
        .host_module("m", NoReceiver)
        .abi(Abi::DEFAULT.with_alloc("alloc"))
        .func::<(), _>("text", |()| "text")?;
    let wat = r#"(module
        (import "m" "text" (func $text (result i32 i32)))
        (memory (export "memory") 1)
        (func (export "alloc") (param i32) (result i32) (call $text) (drop))
        (func (export "run") (result i32) (call $text) (drop)))"#;
    let error = run(&linker, &mut Store::new(&engine, ()), wat).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::StackOverflow));
    assert!(error.chain().count() < 20, "{}", error.chain().count());
    let error = format!("{error:#}");
    assert!(
        error.contains("host function `m`.`text`: result: failed to call the guest's allocator")
    );
    Ok(())
}
