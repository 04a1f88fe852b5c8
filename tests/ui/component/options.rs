//! Options are known ones, in attributes of their own.

use libwasmtime::component::{ComponentType, Lift, Lower};

#[derive(ComponentType, Lift, Lower)]
#[component(struct)]
struct Unknown {
    x: u32,
}

#[derive(ComponentType)]
#[component(name = "named")]
#[component(record)]
struct NameOfType {
    x: u32,
}

#[derive(ComponentType)]
#[component]
struct Nothing {
    x: u32,
}

#[derive(ComponentType)]
#[component = "record"]
struct Value {
    x: u32,
}

#[derive(ComponentType)]
#[component()]
struct NoOption {
    x: u32,
}

#[derive(ComponentType)]
#[component(record, wasmtime_crate = libwasmtime)]
struct Several {
    x: u32,
}

#[derive(ComponentType)]
#[component(record)]
#[component(wasmtime_crate = "libwasmtime")]
struct CrateAsText {
    x: u32,
}

#[derive(ComponentType)]
#[component(record)]
#[component(wasmtime_crate = libwasmtime)]
#[component(wasmtime_crate = libwasmtime)]
struct CrateTwice {
    x: u32,
}

#[derive(ComponentType)]
#[component(record)]
#[component(crate = libwasmtime)]
struct CrateOfHost {
    x: u32,
}

#[derive(ComponentType)]
#[component(record)]
struct Fields {
    #[component(rename = "a")]
    a: u32,
    #[component(name)]
    b: u32,
    #[component(name = c)]
    c: u32,
    #[component]
    d: u32,
    #[component(name = "e", name = "f")]
    e: u32,
    #[component(name = "g")]
    #[component(name = "h")]
    g: u32,
}

fn main() {}
