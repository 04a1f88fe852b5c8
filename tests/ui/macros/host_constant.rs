//! A constant is a number.

use libwasmtime::HostValue;

#[derive(HostValue)]
enum Axis {
    X,
    Y,
}

struct Limits;

#[libwasmtime::host(module = "limits")]
impl Limits {
    const MAX: u32 = 7;

    const AXIS: Axis = Axis::Y;

    const NAME: &'static str = "limits";

    const AREA: (u32, u32) = (1, 2);
}

fn main() {}
