//! Stores, and what is in them.

use super::*;
use std::ffi::c_void;
use std::fmt;
use std::mem::MaybeUninit;
use std::ptr::null_mut;

const WAT: &str = r#"(module
    (func (export "func") (result i32) (i32.const 7))
    (memory (export "memory") 1 3)
    (global (export "global") (mut i32) (i32.const 1))
    (table (export "table") 2 funcref)
    (tag (export "tag")))"#;

fn engine() -> Engine {
    let mut config = Config::new();
    config.wasm_gc(true).wasm_exceptions(true);
    Engine::new(&config).unwrap()
}

/// A store, and one of each kind of items in it.
fn world(engine: &Engine) -> (Store<()>, Vec<Extern>) {
    let mut store = Store::new(engine, ());
    let instance = instantiate(&mut store, WAT, &[]);
    let items = ["func", "memory", "global", "table", "tag"]
        .map(|name| instance.get_export(&mut store, name).unwrap());
    (store, items.into())
}

/// Takes a handle to C, and back into a store.
fn there_and_back(store: &mut Store<()>, item: &Extern) -> Extern {
    macro_rules! each {
        ($($kind:ident)*) => {
            match item {
                // SAFETY: it is of the store that it comes from, and another is refused.
                $(Extern::$kind(item) => unsafe { $kind::from_c(item.as_c(), store) }.into(),)*
                Extern::SharedMemory(_) => unreachable!(),
            }
        };
    }
    each!(Func Memory Global Table Tag)
}

#[test]
fn handles_are_the_same_after_the_way_there_and_back() {
    let (mut store, items) = world(&engine());
    for item in &items {
        let back = there_and_back(&mut store, item);
        assert_eq!(format!("{back:?}"), format!("{item:?}"));
        // SAFETY: the item is of the store.
        let back = unsafe { Extern::from_c(item.as_c(), &mut store) };
        assert_eq!(
            format!("{:?}", back.ty(&store)),
            format!("{:?}", item.ty(&store))
        );
    }
}

#[test]
fn a_handle_of_another_store_is_refused() {
    let engine = engine();
    let (_store, items) = world(&engine);
    for mut other in [world(&engine).0, Store::new(&engine, ())] {
        for item in &items {
            let text = panic_text(|| there_and_back(&mut other, item));
            assert!(text.contains("wrong store"), "{text}");
            // SAFETY: it is refused.
            let text = panic_text(|| unsafe { Extern::from_c(item.as_c(), &mut other) });
            assert!(text.contains("wrong store"), "{text}");
        }
    }
}

/// A store that knows no handle doesn't know its own id.
#[test]
fn the_first_handle_of_a_store_may_come_from_c() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let ty = MemoryType::new(1, None).to_c(&engine).unwrap();
    let mut memory = MaybeUninit::uninit();
    // SAFETY: the context is used for this call alone; `memory` is initialised if there
    // is no error, with a handle of the store.
    let memory = unsafe {
        check(sys::wasmtime_memory_new(
            store.as_c_mut(),
            ty.as_ptr(),
            memory.as_mut_ptr(),
        ))
        .unwrap();
        Memory::from_c(memory.assume_init(), &mut store)
    };
    assert_eq!(memory.size(&store), 1);
}

#[test]
fn an_instance_comes_from_c_with_its_module() {
    let engine = engine();
    let module = Module::new(&engine, WAT).unwrap();
    let mut store = Store::new(&engine, ());
    let mut instance = MaybeUninit::uninit();
    let mut trap = null_mut();
    // SAFETY: the module is of the store's engine and has no imports; the instance is
    // initialised if neither an error nor a trap is returned, which are owned.
    let instance = unsafe {
        let error = sys::wasmtime_instance_new(
            store.as_c_mut(),
            module.as_c(),
            ptr::null(),
            0,
            instance.as_mut_ptr(),
            &mut trap,
        );
        store.as_context_mut().check_c(error, trap).unwrap();
        Instance::from_c(instance.assume_init(), (&mut store, &module))
    };
    assert!(Module::same(instance.module(&store), &module));
    assert_eq!(instance.exports(&mut store).len(), 5);
    // SAFETY: it is an instance of the module in the store.
    let again = unsafe { Instance::from_c(instance.as_c(), (&mut store, &module)) };
    assert!(again == instance);

    let other = Engine::default();
    let module = Module::new(&other, "(module)").unwrap();
    // SAFETY: it is refused.
    let text = panic_text(|| unsafe { Instance::from_c(instance.as_c(), (&mut store, &module)) });
    assert!(text.contains("another engine"), "{text}");
}

#[cfg(feature = "threads")]
#[test]
fn a_shared_memory_that_comes_from_c_is_owned_once() {
    let engine = Engine::new(Config::new().shared_memory(true)).unwrap();
    let mut store = Store::new(&engine, ());
    let memory = SharedMemory::new(&engine, MemoryType::shared(1, 1)).unwrap();
    let item = Extern::from(memory.clone());
    let mut raw = item.as_c();
    // SAFETY: the clone is owned, and given away.
    let clone = unsafe {
        raw.of.sharedmemory = sys::wasmtime_sharedmemory_clone(raw.of.sharedmemory);
        Extern::from_c(raw, &mut store)
    };
    drop((memory, item));
    assert_eq!(clone.into_shared_memory().unwrap().size(), 1);
}

