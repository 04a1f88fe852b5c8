//! Components, a module per topic.
#![cfg(all(feature = "component-model", feature = "cranelift", feature = "wat"))]

mod asynchronous;
mod has_data;
mod resource_table;
