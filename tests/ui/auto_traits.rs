//! Which types can be sent to or shared with other threads, which a panic may leave
//! behind, and whose lifetimes can be shortened. (The opposite is in `fail`.)
//!
//! This is asserted when it is compiled. The `wasmtime` crate 48 has the same traits, except
//! where a comment says otherwise.

use libwasmtime::bind::{Held, Object, ObjectBorrow, ObjectBorrowMut, ObjectRef};
use libwasmtime::vec::Owned;
use libwasmtime::{
    AnyRef, Caller, Config, Engine, EngineWeak, Error, ExnRef, Export, ExportType, Extern,
    ExternRef, ExternType, FrameInfo, Func, FuncType, Global, GlobalType, HeapType, I31, I32Exit,
    ImportType, Instance, InstancePre, Linker, LoadError, Memory, MemoryAccessError, MemoryType,
    Module, ModuleExport, Mutability, NoExtern, NoFunc, NoneRef, OwnedRooted, Ref, RefType,
    RootScope, Rooted, SharedMemory, Store, StoreContext, StoreContextMut, StoreLimits,
    StoreLimitsBuilder, Strategy, Table, TableType, Tag, TagType, Trap, TypedFunc,
    UnknownImportError, Unsupported, UpdateDeadline, V128, Val, ValRaw, ValType, WasmBacktrace,
    WasmFeatures, sys,
};
use std::cell::Cell;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::sync::MutexGuard;

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
            // A type with the trait has two constants of that name, so this doesn't
            // compile.
            impl<T: ?Sized + $bound> Lacks<u8> for T {}
            $(let () = <$ty as Lacks<_>>::LACKS;)+
        };
    };
}

/// Data that must not leave its thread.
type Local = Rc<Cell<u8>>;

/// Data that threads may share, but that must not be sent.
type Shared = MutexGuard<'static, u8>;

// Types that are meant to be shared, and plain data.
assert_traits! {
    Send, Sync, Unpin;
    Config, Engine, EngineWeak, Module, SharedMemory, FuncType, StoreLimits, StoreLimitsBuilder,
    ExternType, GlobalType, HeapType, MemoryType, Mutability, RefType, TableType, TagType, ValType,
    ModuleExport, Strategy, V128, ValRaw, WasmFeatures, ImportType<'_>, ExportType<'_>,
    Export<'_>,
}

// It may hold a future.
assert_traits!(Send, Unpin; UpdateDeadline);
#[cfg(feature = "async")]
assert_lacks!(Sync; UpdateDeadline);

// Types that contain host functions for a store's data, but no data.
assert_traits!(Send, Sync, Unpin; Linker<Local>, InstancePre<Local>);

// Handles, which can't be used without their store.
assert_traits! {
    Send, Sync, Unpin;
    Instance, Func, TypedFunc<(i32, f64), Option<Func>>, Memory, Table, Global, Tag, Extern, Val,
    Ref, Rooted<ExternRef>, OwnedRooted<ExternRef>, ExternRef, NoExtern, NoFunc, NoneRef,
    Rooted<AnyRef>, OwnedRooted<AnyRef>, AnyRef, I31, Rooted<ExnRef>, OwnedRooted<ExnRef>, ExnRef,
}

// Errors.
assert_traits! {
    Send, Sync, Unpin;
    Error, Trap, I32Exit, WasmBacktrace, FrameInfo, MemoryAccessError,
    UnknownImportError, LoadError, Unsupported,
}

#[cfg(feature = "profiling")]
assert_traits!(Send, Sync, Unpin; libwasmtime::GuestProfiler);

#[cfg(feature = "pooling-allocator")]
assert_traits!(Send, Sync, Unpin; libwasmtime::PoolingAllocationConfig);

