//! Which WebAssembly proposals are on.

use super::Config;
use crate::Unsupported;
use crate::sys::{self, wasm_config_t};
use std::fmt;
use std::ops::{BitAnd, BitAndAssign, BitOr, BitOrAssign, Not, Sub};

/// A set of WebAssembly proposals.
///
/// It has those that libwasmtime's C API can turn on and off; their bits are
/// those of the `wasmparser` crate's type of the same name.
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

/// Makes, from each line of the table: the constant, the method of [`Config`]
/// that turns it on or off, and the call that passes it on.
macro_rules! wasm_features {
    ($(
        $(#[doc = $doc:literal])*
        $(#[cfg($cfg:meta)])?
        $(#[cfg_attr(docsrs, doc(cfg($documented:meta)))])?
        $(#[needs($feature:ident)])?
        $flag:ident($bits:expr), fn $name:ident calls $c:ident;
    )*) => {
        impl WasmFeatures {
            $(
                #[doc = concat!("See [`Config::", stringify!($name), "`](crate::Config).")]
                pub const $flag: WasmFeatures = WasmFeatures($bits);
            )*

            /// Every proposal with its name and the method that sets it.
            const TABLE: &[(WasmFeatures, &str, &str)] =
                &[$((WasmFeatures::$flag, stringify!($flag), stringify!($name)),)*];

            /// Passes on what was turned on and off.
            ///
            /// # Errors
            ///
            /// If the library that was loaded lacks the support for one.
            ///
            /// # Safety
            ///
            /// `config` must be a configuration that the caller owns.
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
                        // SAFETY: the caller owns the configuration.
                        unsafe { sys::$c(config, enable) };
                    }
                )*
                Ok(())
            }

            /// Those that this build of the crate has no C function for,
            /// because of the Cargo features that are off.
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

wasm_features! {
    /// Whether tables of references, `externref` and `funcref` are on: the
    /// reference types proposal.
    ///
    /// The default is `true`.
    #[cfg(feature = "gc")]
    #[needs(Gc)]
    REFERENCE_TYPES(1 << 3 | 1 << 34), fn wasm_reference_types
        calls wasmtime_config_wasm_reference_types_set;

    /// Whether functions and blocks may have several results: the multi-value
    /// proposal.
    ///
    /// The default is `true`.
    MULTI_VALUE(1 << 4), fn wasm_multi_value calls wasmtime_config_wasm_multi_value_set;

    /// Whether memories and tables can be copied and filled in one instruction:
    /// the bulk memory proposal.
    ///
    /// The default is `true`.
    BULK_MEMORY(1 << 5 | 1 << 35), fn wasm_bulk_memory calls wasmtime_config_wasm_bulk_memory_set;

    /// Whether vectors of 128 bits are on: the SIMD proposal.
    ///
    /// The default is `true`.
    ///
    /// # Errors
    ///
    /// [`Engine::new`](crate::Engine::new) fails if this is off while
    /// [`Config::wasm_relaxed_simd`] is on.
    SIMD(1 << 6), fn wasm_simd calls wasmtime_config_wasm_simd_set;

    /// Whether the vector instructions are on whose results may differ from
    /// machine to machine: the relaxed SIMD proposal.
    ///
    /// See [`Config::relaxed_simd_deterministic`]. The default is `true`,
    /// except with Winch.
    RELAXED_SIMD(1 << 7), fn wasm_relaxed_simd calls wasmtime_config_wasm_relaxed_simd_set;

    /// Whether shared memories and atomic instructions are on: the threads
    /// proposal.
    ///
    /// To make a shared memory, [`Config::shared_memory`] has to be on too.
    /// The default is `true`, except for Pulley.
    #[cfg(feature = "threads")]
    #[needs(Threads)]
    THREADS(1 << 8), fn wasm_threads calls wasmtime_config_wasm_threads_set;

    /// Whether a function can end by calling another in its place: the tail
    /// call proposal.
    ///
    /// The default is `true`, except with Winch.
    TAIL_CALL(1 << 10), fn wasm_tail_call calls wasmtime_config_wasm_tail_call_set;

    /// Whether a module may have several memories: the multi-memory proposal.
    ///
    /// The default is `true`.
    MULTI_MEMORY(1 << 12), fn wasm_multi_memory calls wasmtime_config_wasm_multi_memory_set;

    /// Whether exceptions can be thrown and caught: the exception handling
    /// proposal.
    ///
    /// The default is `true`, except with Winch.
    #[cfg(feature = "gc")]
    #[needs(Gc)]
    EXCEPTIONS(1 << 13), fn wasm_exceptions calls wasmtime_config_wasm_exceptions_set;

    /// Whether memories and tables can have 64-bit indices: the memory64
    /// proposal.
    ///
    /// The default is `true`.
    MEMORY64(1 << 14), fn wasm_memory64 calls wasmtime_config_wasm_memory64_set;

    /// Whether components are on: the component model proposal.
    ///
    /// The default is `true`.
    #[cfg(feature = "component-model")]
    #[needs(ComponentModel)]
    COMPONENT_MODEL(1 << 16), fn wasm_component_model
        calls wasmtime_config_wasm_component_model_set;

    /// Whether references to functions have precise types: the typed function
    /// references proposal.
    ///
    /// The default is `true`, except with Winch.
    #[cfg(feature = "gc")]
    #[needs(Gc)]
    FUNCTION_REFERENCES(1 << 17), fn wasm_function_references
        calls wasmtime_config_wasm_function_references_set;

    /// Whether structs and arrays on a garbage-collected heap are on: the GC
    /// proposal.
    ///
    /// The default is `true`, except with Winch.
    #[cfg(feature = "gc")]
    #[needs(Gc)]
    GC(1 << 19), fn wasm_gc calls wasmtime_config_wasm_gc_set;

    /// Whether memories can have pages of one byte: the custom page sizes
    /// proposal.
    ///
    /// The default is `false`.
    CUSTOM_PAGE_SIZES(1 << 20), fn wasm_custom_page_sizes
        calls wasmtime_config_wasm_custom_page_sizes_set;

    /// Whether a store has a garbage-collected heap, which `externref`s live
    /// on too.
    ///
    /// Exceptions live there as well, and are off if this is. The default is whether the
    /// library has the `gc` feature, except with Winch.
    ///
    /// # Errors
    ///
    /// [`Engine::new`](crate::Engine::new) fails if this is off while `wasm_exceptions`
    /// is on.
    GC_TYPES(1 << 24), fn gc_support calls wasmtime_config_gc_support_set;

    /// Whether coroutines are on: the stack switching proposal.
    ///
    /// It can't be turned on: libwasmtime isn't built with what it needs, whichever
    /// features it has, and ends the process when a module uses it.
    ///
    /// The default is `false`.
    ///
    /// # Errors
    ///
    /// [`Engine::new`](crate::Engine::new) fails with
    /// [`Unsupported`](crate::Unsupported) if this is on.
    #[cfg(compiler)]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "cranelift", feature = "winch"))))]
    #[needs(Compiler)]
    STACK_SWITCHING(1 << 25), fn wasm_stack_switching
        calls wasmtime_config_wasm_stack_switching_set;

    /// Whether additions and multiplications with 128-bit results are on: the
    /// wide arithmetic proposal.
    ///
    /// The default is `false`.
    WIDE_ARITHMETIC(1 << 26), fn wasm_wide_arithmetic
        calls wasmtime_config_wasm_wide_arithmetic_set;

    /// Whether components can have asynchronous functions, streams and
    /// futures.
    ///
    /// The default is that of `Config::concurrency_support`.
    #[cfg(feature = "component-model-async")]
    #[needs(ComponentModelAsync)]
    CM_ASYNC(1 << 27), fn wasm_component_model_async
        calls wasmtime_config_wasm_component_model_async_set;

    /// Whether asynchronous functions of components may block in the middle,
    /// rather than return to an event loop.
    ///
    /// The default is `false`.
    #[cfg(feature = "component-model-async")]
    #[needs(ComponentModelAsync)]
    CM_ASYNC_STACKFUL(1 << 28), fn wasm_component_model_async_stackful
        calls wasmtime_config_wasm_component_model_async_stackful_set;

    /// Whether components have further built-in functions for asynchronous
    /// work.
    ///
    /// The default is `false`.
    #[cfg(feature = "component-model-async")]
    #[needs(ComponentModelAsync)]
    CM_MORE_ASYNC_BUILTINS(1 << 29), fn wasm_component_model_more_async_builtins
        calls wasmtime_config_wasm_component_model_more_async_builtins_set;

    /// Whether components have the `map` type.
    ///
    /// The default is `false`.
    #[cfg(feature = "component-model")]
    #[needs(ComponentModel)]
    CM_MAP(1 << 38), fn wasm_component_model_map
        calls wasmtime_config_wasm_component_model_map_set;
}

impl WasmFeatures {
    /// No proposal.
    pub const fn empty() -> WasmFeatures {
        WasmFeatures(0)
    }

    /// All of them.
    pub const fn all() -> WasmFeatures {
        let mut all = WasmFeatures(0);
        let mut index = 0;
        while index < WasmFeatures::TABLE.len() {
            all = all.union(WasmFeatures::TABLE[index].0);
            index += 1;
        }
        all
    }

    /// The set as a number, as the `wasmparser` crate numbers them.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Whether the set has no proposal.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all of `other` is in the set.
    pub const fn contains(self, other: WasmFeatures) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any of `other` is in the set.
    pub const fn intersects(self, other: WasmFeatures) -> bool {
        self.0 & other.0 != 0
    }

    /// What is in either set.
    pub const fn union(self, other: WasmFeatures) -> WasmFeatures {
        WasmFeatures(self.0 | other.0)
    }

    /// Adds `other`.
    pub const fn insert(&mut self, other: WasmFeatures) {
        self.0 |= other.0;
    }

    /// Takes `other` away.
    pub const fn remove(&mut self, other: WasmFeatures) {
        self.0 &= !other.0;
    }

    /// Adds `other` or takes it away.
    pub const fn set(&mut self, other: WasmFeatures, present: bool) {
        if present {
            self.insert(other);
        } else {
            self.remove(other);
        }
    }

    /// Each proposal of the set with its name, such as `SIMD`.
    pub fn iter_names(self) -> impl Iterator<Item = (&'static str, WasmFeatures)> {
        WasmFeatures::TABLE
            .iter()
            .filter(move |(flag, ..)| self.contains(*flag))
            .map(|&(flag, name, _)| (name, flag))
    }

    /// The name of the method of [`Config`] that sets the first of the set.
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
