//! A crate that depends on `libwasmtime` by another name, and that warns about all that the
//! compiler can.

#![forbid(unsafe_code, missing_docs, warnings, unused, rust_2018_idioms)]
#![forbid(unused_qualifications, unused_results, unreachable_pub, let_underscore_drop)]
#![forbid(single_use_lifetimes, trivial_casts, elided_lifetimes_in_paths)]

use wasmtime::{Caller, Linker, Result};

/// Counts.
#[derive(Debug, Default)]
pub struct Counter {
    total: i64,
}

/// Its functions.
#[wasmtime::host(module = "counter", rename_all = "kebab-case", alloc = "malloc")]
impl Counter {
    /// Adds.
    pub fn add(&mut self, n: i32, name: &str) -> Result<i64> {
        let _ = name;
        self.total += i64::from(n);
        Ok(self.total)
    }

    /// Returns the name.
    pub fn name() -> String {
        String::new()
    }

    /// Fills.
    pub fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(self.total as u8);
    }
}

/// Has no functions.
#[derive(Debug)]
pub struct Empty;

#[wasmtime::host(module = "empty")]
impl Empty {}

/// Has a function that takes a caller.
#[derive(Debug)]
pub struct Called;

#[wasmtime::host(module = "called")]
impl Called {
    /// Returns the total.
    pub fn total(caller: Caller<'_, Counter>) -> i64 {
        caller.data().total
    }
}

/// Binds all of them.
pub fn bind(linker: &mut Linker<Counter>) -> Result<()> {
    let _ = linker
        .host(|counter: &mut Counter| counter)?
        .host_functions::<Empty>()?
        .host_functions::<Called>()?;
    Ok(())
}
