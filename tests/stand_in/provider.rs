//! A crate of the registry that runs guests with the `wasmtime` crate, synchronously and
//! asynchronously.
//!
//! This test fetches packages. It fails without a registry, unless Cargo has fetched them
//! before.

use crate::mode;
use crate::packages::{Packages, texts};

// Version 48: this crate needs that version of `wasmtime`; look for one of the registry
// that needs the new one.
const PROGRAM: &str = r#"
use wasmtime_provider::WasmtimeEngineProviderBuilder;

/// Answers a call with its argument.
const GUEST: &str = "
    (module
        (import \"wapc\" \"__guest_request\" (func $request (param i32 i32)))
        (import \"wapc\" \"__guest_response\" (func $response (param i32 i32)))
        (memory (export \"memory\") 1)
        (func (export \"__guest_call\") (param i32 i32) (result i32)
            (call $request (i32.const 0) (i32.const 256))
            (call $response (i32.const 256) (local.get 1))
            (i32.const 1)))";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let engine = || WasmtimeEngineProviderBuilder::new().module_bytes(GUEST.as_bytes());
    let host = wapc::WapcHost::new(Box::new(engine().build().unwrap()), None).unwrap();
    println!("{}", String::from_utf8(host.call("echo", b"again").unwrap()).unwrap());

    let engine = Box::new(engine().build_async().unwrap());
    let host = wapc::WapcHostAsync::new(engine, None).await.unwrap();
    let answer = host.call("echo", b"and again").await.unwrap();
    println!("{}", String::from_utf8(answer).unwrap());
}
"#;

crate::tests![a_crate_of_the_registry_runs_with_it];

fn a_crate_of_the_registry_runs_with_it() {
    let packages = Packages::of(
        "provider",
        &format!(
            "tokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n\
             wapc = \"2.2.0\"\n\
             wasmtime = {{ version = \"48\", default-features = false, features = [{:?}] }}\n\
             wasmtime-provider = {{ version = \"=2.25.0\", default-features = false, features = [\"async\"] }}\n",
            mode()
        ),
        PROGRAM,
    );
    let run = packages.cargo("run").output().unwrap();
    let (stdout, stderr) = texts(&run);
    assert!(
        run.status.success(),
        "{stdout}\n{stderr}\nThis needs the crate `wasmtime-provider` of the registry, or a \
         Cargo that has fetched it before."
    );
    assert_eq!(stdout, "again\nand again\n");
    packages.assert_without_wasmtime();
}
