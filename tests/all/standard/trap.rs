use super::*;
use libwasmtime::bail;
use std::error::Error as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

#[derive(Debug, thiserror::Error)]
#[error("number {0} failed")]
struct Failed(u32);

const CALL_HOST: &str = r#"
    (module $calling
        (import "" "" (func $host))
        (func $inner (call $host))
        (func (export "run") (call $inner)))
"#;

#[test]
fn trap_has_message_code_and_frames() {
    let mut store = Store::default();
    let wat = r#"
        (module $math
            (func $divide (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))
            (func (export "run") (param i32) (result i32) (call $divide (local.get 0))))
    "#;
    let instance = instantiate(&mut store, wat, &[]).unwrap();
    let error = func(&instance, "run")
        .call(&mut store, &[Val::I32(0)])
        .unwrap_err();
    drop((instance, store));

    let trap = error.downcast::<Trap>().unwrap();
    assert!(trap.message().contains("integer divide by zero"), "{trap}");
    assert!(!trap.message().contains('\0'));
    assert_eq!(trap.code(), Some(libwasmtime::Trap::IntegerDivisionByZero));
    assert!(trap.source().is_none());
    let frames: Vec<_> = trap
        .trace()
        .iter()
        .map(|frame| (frame.func_index(), frame.func_name(), frame.module_name()))
        .collect();
    assert_eq!(
        frames,
        [(0, Some("divide"), Some("math")), (1, None, Some("math"))]
    );
    let origin: &Frame = trap.origin().unwrap();
    assert_eq!(origin.func_index(), 0);
    assert!(origin.func_offset().is_some() && origin.module_offset() > origin.func_offset());
}

#[test]
fn host_error_is_message_and_source() {
    let mut store = Store::default();
    let import = host(&mut store, |_| {
        let failed = Err(Failed(7));
        libwasmtime::error::Context::context(failed, "sad")
    });
    let direct = import.call(&mut store, &[]).unwrap_err();
    assert_eq!(message(&direct), "sad: number 7 failed");
    assert!(direct.downcast_ref::<Trap>().unwrap().origin().is_none());

    let instance = instantiate(&mut store, CALL_HOST, &[import.into()]).unwrap();
    let error = func(&instance, "run").call(&mut store, &[]).unwrap_err();
    assert!(
        message(&error).contains("sad: number 7 failed"),
        "{error:#}"
    );
    let trap = error.downcast_ref::<Trap>().unwrap();
    assert_eq!(trap.code(), None);
    assert_eq!(trap.origin().unwrap().func_name(), Some("inner"));
    assert_eq!(trap.trace().len(), 2);
    let failed = error
        .chain()
        .find_map(|cause| cause.downcast_ref::<Failed>());
    assert_eq!(failed.unwrap().0, 7);
}

#[test]
fn made_trap_comes_back() {
    let mut store = Store::default();
    for text in ["", "no", "nul \0 inside", "ünïcödé"] {
        assert_eq!(Trap::new(&store, text).message(), text);
        let import = host(&mut store, move |store| Err(Trap::new(store, text).into()));
        let error = import.call(&mut store, &[]).unwrap_err();
        assert_eq!(message(&error), text);
        assert!(error.source().is_none());
    }
}

/// A trap that a host function passes on stays the same trap.
#[test]
fn trap_passes_through_host_functions() {
    let mut store = Store::default();
    let wat = r#"(module (func $deep (export "run") unreachable))"#;
    let deep = func(&instantiate(&mut store, wat, &[]).unwrap(), "run");
    let import = host(&mut store, move |store| deep.call(store, &[]).map(drop));
    let instance = instantiate(&mut store, CALL_HOST, &[import.into()]).unwrap();
    let error = func(&instance, "run").call(&mut store, &[]).unwrap_err();
    let trap = error.downcast_ref::<Trap>().unwrap();
    assert_eq!(trap.code(), Some(libwasmtime::Trap::UnreachableCodeReached));
    assert_eq!(trap.origin().unwrap().func_name(), Some("deep"));

    let failing = host(&mut store, |_| Err(Failed(1).into()));
    let passing = host(&mut store, move |store| failing.call(store, &[]).map(drop));
    let error = passing.call(&mut store, &[]).unwrap_err();
    let failed = error
        .chain()
        .find_map(|cause| cause.downcast_ref::<Failed>());
    assert_eq!(failed.unwrap().0, 1);
}

