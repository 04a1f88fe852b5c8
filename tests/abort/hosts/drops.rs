//! Values of the host that libwasmtime drops, in every place where it does.

use super::*;
#[cfg(feature = "gc")]
use crate::collector::frees;
use std::sync::{Arc, Mutex};

#[test]
fn drop_what_panics() {
    alone("hosts::drops::drop_what_panics", || {
        println!("the data of a store");
        assert_panics("the data of a store", || {
            drop(Store::new(&Engine::default(), Bomb));
        });
        println!("a host function");
        let mut store = Store::<()>::default();
        let bomb = Bomb;
        Func::wrap(&mut store, move || _ = &bomb);
        drop(store);
        println!("a host function of a linker, and of its clones");
        let mut linker = Linker::<()>::default();
        let bomb = Bomb;
        linker.func_wrap("", "", move || _ = &bomb).unwrap();
        // The name is defined already, so the closure is dropped at once.
        let bomb = Bomb;
        assert!(linker.func_wrap("", "", move || _ = &bomb).is_err());
        linker.allow_shadowing(true);
        linker.func_wrap("", "", || {}).unwrap();
        drop(linker.clone());
        drop(linker);
        println!("an epoch's callback, replaced");
        let mut store = Store::<()>::default();
        let bomb = Bomb;
        store.epoch_deadline_callback(move |_| {
            _ = &bomb;
            Ok(UpdateDeadline::Interrupt)
        });
        store.epoch_deadline_trap();
        drop(store);
        #[cfg(feature = "gc")]
        {
            println!("what an externref refers to");
            let mut store = Store::<()>::default();
            ExternRef::new(&mut store, Bomb).unwrap();
            drop(store);
        }
        println!("an error");
        #[derive(Debug, thiserror::Error)]
        #[error("it fails")]
        struct Fails(#[allow(dead_code, reason = "to be dropped")] BombWithDebug);
        let mut store = Store::<()>::default();
        let f = Func::wrap(&mut store, || {
            Err::<(), _>(Fails(BombWithDebug(Bomb)).into())
        });
        assert_panics("an error", || drop(f.call(&mut store, &[], &mut [])));
        f.call(&mut store, &[], &mut [])
            .map_err(std::mem::forget)
            .unwrap_err();
    });
}

/// For formatting it as an error.
struct BombWithDebug(#[allow(dead_code, reason = "to be dropped")] Bomb);

impl std::fmt::Debug for BombWithDebug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("bomb")
    }
}

/// Data that uses other stores while its own is dropped.
#[test]
fn drop_what_uses_stores() {
    alone("hosts::drops::drop_what_uses_stores", || {
        struct Other {
            store: Store<()>,
            run: Func,
            ran: Arc<Mutex<u32>>,
        }
        impl Drop for Other {
            fn drop(&mut self) {
                self.run.call(&mut self.store, &[], &mut []).unwrap();
                let mut new = Store::<()>::default();
                let instance = instantiate(&mut new, || {});
                run(&mut new, instance, "run").unwrap();
                *self.ran.lock().unwrap() += 1;
            }
        }
        let ran = Arc::new(Mutex::new(0));
        let other = || {
            let mut store = Store::<()>::default();
            let instance = instantiate(&mut store, || {});
            let run = instance.get_func(&mut store, "run").unwrap();
            let ran = ran.clone();
            Other { store, run, ran }
        };
        drop(Store::new(&Engine::default(), other()));
        let mut store = Store::<()>::default();
        let captured = Mutex::new(other());
        Func::wrap(&mut store, move || _ = &captured);
        #[cfg(feature = "gc")]
        ExternRef::new(&mut store, Mutex::new(other())).unwrap();
        #[cfg(not(feature = "gc"))]
        drop(other());
        drop(store);
        assert_eq!(*ran.lock().unwrap(), 3);
    });
}

