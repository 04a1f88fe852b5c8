//! A crate that has `libwasmtime` from another one alone.

#![forbid(unsafe_code, missing_docs, warnings)]

/// Adds.
#[derive(Debug)]
pub struct Adder;

#[facade::engine::host(module = "adder", crate = facade::engine)]
impl Adder {
    /// Adds.
    pub fn add(&self, a: i32, b: i32) -> i32 {
        a + b
    }
}

/// Binds it.
pub fn bind(linker: &mut facade::engine::Linker<()>) -> facade::engine::Result<()> {
    let _ = linker.host_shared(std::sync::Arc::new(Adder))?;
    Ok(())
}
