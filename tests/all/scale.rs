//! Large numbers of everything that a guest can have many of: an operation on one of them
//! must not go through all of them.
//!
//! With these numbers, a test takes seconds if that is so, and hours if it isn't.

use libwasmtime::{
    Caller, Engine, Instance, Linker, Module, ModuleExport, Result, Store, StoreLimits,
    StoreLimitsBuilder, TypedFunc,
};
use std::fmt::Write;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// More than a slow and busy machine takes.
const PATIENCE: Duration = Duration::from_secs(200);

/// Fails if the test takes too long.
#[track_caller]
fn in_time(test: impl FnOnce() -> Result<()> + Send + 'static) -> Result<()> {
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || _ = done.send(test()));
    is_done
        .recv_timeout(PATIENCE)
        .expect("it fails, or takes as long as if it went through everything each time")
}

/// Returns the text of `count` items, each with its number.
fn repeated(count: usize, mut item: impl FnMut(&mut String, usize)) -> String {
    let mut text = String::new();
    for i in 0..count {
        item(&mut text, i);
    }
    text
}

/// Returns a module that exports a function under many names.
fn exporting(engine: &Engine, count: usize) -> Result<Module> {
    let exports = repeated(count, |text, i| {
        write!(text, r#"(export "{i}" (func $f))"#).unwrap();
    });
    Module::new(engine, format!("(module (func $f) {exports})"))
}

#[test]
fn exports_are_found_by_name() -> Result<()> {
    in_time(|| {
        let mut store = Store::<()>::default();
        let module = exporting(store.engine(), 100_000)?;
        let instance = Instance::new(&mut store, &module, &[])?;
        for (place, export) in module.exports().enumerate() {
            assert!(module.get_export(export.name()).is_some());
            let index = module.get_export_index(export.name()).expect("it is there");
            if place % 10 == 0 {
                let found = instance.get_module_export(&mut store, &index);
                assert!(found.is_some());
            }
        }
        assert!(module.get_export("").is_none());
        assert_eq!(instance.exports(&mut store).len(), 100_000);
        Ok(())
    })
}

#[test]
fn what_is_linked_is_found_by_name() -> Result<()> {
    in_time(|| {
        let mut store = Store::<()>::default();
        let module = exporting(store.engine(), 50_000)?;
        let instance = Instance::new(&mut store, &module, &[])?;
        let mut linker = Linker::new(store.engine());
        linker.allow_shadowing(true);
        linker.instance(&mut store, "instance", instance)?;
        linker.module(&mut store, "module", &module)?;
        for export in module.exports() {
            // Replaces the function of the store.
            linker.func_wrap("instance", export.name(), || {})?;
        }

        let imports = repeated(50_000, |text, i| {
            let from = ["instance", "module", "nowhere"][i % 3];
            write!(text, r#"(import "{from}" "{i}" (func))"#).unwrap();
        });
        let module = Module::new(store.engine(), format!("(module {imports})"))?;
        assert!(linker.instantiate(&mut store, &module).is_err());
        linker.define_unknown_imports_as_default_values(&mut store, &module)?;
        linker.instantiate_pre(&module)?.instantiate(&mut store)?;
        for import in module.imports() {
            assert!(linker.get_by_import(&mut store, &import).is_some());
        }
        Ok(())
    })
}

#[cfg(feature = "wasi")]
#[test]
fn functions_named_as_those_of_wasi() -> Result<()> {
    use libwasmtime::wasi::{self, WasiCtxBuilder};
    const WASI: &str = "wasi_snapshot_preview1";
    in_time(|| {
        let mut store = Store::<()>::default();
        let mut linker = Linker::new(store.engine());
        wasi::add_to_linker(&mut linker)?;
        for i in 0..600_000 {
            linker.func_wrap(WASI, &i.to_string(), || {})?;
        }

        let imports = repeated(50_000, |text, i| {
            write!(text, r#"(import "{WASI}" "unknown {i}" (func))"#).unwrap();
        });
        let module = Module::new(store.engine(), format!("(module {imports})"))?;
        linker.define_unknown_imports_as_traps(&module)?;
        store.set_wasi(WasiCtxBuilder::new().build_p1())?;
        linker.instantiate(&mut store, &module)?;
        Ok(())
    })
}

#[test]
fn instances_are_told_apart() -> Result<()> {
    const INSTANCES: i32 = 100_000;
    in_time(|| {
        let engine = Engine::default();
        let limits = StoreLimitsBuilder::new().instances(usize::MAX).build();
        let mut store = Store::new(&engine, (limits, None));
        store.limiter(|(limits, _)| limits);
        let caller = Module::new(
            &engine,
            r#"(module
                (import "command" "_start" (func $start))
                (import "host" "look" (func $look))
                (global (export "this") i32 (i32.const 0))
                (func (export "run") (param $times i32)
                    (loop $again
                        (call $start)
                        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
                        (br_if $again (local.get $times)))
                    (call $look)))"#,
        )?;
        store.data_mut().1 = caller.get_export_index("this");
        let mut linker = Linker::new(&engine);
        let look = |mut caller: Caller<'_, (StoreLimits, Option<ModuleExport>)>| {
            let this = caller.data().1.expect("it was set");
            for _ in 0..1_000_000 {
                assert!(caller.get_module_export(&this).is_some());
            }
        };
        linker.func_wrap("host", "look", look)?;
        // A new instance for each call.
        let command = Module::new(&engine, r#"(module (func (export "_start")))"#)?;
        linker.module(&mut store, "command", &command)?;
        let instance = linker.instantiate(&mut store, &caller)?;
        let run: TypedFunc<i32, ()> = instance.get_typed_func(&mut store, "run")?;
        run.call(&mut store, INSTANCES)?;
        assert!(Module::same(instance.module(&store), &caller));
        Ok(())
    })
}
