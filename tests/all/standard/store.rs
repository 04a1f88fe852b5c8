use super::*;
use std::thread;

const fn send<T: Send>() {}
const fn sync<T: Sync>() {}

const _: () = {
    send::<Store>();
    send::<Module>();
    sync::<Module>();
    send::<SharedModule>();
    sync::<SharedModule>();
    send::<Instance>();
    sync::<Instance>();
    send::<Extern>();
    sync::<Extern>();
    send::<Val>();
    sync::<Val>();
    send::<Trap>();
    sync::<Trap>();
};

/// A type with either trait has two implementations, so that this doesn't compile.
trait NotSync<Which> {
    const CHECKED: () = ();
}
impl<T> NotSync<()> for T {}
impl<T: Sync> NotSync<u8> for T {}
const _: () = <Store as NotSync<_>>::CHECKED;

#[test]
fn store_moves_to_another_thread() {
    let mut store = Store::default();
    let import = host(&mut store, |_| Ok(()));
    let wat = r#"
        (module
            (import "" "" (func $f))
            (func (export "f") (result i32) (call $f) (i32.const 5)))
    "#;
    let instance = instantiate(&mut store, wat, &[import.into()]).unwrap();
    let f = func(&instance, "f");
    let shared = f.clone();
    let thread = thread::spawn(move || {
        let result = shared.call(&mut store, &[]).unwrap()[0].i32();
        (store, result)
    });
    let (mut store, result) = thread.join().unwrap();
    assert_eq!(result, Some(5));
    assert_eq!(f.call(&mut store, &[]).unwrap()[0].i32(), Some(5));
}

/// Handles are dropped on one thread while the store is used on another.
#[test]
fn handles_are_dropped_anywhere() {
    let mut store = Store::default();
    thread::scope(|scope| {
        for _ in 0..50 {
            let handles: Vec<_> = (0..10).map(|_| host(&mut store, |_| Ok(()))).collect();
            handles[9].call(&mut store, &[]).unwrap();
            scope.spawn(move || drop(handles));
        }
    });
    for _ in 0..50 {
        let mut store = Store::default();
        let handles: Vec<_> = (0..10).map(|_| host(&mut store, |_| Ok(()))).collect();
        let thread = thread::spawn(move || drop(handles));
        drop(store);
        thread.join().unwrap();
    }
}

/// Asserts that using an object of another store panics.
macro_rules! wrong_store {
    ($($name:ident: |$other:ident, $store:ident| $use:expr;)*) => {$(
        #[test]
        #[should_panic(expected = "wrong store")]
        fn $name() {
            let engine = Engine::default();
            let (mut $other, mut $store) = (Store::new(&engine), Store::new(&engine));
            // Both have the same objects, at the same places.
            let wat = OBJECTS;
            let $other = instantiate(&mut $other, wat, &[]).unwrap();
            instantiate(&mut $store, wat, &[]).unwrap();
            let _ = $use;
        }
    )*};
}

const OBJECTS: &str = r#"
    (module
        (func (export "f"))
        (memory (export "m") 1)
        (global (export "g") (mut i32) (i32.const 0))
        (table (export "t") 1 funcref)
        (table (export "o") i64 1 funcref))
"#;

fn export<T>(instance: &Instance, name: &str, into: impl FnOnce(Extern) -> Option<T>) -> T {
    into(instance.get_export(name).unwrap().clone()).unwrap()
}

wrong_store! {
    call: |other, store| func(&other, "f").call(&mut store, &[]);
    memory_data: |other, store| export(&other, "m", Extern::into_memory).data(&store).len();
    memory_data_mut: |other, store|
        export(&other, "m", Extern::into_memory).data_mut(&mut store).len();
    memory_size: |other, store| export(&other, "m", Extern::into_memory).size(&store);
    memory_grow: |other, store| export(&other, "m", Extern::into_memory).grow(&mut store, 1);
    global_get: |other, store| export(&other, "g", Extern::into_global).get(&mut store);
    global_set: |other, store|
        export(&other, "g", Extern::into_global).set(&mut store, &Val::I32(1));
    table_size: |other, store| export(&other, "t", Extern::into_table).size(&store);
    import: |other, store| instantiate(
        &mut store,
        r#"(module (import "" "" (func)))"#,
        &[func(&other, "f").into()],
    );
    other_import: |other, store| instantiate(
        &mut store,
        r#"(module (import "" "" (table i64 1 funcref)))"#,
        &[other.get_export("o").unwrap().clone()],
    );
    raw: |other, store| other.exports()[0].to_raw(&store);
}

/// The same for a reference.
#[cfg(feature = "gc")]
macro_rules! wrong_reference {
    ($($name:ident: |$val:ident, $store:ident| $use:expr;)*) => {$(
        #[test]
        #[should_panic(expected = "wrong store")]
        fn $name() {
            let engine = Engine::default();
            let (mut other, mut $store) = (Store::new(&engine), Store::new(&engine));
            let wat = r#"(module (func $f) (global (export "g") funcref (ref.func $f)))"#;
            let other_instance = instantiate(&mut other, wat, &[]).unwrap();
            instantiate(&mut $store, wat, &[]).unwrap();
            let global = export(&other_instance, "g", Extern::into_global);
            let $val = global.get(&mut other).unwrap();
            let _ = $use;
        }
    )*};
}

#[cfg(feature = "gc")]
fn takes_reference(store: &mut Store) -> Func {
    let wat = r#"(module (func (export "f") (param funcref)))"#;
    func(&instantiate(store, wat, &[]).unwrap(), "f")
}

#[cfg(feature = "gc")]
wrong_reference! {
    argument: |val, store| takes_reference(&mut store).call(&mut store, &[val]);
    result: |val, store| {
        let ty = FuncType::new(store.engine(), [], [ValType::FUNCREF]);
        let f = Func::new(&mut store, &ty, move |_, _, results| {
            results[0] = val.clone();
            Ok(())
        });
        f.unwrap().call(&mut store, &[])
    };
    global: |val, store| {
        let ty = GlobalType::new(ValType::FUNCREF, Mutability::Var);
        Global::new(&mut store, &ty, &val)
    };
    table: |val, store| {
        let ty = TableType::new(RefType::FUNCREF, 1, None);
        Table::new(&mut store, &ty, val.func_ref().unwrap())
    };
    table_set: |val, store| {
        let ty = TableType::new(RefType::FUNCREF, 1, None);
        let table = Table::new(&mut store, &ty, None).unwrap();
        table.set(&mut store, 0, val.func_ref().unwrap())
    };
    table_grow: |val, store| {
        let ty = TableType::new(RefType::FUNCREF, 1, None);
        let table = Table::new(&mut store, &ty, None).unwrap();
        table.grow(&mut store, 1, val.func_ref().unwrap())
    };
    raw_val: |val, store| val.to_raw(&store);
}

/// A handle whose store was dropped doesn't belong to a new store at the same address.
#[test]
#[should_panic(expected = "wrong store")]
fn handle_of_a_store_that_is_gone() {
    let engine = Engine::default();
    let mut store = Store::new(&engine);
    let f = host(&mut store, |_| Ok(()));
    drop(store);
    let _ = f.call(Store::new(&engine), &[]);
}
