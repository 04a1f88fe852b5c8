//! The parts of libwasmtime that a library may lack.

use std::fmt;

macro_rules! features {
    (
        { $($(#[$doc:meta])* $name:ident = $text:literal,)* }
        in no library: { $(#[$absent_doc:meta])* $absent:ident = $absent_text:literal }
    ) => {
        /// A part of libwasmtime's C API that a library may have been built
        /// without.
        ///
        /// These are the features that add functions to the C API, which a library has or
        /// lacks, and one that no library has.
        ///
        /// # Examples
        ///
        /// ```
        /// use libwasmtime::Feature;
        ///
        /// libwasmtime::load()?;
        /// let library = libwasmtime::loaded().expect("it was just loaded");
        /// for feature in Feature::ALL.iter().filter(|feature| !library.has(**feature)) {
        ///     println!("built without `{feature}`");
        /// }
        /// # Ok::<(), libwasmtime::Error>(())
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Feature {
            $($(#[$doc])* $name,)*
            $(#[$absent_doc])* $absent,
        }

        impl Feature {
            /// All features that a library can have.
            pub const ALL: &'static [Feature] = &[$(Feature::$name,)*];

            /// Returns the name of the Cargo feature, as in `features = ["wasi"]`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Feature::$name => $text,)*
                    Feature::$absent => $absent_text,
                }
            }
        }
    };
}

features! {
    {
        /// Asynchronous host functions and calls.
        Async = "async",
        /// A cache of compiled modules on disk.
        Cache = "cache",
        /// A compiler: Cranelift or Winch.
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
    in no library: {
        /// The stack-switching proposal. The C API can turn it on, but no library is built
        /// with the code for it.
        StackSwitching = "stack-switching"
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
