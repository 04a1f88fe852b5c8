//! The table of the settings that are one value and one C function each.

use super::Config;
use crate::Unsupported;
use crate::sys::{self, wasm_config_t};
use std::fmt;

/// Creates, from each line of the table: a field of [`Settings`], the method of
/// [`Config`] that sets it, and the call of the C function.
macro_rules! settings {
    ($(
        $(#[doc = $doc:expr])*
        $(#[cfg($cfg:meta)])?
        $(#[needs($feature:ident)])?
        fn $name:ident($arg:ident: $ty:ty) calls $c:ident;
    )*) => {
        /// The settings of the table; `None` is libwasmtime's default.
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
            /// Sets what was set in a configuration of the C API.
            ///
            /// # Errors
            ///
            /// Returns an error if the loaded library lacks a setting.
            ///
            /// # Safety
            ///
            /// `config` must be an owned configuration.
            pub(super) unsafe fn apply(&self, config: *mut wasm_config_t) -> Result<(), Unsupported> {
                $(
                    $(#[cfg($cfg)])?
                    if let Some(value) = self.$name {
                        $(sys::require(sys::Feature::$feature)?;)?
                        // SAFETY: `config` is owned, as this function requires.
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
    /// Sets whether compiled modules have DWARF for native debuggers.
    ///
    /// A debugger such as gdb, attached to this process, uses it to show WebAssembly code.
    /// A debugger sees WebAssembly functions only if the library also has its
    /// `debug-builtins` feature. Compiled modules become larger and take longer to compile.
    /// The default is `false`. Winch doesn't support it:
    /// [`Engine::new`](crate::Engine::new) returns a
    /// [`ConfigConflict`](crate::ConfigConflict).
    ///
    /// # Trust
    ///
    /// Turn it on for trusted modules only. libwasmtime transforms the DWARF of each
    /// module that it compiles, and aborts the process at some malformed DWARF. This
    /// crate finds line tables with a malformed header, and returns an error; it can't
    /// find the rest. From untrusted modules, remove the custom sections whose names
    /// begin with `.debug_`, or compile them in a process of their own.
    fn debug_info(enable: bool) calls wasmtime_config_debug_info_set;

    /// Sets whether compiled modules have unwind information, such as `.eh_frame`.
    ///
    /// Native debuggers and profilers need it to walk the stack through WebAssembly
    /// frames. [`WasmBacktrace`](crate::WasmBacktrace) doesn't. On some systems each
    /// module that is loaded makes loading and unloading others slower, so that a process
    /// with very many modules may be faster without it.
    ///
    /// The default is `true`. It can't be turned off on Windows, whose ABI requires it:
    /// [`Engine::new`](crate::Engine::new) returns a
    /// [`ConfigConflict`](crate::ConfigConflict).
    fn native_unwind_info(enable: bool) calls wasmtime_config_native_unwind_info_set;

    /// Sets whether WebAssembly code consumes fuel, and traps when there is none left.
    ///
    /// Most instructions consume one unit of fuel. The same call consumes the same
    /// amount each time, so that a program stops deterministically. Code becomes
    /// noticeably slower, as it counts at each branch;
    /// [`Config::epoch_interruption`] costs less.
    ///
    /// A store starts with no fuel: give it some with
    /// [`Store::set_fuel`](crate::Store::set_fuel) before it instantiates a module. The
    /// default is `false`.
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Config, Engine, Instance, Module, Store, Trap};
    ///
    /// let engine = Engine::new(Config::new().consume_fuel(true))?;
    /// let module = Module::new(&engine, r#"(module (func (export "f") (loop br 0)))"#)?;
    ///
    /// let mut store = Store::new(&engine, ());
    /// store.set_fuel(10_000)?;
    /// let instance = Instance::new(&mut store, &module, &[])?;
    /// let f = instance.get_typed_func::<(), ()>(&mut store, "f")?;
    /// let error = f.call(&mut store, ()).unwrap_err();
    /// assert_eq!(error.downcast_ref(), Some(&Trap::OutOfFuel));
    /// assert_eq!(store.get_fuel()?, 0);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    fn consume_fuel(enable: bool) calls wasmtime_config_consume_fuel_set;

    /// Sets whether WebAssembly code stops at a deadline of the engine's epoch.
    ///
    /// The epoch is a counter that [`Engine::increment_epoch`] increments, usually at
    /// regular intervals from a thread of the host.
    /// [`Store::set_epoch_deadline`](crate::Store::set_epoch_deadline) sets the deadline
    /// of a store. At the deadline the code traps, or calls the callback of
    /// [`Store::epoch_deadline_callback`](crate::Store::epoch_deadline_callback). In an
    /// asynchronous call it can yield instead, so that guests take turns on a thread; see
    /// `Store::epoch_deadline_async_yield_and_update`.
    ///
    /// WebAssembly code compares the epoch with the deadline at the beginning of functions
    /// and loops. That costs far less than [fuel](Config::consume_fuel), but isn't
    /// deterministic: a program may stop at another instruction each time. Turned on, a
    /// store without a deadline traps at once. The default is `false`.
    ///
    /// Nothing else compares the epoch. A host function isn't interrupted, nor is a WASI
    /// function that sleeps or waits for input: code stops after the function has returned.
    /// An instruction that takes long, as `memory.fill` of a large memory does, isn't
    /// interrupted either.
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Config, Engine, Instance, Module, Store, Trap};
    /// use std::{thread, time::Duration};
    ///
    /// let engine = Engine::new(Config::new().epoch_interruption(true))?;
    /// let module = Module::new(&engine, r#"(module (func (export "f") (loop br 0)))"#)?;
    ///
    /// let mut store = Store::new(&engine, ());
    /// store.set_epoch_deadline(1);
    /// let instance = Instance::new(&mut store, &module, &[])?;
    /// let f = instance.get_typed_func::<(), ()>(&mut store, "f")?;
    ///
    /// let timer = engine.clone();
    /// thread::spawn(move || {
    ///     thread::sleep(Duration::from_millis(10));
    ///     timer.increment_epoch();
    /// });
    /// let error = f.call(&mut store, ()).unwrap_err();
    /// assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt));
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// [`Engine::increment_epoch`]: crate::Engine::increment_epoch
    fn epoch_interruption(enable: bool) calls wasmtime_config_epoch_interruption_set;

    /// Sets how many bytes of native stack WebAssembly code may use before it traps.
    ///
    /// Frames of host functions count as well if they lie between WebAssembly frames: a
    /// host function that has used the rest of the limit makes the WebAssembly code that
    /// it calls trap. The limit is approximate.
    ///
    /// The limit doesn't reserve any stack. A thread that runs WebAssembly needs a larger
    /// stack than the limit, as host functions need some too: the system kills a process
    /// whose native stack overflows.
    ///
    /// The default is 512 KiB. [`Engine::new`](crate::Engine::new) returns a
    /// [`ConfigConflict`](crate::ConfigConflict) if the limit is 0, or more than the
    /// stack of an asynchronous call (2 MiB, unless `async_stack_size` sets another
    /// size). Asynchronous calls fail unless that stack has at least 32 KiB more.
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Config, Engine, Instance, Module, Store, Trap};
    ///
    /// // Calls itself as many times as the parameter says.
    /// let module = r#"(module
    ///     (func $f (export "f") (param i32)
    ///         (if (local.get 0)
    ///             (then (call $f (i32.sub (local.get 0) (i32.const 1)))))))"#;
    /// let call = |bytes, depth| {
    ///     let engine = Engine::new(Config::new().max_wasm_stack(bytes))?;
    ///     let mut store = Store::new(&engine, ());
    ///     let instance = Instance::new(&mut store, &Module::new(&engine, module)?, &[])?;
    ///     instance.get_typed_func::<i32, ()>(&mut store, "f")?.call(&mut store, depth)
    /// };
    /// call(512 << 10, 1_000)?;
    /// let error = call(8 << 10, 1_000).unwrap_err();
    /// assert_eq!(error.downcast_ref(), Some(&Trap::StackOverflow));
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    fn max_wasm_stack(size: usize) calls wasmtime_config_max_wasm_stack_set;

    /// Sets the size, in bytes, of the stacks that asynchronous calls run on.
    ///
    /// WebAssembly code may use [`Config::max_wasm_stack`] of it; the rest is for host
    /// functions, whose futures are polled on this stack, and the system kills the process if
    /// they need more. A synchronous call of another store in a host function runs on this stack
    /// as well, and may use `max_wasm_stack` bytes once more. The default is 2 MiB.
    ///
    /// Each call that is running has a stack, and a store keeps that of its last call for the
    /// next one. A stack takes this much address space, and as much memory as has been used of
    /// it. Where many calls wait at a time, `PoolingAllocationConfig::total_stacks` reserves
    /// the stacks beforehand.
    ///
    /// [`Engine::new`](crate::Engine::new) returns a
    /// [`ConfigConflict`](crate::ConfigConflict) if the size is less than
    /// [`Config::max_wasm_stack`], or if the system refuses memory of this size. An
    /// asynchronous call returns one if the rest is less than 32 KiB: WebAssembly code could
    /// overflow the stack.
    #[cfg(feature = "async")]
    #[needs(Async)]
    fn async_stack_size(size: usize) calls wasmtime_config_async_stack_size_set;

    /// Sets whether shared memories can be created.
    ///
    /// The threads proposal ([`wasm_threads`](Config#method.wasm_threads)) is on by
    /// default, but only lets modules have types and instructions for shared memories.
    /// With a shared memory, a program that has several threads can build a
    /// high-resolution timer, which attacks through side channels make use of. The
    /// default is `false`.
    fn shared_memory(enable: bool) calls wasmtime_config_shared_memory_set;

    /// Sets whether the branch hinting proposal is on.
    ///
    /// The compiler then places code by the hints of a module. The hints are in the custom
    /// section `metadata.code.branch_hint`, and never change what a program does. The
    /// default is `false`.
    fn wasm_branch_hinting(enable: bool) calls wasmtime_config_wasm_branch_hinting_set;

    /// Sets whether relaxed SIMD has the same results on every machine.
    ///
    /// That makes some of them slower. The default is `false`.
    fn relaxed_simd_deterministic(enable: bool)
        calls wasmtime_config_wasm_relaxed_simd_deterministic_set;

    /// Sets whether the functions of a module are compiled on several threads.
    ///
    /// libwasmtime starts these threads once in a process, when it compiles for the first
    /// time: as many as there are processors, or as the environment variable
    /// `RAYON_NUM_THREADS` says. `Module::new` and other functions that compile return an
    /// error if the system doesn't start the threads.
    ///
    /// A child process that `fork` creates after that has none of these threads, and
    /// waits for ever when it compiles with this setting on. Create an engine for it that
    /// has this setting off.
    ///
    /// The default is `true`.
    #[cfg(feature = "parallel-compilation")]
    #[needs(ParallelCompilation)]
    fn parallel_compilation(parallel: bool) calls wasmtime_config_parallel_compilation_set;

    /// Sets whether a linear memory may move to another base address when it grows.
    ///
    /// If not, a memory can grow only within the address space that was reserved when it
    /// was created ([`Config::memory_reservation`], or
    /// [`Config::memory_reservation_for_growth`] if the memory was larger from the
    /// start). In return, compiled code need not load the base address again after calls.
    /// Moving a memory copies its contents. The default is `true`.
    fn memory_may_move(enable: bool) calls wasmtime_config_memory_may_move_set;

    /// Sets how many bytes of address space are reserved for a new linear memory.
    ///
    /// The memory grows into the reservation without moving. A reservation takes address
    /// space, not physical memory. A memory whose minimum size is larger ignores this
    /// setting: its own size and [`Config::memory_reservation_for_growth`] are reserved
    /// for it.
    ///
    /// With 4 GiB and a guard ([`Config::memory_guard_size`]), compiled code needs almost
    /// no bounds checks for 32-bit memories: every address lies in the reservation or in
    /// the guard. With less, it checks each access, which makes code slower. The setting
    /// is part of what [`Module::deserialize`](crate::Module::deserialize) compares.
    ///
    /// The default is 4 GiB on 64-bit machines and 10 MiB on 32-bit machines.
    fn memory_reservation(bytes: u64) calls wasmtime_config_memory_reservation_set;

    /// Sets the size, in bytes, of the guard before and after a linear memory.
    ///
    /// The guard consists of inaccessible pages around the memory's reservation. The size
    /// is rounded up to whole pages. Compiled code needs no bounds check for a constant
    /// offset that is less than the size. The guard takes address space, not physical
    /// memory.
    ///
    /// The default is 32 MiB on 64-bit machines, 64 KiB on 32-bit machines, and 0 for
    /// Pulley.
    fn memory_guard_size(bytes: u64) calls wasmtime_config_memory_guard_size_set;

    /// Sets how many bytes of address space are reserved after a memory that has moved.
    ///
    /// The same is reserved after a memory that was larger than
    /// [`Config::memory_reservation`] from the start. The memory can then grow by as much
    /// without moving, which would copy its contents. The default is 2 GiB on 64-bit
    /// machines and 1 MiB on 32-bit machines.
    fn memory_reservation_for_growth(bytes: u64)
        calls wasmtime_config_memory_reservation_for_growth_set;

    /// Sets whether the initial contents of memories are mapped copy-on-write.
    ///
    /// The contents are mapped from the module instead of copied. Instantiation becomes
    /// faster, and instances share the pages that they only read. libwasmtime maps on
    /// Linux, and on other Unix systems for modules of
    /// [`Module::deserialize_file`](crate::Module::deserialize_file); it copies where it
    /// can't map, and where the data segments of a module don't allow it. The default is
    /// `true`.
    fn memory_init_cow(enable: bool) calls wasmtime_config_memory_init_cow_set;

    /// Sets whether traps are caught by Mach ports, on macOS.
    ///
    /// Otherwise they are caught by Unix signal handlers. It has no effect on other
    /// systems. The default is `true`. All engines of a process must have the same value:
    /// otherwise [`Engine::new`](crate::Engine::new) returns a
    /// [`ConfigConflict`](crate::ConfigConflict).
    fn macos_use_mach_ports(mach_ports: bool) calls wasmtime_config_macos_use_mach_ports_set;

    /// Sets whether compiled code may rely on the system's signals for traps.
    ///
    /// An example is the signal of an access beyond the end of a memory. Turned off,
    /// compiled code checks explicitly, which makes it slower, and libwasmtime installs no
    /// signal handlers for this engine. Cranelift's mitigations against Spectre attacks in
    /// accesses to memories and tables are off then, as they rely on signals. Winch
    /// requires signals. The default is `true`, except for Pulley.
    fn signals_based_traps(enable: bool) calls wasmtime_config_signals_based_traps_set;

    /// Sets whether components may run several tasks at a time.
    ///
    /// The asynchronous features of the component model need it. The default is `true` if
    /// the library has the `component-model-async` feature.
    #[cfg(feature = "component-model")]
    #[needs(ComponentModel)]
    fn concurrency_support(enable: bool) calls wasmtime_config_concurrency_support_set;
}
