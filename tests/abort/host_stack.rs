//! Stacks of the host that fail in every way they can, and stacks that are too small.

use crate::alone;
use crate::stacks::{Mapping, page_size};
use futures::executor::block_on;
use libwasmtime::*;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

/// How many stacks were dropped.
static DROPPED: AtomicUsize = AtomicUsize::new(0);

/// A mapping that panics when it is dropped, and is no stack if these functions say so.
struct Stack {
    mapping: Mapping,
    top: fn(&Mapping) -> *mut u8,
    range: fn(&Mapping) -> Range<usize>,
}

// SAFETY: it is a mapping, or isn't used.
unsafe impl StackMemory for Stack {
    fn top(&self) -> *mut u8 {
        (self.top)(&self.mapping)
    }

    fn range(&self) -> Range<usize> {
        (self.range)(&self.mapping)
    }

    fn guard_range(&self) -> Range<*mut u8> {
        panic!("asking for the guard")
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, SeqCst);
        panic!("dropping a stack");
    }
}

struct Creator<F>(F);

// SAFETY: see `Stack`.
unsafe impl<F> StackCreator for Creator<F>
where
    F: Fn(usize) -> Result<Box<dyn StackMemory>> + Send + Sync,
{
    fn new_stack(&self, size: usize, _: bool) -> Result<Box<dyn StackMemory>, Error> {
        (self.0)(size)
    }
}

impl<F> Drop for Creator<F> {
    fn drop(&mut self) {
        panic!("dropping a creator");
    }
}

fn config<F>(create: F) -> Config
where
    F: Fn(usize) -> Result<Box<dyn StackMemory>> + Send + Sync + 'static,
{
    let mut config = Config::new();
    config.with_host_stack(Arc::new(Creator(create)));
    config
}

/// Returns what an asynchronous call with the creator fails with.
#[track_caller]
fn fail<F>(what: &str, create: F) -> String
where
    F: Fn(usize) -> Result<Box<dyn StackMemory>> + Send + Sync + 'static,
{
    println!("{what}");
    let engine = Engine::new(&config(create)).unwrap();
    let mut store = Store::new(&engine, ());
    drop(engine);
    let f = Func::wrap(&mut store, || {});
    let error = (0..2)
        .map(|_| block_on(f.call_async(&mut store, &[], &mut [])).expect_err(what))
        .last();
    // The store isn't harmed.
    f.call(&mut store, &[], &mut []).unwrap();
    // Either the program or libwasmtime drops the creator.
    _ = catch_unwind(AssertUnwindSafe(|| drop(store)));
    error.unwrap().to_string()
}

#[test]
fn no_stack_is_created() {
    alone("host_stack::no_stack_is_created", || {
        let error = fail("an error", |_| bail!("nothing\0 left"));
        assert!(error.contains("nothing"), "{error}");
        let error = fail("a panic", |_| panic!("creating"));
        assert!(error.contains("panicked"), "{error}");
        assert_eq!(DROPPED.load(SeqCst), 0);
    });
}

/// No creator is called for a size that overflows together with a guard.
#[test]
fn no_stack_is_that_large() {
    alone("host_stack::no_stack_is_that_large", || {
        let creator = Arc::new(Creator(|_| bail!("it was called")));
        // It panics when it is dropped.
        std::mem::forget(creator.clone());
        for size in [usize::MAX, usize::MAX - page_size() + 1] {
            crate::assert_conflict(&format!("async_stack_size({size})"), |config| {
                config.async_stack_size(size);
                config.with_host_stack(creator.clone());
            });
        }
    });
}

