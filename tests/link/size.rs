//! How large a program is that opens the library at run time: all of it is this crate's
//! code and the standard library's. Tricks that keep it small are marked `// Size:`.

use std::fs;
use std::path::Path;

use crate::cargo::Cargo;
use crate::harness::{Need, leave_out};
use crate::prefix::Prefix;

/// The largest that the example `hello` may be, stripped, in bytes.
const LIMIT: u64 = 832 << 10;

/// What it was when the limit was set, with Rust 1.95, in bytes.
const HELLO: u64 = 825 << 10;

/// What a program that only prints a line was then, in bytes.
const EMPTY: u64 = 335 << 10;

fn hello_stays_small() {
    if !cfg!(wasmtime_link = "load") {
        leave_out(Need::LoadMode, "libwasmtime is linked");
    }
    if !cfg!(all(
        target_os = "linux",
        target_arch = "x86_64",
        target_env = "gnu"
    )) {
        leave_out(Need::Linux, "the limit is that of x86-64 Linux with glibc");
    }
    let manifest = format!(
        "[package]\nname = \"size\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nlibwasmtime = {{ path = {:?}, default-features = false, \
         features = [\"load\", \"common\"] }}\n\n\
         [profile.release]\nstrip = true\n\n[workspace]\n",
        env!("CARGO_MANIFEST_DIR")
    );
    let package = Prefix::new("size")
        .lock()
        .file("Cargo.toml", &manifest)
        .file("src/bin/hello.rs", include_str!("../../examples/hello.rs"))
        .file(
            "src/bin/empty.rs",
            "fn main() {\n    println!(\"Hello from Rust!\");\n}\n",
        );
    let built = Cargo::of("build", Path::new(&package.path("Cargo.toml")))
        .arguments(&["--release"])
        .unset("RUSTFLAGS")
        .run();
    built.assert_success();
    let size = |name: &str| {
        let executable = built.executable(name);
        fs::metadata(executable).unwrap().len()
    };
    let (hello, empty) = (size("hello"), size("empty"));
    assert!(
        hello <= LIMIT,
        "hello in the link mode `load` has grown from {HELLO} bytes to {hello}, and may have \
         {LIMIT}; a program that only prints a line has {empty}, and had {EMPTY}. See with \
         `cargo bloat` or `nm --size-sort` what is new in it, and whether a place that is marked \
         `// Size:` no longer does what it says. If what is new is worth it, raise the limit \
         here, and measure the README's table again: `cargo xtask measure`"
    );
}

crate::tests![hello_stays_small];
