//! Calls with numbers allocate nothing, except for the first ones. The future of an
//! asynchronous host function is in a box, as its type requires, and so is a value of the host
//! in an `externref`.
//!
//! The allocator counts for each thread. A libwasmtime that is a shared library has its own
//! allocator, so then only this crate is measured.
#![cfg(all(feature = "wat", compiler))]

use libwasmtime::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    // The thread may be ending.
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps to the same contract for the layout.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps to the same contract for both.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller keeps to the same contract for all three.
        unsafe { System.realloc(memory, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Returns the number of allocations of `f`, after its first run.
fn allocations(mut f: impl FnMut()) -> usize {
    f();
    let before = ALLOCATIONS.get();
    for _ in 0..10 {
        f();
    }
    ALLOCATIONS.get() - before
}

const WAT: &str = r#"(module
    (import "" "host" (func $host (param i32 i64 f32 f64) (result f64 i64)))
    (func (export "f") (param i32 i64 f32 f64) (result f64 i64)
        (call $host (local.get 0) (local.get 1) (local.get 2) (local.get 3))))"#;

fn instance<T>(store: &mut Store<T>, host: Func) -> Instance {
    let module = Module::new(store.engine(), WAT).unwrap();
    Instance::new(store, &module, &[host.into()]).unwrap()
}

/// Calls `f` in both ways, and returns the allocations of each.
fn check<T>(store: &mut Store<T>, f: Func) {
    let typed = f
        .typed::<(i32, i64, f32, f64), (f64, i64)>(&*store)
        .unwrap();
    let count = allocations(|| {
        let results = typed.call(&mut *store, (1, 2, 3.0, 4.0)).unwrap();
        assert_eq!(results, (4.0, 2));
    });
    assert_eq!(count, 0, "typed");

    let params = [Val::I32(1), Val::I64(2), 3.0f32.into(), 4.0f64.into()];
    let mut results = [Val::I32(0), Val::I32(0)];
    let count = allocations(|| {
        f.call(&mut *store, &params, &mut results).unwrap();
        assert_eq!(results[0].unwrap_f64(), 4.0);
    });
    assert_eq!(count, 0, "untyped");
}

#[test]
fn allocations_are_counted() {
    let mut vecs = Vec::with_capacity(20);
    assert_eq!(allocations(|| vecs.push(vec![1])), 10);
}

#[test]
fn typed_host_function() {
    let mut store = Store::<()>::default();
    let host = Func::wrap(&mut store, |_: i32, b: i64, _: f32, d: f64| (d, b));
    check(&mut store, host);
    let instance = instance(&mut store, host);
    let f = instance.get_func(&mut store, "f").unwrap();
    check(&mut store, f);
}

#[test]
fn typed_host_function_with_caller() {
    let mut store = Store::new(&Engine::default(), 0u64);
    let host = Func::wrap(
        &mut store,
        |mut caller: Caller<'_, u64>, _: i32, b: i64, _: f32, d: f64| -> Result<(f64, i64)> {
            *caller.data_mut() += 1;
            Ok((d, b))
        },
    );
    let instance = instance(&mut store, host);
    let f = instance.get_func(&mut store, "f").unwrap();
    check(&mut store, f);
    assert!(*store.data() > 0);
}

#[test]
fn untyped_host_function() {
    let mut store = Store::<()>::default();
    let ty = FuncType::new(
        store.engine(),
        [ValType::I32, ValType::I64, ValType::F32, ValType::F64],
        [ValType::F64, ValType::I64],
    );
    let host = Func::new(&mut store, ty, |_, params, results| {
        results[0] = params[3];
        results[1] = params[1];
        Ok(())
    });
    let instance = instance(&mut store, host);
    let f = instance.get_func(&mut store, "f").unwrap();
    check(&mut store, f);
}

#[test]
fn function_references() {
    let mut store = Store::<()>::default();
    let identity = Func::wrap(&mut store, |f: Option<Func>| f);
    let typed = identity
        .typed::<Option<Func>, Option<Func>>(&store)
        .unwrap();
    let count = allocations(|| {
        assert!(typed.call(&mut store, Some(identity)).unwrap().is_some());
    });
    assert_eq!(count, 0);
}

/// Compares a number of allocations. Those of a libwasmtime that is linked statically may be
/// counted as well.
#[track_caller]
fn assert_ours(count: usize, expected: usize) {
    if cfg!(any(wasmtime_link = "dynamic", wasmtime_link = "load")) {
        assert_eq!(count, expected);
    } else {
        assert!(count >= expected, "{count}");
    }
}

#[cfg(feature = "gc")]
#[test]
fn collected_objects() {
    let engine = Engine::new(Config::new().wasm_function_references(true).wasm_gc(true)).unwrap();
    let mut store = Store::new(&engine, ());
    let field = FieldType::new(Mutability::Var, ValType::I32.into());
    let ty = StructType::new(&engine, [field.clone(), field.clone()]).unwrap();
    let structs = StructRefPre::new(&mut store, ty);
    let arrays = ArrayRefPre::new(&mut store, ArrayType::new(&engine, field));
    let numbers = [Val::I32(1), Val::I32(2)];

    let count = allocations(|| {
        let mut scope = RootScope::new(&mut store);
        let object = StructRef::new(&mut scope, &structs, &numbers).unwrap();
        object.set_field(&mut scope, 0, Val::I32(3)).unwrap();
        assert_eq!(object.field(&mut scope, 0).unwrap().unwrap_i32(), 3);
        assert!(object.to_anyref().is_struct(&scope).unwrap());
        let array = ArrayRef::new_fixed(&mut scope, &arrays, &numbers).unwrap();
        array.set(&mut scope, 0, Val::I32(3)).unwrap();
        assert_eq!(array.get(&mut scope, 0).unwrap().unwrap_i32(), 3);
        assert_eq!(array.elems(&mut scope).unwrap().len(), 2);
    });
    assert_ours(count, 0);

    // The value, with what finds it.
    let count = allocations(|| {
        let mut scope = RootScope::new(&mut store);
        let object = ExternRef::new(&mut scope, 5).unwrap();
        assert!(object.data(&scope).unwrap().unwrap().is::<i32>());
    });
    assert_ours(count, 10);
}

