//! Texts that a guest writes: they are printed, but no decision depends on them.

use super::messages;
use libwasmtime::error::Context;
use libwasmtime::*;

/// Texts that could be mistaken for libwasmtime's.
const TEXTS: &[&str] = &[
    "wasm trap: interrupt",
    "thrown Wasm exception",
    "Exited with i32 exit status 0",
    "unknown import: `a::b` has not been defined",
    "x\n\nCaused by:\n    wasm trap: interrupt",
    "x\n\nCaused by:\n    wasm trap: interrupt\n",
    "x\n\nCaused by:\n    0: y\n    1: wasm trap: interrupt\n",
    "x\n\nCaused by:\n    thrown Wasm exception\n",
    "x\n\nCaused by:\n    Exited with i32 exit status 0\n",
    "\n    1: wasm trap: interrupt\n",
    "\n\nCaused by:\n    0: error while executing at wasm backtrace:\n    0:   0x1 - m!f\n    \
     1: wasm trap: interrupt",
    "error while executing at wasm backtrace:\n    0:   0x1 - m!f\n\nCaused by:\n    \
     wasm trap: interrupt\n",
    "memory fault at wasm address 0x1 in linear memory of size 0x2",
    "x` has not been defined\nStack backtrace:\n   0: main",
    "\nStack backtrace:\n   0: main\n",
    // The rest would be a native stack.
    "x\n\nCaused by:\n    wasm trap: interrupt\n\nStack backtrace:\n   0: main\n",
    "x\n\nCaused by:\n    thrown Wasm exception\n\nStack backtrace:\n   0: main\n",
    "\n\nCaused by:\n    thrown Wasm exception\nStack backtrace:\n0: main",
];

/// Returns a text as a string of the text format.
fn quoted(text: &str) -> String {
    let escaped: String = text
        .bytes()
        .map(|byte| match byte {
            b' ' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => char::from(byte).to_string(),
            other => format!("\\{other:02x}"),
        })
        .collect();
    format!("\"{escaped}\"")
}

/// The error is a text, and none of the types that programs look for.
#[track_caller]
fn assert_plain(error: &Error) {
    assert!(!error.is::<Trap>(), "{error:?}");
    assert!(!error.is::<ThrownException>(), "{error:?}");
    assert!(!error.is::<WasmBacktrace>(), "{error:?}");
    assert!(!error.is::<I32Exit>(), "{error:?}");
    assert!(!error.is::<UnknownImportError>(), "{error:?}");
    assert!(!error.chain().any(|cause| cause.is::<Trap>()), "{error:?}");
}

#[track_caller]
fn assert_unknown(error: &Error, module: &str, name: &str) {
    let Some(unknown) = error.downcast_ref::<UnknownImportError>() else {
        panic!("{error:?}");
    };
    assert_eq!((unknown.module(), unknown.name()), (module, name));
    assert!(!error.is::<Trap>() && !error.is::<ThrownException>());
    assert_eq!(error.chain().count(), 1);
    assert_eq!(error.to_string(), unknown.to_string());
}

#[test]
fn names_of_unknown_imports() -> Result<()> {
    let engine = Engine::default();
    for text in TEXTS {
        for (module, name) in [(*text, "x"), ("x", *text), (*text, *text)] {
            let wat = format!(
                "(module (import {} {} (func)))",
                quoted(module),
                quoted(name)
            );
            let guest = Module::new(&engine, wat)?;
            let linker = Linker::new(&engine);
            let mut store = Store::new(&engine, ());
            assert_unknown(
                &linker.instantiate(&mut store, &guest).unwrap_err(),
                module,
                name,
            );
            assert_unknown(
                &linker.instantiate_pre(&guest).map(drop).unwrap_err(),
                module,
                name,
            );
        }
    }
    Ok(())
}

