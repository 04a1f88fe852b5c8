//! Errors of host functions, on their way to the caller that handles them.

mod backtrace;
mod hostile;

use crate::guest::{Drops, instantiate};
use libwasmtime::error::Context;
use libwasmtime::*;
use std::fmt;

/// An error of a host function.
#[derive(Debug, PartialEq)]
pub struct Refused(pub i32);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused {}", self.0)
    }
}

impl std::error::Error for Refused {}

/// A module with two named functions, the outer of which is exported.
pub const NAMED: &str = r#"(module $guest
    (import "" "" (func $host (param i32)))
    (func $inner (param i32) (call $host (local.get 0)))
    (func $outer (export "run") (param i32) (call $inner (local.get 0))))"#;

fn run<T>(store: &mut Store<T>, host: Func) -> TypedFunc<i32, ()> {
    instantiate(store, NAMED, &[host.into()])
        .get_typed_func(store, "run")
        .unwrap()
}

pub fn messages(error: &Error) -> Vec<String> {
    error.chain().map(ToString::to_string).collect()
}

#[test]
fn error_arrives_as_it_was() {
    let mut store = Store::<()>::default();
    let host = Func::wrap(&mut store, |x: i32| Err::<(), _>(Refused(x).into()));

    // A call directly from the host adds nothing.
    let direct = host.typed::<i32, ()>(&store).unwrap();
    let error = direct.call(&mut store, 4).unwrap_err();
    assert_eq!(messages(&error), ["refused 4"]);
    assert_eq!(error.downcast::<Refused>().unwrap(), Refused(4));

    let run = run(&mut store, host);
    let error = run.call(&mut store, 5).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Refused(5)));
    assert!(error.is::<WasmBacktrace>());
    assert!(!error.is::<Trap>());
    assert_eq!(error.root_cause().to_string(), "refused 5");
    assert_eq!(error.downcast::<Refused>().unwrap(), Refused(5));
}

/// An error may be inspected after a panic, whatever it contains.
#[test]
fn error_is_unwind_safe() {
    fn check<T: std::panic::UnwindSafe + std::panic::RefUnwindSafe + Send + Sync + Unpin>() {}
    check::<Error>();
}

#[test]
fn every_level_adds_context() {
    let mut store = Store::<()>::default();
    let fail = Func::wrap(&mut store, |x: i32| Err::<(), _>(Refused(x).into()));
    let inner = run(&mut store, fail);
    let middle = Func::wrap(&mut store, move |caller: Caller<'_, ()>, x: i32| {
        inner
            .call(caller, x + 1)
            .with_context(|| format!("inner of {x}"))
    });
    let middle = run(&mut store, middle);
    let outer = Func::wrap(&mut store, move |caller: Caller<'_, ()>, x: i32| {
        middle.call(caller, x + 1).context("outer")
    });
    let outer = run(&mut store, outer);

    let error = outer.call(&mut store, 0).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Refused(2)));
    let messages = messages(&error);
    assert_eq!(messages.len(), 4, "{messages:#?}");
    assert_eq!(messages[..2], ["outer", "inner of 1"]);
    assert_eq!(messages[3], "refused 2");

    // There is one backtrace: of the place where the error began, with all active frames.
    let backtrace = error.downcast_ref::<WasmBacktrace>().unwrap();
    assert_eq!(messages[2], backtrace.to_string());
    let names: Vec<_> = backtrace
        .frames()
        .iter()
        .filter_map(FrameInfo::func_name)
        .collect();
    assert_eq!(names, ["inner", "outer"].repeat(3));
}

#[test]
fn context_of_any_type_is_found() {
    #[derive(Debug)]
    struct Request(u32);
    impl fmt::Display for Request {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "in request {}", self.0)
        }
    }
    let mut store = Store::<()>::default();
    let host = Func::wrap(&mut store, |x: i32| {
        Err::<(), _>(Error::new(Refused(x)).context(Request(7)))
    });
    let run = run(&mut store, host);
    let error = run.call(&mut store, 1).unwrap_err().context("last");
    assert_eq!(error.downcast_ref::<Request>().unwrap().0, 7);
    assert_eq!(error.downcast_ref(), Some(&Refused(1)));
    assert_eq!(error.to_string(), "last");
}

