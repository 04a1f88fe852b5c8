//! The interfaces of WASI: libwasmtime defines them, all at once and without types.
//!
//! A [`Linker`] notes their names, to know what is defined, and which functions define them in a
//! linker of the C API. libwasmtime compares their types when it instantiates a component.

use super::Definition;
use super::check::instance_in;
use super::names::Names;
use crate::Result;
use crate::component::Linker;
use crate::error::check;
use crate::owned::Owned;
#[cfg(feature = "wasi-http")]
use crate::sys::wasmtime_component_linker_add_wasi_http;
use crate::sys::{
    Feature, require, wasmtime_component_linker_add_wasip2, wasmtime_component_linker_t,
};
#[cfg(feature = "component-model-async")]
use crate::sys::{runtime, wasmtime_component_linker_add_wasip2_async};
use crate::wasi::p2::{self, Interface};

/// What a call of a C function defines.
#[derive(Clone, Copy, Debug)]
pub(crate) enum WasiSet {
    P2,
    /// [`WasiSet::P2`] with asynchronous functions.
    #[cfg(feature = "component-model-async")]
    P2Async,
    #[cfg(feature = "wasi-http")]
    Http,
}

impl WasiSet {
    /// Reports whether functions that wait are asynchronous.
    pub fn is_async(self) -> bool {
        match self {
            WasiSet::P2 => false,
            #[cfg(feature = "component-model-async")]
            WasiSet::P2Async => true,
            #[cfg(feature = "wasi-http")]
            WasiSet::Http => false,
        }
    }

    fn is_http(self) -> bool {
        match self {
            WasiSet::P2 => false,
            #[cfg(feature = "component-model-async")]
            WasiSet::P2Async => false,
            #[cfg(feature = "wasi-http")]
            WasiSet::Http => true,
        }
    }

    fn interfaces(self) -> &'static [Interface] {
        match self {
            WasiSet::P2 => p2::CLI,
            #[cfg(feature = "component-model-async")]
            WasiSet::P2Async => p2::CLI,
            #[cfg(feature = "wasi-http")]
            WasiSet::Http => p2::HTTP,
        }
    }

    /// Checks that libwasmtime has the functions.
    fn require(self) -> Result<()> {
        require(Feature::Wasi)?;
        match self {
            WasiSet::P2 => {}
            #[cfg(feature = "component-model-async")]
            WasiSet::P2Async => require(Feature::ComponentModelAsync)?,
            #[cfg(feature = "wasi-http")]
            WasiSet::Http => require(Feature::WasiHttp)?,
        }
        Ok(())
    }

    /// Defines the interfaces in a linker of the C API, which must allow shadowing.
    pub(super) fn define(self, linker: &Owned<wasmtime_component_linker_t>) -> Result<()> {
        // SAFETY: invariant "Owned object": the linker is owned, and used by nothing else. The
        // functions return an owned error or null.
        unsafe {
            check(match self {
                WasiSet::P2 => wasmtime_component_linker_add_wasip2(linker.as_ptr()),
                // Version 48: an asynchronous function that waits for a clock aborts if no runtime
                // is current, and only `vendored` can make libwasmtime's current; look at
                // `Deadline` in `wasmtime-wasi`.
                #[cfg(feature = "component-model-async")]
                WasiSet::P2Async if runtime::SHARED => {
                    wasmtime_component_linker_add_wasip2_async(linker.as_ptr())
                }
                #[cfg(feature = "component-model-async")]
                WasiSet::P2Async => wasmtime_component_linker_add_wasip2(linker.as_ptr()),
                // The asynchronous variant has the same functions.
                #[cfg(feature = "wasi-http")]
                WasiSet::Http => wasmtime_component_linker_add_wasi_http(linker.as_ptr()),
            })
        }
    }
}

/// Interfaces of WASI that a program has defined.
#[derive(Clone, Copy, Debug)]
pub struct WasiPart {
    pub set: WasiSet,
    /// The names of the interfaces; `None` for all of the set.
    only: Option<&'static [&'static str]>,
}

/// A function or resource of WASI.
#[derive(Clone, Copy, Debug)]
pub struct WasiItem {
    /// Whether components find it, and not libwasmtime alone.
    pub is_defined: bool,
    /// Whether it needs the context of `wasi:http` as well.
    pub is_http: bool,
    /// Whether its interface has functions that wait.
    pub waits: bool,
}

impl WasiPart {
    fn has(&self, interface: &Interface) -> bool {
        self.only
            .is_none_or(|names| names.contains(&interface.name))
    }

    fn item(&self, interface: &Interface) -> WasiItem {
        WasiItem {
            is_defined: self.has(interface),
            is_http: self.set.is_http(),
            waits: interface.waits,
        }
    }

    /// Adds what libwasmtime defines for the part, which is the whole set. All of it counts as
    /// defined if `whole` is set.
    pub fn add_to(&self, found: &mut Names<Definition>, whole: bool) {
        for interface in self.set.interfaces() {
            let names = instance_in(found, interface.name);
            for name in interface.items.split(' ') {
                let mut item = self.item(interface);
                item.is_defined |= whole;
                if let Some(Definition::Wasi(before)) = names.get_mut(name) {
                    item.is_defined |= before.is_defined;
                }
                names.insert(name, Definition::Wasi(item));
            }
        }
    }
}

impl<T: 'static> Linker<T> {
    /// Defines the interfaces of a set, or those that `only` names.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - something in one of the interfaces is defined, and shadowing isn't allowed;
    /// - libwasmtime was built without the functions ([`Unsupported`](crate::Unsupported)).
    pub(crate) fn define_wasi(
        &mut self,
        set: WasiSet,
        only: Option<&'static [&'static str]>,
    ) -> Result<()> {
        set.require()?;
        self.forget_built();
        let part = WasiPart { set, only };
        // First, as libwasmtime's linker defines all of them even if one is defined already.
        self.definitions.wasi.push(part);
        for interface in set.interfaces().iter().filter(|all| part.has(all)) {
            let item = part.item(interface);
            let mut instance = self.instance(interface.name)?;
            for name in interface.items.split(' ') {
                instance.define(name, Definition::Wasi(item))?;
            }
        }
        Ok(())
    }
}