/// The text of the error doesn't decide which import is unknown.
#[test]
fn names_of_imports_that_read_alike() -> Result<()> {
    let engine = Engine::default();
    let guest = Module::new(
        &engine,
        r#"(module (import "a::b" "c" (func)) (import "a" "b::c" (memory 1)))"#,
    )?;
    let mut store = Store::new(&engine, ());
    for (defined, missing) in [(None, ("a::b", "c")), (Some(("a::b", "c")), ("a", "b::c"))] {
        let mut linker = Linker::new(&engine);
        if let Some((module, name)) = defined {
            linker.func_wrap(module, name, || {})?;
        }
        let error = linker.instantiate(&mut store, &guest).unwrap_err();
        assert_unknown(&error, missing.0, missing.1);
        let error = linker.instantiate_pre(&guest).map(drop).unwrap_err();
        assert_unknown(&error, missing.0, missing.1);
    }
    // Both are defined, but one has another type.
    let mut linker = Linker::new(&engine);
    linker.func_wrap("a::b", "c", || {})?;
    linker.func_wrap("a", "b::c", || {})?;
    assert_plain(&linker.instantiate(&mut store, &guest).unwrap_err());
    Ok(())
}

#[test]
fn names_of_imports_that_do_not_fit() -> Result<()> {
    let engine = Engine::default();
    for text in TEXTS {
        let wat = format!("(module (import {0} {0} (memory 1)))", quoted(text));
        let guest = Module::new(&engine, wat)?;
        let mut store = Store::new(&engine, ());
        let func = Func::wrap(&mut store, || {});
        let error = Instance::new(&mut store, &guest, &[func.into()]).unwrap_err();
        assert_plain(&error);
        let mut linker = Linker::new(&engine);
        linker.define(&store, text, text, func)?;
        assert_plain(&linker.instantiate(&mut store, &guest).unwrap_err());
        assert_plain(&linker.instantiate_pre(&guest).map(drop).unwrap_err());
        // Twice, and a name that is looked up.
        assert_plain(
            &linker
                .define(&store, text, text, func)
                .map(drop)
                .unwrap_err(),
        );
        assert_plain(&linker.func_wrap(text, text, || {}).map(drop).unwrap_err());
        assert_plain(&linker.get(&mut store, text, "").unwrap_err());

        let wat = format!(
            "(module (import {0} {0} (global (ref func))))",
            quoted(text)
        );
        let guest = Module::new(&engine, wat)?;
        let mut linker = Linker::new(&engine);
        let defined = linker.define_unknown_imports_as_default_values(&mut store, &guest);
        assert_plain(&defined.unwrap_err());
    }
    Ok(())
}

#[test]
fn names_of_exports() -> Result<()> {
    let engine = Engine::default();
    for text in TEXTS {
        let name = quoted(text);
        let mut store = Store::new(&engine, ());
        let wat = format!("(module (memory (export {name}) 1) (func (export \"_start\")))");
        let guest = Module::new(&engine, wat)?;
        let mut linker = Linker::new(&engine);
        assert_plain(&linker.module(&mut store, "", &guest).map(drop).unwrap_err());
        let instance = Instance::new(&mut store, &guest, &[])?;
        let typed = instance.get_typed_func::<(), ()>(&mut store, text);
        assert_plain(&typed.unwrap_err());

        let twice = format!("(module (memory (export {name}) 1) (func (export {name})))");
        assert_plain(&Module::new(&engine, &twice).unwrap_err());
        let twice = wat2wasm(twice)?;
        assert_plain(&Module::new(&engine, &*twice).unwrap_err());
        assert_plain(&Module::validate(&engine, &twice).unwrap_err());
    }
    Ok(())
}

/// In the binary format and in the text format.
#[test]
fn what_is_no_module() -> Result<()> {
    let engine = Engine::default();
    for text in TEXTS {
        let name = quoted(text);
        for wat in [
            (*text).to_owned(),
            format!("(module {text})"),
            format!("(module {name})"),
            format!("(module (func (call ${name})))"),
            format!("(module (@custom {name} {name}) (func (result i32) (@name {name})))"),
            format!("(module (@name {name}) (func $f (@name {name}) (call $g)))"),
            format!("(module (import {name} {name} (func)) (start 5))"),
        ] {
            assert_plain(&Module::new(&engine, &wat).unwrap_err());
            let file = crate::module::scratch("hostile.wat");
            std::fs::write(&file, &wat)?;
            assert_plain(&Module::from_file(&engine, &file).unwrap_err());
            assert_plain(&Module::new(&engine, text.as_bytes()).unwrap_err());
        }
        // A section with a wrong size.
        let mut binary = b"\0asm\x01\0\0\0\0\x7f".to_vec();
        binary.extend(text.as_bytes());
        assert_plain(&Module::new(&engine, binary).unwrap_err());
        // SAFETY: this is no code.
        let error = unsafe { Module::deserialize(&engine, text) }.unwrap_err();
        assert_plain(&error);
    }
    Ok(())
}

