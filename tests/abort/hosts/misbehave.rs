//! Values of the host that panic wherever they can, in every place where
//! libwasmtime calls back.

#[cfg(feature = "async")]
mod asynchronous;

use super::*;
use std::error::Error as StdError;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::result::Result::{Err, Ok};

/// What a value panics in, always with a payload that panics when it is dropped.
#[derive(Clone, Copy, Debug, PartialEq)]
enum In {
    Nothing,
    Display,
    Debug,
    Source,
    Drop,
    Everything,
}

const ALL: [In; 6] = [
    In::Nothing,
    In::Display,
    In::Debug,
    In::Source,
    In::Drop,
    In::Everything,
];

struct Value(In);

impl Value {
    fn panic_in(&self, place: In) {
        if self.0 == place || self.0 == In::Everything {
            panic_any(Value(In::Drop));
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.panic_in(In::Display);
        f.write_str("value")
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.panic_in(In::Debug);
        f.write_str("value")
    }
}

impl StdError for Value {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.panic_in(In::Source);
        None
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        self.panic_in(In::Drop);
    }
}

/// How a callback fails.
#[derive(Clone, Copy, Debug)]
enum Fails {
    Error,
    Context,
    Panic,
}

impl Fails {
    const ALL: [Fails; 3] = [Fails::Error, Fails::Context, Fails::Panic];

    fn fail<T>(self, place: In) -> Result<T> {
        match self {
            Fails::Error => Err(Error::new(Value(place))),
            Fails::Context => Err(Error::msg("cause").context(Value(place))),
            Fails::Panic => panic_any(Value(place)),
        }
    }
}

/// Asserts that `call` fails as its callback did, with the same value.
fn assert_fails<T>(fails: Fails, call: impl FnOnce() -> Result<T>) {
    match (fails, catch_unwind(AssertUnwindSafe(call))) {
        (Fails::Panic, Err(payload)) => {
            assert!(payload.is::<Value>());
            // Dropping it is up to the program.
            std::mem::forget(payload);
        }
        (Fails::Error | Fails::Context, Ok(Err(error))) => {
            assert!(error.is::<Value>());
            std::mem::forget(error);
        }
        (fails, outcome) => {
            let panicked = outcome.is_err();
            std::mem::forget(outcome);
            panic!("{fails:?}, panicked: {panicked}");
        }
    }
}

