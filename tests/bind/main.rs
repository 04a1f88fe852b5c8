//! Binding Rust to WebAssembly, a module per topic.
#![cfg(all(feature = "wat", compiler))]

#[cfg(feature = "async")]
mod asynchronous;
mod builder;
#[cfg(all(feature = "gc", feature = "cranelift"))]
#[path = "../collector/mod.rs"]
mod collector;
mod constants;
mod functions;
#[cfg(feature = "macros")]
mod guest_macro;
#[cfg(feature = "macros")]
mod host_macro;
#[cfg(feature = "macros")]
mod hostile;
mod imports;
mod memory;
#[cfg(feature = "macros")]
mod names;
mod nullable;
#[cfg(all(feature = "gc", feature = "cranelift"))]
mod objects;
#[cfg(all(feature = "gc", feature = "cranelift", feature = "macros"))]
mod roots;
#[cfg(feature = "macros")]
mod values;

use libwasmtime::{Linker, Module, Result, Store};

/// Instantiates a module, calls its export `run`, and returns its result.
fn run<T: 'static>(linker: &Linker<T>, store: &mut Store<T>, wat: &str) -> Result<i32> {
    let module = Module::new(linker.engine(), wat)?;
    let instance = linker.instantiate(&mut *store, &module)?;
    instance
        .get_typed_func::<(), i32>(&mut *store, "run")?
        .call(&mut *store, ())
}

/// Does the same asynchronously.
#[cfg(feature = "async")]
fn run_async<T: Send + 'static>(
    linker: &Linker<T>,
    store: &mut Store<T>,
    wat: &str,
) -> Result<i32> {
    let module = Module::new(linker.engine(), wat)?;
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().build()?.block_on(async {
        let instance = linker.instantiate_async(&mut *store, &module).await?;
        instance
            .get_typed_func::<(), i32>(&mut *store, "run")?
            .call_async(&mut *store, ())
            .await
    })
}
