//! WASI 2: the interfaces that components import.
//!
//! [`add_to_linker_sync`] or `add_to_linker_async` defines them in a linker, and
//! [`Store::set_wasi`](crate::Store::set_wasi) gives a store the context that they use. A program
//! for the command line exports `run` in the interface `wasi:cli/run`:
//!
#![doc = example!(wat)]
//! use libwasmtime::component::{Component, Linker};
//! use libwasmtime::wasi::{WasiCtxBuilder, p2};
//! use libwasmtime::{Engine, I32Exit, Store};
//!
//! let engine = Engine::default();
//! let component = Component::new(&engine, r#"
//!     (component
//!         ;; Any program for the target `wasm32-wasip2`; this one exits with status 1.
//!         (import "wasi:cli/exit@0.2.0" (instance $exit
//!             (export "exit" (func (param "status" (result))))))
//!         (core func $exit (canon lower (func $exit "exit")))
//!         (core module $m
//!             (import "exit" "exit" (func $exit (param i32)))
//!             (func (export "run") (result i32) (call $exit (i32.const 1)) unreachable))
//!         (core instance $i (instantiate $m
//!             (with "exit" (instance (export "exit" (func $exit))))))
//!         (func $run (result (result)) (canon lift (core func $i "run")))
//!         (instance (export "wasi:cli/run@0.2.0") (export "run" (func $run))))
//! "#)?;
//!
//! let mut linker = Linker::new(&engine);
//! p2::add_to_linker_sync(&mut linker)?;
//!
//! let mut store = Store::new(&engine, ());
//! store.set_wasi(WasiCtxBuilder::new().inherit_stdio().arg("program").build())?;
//!
//! let command = linker.instantiate(&mut store, &component)?;
//! let interface = command.get_export_index(&mut store, None, "wasi:cli/run@0.2.0").unwrap();
//! let run = command.get_export_index(&mut store, Some(&interface), "run").unwrap();
//! let run = command.get_typed_func::<(), (Result<(), ()>,)>(&mut store, run)?;
//! let error = run.call(&mut store, ()).unwrap_err();
//! assert_eq!(error.downcast_ref(), Some(&I32Exit(1)));
//! # Ok::<(), libwasmtime::Error>(())
//! ```
//!
//! A component may import an earlier version of an interface, such as `wasi:cli/exit@0.2.0`.
//! Interfaces and functions that are unstable aren't defined. With
//! [`Linker::allow_shadowing`](crate::component::Linker::allow_shadowing), a program can define a
//! function of an interface itself, after it has defined all of WASI.
//!
//! The types of these functions are compared with what a component imports when it is
//! instantiated, and not when its imports are found.
//!
//! A component can't create sockets, even with
//! [`inherit_network`](super::WasiCtxBuilder::inherit_network): the C API has no function that
//! allows it. It can look up names.
//!
//! The resources of WASI, such as `input-stream`, can be passed through the host as
//! [`ResourceAny`](crate::component::ResourceAny). The host can't make one or look into it.
//!
//! # Asynchronous programs
//!
//! In the link mode `vendored`, the functions that `add_to_linker_async` defines suspend the
//! component while they wait, and other tasks run on the thread. libwasmtime gives no sign when
//! they are ready. So such a call is polled again after a millisecond, and then every millisecond
//! until it goes on. Code that yields because of
//! fuel (`Store::fuel_async_yield_interval`) after less than 50 µs may wait as long.
//!
//! A call in a task of a current-thread `tokio` runtime, as `#[tokio::test]` makes one, is an error in
//! that link mode, as the [module above](super#asynchronous-runtimes) says.
//!
//! In all other link modes, libwasmtime has a `tokio` of its own that a program can't enter, and
//! an asynchronous function that waits for a clock there would end the process. So there, the
//! functions block their thread until they are done, as those of [`add_to_linker_sync`] do: call a
//! program that may wait for long on a thread where that does no harm, such as in
//! `tokio::task::spawn_blocking`.
//!
//! All that the [module above](super#asynchronous-runtimes) says about runtimes goes for components
//! as well.

mod interfaces;
#[cfg(all(test, feature = "cranelift", feature = "wat"))]
mod tests;

#[cfg(feature = "wasi-http")]
pub(crate) use interfaces::HTTP;
pub(crate) use interfaces::{CLI, Interface};

use crate::Result;
use crate::component::{Linker, WasiSet};
use interfaces::PROXY;

/// Defines the interfaces of WASI 2 in a linker, with functions that block their thread while they
/// wait.
///
/// A component that imports one of them can only be instantiated in a store that has a context:
/// see [`Store::set_wasi`](crate::Store::set_wasi).
///
/// Calls `wasmtime_component_linker_add_wasip2`, when a component is linked.
///
/// # Errors
///
/// - Returns an error if something in one of the interfaces is defined, and shadowing isn't
///   allowed.
/// - Returns [`Unsupported`](crate::Unsupported) if libwasmtime was built without `wasi`.
pub fn add_to_linker_sync<T: 'static>(linker: &mut Linker<T>) -> Result<()> {
    linker.define_wasi(WasiSet::P2, None)
}

/// Defines the interfaces of WASI 2 in a linker, with asynchronous functions.
///
/// A component that imports one that may wait has to be instantiated and called by the functions
/// whose names end in `_async`. The [module](self#asynchronous-programs) says how they wait.
///
/// Calls `wasmtime_component_linker_add_wasip2_async` in the link mode `vendored`, and
/// `wasmtime_component_linker_add_wasip2` in the others, when a component is linked.
///
/// # Errors
///
/// Returns an error as [`add_to_linker_sync`] does, and [`Unsupported`](crate::Unsupported) if
/// libwasmtime was built without `component-model-async`.
#[cfg(feature = "component-model-async")]
pub fn add_to_linker_async<T: 'static>(linker: &mut Linker<T>) -> Result<()> {
    linker.define_wasi(WasiSet::P2Async, None)
}

/// Does what [`add_to_linker_sync`] does, for the interfaces that are in the world
/// `wasi:http/proxy`.
///
/// # Errors
///
/// Returns an error as [`add_to_linker_sync`] does.
pub fn add_to_linker_proxy_interfaces_sync<T: 'static>(linker: &mut Linker<T>) -> Result<()> {
    linker.define_wasi(WasiSet::P2, Some(PROXY))
}

/// Does what [`add_to_linker_async`] does, for the interfaces that are in the world
/// `wasi:http/proxy`.
///
/// # Errors
///
/// Returns an error as [`add_to_linker_async`] does.
#[cfg(feature = "component-model-async")]
pub fn add_to_linker_proxy_interfaces_async<T: 'static>(linker: &mut Linker<T>) -> Result<()> {
    linker.define_wasi(WasiSet::P2Async, Some(PROXY))
}