/// Defines a test for each, which runs in a process of its own, for each value.
macro_rules! callbacks {
    ($($(#[$attribute:meta])* $name:ident($place:ident) $body:block)*) => {
        $(
            $(#[$attribute])*
            #[test]
            fn $name() {
                alone(concat!("hosts::misbehave::", stringify!($name)), || {
                    // Much would be printed that nobody reads.
                    std::panic::set_hook(Box::new(|_| {}));
                    for $place in ALL {
                        println!("{:?}", $place);
                        $body
                    }
                });
            }
        )*
    };
}

callbacks! {
    host_functions(place) {
        for fails in Fails::ALL {
            let mut store = Store::<()>::default();
            let ty = FuncType::new(store.engine(), [], []);
            let functions = [
                Func::wrap(&mut store, move || fails.fail::<()>(place)),
                Func::wrap(&mut store, move |_: Caller<'_, ()>| fails.fail::<()>(place)),
                Func::new(&mut store, ty.clone(), move |_, _, _| fails.fail(place)),
                // SAFETY: there are no arguments and no results.
                unsafe { Func::new_unchecked(&mut store, ty, move |_, _| fails.fail(place)) },
            ];
            for f in functions {
                assert_fails(fails, || f.call(&mut store, &[], &mut []));
                let module = Module::new(store.engine(), CALLS).unwrap();
                let instance = Instance::new(&mut store, &module, &[f.into()]).unwrap();
                assert_fails(fails, || run(&mut store, instance, "run"));
            }
        }
    }

    start_functions(place) {
        for fails in Fails::ALL {
            let mut store = Store::<()>::default();
            let wat = r#"(module (import "" "f" (func $f)) (start $f))"#;
            let module = Module::new(store.engine(), wat).unwrap();
            let mut linker = Linker::new(store.engine());
            linker.func_wrap("", "f", move || fails.fail::<()>(place)).unwrap();
            assert_fails(fails, || linker.instantiate(&mut store, &module));
            let pre = linker.instantiate_pre(&module).unwrap();
            assert_fails(fails, || pre.instantiate(&mut store));
        }
    }

    /// The exception propagates, and its context is dropped.
    #[cfg(feature = "gc")]
    exceptions(place) {
        let mut store = Store::new(&Engine::new(Config::new().wasm_exceptions(true)).unwrap(), ());
        let tag = TagType::new(FuncType::new(store.engine(), [], []));
        let tag = Tag::new(&mut store, &tag).unwrap();
        let f = Func::wrap(&mut store, move |mut caller: Caller<'_, ()>| -> Result<()> {
            let ty = ExnType::from_tag_type(&tag.ty(&caller))?;
            let exception = ExnRefPre::new(&mut caller, ty);
            let exception = ExnRef::new(&mut caller, &exception, &tag, &[])?;
            caller.as_context_mut().throw(exception).map_err(|error| error.context(Value(place)))
        });
        let wat = r#"(module (import "" "f" (func $f)) (import "" "t" (tag $t))
            (func (export "run") (block $h (try_table (catch $t $h) (call $f)) unreachable)))"#;
        let module = Module::new(store.engine(), wat).unwrap();
        let instance = Instance::new(&mut store, &module, &[f.into(), tag.into()]).unwrap();
        run(&mut store, instance, "run").unwrap();
    }

    captured_by_functions(place) {
        let mut store = Store::<()>::default();
        let value = Value(place);
        Func::wrap(&mut store, move || _ = &value);
        drop(store);
        let mut linker = Linker::<()>::default();
        for _ in 0..2 {
            // The name is defined the second time, so the closure is dropped at once.
            let value = Value(place);
            _ = linker.func_wrap("", "", move || _ = &value);
        }
        drop(linker);
    }

    epochs(place) {
        for fails in Fails::ALL {
            let mut store = Store::new(&super::epochs(), ());
            store.engine().increment_epoch();
            let instance = instantiate(&mut store, || {});
            store.epoch_deadline_callback(move |_| fails.fail(place));
            assert_fails(fails, || run(&mut store, instance, "loop"));
        }
    }

    captured_by_epochs(place) {
        let mut store = Store::new(&super::epochs(), ());
        store.engine().increment_epoch();
        let instance = instantiate(&mut store, || {});
        let value = Value(place);
        store.epoch_deadline_callback(move |mut store| {
            _ = &value;
            // The callback replaces itself, and is dropped when it returns.
            store.epoch_deadline_trap();
            Ok(UpdateDeadline::Interrupt)
        });
        let error = run(&mut store, instance, "loop").unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt));
        let value = Value(place);
        store.epoch_deadline_callback(move |_| {
            _ = &value;
            Ok(UpdateDeadline::Interrupt)
        });
        drop(store);
    }

    #[cfg(feature = "gc")]
    externrefs(place) {
        let mut store = Store::<()>::default();
        for _ in 0..10 {
            ExternRef::new(&mut store, Value(place)).unwrap();
        }
        drop(store);
    }

    memories(place) {
        for fails in Fails::ALL {
            let mut store = memories::store(place, fails);
            let memory = memories::memory(&mut store).unwrap();
            let grown = memory.grow(&mut store, 1);
            assert!(grown.is_err() && !grown.unwrap_err().is::<Value>());
            assert_eq!(memory.size(&store), 1);
            // The engine holds the last reference to the creator, and the program drops it.
            let outcome = catch_unwind(AssertUnwindSafe(|| drop(store)));
            assert_eq!(outcome.is_err(), matches!(place, In::Drop | In::Everything));
            std::mem::forget(outcome);
        }
    }

    memories_that_are_not_made(place) {
        for nowhere in [memories::Nowhere::Null, memories::Nowhere::Panics] {
            let mut store = memories::store_of(place, Fails::Error, Some(nowhere));
            memories::memory(&mut store).unwrap_err();
            std::mem::forget(store);
        }
        let mut store = memories::store_that_panics(place);
        memories::memory(&mut store).unwrap_err();
        std::mem::forget(store);
    }

    #[cfg(all(feature = "async", unix))]
    stacks(place) {
        for fails in Fails::ALL {
            let mut store = stacks::store(place, fails);
            assert!(!stacks::call(&mut store).unwrap_err().is::<Value>());
            let outcome = catch_unwind(AssertUnwindSafe(|| drop(store)));
            std::mem::forget(outcome);
        }
    }

    #[cfg(feature = "async")]
    asynchronous_functions(place) {
        for fails in Fails::ALL {
            asynchronous::fail(place, fails);
        }
    }

    #[cfg(feature = "async")]
    futures(place) {
        asynchronous::drop_futures(place);
    }

    #[cfg(feature = "async")]
    captured_by_asynchronous_functions(place) {
        asynchronous::drop_functions(place);
    }

    #[cfg(feature = "async")]
    yields(place) {
        asynchronous::drop_yields(place);
    }

    #[cfg(feature = "wasi")]
    writers(place) {
        for fails in [writers::Fails::Error, writers::Fails::Panic, writers::Fails::Flush] {
            writers::run(place, fails);
        }
    }

    #[cfg(all(feature = "standard", feature = "gc"))]
    standard_functions(place) {
        for fails in Fails::ALL {
            standard::run(place, fails);
        }
    }

    /// Not a callback: the program drops its store, and gets the panic.
    data_of_stores(place) {
        let outcome = catch_unwind(|| drop(Store::new(&Engine::default(), Value(place))));
        assert_eq!(outcome.is_err(), matches!(place, In::Drop | In::Everything));
        std::mem::forget(outcome);
    }
}