/// Asynchronous calls, and host functions whose futures are ready at once.
#[cfg(feature = "async")]
mod asynchronous {
    use super::*;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    /// Returns what the future returns, which is ready when it is polled as often.
    fn ready<F: Future>(future: F, polls: usize) -> F::Output {
        let mut future = pin!(future);
        let mut context = Context::from_waker(Waker::noop());
        for _ in 1..polls {
            assert!(future.as_mut().poll(&mut context).is_pending());
        }
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("the future is pending"),
        }
    }

    /// Calls the exported function, which calls `host`, in both ways. `boxes` is how many
    /// boxes the host function allocates.
    fn check(store: &mut Store<u64>, host: Func, polls: usize, boxes: usize) {
        let module = Module::new(store.engine(), WAT).unwrap();
        let imports = [host.into()];
        let instance = Instance::new_async(&mut *store, &module, &imports);
        let instance = ready(instance, 1).unwrap();
        let f = instance.get_func(&mut *store, "f").unwrap();

        let typed = f
            .typed::<(i32, i64, f32, f64), (f64, i64)>(&*store)
            .unwrap();
        let count = allocations(|| {
            let call = typed.call_async(&mut *store, (1, 2, 3.0, 4.0));
            assert_eq!(ready(call, polls).unwrap(), (4.0, 2));
        });
        assert_ours(count, 10 * boxes);

        let params = [Val::I32(1), Val::I64(2), 3.0f32.into(), 4.0f64.into()];
        let mut results = [Val::I32(0), Val::I32(0)];
        let count = allocations(|| {
            ready(f.call_async(&mut *store, &params, &mut results), polls).unwrap();
            assert_eq!(results[0].unwrap_f64(), 4.0);
        });
        // The arguments and the results are in a vector each.
        assert_ours(count, 10 * (boxes + 2));
    }

    #[test]
    fn synchronous_host_function() {
        let mut store = Store::new(&Engine::default(), 0);
        let host = Func::wrap(&mut store, |_: i32, b: i64, _: f32, d: f64| (d, b));
        check(&mut store, host, 1, 0);
    }

    #[test]
    fn typed_host_function() {
        let mut store = Store::new(&Engine::default(), 0);
        let host = Func::wrap_async(
            &mut store,
            |mut caller: Caller<'_, u64>, (_, b, _, d): (i32, i64, f32, f64)| {
                Box::new(async move {
                    *caller.data_mut() += 1;
                    (d, b)
                })
            },
        );
        check(&mut store, host, 1, 1);
        assert!(*store.data() > 0);
    }

    #[test]
    fn untyped_host_function() {
        let mut store = Store::new(&Engine::default(), 0);
        let ty = FuncType::new(
            store.engine(),
            [ValType::I32, ValType::I64, ValType::F32, ValType::F64],
            [ValType::F64, ValType::I64],
        );
        let host = Func::new_async(&mut store, ty, |_, params, results| {
            Box::new(async move {
                results[0] = params[3];
                results[1] = params[1];
                Ok(())
            })
        });
        check(&mut store, host, 1, 1);
    }

    #[test]
    fn host_function_that_waits() {
        let mut store = Store::new(&Engine::default(), 0);
        let host = Func::wrap_async(
            &mut store,
            |_: Caller<'_, u64>, (_, b, _, d): (i32, i64, f32, f64)| {
                Box::new(async move {
                    tokio::task::yield_now().await;
                    (d, b)
                })
            },
        );
        check(&mut store, host, 2, 1);
    }
}

/// A method that is bound, with numbers and with slices of the guest's memory.
#[test]
fn bound_methods_allocate_nothing() {
    struct State {
        sum: u64,
    }
    let mut linker = Linker::<State>::new(&Engine::default());
    linker
        .host_module("state", bind::InStore::new(|state: &mut State| state))
        .method_mut::<(u8, i64), _>("add", |state, (a, b)| {
            state.sum += u64::from(a) + b as u64;
            state.sum
        })
        .unwrap()
        .method_mut::<(&str, &[u32], &mut [u8]), _>("borrow", |state, (a, b, c)| {
            state.sum += (a.len() + b.len()) as u64;
            c.fill(1);
        })
        .unwrap();
    let module = Module::new(
        linker.engine(),
        r#"(module
            (import "state" "add" (func $add (param i32 i64) (result i64)))
            (import "state" "borrow" (func $borrow (param i32 i32 i32 i32 i32 i32)))
            (memory (export "memory") 1)
            (func (export "run")
                (drop (call $add (i32.const 3) (i64.const 4)))
                (call $borrow (i32.const 0) (i32.const 5)
                    (i32.const 8) (i32.const 2) (i32.const 16) (i32.const 4))))"#,
    )
    .unwrap();
    let mut store = Store::new(linker.engine(), State { sum: 0 });
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let run = instance
        .get_typed_func::<(), ()>(&mut store, "run")
        .unwrap();
    assert_eq!(allocations(|| run.call(&mut store, ()).unwrap()), 0);
    assert_eq!(store.data().sum, 11 * 14);
}
