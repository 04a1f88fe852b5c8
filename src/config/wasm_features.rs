//! [`WasmFeatures`]: sets of WebAssembly proposals, and the methods of [`Config`] that
//! turn them on or off.

use super::Config;
use crate::Unsupported;
use crate::sys::{self, wasm_config_t};
use std::fmt;
use std::ops::{BitAnd, BitAndAssign, BitOr, BitOrAssign, Not, Sub};

/// A set of WebAssembly proposals.
///
/// The constants are the proposals that libwasmtime's C API can turn on and off. They
/// have the same bits as in the `wasmparser` crate's type of the same name.
///
/// ```
/// use libwasmtime::WasmFeatures;
///
/// let features = WasmFeatures::SIMD | WasmFeatures::RELAXED_SIMD;
/// assert!(features.contains(WasmFeatures::SIMD));
/// assert_eq!(format!("{features:?}"), "WasmFeatures(SIMD | RELAXED_SIMD)");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct WasmFeatures(u64);

/// Creates, from each line of the table: the constant, the method of [`Config`] that
/// turns the proposal on or off, and the call of the C function.
macro_rules! wasm_features {
    ($(
        $(#[doc = $doc:expr])*
        $(#[cfg($cfg:meta)])?
        $(#[cfg_attr(docsrs, doc(cfg($documented:meta)))])?
        $(#[needs($feature:ident)])?
        $flag:ident($bits:expr), fn $name:ident calls $c:ident;
    )*) => {
        impl WasmFeatures {
            $(
                #[doc = concat!("The proposal of [`Config::", stringify!($name), "`](crate::Config).")]
                pub const $flag: WasmFeatures = WasmFeatures($bits);
            )*

            /// Every proposal with its name and the method that sets it.
            const TABLE: &[(WasmFeatures, &str, &str)] =
                &[$((WasmFeatures::$flag, stringify!($flag), stringify!($name)),)*];

            /// Turns proposals on and off in a configuration of the C API.
            ///
            /// # Errors
            ///
            /// Returns an error if the loaded library doesn't support one of them.
            ///
            /// # Safety
            ///
            /// `config` must be an owned configuration.
            pub(super) unsafe fn apply(
                enabled: WasmFeatures,
                disabled: WasmFeatures,
                config: *mut wasm_config_t,
            ) -> Result<(), Unsupported> {
                $(
                    $(#[cfg($cfg)])?
                    if (enabled | disabled).contains(WasmFeatures::$flag) {
                        $(sys::require(sys::Feature::$feature)?;)?
                        let enable = enabled.contains(WasmFeatures::$flag);
                        // SAFETY: `config` is owned, as this function requires.
                        unsafe { sys::$c(config, enable) };
                    }
                )*
                Ok(())
            }

            /// Returns the proposals that this build of the crate has no C function for,
            /// because their Cargo features are off.
            pub(super) fn unsettable() -> WasmFeatures {
                #[allow(unused_mut, reason = "only some features are off")]
                let mut unsettable = WasmFeatures::empty();
                $($(
                    #[cfg(not($cfg))]
                    {
                        unsettable |= WasmFeatures::$flag;
                    }
                )?)*
                unsettable
            }
        }

        /// # WebAssembly proposals
        impl Config {
            $(
                $(#[doc = $doc])*
                #[doc = ""]
                #[doc = concat!("Calls `", stringify!($c), "`.")]
                $(#[cfg($cfg)])?
                $(#[cfg_attr(docsrs, doc(cfg($documented)))])?
                pub fn $name(&mut self, enable: bool) -> &mut Self {
                    self.wasm_features(WasmFeatures::$flag, enable)
                }
            )*
        }
    };
}

// Version 48: the proposals have these bits; look at `WasmFeatures` in `wasmparser` and
// in `wasmtime`.
wasm_features! {
    /// Sets whether the reference types proposal is on.
    ///
    /// It adds `externref`, `funcref`, and several tables in a module. The default is
    /// `true`.
    #[cfg(feature = "gc")]
    #[needs(Gc)]
    REFERENCE_TYPES(1 << 3 | 1 << 34), fn wasm_reference_types
        calls wasmtime_config_wasm_reference_types_set;

    /// Sets whether the multi-value proposal is on.
    ///
    /// It adds functions and blocks with several results. The default is `true`.
    MULTI_VALUE(1 << 4), fn wasm_multi_value calls wasmtime_config_wasm_multi_value_set;

    /// Sets whether the bulk memory proposal is on.
    ///
    /// It adds instructions that copy, fill and initialize parts of memories and tables.
    /// The reference types and threads proposals build on it. The default is `true`.
    BULK_MEMORY(1 << 5 | 1 << 35), fn wasm_bulk_memory calls wasmtime_config_wasm_bulk_memory_set;

    /// Sets whether the SIMD proposal is on: the type `v128` and its instructions.
    ///
    /// The default is `true`. [`Engine::new`](crate::Engine::new) returns a
    /// [`ConfigConflict`](crate::ConfigConflict) if this is off while
    /// [`Config::wasm_relaxed_simd`], whose default is also `true`, is on.
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Config, Engine, Module};
    ///
    /// let mut config = Config::new();
    /// config.wasm_simd(false).wasm_relaxed_simd(false);
    /// let engine = Engine::new(&config)?;
    /// let module = "(module (func (param v128)))";
    /// let error = Module::new(&engine, module).unwrap_err();
    /// assert!(format!("{error:#}").contains("SIMD support is not enabled"));
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    SIMD(1 << 6), fn wasm_simd calls wasmtime_config_wasm_simd_set;

    /// Sets whether the relaxed SIMD proposal is on.
    ///
    /// It adds vector instructions whose results may differ between machines.
    /// [`Config::relaxed_simd_deterministic`] makes the results the same on all machines.
    /// The default is `true`, except with Winch.
    RELAXED_SIMD(1 << 7), fn wasm_relaxed_simd calls wasmtime_config_wasm_relaxed_simd_set;

    /// Sets whether the threads proposal is on: shared memories and atomic instructions.
    ///
    /// The proposal has no instruction that starts a thread. To create a shared memory,
    /// [`Config::shared_memory`] has to be on too. The default is `true`, except for
    /// Pulley.
    #[cfg(feature = "threads")]
    #[needs(Threads)]
    THREADS(1 << 8), fn wasm_threads calls wasmtime_config_wasm_threads_set;

    /// Sets whether the tail call proposal is on.
    ///
    /// It adds `return_call` and its variants, which call a function without growing the
    /// stack. The default is `true`, except with Winch.
    TAIL_CALL(1 << 10), fn wasm_tail_call calls wasmtime_config_wasm_tail_call_set;

    /// Sets whether the multi-memory proposal is on: several memories in a module.
    ///
    /// The default is `true`.
    MULTI_MEMORY(1 << 12), fn wasm_multi_memory calls wasmtime_config_wasm_multi_memory_set;

    /// Sets whether the exception handling proposal is on.
    ///
    /// It adds tags, and the instructions that throw and catch exceptions. Exceptions live
    /// on the garbage-collected heap of the store, so they need [`Config::gc_support`]. The
    /// default is `true`, except with Winch.
    #[cfg(feature = "gc")]
    #[needs(Gc)]
    EXCEPTIONS(1 << 13), fn wasm_exceptions calls wasmtime_config_wasm_exceptions_set;

    /// Sets whether the memory64 proposal is on: memories and tables with 64-bit indices.
    ///
    /// Compiled code checks the bounds of each access to such a memory, which makes it
    /// slower than a 32-bit one. The default is `true`.
    MEMORY64(1 << 14), fn wasm_memory64 calls wasmtime_config_wasm_memory64_set;

    /// Sets whether the component model proposal is on: components.
    ///
    /// The default is `true`.
    #[cfg(feature = "component-model")]
    #[needs(ComponentModel)]
    COMPONENT_MODEL(1 << 16), fn wasm_component_model
        calls wasmtime_config_wasm_component_model_set;

    /// Sets whether the typed function references proposal is on.
    ///
    /// It adds non-nullable references, references to functions of a concrete type, and
    /// `call_ref`. The default is `true`, except with Winch.
    #[cfg(feature = "gc")]
    #[needs(Gc)]
    FUNCTION_REFERENCES(1 << 17), fn wasm_function_references
        calls wasmtime_config_wasm_function_references_set;

    /// Sets whether the GC proposal is on: structs, arrays and `i31ref`.
    ///
    /// The default is `true`, except with Winch.
    #[cfg(feature = "gc")]
    #[needs(Gc)]
    GC(1 << 19), fn wasm_gc calls wasmtime_config_wasm_gc_set;

    /// Sets whether the custom page sizes proposal is on.
    ///
    /// It adds memories with pages of one byte instead of 64 KiB. The default is `false`.
    CUSTOM_PAGE_SIZES(1 << 20), fn wasm_custom_page_sizes
        calls wasmtime_config_wasm_custom_page_sizes_set;

    /// Sets whether stores have a garbage-collected heap.
    ///
    /// Structs, arrays, `externref`s and exceptions live on this heap. Turning it off
    /// also turns exceptions off, unless they are turned on explicitly: then
    /// [`Engine::new`](crate::Engine::new) returns a
    /// [`ConfigConflict`](crate::ConfigConflict).
    ///
    /// The default is `true` if the library has the `gc` feature, except with Winch.
    GC_TYPES(1 << 24), fn gc_support calls wasmtime_config_gc_support_set;

    /// Sets whether the stack switching proposal is on: continuations.
    ///
    /// The default is `false`. It can't be turned on: no libwasmtime is built with the
    /// support for it, whichever features it has, and libwasmtime aborts when a module
    /// uses it. So [`Engine::new`](crate::Engine::new) returns
    /// [`Unsupported`](crate::Unsupported) if this is `true`.
    #[cfg(compiler)]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "cranelift", feature = "winch"))))]
    #[needs(Compiler)]
    STACK_SWITCHING(1 << 25), fn wasm_stack_switching
        calls wasmtime_config_wasm_stack_switching_set;

    /// Sets whether the wide arithmetic proposal is on.
    ///
    /// It adds additions, subtractions and multiplications with 128-bit results. The
    /// default is `false`.
    WIDE_ARITHMETIC(1 << 26), fn wasm_wide_arithmetic
        calls wasmtime_config_wasm_wide_arithmetic_set;

    /// Sets whether components can have asynchronous functions, streams and futures.
    ///
    /// The default is the value of `Config::concurrency_support`.
    #[cfg(feature = "component-model-async")]
    #[needs(ComponentModelAsync)]
    CM_ASYNC(1 << 27), fn wasm_component_model_async
        calls wasmtime_config_wasm_component_model_async_set;

    /// Sets whether asynchronous functions of components may block.
    ///
    /// Each then has a stack of its own, instead of returning to an event loop. The default
    /// is `false`.
    #[cfg(feature = "component-model-async")]
    #[needs(ComponentModelAsync)]
    CM_ASYNC_STACKFUL(1 << 28), fn wasm_component_model_async_stackful
        calls wasmtime_config_wasm_component_model_async_stackful_set;

    /// Sets whether components can use more of the asynchronous ABI's built-in functions.
    ///
    /// The default is `false`.
    #[cfg(feature = "component-model-async")]
    #[needs(ComponentModelAsync)]
    CM_MORE_ASYNC_BUILTINS(1 << 29), fn wasm_component_model_more_async_builtins
        calls wasmtime_config_wasm_component_model_more_async_builtins_set;

    /// Sets whether components can use the type `map`.
    ///
    /// The default is `false`.
    #[cfg(feature = "component-model")]
    #[needs(ComponentModel)]
    CM_MAP(1 << 38), fn wasm_component_model_map
        calls wasmtime_config_wasm_component_model_map_set;
}

impl WasmFeatures {
    /// Returns the empty set.
    pub const fn empty() -> WasmFeatures {
        WasmFeatures(0)
    }

    /// Returns the set of all proposals.
    pub const fn all() -> WasmFeatures {
        let mut all = WasmFeatures(0);
        let mut index = 0;
        while index < WasmFeatures::TABLE.len() {
            all = all.union(WasmFeatures::TABLE[index].0);
            index += 1;
        }
        all
    }

    /// Returns the bits of the set, which are those of the `wasmparser` crate.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Reports whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Reports whether all proposals of `other` are in the set.
    pub const fn contains(self, other: WasmFeatures) -> bool {
        self.0 & other.0 == other.0
    }

    /// Reports whether any proposal of `other` is in the set.
    pub const fn intersects(self, other: WasmFeatures) -> bool {
        self.0 & other.0 != 0
    }

    /// Returns the proposals that are in either set.
    pub const fn union(self, other: WasmFeatures) -> WasmFeatures {
        WasmFeatures(self.0 | other.0)
    }

    /// Adds the proposals of `other`.
    pub const fn insert(&mut self, other: WasmFeatures) {
        self.0 |= other.0;
    }

    /// Removes the proposals of `other`.
    pub const fn remove(&mut self, other: WasmFeatures) {
        self.0 &= !other.0;
    }

    /// Adds the proposals of `other` if `present`, and removes them otherwise.
    pub const fn set(&mut self, other: WasmFeatures, present: bool) {
        if present {
            self.insert(other);
        } else {
            self.remove(other);
        }
    }

    /// Returns an iterator over the proposals of the set, each with its name.
    pub fn iter_names(self) -> impl Iterator<Item = (&'static str, WasmFeatures)> {
        WasmFeatures::TABLE
            .iter()
            .filter(move |(flag, ..)| self.contains(*flag))
            .map(|&(flag, name, _)| (name, flag))
    }

    /// Returns the name of the method of [`Config`] that sets the first proposal of the
    /// set; `None` for the empty set.
    pub(super) fn setter(self) -> Option<&'static str> {
        WasmFeatures::TABLE
            .iter()
            .find(|(flag, ..)| self.contains(*flag))
            .map(|&(.., setter)| setter)
    }
}

impl fmt::Debug for WasmFeatures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WasmFeatures(")?;
        for (index, (name, _)) in self.iter_names().enumerate() {
            if index > 0 {
                f.write_str(" | ")?;
            }
            f.write_str(name)?;
        }
        f.write_str(")")
    }
}

impl BitOr for WasmFeatures {
    type Output = WasmFeatures;

    fn bitor(self, other: WasmFeatures) -> WasmFeatures {
        self.union(other)
    }
}

impl BitOrAssign for WasmFeatures {
    fn bitor_assign(&mut self, other: WasmFeatures) {
        self.insert(other);
    }
}

impl BitAnd for WasmFeatures {
    type Output = WasmFeatures;

    fn bitand(self, other: WasmFeatures) -> WasmFeatures {
        WasmFeatures(self.0 & other.0)
    }
}

impl BitAndAssign for WasmFeatures {
    fn bitand_assign(&mut self, other: WasmFeatures) {
        self.0 &= other.0;
    }
}

impl Sub for WasmFeatures {
    type Output = WasmFeatures;

    fn sub(self, other: WasmFeatures) -> WasmFeatures {
        WasmFeatures(self.0 & !other.0)
    }
}

impl Not for WasmFeatures {
    type Output = WasmFeatures;

    fn not(self) -> WasmFeatures {
        WasmFeatures::all() - self
    }
}
