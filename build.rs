//! Decides how libwasmtime is linked, and tells the crate by exactly one cfg:
//! `wasmtime_link = "vendored" | "static" | "dynamic" | "load" | "missing"`.
//!
//! `missing` means that a library was asked for and isn't there. The build
//! script succeeds all the same, so that `cargo check` and `cargo doc` need no
//! library; `src/sys/missing.rs` is what stops `cargo build`.

#[path = "build/find.rs"]
mod find;
#[path = "build/headers.rs"]
mod headers;
#[path = "build/link.rs"]
mod link;
#[path = "build/mode.rs"]
mod mode;
#[path = "build/pkg_config.rs"]
mod pkg_config;
#[path = "build/report.rs"]
mod report;
#[path = "build/target.rs"]
mod target;
#[path = "build/variables.rs"]
mod variables;

use mode::Decision;
use target::Target;

fn main() {
    let target = Target::from_cargo();
    match mode::decide(&target) {
        Ok(decision) => emit(&decision, &target),
        Err(text) => report::refuse(&text),
    }
}

/// Tells Cargo, the crate and its dependents what was decided.
fn emit(decision: &Decision, target: &Target) {
    match decision {
        // What Cargo built, or what the program opens, is the crate's affair.
        Decision::Vendored | Decision::Load => {}
        Decision::System(library) => link::library(library, target),
        Decision::Missing(text) => report::missing(text),
        Decision::Documentation => report::documentation(),
    }
    let name = decision.name();
    println!("cargo::rustc-cfg=wasmtime_link=\"{name}\"");
    println!("cargo::metadata=mode={name}");
}
