//! The pool that instances get their memories, tables and stacks from.

use super::address_space::Layout;
use super::{ConfigConflict, Tunables};
use crate::sys::{self, wasm_config_t, wasmtime_pooling_allocation_config_t};
use crate::{Result, Unsupported};
use std::ptr::NonNull;

/// Makes, from each line of the table: a field, the methods that set it and
/// get it, and the call that passes it on.
macro_rules! pool_settings {
    ($(
        $(#[doc = $doc:literal])*
        $(#[cfg($cfg:meta)])?
        $(#[needs($feature:ident)])?
        fn $name:ident($arg:ident: $ty:ty = $default:expr) and $get:ident calls $c:ident;
    )*) => {
        /// The settings of the pool that
        /// [`InstanceAllocationStrategy::Pooling`](crate::InstanceAllocationStrategy::Pooling) takes from.
        ///
        /// ```no_run
        /// use libwasmtime::{Config, Engine, PoolingAllocationConfig};
        ///
        /// # fn main() -> libwasmtime::Result<()> {
        /// let mut pool = PoolingAllocationConfig::new();
        /// pool.total_memories(10).total_tables(10).max_memory_size(16 << 20);
        /// let mut config = Config::new();
        /// config.allocation_strategy(pool).memory_reservation(16 << 20);
        /// let engine = Engine::new(&config)?;
        /// # Ok(())
        /// # }
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

                #[doc = concat!("What [`Self::", stringify!($name), "`] is, by default or by choice.")]
                $(#[cfg($cfg)])?
                pub fn $get(&self) -> $ty {
                    self.$name.unwrap_or($default)
                }
            )*

            /// Passes on what was set.
            ///
            /// # Errors
            ///
            /// If the library that was loaded lacks a setting.
            ///
            /// # Safety
            ///
            /// `pool` must be a configuration that the caller owns.
            unsafe fn apply_settings(
                &self,
                pool: *mut wasmtime_pooling_allocation_config_t,
            ) -> Result<(), Unsupported> {
                $(
                    $(#[cfg($cfg)])?
                    if let Some(value) = self.$name {
                        $(sys::require(sys::Feature::$feature)?;)?
                        // SAFETY: the caller owns the configuration.
                        unsafe { sys::$c(pool, value) };
                    }
                )*
                Ok(())
            }
        }
    };
}

/// How many of a kind the pool has by default.
// Version 48: the defaults of a pool; look at `InstanceLimits` and
// `PoolingAllocationConfig` in `wasmtime`.
const TOTAL: u32 = if cfg!(target_pointer_width = "32") {
    100
} else {
    1000
};

/// No module that libwasmtime takes has more memories.
// Version 48: a module has at most as many, and whenever one is dropped there is a loop
// up to the setting; look at `MAX_WASM_MEMORIES` in `wasmparser`, and at `purge_module`
// in `wasmtime`.
const MOST_MEMORIES: u32 = 100;

/// How large a memory can be by default: all that 32 bits can address.
#[cfg(not(target_pointer_width = "32"))]
const MEMORY: usize = 4 << 30;
/// How large a memory can be by default where address space is scarce.
#[cfg(target_pointer_width = "32")]
const MEMORY: usize = 10 << 20;

pool_settings! {
    /// How many slots that were used before and are free now are kept for the
    /// modules that used them, before they are given to others.
    ///
    /// More make instantiation faster and take more memory. The default is
    /// 100.
    fn max_unused_warm_slots(max: u32 = 100) and get_max_unused_warm_slots
        calls wasmtime_pooling_allocation_config_max_unused_warm_slots_set;

    /// How many slots are given back to the system at a time, roughly.
    ///
    /// The default is 1.
    fn decommit_batch_size(batch_size: usize = 1) and get_decommit_batch_size
        calls wasmtime_pooling_allocation_config_decommit_batch_size_set;

    /// How many bytes of each stack of an asynchronous call are zeroed by
    /// writing rather than by the system when it is given back, and so stay
    /// resident.
    ///
    /// The default is 0.
    #[cfg(feature = "async")]
    #[needs(Async)]
    fn async_stack_keep_resident(size: usize = 0) and get_async_stack_keep_resident
        calls wasmtime_pooling_allocation_config_async_stack_keep_resident_set;

    /// How many bytes of each memory are zeroed by writing rather than by the
    /// system when it is given back, and so stay resident, on Linux.
    ///
    /// The default is 0.
    fn linear_memory_keep_resident(size: usize = 0) and get_memory_keep_resident
        calls wasmtime_pooling_allocation_config_linear_memory_keep_resident_set;

    /// How many bytes of each table are zeroed by writing rather than by the
    /// system when it is given back, and so stay resident, on Linux.
    ///
    /// The default is 0.
    fn table_keep_resident(size: usize = 0) and get_table_keep_resident
        calls wasmtime_pooling_allocation_config_table_keep_resident_set;

    /// How many components can be instantiated at a time.
    ///
    /// The default is 1000.
    fn total_component_instances(count: u32 = TOTAL) and get_total_component_instances
        calls wasmtime_pooling_allocation_config_total_component_instances_set;

    /// How many bytes the bookkeeping of one component instance can have,
    /// including that of the modules in it.
    ///
    /// The default is 1 MiB.
    fn max_component_instance_size(size: usize = 1 << 20) and get_max_component_instance_size
        calls wasmtime_pooling_allocation_config_max_component_instance_size_set;

    /// How many modules one component can instantiate.
    ///
    /// The default is no limit.
    fn max_core_instances_per_component(count: u32 = u32::MAX)
        and get_max_core_instances_per_component
        calls wasmtime_pooling_allocation_config_max_core_instances_per_component_set;

    /// How many memories one component can have.
    ///
    /// The default is no limit.
    fn max_memories_per_component(count: u32 = u32::MAX) and get_max_memories_per_component
        calls wasmtime_pooling_allocation_config_max_memories_per_component_set;

    /// How many tables one component can have.
    ///
    /// The default is no limit.
    fn max_tables_per_component(count: u32 = u32::MAX) and get_max_tables_per_component
        calls wasmtime_pooling_allocation_config_max_tables_per_component_set;

    /// How many memories there can be at a time.
    ///
    /// Each takes [`Config::memory_reservation`](crate::Config) and
    /// a guard of address space. The default is 1000.
    fn total_memories(count: u32 = TOTAL) and get_total_memories
        calls wasmtime_pooling_allocation_config_total_memories_set;

    /// How many tables there can be at a time.
    ///
    /// The default is 1000.
    fn total_tables(count: u32 = TOTAL) and get_total_tables
        calls wasmtime_pooling_allocation_config_total_tables_set;

    /// How many asynchronous calls there can be at a time.
    ///
    /// Each takes a stack. The default is 1000.
    #[cfg(feature = "async")]
    #[needs(Async)]
    fn total_stacks(count: u32 = TOTAL) and get_total_stacks
        calls wasmtime_pooling_allocation_config_total_stacks_set;

    /// How many modules can be instantiated at a time.
    ///
    /// The default is 1000.
    fn total_core_instances(count: u32 = TOTAL) and get_total_core_instances
        calls wasmtime_pooling_allocation_config_total_core_instances_set;

    /// How many bytes the bookkeeping of one instance can have. It grows with
    /// the module's functions, globals, memories and tables.
    ///
    /// The default is 1 MiB.
    fn max_core_instance_size(size: usize = 1 << 20) and get_max_core_instance_size
        calls wasmtime_pooling_allocation_config_max_core_instance_size_set;

    /// How many tables one module can define.
    ///
    /// The default is 1.
    fn max_tables_per_module(tables: u32 = 1) and get_max_tables_per_module
        calls wasmtime_pooling_allocation_config_max_tables_per_module_set;

    /// How many elements a table can have.
    ///
    /// The default is 20 000.
    fn table_elements(elements: usize = 20_000) and get_table_elements
        calls wasmtime_pooling_allocation_config_table_elements_set;

    /// How many memories one module can define.
    ///
    /// The default is 1.
    fn max_memories_per_module(memories: u32 = 1) and get_max_memories_per_module
        calls wasmtime_pooling_allocation_config_max_memories_per_module_set;

    /// How many bytes a memory can have.
    ///
    /// The default is 4 GiB, or 10 MiB on 32-bit machines.
    ///
    /// # Errors
    ///
    /// [`Engine::new`](crate::Engine::new) fails if it is more than
    /// [`Config::memory_reservation`](crate::Config::memory_reservation).
    fn max_memory_size(bytes: usize = MEMORY) and get_max_memory_size
        calls wasmtime_pooling_allocation_config_max_memory_size_set;

    /// How many stores can have a garbage-collected heap at a time.
    ///
    /// The default is 1000.
    #[cfg(feature = "gc")]
    #[needs(Gc)]
    fn total_gc_heaps(count: u32 = TOTAL) and get_total_gc_heaps
        calls wasmtime_pooling_allocation_config_total_gc_heaps_set;
}

impl PoolingAllocationConfig {
    /// Everything at its default.
    pub fn new() -> PoolingAllocationConfig {
        PoolingAllocationConfig::default()
    }

    /// Passes everything on.
    ///
    /// # Errors
    ///
    /// If the library that was loaded lacks a setting.
    ///
    /// # Safety
    ///
    /// `config` must be a configuration that the caller owns.
    pub(super) unsafe fn apply(&self, config: *mut wasm_config_t) -> Result<()> {
        // libwasmtime counts up to it whenever a module is dropped: for minutes if
        // no limit is meant.
        let mut limited = self.clone();
        if let Some(memories) = &mut limited.max_memories_per_module {
            *memories = MOST_MEMORIES.min(*memories);
        }
        let pool = RawPool::new();
        // SAFETY: `pool` owns its configuration and the caller the other one,
        // which copies the first.
        unsafe {
            limited.apply_settings(pool.0.as_ptr())?;
            sys::wasmtime_pooling_allocation_strategy_set(config, pool.0.as_ptr());
        }
        Result::<_, crate::Error>::Ok(())
    }

    /// Looks for what libwasmtime would abort on, such as a pool that the
    /// address space has no room for.
    pub(super) fn check(&self, tunables: &Tunables) -> Result<(), ConfigConflict> {
        let memory = self.get_max_memory_size();
        if memory as u64 > tunables.memory_reservation {
            return Err(ConfigConflict::new(
                format!("PoolingAllocationConfig::max_memory_size({memory})"),
                format!(
                    "only {} bytes are reserved for each memory",
                    tunables.memory_reservation
                ),
                "make it smaller, or `memory_reservation` larger",
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
                    "no address space has that many bytes",
                    "give it what you want to stay in memory",
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
                "make `total_memories`, `total_tables`, `total_stacks`, `table_elements`, \
                 `memory_reservation` or `memory_guard_size` smaller, or raise the limit \
                 of the process's address space",
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

/// An owned pooling configuration of the C API.
struct RawPool(NonNull<wasmtime_pooling_allocation_config_t>);

impl RawPool {
    fn new() -> RawPool {
        // SAFETY: takes nothing.
        let pool = unsafe { sys::wasmtime_pooling_allocation_config_new() };
        RawPool(NonNull::new(pool).expect("a configuration is returned"))
    }
}

impl Drop for RawPool {
    fn drop(&mut self) {
        // SAFETY: `self` owns the configuration, which isn't used again.
        unsafe { sys::wasmtime_pooling_allocation_config_delete(self.0.as_ptr()) }
    }
}
