//! Decides how libwasmtime is linked, and tells the crate by exactly one cfg:
//! `wasmtime_link = "vendored" | "static" | "dynamic" | "load" | "missing"`.
//! Beside it, the cfg `compiler` says that libwasmtime has to be able to compile:
//! the Cargo feature `cranelift` or `winch` is on.
//!
//! `missing` means that a library was asked for and isn't there. The build
//! script succeeds all the same, so that `cargo check` and `cargo doc` need no
//! library; `src/sys/missing.rs` is what stops `cargo build`.

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

/// Tells Cargo, the crate and its dependents what was decided.
///
/// # Errors
///
/// Why the library that was found can't be linked.
fn emit(decision: &Decision, target: &Target) -> Result<(), String> {
    match decision {
        Decision::Vendored => features::require()?,
        // What the program opens is its own affair.
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
