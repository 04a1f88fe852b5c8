//! Objects that several threads share and use at the same time.

use crate::alone;
use libwasmtime::*;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

const THREADS: usize = 8;

const WAT: &str = r#"(module
    (import "" "f" (func $f (param i32) (result i32)))
    (memory (export "m") 1)
    (table (export "t") 4 funcref)
    (func (export "run") (param i32) (result i32)
        (i32.store (i32.const 0) (local.get 0))
        (call $f (i32.load (i32.const 0))))
    (func (export "loop") (loop (br 0)))
    (func (export "trap") (unreachable)))"#;

/// Runs the body on all threads at once.
fn together(body: impl Fn(usize) + Sync) {
    let barrier = Barrier::new(THREADS);
    thread::scope(|scope| {
        for i in 0..THREADS {
            let (body, barrier) = (&body, &barrier);
            scope.spawn(move || {
                barrier.wait();
                body(i);
            });
        }
    });
}

#[test]
fn share_an_engine() {
    alone("threads::share_an_engine", || {
        let engine = Engine::default();
        let module = Module::new(&engine, WAT).unwrap();
        let mut linker = Linker::new(&engine);
        linker.func_wrap("", "f", |x: i32| x + 1).unwrap();
        let pre = linker.instantiate_pre(&module).unwrap();
        let ty = FuncType::new(&engine, [ValType::I32], [ValType::I32]);
        together(|i| {
            for round in 0..20 {
                let mut store = Store::new(&engine, ());
                let instance = match (i + round) % 3 {
                    0 => pre.instantiate(&mut store),
                    1 => linker.instantiate(&mut store, &module),
                    _ => linker.clone().instantiate(&mut store, &module.clone()),
                }
                .unwrap();
                let run = instance.get_typed_func::<i32, i32>(&mut store, "run");
                assert_eq!(run.unwrap().call(&mut store, 41).unwrap(), 42);
                let trap = instance.get_func(&mut store, "trap").unwrap();
                trap.call(&mut store, &[], &mut []).unwrap_err();
                assert!(FuncType::eq(
                    &ty,
                    &module.exports().nth(2).unwrap().ty().unwrap_func().clone()
                ));
                assert_eq!(module.imports().len(), 1);
                #[cfg(feature = "gc")]
                ExternRef::new(&mut store, i).unwrap();
                if round % 5 == 0 {
                    let text = format!("(module (func (param {})))", "i32 ".repeat(i));
                    Module::new(&engine, text).unwrap();
                }
                engine.increment_epoch();
            }
        });
    });
}

/// Each store is sent from thread to thread.
#[test]
fn hand_over_stores() {
    alone("threads::hand_over_stores", || {
        let engine = Engine::default();
        let module = Module::new(&engine, WAT).unwrap();
        let mut store = Store::new(&engine, 0u32);
        let f = Func::wrap(&mut store, |mut caller: Caller<'_, u32>, x: i32| {
            *caller.data_mut() += 1;
            x
        });
        let instance = Instance::new(&mut store, &module, &[f.into()]).unwrap();
        for _ in 0..THREADS {
            store = thread::spawn(move || {
                let run = instance.get_func(&mut store, "run").unwrap();
                let mut results = [Val::I32(0)];
                run.call(&mut store, &[Val::I32(1)], &mut results).unwrap();
                let trap = instance.get_func(&mut store, "trap").unwrap();
                trap.call(&mut store, &[], &mut []).unwrap_err();
                store
            })
            .join()
            .unwrap();
        }
        assert_eq!(thread::spawn(move || store.into_data()).join().unwrap(), 8);
    });
}

