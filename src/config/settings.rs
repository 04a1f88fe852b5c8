//! The settings that are one value and one C function each, as a table.

use super::Config;
use crate::Unsupported;
use crate::sys::{self, wasm_config_t};
use std::fmt;

/// Makes, from each line of the table: a field of [`Settings`], the method of
/// [`Config`] that sets it, and the call that passes it on.
macro_rules! settings {
    ($(
        $(#[doc = $doc:literal])*
        $(#[cfg($cfg:meta)])?
        $(#[needs($feature:ident)])?
        fn $name:ident($arg:ident: $ty:ty) calls $c:ident;
    )*) => {
        /// The settings of the table that were set.
        #[derive(Clone, Default)]
        pub(crate) struct Settings {
            $(
                $(#[cfg($cfg)])?
                pub(crate) $name: Option<$ty>,
            )*
        }

        /// # Single settings
        impl Config {
            $(
                $(#[doc = $doc])*
                #[doc = ""]
                #[doc = concat!("Calls `", stringify!($c), "`.")]
                $(#[cfg($cfg)])?
                pub fn $name(&mut self, $arg: $ty) -> &mut Self {
                    self.settings.$name = Some($arg);
                    self
                }
            )*
        }

        impl Settings {
            /// Passes on what was set.
            ///
            /// # Errors
            ///
            /// If the library that was loaded lacks a setting.
            ///
            /// # Safety
            ///
            /// `config` must be a configuration that the caller owns.
            pub(super) unsafe fn apply(&self, config: *mut wasm_config_t) -> Result<(), Unsupported> {
                $(
                    $(#[cfg($cfg)])?
                    if let Some(value) = self.$name {
                        $(sys::require(sys::Feature::$feature)?;)?
                        // SAFETY: the caller owns the configuration.
                        unsafe { sys::$c(config, value) };
                    }
                )*
                Ok(())
            }

            pub(super) fn debug(&self, f: &mut fmt::DebugStruct<'_, '_>) {
                $(
                    $(#[cfg($cfg)])?
                    if let Some(value) = &self.$name {
                        f.field(stringify!($name), value);
                    }
                )*
            }
        }
    };
}

settings! {
    /// Whether to emit DWARF for a native debugger, such as gdb, that debugs
    /// this process.
    ///
    /// The library needs its `debug-builtins` feature too. Winch can't do it.
    /// The default is `false`.
    ///
    /// # Trust
    ///
    /// Turn it on for trusted modules only. libwasmtime transforms the DWARF of a
    /// module then, and ends the process at some that is wrong. Tables of lines whose
    /// header has a wrong byte are an error; the rest can't be told beforehand. Remove
    /// the custom sections whose names begin with `.debug_` from other modules, or
    /// compile these in a process of their own.
    fn debug_info(enable: bool) calls wasmtime_config_debug_info_set;

    /// Whether the native code of a module comes with what a system unwinder
    /// needs to walk through it, such as `.eh_frame`.
    ///
    /// WebAssembly backtraces don't need it; a process that loads very many
    /// modules may be faster without. The default is `true`. It can't be
    /// turned off on Windows.
    fn native_unwind_info(enable: bool) calls wasmtime_config_native_unwind_info_set;

    /// Whether code counts the instructions it executes, as "fuel", and stops
    /// when a store has none left.
    ///
    /// A store starts with none: see
    /// [`Store::set_fuel`](crate::Store::set_fuel). The default is `false`.
    fn consume_fuel(enable: bool) calls wasmtime_config_consume_fuel_set;

    /// Whether code looks at the engine's epoch and stops once a store's
    /// deadline has passed.
    ///
    /// The epoch is a counter that [`Engine::increment_epoch`] advances; a
    /// store's deadline is
    /// [`Store::set_epoch_deadline`](crate::Store::set_epoch_deadline). That
    /// costs far less than fuel, and isn't deterministic. The default is
    /// `false`.
    ///
    /// Only WebAssembly code looks at the epoch. A host function isn't interrupted,
    /// and neither is one of WASI, such as one that sleeps or waits for input: the
    /// deadline counts when it has returned. An instruction that works on much
    /// memory, as `memory.fill` does, looks once, before it begins.
    ///
    /// [`Engine::increment_epoch`]: crate::Engine::increment_epoch
    fn epoch_interruption(enable: bool) calls wasmtime_config_epoch_interruption_set;

    /// The most native stack, in bytes, that WebAssembly may use before it
    /// traps; frames of host functions between WebAssembly frames count.
    ///
    /// The stack of every thread that runs WebAssembly has to be larger than
    /// this: a process whose native stack overflows is killed. The default is
    /// 512 KiB.
    ///
    /// # Errors
    ///
    /// [`Engine::new`](crate::Engine::new) fails if it is 0 or more than the
    /// stack of an asynchronous call (2 MiB, unless `async_stack_size` was
    /// set).
    fn max_wasm_stack(size: usize) calls wasmtime_config_max_wasm_stack_set;

    /// The size, in bytes, of the stacks that asynchronous calls run on.
    ///
    /// What is above [`Config::max_wasm_stack`] is for host functions. The
    /// default is 2 MiB.
    ///
    /// # Errors
    ///
    /// [`Engine::new`](crate::Engine::new) fails if it is less than
    /// [`Config::max_wasm_stack`].
    #[cfg(feature = "async")]
    #[needs(Async)]
    fn async_stack_size(size: usize) calls wasmtime_config_async_stack_size_set;

    /// Whether memories shared between threads can be made at all, which the
    /// threads proposal by itself does not imply.
    ///
    /// Sharing memory lets a guest build a high-resolution timer. The default
    /// is `false`.
    fn shared_memory(enable: bool) calls wasmtime_config_shared_memory_set;

    /// Whether the branch hints in a module are used to place code.
    ///
    /// They never change what a program does. The default is `false`.
    fn wasm_branch_hinting(enable: bool) calls wasmtime_config_wasm_branch_hinting_set;

    /// Whether the instructions of the relaxed SIMD proposal give the same
    /// results on every machine, at some cost.
    ///
    /// The default is `false`.
    fn relaxed_simd_deterministic(enable: bool)
        calls wasmtime_config_wasm_relaxed_simd_deterministic_set;

    /// Whether the functions of a module are compiled on several threads.
    ///
    /// Libwasmtime starts these threads once in a process, when it compiles for the
    /// first time: as many as there are processors, or as the environment variable
    /// `RAYON_NUM_THREADS` says. A child that `fork` makes after that has none of
    /// them, and waits for ever when it compiles: compile with an engine that has this
    /// set to `false` there.
    ///
    /// The default is `true`.
    ///
    /// # Errors
    ///
    /// What compiles fails, such as `Module::new`, if the system doesn't start the
    /// threads.
    #[cfg(feature = "parallel-compilation")]
    #[needs(ParallelCompilation)]
    fn parallel_compilation(parallel: bool) calls wasmtime_config_parallel_compilation_set;

    /// Whether a linear memory may move in the address space when it grows.
    ///
    /// If not, a memory can't outgrow what was reserved for it first: see
    /// [`Config::memory_reservation`]. The default is `true`.
    fn memory_may_move(enable: bool) calls wasmtime_config_memory_may_move_set;

    /// The address space, in bytes, that is reserved for a linear memory to
    /// grow into when it is made.
    ///
    /// With 4 GiB, the default on 64-bit machines, and guard pages behind,
    /// 32-bit memories need no bounds checks in compiled code; with less they
    /// do. The default on 32-bit machines is 10 MiB. A memory that is larger
    /// from the start ignores it.
    fn memory_reservation(bytes: u64) calls wasmtime_config_memory_reservation_set;

    /// The size, in bytes, of the inaccessible pages that surround a linear
    /// memory, rounded up to whole pages.
    ///
    /// Accesses at constant offsets below it need no bounds check of their
    /// own. The default is 32 MiB on 64-bit machines, 64 KiB on 32-bit ones,
    /// and 0 for Pulley.
    fn memory_guard_size(bytes: u64) calls wasmtime_config_memory_guard_size_set;

    /// The address space, in bytes, that is reserved behind a linear memory
    /// for growing once more when it had to move.
    ///
    /// The default is 2 GiB on 64-bit machines, 1 MiB on 32-bit ones.
    fn memory_reservation_for_growth(bytes: u64)
        calls wasmtime_config_memory_reservation_for_growth_set;

    /// Whether a memory's initial contents are mapped copy-on-write from the
    /// module where the system can, instead of copied.
    ///
    /// The default is `true`.
    fn memory_init_cow(enable: bool) calls wasmtime_config_memory_init_cow_set;

    /// Whether traps are caught as signals that Mach ports deliver, on macOS,
    /// instead of as Unix signals.
    ///
    /// It has no effect on other systems. The default is `true`. All engines
    /// of a process have to agree.
    fn macos_use_mach_ports(mach_ports: bool) calls wasmtime_config_macos_use_mach_ports_set;

    /// Whether compiled code may rely on the system's signals, for example to
    /// learn of an access beyond the end of a memory, instead of checking.
    ///
    /// The default is `true`, except for Pulley.
    fn signals_based_traps(enable: bool) calls wasmtime_config_signals_based_traps_set;

    /// Whether components may have several tasks under way at a time.
    ///
    /// The asynchronous features of the component model need it. The default
    /// is whether the library has the `component-model-async` feature.
    #[cfg(feature = "component-model")]
    #[needs(ComponentModel)]
    fn concurrency_support(enable: bool) calls wasmtime_config_concurrency_support_set;
}
