//! Components, a module per topic.
#![cfg(all(
    feature = "component-model",
    feature = "cranelift",
    feature = "wat",
    feature = "macros"
))]

#[cfg(feature = "component-model-async")]
mod asynchronous;
mod counters;
mod guests;
mod has_data;
mod host_counters;
mod malformed;
mod plugins;
mod reentrance;
mod resource_table;
mod strings;
mod values;
#[cfg(feature = "component-macro")]
mod worlds;
