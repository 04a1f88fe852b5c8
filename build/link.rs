//! Tells Cargo to link a library that was found.

use crate::find::Library;
use crate::headers::{Headers, MAJOR};
use crate::mode::Kind;
use crate::target::{Native, Target};

/// Links a library, and tells dependents of it as `DEP_WASMTIME_LIB`,
/// `DEP_WASMTIME_INCLUDE` and `DEP_WASMTIME_VERSION`.
pub fn library(library: &Library, target: &Target) {
    match library.kind {
        Kind::Static => archive(library, target),
        Kind::Dynamic => shared(library),
    }

    println!("cargo::rerun-if-changed={}", library.file.display());
    println!("cargo::metadata=lib={}", library.directory.display());
    if let Some(version) = &library.version {
        println!("cargo::metadata=version={version}");
    }
    match &library.headers {
        Some(headers) => {
            let directory = &headers.directory;
            println!("cargo::metadata=include={}", directory.display());
            for header in [
                Headers::main_header(directory),
                Headers::conf_header(directory),
            ] {
                if header.is_file() {
                    println!("cargo::rerun-if-changed={}", header.display());
                }
            }
            if headers.features.is_none() {
                unchecked(library, "features", "wasmtime/conf.h");
            }
        }
        None if library.version.is_some() => unchecked(library, "features", "wasmtime.h"),
        None => unchecked(library, "version and features", "wasmtime.h"),
    }
}

/// Links an archive. It goes into the rlib; the linker then takes what is
/// called from it, so there is no need for the whole of it.
fn archive(library: &Library, target: &Target) {
    search(library);
    println!("cargo::rustc-link-lib=static={}", library.link_name);
    for native in target.natives() {
        match native {
            Native::Library(name) => println!("cargo::rustc-link-lib={name}"),
            Native::Framework(name) => println!("cargo::rustc-link-lib=framework={name}"),
        }
    }
}

/// Links a shared library.
fn shared(library: &Library) {
    search(library);
    println!("cargo::rustc-link-lib=dylib={}", library.link_name);
}

/// Has rustc look in the library's directory.
fn search(library: &Library) {
    let directory = library.directory.display();
    println!("cargo::rustc-link-search=native={directory}");
}

/// Warns of what nothing vouches for.
fn unchecked(library: &Library, what: &str, header: &str) {
    println!(
        "cargo::warning=the {what} of {} can't be checked, for there is no {header} with it: \
         make sure that it is libwasmtime {MAJOR}, or set WASMTIME_INCLUDE_DIR",
        library.file.display()
    );
}
