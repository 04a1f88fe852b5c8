//! A crate of the registry that calls guests asynchronously, and has asynchronous host
//! functions: it evaluates policies of the Open Policy Agent.
//!
//! This test fetches packages. It fails without a registry, unless Cargo has fetched them
//! before.

use crate::mode;
use crate::packages::{Packages, texts};

crate::tests![policies_are_evaluated_with_it];

fn policies_are_evaluated_with_it() {
    // Version 48: this crate accepts several versions of `wasmtime`, and this one among them; look
    // for one of the registry that does.
    let packages = Packages::of(
        "opa",
        &format!(
            "opa-wasm = {{ version = \"=0.3.4\", default-features = false, features = [\"hex-builtins\"] }}\n\
             serde_json = \"1\"\n\
             tokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n\
             wasmtime = {{ version = \"48\", default-features = false, \
             features = [{:?}, \"cranelift\", \"wat\"] }}\n",
            mode()
        ),
        include_str!("packages/opa.rs"),
    );
    packages.write("src/policy.wat", include_str!("packages/policy.wat"));
    let run = packages.cargo("run").output().unwrap();
    let (stdout, stderr) = texts(&run);
    assert!(
        run.status.success(),
        "{stdout}\n{stderr}\nThis needs the crate `opa-wasm` of the registry, or a Cargo that has \
         fetched it before."
    );
    assert_eq!(stdout, "decoded\n");
    packages.assert_without_wasmtime();
}
