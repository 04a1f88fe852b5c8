//! Which types can be sent to, or shared with, other threads.
//!
//! Asserted when this is compiled.

use libwasmtime::{
    AnyRef, Caller, Config, Engine, EngineWeak, Error, ExnRef, Export, ExportType, Extern,
    ExternRef, ExternType, FrameInfo, Func, FuncType, Global, GlobalType, HeapType, I31, I32Exit,
    ImportType, Instance, InstancePre, Linker, LoadError, Memory, MemoryAccessError, MemoryType,
    Module, ModuleExport, Mutability, NoExtern, NoFunc, NoneRef, OwnedRooted, Ref, RefType,
    RootScope, Rooted, SharedMemory, Store, StoreContext, StoreContextMut, StoreLimits,
    StoreLimitsBuilder, Strategy, Table, TableType, Tag, TagType, Trap, TypedFunc,
    UnknownImportError, Unsupported, UpdateDeadline, V128, Val, ValRaw, ValType, WasmBacktrace,
    WasmFeatures,
};
use std::cell::Cell;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

/// Asserts that each type has all of the traits.
macro_rules! assert_traits {
    ($($bound:path),+; $($ty:ty),+ $(,)?) => {
        const _: () = {
            const fn check<T: $($bound +)+>() {}
            $(check::<$ty>();)+
        };
    };
}

/// Asserts that none of the types has the trait.
macro_rules! assert_lacks {
    ($bound:path; $($ty:ty),+ $(,)?) => {
        const _: () = {
            trait Lacks<A> {
                const LACKS: () = ();
            }
            impl<T: ?Sized> Lacks<()> for T {}
            // What has the trait has two constants of that name, which is one
            // too many.
            impl<T: ?Sized + $bound> Lacks<u8> for T {}
            $(let () = <$ty as Lacks<_>>::LACKS;)+
        };
    };
}

/// Data that no thread but its own may touch.
type Local = Rc<Cell<u8>>;

// What is shared by its nature, and plain data.
assert_traits! {
    Send, Sync, Unpin;
    Config, Engine, EngineWeak, Module, SharedMemory, FuncType, StoreLimits, StoreLimitsBuilder,
    ExternType, GlobalType, HeapType, MemoryType, Mutability, RefType, TableType, TagType, ValType,
    ModuleExport, Strategy, UpdateDeadline, V128, ValRaw, WasmFeatures, ImportType<'_>,
    ExportType<'_>, Export<'_>,
}

// What has host functions for a store's data, but none of the data.
assert_traits!(Send, Sync, Unpin; Linker<Local>, InstancePre<Local>);

// Handles, which are nothing without their store.
assert_traits! {
    Send, Sync, Unpin;
    Instance, Func, TypedFunc<(i32, f64), Option<Func>>, Memory, Table, Global, Tag, Extern, Val,
    Ref, Rooted<ExternRef>, OwnedRooted<ExternRef>, ExternRef, NoExtern, NoFunc, NoneRef,
    Rooted<AnyRef>, OwnedRooted<AnyRef>, AnyRef, I31, Rooted<ExnRef>, OwnedRooted<ExnRef>, ExnRef,
}

// What goes wrong.
assert_traits! {
    Send, Sync, Unpin;
    Error, Trap, I32Exit, WasmBacktrace, FrameInfo, MemoryAccessError,
    UnknownImportError, LoadError, Unsupported,
}

#[cfg(feature = "profiling")]
assert_traits!(Send, Sync, Unpin; libwasmtime::GuestProfiler);

#[cfg(feature = "pooling-allocator")]
assert_traits!(Send, Sync, Unpin; libwasmtime::PoolingAllocationConfig);

// A store, and exclusive access to one, go where its data may go. They are never
// shared, which upstream's are if the data may be.
assert_traits! {
    Send, Unpin;
    Store<u8>, Store<Cell<u8>>, StoreContextMut<'_, Cell<u8>>, Caller<'_, Cell<u8>>,
    RootScope<Store<Cell<u8>>>,
}
assert_traits! {
    Unpin;
    Store<Local>, StoreContext<'_, Local>, StoreContextMut<'_, Local>, Caller<'_, Local>,
}

assert_lacks!(Sync; Store<u8>, StoreContext<'_, u8>, StoreContextMut<'_, u8>, Caller<'_, u8>);
assert_lacks! {
    Send;
    StoreContext<'_, u8>, Store<Local>, StoreContextMut<'_, Local>, Caller<'_, Local>,
}

// What a panic may leave behind as it was.
assert_traits! {
    UnwindSafe, RefUnwindSafe;
    Func, Memory, Table, Global, Tag, Instance, Val, Rooted<ExternRef>, Trap, I32Exit, V128,
    StoreLimits, ModuleExport,
}

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
