//! Limits on what a store may hold.

use super::{AsContextMut, Store};
use crate::sys::wasmtime_store_limiter;

/// The default limit on the number of instances in a store.
// Version 48: the defaults of a store; look at `limits.rs` in `wasmtime`.
pub const DEFAULT_INSTANCE_LIMIT: usize = 10_000;
/// The default limit on the number of tables in a store.
pub const DEFAULT_TABLE_LIMIT: usize = 10_000;
/// The default limit on the number of memories in a store.
pub const DEFAULT_MEMORY_LIMIT: usize = 10_000;

/// Limits on the objects of a store.
///
/// [`StoreLimitsBuilder`] creates them, and [`Store::limiter`] sets them.
#[derive(Clone, Debug)]
pub struct StoreLimits {
    memory_size: Option<usize>,
    table_elements: Option<usize>,
    instances: usize,
    tables: usize,
    memories: usize,
}

mod sealed {
    /// A limiter's limits.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be a resource limiter: only `StoreLimits` can",
        note = "the C API of libwasmtime takes fixed limits and calls no limiter; \
                make them with `StoreLimitsBuilder`"
    )]
    pub trait Limits {
        fn limits(&self) -> &super::StoreLimits;
    }
}

/// The limits that [`Store::limiter`] takes, which are always [`StoreLimits`].
///
/// In the `wasmtime` crate, programs can implement this trait, and the methods of their
/// limiter are called whenever a memory or table is created or grows. The C API takes five
/// numbers instead. So no other type can implement the trait here, and the methods that would
/// be called back, such as `memory_growing`, don't exist.
pub trait ResourceLimiter: sealed::Limits + Send {
    /// Returns the limit on the number of instances, over the store's whole life.
    fn instances(&self) -> usize {
        self.limits().instances
    }

    /// Returns the limit on the number of tables, over the store's whole life.
    fn tables(&self) -> usize {
        self.limits().tables
    }

    /// Returns the limit on the number of memories, over the store's whole life.
    fn memories(&self) -> usize {
        self.limits().memories
    }
}

impl sealed::Limits for StoreLimits {
    fn limits(&self) -> &StoreLimits {
        self
    }
}

impl ResourceLimiter for StoreLimits {}

impl Default for StoreLimits {
    /// Returns the limits of a new store.
    ///
    /// The sizes of memories and tables are not limited, and the limits on numbers are the
    /// default ones.
    fn default() -> StoreLimits {
        StoreLimits {
            memory_size: None,
            table_elements: None,
            instances: DEFAULT_INSTANCE_LIMIT,
            tables: DEFAULT_TABLE_LIMIT,
            memories: DEFAULT_MEMORY_LIMIT,
        }
    }
}

/// A builder of [`StoreLimits`].
///
/// # Examples
///
/// ```
/// use libwasmtime::{ResourceLimiter, StoreLimitsBuilder};
///
/// // 1 MiB for each memory, and two instances.
/// let limits = StoreLimitsBuilder::new().memory_size(1 << 20).instances(2).build();
/// assert_eq!(limits.instances(), 2);
/// ```
#[derive(Clone, Debug, Default)]
pub struct StoreLimitsBuilder(StoreLimits);

impl StoreLimitsBuilder {
    /// Creates a builder with the default limits.
    pub fn new() -> StoreLimitsBuilder {
        StoreLimitsBuilder::default()
    }

    /// Sets the limit on the size of each memory, in bytes. By default, there is none.
    ///
    /// Creating a larger memory fails, and so does instantiating a module that defines one.
    /// Growing a memory beyond the limit fails as well: `memory.grow` returns -1, and
    /// [`Memory::grow`](crate::Memory::grow) an error.
    pub fn memory_size(mut self, limit: usize) -> Self {
        self.0.memory_size = Some(limit);
        self
    }