// A store and exclusive access to one can be sent if the data can, and shared if the data
// can be. Shared access can be sent if the data can be shared.
assert_traits! {
    Send, Sync, Unpin;
    Store<u8>, StoreContext<'_, u8>, StoreContextMut<'_, u8>, Caller<'_, u8>,
    RootScope<Store<u8>>, RootScope<&mut Store<u8>>, RootScope<Caller<'_, u8>>,
}
assert_traits! {
    Send, Unpin;
    Store<Cell<u8>>, StoreContextMut<'_, Cell<u8>>, Caller<'_, Cell<u8>>,
    RootScope<Store<Cell<u8>>>,
}
assert_traits! {
    Sync, Unpin;
    Store<Shared>, StoreContext<'_, Shared>, StoreContextMut<'_, Shared>, Caller<'_, Shared>,
}
assert_traits!(Send; StoreContext<'_, Shared>);
assert_traits! {
    Unpin;
    Store<Local>, StoreContext<'_, Local>, StoreContextMut<'_, Local>, Caller<'_, Local>,
}

assert_lacks! {
    Sync;
    Store<Cell<u8>>, StoreContext<'_, Cell<u8>>, StoreContextMut<'_, Cell<u8>>,
    Caller<'_, Cell<u8>>, RootScope<Store<Cell<u8>>>,
}
assert_lacks! {
    Send;
    StoreContext<'_, Cell<u8>>, Store<Local>, StoreContextMut<'_, Local>, Caller<'_, Local>,
    Store<Shared>, StoreContextMut<'_, Shared>, Caller<'_, Shared>, RootScope<Store<Local>>,
}

// According to `wasm.h`, one thread at a time uses a store.
#[cfg(feature = "standard")]
mod standard {
    use libwasmtime::standard::{
        Extern, Func, Global, Instance, Memory, Module, SharedModule, Store, StoreContext,
        StoreContextMut, Table, Trap, Val,
    };

    assert_traits! {
        Send, Sync, Unpin;
        Extern, Func, Global, Instance, Memory, Module, SharedModule, Table, Trap, Val,
    }
    assert_traits!(Send, Unpin; Store);
    assert_traits!(Unpin; StoreContext<'_>, StoreContextMut<'_>);
    assert_lacks!(Sync; Store, StoreContext<'_>, StoreContextMut<'_>);
    assert_lacks!(Send; StoreContext<'_>, StoreContextMut<'_>);
}

// The objects of the C API that need no certain thread. A linker's host functions may
// need one, as far as its type tells; a frame is borrowed, and an extern holds its store.
assert_traits! {
    Send, Sync, Unpin;
    Owned<sys::wasm_engine_t>, Owned<sys::wasmtime_module_t>, Owned<sys::wasm_functype_t>,
    Owned<sys::wasmtime_sharedmemory_t>, Owned<sys::wasmtime_error_t>, Owned<sys::wasm_trap_t>,
}
assert_lacks! {
    Send;
    Owned<sys::wasmtime_linker_t>, Owned<sys::wasmtime_store_t>, Owned<sys::wasm_frame_t>,
    Owned<sys::wasm_extern_t>,
}

// The vectors of the C API own what is in them.
assert_traits! {
    Send, Sync, Unpin;
    libwasmtime::vec::ByteVec, libwasmtime::vec::ValTypeVec, libwasmtime::vec::ImportTypeVec,
}

#[cfg(feature = "wasi")]
assert_traits! {
    Send, Unpin;
    libwasmtime::wasi::WasiCtxBuilder, libwasmtime::wasi::WasiP1Ctx,
    libwasmtime::wasi::MemoryInputPipe, libwasmtime::wasi::MemoryOutputPipe,
}

// Types that a panic leaves unchanged.
assert_traits! {
    UnwindSafe, RefUnwindSafe;
    Func, Memory, Table, Global, Tag, Instance, Val, Rooted<ExternRef>, Trap, I32Exit, V128,
    StoreLimits, ModuleExport,
}

// Types that a panic may leave changed: the data of a store, and what host functions
// captured, need not be `UnwindSafe`.
assert_lacks! {
    UnwindSafe;
    Store<u8>, StoreContext<'_, u8>, StoreContextMut<'_, u8>, Caller<'_, u8>,
    RootScope<Store<u8>>, RootScope<&mut Store<u8>>, Linker<u8>, InstancePre<u8>,
}
assert_lacks! {
    RefUnwindSafe;
    Store<u8>, StoreContext<'_, u8>, StoreContextMut<'_, u8>, Caller<'_, u8>, Linker<u8>,
    InstancePre<u8>,
}

/// Asserts that a lifetime can be shortened.
macro_rules! assert_covariant {
    ($($ty:ident<$a:lifetime $(, $param:ty)?>),+ $(,)?) => {$(
        const _: fn() = || {
            fn shorten<'long: 'short, 'short>(
                long: $ty<'long $(, $param)?>,
            ) -> $ty<'short $(, $param)?> {
                long
            }
            let _ = shorten;
        };
    )+};
}

assert_covariant! {
    StoreContext<'a, u8>, StoreContextMut<'a, u8>, Caller<'a, u8>, Export<'a>, ImportType<'a>,
    ExportType<'a>,
}

/// Iterators over borrowed items have the same traits as these.
const _: fn(&Module, &Instance, &mut Store<u8>) = |module, instance, store| {
    fn check<T: Send + Sync + Unpin>(_: T) {}
    check(module.imports());
    check(module.exports());
    check(instance.exports(store));
};

/// Types that can be named for a `T` without the bound `'static`, as in the `wasmtime`
/// crate.
#[allow(dead_code, reason = "that they compile is all that is asked")]
struct Wrapper<T> {
    linker: Linker<T>,
    pre: InstancePre<T>,
}

#[cfg(compiler)]
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

// What a guest holds. The `wasmtime` crate has no such types.
assert_traits! {
    Send, Sync, Unpin;
    Object<u8>, Object<dyn Send + Sync>, ObjectBorrow<u8>, ObjectBorrowMut<u8>,
    // They contain no value.
    ObjectRef<Local>, Held<Local>,
}
// Any handle drops the value, and any may be used while others are.
assert_lacks! {
    Send;
    Object<Local>, Object<Shared>, Object<Cell<u8>>, ObjectBorrow<Shared>, ObjectBorrow<Cell<u8>>,
    ObjectBorrowMut<Shared>, ObjectBorrowMut<Cell<u8>>,
}
assert_lacks! {
    Sync;
    Object<Local>, Object<Shared>, Object<Cell<u8>>, ObjectBorrow<Shared>, ObjectBorrow<Cell<u8>>,
    ObjectBorrowMut<Shared>, ObjectBorrowMut<Cell<u8>>,
}
// A panic may leave a value behind that is half changed.
assert_lacks! { UnwindSafe; Object<u8>, ObjectBorrow<u8>, ObjectBorrowMut<u8> }
assert_lacks! { RefUnwindSafe; Object<u8>, ObjectBorrow<u8>, ObjectBorrowMut<u8> }
