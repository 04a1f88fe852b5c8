//! The names of library files on other platforms, and the libraries that they need.

use crate::prefix::{Prefix, VERSION};
use crate::script::{Output, Script};

/// A target: its triple, and the variables that Cargo sets for it.
pub struct Platform {
    triple: &'static str,
    os: &'static str,
    vendor: &'static str,
    abi: &'static str,
}

pub const MACOS: Platform = Platform {
    triple: "aarch64-apple-darwin",
    os: "macos",
    vendor: "apple",
    abi: "",
};
pub const MSVC: Platform = Platform {
    triple: "x86_64-pc-windows-msvc",
    os: "windows",
    vendor: "pc",
    abi: "msvc",
};
pub const MINGW: Platform = Platform {
    triple: "x86_64-pc-windows-gnu",
    os: "windows",
    vendor: "pc",
    abi: "gnu",
};

impl Platform {
    /// Runs the build script with a library file for this platform.
    fn run(&self, mode: &str, file: &str) -> Output {
        let prefix = Prefix::installed(&format!("{}_{mode}_{file}", self.triple), file);
        self.script(mode, &prefix).run()
    }

    /// Returns the build script with an installation.
    pub fn script(&self, mode: &str, prefix: &Prefix) -> Script {
        Script::new(&[mode])
            .target(self.triple, self.os, self.vendor, self.abi)
            .set("WASMTIME_DIR", &prefix.root())
    }
}

/// The system libraries that Wasmtime and the Rust standard library in an archive need on
/// Windows.
const WINDOWS: &str = "ws2_32 advapi32 userenv ntdll shell32 ole32 bcrypt";

fn archives() {
    for (platform, file, natives) in [
        (MACOS, "libwasmtime.a", "framework=CoreFoundation"),
        (MSVC, "wasmtime.lib", WINDOWS),
        (MINGW, "libwasmtime.a", WINDOWS),
    ] {
        let output = platform.run("static", file);
        assert_eq!(output.mode(), "static");
        assert_eq!(
            output.libraries().join(" "),
            format!("static:-bundle=wasmtime {natives}")
        );
    }
}

fn shared_libraries() {
    for (platform, file, library) in [
        (MACOS, "libwasmtime.dylib", "dylib=wasmtime"),
        (MSVC, "wasmtime.dll.lib", "dylib=wasmtime.dll"),
        (MINGW, "libwasmtime.dll.a", "dylib=wasmtime"),
        (MINGW, "wasmtime.dll", "dylib=wasmtime"),
    ] {
        let output = platform.run("dynamic", file);
        assert_eq!(output.mode(), "dynamic");
        assert_eq!(output.libraries(), [library]);
    }
}

fn another_platforms_file_is_no_library() {
    for (platform, mode, file) in [
        (MACOS, "dynamic", "libwasmtime.so"),
        (MSVC, "static", "libwasmtime.a"),
        (MSVC, "dynamic", "wasmtime.lib"),
        (MINGW, "static", "wasmtime.lib"),
    ] {
        let error = platform.run(mode, file).error();
        assert!(error.contains(&format!("(only {file})")), "{error}");
    }
}

fn a_library_of_the_host_is_not_taken_for_the_targets() {
    let output = Script::new(&["dynamic"]).run();
    let text = output.missing.unwrap();
    for place in [
        "/usr/lib ",
        "/usr/local/lib ",
        "/usr/lib\n",
        "/opt/wasmtime",
    ] {
        assert!(!text.contains(place), "looked at {place:?}:\n{text}");
    }
}

fn lib64_is_looked_at_too() {
    let prefix = Prefix::new("lib64")
        .file("lib64/libwasmtime.so", "")
        .headers("include", VERSION, &[]);
    let output = Script::new(&["dynamic"])
        .set("WASMTIME_DIR", &prefix.root())
        .run();
    assert_eq!(output.metadata("lib"), Some(prefix.path("lib64").as_str()));
}

crate::tests![
    archives,
    shared_libraries,
    another_platforms_file_is_no_library,
    a_library_of_the_host_is_not_taken_for_the_targets,
    lib64_is_looked_at_too,
];
