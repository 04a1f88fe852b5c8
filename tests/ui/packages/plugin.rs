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

/// Is held by guests.
#[derive(Debug)]
pub struct Held(i32);

#[facade::engine::host(module = "held", crate = facade::engine, object)]
impl Held {
    /// Creates one.
    pub fn new(value: i32) -> Held {
        Held(value)
    }

    /// Adds.
    pub fn add(&mut self, other: &Held) -> i32 {
        self.0 += other.0;
        self.0
    }
}

/// Binds them.
pub fn bind(linker: &mut facade::engine::Linker<()>) -> facade::engine::Result<()> {
    let _ = linker
        .host_shared(std::sync::Arc::new(Adder))?
        .host_objects::<Held>()?;
    Ok(())
}
