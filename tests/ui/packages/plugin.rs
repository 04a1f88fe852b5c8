//! A crate that has `libwasmtime` from another one alone.

#![forbid(unsafe_code, missing_docs, warnings)]

use facade::engine::HostValue;

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

/// Is passed by its fields.
#[derive(Debug, HostValue)]
#[host(crate = facade::engine)]
pub struct Point {
    x: f64,
    y: f64,
}

/// Is passed as a number.
#[derive(Debug, HostValue)]
#[host(crate = facade::engine)]
pub enum Axis {
    /// Is 0.
    X,
    /// Is 1.
    Y,
}

/// Is passed as an address.
#[derive(Clone, Copy, Debug, HostValue)]
#[host(pointer, crate = facade::engine)]
#[repr(C)]
pub struct Sample {
    time: u32,
    value: f32,
}

/// Takes them.
#[derive(Debug)]
pub struct Geometry;

#[facade::engine::host(module = "geometry", crate = facade::engine)]
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
#[facade::engine::guest(alloc = "alloc", crate = facade::engine)]
#[derive(Debug)]
pub trait Plugin {
    /// Turns a point.
    fn turn(&mut self, point: Point, name: &str) -> Point;
}

/// Binds them.
pub fn bind(linker: &mut facade::engine::Linker<()>) -> facade::engine::Result<()> {
    let _ = linker
        .host_shared(std::sync::Arc::new(Adder))?
        .host_objects::<Held>()?
        .host_functions::<Geometry>()?;
    Ok(())
}

/// Calls a guest.
pub fn call(store: &mut facade::engine::Store<()>, instance: &facade::engine::Instance) -> facade::engine::Result<f64> {
    let mut plugin = Plugin::new(&mut *store, instance)?;
    let point = plugin.turn(store, Point { x: 1.0, y: 2.0 }, "point")?;
    Ok(point.x)
}
