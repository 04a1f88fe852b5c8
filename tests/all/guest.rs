//! WebAssembly that the tests of other modules call, and their assertions about panics.

use libwasmtime::{Extern, Instance, Module, Result, Store};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Instantiates a module in the text format.
#[track_caller]
pub fn instantiate<T>(store: &mut Store<T>, wat: &str, imports: &[Extern]) -> Instance {
    let module = Module::new(store.engine(), wat).expect("the module is valid");
    Instance::new(store, &module, imports).expect("the module can be instantiated")
}

/// Returns the payload of a panic of `f`.
#[track_caller]
pub fn panic_of<R>(f: impl FnOnce() -> R) -> Box<dyn Any + Send> {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(_) => panic!("there was no panic"),
        Err(payload) => payload,
    }
}

/// Returns the text of a panic of `f`.
#[track_caller]
pub fn panic_text<R>(f: impl FnOnce() -> R) -> String {
    let payload = panic_of(f);
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => (*payload.downcast::<&str>().expect("a text")).to_owned(),
    }
}

/// Asserts that a value or an import is refused because it belongs to another store.
#[track_caller]
pub fn assert_not_taken<R>(result: Result<R>) {
    let Err(error) = result else {
        panic!("it was taken");
    };
    let text = format!("{error:#}");
    assert!(text.contains("wrong store"), "{text}");
    assert!(text.contains("cross-`Store`"), "{text}");
}

/// Counts how often it is dropped.
#[derive(Clone, Default)]
pub struct Drops(Arc<AtomicUsize>);

/// A value whose drop is counted.
pub struct Dropped(Drops);

impl Drops {
    pub fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    pub fn counted(&self) -> Dropped {
        Dropped(self.clone())
    }
}

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Something that is done with a store.
pub type Use<'a> = &'a mut dyn FnMut(&mut Store<()>);
