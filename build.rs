//! Decides the link mode of libwasmtime, and sets exactly one cfg for the crate:
//! `wasmtime_link = "vendored" | "static" | "dynamic" | "load" | "missing"`.
//! It also sets the cfg `compiler` if the Cargo feature `cranelift` or `winch` is on, and so
//! libwasmtime must have a compiler.
//!
//! `missing` means that a library is required and none was found. The build script succeeds
//! nevertheless, so that `cargo check` and `cargo doc` need no library. `src/sys/missing.rs`
//! makes `cargo build` fail.

#[path = "build/features.rs"]
mod features;
#[path = "build/mode.rs"]
mod mode;
#[path = "build/report.rs"]
mod report;
#[cfg_attr(
    any(feature = "static", feature = "dynamic"),
    path = "build/system/mod.rs"
)]
#[cfg_attr(
    not(any(feature = "static", feature = "dynamic")),
    path = "build/no_system.rs"
)]
mod system;
#[path = "build/target.rs"]
mod target;
#[path = "build/variables.rs"]
mod variables;

use mode::Decision;
use target::Target;

fn main() {
    if features::is_on("cranelift") || features::is_on("winch") {
        println!("cargo::rustc-cfg=compiler");
    }
    let target = Target::from_cargo();
    let decided = mode::decide(&target).and_then(|decision| emit(&decision, &target));
    if let Err(text) = decided {
        report::refuse(&text);
    }
}

/// Prints the decision for Cargo, the crate and its dependents.
///
/// # Errors
///
/// Returns the reason why the library that was found can't be linked.
fn emit(decision: &Decision, target: &Target) -> Result<(), String> {
    match decision {
        Decision::Vendored => features::require()?,
        // The program finds the library when it runs.
        Decision::Load => {}
        Decision::System(library) => system::link(library, target)?,
        Decision::Missing(text) => report::missing(text),
        Decision::Documentation => report::documentation(),
    }
    let name = decision.name();
    println!("cargo::rustc-cfg=wasmtime_link=\"{name}\"");
    println!("cargo::metadata=mode={name}");
    Ok(())
}
