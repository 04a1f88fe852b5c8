//! The elements of slices are numbers, or structs that are passed by pointer.

use libwasmtime::HostValue;

#[derive(Clone, Copy, HostValue)]
struct Point {
    _x: i32,
}

struct Points;

#[libwasmtime::host(module = "points")]
impl Points {
    fn a(_: &[bool]) {}

    fn b(_: &mut [Point]) {}

    fn c(_: Vec<Point>) {}
}

fn main() {}