#[test]
fn swallowed_error_is_gone() {
    let mut store = Store::new(&Engine::default(), Vec::<String>::new());
    let fail = Func::wrap(&mut store, |x: i32| {
        ensure!(x == 0, Refused(x));
        Ok(())
    });
    let inner = run(&mut store, fail);
    let swallow = Func::wrap(
        &mut store,
        move |mut caller: Caller<'_, Vec<String>>, x: i32| {
            if let Err(error) = inner.call(&mut caller, x) {
                let text = error.root_cause().to_string();
                caller.data_mut().push(text);
            }
        },
    );
    let outer = instantiate(
        &mut store,
        r#"(module
            (import "" "" (func $swallow (param i32)))
            (func (export "ok") (param i32) (call $swallow (local.get 0)))
            (func (export "trap") (param i32) (call $swallow (local.get 0)) unreachable))"#,
        &[swallow.into()],
    );
    let ok = outer.get_typed_func::<i32, ()>(&mut store, "ok").unwrap();
    let trap = outer.get_typed_func::<i32, ()>(&mut store, "trap").unwrap();

    ok.call(&mut store, 1).unwrap();
    // The next error isn't mistaken for it.
    let error = trap.call(&mut store, 2).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::UnreachableCodeReached));
    assert!(!error.is::<Refused>());
    let error = inner.call(&mut store, 3).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Refused(3)));
    inner.call(&mut store, 0).unwrap();
    let error = trap.call(&mut store, 0).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::UnreachableCodeReached));
    assert_eq!(store.data(), &["refused 1", "refused 2"]);
}

#[test]
fn error_in_a_start_function() {
    let mut store = Store::<()>::default();
    let host = Func::wrap(&mut store, |x: i32| Err::<(), _>(Refused(x).into()));
    let module = Module::new(
        store.engine(),
        r#"(module (import "" "host" (func $host (param i32)))
            (func $start (call $host (i32.const 6)))
            (start $start))"#,
    )
    .unwrap();
    let error = Instance::new(&mut store, &module, &[host.into()]).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Refused(6)));
    assert!(error.is::<WasmBacktrace>());

    let mut linker = Linker::new(store.engine());
    linker
        .func_wrap("", "host", |x: i32| Err::<(), _>(Refused(x + 1).into()))
        .unwrap();
    let error = linker.instantiate(&mut store, &module).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Refused(7)));
    let pre = linker.instantiate_pre(&module).unwrap();
    let error = pre.instantiate(&mut store).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Refused(7)));
}

#[test]
fn error_in_a_reactor() {
    let mut store = Store::<()>::default();
    let mut linker = Linker::new(store.engine());
    linker
        .func_wrap("", "host", || Err::<(), _>(Refused(8).into()))
        .unwrap();
    let module = |body: &str| {
        let wat = format!(
            r#"(module (import "" "host" (func $host))
                (func $f (export "_initialize") {body}))"#
        );
        Module::new(linker.engine(), wat).unwrap()
    };
    let (fails, traps) = (module("call $host"), module("unreachable"));
    let error = linker.module(&mut store, "a", &fails).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Refused(8)));

    // libwasmtime's context of a trap is kept.
    let error = linker.module(&mut store, "b", &traps).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::UnreachableCodeReached));
    let backtrace = error.downcast_ref::<WasmBacktrace>().unwrap();
    assert_eq!(backtrace.frames()[0].func_name(), Some("f"));
    let text = backtrace.to_string();
    assert!(
        text.starts_with("error while executing at wasm backtrace:"),
        "{text}"
    );
    assert!(messages(&error).contains(&text), "{error:?}");
}

#[test]
fn errors_are_dropped_once() {
    #[derive(Debug)]
    struct Counted(#[allow(dead_code, reason = "only dropped")] NoDebug);
    struct NoDebug(#[allow(dead_code, reason = "only dropped")] crate::guest::Dropped);
    impl fmt::Debug for NoDebug {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            fmt::Result::Ok(())
        }
    }
    impl fmt::Display for Counted {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("counted")
        }
    }
    impl std::error::Error for Counted {}

    let drops = Drops::default();
    let mut store = Store::<()>::default();
    let host = Func::wrap(&mut store, {
        let drops = drops.clone();
        move |_: i32| Err::<(), _>(Counted(NoDebug(drops.counted())).into())
    });
    let run = run(&mut store, host);
    let error = run.call(&mut store, 1).unwrap_err();
    assert_eq!(drops.count(), 0);
    drop(error);
    assert_eq!(drops.count(), 1);
    run.call(&mut store, 1).unwrap_err();
    assert_eq!(drops.count(), 2);
    drop(store);
    assert_eq!(drops.count(), 2);
}

