//! Finds a libwasmtime on the system and links it.

mod archive;
#[path = "../../src/sys/elf.rs"]
mod elf;
mod find;
mod headers;
mod link;
mod loader;
mod mach_o;
mod not_found;
mod pkg_config;
mod platform;
#[path = "../../src/sys/library/sources.rs"]
mod sources;
mod variables;
mod version;
mod watch;

pub use find::{Library, Rejection, Search, library as find};
pub use link::library as link;
pub use not_found::not_found;
pub use watch::watch;