#[test]
fn values_are_the_same_after_the_way_there_and_back() {
    let mut store = Store::new(&engine(), ());
    for kind in crate::kinds::Kind::ALL {
        for val in kind.values(&mut store).unwrap() {
            let Ok(raw) = val.to_c(&store) else {
                assert!(matches!(val, Val::ContRef(_)));
                continue;
            };
            let mut clone = MaybeUninit::uninit();
            // SAFETY: the value is borrowed, and its clone is owned.
            let back = unsafe {
                sys::wasmtime_val_clone(&raw, clone.as_mut_ptr());
                Val::from_c(clone.assume_init(), &mut store)
            };
            assert_eq!(crate::kinds::Kind::of(&back), *kind);
            assert_eq!(
                format!("{:?}", back.ty(&store).unwrap()),
                format!("{:?}", val.ty(&store).unwrap())
            );
        }
    }
}

#[test]
fn a_value_of_another_store_is_refused() {
    let engine = engine();
    let mut store = Store::new(&engine, ());
    for mut other in [world(&engine).0, Store::new(&engine, ())] {
        for kind in crate::kinds::Kind::ALL {
            for val in kind.owned(&mut store).unwrap() {
                crate::guest::assert_not_taken(val.to_c(&other));
                let raw = owned(&store, val);
                // SAFETY: the value is valid and owned; its store is refused.
                let text = panic_text(|| unsafe { Val::from_c(raw, &mut other) });
                assert!(text.contains("wrong store"), "{text}");
            }
        }
    }
}

/// Returns an owned C value.
fn owned(store: impl AsContext, val: Val) -> sys::wasmtime_val_t {
    let raw = val.to_c(store).unwrap();
    let mut clone = MaybeUninit::uninit();
    // SAFETY: the value is borrowed, and its clone is owned.
    unsafe {
        sys::wasmtime_val_clone(&raw, clone.as_mut_ptr());
        clone.assume_init()
    }
}

#[test]
fn a_value_that_is_refused_is_unrooted() {
    let drops = Drops::default();
    let engine = engine();
    let mut store = Store::new(&engine, ());
    let mut other = Store::new(&engine, ());
    let (raw, root) = {
        let mut scope = RootScope::new(&mut store);
        let object = ExternRef::new(&mut scope, drops.counted()).unwrap();
        let raw = owned(&scope, object.into());
        (raw, object.to_owned_rooted(&mut scope).unwrap())
    };
    // SAFETY: the value is valid and owned; its store is refused.
    panic_text(|| unsafe { Val::from_c(raw, &mut other) });
    store.gc(None).unwrap();
    assert_eq!(drops.count(), 0, "another root went as well");
    drop(root);
    store.gc(None).unwrap();
    assert_eq!(drops.count(), crate::collector::freed(1));
    drop(store);
    assert_eq!(drops.count(), 1);
}

#[test]
fn host_data_is_freed_once() {
    let drops = Drops::default();
    let mut store = Store::<()>::default();
    let val: Val = ExternRef::new(&mut store, drops.counted()).unwrap().into();
    // SAFETY: the value is owned, and of the store.
    let back = unsafe { Val::from_c(owned(&store, val), &mut store) };
    let data = back.unwrap_externref().unwrap().data(&store).unwrap();
    assert!(data.unwrap().is::<crate::guest::Dropped>());
    drop(store);
    assert_eq!(drops.count(), 1);
}

#[test]
fn a_memory_that_c_has_grown_is_read_where_it_is_now() {
    let mut store = Store::<()>::default();
    // It has to move when it grows.
    let mut config = Config::new();
    config
        .memory_reservation(0)
        .memory_reservation_for_growth(0);
    if let Result::Ok(engine) = Engine::new(&config) {
        store = Store::new(&engine, ());
    }
    let memory = Memory::new(&mut store, MemoryType::new(1, None)).unwrap();
    memory.write(&mut store, 0, b"here").unwrap();
    let mut previous = 0;
    // SAFETY: the context is used for this call alone, and the memory is of the store.
    unsafe {
        let context = store.as_c_mut();
        check(sys::wasmtime_memory_grow(
            context,
            &memory.as_c(),
            9,
            &mut previous,
        ))
        .unwrap();
    }
    assert_eq!(memory.data(&store).len(), 10 << 16);
    assert_eq!(&memory.data(&store)[..4], b"here");
}

#[derive(Debug)]
struct Mine;

impl fmt::Display for Mine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("mine")
    }
}

impl std::error::Error for Mine {}

/// Calls a function of no values through C.
fn call(store: &mut Store<u32>, func: Func) -> Result<()> {
    let mut trap = null_mut();
    // SAFETY: the context is used for this call alone, the function is of the store and
    // takes and returns nothing; the error and the trap are owned.
    unsafe {
        let func = func.as_c();
        let error = sys::wasmtime_func_call(
            store.as_c_mut(),
            &func,
            ptr::null(),
            0,
            null_mut(),
            0,
            &mut trap,
        );
        store.as_context_mut().check_c(error, trap)
    }
}

