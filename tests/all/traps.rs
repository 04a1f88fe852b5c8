//! Traps.

use crate::guest::instantiate;
use libwasmtime::*;

/// Runs the export `f` of a module, which traps.
#[track_caller]
fn error_of(wat: &str) -> Error {
    let mut store = Store::<()>::default();
    let instance = instantiate(&mut store, wat, &[]);
    let f = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
    f.call(&mut store, ()).unwrap_err()
}

/// Bodies of the function in [`module_with`], and how each traps.
pub const KINDS: &[(&str, Trap)] = &[
    (
        "(drop (i32.div_s (i32.const 1) (i32.const 0)))",
        Trap::IntegerDivisionByZero,
    ),
    (
        "(drop (i64.rem_u (i64.const 1) (i64.const 0)))",
        Trap::IntegerDivisionByZero,
    ),
    (
        "(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))",
        Trap::IntegerOverflow,
    ),
    (
        "(drop (i32.trunc_f64_s (f64.const 1e30)))",
        Trap::IntegerOverflow,
    ),
    (
        "(drop (i64.trunc_f32_u (f32.const nan)))",
        Trap::BadConversionToInteger,
    ),
    (
        "(drop (i32.load (i32.const 0x10000)))",
        Trap::MemoryOutOfBounds,
    ),
    (
        "(memory.fill (i32.const 1) (i32.const 0) (i32.const 0x10000))",
        Trap::MemoryOutOfBounds,
    ),
    ("(drop (table.get (i32.const 3)))", Trap::TableOutOfBounds),
    ("unreachable", Trap::UnreachableCodeReached),
    (
        "(call_indirect (type $t) (i32.const 0))",
        Trap::IndirectCallToNull,
    ),
    (
        "(call_indirect (type $t) (i32.const 1))",
        Trap::BadSignature,
    ),
    (
        "(call_indirect (type $t) (i32.const 3))",
        Trap::TableOutOfBounds,
    ),
    ("(call_ref $t (ref.null $t))", Trap::NullReference),
    (
        "(drop (array.get $array (array.new $array (i32.const 1) (i32.const 1)) (i32.const 1)))",
        Trap::ArrayOutOfBounds,
    ),
    (
        "(drop (array.new $array (i32.const 1) (i32.const 0x7fffffff)))",
        Trap::AllocationTooLarge,
    ),
    (
        "(drop (ref.cast (ref $array) (ref.i31 (i32.const 1))))",
        Trap::CastFailure,
    ),
    (
        "(drop (ref.as_non_null (ref.null any)))",
        Trap::NullReference,
    ),
    #[cfg(feature = "threads")]
    (
        "(drop (i32.atomic.load (i32.const 1)))",
        Trap::HeapMisaligned,
    ),
    #[cfg(feature = "threads")]
    (
        "(drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 0)))",
        Trap::AtomicWaitNonSharedMemory,
    ),
];

/// Returns a module whose export `f` has that body.
pub fn module_with(body: &str) -> String {
    format!(
        r#"(module
            (type $t (func))
            (type $array (array i32))
            (memory 1)
            (table 3 funcref)
            (func $number (param i32))
            (elem (i32.const 1) func $number)
            (func (export "f") {body}))"#
    )
}

#[test]
fn kinds() {
    for (body, expected) in KINDS {
        let error = error_of(&module_with(body));
        let trap = error.downcast_ref::<Trap>().expect("a trap");
        assert_eq!(trap, expected, "{body}");
        assert!(error.root_cause().is::<Trap>());
        assert_eq!(error.root_cause().to_string(), trap.to_string());
    }
}

#[test]
fn fuel_and_epochs() {
    let engine = Engine::new(Config::new().consume_fuel(true).epoch_interruption(true)).unwrap();
    let mut store = Store::new(&engine, ());
    store.set_fuel(1000).unwrap();
    store.set_epoch_deadline(1);
    let instance = instantiate(
        &mut store,
        r#"(module (func (export "f") (loop (br 0))))"#,
        &[],
    );
    let f = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
    let error = f.call(&mut store, ()).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::OutOfFuel));
    store.set_fuel(u64::MAX).unwrap();
    engine.increment_epoch();
    let error = f.call(&mut store, ()).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt));
}

#[test]
fn an_epoch_callback_calls_code_after_it_has_set_a_deadline() {
    let engine = Engine::new(Config::new().epoch_interruption(true)).unwrap();
    let mut store = Store::new(&engine, None);
    let instance = instantiate(
        &mut store,
        r#"(module (func (export "f") (loop (br 0))) (func (export "g")))"#,
        &[],
    );
    let f = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
    let g = instance.get_typed_func::<(), ()>(&mut store, "g").unwrap();
    for sets_deadline in [false, true] {
        store.epoch_deadline_callback(move |mut store| {
            if sets_deadline {
                store.set_epoch_deadline(1);
            }
            let called = g.call(&mut store, ());
            *store.data_mut() = Some(called.map_err(|error| error.downcast::<Trap>().unwrap()));
            // Replaces nothing, as this callback is running.
            store.epoch_deadline_trap();
            Ok(UpdateDeadline::Interrupt)
        });
        store.set_epoch_deadline(0);
        f.call(&mut store, ()).unwrap_err();
        let expected = if sets_deadline {
            Ok(())
        } else {
            Err(Trap::Interrupt)
        };
        assert_eq!(store.data_mut().take(), Some(expected));
        store.set_epoch_deadline(0);
        f.call(&mut store, ()).unwrap_err();
        assert!(store.data().is_some(), "the callback was replaced");
    }
}

