//! A minimal library: it runs code that was compiled elsewhere, and compiles nothing.

use libwasmtime::{
    Caller, Config, Engine, Feature, Func, Global, GlobalType, Linker, Memory, MemoryType, Module,
    Mutability, RefType, Result, Store, Table, TableType, TypedFunc, Unsupported, Val, ValType,
    load_from, wat2wasm,
};
use std::env;
use std::fs;
#[cfg(feature = "gc")]
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use crate::case::{Case, good, minimal};

/// The variable with the step of a process.
const STEP: &str = "LIBWASMTIME_TEST_STEP";

/// Loads the minimal library and makes a store.
fn minimal_store() -> Result<Store<()>> {
    load_from(minimal())?;
    Ok(Store::new(&Engine::new(&Config::new())?, ()))
}

const MODULE: &str = r#"(module
    (import "host" "double" (func $double (param i32) (result i32)))
    (memory (export "memory") 1 2)
    (global (export "global") (mut i32) (i32.const 5))
    (table (export "table") 1 2 funcref)
    (func (export "run") (result i32)
        (i32.store (i32.const 0) (i32.const 77))
        (call $double (global.get 0)))
    (func (export "trap") unreachable))"#;

/// Compiles a module with one library, and runs it with the minimal one.
fn runs_compiled(test: &'static str, wat: &str, run: impl Fn(&Engine, &Module) -> Result<()>) {
    let name = test.replace("::", "-");
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.cwasm"));
    // Each library has a process of its own, and each process executes this.
    let steps: [(&str, &dyn Fn() -> Result<()>); 2] = [
        ("compile", &|| {
            load_from(good())?;
            let config = &mut Config::new();
            #[cfg(feature = "gc")]
            config.wasm_exceptions(false).gc_support(false);
            #[cfg(feature = "threads")]
            config.wasm_threads(false);
            #[cfg(feature = "component-model")]
            config
                .wasm_component_model(false)
                .concurrency_support(false);
            let engine = Engine::new(config)?;
            fs::write(&file, Module::new(&engine, wat)?.serialize()?)?;
            Ok(())
        }),
        ("run", &|| {
            let engine = minimal_store()?.engine().clone();
            // SAFETY: the other step has just written the file.
            let module = unsafe { Module::deserialize_file(&engine, &file)? };
            run(&engine, &module)?;
            // A mapped file may have to stay.
            _ = fs::remove_file(&file);
            Ok(())
        }),
    ];
    minimal();
    for (step, body) in steps {
        let case = Case::new(test, |_| {});
        case.with_text(STEP, step).run(|| {
            if env::var(STEP).as_deref() == Ok(step) {
                body().unwrap();
            }
        });
    }
}

fn a_module_that_another_library_compiled_runs() {
    let test = "minimal::a_module_that_another_library_compiled_runs";
    runs_compiled(test, MODULE, |engine, module| {
        assert!(!module.text().is_empty());
        let mut store = Store::new(engine, ());
        let mut linker = Linker::new(engine);
        linker.func_wrap("host", "double", |x: i32| x * 2)?;
        let instance = linker.instantiate(&mut store, module)?;
        let global = instance.get_global(&mut store, "global").unwrap();
        global.set(&mut store, Val::I32(21))?;
        let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
        assert_eq!(run.call(&mut store, ())?, 42);
        let memory = instance.get_memory(&mut store, "memory").unwrap();
        assert_eq!(memory.data(&store)[0], 77);
        let table = instance.get_table(&mut store, "table").unwrap();
        assert_eq!(table.ty(&store).maximum(), Some(2));
        let trap = instance.get_func(&mut store, "trap").unwrap();
        let error = trap.call(&mut store, &[], &mut []).unwrap_err();
        assert!(error.is::<libwasmtime::Trap>(), "{error:?}");
        Ok(())
    });
}

