//! The guest profiler.

use crate::guest::panic_text;
use libwasmtime::*;
use serde_json::Value;
use std::io;
use std::time::Duration;

const INTERVAL: Duration = Duration::from_millis(1);

/// A loop that advances the epoch in each round, so it is interrupted once in each round,
/// without a clock.
const BUSY: &str = r#"
    (module $busy
        (import "host" "tick" (func $tick))
        (func $busy (param $n i32)
            (loop
                call $tick
                (local.tee $n (i32.sub (local.get $n) (i32.const 1)))
                br_if 0))
        (func $run (export "run") (param i32)
            (call $busy (local.get 0))))
"#;

fn engine() -> Engine {
    Engine::new(Config::new().epoch_interruption(true)).unwrap()
}

/// Runs the loop for `rounds` rounds with a profiler of these modules.
fn profile(engine: &Engine, busy: &Module, modules: Vec<(String, Module)>, rounds: i32) -> Value {
    let profiler = GuestProfiler::new(engine, "test guest", INTERVAL, modules).unwrap();
    let mut store = Store::new(engine, Some(profiler));
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|mut store| {
        let mut profiler = store.data_mut().take().unwrap();
        profiler.sample(&store, Duration::from_micros(7));
        *store.data_mut() = Some(profiler);
        Ok(UpdateDeadline::Continue(1))
    });
    let ticking = engine.clone();
    let tick = Func::wrap(&mut store, move || ticking.increment_epoch());
    let instance = Instance::new(&mut store, busy, &[tick.into()]).unwrap();
    let run: TypedFunc<i32, ()> = instance.get_typed_func(&mut store, "run").unwrap();
    run.call(&mut store, rounds).unwrap();

    let profiler = store.into_data().unwrap();
    let mut json = Vec::new();
    profiler.finish(&mut json).unwrap();
    serde_json::from_slice(&json).unwrap()
}

/// Returns the names of the functions of each sample, the youngest first.
fn samples(profile: &Value) -> Vec<Vec<String>> {
    let thread = &profile["threads"][0];
    let index = |value: &Value| value.as_u64().map(|index| usize::try_from(index).unwrap());
    // Newer versions of the format have one array of strings for all threads.
    let strings = [&thread["stringArray"], &profile["shared"]["stringArray"]];
    let strings = strings.iter().find(|strings| strings.is_array()).unwrap();
    let stacks = thread["samples"]["stack"].as_array().unwrap();
    let names = |stack: &Value| {
        let mut stack = index(stack);
        let mut names = Vec::new();
        while let Some(at) = stack {
            let frame = index(&thread["stackTable"]["frame"][at]).unwrap();
            let func = index(&thread["frameTable"]["func"][frame]).unwrap();
            let name = index(&thread["funcTable"]["name"][func]).unwrap();
            names.push(strings[name].as_str().unwrap().to_owned());
            stack = index(&thread["stackTable"]["prefix"][at]);
        }
        names
    };
    stacks.iter().map(names).collect()
}

#[test]
fn samples_name_the_active_functions() {
    let engine = engine();
    let module = Module::new(&engine, BUSY).unwrap();
    let modules = vec![("the busy one".to_owned(), module.clone())];
    let profile = profile(&engine, &module, modules, 10);

    let meta = &profile["meta"];
    assert_eq!(meta["product"].as_str(), Some("test guest"));
    assert_eq!(meta["interval"].as_f64(), Some(1.0), "milliseconds");
    assert_eq!(profile["libs"][0]["name"].as_str(), Some("the busy one"));
    let samples = samples(&profile);
    // No round follows the last tick, so nothing checks for it.
    assert_eq!(samples.len(), 9);
    for sample in samples {
        assert_eq!(&sample[..], ["busy", "run"].map(String::from).as_slice());
    }
    let times = &profile["threads"][0]["samples"]["threadCPUDelta"];
    let times = times.as_array().unwrap().iter();
    assert!(times.clone().all(|delta| delta.as_u64() == Some(7)));
}

#[test]
fn other_modules_are_left_out() {
    let engine = engine();
    let module = Module::new(&engine, BUSY).unwrap();
    let other = Module::new(&engine, r#"(module (func (export "f")))"#).unwrap();
    for modules in [vec![], vec![(String::new(), other)]] {
        let profile = profile(&engine, &module, modules, 3);
        let text = profile.to_string();
        assert!(!text.contains("busy"), "{text}");
        assert_eq!(samples(&profile), [const { Vec::<String>::new() }; 2]);
    }
}

#[test]
fn without_code_on_the_stack() {
    let store = Store::<()>::default();
    let module = Module::new(store.engine(), BUSY).unwrap();
    let modules = [("guest".to_owned(), module)];
    let mut profiler =
        GuestProfiler::new(store.engine(), "", Duration::MAX, modules.clone()).unwrap();
    // The profiler keeps the modules alive.
    drop(modules);
    profiler.sample(&store, Duration::MAX);
    profiler.sample(Store::<()>::default(), Duration::ZERO);
    drop(store);
    assert_eq!(format!("{profiler:?}"), "GuestProfiler { .. }");
    let mut json = Vec::new();
    profiler.finish(&mut json).unwrap();
    let profile = serde_json::from_slice(&json).unwrap();
    assert!(samples(&profile).iter().all(Vec::is_empty));
}

#[test]
fn a_profile_can_be_dropped() {
    let engine = Engine::default();
    drop(GuestProfiler::new(&engine, "x", INTERVAL, []).unwrap());
}

/// A writer that always fails.
struct Closed;

impl io::Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Result::Ok(())
    }
}

#[test]
fn errors_of_the_output_are_passed_on() {
    let profiler = GuestProfiler::new(&Engine::default(), "", INTERVAL, []).unwrap();
    let error = profiler.finish(Closed).unwrap_err();
    let error = error.downcast_ref::<io::Error>().unwrap();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
}

#[test]
fn modules_of_another_engine_are_refused() {
    let module = Module::new(&Engine::default(), "(module)").unwrap();
    let modules = [(String::new(), module)];
    let text = panic_text(|| GuestProfiler::new(&Engine::default(), "", INTERVAL, modules));
    assert!(text.contains("another engine"), "{text}");
}
