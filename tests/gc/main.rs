//! Structs, arrays and the references to them, a module per topic.
#![cfg(all(feature = "gc", feature = "cranelift", feature = "wat"))]

mod arrays;
mod casts;
mod collections;
#[path = "../collector/mod.rs"]
mod collector;
mod guests;
mod structs;
mod types;

use libwasmtime::{
    AsContextMut, Config, Engine, ExternRef, FieldType, HeapType, Mutability, RefType, Result,
    Rooted, StorageType, Store, StructRef, StructRefPre, StructType, Val, ValType,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

fn engine() -> Engine {
    let mut config = Config::new();
    config.wasm_gc(true).wasm_function_references(true);
    Engine::new(&config).expect("libwasmtime has a collector")
}

fn mutable(ty: impl Into<StorageType>) -> FieldType {
    FieldType::new(Mutability::Var, ty.into())
}

fn immutable(ty: impl Into<StorageType>) -> FieldType {
    FieldType::new(Mutability::Const, ty.into())
}

/// A nullable reference to a struct of this type.
fn nullable(ty: &StructType) -> RefType {
    RefType::new(true, HeapType::ConcreteStruct(ty.clone()))
}

/// The type of structs with one mutable `i32`.
fn boxed(engine: &Engine) -> StructType {
    StructType::new(engine, [mutable(ValType::I32)]).expect("one field is not too many")
}

fn new_box(mut store: impl AsContextMut, value: i32) -> Result<Rooted<StructRef>> {
    let ty = boxed(store.as_context().engine());
    let pre = StructRefPre::new(&mut store, ty);
    StructRef::new(store, &pre, &[Val::I32(value)])
}

/// Returns the text of the error.
#[track_caller]
fn error_of<T>(result: Result<T>) -> String {
    format!("{:#}", result.map(drop).unwrap_err())
}

/// Returns the message of the panic.
#[track_caller]
fn panic_of(code: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(code)).expect_err("it should panic");
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => (*panic.downcast::<&str>().expect("a panic has a text")).to_owned(),
    }
}

/// Counts how often it is dropped.
#[derive(Clone, Default)]
struct Drops(Arc<AtomicUsize>);

struct Dropped(Drops);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Drops {
    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    /// Creates a value of the host whose drop is counted.
    fn value(&self, store: impl AsContextMut) -> Result<Rooted<ExternRef>> {
        ExternRef::new(store, Dropped(self.clone()))
    }
}

/// A store whose heap of collected objects can't grow beyond this number of bytes.
fn small_store(bytes: usize) -> Store<libwasmtime::StoreLimits> {
    let limits = libwasmtime::StoreLimitsBuilder::new()
        .memory_size(bytes)
        .build();
    let mut store = Store::new(&engine(), limits);
    store.limiter(|limits| limits);
    store
}
