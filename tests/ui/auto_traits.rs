//! Which types can be sent to, or shared with, other threads.
//!
//! Asserted when this is compiled.

use libwasmtime::{
    Config, Engine, EngineWeak, Error, Extern, ExternRef, Func, FuncType, Global, Instance,
    InstancePre, Linker, Memory, Module, NoExtern, NoFunc, OwnedRooted, Rooted, SharedMemory,
    Store, StoreContext, StoreLimits, Table, Tag, Trap, TypedFunc, Val, WasmBacktrace,
};
use std::cell::Cell;
use std::rc::Rc;

const fn send<T: Send>() {}
const fn send_and_sync<T: Send + Sync>() {}
const fn unpin<T: Unpin>() {}

/// Data that no thread but its own may touch.
type Local = Rc<Cell<u8>>;

const _: () = {
    // What is shared by its nature.
    send_and_sync::<Config>();
    send_and_sync::<Engine>();
    send_and_sync::<EngineWeak>();
    send_and_sync::<Module>();
    send_and_sync::<SharedMemory>();
    send_and_sync::<FuncType>();
    send_and_sync::<StoreLimits>();

    // What has host functions for a store's data, but none of the data.
    send_and_sync::<Linker<Local>>();
    send_and_sync::<InstancePre<Local>>();

    // Handles, which are nothing without their store.
    send_and_sync::<Instance>();
    send_and_sync::<Func>();
    send_and_sync::<TypedFunc<(i32, f64), Option<Func>>>();
    send_and_sync::<Memory>();
    send_and_sync::<Table>();
    send_and_sync::<Global>();
    send_and_sync::<Tag>();
    send_and_sync::<Extern>();
    send_and_sync::<Val>();
    send_and_sync::<Rooted<ExternRef>>();
    send_and_sync::<OwnedRooted<ExternRef>>();
    send_and_sync::<ExternRef>();
    send_and_sync::<NoFunc>();
    send_and_sync::<NoExtern>();

    send_and_sync::<Error>();
    send_and_sync::<Trap>();
    send_and_sync::<WasmBacktrace>();

    // A store goes where its data may go.
    send::<Store<u8>>();
    send::<Store<Cell<u8>>>();
    unpin::<Store<Local>>();
    unpin::<StoreContext<'_, Local>>();
};

#[cfg(any(feature = "cranelift", feature = "winch"))]
#[test]
fn a_store_works_on_another_thread() {
    let mut store = Store::new(&Engine::default(), Cell::new(1));
    let f = Func::wrap(&mut store, |x: i32| x + 1);
    let (store, result) = std::thread::spawn(move || {
        store.data().set(2);
        let result = f
            .typed::<i32, i32>(&store)
            .and_then(|f| f.call(&mut store, 1));
        (store, result)
    })
    .join()
    .unwrap();
    assert_eq!(store.data().get(), 2);
    assert_eq!(result.unwrap(), 2);
}
