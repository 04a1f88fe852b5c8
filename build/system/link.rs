//! Tells Cargo to link a library that was found.

use std::path::Path;

use super::archive;
use super::find::Library;
use super::headers::Headers;
use super::loader;
use super::platform::Native;
use crate::mode::Kind;
use crate::target::{MAJOR, Target, leave};

/// Links a library, and sets `DEP_WASMTIME_<major>_LIB`, `DEP_WASMTIME_<major>_INCLUDE` and
/// `DEP_WASMTIME_<major>_VERSION` for the build scripts of dependents.
///
/// # Errors
///
/// Returns the reason why the library can't be linked.
pub fn library(library: &Library, target: &Target) -> Result<(), String> {
    match library.kind() {
        Kind::Static => archive(library, target)?,
        Kind::Dynamic => shared(library, target)?,
    }

    println!("cargo::rerun-if-changed={}", library.file.display());
    println!("cargo::metadata=lib={}", library.directory.display());
    if let Some(version) = &library.version {
        println!("cargo::metadata=version={version}");
        // The version that `loaded` returns.
        println!("cargo::rustc-env=LIBWASMTIME_LINKED_VERSION={version}");
    }
    match &library.headers {
        Some(headers) => {
            let directory = &headers.directory;
            println!("cargo::metadata=include={}", directory.display());
            for header in Headers::files(directory) {
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
    Ok(())
}

/// Links an archive. The linker takes only the object files that are referred to.
///
/// The archive isn't bundled into the rlib. If it were, and the program is optimized at link
/// time, rustc would look for bitcode in its files, as they are named like rustc's own. The
/// archive would also be copied once more, and it is large.
fn archive(library: &Library, target: &Target) -> Result<(), String> {
    let linkable = archive::linkable(&library.file, target)?;
    name_functions(&linkable.renamed)?;
    search(linkable.file.parent().unwrap_or(Path::new("")));
    // In case it is a copy that somebody removes or damages.
    println!("cargo::rerun-if-changed={}", linkable.file.display());
    let link_name = match linkable.file == library.file {
        true => library.link_name,
        false => archive::COPY,
    };
    println!("cargo::rustc-link-lib=static:-bundle={link_name}");
    for native in target.natives() {
        match native {
            Native::Library(name) => println!("cargo::rustc-link-lib={name}"),
            Native::Framework(name) => println!("cargo::rustc-link-lib=framework={name}"),
        }
    }
    Ok(())
}

/// Writes a macro for the crate that maps the C name of each function to its name in the
/// archive.
///
/// # Errors
///
/// Returns the reason why the file can't be written.
fn name_functions(renamed: &[(String, String)]) -> Result<(), String> {
    let mut text = "macro_rules! link_name {\n".to_owned();
    for (name, new) in renamed {
        text += &format!("    ({name}) => {{ {new:?} }};\n");
    }
    text += "    ($name:ident) => { ::core::stringify!($name) };\n}\n";
    leave("link_names.rs", &text).map(drop)
}

/// Links a shared library.
fn shared(library: &Library, target: &Target) -> Result<(), String> {
    search(&library.directory);
    if let Some(directory) = loader::directory(library, target)? {
        search(&directory);
    }
    println!("cargo::rustc-link-lib=dylib={}", library.link_name);
    Ok(())
}

/// Makes rustc search a directory for libraries.
fn search(directory: &Path) {
    println!("cargo::rustc-link-search=native={}", directory.display());
}

/// Warns of properties of a library that can't be checked.
fn unchecked(library: &Library, what: &str, header: &str) {
    println!(
        "cargo::warning=the {what} of {} can't be checked, as there is no {header} with it: \
         make sure that it is libwasmtime {MAJOR}, or set WASMTIME_INCLUDE_DIR",
        library.file.display()
    );
}