mod memories {
    use super::*;
    use std::sync::Arc;

    #[derive(Clone, Copy, PartialEq)]
    pub enum Nowhere {
        Null,
        Panics,
    }

    struct Bytes {
        bytes: Vec<u8>,
        place: In,
        fails: Fails,
        nowhere: Option<Nowhere>,
        _value: Value,
    }

    // SAFETY: the bytes are allocated and never move; the engine has no guard pages and
    // reserves nothing.
    unsafe impl LinearMemory for Bytes {
        fn byte_size(&self) -> usize {
            self.bytes.len()
        }

        fn byte_capacity(&self) -> usize {
            self.bytes.len()
        }

        fn grow_to(&mut self, _: usize) -> Result<()> {
            self.fails.fail(self.place)
        }

        fn as_ptr(&self) -> *mut u8 {
            match self.nowhere {
                Some(Nowhere::Null) => std::ptr::null_mut(),
                Some(Nowhere::Panics) => panic_any(Value(self.place)),
                None => self.bytes.as_ptr().cast_mut(),
            }
        }
    }

    struct Creator<F>(F, #[allow(dead_code, reason = "to be dropped")] Value);

    // SAFETY: see `Bytes`.
    unsafe impl<F> MemoryCreator for Creator<F>
    where
        F: Fn(usize) -> Box<dyn LinearMemory> + Send + Sync,
    {
        fn new_memory(
            &self,
            _: MemoryType,
            minimum: usize,
            _: Option<usize>,
            _: Option<usize>,
            _: usize,
        ) -> Result<Box<dyn LinearMemory>, String> {
            Ok((self.0)(minimum))
        }
    }

    fn created<F>(value: Value, create: F) -> Store<()>
    where
        F: Fn(usize) -> Box<dyn LinearMemory> + Send + Sync + 'static,
    {
        let mut config = Config::new();
        config.memory_reservation(0).memory_guard_size(0);
        config.with_host_memory(Arc::new(Creator(create, value)));
        Store::new(&Engine::new(&config).unwrap(), ())
    }

    pub fn store(place: In, fails: Fails) -> Store<()> {
        store_of(place, fails, None)
    }

    pub fn store_of(place: In, fails: Fails, nowhere: Option<Nowhere>) -> Store<()> {
        created(Value(place), move |minimum| {
            Box::new(Bytes {
                bytes: vec![0; minimum],
                place,
                fails,
                nowhere,
                _value: Value(place),
            })
        })
    }

    pub fn store_that_panics(place: In) -> Store<()> {
        created(Value(place), move |_| panic_any(Value(place)))
    }

    pub fn memory(store: &mut Store<()>) -> Result<Memory> {
        let module = Module::new(store.engine(), r#"(module (memory (export "m") 1))"#)?;
        let instance = Instance::new(&mut *store, &module, &[])?;
        Ok(instance.get_memory(store, "m").expect("it is exported"))
    }
}

#[cfg(all(feature = "async", unix))]
mod stacks {
    use super::*;
    use futures::executor::block_on;
    use std::sync::Arc;

    struct Creator(
        In,
        Fails,
        #[allow(dead_code, reason = "to be dropped")] Value,
    );

    // SAFETY: it creates no stack.
    unsafe impl StackCreator for Creator {
        fn new_stack(&self, _: usize, _: bool) -> Result<Box<dyn StackMemory>, Error> {
            self.1.fail(self.0)
        }
    }

    pub fn store(place: In, fails: Fails) -> Store<()> {
        let mut config = Config::new();
        config.with_host_stack(Arc::new(Creator(place, fails, Value(place))));
        Store::new(&Engine::new(&config).unwrap(), ())
    }

    pub fn call(store: &mut Store<()>) -> Result<()> {
        let f = Func::wrap(&mut *store, || {});
        block_on(f.call_async(store, &[], &mut []))
    }
}

#[cfg(feature = "wasi")]
mod writers {
    use super::*;
    use libwasmtime::wasi::WasiCtxBuilder;
    use std::io::{self, Write};

    #[derive(Clone, Copy, PartialEq)]
    pub enum Fails {
        Error,
        Panic,
        Flush,
    }

    struct Writer(In, Fails);

    impl Write for Writer {
        fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
            match self.1 {
                Fails::Error => Err(io::Error::other(Value(self.0))),
                Fails::Panic => panic_any(Value(self.0)),
                Fails::Flush => Ok(piece.len()),
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::Error::other(Value(self.0)))
        }
    }

    /// The program gets an error each time.
    pub fn run(place: In, fails: Fails) {
        let wat = r#"(module
            (import "wasi_snapshot_preview1" "fd_write"
                (func $write (param i32 i32 i32 i32) (result i32)))
            (memory (export "memory") 1)
            (data (i32.const 0) "\08\00\00\00\06\00\00\00hello\n")
            (func (export "run") (result i32)
                (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16))))"#;
        let mut store = Store::<()>::default();
        let mut linker = Linker::new(store.engine());
        wasi::add_to_linker(&mut linker).unwrap();
        let wasi = WasiCtxBuilder::new()
            .stdout(Writer(place, fails))
            .build_p1();
        store.set_wasi(wasi).unwrap();
        let module = Module::new(store.engine(), wat).unwrap();
        let instance = linker.instantiate(&mut store, &module).unwrap();
        let run = instance
            .get_typed_func::<(), i32>(&mut store, "run")
            .unwrap();
        for _ in 0..3 {
            assert_ne!(run.call(&mut store, ()).unwrap(), 0);
        }
    }
}