/// Logs "hello", then its name, and applies a function to the length of the log.
const BOUND: &str = r#"(module
    (import "journal" "LIMIT" (global $limit i32))
    (import "journal" "log" (func $log (param i32 i32)))
    (import "journal" "len" (func $len (result i32)))
    (import "journal" "name" (func $name (result i32 i32)))
    (import "journal" "apply" (func $apply (param funcref i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 8) "hello\ff")
    (func (export "alloc") (param i32) (result i32) (i32.const 64))
    (func $double (export "double") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
    (func (export "run") (param i32) (result i32)
        (call $log (i32.const 8) (local.get 0))
        (call $log (call $name))
        (i32.add (global.get $limit) (call $apply (ref.func $double) (call $len)))))"#;

#[derive(Default)]
struct Journal {
    lines: Vec<String>,
}

fn apply(mut caller: Caller<'_, Journal>, f: TypedFunc<i32, i32>, x: i32) -> Result<i32> {
    f.call(&mut caller, x)
}

/// Runs the guest of bound functions.
fn runs_bound(test: &'static str, bind: fn(&mut Linker<Journal>) -> Result<()>) {
    runs_compiled(test, BOUND, move |engine, module| {
        let mut linker = Linker::new(engine);
        bind(&mut linker)?;
        let mut store = Store::new(engine, Journal::default());
        linker.imports_for(&mut store, module)?;
        let instance = linker.instantiate(&mut store, module)?;
        let run = instance.get_typed_func::<u32, i32>(&mut store, "run")?;
        assert_eq!(run.call(&mut store, 5)?, 80 + 2 * 2);
        assert_eq!(store.data().lines, ["hello", "journal"]);
        for (len, expected) in [
            (6, ": expected a string in UTF-8 at the address 0x8"),
            (u32::MAX, ": expected 4294967295 bytes at the address 0x8"),
        ] {
            let error = format!("{:#}", run.call(&mut store, len).unwrap_err());
            assert!(error.contains(expected), "{error}");
        }
        Ok(())
    });
}

fn functions_that_a_builder_binds_are_called() {
    use libwasmtime::bind::{Abi, InStore};
    runs_bound(
        "minimal::functions_that_a_builder_binds_are_called",
        |linker| {
            linker
                .host_module("journal", InStore::new(|journal: &mut Journal| journal))
                .abi(Abi::DEFAULT.with_alloc("alloc"))
                .constant("LIMIT", 80_u32)?
                .method_mut::<(&str,), _>("log", |journal, (line,)| {
                    journal.lines.push(line.to_owned());
                })?
                .method::<(), _>("len", |journal, ()| journal.lines.len() as u32)?
                .func::<(), _>("name", |()| "journal".to_owned())?
                .func::<(Caller<'_, Journal>, TypedFunc<i32, i32>, i32), _>(
                    "apply",
                    |(caller, f, x)| apply(caller, f, x),
                )?;
            Ok(())
        },
    );
}

#[cfg(feature = "macros")]
#[libwasmtime::host(module = "journal", alloc = "alloc")]
impl Journal {
    const LIMIT: u32 = 80;

    fn log(&mut self, line: &str) {
        self.lines.push(line.to_owned());
    }

    fn len(&self) -> u32 {
        self.lines.len() as u32
    }

    fn name() -> String {
        "journal".to_owned()
    }

    fn apply(caller: Caller<'_, Journal>, f: TypedFunc<i32, i32>, x: i32) -> Result<i32> {
        apply(caller, f, x)
    }
}

#[cfg(feature = "macros")]
fn functions_that_an_attribute_binds_are_called() {
    runs_bound(
        "minimal::functions_that_an_attribute_binds_are_called",
        |linker| {
            linker.host(|journal: &mut Journal| journal)?;
            Ok(())
        },
    );
}

/// What it can't do is an error when the object would be created.
#[cfg(feature = "gc")]
fn objects_are_unsupported() {
    use libwasmtime::bind::{Held, NoReceiver, Object};
    use libwasmtime::{ExternRef, Rooted};
    const GUEST: &str = r#"(module
        (import "count" "one" (func $one (result i32)))
        (func (export "run") (result i32) (call $one)))"#;
    let test = "minimal::objects_are_unsupported";
    runs_compiled(test, GUEST, |engine, module| {
        let mut linker = Linker::<()>::new(engine);
        linker
            .host_module("object", Held::<i32>::new())
            .func::<(), _>("new", |()| Object::new(1))?
            .method::<(), _>("get", |object, ()| *object)?;
        linker
            .host_module("count", NoReceiver)
            .func::<(), _>("one", |()| 1)?;
        let mut store = Store::new(engine, ());
        let instance = linker.instantiate(&mut store, module)?;
        let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
        assert_eq!(run.call(&mut store, ())?, 1);

        let new = linker
            .get(&mut store, "object", "new")?
            .into_func()
            .unwrap();
        let error = new
            .call(&mut store, &[], &mut [Val::null_extern_ref()])
            .unwrap_err();
        assert!(error.is::<Unsupported>(), "{error:?}");
        let get = linker
            .get(&mut store, "object", "get")?
            .into_func()
            .unwrap();
        let get = get.typed::<Option<Rooted<ExternRef>>, i32>(&store)?;
        let text = format!("{:#}", get.call(&mut store, None).unwrap_err());
        assert!(text.contains("found a null reference"), "{text}");
        Ok(())
    });
}