/// An exception that leaves a function ends its call with a trap; where a host
/// function passes that on, WebAssembly code can catch the exception.
#[test]
#[cfg(feature = "gc")]
fn exception_passes_through_host_functions() {
    let engine = Engine::new(libwasmtime::Config::new().wasm_exceptions(true)).unwrap();
    let mut store = Store::new(&engine);
    let wat = r#"
        (module
            (tag $t (export "tag"))
            (func (export "throw") (throw $t)))
    "#;
    let thrower = instantiate(&mut store, wat, &[]).unwrap();
    let throw = func(&thrower, "throw");
    let error = throw.call(&mut store, &[]).unwrap_err();
    assert_eq!(error.downcast_ref::<Trap>().unwrap().code(), None);

    let kept = std::sync::Mutex::new(Some(error));
    let import = host(&mut store, move |store| throw.call(store, &[]).map(drop));
    let wat = r#"
        (module
            (import "" "" (func $host))
            (import "" "" (tag $t))
            (func (export "run")
                (block $caught
                    (try_table (catch $t $caught) (call $host))
                    unreachable)))
    "#;
    let imports = [import.into(), thrower.get_export("tag").unwrap().clone()];
    let instance = instantiate(&mut store, wat, &imports).unwrap();
    func(&instance, "run").call(&mut store, &[]).unwrap();

    // In another store no exception is pending.
    let mut store = Store::new(&engine);
    let import = host(&mut store, move |_| {
        Err(kept.lock().unwrap().take().unwrap())
    });
    let instance = instantiate(&mut store, CALL_HOST, &[import.into()]).unwrap();
    let error = func(&instance, "run").call(&mut store, &[]).unwrap_err();
    assert!(error.is::<Trap>());
}

#[test]
fn panic_goes_on_in_the_caller() {
    let mut store = Store::default();
    let import = host(&mut store, |_| std::panic::panic_any(Failed(3)));
    let instance = instantiate(&mut store, CALL_HOST, &[import.clone().into()]).unwrap();
    for f in [func(&instance, "run"), import.clone()] {
        let payload = catch_unwind(AssertUnwindSafe(|| f.call(&mut store, &[]))).unwrap_err();
        assert_eq!(payload.downcast_ref::<Failed>().unwrap().0, 3);
    }
    let start = r#"(module (import "" "" (func $f)) (start $f))"#;
    let started = catch_unwind(AssertUnwindSafe(|| {
        instantiate(&mut store, start, &[import.into()])
    }));
    assert!(started.unwrap_err().is::<Failed>());

    // Nothing is left behind.
    let wat = r#"(module (func (export "run") unreachable) (func (export "ok")))"#;
    let instance = instantiate(&mut store, wat, &[]).unwrap();
    let error = func(&instance, "run").call(&mut store, &[]).unwrap_err();
    assert!(error.source().is_none());
    func(&instance, "ok").call(&mut store, &[]).unwrap();
}

#[test]
fn error_whose_display_panics_arrives_as_it_was() {
    #[derive(Debug)]
    struct Unspeakable;
    impl std::fmt::Display for Unspeakable {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("unspeakable")
        }
    }
    impl std::error::Error for Unspeakable {}
    let mut store = Store::default();
    let import = host(&mut store, |_| Err(Unspeakable.into()));
    let error = import.call(&mut store, &[]).unwrap_err();
    let trap = error.downcast_ref::<Trap>().unwrap();
    assert!(trap.message().contains("panicked"), "{trap}");
    assert!(trap.source().unwrap().is::<Unspeakable>());
}

/// An error that a host function handles isn't seen outside.
#[test]
fn recovered_failures_are_forgotten() {
    let mut store = Store::default();
    let failing = host(&mut store, |_| bail!("inner"));
    let panicking = host(&mut store, |_| panic!("inner"));
    let recovering = host(&mut store, move |mut store| {
        assert_eq!(
            message(&failing.call(&mut store, &[]).unwrap_err()),
            "inner"
        );
        let call = AssertUnwindSafe(|| panicking.call(&mut store, &[]));
        assert!(catch_unwind(call).is_err());
        Ok(())
    });
    let instance = instantiate(&mut store, CALL_HOST, &[recovering.into()]).unwrap();
    func(&instance, "run").call(&mut store, &[]).unwrap();
}