#[test]
fn macros_and_conversions() {
    fn parse(text: &str) -> Result<i32> {
        ensure!(!text.is_empty(), "nothing to parse");
        if text == "?" {
            bail!(Refused(0));
        }
        let number = text.parse::<i32>().context("no number")?;
        Ok(number)
    }
    assert_eq!(parse("5").unwrap(), 5);
    assert_eq!(parse("").unwrap_err().to_string(), "nothing to parse");
    assert_eq!(parse("?").unwrap_err().downcast_ref(), Some(&Refused(0)));
    let error = parse("x").unwrap_err();
    assert_eq!(error.to_string(), "no number");
    assert!(error.is::<std::num::ParseIntError>());
    assert!(error.root_cause().is::<std::num::ParseIntError>());
    let error: Error = format_err!("{} and {}", 1, 2);
    assert_eq!(error.to_string(), "1 and 2");
    let missing: Option<i32> = None;
    assert_eq!(
        missing.context("missing").unwrap_err().to_string(),
        "missing"
    );
}

#[cfg(feature = "gc")]
#[test]
fn exception_that_nothing_catches() {
    let engine = Engine::new(Config::new().wasm_exceptions(true)).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = instantiate(
        &mut store,
        r#"(module
            (tag $t (param i32))
            (func (export "throw") (throw $t (i32.const 1)))
            (func (export "ok") (result i32) (i32.const 7)))"#,
        &[],
    );
    let throw = instance
        .get_typed_func::<(), ()>(&mut store, "throw")
        .unwrap();
    let ok = instance
        .get_typed_func::<(), i32>(&mut store, "ok")
        .unwrap();
    for _ in 0..2 {
        let error = throw.call(&mut store, ()).unwrap_err();
        assert!(!error.is::<Trap>());
        let text = error.root_cause().to_string();
        assert!(text.contains("exception"), "{text}");
        assert_eq!(ok.call(&mut store, ()).unwrap(), 7);
    }
    let host = Func::wrap(&mut store, move |caller: Caller<'_, ()>, _: i32| {
        throw.call(caller, ())
    });
    let run = run(&mut store, host);
    let error = run.call(&mut store, 0).unwrap_err();
    assert!(error.root_cause().to_string().contains("exception"));
    assert_eq!(ok.call(&mut store, ()).unwrap(), 7);
}

#[test]
fn glob_import_leaves_the_prelude_alone() {
    fn half(x: i32) -> Result<i32> {
        ensure!(x % 2 == 0, "{x} is odd");
        Ok(x / 2)
    }
    assert!(matches!(half(4), Ok(2)));
    let Err(error) = half(3) else {
        panic!("3 is odd");
    };
    assert_eq!(error.to_string(), "3 is odd");
}

#[test]
fn module_of_the_error_type() -> error::Result<()> {
    use error::Context as _;

    let inner: error::Result<()> = Err(error::Error::new(Refused(1)));
    let outer = inner.context("outer").unwrap_err();
    let chain: error::Chain<'_> = outer.chain();
    assert_eq!(chain.count(), 2);
    let quick = || {
        error::ensure!(outer.is::<Refused>(), "not refused");
        error::Ok(())
    };
    quick()?;
    let make = || -> error::Result<()> { error::bail!(error::format_err!("made of {}", 1)) };
    assert_eq!(make().unwrap_err().to_string(), "made of 1");
    Ok(())
}

#[test]
fn to_and_from_anyhow() {
    fn outer(error: Error) -> anyhow::Result<()> {
        Err(error)?;
        Ok(())
    }
    let error = Error::from_anyhow(anyhow::Error::new(Refused(1)).context("asking"));
    assert_eq!(error.downcast_ref(), Some(&Refused(1)));
    let error = outer(error.context("calling")).unwrap_err();
    assert_eq!(format!("{error:#}"), "calling: asking: refused 1");
    assert_eq!(error.downcast_ref(), Some(&Refused(1)));
    let error = Err::<(), _>(error).to_wasmtime_result().unwrap_err();
    assert!(format_err!(error).is::<Refused>());

    // Each error type in the other's macros and boxes.
    let error = format_err!(anyhow::Error::new(Refused(2)));
    assert_eq!(error.downcast_ref(), Some(&Refused(2)));
    let error = anyhow::anyhow!(error);
    assert_eq!(error.downcast_ref(), Some(&Refused(2)));
    let boxed: Box<dyn std::error::Error + Send + Sync> = Error::from_anyhow(error).into();
    let error = Error::from_boxed(boxed);
    assert_eq!(error.to_string(), "refused 2");
}

