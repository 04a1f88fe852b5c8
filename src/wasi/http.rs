//! WASI HTTP: requests that components send, and the types of those that they handle.
//!
//! The names are those of the crate `wasmtime-wasi-http`.
//!
//! The host can't pass a request to a component that exports `wasi:http/incoming-handler`: the C
//! API has no function that makes one.

use crate::sys::{Feature, require, wasmtime_context_set_wasi_http};
use crate::{AsContextMut, Result, Store};

/// The context of `wasi:http` for [`Store::set_wasi_http`].
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct WasiHttpCtx {}

impl WasiHttpCtx {
    /// Creates a context.
    pub fn new() -> WasiHttpCtx {
        WasiHttpCtx::default()
    }
}

/// # WASI HTTP
impl<T: 'static> Store<T> {
    /// Sets the context of `wasi:http`, with which components send requests over the network.
    ///
    /// The store needs a context of WASI as well: see [`Store::set_wasi`]. Whether that has a
    /// network makes no difference.
    ///
    /// Calls `wasmtime_context_set_wasi_http`.
    ///
    /// # Errors
    ///
    /// Returns [`Unsupported`](crate::Unsupported) if libwasmtime was built without `wasi-http`.
    pub fn set_wasi_http(&mut self, wasi_http: WasiHttpCtx) -> Result<()> {
        require(Feature::WasiHttp)?;
        let WasiHttpCtx {} = wasi_http;
        let mut store = self.as_context_mut();
        // SAFETY: invariant "Context".
        unsafe { wasmtime_context_set_wasi_http(store.begin_change()) };
        store.opaque_mut().set_has_wasi_http();
        Ok(())
    }
}

/// The second version of `wasi:http`, for WASI 2.
pub mod p2 {
    use crate::Result;
    use crate::component::{Linker, WasiSet};
    use crate::wasi::p2;

    /// Defines `wasi:http/types` and `wasi:http/outgoing-handler` in a linker.
    ///
    /// A component that imports one of them can only be instantiated in a store that has a context
    /// for it: see [`Store::set_wasi_http`](crate::Store::set_wasi_http).
    ///
    /// Calls `wasmtime_component_linker_add_wasi_http`, when a component is linked.
    ///
    /// # Errors
    ///
    /// - Returns an error if something in one of the interfaces is defined, and shadowing isn't
    ///   allowed.
    /// - Returns [`Unsupported`](crate::Unsupported) if libwasmtime was built without `wasi-http`.
    pub fn add_only_http_to_linker_sync<T: 'static>(linker: &mut Linker<T>) -> Result<()> {
        linker.define_wasi(WasiSet::Http, None)
    }

    /// Does the same as [`add_only_http_to_linker_sync`]: no function of these interfaces waits.
    ///
    /// # Errors
    ///
    /// Returns an error as [`add_only_http_to_linker_sync`] does.
    #[cfg(feature = "component-model-async")]
    pub fn add_only_http_to_linker_async<T: 'static>(linker: &mut Linker<T>) -> Result<()> {
        add_only_http_to_linker_sync(linker)
    }

    /// Defines all interfaces of the world `wasi:http/proxy` in a linker:
    /// [`p2::add_to_linker_proxy_interfaces_sync`] and [`add_only_http_to_linker_sync`].
    ///
    /// # Errors
    ///
    /// Returns an error as these two do.
    pub fn add_to_linker_sync<T: 'static>(linker: &mut Linker<T>) -> Result<()> {
        p2::add_to_linker_proxy_interfaces_sync(linker)?;
        add_only_http_to_linker_sync(linker)
    }

    /// Defines all interfaces of the world `wasi:http/proxy` in a linker:
    /// [`p2::add_to_linker_proxy_interfaces_async`] and [`add_only_http_to_linker_async`].
    ///
    /// # Errors
    ///
    /// Returns an error as these two do.
    #[cfg(feature = "component-model-async")]
    pub fn add_to_linker_async<T: 'static>(linker: &mut Linker<T>) -> Result<()> {
        p2::add_to_linker_proxy_interfaces_async(linker)?;
        add_only_http_to_linker_async(linker)
    }
}