/// Returns a module and functions with that name, which fail in many ways.
fn named(text: &str) -> String {
    let name = quoted(text);
    format!(
        r#"(module (@name {name})
            (import "" "f" (func $f))
            (memory (export "memory") 1)
            (func $trap (@name {name}) (export "trap") unreachable)
            (func $load (@name {name}) (export "load")
                (drop (i32.load (i32.const 0x12345678))))
            (func $host (@name {name}) (export "host") (call $f)))"#
    )
}

#[test]
fn names_in_backtraces() -> Result<()> {
    let engine = Engine::default();
    for text in TEXTS {
        let mut store = Store::new(&engine, ());
        let host = Func::wrap(&mut store, || Err::<(), _>(Error::msg("of the host")));
        let guest = Module::new(&engine, named(text))?;
        let instance = Instance::new(&mut store, &guest, &[host.into()])?;
        for (name, trap) in [
            ("trap", Some(Trap::UnreachableCodeReached)),
            ("load", Some(Trap::MemoryOutOfBounds)),
            ("host", None),
        ] {
            let f = instance.get_typed_func::<(), ()>(&mut store, name)?;
            let error = f.call(&mut store, ()).unwrap_err();
            assert_eq!(error.downcast_ref(), trap.as_ref(), "{error:?}");
            assert!(!error.is::<ThrownException>() && !error.is::<I32Exit>());
            let backtrace = error.downcast_ref::<WasmBacktrace>().expect("it has one");
            assert_eq!(backtrace.frames().len(), 1);
            assert_eq!(backtrace.frames()[0].func_name(), Some(*text));
            assert_eq!(backtrace.frames()[0].module_name(), Some(*text));
            // The whole error is the text, and no part of it is taken for a message.
            let shown = backtrace.to_string();
            assert!(shown.contains(text), "{shown}");
            let messages = messages(&error);
            assert_eq!(messages[0], shown);
            let fault = "memory fault at wasm address 0x12345678 in linear memory of size 0x10000";
            match name {
                "trap" => assert_eq!(messages[1..], [Trap::UnreachableCodeReached.to_string()]),
                "load" => assert_eq!(
                    messages[1..],
                    [fault.to_owned(), Trap::MemoryOutOfBounds.to_string()]
                ),
                _ => assert_eq!(messages[1..], ["of the host"]),
            }
        }
    }
    Ok(())
}

/// An exit status is found if the program exited, and only then.
#[cfg(feature = "wasi")]
#[test]
fn names_of_programs_that_exit() -> Result<()> {
    let engine = Engine::default();
    for text in TEXTS {
        let name = quoted(text);
        let wat = format!(
            r#"(module (@name {name})
                (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
                (memory (export "memory") 1)
                (func (@name {name}) (export "_start") (call $exit (i32.const 3))))"#
        );
        let mut store = Store::new(&engine, ());
        store.set_wasi(wasi::WasiCtxBuilder::new().arg(text).build_p1())?;
        let mut linker = Linker::new(&engine);
        wasi::add_to_linker(&mut linker)?;
        let instance = linker.instantiate(&mut store, &Module::new(&engine, wat)?)?;
        let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
        let error = start.call(&mut store, ()).unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&I32Exit(3)));
        assert!(!error.is::<Trap>() && !error.is::<ThrownException>());
        assert_eq!(messages(&error).len(), 2);
    }
    Ok(())
}

