//! A crate that has the macros for components from another one alone: `bindgen!` and `flags!` find
//! `libwasmtime`, and the derives are told where it is.

#![forbid(unsafe_code, warnings)]

use facade::engine::component::{ComponentType, HasSelf, Lift, Linker, Lower};

mod found {
    facade::wasmtime::component::bindgen!({
        inline: "
            package example:found;

            interface types {
                record point { x: s32 }
                flags access { read }
                enum axis { x, y }
                variant shape { named(string), none }
                turn: func(point: point, access: access, axis: axis) -> shape;
            }

            world plugin {
                import types;
                export types;
            }
        ",
    });
}

// The `wasmtime` crate's macro needs the option.
mod given {
    facade::engine::component::bindgen!({
        inline: "
            package example:given;

            interface types {
                record point { x: s32 }
                flags access { read }
                turn: func(point: point, access: access);
            }

            world plugin { import types; }
        ",
        wasmtime_crate: facade::wasmtime,
    });
}

// A path in the crate itself.
mod own {
    pub mod engine {
        pub use facade::engine::*;
    }

    facade::engine::component::bindgen!({
        inline: "
            package example:mine;
            interface types { record point { x: s32 } turn: func(point: point); }
            world plugin { import types; }
        ",
        wasmtime_crate: crate::own::engine,
    });
}

facade::engine::component::flags! {
    Access {
        const READ;
        #[component(name = "write")]
        const WRITE;
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
#[component(wasmtime_crate = facade::engine)]
pub struct Pair<A> {
    pub a: A,
    pub access: Access,
}

#[derive(ComponentType, Lift, Lower)]
#[component(wasmtime_crate = facade::wasmtime)]
#[component(variant)]
pub enum Shape {
    #[component(name = "pair")]
    Pair(Pair<u32>),
    #[component(name = "none")]
    None,
}

#[derive(Clone, Copy, ComponentType, Lift, Lower)]
#[component(enum)]
#[component(wasmtime_crate = crate::own::engine)]
pub enum Axis {
    X,
    Y,
}

pub struct Host;

impl found::example::found::types::Host for Host {
    fn turn(
        &mut self,
        _: found::example::found::types::Point,
        _: found::example::found::types::Access,
        _: found::example::found::types::Axis,
    ) -> found::example::found::types::Shape {
        found::example::found::types::Shape::None
    }
}

impl given::example::given::types::Host for Host {
    fn turn(
        &mut self,
        _: given::example::given::types::Point,
        _: given::example::given::types::Access,
    ) {
    }
}

impl own::example::mine::types::Host for Host {
    fn turn(&mut self, _: own::example::mine::types::Point) {}
}

pub fn link(linker: &mut Linker<Host>) -> facade::wasmtime::Result<()> {
    found::Plugin::add_to_linker::<_, HasSelf<_>>(linker, |host| host)?;
    given::Plugin::add_to_linker::<_, HasSelf<_>>(linker, |host| host)?;
    own::Plugin::add_to_linker::<_, HasSelf<_>>(linker, |host| host)
}
