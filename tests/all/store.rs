//! Stores and what they own.

use crate::guest::{Drops, instantiate};
use libwasmtime::*;

#[test]
fn data() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, String::from("a"));
    store.data_mut().push('b');
    store.as_context_mut().data_mut().push('c');
    assert_eq!(store.data(), "abc");
    assert_eq!(store.as_context().data(), "abc");
    assert_eq!(store.as_context_mut().data(), "abc");
    assert!(Engine::same(store.engine(), &engine));
    assert!(Engine::same(store.as_context().engine(), &engine));
    assert!(Engine::same(store.as_context_mut().engine(), &engine));
    assert_eq!(format!("{store:?}"), r#"Store { data: "abc", .. }"#);
    assert_eq!(store.into_data(), "abc");
}

#[test]
fn made_by_the_constructors_that_may_fail() -> Result<()> {
    let engine = Engine::default();
    let mut store = Store::try_new(&engine, 2)?;
    let ty = FuncType::try_new(&engine, [ValType::I32], [ValType::I32])?;
    let double = Func::try_new(&mut store, ty, |caller, args, results| {
        results[0] = Val::I32(args[0].unwrap_i32() * caller.data());
        Ok(())
    })?;
    let triple = Func::try_wrap(&mut store, |x: i32| x * 3)?;
    for (f, expected) in [(double, 14), (triple, 21)] {
        let f = f.typed::<i32, i32>(&store)?;
        assert_eq!(f.call(&mut store, 7)?, expected);
    }
    Ok(())
}

#[test]
fn a_host_function_may_use_its_store_on_another_thread() -> Result<()> {
    let mut store = Store::new(&Engine::default(), 0);
    let add = Func::wrap(&mut store, |mut caller: Caller<'_, i32>, x: i32| {
        *caller.data_mut() += x;
    });
    let add = add.typed::<i32, ()>(&store)?;
    let elsewhere = Func::wrap(&mut store, move |mut caller: Caller<'_, i32>| {
        let context = caller.as_context_mut();
        std::thread::scope(|scope| {
            let thread = scope.spawn(move || add.call(context, 1));
            thread.join().unwrap()
        })?;
        std::thread::scope(|scope| {
            let thread = scope.spawn(move || add.call(caller, 2));
            thread.join().unwrap()
        })
    });
    let instance = instantiate(
        &mut store,
        r#"(module (import "" "" (func $host)) (func (export "f") (call $host)))"#,
        &[elsewhere.into()],
    );
    let f = instance.get_typed_func::<(), ()>(&mut store, "f")?;
    f.call(&mut store, ())?;
    assert_eq!(*store.data(), 3);
    Ok(())
}

#[test]
fn data_is_dropped_once() {
    let drops = Drops::default();
    let engine = Engine::default();
    drop(Store::new(&engine, drops.counted()));
    assert_eq!(drops.count(), 1);
    let data = Store::new(&engine, drops.counted()).into_data();
    assert_eq!(drops.count(), 1);
    drop(data);
    assert_eq!(drops.count(), 2);
}

#[test]
fn into_data_drops_everything_else() {
    let drops = Drops::default();
    let mut store = Store::new(&Engine::default(), drops.counted());
    let counted = drops.counted();
    Func::wrap(&mut store, move || {
        let _ = &counted;
    });
    let data = store.into_data();
    assert_eq!(drops.count(), 1);
    drop(data);
    assert_eq!(drops.count(), 2);
}

#[test]
fn closures_are_dropped_before_the_data() {
    use std::sync::{Arc, Mutex};
    struct Note(&'static str, Arc<Mutex<Vec<&'static str>>>);
    impl Drop for Note {
        fn drop(&mut self) {
            self.1.lock().unwrap().push(self.0);
        }
    }
    let notes = Arc::new(Mutex::new(Vec::new()));
    let mut store = Store::new(&Engine::default(), Note("data", notes.clone()));
    let note = Note("closure", notes.clone());
    Func::wrap(&mut store, move || {
        let _ = &note;
    });
    drop(store);
    assert_eq!(*notes.lock().unwrap(), ["closure", "data"]);
}

const WAT: &str = r#"(module
    (import "" "f" (func $host (result i32)))
    (func (export "f") (result i32) (call $host)))"#;

