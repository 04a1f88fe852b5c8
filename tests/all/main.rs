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
#[cfg(all(feature = "async", feature = "wat", feature = "gc", compiler))]
mod asynchronous;
#[cfg(all(feature = "wat", compiler))]
mod errors;
#[cfg(all(feature = "wat", compiler))]
mod guest;
#[cfg(all(feature = "wat", compiler))]
mod instance;
#[cfg(all(feature = "wat", compiler))]
mod memory;
#[cfg(all(feature = "wat", compiler))]
mod module;
#[cfg(all(feature = "wat", compiler))]
mod panics;
#[cfg(all(feature = "wat", compiler))]
mod precompiled;
#[cfg(all(feature = "wat", feature = "profiling", compiler))]
mod profiling;
#[cfg(all(feature = "wat", feature = "threads", compiler))]
mod shared_memory;
#[cfg(all(feature = "wat", compiler))]
mod sharing;
#[cfg(all(
    feature = "async",
    feature = "wat",
    feature = "gc",
    feature = "cranelift",
    unix
))]
#[path = "../stacks/mod.rs"]
mod stacks;
#[cfg(all(feature = "standard", feature = "wat", compiler))]
mod standard;
#[cfg(all(feature = "wat", compiler))]
mod store;
#[cfg(all(feature = "wasi", feature = "wat", compiler))]
mod wasi;

// And these use references in them.
#[cfg(all(feature = "wat", feature = "gc", compiler))]
mod anyref;
#[cfg(all(feature = "wat", feature = "gc", compiler))]
mod as_c;
#[cfg(all(feature = "wat", feature = "gc", compiler))]
#[path = "../collector/mod.rs"]
mod collector;
#[cfg(all(feature = "wat", feature = "gc", compiler))]
mod exnref;
#[cfg(all(feature = "wat", feature = "gc", compiler))]
mod externref;
#[cfg(all(feature = "wat", feature = "gc", compiler))]
mod func;
#[cfg(all(feature = "wat", feature = "gc", compiler))]
mod gc;
#[cfg(all(feature = "wat", feature = "gc", compiler))]
mod global;
#[cfg(all(feature = "wat", feature = "gc", compiler))]
#[allow(dead_code, reason = "each test binary uses what it needs")]
#[path = "../kinds/mod.rs"]
mod kinds;
#[cfg(all(feature = "wat", feature = "gc", compiler))]
mod linker;
#[cfg(all(feature = "wat", feature = "gc", compiler))]
mod scale;
#[cfg(all(feature = "wat", feature = "gc", compiler))]
mod table;
#[cfg(all(feature = "wat", feature = "gc", compiler))]
mod tag;
#[cfg(all(feature = "wat", feature = "gc", compiler))]
mod traps;
#[cfg(all(feature = "wat", feature = "gc", compiler))]
mod types;
#[cfg(all(feature = "wat", feature = "gc", compiler))]
mod wrong_store;