/// A program may have an error type that both convert into: they are two types then.
#[test]
fn an_error_of_both() {
    #[derive(Debug)]
    enum Failed {
        Wasm(Error),
        Other(anyhow::Error),
    }
    impl From<Error> for Failed {
        fn from(error: Error) -> Failed {
            Failed::Wasm(error)
        }
    }
    impl From<anyhow::Error> for Failed {
        fn from(error: anyhow::Error) -> Failed {
            Failed::Other(error)
        }
    }
    let run = |wasm: bool| -> Result<(), Failed> {
        if wasm {
            Err(Error::msg("a"))?;
        }
        Err(anyhow::Error::msg("b"))?
    };
    assert!(matches!(run(true), Err(Failed::Wasm(error)) if error.to_string() == "a"));
    assert!(matches!(run(false), Err(Failed::Other(error)) if error.to_string() == "b"));
}

#[test]
fn text_of_an_error() {
    let error = Error::new(Refused(1));
    assert_eq!(format!("{error} {error:#}"), "refused 1 refused 1");
    let shown = |error: &Error| {
        let text = format!("{error:?}");
        // After it follow the host's own frames, if the environment requests them.
        text.split("\nStack backtrace:").next().unwrap().to_owned()
    };
    assert_eq!(shown(&error), "refused 1");
    let error = error.context("one\ntwo");
    assert_eq!(shown(&error), "one\ntwo\n\nCaused by:\n    refused 1\n");
    let error = error.context("last");
    assert_eq!(
        shown(&error),
        "last\n\nCaused by:\n    0: one\ntwo\n    1: refused 1\n"
    );
    assert_eq!(format!("{error:#}"), "last: one\ntwo: refused 1");
}

#[test]
fn context_of_what_fails() {
    let failed: Result<(), Refused> = Err(Refused(1));
    let error = failed.context("a").context("b").unwrap_err();
    assert_eq!(format!("{error:#}"), "b: a: refused 1");
    let error = None::<i32>
        .with_context(|| format!("no {}", 1))
        .unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&"no 1".to_owned()));
    let unused = || -> &str { unreachable!("there is no error") };
    assert_eq!(Some(1).with_context(unused).unwrap(), 1);
    assert_eq!(Ok::<_, Refused>(2).with_context(unused).unwrap(), 2);
}

#[test]
fn condition_of_ensure() {
    let check = |x: &bool, y: i32| {
        ensure!(x);
        ensure!(y == 1 || !x, Refused(y));
        error::Ok(())
    };
    check(&true, 1).unwrap();
    let error = check(&false, 1).unwrap_err();
    assert_eq!(error.to_string(), "Condition failed: `x`");
    let error = check(&true, 2).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Refused(2)));
}

/// The stack is captured if, and only if, the environment requests it, as for any error in
/// Rust.
#[cfg(feature = "backtrace")]
#[test]
fn backtrace_of_the_host() {
    use std::backtrace::{Backtrace, BacktraceStatus};

    let error = Error::msg("refused");
    let status = error.backtrace().status();
    assert_eq!(status, Backtrace::capture().status());
    assert_eq!(
        format!("{error:?}").contains("Stack backtrace:"),
        status == BacktraceStatus::Captured
    );
}

#[test]
fn out_of_memory_is_an_error_of_a_host() {
    fn reserve(size: usize) -> Result<(), OutOfMemory> {
        Err(OutOfMemory::new(size))
    }
    fn host() -> libwasmtime::Result<()> {
        reserve(1 << 20)?;
        Ok(())
    }
    let error = host().unwrap_err();
    let found = error.downcast_ref::<OutOfMemory>().unwrap();
    assert_eq!(found.requested_allocation_size(), 1 << 20);
    assert_eq!(
        error.to_string(),
        "out of memory (failed to allocate 1048576 bytes)"
    );
}
