//! Memories in asynchronous programs.

use super::Memory;
use crate::{AsContextMut, MemoryType, Result};

impl Memory {
    /// Creates a memory as [`Memory::new`] does; never waits.
    ///
    /// In the `wasmtime` crate, it waits for a limiter that is asynchronous. Here, limits are
    /// numbers: see [`Store::limiter`](crate::Store::limiter). Nothing happens before the future
    /// is polled, and the first poll returns the result. [`Memory::new`] works with every store
    /// as well, in asynchronous calls too.
    ///
    /// # Errors
    ///
    /// Returns an error as [`Memory::new`] does.
    pub async fn new_async(store: impl AsContextMut, ty: MemoryType) -> Result<Memory> {
        Memory::new(store, ty)
    }

    /// Grows the memory by `delta` pages as [`Memory::grow`] does, and returns its previous
    /// size; never waits.
    ///
    /// [`Memory::new_async`] says why, and when that happens.
    ///
    /// # Errors
    ///
    /// Returns an error as [`Memory::grow`] does.
    ///
    /// # Panics
    ///
    /// Panics if the memory belongs to another store.
    ///
    /// # Examples
    ///
    /// A host function that allocates pages for a message before it writes it:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::error::Context;
    /// use libwasmtime::{Caller, Engine, Extern, Linker, Module, Result, Store};
    ///
    /// async fn receive(mut caller: Caller<'_, Vec<u8>>) -> Result<(u32, u32)> {
    ///     let memory = caller.get_export("memory").and_then(Extern::into_memory);
    ///     let memory = memory.context("the module exports no memory")?;
    ///     let message = std::mem::take(caller.data_mut());
    ///
    ///     let pages = message.len().div_ceil(1 << 16) as u64;
    ///     let address = (memory.grow_async(&mut caller, pages).await? as usize) << 16;
    ///     memory.write(&mut caller, address, &message)?;
    ///     Ok((address as u32, message.len() as u32))
    /// }
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "receive" (func $receive (result i32 i32)))
    ///         (memory (export "memory") 1)
    ///         (func (export "run") (result i32 i32) (call $receive)))
    /// "#)?;
    /// let mut linker = Linker::new(&engine);
    /// linker.func_wrap_async("host", "receive", |caller, ()| Box::new(receive(caller)))?;
    ///
    /// let mut store = Store::new(&engine, b"hello".to_vec());
    /// futures::executor::block_on(async {
    ///     let instance = linker.instantiate_async(&mut store, &module).await?;
    ///     let run = instance.get_typed_func::<(), (u32, u32)>(&mut store, "run")?;
    ///     assert_eq!(run.call_async(&mut store, ()).await?, (1 << 16, 5));
    ///     Ok::<(), libwasmtime::Error>(())
    /// })?;
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub async fn grow_async(&self, store: impl AsContextMut, delta: u64) -> Result<u64> {
        self.grow(store, delta)
    }
}
