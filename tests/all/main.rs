//! The API, a module per topic.

mod vec;
#[cfg(not(feature = "gc"))]
mod without_gc;

// What follows runs modules that are written as text.
#[cfg(all(feature = "wat", any(feature = "cranelift", feature = "winch")))]
mod errors;
#[cfg(all(feature = "wat", any(feature = "cranelift", feature = "winch")))]
mod guest;
#[cfg(all(feature = "wat", any(feature = "cranelift", feature = "winch")))]
mod panics;
#[cfg(all(feature = "wat", any(feature = "cranelift", feature = "winch")))]
mod standard;
#[cfg(all(feature = "wat", any(feature = "cranelift", feature = "winch")))]
mod store;

// And these use references in them.
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
mod traps;
#[cfg(all(
    feature = "wat",
    feature = "gc",
    any(feature = "cranelift", feature = "winch")
))]
mod wrong_store;
