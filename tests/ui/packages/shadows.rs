//! A crate that has a dependency of the name `core`.

use libwasmtime::HostValue;

#[derive(HostValue)]
pub struct Point {
    pub x: f64,
    pub name: Axis,
}

#[derive(Clone, Copy, HostValue)]
pub enum Axis {
    X,
    Y,
}

#[derive(Clone, Copy, HostValue)]
#[host(pointer)]
#[repr(C)]
pub struct Sample {
    pub value: u32,
}

pub struct Shape;

#[libwasmtime::host(module = "shape", object)]
impl Shape {
    pub fn new() -> Self {
        Shape
    }

    pub fn turn(&mut self, point: Point, samples: &[Sample]) -> Point {
        let _ = samples;
        point
    }
}

#[libwasmtime::guest]
pub trait Calculator {
    fn add(&self, a: i32, b: i32) -> i32;
}