/// The collector drops objects in the middle of any operation.
#[cfg(feature = "gc")]
#[test]
fn drop_what_is_collected() {
    struct Garbage(Arc<Mutex<u32>>);
    impl Drop for Garbage {
        fn drop(&mut self) {
            let mut count = self.0.lock().unwrap();
            *count += 1;
            if *count % 1000 == 1 {
                let mut store = Store::<()>::default();
                let instance = instantiate(&mut store, || {});
                run(&mut store, instance, "run").unwrap();
                run(&mut store, instance, "trap").unwrap_err();
                ExternRef::new(&mut store, 1).unwrap();
            }
            drop(count);
            if !std::thread::panicking() {
                panic_any(Bomb);
            }
        }
    }
    alone("hosts::drops::drop_what_is_collected", || {
        // They are many.
        std::panic::set_hook(Box::new(|_| {}));
        let count = Arc::new(Mutex::new(0));
        let mut store = Store::<()>::default();
        let limits = StoreLimitsBuilder::new().memory_size(1 << 17).build();
        store.limiter(move |()| Box::leak(Box::new(limits.clone())));
        let (garbage, made) = (count.clone(), Arc::new(Mutex::new(0)));
        let total = made.clone();
        let make = Func::wrap(&mut store, move |mut caller: Caller<'_, ()>| {
            *made.lock().unwrap() += 1;
            ExternRef::new(&mut caller, Garbage(garbage.clone())).map(Some)
        });
        let wat = r#"(module (import "" "f" (func $f (result externref)))
            (global $last (mut externref) (ref.null extern))
            (func (export "run") (param i32)
                (loop
                    (global.set $last (call $f))
                    (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))"#;
        let module = Module::new(store.engine(), wat).unwrap();
        let instance = Instance::new(&mut store, &module, &[make.into()]).unwrap();
        let run = instance
            .get_typed_func::<i32, ()>(&mut store, "run")
            .unwrap();
        for _ in 0..10 {
            let ran = run.call(&mut store, 2_000);
            // The heap is full soon if nothing is freed.
            assert!(ran.is_ok() || !frees(), "{ran:?}");
        }
        let total = *total.lock().unwrap();
        if frees() {
            assert_eq!(total, 20_000);
            assert!(*count.lock().unwrap() > 1_000, "nothing was collected");
        }
        let last = ExternRef::new(RootScope::new(&mut store), Garbage(count.clone()));
        assert_eq!(last.is_ok(), frees(), "{last:?}");
        let before = *count.lock().unwrap();
        store.gc(None).unwrap();
        assert_eq!(*count.lock().unwrap() > before, frees());
        drop(store);
        assert_eq!(*count.lock().unwrap(), total + 1);
    });
}

/// Everything that may be dropped before its store, or outlive it.
#[test]
fn drop_in_any_order() {
    alone("hosts::drops::drop_in_any_order", || {
        for last in 0..6 {
            println!("{last}");
            let config = Config::new();
            let engine = Engine::new(&config).unwrap();
            let module = Module::new(&engine, CALLS).unwrap();
            let mut linker = Linker::new(&engine);
            linker.func_wrap("", "f", || {}).unwrap();
            let pre = linker.instantiate_pre(&module).unwrap();
            let mut store = Store::new(&engine, ());
            let instance = pre.instantiate(&mut store).unwrap();
            let ty = instance.get_func(&mut store, "run").unwrap().ty(&store);
            let mut all: [Option<Box<dyn std::any::Any>>; 6] = [
                Some(Box::new(engine)),
                Some(Box::new(module)),
                Some(Box::new(linker)),
                Some(Box::new(pre)),
                Some(Box::new(store)),
                Some(Box::new(ty)),
            ];
            let kept = all[last].take();
            drop((config, all));
            if let Some(store) = kept.as_ref().filter(|kept| kept.is::<Store<()>>()) {
                println!("{:?}", store.downcast_ref::<Store<()>>());
            }
            drop(kept);
        }
    });
}