    /// Sets the limit on the number of elements of each table. By default, there is none.
    ///
    /// It applies to creating and to growing, as for [`memory_size`](Self::memory_size).
    pub fn table_elements(mut self, limit: usize) -> Self {
        self.0.table_elements = Some(limit);
        self
    }

    /// Sets the limit on the number of instances, over the store's whole life.
    ///
    /// The default is [`DEFAULT_INSTANCE_LIMIT`].
    pub fn instances(mut self, limit: usize) -> Self {
        self.0.instances = limit;
        self
    }

    /// Sets the limit on the number of tables, over the store's whole life.
    ///
    /// The default is [`DEFAULT_TABLE_LIMIT`].
    pub fn tables(mut self, limit: usize) -> Self {
        self.0.tables = limit;
        self
    }

    /// Sets the limit on the number of memories, over the store's whole life.
    ///
    /// The default is [`DEFAULT_MEMORY_LIMIT`].
    pub fn memories(mut self, limit: usize) -> Self {
        self.0.memories = limit;
        self
    }

    /// Returns the limits.
    pub fn build(self) -> StoreLimits {
        self.0
    }
}

impl<T: 'static> Store<T> {
    /// Sets limits on the objects of the store, from now on.
    ///
    /// Without limits, a guest may use as much memory as its types allow. The limits apply to
    /// objects that are created or grow later, whether by the host or by WebAssembly code.
    /// Those that exist stay as they are, but count for the limits on numbers.
    ///
    /// `limiter` returns the limits, which are mostly in the store's data as they are in
    /// programs for the `wasmtime` crate. The C API takes fixed limits, so `limiter` is called
    /// once, now: changing them in the data later has no effect. To change the limits, call
    /// this again. [`StoreLimits`] is the only [`ResourceLimiter`].
    ///
    /// Calls `wasmtime_store_limiter`.
    ///
    /// # Examples
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Instance, Module, Store, StoreLimits, StoreLimitsBuilder};
    ///
    /// struct State {
    ///     limits: StoreLimits,
    /// }
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (memory (export "memory") 1)
    ///         (func (export "grow") (result i32) (memory.grow (i32.const 1))))
    /// "#)?;
    /// // Two pages for each memory, and one instance.
    /// let limits = StoreLimitsBuilder::new().memory_size(2 << 16).instances(1).build();
    /// let mut store = Store::new(&engine, State { limits });
    /// store.limiter(|state| &mut state.limits);
    ///
    /// let instance = Instance::new(&mut store, &module, &[])?;
    /// let grow = instance.get_typed_func::<(), i32>(&mut store, "grow")?;
    /// assert_eq!(grow.call(&mut store, ())?, 1);
    /// // For the guest and for the host, the memory can't grow any more.
    /// assert_eq!(grow.call(&mut store, ())?, -1);
    /// let memory = instance.get_memory(&mut store, "memory").expect("it is exported");
    /// assert!(memory.grow(&mut store, 1).is_err());
    ///
    /// assert!(Instance::new(&mut store, &module, &[]).is_err());
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn limiter(
        &mut self,
        mut limiter: impl (FnMut(&mut T) -> &mut dyn ResourceLimiter) + Send + Sync + 'static,
    ) {
        // A negative number means no limit.
        // Version 48: what is negative is no limit; look at `wasmtime_store_limiter`.
        let size =
            |limit: Option<usize>| limit.and_then(|limit| limit.try_into().ok()).unwrap_or(-1);
        let count = |limit: usize| limit.try_into().unwrap_or(i64::MAX);
        let limits = limiter(self.data_mut()).limits().clone();
        // SAFETY: invariant "Context": the store is borrowed exclusively.
        unsafe {
            wasmtime_store_limiter(
                self.as_context_mut().opaque_mut().store(),
                size(limits.memory_size),
                size(limits.table_elements),
                count(limits.instances),
                count(limits.tables),
                count(limits.memories),
            );
        }
    }
}