fn run(store: &mut Store<i32>, module: &Module) -> i32 {
    let host = Func::wrap(&mut *store, |caller: Caller<'_, i32>| *caller.data());
    let instance = Instance::new(&mut *store, module, &[host.into()]).unwrap();
    let f = instance
        .get_typed_func::<(), i32>(&mut *store, "f")
        .unwrap();
    f.call(store, ()).unwrap()
}

#[test]
fn store_outlives_the_engine_and_the_module() {
    let engine = Engine::default();
    let module = Module::new(&engine, WAT).unwrap();
    let mut store = Store::new(&engine, 5);
    drop(engine);
    let host = Func::wrap(&mut store, |caller: Caller<'_, i32>| *caller.data());
    let instance = Instance::new(&mut store, &module, &[host.into()]).unwrap();
    drop(module);
    let f = instance.get_typed_func::<(), i32>(&mut store, "f").unwrap();
    assert_eq!(f.call(&mut store, ()).unwrap(), 5);
    assert_eq!(instance.module(&store).exports().len(), 1);
}

#[test]
fn engine_and_module_outlive_stores() {
    let engine = Engine::default();
    let module = Module::new(&engine, WAT).unwrap();
    for i in 0..3 {
        let mut store = Store::new(&engine, i);
        assert_eq!(run(&mut store, &module), i);
    }
    let clone = module.clone();
    drop(module);
    assert_eq!(run(&mut Store::new(&engine, 9), &clone), 9);
}

#[test]
fn error_outlives_its_store() {
    let mut store = Store::<()>::default();
    let instance = instantiate(
        &mut store,
        r#"(module (func $trapping (export "f") unreachable))"#,
        &[],
    );
    let f = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
    let error = f.call(&mut store, ()).unwrap_err();
    drop(store);
    let backtrace = error.downcast_ref::<WasmBacktrace>().unwrap();
    assert_eq!(backtrace.frames()[0].func_name(), Some("trapping"));
    assert!(backtrace.to_string().contains("!trapping"));
}

#[test]
fn store_goes_to_another_thread() {
    let engine = Engine::default();
    let module = Module::new(&engine, WAT).unwrap();
    let mut store = Store::new(&engine, 1);
    assert_eq!(run(&mut store, &module), 1);
    let handle = std::thread::spawn(move || {
        *store.data_mut() += 1;
        assert_eq!(run(&mut store, &module), 2);
        store
    });
    let mut store = handle.join().unwrap();
    *store.data_mut() += 1;
    let module = Module::new(&engine, WAT).unwrap();
    assert_eq!(run(&mut store, &module), 3);
}

#[test]
fn limits_are_in_the_data() {
    use libwasmtime::{Memory, MemoryType, ResourceLimiter, StoreLimits, StoreLimitsBuilder};

    struct State {
        limits: StoreLimits,
    }
    let state = || State {
        limits: StoreLimitsBuilder::new()
            .memory_size(1 << 16)
            .memories(2)
            .build(),
    };
    let engine = Engine::default();
    let mut field = Store::new(&engine, state());
    field.limiter(|state| &mut state.limits);
    let mut object = Store::new(&engine, state());
    object.limiter(|state| &mut state.limits as &mut dyn ResourceLimiter);
    for mut store in [field, object] {
        let limiter: &dyn ResourceLimiter = &store.data().limits;
        assert_eq!(limiter.memories(), 2);
        assert_eq!(limiter.instances(), libwasmtime::DEFAULT_INSTANCE_LIMIT);
        assert_eq!(limiter.tables(), libwasmtime::DEFAULT_TABLE_LIMIT);
        let memory = Memory::new(&mut store, MemoryType::new(1, None)).unwrap();
        assert!(memory.grow(&mut store, 1).is_err());
        // The limits are those at the time when they were set.
        store.data_mut().limits = StoreLimits::default();
        assert!(memory.grow(&mut store, 1).is_err());
        store.limiter(|state| &mut state.limits);
        assert_eq!(memory.grow(&mut store, 1).unwrap(), 1);
    }
}

#[test]
fn many_stores_at_once() {
    let engine = Engine::default();
    let module = Module::new(&engine, WAT).unwrap();
    let threads: Vec<_> = (0..4)
        .map(|i| {
            let (engine, module) = (engine.clone(), module.clone());
            std::thread::spawn(move || {
                for j in 0..10 {
                    let mut store = Store::new(&engine, i * 100 + j);
                    assert_eq!(run(&mut store, &module), i * 100 + j);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn store_within_the_data_of_another() {
    let drops = Drops::default();
    let engine = Engine::default();
    let inner = Store::new(&engine, drops.counted());
    let mut outer = Store::new(&engine, Some(inner));
    // A host function may drop the other store.
    let f = Func::wrap(
        &mut outer,
        |mut caller: Caller<'_, Option<Store<crate::guest::Dropped>>>| {
            drop(caller.data_mut().take());
        },
    );
    let f = f.typed::<(), ()>(&outer).unwrap();
    f.call(&mut outer, ()).unwrap();
    assert_eq!(drops.count(), 1);
    f.call(&mut outer, ()).unwrap();
}