/// Threads that never end by themselves.
#[test]
fn interrupt_each_other() {
    alone("threads::interrupt_each_other", || {
        let engine = Engine::new(Config::new().epoch_interruption(true)).unwrap();
        let module = Module::new(&engine, WAT).unwrap();
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    engine.increment_epoch();
                    thread::yield_now();
                }
            });
            together(|i| {
                for _ in 0..5 {
                    let mut store = Store::new(&engine, 0);
                    store.set_epoch_deadline(1);
                    store.epoch_deadline_callback(move |mut store| {
                        *store.data_mut() += 1;
                        Ok(match *store.data() {
                            n if n > i => UpdateDeadline::Interrupt,
                            _ => UpdateDeadline::Continue(1),
                        })
                    });
                    let f = Func::wrap(&mut store, |x: i32| x);
                    let instance = Instance::new(&mut store, &module, &[f.into()]).unwrap();
                    let endless = instance
                        .get_typed_func::<(), ()>(&mut store, "loop")
                        .unwrap();
                    let error = endless.call(&mut store, ()).unwrap_err();
                    assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt));
                }
            });
            done.store(true, Ordering::Relaxed);
        });
    });
}

#[cfg(feature = "threads")]
#[test]
fn share_a_memory() {
    alone("threads::share_a_memory", || {
        let engine = Engine::new(Config::new().shared_memory(true)).unwrap();
        let memory = SharedMemory::new(&engine, MemoryType::shared(1, 100)).unwrap();
        let module = Module::new(
            &engine,
            r#"(module
                (import "" "m" (memory 1 100 shared))
                (func (export "add") (result i32)
                    (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
                (func (export "wait") (result i32)
                    (memory.atomic.wait32 (i32.const 4) (i32.const 0) (i64.const 1000)))
                (func (export "notify") (result i32)
                    (memory.atomic.notify (i32.const 4) (i32.const -1)))
                (func (export "grow") (result i32) (memory.grow (i32.const 1)))
                (func (export "out") (result i32) (i32.load (i32.const -1))))"#,
        )
        .unwrap();
        together(|_| {
            let mut store = Store::new(&engine, ());
            let instance = Instance::new(&mut store, &module, &[memory.clone().into()]).unwrap();
            for _ in 0..20 {
                for name in ["add", "wait", "notify", "grow", "out"] {
                    let f = instance
                        .get_typed_func::<(), i32>(&mut store, name)
                        .unwrap();
                    assert_eq!(f.call(&mut store, ()).is_ok(), name != "out");
                }
                drop(memory.grow(1));
                assert!(memory.data().len() <= 100 << 16);
                assert!(memory.grow(u64::MAX).is_err());
            }
        });
        assert_eq!(memory.size(), 100);
        // SAFETY: the threads have ended.
        let count = unsafe { *memory.data()[0].get() };
        assert_eq!(usize::from(count), THREADS * 20);
        // Outlives its engine.
        drop((engine, module));
        assert!(memory.grow(1).is_err());
    });
}

/// Each pool takes a share of the address space, until it is exhausted.
#[cfg(all(feature = "pooling-allocator", unix, target_pointer_width = "64"))]
#[test]
fn make_pools_until_there_is_no_room() {
    alone("threads::make_pools_until_there_is_no_room", || {
        let made = std::sync::atomic::AtomicUsize::new(0);
        let all = Barrier::new(THREADS);
        together(|_| {
            let mut config = Config::new();
            config.allocation_strategy(PoolingAllocationConfig::new());
            let mut engines = Vec::new();
            while engines.len() < 200 {
                match Engine::new(&config) {
                    std::result::Result::Ok(engine) => engines.push(engine),
                    std::result::Result::Err(error) => {
                        println!("{error}");
                        break;
                    }
                }
            }
            made.fetch_add(engines.len(), Ordering::Relaxed);
            // None of them loses its addresses to another.
            all.wait();
        });
        println!("{} pools", made.into_inner());
    });
}

/// References and handles are dropped on other threads while their store is in use, and
/// while it is dropped itself.
#[cfg(all(feature = "gc", feature = "standard"))]
#[test]
fn drop_handles_elsewhere() {
    alone("threads::drop_handles_elsewhere", || {
        let engine = Engine::default();
        for _ in 0..20 {
            let mut store = Store::new(&engine, ());
            let mut other = standard::Store::new(&engine);
            let ty = FuncType::new(&engine, [], []);
            thread::scope(|scope| {
                for i in 0..THREADS {
                    let mut scoped = RootScope::new(&mut store);
                    let references: Vec<_> = (0..100)
                        .map(|_| {
                            let rooted = ExternRef::new(&mut scoped, i).unwrap();
                            rooted.to_owned_rooted(&mut scoped).unwrap()
                        })
                        .collect();
                    let funcs: Vec<_> = (0..100)
                        .map(|_| standard::Func::new(&mut other, &ty, |_, _, _| Ok(())).unwrap())
                        .collect();
                    scope.spawn(move || {
                        for (reference, func) in references.iter().zip(&funcs) {
                            drop((reference.clone(), func.clone()));
                        }
                        drop((references, funcs));
                    });
                }
                drop((store, other));
            });
        }
    });
}

/// Objects are created and dropped while libwasmtime calls the host's memory.
#[test]
fn make_memories_that_use_stores() {
    use std::sync::Arc;

    struct Creator(Engine);
    struct Bytes(Vec<u8>, Engine);

    fn work(engine: &Engine) {
        let mut store = Store::new(engine, ());
        let f = Func::wrap(&mut store, |x: i32| x + 1);
        let module = Module::new(engine, WAT).unwrap();
        let instance = Instance::new(&mut store, &module, &[f.into()]).unwrap();
        let run = instance
            .get_typed_func::<i32, i32>(&mut store, "run")
            .unwrap();
        assert_eq!(run.call(&mut store, 1).unwrap(), 2);
        let trap = instance.get_func(&mut store, "trap").unwrap();
        trap.call(&mut store, &[], &mut []).unwrap_err();
    }

    impl Drop for Bytes {
        fn drop(&mut self) {
            work(&self.1);
        }
    }

    // SAFETY: the memory has the size and the address that it returns.
    unsafe impl LinearMemory for Bytes {
        fn byte_size(&self) -> usize {
            self.0.len()
        }

        fn byte_capacity(&self) -> usize {
            self.0.len()
        }

        fn grow_to(&mut self, new_size: usize) -> Result<()> {
            work(&self.1);
            self.0.resize(new_size, 0);
            Ok(())
        }

        fn as_ptr(&self) -> *mut u8 {
            self.0.as_ptr().cast_mut()
        }
    }

    // SAFETY: it creates such memories.
    unsafe impl MemoryCreator for Creator {
        fn new_memory(
            &self,
            _: MemoryType,
            minimum: usize,
            _: Option<usize>,
            _: Option<usize>,
            _: usize,
        ) -> Result<Box<dyn LinearMemory>, String> {
            work(&self.0);
            std::result::Result::Ok(Box::new(Bytes(vec![0; minimum], self.0.clone())))
        }
    }

    alone("threads::make_memories_that_use_stores", || {
        let inner = Engine::default();
        let mut config = Config::new();
        config.with_host_memory(Arc::new(Creator(inner)));
        config.memory_reservation(0).memory_guard_size(0);
        config.memory_reservation_for_growth(0);
        let engine = Engine::new(&config).unwrap();
        drop(config);
        together(|_| {
            let wat = r#"(module (memory (export "m") 1)
                (func (export "f") (result i32) (memory.grow (i32.const 1))))"#;
            let module = Module::new(&engine, wat).unwrap();
            let mut store = Store::new(&engine, ());
            let instance = Instance::new(&mut store, &module, &[]).unwrap();
            let f = instance.get_typed_func::<(), i32>(&mut store, "f").unwrap();
            for i in 1..5 {
                assert_eq!(f.call(&mut store, ()).unwrap(), i);
            }
            let memory = instance.get_memory(&mut store, "m").unwrap();
            memory.grow(&mut store, 1).unwrap();
            memory.data_mut(&mut store).fill(1);
        });
    });
}
