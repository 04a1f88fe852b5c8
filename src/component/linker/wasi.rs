//! The interfaces of WASI: libwasmtime defines them, all at once and without types.
//!
//! A [`Linker`] notes their names, to know what is defined, and which functions define them in a
//! linker of the C API. libwasmtime compares their types when it instantiates a component.

use super::Definition;
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
use crate::wasi::p2::Interface;

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

/// A function or resource of WASI.
#[derive(Clone, Copy, Debug)]
pub struct WasiItem {
    /// Whether it needs the context of `wasi:http` as well.
    pub is_http: bool,
    /// Whether its interface has functions that wait.
    pub waits: bool,
}

impl<T: 'static> Linker<T> {
    /// Defines interfaces of WASI, which are among those that `set` defines.
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
        interfaces: impl Iterator<Item = &'static Interface>,
    ) -> Result<()> {
        set.require()?;
        self.forget_built();
        // First, as some names are defined even if another is defined already.
        self.definitions.wasi.push(set);
        for interface in interfaces {
            let item = WasiItem {
                is_http: set.is_http(),
                waits: interface.waits,
            };
            let mut instance = self.instance(interface.name)?;
            for name in interface.items.split(' ') {
                instance.define(name, Definition::Wasi(item))?;
            }
        }
        Ok(())
    }
}
