//! The parts of libwasmtime that a build of it may lack.

use std::fmt;

macro_rules! features {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// A part of libwasmtime's C API that a library may have been built
        /// without.
        ///
        /// Only what can be told from the library's symbols is listed: the
        /// features that add functions to the C API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Feature {
            $($(#[$doc])* $name,)*
        }

        impl Feature {
            /// All of them.
            pub const ALL: &'static [Feature] = &[$(Feature::$name,)*];

            /// The name of the Cargo feature, as in `features = ["wasi"]`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Feature::$name => $text,)*
                }
            }
        }
    };
}

features! {
    /// Asynchronous host functions and calls.
    Async = "async",
    /// A cache of compiled modules on disk.
    Cache = "cache",
    /// A compiler, be it Cranelift or Winch.
    Compiler = "cranelift",
    /// Components.
    ComponentModel = "component-model",
    /// The asynchronous ABI of components.
    ComponentModelAsync = "component-model-async",
    /// Reference types and garbage-collected types.
    Gc = "gc",
    /// Compiling on several threads.
    ParallelCompilation = "parallel-compilation",
    /// The pooling instance allocator.
    PoolingAllocator = "pooling-allocator",
    /// The guest profiler.
    Profiling = "profiling",
    /// Shared memories.
    Threads = "threads",
    /// WASI.
    Wasi = "wasi",
    /// WASI's HTTP interfaces.
    WasiHttp = "wasi-http",
    /// The text format.
    Wat = "wat",
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
