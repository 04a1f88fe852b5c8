//! Limits on what a store may hold.

use super::{AsContextMut, Store};
use crate::sys::wasmtime_store_limiter;

/// How many instances a store may have if [`StoreLimits`] don't say otherwise.
// Version 48: the defaults of a store; look at `limits.rs` in `wasmtime`.
pub const DEFAULT_INSTANCE_LIMIT: usize = 10_000;
/// How many tables a store may have if [`StoreLimits`] don't say otherwise.
pub const DEFAULT_TABLE_LIMIT: usize = 10_000;
/// How many memories a store may have if [`StoreLimits`] don't say otherwise.
pub const DEFAULT_MEMORY_LIMIT: usize = 10_000;

/// Limits on what a store may hold; made with [`StoreLimitsBuilder`], and set
/// with [`Store::limiter`].
#[derive(Clone, Debug)]
pub struct StoreLimits {
    memory_size: Option<usize>,
    table_elements: Option<usize>,
    instances: usize,
    tables: usize,
    memories: usize,
}

mod sealed {
    /// What a limiter comes down to.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't be a resource limiter: only `StoreLimits` can",
        note = "the C API of libwasmtime takes fixed limits and calls no limiter; \
                make them with `StoreLimitsBuilder`"
    )]
    pub trait Limits {
        fn limits(&self) -> &super::StoreLimits;
    }
}

/// What [`Store::limiter`] takes: [`StoreLimits`], and nothing else.
///
/// In the `wasmtime` crate programs implement this trait, and the methods of their
/// limiter are called whenever a memory or table is made or grows. The C API takes
/// five numbers instead, so that no other type can implement the trait here, and
/// the methods that would be called, such as `memory_growing`, aren't there.
pub trait ResourceLimiter: sealed::Limits + Send {
    /// How many instances the store may have in all its life.
    fn instances(&self) -> usize {
        self.limits().instances
    }

    /// How many tables the store may have in all its life.
    fn tables(&self) -> usize {
        self.limits().tables
    }

    /// How many memories the store may have in all its life.
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
    /// No limits on the size of memories and tables, and the default ones on
    /// how many there may be.
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

/// Makes [`StoreLimits`] step by step.
///
/// ```
/// use libwasmtime::StoreLimitsBuilder;
///
/// let limits = StoreLimitsBuilder::new().memory_size(1 << 20).instances(2).build();
/// # let _ = limits;
/// ```
#[derive(Clone, Debug, Default)]
pub struct StoreLimitsBuilder(StoreLimits);

impl StoreLimitsBuilder {
    /// Starts with the default limits.
    pub fn new() -> StoreLimitsBuilder {
        StoreLimitsBuilder::default()
    }

    /// How many bytes each memory may have. By default there is no limit.
    ///
    /// An instance whose memory is larger from the start can't be made, and
    /// growing beyond fails.
    pub fn memory_size(mut self, limit: usize) -> Self {
        self.0.memory_size = Some(limit);
        self
    }

    /// How many elements each table may have. By default there is no limit.
    pub fn table_elements(mut self, limit: usize) -> Self {
        self.0.table_elements = Some(limit);
        self
    }

    /// How many instances the store may have in all its life. Default:
    /// [`DEFAULT_INSTANCE_LIMIT`].
    pub fn instances(mut self, limit: usize) -> Self {
        self.0.instances = limit;
        self
    }

    /// How many tables the store may have in all its life. Default:
    /// [`DEFAULT_TABLE_LIMIT`].
    pub fn tables(mut self, limit: usize) -> Self {
        self.0.tables = limit;
        self
    }

    /// How many memories the store may have in all its life. Default:
    /// [`DEFAULT_MEMORY_LIMIT`].
    pub fn memories(mut self, limit: usize) -> Self {
        self.0.memories = limit;
        self
    }

    /// The limits.
    pub fn build(self) -> StoreLimits {
        self.0
    }
}

impl<T: 'static> Store<T> {
    /// Limits what the store may hold, from now on.
    ///
    /// The C API takes fixed limits: `limiter` is called once, now, to find
    /// them. What is changed in the store's data later has no effect; to change
    /// the limits, call this again. [`StoreLimits`] is the only
    /// [`ResourceLimiter`].
    ///
    /// Calls `wasmtime_store_limiter`.
    ///
    #[doc = example!(compiler)]
    /// use libwasmtime::{Engine, Memory, MemoryType, Store, StoreLimits, StoreLimitsBuilder};
    ///
    /// struct State {
    ///     limits: StoreLimits,
    /// }
    ///
    /// let limits = StoreLimitsBuilder::new().memory_size(1 << 16).build();
    /// let mut store = Store::new(&Engine::default(), State { limits });
    /// store.limiter(|state| &mut state.limits);
    /// let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
    /// assert!(memory.grow(&mut store, 1).is_err());
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn limiter(
        &mut self,
        mut limiter: impl (FnMut(&mut T) -> &mut dyn ResourceLimiter) + Send + Sync + 'static,
    ) {
        // What is negative is no limit.
        // Version 48: what is negative is no limit; look at `wasmtime_store_limiter`.
        let size =
            |limit: Option<usize>| limit.and_then(|limit| limit.try_into().ok()).unwrap_or(-1);
        let count = |limit: usize| limit.try_into().unwrap_or(i64::MAX);
        let limits = limiter(self.data_mut()).limits().clone();
        // SAFETY: the store is alive and borrowed exclusively.
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