#[test]
fn a_call_in_c_fails_with_what_a_host_function_fails_with() {
    let mut store = Store::<u32>::default();
    let fails = Func::wrap(&mut store, || -> Result<()> { Err(Mine.into()) });
    assert!(call(&mut store, fails).unwrap_err().is::<Mine>());
    let panics = Func::wrap(&mut store, || -> () { panic!("oops") });
    let payload = panic_of(|| call(&mut store, panics));
    assert_eq!(payload.downcast_ref(), Some(&"oops"));
    // Nothing of either is left behind.
    let wat = r#"(module (func (export "trap") unreachable) (func (export "nop")))"#;
    let instance = instantiate(&mut store, wat, &[]);
    let trap = instance.get_func(&mut store, "trap").unwrap();
    let error = call(&mut store, trap).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::UnreachableCodeReached));
    let nop = instance.get_func(&mut store, "nop").unwrap();
    call(&mut store, nop).unwrap();
}

/// A callback of C, in a store of numbers.
unsafe extern "C" fn callback(
    _env: *mut c_void,
    caller: *mut sys::wasmtime_caller_t,
    _args: *const sys::wasmtime_val_t,
    _nargs: usize,
    _results: *mut sys::wasmtime_val_t,
    _nresults: usize,
) -> *mut sys::wasm_trap_t {
    // SAFETY: libwasmtime passes a valid caller, whose store is one of numbers and is used
    // here alone.
    let done: Result<()> = unsafe {
        let context = sys::wasmtime_caller_context(caller);
        StoreContextMut::<u32>::with_c(context, |mut store| {
            ExternRef::new(&mut store, "temporary")?;
            *store.data_mut() += 1;
            ensure!(*store.data() < 3, "that is enough");
            Result::Ok(())
        })
    };
    match done {
        Result::Ok(()) => null_mut(),
        Err(error) => Owned::<sys::wasm_trap_t>::from(&error).into_raw(),
    }
}

#[test]
fn a_callback_of_c_gets_at_the_store() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, 0);
    let ty = FuncType::new(&engine, [], []).to_c(&engine).unwrap();
    let mut func = MaybeUninit::uninit();
    // SAFETY: the context is used for this call alone; `func` is initialised, with a
    // function of the store.
    let func = unsafe {
        sys::wasmtime_func_new(
            store.as_c_mut(),
            ty.as_ptr(),
            Some(callback),
            null_mut(),
            None,
            func.as_mut_ptr(),
        );
        Func::from_c(func.assume_init(), &mut store)
    };
    let func = func.typed::<(), ()>(&store).unwrap();
    func.call(&mut store, ()).unwrap();
    func.call(&mut store, ()).unwrap();
    let error = func.call(&mut store, ()).unwrap_err();
    assert!(format!("{error:#}").contains("that is enough"), "{error:#}");
    assert_eq!(*store.data(), 3);
}

/// What the callback has looked at is forgotten when WebAssembly goes on.
#[test]
fn a_memory_that_grows_after_a_callback_is_read_where_it_is_now() {
    unsafe extern "C" fn look(
        _env: *mut c_void,
        caller: *mut sys::wasmtime_caller_t,
        _args: *const sys::wasmtime_val_t,
        _nargs: usize,
        _results: *mut sys::wasmtime_val_t,
        _nresults: usize,
    ) -> *mut sys::wasm_trap_t {
        // SAFETY: as in `callback`.
        unsafe {
            let context = sys::wasmtime_caller_context(caller);
            StoreContextMut::<Option<Memory>>::with_c(context, |store| {
                let memory = store.data().unwrap();
                assert_eq!(memory.data(&store).len(), 1 << 16);
            });
        }
        null_mut()
    }

    let engine = Engine::default();
    let mut store = Store::new(&engine, None);
    let ty = FuncType::new(&engine, [], []).to_c(&engine).unwrap();
    let mut func = MaybeUninit::uninit();
    // SAFETY: as in the test above.
    let func = unsafe {
        sys::wasmtime_func_new(
            store.as_c_mut(),
            ty.as_ptr(),
            Some(look),
            null_mut(),
            None,
            func.as_mut_ptr(),
        );
        Func::from_c(func.assume_init(), &mut store)
    };
    let wat = r#"(module
        (import "" "look" (func $look))
        (memory (export "memory") 1)
        (func (export "run") (call $look) (drop (memory.grow (i32.const 9)))))"#;
    let instance = instantiate(&mut store, wat, &[func.into()]);
    let memory = instance.get_memory(&mut store, "memory").unwrap();
    *store.data_mut() = Some(memory);
    let run = instance
        .get_typed_func::<(), ()>(&mut store, "run")
        .unwrap();
    run.call(&mut store, ()).unwrap();
    assert_eq!(memory.data(&store).len(), 10 << 16);
}