#[cfg(feature = "gc")]
fn there_is_no_reference_but_null() {
    use libwasmtime::{
        AnyRef, ExnRef, ExnType, ExternRef, I31, NoExtern, NoFunc, OwnedRooted, Rooted,
    };
    let case = Case::new("minimal::there_is_no_reference_but_null", |_| {});
    minimal();
    case.run(|| {
        let mut store = minimal_store().unwrap();
        type Owned = Option<OwnedRooted<ExternRef>>;
        let f = Func::wrap(&mut store, |x: Owned| x);
        let f = f.typed::<Owned, Owned>(&store).unwrap();
        assert!(f.call(&mut store, None).unwrap().is_none());
        let error = ExternRef::new(&mut store, 1).unwrap_err();
        assert!(error.is::<Unsupported>(), "{error:?}");
        type Any = Option<Rooted<AnyRef>>;
        let any = Func::wrap(&mut store, |x: Any| x);
        let called = any.call(&mut store, &[Val::null_any_ref()], &mut [Val::I32(0)]);
        let any = any.typed::<Any, Any>(&store).unwrap();
        type Exn = Option<Rooted<ExnRef>>;
        let exn = Func::wrap(&mut store, |x: Exn| x);
        let exn = exn.typed::<Exn, Exn>(&store).unwrap();
        let i31 = Func::wrap(&mut store, |x: Option<I31>| x);
        let i31 = i31.typed::<Option<I31>, Option<I31>>(&store).unwrap();
        assert!(any.call(&mut store, None).unwrap().is_none());
        assert!(exn.call(&mut store, None).unwrap().is_none());
        assert_eq!(i31.call(&mut store, None).unwrap(), None);
        for error in [
            called.err(),
            i31.call(&mut store, Some(I31::default())).err(),
        ] {
            let error = error.expect("it is unsupported");
            assert!(error.is::<Unsupported>(), "{error:?}");
        }
        assert!(ExnType::new(store.engine(), [ValType::I32]).is_err());
        assert!(!store.has_pending_exception());
        assert!(store.take_pending_exception().is_none());
        let number = AssertUnwindSafe(|| AnyRef::from_i31(&mut store, I31::default()));
        assert!(catch_unwind(number).is_err());
        // SAFETY: null is allowed.
        assert!(unsafe { ExternRef::from_raw(&mut store, 0) }.is_none());
        let made_up = AssertUnwindSafe(|| {
            // SAFETY: it panics.
            unsafe { ExternRef::from_raw(&mut store, 8) }
        });
        assert!(catch_unwind(made_up).is_err());
        let raw = Val::null_extern_ref().to_raw(&mut store).unwrap();
        // SAFETY: the value is of this type.
        let back = unsafe { Val::from_raw(&mut store, raw, ValType::EXTERNREF) };
        assert!(back.unwrap_extern_ref().is_none());
        type Nulls = (Option<NoFunc>, Option<NoExtern>);
        let f = Func::wrap(&mut store, |a: Option<NoFunc>, b: Option<NoExtern>| (a, b));
        let f = f.typed::<Nulls, Nulls>(&store).unwrap();
        assert_eq!(f.call(&mut store, (None, None)).unwrap(), (None, None));
    });
}

fn what_it_lacks_is_unsupported() {
    let case = Case::new("minimal::what_it_lacks_is_unsupported", |_| {});
    minimal();
    case.run(|| {
        let mut store = minimal_store().unwrap();
        let engine = store.engine().clone();
        let wasm = b"\0asm\x01\0\0\0";
        let errors = [
            (Module::new(&engine, wasm).err(), Feature::Compiler),
            (Module::from_binary(&engine, wasm).err(), Feature::Compiler),
            (Module::validate(&engine, wasm).err(), Feature::Compiler),
            (engine.precompile_module(wasm).err(), Feature::Compiler),
            (Module::new(&engine, "(module)").err(), Feature::Wat),
            (wat2wasm("(module)").err(), Feature::Wat),
            #[cfg(feature = "threads")]
            (
                libwasmtime::SharedMemory::new(&engine, MemoryType::shared(1, 2)).err(),
                Feature::Threads,
            ),
            #[cfg(feature = "profiling")]
            (
                libwasmtime::GuestProfiler::new(&engine, "", Default::default(), []).err(),
                Feature::Profiling,
            ),
        ];
        for (error, feature) in errors {
            let error = error.expect("it is unsupported");
            let unsupported = error.downcast_ref::<Unsupported>();
            assert_eq!(
                unsupported.map(|unsupported| unsupported.feature),
                Some(feature),
                "{error}"
            );
        }
        // SAFETY: this is no precompiled module.
        assert!(unsafe { Module::deserialize(&engine, wasm) }.is_err());

        // Everything else is available.
        let memory = Memory::new(&mut store, MemoryType::new(1, None)).unwrap();
        assert_eq!(memory.grow(&mut store, 1).unwrap(), 1);
        let global = GlobalType::new(ValType::I64, Mutability::Var);
        let global = Global::new(&mut store, global, Val::I64(3)).unwrap();
        assert_eq!(global.get(&mut store).unwrap_i64(), 3);
        let wide = TableType::new64(RefType::FUNCREF, 1, None);
        assert!(Table::new(&mut store, wide, libwasmtime::Ref::Func(None)).is_err());
        let func = Func::wrap(&mut store, |x: i32| x + 1);
        let func = func.typed::<i32, i32>(&store).unwrap();
        assert_eq!(func.call(&mut store, 1).unwrap(), 2);
    });
}

crate::tests![
    a_module_that_another_library_compiled_runs,
    functions_that_a_builder_binds_are_called,
    #[cfg(feature = "macros")]
    functions_that_an_attribute_binds_are_called,
    #[cfg(feature = "gc")]
    objects_are_unsupported,
    #[cfg(feature = "gc")]
    there_is_no_reference_but_null,
    what_it_lacks_is_unsupported,
];
