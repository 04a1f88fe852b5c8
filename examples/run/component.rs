//! Runs components: programs for WASI 2.

use crate::program::Options;
use libwasmtime::component::{Component, Linker};
use libwasmtime::error::Context;
use libwasmtime::wasi::{WasiCtxBuilder, p2};
use libwasmtime::{I32Exit, Result, Store, bail};

/// The interface that programs export, in any version of WASI 2.
const RUN: &str = "wasi:cli/run@0.2.";

/// Runs a program.
///
/// # Errors
///
/// Returns an error if the component can't be run or traps; and, with an [`I32Exit`], if it exits
/// or fails.
pub fn run(component: &Component, options: &Options, wasi: &mut WasiCtxBuilder) -> Result<()> {
    let mut linker = Linker::new(component.engine());
    p2::add_to_linker_sync(&mut linker)?;
    if options.unknown_imports_trap() {
        linker.define_unknown_imports_as_traps(component)?;
    }
    let mut store = Store::new(component.engine(), ());
    store.set_wasi(wasi.build())?;
    let program = linker
        .instantiate_pre(component)
        .context("failed to link it")?
        .instantiate(&mut store)
        .context("failed to instantiate it")?;
    let ty = component.component_type();
    let mut exports = ty.exports(component.engine());
    let Some((name, _)) = exports.find(|(name, _)| name.starts_with(RUN)) else {
        bail!("it exports no `wasi:cli/run`: only programs for the command line of WASI 2 are run");
    };
    let interface = program.get_export_index(&mut store, None, name);
    let run = program
        .get_export_index(&mut store, interface.as_ref(), "run")
        .with_context(|| format!("`{name}` has no function `run`"))?;
    let run = program.get_typed_func::<(), (Result<(), ()>,)>(&mut store, run)?;
    match run.call(&mut store, ()) {
        Ok((Ok(()),)) => Ok(()),
        Ok((Err(()),)) => Err(I32Exit(1).into()),
        Err(error) => Err(error.context("failed to invoke `run`")),
    }
}
