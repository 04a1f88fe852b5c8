//! A crate that depends on `libwasmtime` by another name, and that warns about all that the
//! compiler can.

#![forbid(unsafe_code, missing_docs, warnings, unused, rust_2018_idioms)]
#![forbid(unused_qualifications, unused_results, unreachable_pub, let_underscore_drop)]
#![forbid(single_use_lifetimes, trivial_casts, elided_lifetimes_in_paths)]

use wasmtime::{Caller, HostValue, Instance, Linker, Result, Store};

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

/// Is passed by its fields.
#[derive(Debug, HostValue)]
pub struct Point {
    x: f64,
    y: f64,
}

/// Is passed as a number.
#[derive(Debug, HostValue)]
pub enum Axis {
    /// Is 0.
    X,
    /// Is 1.
    Y,
}

/// Is passed as an address.
#[derive(Clone, Copy, Debug, HostValue)]
#[host(pointer)]
#[repr(C)]
pub struct Sample {
    time: u32,
    value: f32,
}

/// Takes them.
#[derive(Debug)]
pub struct Geometry;

#[wasmtime::host(module = "geometry")]
impl Geometry {
    /// Is a global.
    pub const AXIS: Axis = Axis::X;

    /// Returns a coordinate.
    pub fn coordinate(point: Point, axis: Axis) -> f64 {
        match axis {
            Axis::X => point.x,
            Axis::Y => point.y,
        }
    }

    /// Returns a value.
    pub fn value(sample: &Sample) -> f32 {
        sample.value + sample.time as f32
    }
}

/// Is a guest.
#[wasmtime::guest(alloc = "alloc")]
#[derive(Debug)]
pub trait Plugin {
    /// Turns a point.
    fn turn(&mut self, point: Point, name: &str) -> Point;
}

/// Binds all of them.
pub fn bind(linker: &mut Linker<Counter>) -> Result<()> {
    let _ = linker
        .host(|counter: &mut Counter| counter)?
        .host_functions::<Empty>()?
        .host_functions::<Called>()?
        .host_functions::<Geometry>()?;
    Ok(())
}

/// Calls a guest.
pub fn call(store: &mut Store<()>, instance: &Instance) -> Result<f64> {
    let mut plugin = Plugin::new(&mut *store, instance)?;
    let point = plugin.turn(store, Point { x: 1.0, y: 2.0 }, "point")?;
    Ok(point.x)
}
