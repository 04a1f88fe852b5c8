//! Finds a libwasmtime on the system and links it.

mod archive;
mod find;
mod headers;
mod link;
mod loader;
mod mach_o;
mod not_found;
mod pkg_config;
mod platform;
#[path = "../../src/load/sources.rs"]
mod sources;
mod variables;
mod version;

pub use find::{Library, Rejection, library as find};
pub use link::library as link;
pub use not_found::not_found;
