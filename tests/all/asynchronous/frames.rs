//! What libwasmtime finds on the stack of a call while a host function polls its future: after a
//! wait, too, it finds each frame once.

use super::waiting::*;
use libwasmtime::*;

/// Calls `run` with a host function that calls `inner`, as its future is polled for the first
/// time or the second.
fn run<R: WasmResults + Sync>(wat: &str, waits: bool) -> Result<R> {
    let engine = engine(|config| {
        #[cfg(feature = "gc")]
        config.wasm_gc(true).wasm_function_references(true);
        let _ = config;
    });
    let mut linker = Linker::<()>::new(&engine);
    linker.func_wrap_async("", "host", move |mut caller, ()| {
        Box::new(async move {
            if waits {
                yield_once().await;
            }
            let inner = caller.get_export("inner").and_then(Extern::into_func);
            let inner = inner.unwrap().typed::<(), ()>(&caller)?;
            inner.call_async(&mut caller, ()).await?;
            if cfg!(feature = "gc") {
                caller.gc(None)?;
            }
            Ok(())
        })
    })?;
    let mut store = Store::new(&engine, ());
    let instance = instantiate(&linker, &mut store, wat);
    let run = instance.get_typed_func::<(), R>(&mut store, "run")?;
    smol::block_on(run.call_async(&mut store, ()))
}

#[test]
fn backtraces_of_nested_calls() {
    let wat = r#"(module
        (import "" "host" (func $host))
        (func $middle (call $host))
        (func (export "run") (call $middle))
        (func (export "inner") unreachable))"#;
    for waits in [false, true] {
        let error = run::<()>(wat, waits).unwrap_err();
        let backtrace = error.downcast_ref::<WasmBacktrace>().unwrap();
        let frames: Vec<_> = backtrace.frames().iter().map(|f| f.func_index()).collect();
        assert_eq!(frames, [3, 1, 2], "if the host waits: {waits}");
    }
}

/// A moving collector moves what a frame refers to once.
#[cfg(feature = "gc")]
#[test]
fn collections_while_the_host_is_called() {
    let wat = r#"(module
        (type $object (struct (field (mut i32))))
        (type $array (array i64))
        (import "" "host" (func $host))
        (global $kept (mut (ref null $object)) (ref.null $object))
        (func (export "run") (result i32 i32 i32)
            (local $object (ref null $object))
            (local.set $object (struct.new $object (i32.const 1)))
            (global.set $kept (local.get $object))
            (call $host)
            (struct.set $object 0 (global.get $kept) (i32.const 2))
            (call $host)
            (struct.get $object 0 (local.get $object))
            (struct.get $object 0 (global.get $kept))
            (ref.eq (local.get $object) (global.get $kept)))
        (func (export "inner") (local $count i32)
            (loop $again
                (drop (array.new_default $array (i32.const 1000)))
                (local.set $count (i32.add (local.get $count) (i32.const 1)))
                (br_if $again (i32.lt_u (local.get $count) (i32.const 10000))))))"#;
    for waits in [false, true] {
        let results = run::<(i32, i32, i32)>(wat, waits).unwrap();
        assert_eq!(results, (2, 2, 1), "if the host waits: {waits}");
    }
}
