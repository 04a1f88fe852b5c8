//! Errors that have a WebAssembly backtrace, and those that have none.

use super::{Refused, messages, run};
use crate::guest::instantiate;
use libwasmtime::*;
use std::sync::Mutex;

#[test]
fn backtrace_of_an_error() {
    let mut store = Store::<()>::default();
    let host = Func::wrap(&mut store, |x: i32| Err::<(), _>(Refused(x).into()));
    let run = run(&mut store, host);
    let error = run.call(&mut store, 5).unwrap_err();
    let backtrace = error.downcast_ref::<WasmBacktrace>().unwrap();
    let names: Vec<_> = backtrace
        .frames()
        .iter()
        .map(FrameInfo::func_name)
        .collect();
    assert_eq!(names, [Some("inner"), Some("outer")]);
    let indices: Vec<_> = backtrace
        .frames()
        .iter()
        .map(FrameInfo::func_index)
        .collect();
    assert_eq!(indices, [1, 2]);
    for frame in backtrace.frames() {
        assert_eq!(frame.module_name(), Some("guest"));
        assert!(frame.func_offset().unwrap() > 0);
        assert!(frame.module_offset().unwrap() > frame.func_offset().unwrap());
    }
    let text = backtrace.to_string();
    assert!(
        text.starts_with("error while executing at wasm backtrace:"),
        "{text}"
    );
    assert!(text.contains("guest!inner"), "{text}");
    assert!(text.find("inner") < text.find("outer"), "{text}");
    assert!(!text.contains("Caused by"), "{text}");
    assert!(!text.contains("host function failed"), "{text}");
    assert_eq!(messages(&error), [text, "refused 5".to_owned()]);
}

#[test]
fn backtrace_in_every_form_of_an_error() {
    let mut store = Store::<()>::default();
    let host = Func::wrap(&mut store, |x: i32| Err::<(), _>(Refused(x).into()));
    let run = run(&mut store, host);
    let mut error = run.call(&mut store, 5).unwrap_err();
    assert!(error.downcast_mut::<WasmBacktrace>().is_some());
    error.downcast_mut::<Refused>().unwrap().0 = 6;

    let text = error.downcast_ref::<WasmBacktrace>().unwrap().to_string();
    assert_eq!(error.to_string(), text);
    assert_eq!(format!("{error:#}"), format!("{text}: refused 6"));
    let shown = format!("{error:?}");
    assert!(
        shown.starts_with(&format!("{text}\n\nCaused by:\n    refused 6\n")),
        "{shown}"
    );
    let shown = format!("{error:#?}");
    assert!(
        shown.starts_with("Error {\n    context: \"error while executing at wasm backtrace:\\n"),
        "{shown}"
    );
    assert!(
        shown.ends_with("    source: Refused(\n        6,\n    ),\n}"),
        "{shown}"
    );

    let error = anyhow::Error::from(error);
    assert_eq!(format!("{error:#?}"), shown);
    assert!(error.is::<WasmBacktrace>());
    let error = Error::from_anyhow(error);
    assert_eq!(format!("{error:#?}"), shown);
    let backtrace = error.downcast::<WasmBacktrace>().unwrap();
    assert_eq!(backtrace.frames().len(), 2);

    let error = run.call(&mut store, 5).unwrap_err();
    let boxed: Box<dyn std::error::Error> = error.into();
    assert_eq!(boxed.to_string(), text);
    assert_eq!(boxed.source().unwrap().to_string(), "refused 5");
    let error = run.call(&mut store, 5).unwrap_err();
    let error = error.downcast::<Trap>().unwrap_err();
    assert_eq!(messages(&error), [text, "refused 5".to_owned()]);
}

#[test]
fn backtrace_of_a_message() {
    let mut store = Store::<()>::default();
    let host = Func::wrap(&mut store, |x: i32| -> Result<()> { bail!("no {x}") });
    let direct = host.typed::<i32, ()>(&store).unwrap();
    let error = direct.call(&mut store, 1).unwrap_err();
    assert_eq!(messages(&error), ["no 1"]);
    let run = run(&mut store, host);
    let error = run.call(&mut store, 2).unwrap_err();
    let backtrace = error.downcast_ref::<WasmBacktrace>().unwrap();
    assert_eq!(messages(&error), [backtrace.to_string(), "no 2".to_owned()]);
    assert_eq!(error.downcast_ref(), Some(&"no 2".to_owned()));
}

/// A call of a host function by the host adds no backtrace to the error.
#[test]
fn backtrace_without_frames_is_not_seen() {
    let mut store = Store::<()>::default();
    let host = Func::wrap(&mut store, |x: i32| Err::<(), _>(Refused(x).into()));
    let direct = host.typed::<i32, ()>(&store).unwrap();
    let fail = |store: &mut Store<()>| direct.call(store, 4).unwrap_err();

    let mut error = fail(&mut store);
    assert!(!error.is::<WasmBacktrace>());
    assert!(error.downcast_mut::<WasmBacktrace>().is_none());
    assert!(error.downcast::<WasmBacktrace>().is_err());
    let error = fail(&mut store);
    assert_eq!(format!("{error} {error:#}"), "refused 4 refused 4");
    assert_eq!(format!("{error:#?}"), format!("{:#?}", Refused(4)));
    let inner: &(dyn std::error::Error + Send + Sync) = error.as_ref();
    assert_eq!(inner.downcast_ref(), Some(&Refused(4)));
    let error = anyhow::Error::from(error);
    assert_eq!(format!("{error:#}"), "refused 4");
    let error = fail(&mut store).context("calling");
    assert_eq!(messages(&error), ["calling", "refused 4"]);

    // An error that then passes through WebAssembly code gets one.
    let error = Mutex::new(Some(fail(&mut store)));
    let pass = Func::wrap(&mut store, move |_: i32| {
        error.lock().unwrap().take().map_or(Ok(()), Err)
    });
    let run = run(&mut store, pass);
    let error = run.call(&mut store, 0).unwrap_err();
    let backtrace = error.downcast_ref::<WasmBacktrace>().unwrap();
    assert_eq!(backtrace.frames().len(), 2);
    assert_eq!(
        messages(&error),
        [backtrace.to_string(), "refused 4".to_owned()]
    );
}

/// The alternate form is that of `anyhow`, including its escapes.
#[test]
fn backtrace_with_quotes_is_shown_as_anyhow_does() {
    let mut store = Store::<()>::default();
    let host = Func::wrap(&mut store, |x: i32| Err::<(), _>(Refused(x).into()));
    let module = r#"(module
        (import "" "" (func $host (param i32)))
        (func $"it's" (export "run") (call $host (i32.const 1))))"#;
    let instance = instantiate(&mut store, module, &[host.into()]);
    let run = instance
        .get_typed_func::<(), ()>(&mut store, "run")
        .unwrap();
    let error = run.call(&mut store, ()).unwrap_err();
    let shown = format!("{error:#?}");
    assert!(shown.contains(r"it\'s"), "{shown}");
    assert_eq!(format!("{:#?}", anyhow::Error::from(error)), shown);
}
