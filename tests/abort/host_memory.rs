//! Memories of the host that fail in every way they can.

use crate::alone;
use libwasmtime::{
    Config, Engine, Instance, LinearMemory, Memory, MemoryCreator, MemoryType, Module, Result,
    Store, bail,
};
use std::sync::Arc;

/// What a memory does when it grows, and the address that it returns.
#[derive(Clone, Copy)]
enum Does {
    Fail,
    Panic,
    Vanish,
    PanicInTheEnd,
}

struct Bytes {
    bytes: Vec<u8>,
    does: Does,
    nowhere: bool,
}

// SAFETY: the bytes are allocated, and only `grow_to` moves them; the engine has no guard
// pages and reserves nothing.
unsafe impl LinearMemory for Bytes {
    fn byte_size(&self) -> usize {
        self.bytes.len()
    }

    fn byte_capacity(&self) -> usize {
        self.bytes.len()
    }

    fn grow_to(&mut self, new_size: usize) -> Result<()> {
        match self.does {
            Does::Fail => bail!("no more\0 of it"),
            Does::Panic => panic!("growing"),
            Does::Vanish => self.nowhere = true,
            Does::PanicInTheEnd => self.bytes.resize(new_size, 0),
        }
        Ok(())
    }

    fn as_ptr(&self) -> *mut u8 {
        match self.nowhere {
            true => std::ptr::null_mut(),
            false => self.bytes.as_ptr().cast_mut(),
        }
    }
}

impl Drop for Bytes {
    fn drop(&mut self) {
        if let Does::PanicInTheEnd = self.does {
            panic!("dropping");
        }
    }
}

struct Creator<F>(F);

// SAFETY: see `Bytes`.
unsafe impl<F> MemoryCreator for Creator<F>
where
    F: Fn(usize) -> Result<Box<dyn LinearMemory>, String> + Send + Sync,
{
    fn new_memory(
        &self,
        _: MemoryType,
        minimum: usize,
        _: Option<usize>,
        _: Option<usize>,
        _: usize,
    ) -> Result<Box<dyn LinearMemory>, String> {
        (self.0)(minimum)
    }
}

fn store<F>(create: F) -> Store<()>
where
    F: Fn(usize) -> Result<Box<dyn LinearMemory>, String> + Send + Sync + 'static,
{
    let mut config = Config::new();
    config.memory_reservation(0).memory_guard_size(0);
    config.with_host_memory(Arc::new(Creator(create)));
    let engine = Engine::new(&config).unwrap();
    Store::new(&engine, ())
}

/// `(module (memory (export "m") 1))`.
const MODULE: &[u8] = b"\0asm\x01\0\0\0\x05\x03\x01\0\x01\x07\x05\x01\x01m\x02\0";

/// Returns the memory of a module.
fn make(store: &mut Store<()>) -> Result<Memory> {
    let module = Module::new(store.engine(), MODULE)?;
    let instance = Instance::new(&mut *store, &module, &[])?;
    Ok(instance.get_memory(store, "m").expect("it is exported"))
}

fn memory(does: Does) -> (Store<()>, Memory) {
    let mut store = store(move |minimum| {
        Ok(Box::new(Bytes {
            bytes: vec![0; minimum],
            does,
            nowhere: false,
        }))
    });
    let memory = make(&mut store).unwrap();
    (store, memory)
}

#[test]
fn no_memory_is_made() {
    alone("host_memory::no_memory_is_made", || {
        let mut failing = store(|_| Err("nothing\0 left".to_owned()));
        let error = make(&mut failing).unwrap_err();
        assert!(format!("{error:?}").contains("nothing"), "{error:?}");

        let mut panicking = store(|_| panic!("creating"));
        let error = make(&mut panicking).unwrap_err();
        assert!(format!("{error:?}").contains("panicked"), "{error:?}");

        let mut nowhere = store(|_| {
            Ok(Box::new(Bytes {
                bytes: Vec::new(),
                does: Does::Fail,
                nowhere: true,
            }))
        });
        assert!(make(&mut nowhere).is_err());
    });
}

#[test]
fn a_memory_does_not_grow() {
    alone("host_memory::a_memory_does_not_grow", || {
        for does in [Does::Fail, Does::Panic, Does::Vanish] {
            let (mut store, memory) = memory(does);
            assert!(memory.grow(&mut store, 1).is_err());
            assert_eq!(memory.size(&store), 1);
            memory.write(&mut store, 65535, b"x").unwrap();
        }
    });
}

#[test]
fn a_memory_panics_when_it_is_dropped() {
    alone("host_memory::a_memory_panics_when_it_is_dropped", || {
        let (mut store, memory) = memory(Does::PanicInTheEnd);
        assert_eq!(memory.grow(&mut store, 1).unwrap(), 1);
        drop(store);
    });
}

/// Copy-on-write needs libwasmtime's own memories.
#[test]
fn initial_contents_are_not_mapped() {
    alone("host_memory::initial_contents_are_not_mapped", || {
        crate::assert_conflict("memory_init_cow(true)", |config| {
            config.memory_init_cow(true);
            config.with_host_memory(Arc::new(Creator(|_| Err("none".to_owned()))));
        });
    });
}