#[test]
fn fuel_that_is_not_counted() {
    let mut store = Store::<()>::default();
    for error in [store.get_fuel().map(drop), store.set_fuel(1)] {
        let text = error.unwrap_err().to_string();
        assert!(
            text.starts_with("fuel is not configured in this store"),
            "{text}"
        );
        assert!(text.contains("`Config::consume_fuel`"), "{text}");
    }
}

#[test]
fn trap_of_the_host() {
    let mut store = Store::<()>::default();
    let host = Func::wrap(&mut store, || Err::<(), _>(Trap::CastFailure.into()));
    let instance = instantiate(
        &mut store,
        r#"(module (import "" "" (func $host)) (func (export "f") (call $host)))"#,
        &[host.into()],
    );
    let f = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
    let error = f.call(&mut store, ()).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::CastFailure));
    assert!(error.is::<WasmBacktrace>());
}

#[test]
fn trap_passes_through_the_host() {
    let mut store = Store::<()>::default();
    let inner = instantiate(
        &mut store,
        r#"(module $inner (func $deep unreachable) (func $top (export "f") call $deep))"#,
        &[],
    );
    let f = inner.get_typed_func::<(), ()>(&mut store, "f").unwrap();
    let host = Func::wrap(&mut store, move |caller: Caller<'_, ()>| f.call(caller, ()));
    let outer = instantiate(
        &mut store,
        r#"(module $outer (import "" "" (func $host)) (func $f (export "f") (call $host)))"#,
        &[host.into()],
    );
    let f = outer.get_typed_func::<(), ()>(&mut store, "f").unwrap();
    let error = f.call(&mut store, ()).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::UnreachableCodeReached));
    let frames = error.downcast_ref::<WasmBacktrace>().unwrap().frames();
    let names: Vec<_> = frames
        .iter()
        .map(|frame| (frame.module_name().unwrap(), frame.func_name().unwrap()))
        .collect();
    assert_eq!(names, [("inner", "deep"), ("inner", "top"), ("outer", "f")]);
}

#[test]
fn frames() {
    let error = error_of(
        r#"(module $m
            (func)
            (func $trapping nop nop unreachable)
            (func (export "f") call $trapping))"#,
    );
    let backtrace = error.downcast_ref::<WasmBacktrace>().unwrap();
    let [trapping, f] = backtrace.frames() else {
        panic!("{backtrace:?}")
    };
    assert_eq!(trapping.func_index(), 1);
    assert_eq!(trapping.func_name(), Some("trapping"));
    // The count of locals, and two `nop`s.
    assert_eq!(trapping.func_offset(), Some(3));
    assert_eq!(f.func_index(), 2);
    assert_eq!(f.func_name(), None);
    assert_eq!(f.func_offset(), Some(1));
    assert!(trapping.module_offset() < f.module_offset());
    let text = backtrace.to_string();
    assert!(text.contains("m!trapping"), "{text}");
    assert!(text.contains("m!<wasm function 2>"), "{text}");
    assert!(!text.contains("wasm trap"), "{text}");
}

#[test]
fn address_of_a_memory_fault_is_told() {
    let error = error_of(
        r#"(module (memory 1)
            (func (export "f") (drop (i32.load (i32.const 0x12345678)))))"#,
    );
    let text = format!("{error:?}");
    assert!(text.contains("wasm address 0x12345678"), "{text}");
    assert!(text.contains("out of bounds memory access"), "{text}");
    assert_eq!(error.downcast_ref(), Some(&Trap::MemoryOutOfBounds));
}

#[test]
fn trap_without_a_frame() {
    let mut store = Store::<()>::default();
    let module = Module::new(
        store.engine(),
        r#"(module (memory 1) (data (i32.const 0x10000) "x"))"#,
    )
    .unwrap();
    let error = Instance::new(&mut store, &module, &[]).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::MemoryOutOfBounds));
    assert!(!error.is::<WasmBacktrace>());
    assert_eq!(error.to_string(), Trap::MemoryOutOfBounds.to_string());
}

#[test]
fn trap_in_a_start_function() {
    let mut store = Store::<()>::default();
    let module = Module::new(store.engine(), "(module (func $f unreachable) (start $f))").unwrap();
    for _ in 0..2 {
        let error = Instance::new(&mut store, &module, &[]).unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Trap::UnreachableCodeReached));
        assert!(error.is::<WasmBacktrace>());
    }
}

#[test]
fn texts() {
    assert_eq!(
        Trap::IntegerDivisionByZero.to_string(),
        "wasm trap: integer divide by zero"
    );
    assert_eq!(
        Trap::StackOverflow.to_string(),
        "wasm trap: call stack exhausted"
    );
}