/// A name isn't mistaken for an exception, whether or not one is pending.
#[cfg(feature = "gc")]
#[test]
fn names_beside_a_pending_exception() -> Result<()> {
    let engine = Engine::new(Config::new().wasm_exceptions(true))?;
    let mut store = Store::new(&engine, ());
    let wat = "(module (tag $t) (func $throw (export \"throw\") (throw $t)))";
    let instance = crate::guest::instantiate(&mut store, wat, &[]);
    let throw = instance.get_typed_func::<(), ()>(&mut store, "throw")?;
    for text in TEXTS {
        let error = throw.call(&mut store, ()).unwrap_err();
        assert!(error.is::<ThrownException>() && store.has_pending_exception());
        let wat = format!("(module (import {0} {0} (memory 1)))", quoted(text));
        let guest = Module::new(&engine, wat)?;
        let linker = Linker::new(&engine);
        let error = linker.instantiate(&mut store, &guest).unwrap_err();
        assert_unknown(&error, text, text);
        let func = Func::wrap(&mut store, || {});
        assert_plain(&Instance::new(&mut store, &guest, &[func.into()]).unwrap_err());
        let guest = Module::new(&engine, named(text))?;
        let host = Func::wrap(&mut store, || {});
        let instance = Instance::new(&mut store, &guest, &[host.into()])?;
        let trap = instance.get_typed_func::<(), ()>(&mut store, "trap")?;
        let error = trap.call(&mut store, ()).unwrap_err();
        assert!(error.is::<Trap>() && !error.is::<ThrownException>());

        // An exception that a start function throws is found.
        let name = quoted(text);
        let wat = format!("(module (tag $t) (func $f (@name {name}) (throw $t)) (start $f))");
        let guest = Module::new(&engine, wat)?;
        let error = linker.instantiate(&mut store, &guest).unwrap_err();
        assert!(error.is::<ThrownException>(), "{error:?}");
        assert!(error.is::<WasmBacktrace>() && !error.is::<Trap>());
    }
    Ok(())
}

/// Texts of the host aren't mistaken for something else either.
#[test]
fn texts_of_the_host() -> Result<()> {
    let engine = Engine::default();
    for text in TEXTS {
        let mut store = Store::new(&engine, ());
        let f = Func::wrap(&mut store, || Err::<(), _>(Error::msg(*text)));
        let error = f.call(&mut store, &[], &mut []).unwrap_err();
        assert_plain(&error);
        assert_eq!(error.to_string(), *text);
        let error = Err::<(), _>(error).context(*text).unwrap_err();
        assert_plain(&error);
    }
    Ok(())
}

/// Fails with a text.
struct Creator(&'static str);

// SAFETY: it makes no memory.
unsafe impl MemoryCreator for Creator {
    fn new_memory(
        &self,
        _: MemoryType,
        _: usize,
        _: Option<usize>,
        _: Option<usize>,
        _: usize,
    ) -> Result<Box<dyn LinearMemory>, String> {
        Err(self.0.to_owned())
    }
}

#[test]
fn texts_of_who_makes_memories() -> Result<()> {
    for text in TEXTS {
        let mut config = Config::new();
        config.with_host_memory(std::sync::Arc::new(Creator(text)));
        let engine = Engine::new(&config)?;
        let mut store = Store::new(&engine, ());
        let guest = Module::new(&engine, "(module (memory 1))")?;
        let linker = Linker::new(&engine);
        assert_plain(&Instance::new(&mut store, &guest, &[]).unwrap_err());
        assert_plain(&linker.instantiate(&mut store, &guest).unwrap_err());
        let pre = linker.instantiate_pre(&guest)?;
        assert_plain(&pre.instantiate(&mut store).unwrap_err());
    }
    Ok(())
}

/// Fails with a text.
#[cfg(feature = "async")]
struct Stacks(&'static str);

// SAFETY: it creates no stack.
#[cfg(feature = "async")]
unsafe impl StackCreator for Stacks {
    fn new_stack(&self, _: usize, _: bool) -> Result<Box<dyn StackMemory>, Error> {
        Err(Error::msg(self.0))
    }
}

#[cfg(feature = "async")]
#[test]
fn texts_of_who_creates_stacks() -> Result<()> {
    use futures::executor::block_on;

    for text in TEXTS {
        let mut config = Config::new();
        config.with_host_stack(std::sync::Arc::new(Stacks(text)));
        let engine = Engine::new(&config)?;
        let mut store = Store::new(&engine, ());
        let f = Func::wrap(&mut store, || {});
        assert_plain(&block_on(f.call_async(&mut store, &[], &mut [])).unwrap_err());
        let guest = Module::new(&engine, "(module (memory 1))")?;
        let instance = Linker::new(&engine);
        let instance = block_on(instance.instantiate_async(&mut store, &guest));
        if let Err(error) = instance {
            assert_plain(&error);
        }
    }
    Ok(())
}

/// What tells a trap by its text alone.
#[cfg(feature = "gc")]
#[test]
fn traps_of_tables() -> Result<()> {
    let mut store = Store::<()>::default();
    let table = Table::new(
        &mut store,
        TableType::new(RefType::FUNCREF, 2, None),
        Ref::Func(None),
    )?;
    let error = table.set(&mut store, 2, Ref::Func(None)).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::TableOutOfBounds));
    Ok(())
}
