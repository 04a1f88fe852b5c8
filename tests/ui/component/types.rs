//! Fields are of types that stand for a component's, and that can be passed in the direction.

use libwasmtime::component::{ComponentType, Lift, Lower};
use std::time::Duration;

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct Times {
    start: Duration,
    size: usize,
}

#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum Shape {
    #[component(name = "plain")]
    Plain(Plain),
}

struct Plain;

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct Borrows<'a> {
    name: &'a str,
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct Block<const N: usize> {
    bytes: [u8; N],
}

#[derive(Lift)]
#[component(record)]
struct LiftAlone {
    x: u32,
}

#[derive(Lower)]
#[component(record)]
struct LowerAlone {
    x: u32,
}

#[derive(ComponentType)]
#[component(record)]
struct Compared {
    x: u32,
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct Outer {
    inner: Compared,
}

fn main() {}
