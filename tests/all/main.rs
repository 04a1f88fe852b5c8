//! The API, a module per topic.

mod vec;
#[cfg(not(feature = "gc"))]
mod without_gc;

// The compiler's settings are tested with the one that has most of them.
#[cfg(all(feature = "wat", feature = "cranelift"))]
mod config;
#[cfg(all(feature = "wat", feature = "cranelift"))]
#[allow(dead_code, reason = "other suites need more of it")]
#[path = "../subprocess/mod.rs"]
mod subprocess;

// What follows runs modules that are written as text.
#[cfg(all(feature = "wat", any(feature = "cranelift", feature = "winch")))]
mod errors;
#[cfg(all(feature = "wat", any(feature = "cranelift", feature = "winch")))]
mod guest;
#[cfg(all(feature = "wat", any(feature = "cranelift", feature = "winch")))]
mod instance;
#[cfg(all(feature = "wat", any(feature = "cranelift", feature = "winch")))]
mod memory;
#[cfg(all(feature = "wat", any(feature = "cranelift", feature = "winch")))]
mod module;
#[cfg(all(feature = "wat", any(feature = "cranelift", feature = "winch")))]
mod panics;
#[cfg(all(feature = "wat", any(feature = "cranelift", feature = "winch")))]
mod precompiled;
#[cfg(all(
    feature = "wat",
    feature = "profiling",
    any(feature = "cranelift", feature = "winch")
))]
mod profiling;
#[cfg(all(
    feature = "wat",
    feature = "threads",
    any(feature = "cranelift", feature = "winch")
))]
mod shared_memory;
#[cfg(all(feature = "wat", any(feature = "cranelift", feature = "winch")))]
mod sharing;
#[cfg(all(
    feature = "standard",
    feature = "wat",
    any(feature = "cranelift", feature = "winch")
))]
mod standard;
#[cfg(all(feature = "wat", any(feature = "cranelift", feature = "winch")))]
mod store;
#[cfg(all(
    feature = "wasi",
    feature = "wat",
    any(feature = "cranelift", feature = "winch")
))]
mod wasi;

// And these use references in them.
#[cfg(all(
    feature = "wat",
    feature = "gc",
    any(feature = "cranelift", feature = "winch")
))]
mod anyref;
#[cfg(all(
    feature = "wat",
    feature = "gc",
    any(feature = "cranelift", feature = "winch")
))]
mod exnref;
#[cfg(all(
    feature = "wat",
    feature = "gc",
    any(feature = "cranelift", feature = "winch")
))]
mod externref;
#[cfg(all(
    feature = "wat",
    feature = "gc",
    any(feature = "cranelift", feature = "winch")
))]
mod func;
#[cfg(all(
    feature = "wat",
    feature = "gc",
    any(feature = "cranelift", feature = "winch")
))]
mod gc;
#[cfg(all(
    feature = "wat",
    feature = "gc",
    any(feature = "cranelift", feature = "winch")
))]
mod global;
#[cfg(all(
    feature = "wat",
    feature = "gc",
    any(feature = "cranelift", feature = "winch")
))]
#[allow(dead_code, reason = "each test binary uses what it needs")]
#[path = "../kinds/mod.rs"]
mod kinds;
#[cfg(all(
    feature = "wat",
    feature = "gc",
    any(feature = "cranelift", feature = "winch")
))]
mod linker;
#[cfg(all(
    feature = "wat",
    feature = "gc",
    any(feature = "cranelift", feature = "winch")
))]
mod scale;
#[cfg(all(
    feature = "wat",
    feature = "gc",
    any(feature = "cranelift", feature = "winch")
))]
mod table;
#[cfg(all(
    feature = "wat",
    feature = "gc",
    any(feature = "cranelift", feature = "winch")
))]
mod tag;
#[cfg(all(
    feature = "wat",
    feature = "gc",
    any(feature = "cranelift", feature = "winch")
))]
mod traps;
#[cfg(all(
    feature = "wat",
    feature = "gc",
    any(feature = "cranelift", feature = "winch")
))]
mod types;
#[cfg(all(
    feature = "wat",
    feature = "gc",
    any(feature = "cranelift", feature = "winch")
))]
mod wrong_store;
