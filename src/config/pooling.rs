//! [`PoolingAllocationConfig`]: the settings of the pool that memories, tables and stacks
//! are allocated from.

use super::address_space::Layout;
use super::{ConfigConflict, Tunables};
use crate::owned::Owned;
use crate::sys::{self, wasm_config_t, wasmtime_pooling_allocation_config_t};
use crate::{Result, Unsupported};

/// Creates, from each line of the table: a field, the methods that set and return it, and
/// the call of the C function.
macro_rules! pool_settings {
    ($(
        $(#[doc = $doc:expr])*
        $(#[cfg($cfg:meta)])?
        $(#[needs($feature:ident)])?
        fn $name:ident($arg:ident: $ty:ty = $default:expr) and $get:ident calls $c:ident;
    )*) => {
        /// The settings of the pool of
        /// [`InstanceAllocationStrategy::Pooling`](crate::InstanceAllocationStrategy::Pooling).
        ///
        /// The pool has a fixed number of slots for each kind of object, which are
        /// reserved when the engine is created and used again when a store is dropped.
        /// [`Engine::new`](crate::Engine::new) returns a [`ConfigConflict`] if they don't fit
        /// into the address space: each memory takes
        /// [`Config::memory_reservation`](crate::Config::memory_reservation) and a guard,
        /// 4 GiB and 32 MiB by default. An instantiation that finds no free slot, or a
        /// module that doesn't fit into one, is an error.
        ///
        /// A pool of 128 slots or more is searched in several parts. A search can then miss a
        /// slot that another thread frees meanwhile. So a program with several threads that
        /// limits its instances to what the pool holds, for instance with a semaphore, needs
        /// some more slots than that.
        ///
        #[doc = example!(wat)]
        /// use libwasmtime::{Config, Engine, Instance, Module, PoolingAllocationConfig, Store};
        ///
        /// let mut pool = PoolingAllocationConfig::new();
        /// pool.total_memories(2).total_tables(2).total_core_instances(2);
        /// pool.max_memory_size(1 << 20);
        /// let mut config = Config::new();
        /// config.allocation_strategy(pool);
        /// config.memory_reservation(1 << 20).memory_guard_size(64 << 10);
        /// let engine = Engine::new(&config)?;
        ///
        /// let module = Module::new(&engine, "(module (memory 1))")?;
        /// let mut store = Store::new(&engine, ());
        /// Instance::new(&mut store, &module, &[])?;
        /// Instance::new(&mut store, &module, &[])?;
        /// let error = Instance::new(&mut store, &module, &[]).unwrap_err();
        /// assert!(format!("{error:#}").contains("limit of 2"));
        ///
        /// // Dropping the store frees its slots.
        /// drop(store);
        /// Instance::new(&mut Store::new(&engine, ()), &module, &[])?;
        /// # Ok::<(), libwasmtime::Error>(())
        /// ```
        #[derive(Clone, Debug, Default)]
        pub struct PoolingAllocationConfig {
            $(
                $(#[cfg($cfg)])?
                $name: Option<$ty>,
            )*
        }

        impl PoolingAllocationConfig {
            $(
                $(#[doc = $doc])*
                #[doc = ""]
                #[doc = concat!("Calls `", stringify!($c), "`.")]
                $(#[cfg($cfg)])?
                pub fn $name(&mut self, $arg: $ty) -> &mut Self {
                    self.$name = Some($arg);
                    self
                }

                #[doc = concat!("Returns the value of [`Self::", stringify!($name), "`], set or default.")]
                $(#[cfg($cfg)])?
                pub fn $get(&self) -> $ty {
                    self.$name.unwrap_or($default)
                }
            )*

            /// Sets what was set in a configuration of the C API.
            ///
            /// # Errors
            ///
            /// Returns an error if the loaded library lacks a setting.
            ///
            /// # Safety
            ///
            /// `pool` must be an owned configuration.
            unsafe fn apply_settings(
                &self,
                pool: *mut wasmtime_pooling_allocation_config_t,
            ) -> Result<(), Unsupported> {
                $(
                    $(#[cfg($cfg)])?
                    if let Some(value) = self.$name {
                        $(sys::require(sys::Feature::$feature)?;)?
                        // SAFETY: `pool` is owned, as this function requires.
                        unsafe { sys::$c(pool, value) };
                    }
                )*
                Ok(())
            }
        }
    };
}

// Version 48: a pool is searched in parts, one after the other; look at `ShardLayout` in
// `pooling/index_allocator.rs` in `wasmtime`.

/// The default number of slots of each kind.
// Version 48: the defaults of a pool; look at `InstanceLimits` and
// `PoolingAllocationConfig` in `wasmtime`.
const TOTAL: u32 = if cfg!(target_pointer_width = "32") {
    100
} else {
    1000
};

/// The largest number of memories in a module that libwasmtime accepts.
// Version 48: a module has at most as many, and whenever one is dropped there is a loop
// up to the setting; look at `MAX_WASM_MEMORIES` in `wasmparser`, and at `purge_module`
// in `wasmtime`.
const MOST_MEMORIES: u32 = 100;

/// The default size limit of a memory, in bytes: all that 32 bits can address.
#[cfg(not(target_pointer_width = "32"))]
const MEMORY: usize = 4 << 30;
/// The default size limit of a memory, in bytes, where address space is scarce.
#[cfg(target_pointer_width = "32")]
const MEMORY: usize = 10 << 20;

pool_settings! {
    /// Sets how many free slots are kept for the modules that used them last.
    ///
    /// A module is instantiated faster in such a "warm" slot, as its initial contents are
    /// still mapped there. While there are no more of them than this number, a module that
    /// has no warm slot gets one that no module used. So a larger number spreads modules
    /// over more slots, and takes more physical memory. The default is 100.
    fn max_unused_warm_slots(max: u32 = 100) and get_max_unused_warm_slots
        calls wasmtime_pooling_allocation_config_max_unused_warm_slots_set;

    /// Sets how many slots are decommitted at a time, approximately.
    ///
    /// The pool collects slots that are no longer used, and returns their physical memory
    /// to the system in batches of this size. Larger batches make fewer calls of the
    /// system and hold memory longer. The default is 1.
    fn decommit_batch_size(batch_size: usize = 1) and get_decommit_batch_size
        calls wasmtime_pooling_allocation_config_decommit_batch_size_set;

    /// Sets how many bytes of each stack stay resident when its slot becomes free.
    ///
    /// The stacks are those of asynchronous calls. In libwasmtime 48, this has an effect only
    /// if stacks are zeroed, which the C API can't turn on. So whatever has been used of a stack
    /// stays resident in a free slot, with its contents. The default is 0.
    // Version 48: there is no C function for `async_stack_zeroing`; look at
    // `StackPool::zero_stack` in `wasmtime`, and at `config.rs` in `wasmtime-c-api-impl`.
    #[cfg(feature = "async")]
    #[needs(Async)]
    fn async_stack_keep_resident(size: usize = 0) and get_async_stack_keep_resident
        calls wasmtime_pooling_allocation_config_async_stack_keep_resident_set;

    /// Sets how many bytes of each memory stay resident, on Linux, in a free slot.
    ///
    /// These bytes are overwritten with zeros or with the initial contents, and the rest is
    /// returned to the system. That avoids page faults when the slot is used again, and
    /// takes physical memory for each slot. The default is 0.
    fn linear_memory_keep_resident(size: usize = 0) and get_memory_keep_resident
        calls wasmtime_pooling_allocation_config_linear_memory_keep_resident_set;

    /// Sets how many bytes of each table stay resident, on Linux, in a free slot.
    ///
    /// These bytes are overwritten with zeros, and the rest is returned to the system. That
    /// avoids page faults when the slot is used again, and takes physical memory for each
    /// slot. The default is 0.
    fn table_keep_resident(size: usize = 0) and get_table_keep_resident
        calls wasmtime_pooling_allocation_config_table_keep_resident_set;

    /// Sets how many component instances can exist at a time.
    ///
    /// The default is 1000, or 100 on 32-bit machines.
    fn total_component_instances(count: u32 = TOTAL) and get_total_component_instances
        calls wasmtime_pooling_allocation_config_total_component_instances_set;

    /// Sets how many bytes of libwasmtime's own data one component instance can have.
    ///
    /// They include the data of its module instances. The default is 1 MiB.
    fn max_component_instance_size(size: usize = 1 << 20) and get_max_component_instance_size
        calls wasmtime_pooling_allocation_config_max_component_instance_size_set;

    /// Sets how many modules one component can instantiate.
    ///
    /// There is no limit by default.
    fn max_core_instances_per_component(count: u32 = u32::MAX)
        and get_max_core_instances_per_component
        calls wasmtime_pooling_allocation_config_max_core_instances_per_component_set;

    /// Sets how many memories one component can have.
    ///
    /// There is no limit by default.
    fn max_memories_per_component(count: u32 = u32::MAX) and get_max_memories_per_component
        calls wasmtime_pooling_allocation_config_max_memories_per_component_set;

    /// Sets how many tables one component can have.
    ///
    /// There is no limit by default.
    fn max_tables_per_component(count: u32 = u32::MAX) and get_max_tables_per_component
        calls wasmtime_pooling_allocation_config_max_tables_per_component_set;

    /// Sets how many memories can exist at a time.
    ///
    /// Each takes [`Config::memory_reservation`](crate::Config::memory_reservation) and a
    /// guard of address space. The default is 1000, or 100 on 32-bit machines.
    fn total_memories(count: u32 = TOTAL) and get_total_memories
        calls wasmtime_pooling_allocation_config_total_memories_set;

    /// Sets how many tables can exist at a time.
    ///
    /// The default is 1000, or 100 on 32-bit machines.
    fn total_tables(count: u32 = TOTAL) and get_total_tables
        calls wasmtime_pooling_allocation_config_total_tables_set;

    /// Sets how many stacks of asynchronous calls can exist at a time.
    ///
    /// Each takes `Config::async_stack_size` bytes of address space. A store has one for each
    /// call that is running in it, and keeps the last one until it is dropped. A call for which
    /// there is none fails. The default is 1000, or 100 on 32-bit machines.
    #[cfg(feature = "async")]
    #[needs(Async)]
    fn total_stacks(count: u32 = TOTAL) and get_total_stacks
        calls wasmtime_pooling_allocation_config_total_stacks_set;

    /// Sets how many module instances can exist at a time, including those of components.
    ///
    /// The default is 1000, or 100 on 32-bit machines.
    fn total_core_instances(count: u32 = TOTAL) and get_total_core_instances
        calls wasmtime_pooling_allocation_config_total_core_instances_set;

    /// Sets how many bytes of libwasmtime's own data one instance can have.
    ///
    /// The data grow with the module's functions, globals, memories and tables.
    /// The default is 1 MiB.
    fn max_core_instance_size(size: usize = 1 << 20) and get_max_core_instance_size
        calls wasmtime_pooling_allocation_config_max_core_instance_size_set;

    /// Sets how many tables one module can define.
    ///
    /// The default is 1.
    fn max_tables_per_module(tables: u32 = 1) and get_max_tables_per_module
        calls wasmtime_pooling_allocation_config_max_tables_per_module_set;

    /// Sets how many elements a table can have.
    ///
    /// A module whose table has a larger minimum can't be compiled or instantiated, and no
    /// table grows beyond it.
    /// The default is 20 000.
    fn table_elements(elements: usize = 20_000) and get_table_elements
        calls wasmtime_pooling_allocation_config_table_elements_set;

    /// Sets how many memories one module can define.
    ///
    /// The default is 1.
    fn max_memories_per_module(memories: u32 = 1) and get_max_memories_per_module
        calls wasmtime_pooling_allocation_config_max_memories_per_module_set;

    /// Sets how many bytes a memory can have.
    ///
    /// A module whose memory has a larger minimum can't be compiled, and no memory grows
    /// beyond it. The default is 4 GiB, or 10 MiB on 32-bit machines.
    /// [`Engine::new`](crate::Engine::new) returns a [`ConfigConflict`] if it is more than
    /// [`Config::memory_reservation`](crate::Config::memory_reservation).
    fn max_memory_size(bytes: usize = MEMORY) and get_max_memory_size
        calls wasmtime_pooling_allocation_config_max_memory_size_set;

    /// Sets how many garbage-collected heaps can exist at a time.
    ///
    /// Each store has at most one. The default is 1000, or 100 on 32-bit machines.
    #[cfg(feature = "gc")]
    #[needs(Gc)]
    fn total_gc_heaps(count: u32 = TOTAL) and get_total_gc_heaps
        calls wasmtime_pooling_allocation_config_total_gc_heaps_set;
}

impl PoolingAllocationConfig {
    /// Creates the settings of a pool, with everything at its default.
    pub fn new() -> PoolingAllocationConfig {
        PoolingAllocationConfig::default()
    }

    /// Sets the pooling strategy in a configuration of the C API.
    ///
    /// # Errors
    ///
    /// Returns an error if the loaded library lacks a setting.
    ///
    /// # Safety
    ///
    /// `config` must be an owned configuration.
    pub(super) unsafe fn apply(&self, config: *mut wasm_config_t) -> Result<()> {
        // libwasmtime counts up to this limit whenever a module is dropped, which takes
        // minutes for `u32::MAX`.
        let mut limited = self.clone();
        if let Some(memories) = &mut limited.max_memories_per_module {
            *memories = MOST_MEMORIES.min(*memories);
        }
        // SAFETY: invariant "Owned object": `pool` owns its configuration, and `config` is
        // owned, as this function requires; the last function copies the pool's configuration.
        unsafe {
            let pool = Owned::from_c(sys::wasmtime_pooling_allocation_config_new());
            limited.apply_settings(pool.as_ptr())?;
            sys::wasmtime_pooling_allocation_strategy_set(config, pool.as_ptr());
        }
        Result::<_, crate::Error>::Ok(())
    }

    /// Checks for settings that libwasmtime would abort on, such as a pool that doesn't fit
    /// into the address space.
    ///
    /// # Errors
    ///
    /// Returns the first conflict found.
    pub(super) fn check(&self, tunables: &Tunables) -> Result<(), ConfigConflict> {
        let memory = self.get_max_memory_size();
        if memory as u64 > tunables.memory_reservation {
            return Err(ConfigConflict::new(
                format!("PoolingAllocationConfig::max_memory_size({memory})"),
                format!(
                    "it exceeds `memory_reservation`, which is {} bytes",
                    tunables.memory_reservation
                ),
                "set a smaller size, or a larger `memory_reservation`",
            ));
        }
        for (name, bytes) in [
            (
                "linear_memory_keep_resident",
                self.get_memory_keep_resident(),
            ),
            ("table_keep_resident", self.get_table_keep_resident()),
            ("async_stack_keep_resident", self.stack_keep_resident()),
        ] {
            if bytes > usize::MAX >> 4 {
                return Err(ConfigConflict::new(
                    format!("PoolingAllocationConfig::{name}({bytes})"),
                    "it exceeds the address space",
                    "set the number of bytes that are to stay resident in each slot",
                ));
            }
        }
        let layout = Layout {
            memories: self.get_total_memories() as usize,
            memory_bytes: tunables.memory_reservation,
            memory_guard_bytes: tunables.memory_guard_size,
            tables: self.get_total_tables() as usize,
            table_elements: self.get_table_elements(),
            stacks: self.stacks() as usize,
            stack_bytes: tunables.async_stack_size,
            gc_heaps: self.gc_heaps() as usize,
        };
        layout.probe().map_err(|problem| {
            ConfigConflict::new(
                "allocation_strategy(InstanceAllocationStrategy::Pooling(…))",
                problem.to_string(),
                "set a smaller `total_memories`, `total_tables`, `total_stacks`, \
                 `table_elements`, `memory_reservation` or `memory_guard_size`, or raise the \
                 limit of the process's address space",
            )
        })
    }

    fn stack_keep_resident(&self) -> usize {
        #[cfg(feature = "async")]
        return self.get_async_stack_keep_resident();
        #[cfg(not(feature = "async"))]
        0
    }

    fn stacks(&self) -> u32 {
        #[cfg(feature = "async")]
        return self.get_total_stacks();
        #[cfg(not(feature = "async"))]
        TOTAL
    }

    fn gc_heaps(&self) -> u32 {
        #[cfg(feature = "gc")]
        return self.get_total_gc_heaps();
        #[cfg(not(feature = "gc"))]
        TOTAL
    }
}