/// libwasmtime would assert that the ends are aligned, and use the rest.
#[test]
fn no_stack_is_usable() {
    alone("host_stack::no_stack_is_usable", || {
        type Row = (
            &'static str,
            fn(&Mapping) -> *mut u8,
            fn(&Mapping) -> Range<usize>,
        );
        let rows: &[Row] = &[
            ("to end at", |it| it.top().wrapping_sub(16), Mapping::range),
            ("to end at", |_| null_mut(), Mapping::range),
            ("to end at", Mapping::top, |_| 0..0),
            ("to end at", Mapping::top, |it| it.range().start..usize::MAX),
            (
                "has 0 bytes",
                |it| it.range().start as *mut u8,
                |it| it.range().end..it.range().start,
            ),
            ("has 0 bytes", |_| null_mut(), |_| 0..0),
            ("has 0 bytes", Mapping::top, |it| {
                it.range().end..it.range().end
            }),
            ("has 4096 bytes", Mapping::top, |it| {
                it.range().end - 4096..it.range().end
            }),
            ("size of a page", Mapping::top, |it| {
                it.range().start + 16..it.range().end
            }),
            (
                "size of a page",
                |it| it.top().wrapping_sub(16),
                |it| it.range().start..it.range().end - 16,
            ),
            ("panicked", |_| panic!("the top"), Mapping::range),
            ("panicked", Mapping::top, |_| panic!("the range")),
        ];
        for (index, &(reason, top, range)) in rows.iter().enumerate() {
            let what = format!("{index}: {reason}");
            let error = fail(&what, move |size| {
                Ok(Box::new(Stack {
                    // The smallest of the ranges should be large enough, unless it is to be
                    // too small.
                    mapping: Mapping::new(size + page_size())?,
                    top,
                    range,
                }))
            });
            assert!(error.contains(reason), "{index}: {error}");
            // One for each of two calls.
            assert_eq!(DROPPED.load(SeqCst), 2 * (index + 1), "{index}");
        }
    });
}

#[test]
fn a_stack_panics_when_it_is_dropped() {
    alone("host_stack::a_stack_panics_when_it_is_dropped", || {
        let config = config(|size| {
            Ok(Box::new(Stack {
                mapping: Mapping::new(size)?,
                top: Mapping::top,
                range: Mapping::range,
            }))
        });
        let engine = Engine::new(&config).unwrap();
        let mut store = Store::new(&engine, ());
        let inner = Func::wrap(&mut store, || {});
        let outer = Func::wrap_async(&mut store, move |mut caller: Caller<'_, ()>, ()| {
            Box::new(async move {
                // Each of these has a stack, and all but the last of a store are dropped.
                for _ in 0..3 {
                    inner.call_async(&mut caller, &[], &mut []).await?;
                }
                Result::<_, Error>::Ok(())
            })
        });
        for _ in 0..2 {
            block_on(outer.call_async(&mut store, &[], &mut [])).unwrap();
        }
        assert!(DROPPED.load(SeqCst) > 0);
        drop(store);
        drop(engine);
        // Here it is the program that drops the creator, and gets the panic.
        assert!(catch_unwind(AssertUnwindSafe(|| drop(config))).is_err());
    });
}

/// A guest that recurses would get to the end of the stack before it gets to its limit.
#[test]
fn a_stack_is_too_small_for_calls() {
    alone("host_stack::a_stack_is_too_small_for_calls", || {
        const LIMIT: usize = 64 << 10;
        const LEAST: usize = LIMIT + (32 << 10);
        for size in [LIMIT, LIMIT + 1, LEAST - 1, LEAST, LEAST + 1] {
            println!("{size}");
            let mut config = Config::new();
            config.max_wasm_stack(LIMIT).async_stack_size(size);
            let engine = Engine::new(&config).unwrap();
            let module = Module::new(
                &engine,
                r#"(module
                    (memory 1)
                    (func $f (export "f")
                        (drop (memory.grow (i32.const 1)))
                        (call $f)))"#,
            )
            .unwrap();
            let mut store = Store::new(&engine, ());
            let error = block_on(async {
                let instance = Instance::new_async(&mut store, &module, &[]).await?;
                let f = instance.get_typed_func::<(), ()>(&mut store, "f")?;
                f.call_async(&mut store, ()).await
            })
            .unwrap_err();
            match error.downcast_ref::<ConfigConflict>() {
                Some(conflict) => {
                    assert!(size < LEAST);
                    assert_eq!(conflict.setting(), format!("async_stack_size({size})"));
                }
                None => {
                    assert!(size >= LEAST);
                    assert_eq!(error.downcast_ref(), Some(&Trap::StackOverflow));
                }
            }
            // A synchronous call has the thread's stack.
            let instance = Instance::new(&mut store, &module, &[]).unwrap();
            let f = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
            let error = f.call(&mut store, ()).unwrap_err();
            assert_eq!(error.downcast_ref(), Some(&Trap::StackOverflow));
        }
    });
}
