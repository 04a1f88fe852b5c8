//! An attribute says what the type stands for, and the type is of that form.

use libwasmtime::component::{ComponentType, Lift, Lower};

#[derive(ComponentType, Lift, Lower)]
struct Missing {
    x: u32,
}

#[derive(ComponentType, Lift, Lower)]
enum MissingOnCases {
    A,
    B,
}

#[derive(ComponentType, Lift, Lower)]
enum MissingOnVariant {
    A(u32),
    B,
}

#[derive(ComponentType)]
#[component(variant)]
struct Variant {
    x: u32,
}

#[derive(ComponentType)]
#[component(enum)]
struct Enum {
    x: u32,
}

#[derive(ComponentType)]
#[component(record)]
enum Record {
    A,
}

#[derive(ComponentType)]
#[component(record)]
enum RecordOfValues {
    A(u32),
}

#[derive(ComponentType)]
#[component(record)]
struct Tuple(u32, u32);

#[derive(ComponentType)]
#[component(record)]
struct Unit;

#[derive(ComponentType)]
#[component(variant)]
union Union {
    x: u32,
    y: f32,
}

#[derive(ComponentType)]
#[component(enum)]
enum Payloads {
    A,
    B(u32),
    C,
}

#[derive(ComponentType)]
#[component(variant)]
enum Fields {
    A(u32, u32),
    B { x: u32 },
    C(),
}

#[derive(ComponentType)]
#[component(variant)]
enum Empty {}

#[derive(ComponentType)]
#[component(enum)]
enum Parameter<const N: usize> {
    A,
}

#[derive(ComponentType)]
#[component(record)]
#[component(enum)]
enum Twice {
    A,
}

#[derive(ComponentType)]
#[component(flags)]
struct Flags {
    read: bool,
}

fn main() {}
