//! A crate that uses the macros for components, without the features that they need.

use libwasmtime::component::{ComponentType, Lift};

libwasmtime::component::bindgen!({
    inline: "package example:lacking; world plugin { export run: func(); }",
});

libwasmtime::component::flags! {
    Access {
        const READ;
    }
}

#[derive(ComponentType, Lift)]
#[component(record)]
struct Point {
    x: u32,
}