#[cfg(all(feature = "standard", feature = "gc"))]
mod standard {
    use super::*;
    use libwasmtime::standard::{Func, FuncType, Store, Trap};

    pub fn run(place: In, fails: Fails) {
        let mut store = Store::default();
        let ty = FuncType::new(store.engine(), [], []);
        let captured = Value(place);
        let f = Func::new(&mut store, &ty, move |_, _, _| {
            _ = &captured;
            fails.fail(place)
        });
        let f = f.unwrap();
        match (
            fails,
            catch_unwind(AssertUnwindSafe(|| f.call(&mut store, &[]))),
        ) {
            (Fails::Panic, Err(payload)) => {
                assert!(payload.is::<Value>());
                std::mem::forget(payload);
            }
            (Fails::Error | Fails::Context, Ok(Err(error))) => {
                assert!(error.is::<Trap>());
                std::mem::forget(error);
            }
            (fails, _) => panic!("{fails:?}"),
        }
        // A trap stays itself, and its context is dropped.
        let f = Func::new(&mut store, &ty, move |store, _, _| {
            Err(Error::new(Trap::new(store, "no")).context(Value(place)))
        });
        let f = f.unwrap();
        let outcome = catch_unwind(AssertUnwindSafe(|| f.call(&mut store, &[])));
        let panics = matches!(place, In::Drop | In::Everything);
        assert_eq!(outcome.is_err(), panics);
        std::mem::forget(outcome);
        drop(store);
    }
}
