//! Lets the system's loader find a shared library while Cargo runs the program.
//!
//! For `cargo run` and `cargo test`, Cargo adds the link-search directories of build scripts to
//! the loader's search path, but only those inside of its target directory. So `OUT_DIR` gets a
//! link to the library. The author of the program decides how the installed program finds the
//! library; `DEP_WASMTIME_<major>_LIB` is the library's directory.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf, absolute};

use super::archive::elf;
use super::find::Library;
use super::mach_o;
use crate::target::{Target, out_dir};

/// Creates a directory in which the loader finds the library, and returns it; `None` if there
/// is only a file for the linker, and none for the loader.
///
/// # Errors
///
/// Returns the reason why the directory can't be created.
pub fn directory(library: &Library, target: &Target) -> Result<Option<PathBuf>, String> {
    let Some(file) = loaded_file(library, target) else {
        return Ok(None);
    };
    let out = out_dir().join("loader");
    make(&out, &file)
        .map_err(|error| format!("a link to {} can't be created: {error}", file.display()))?;
    Ok(Some(out))
}

/// Returns the file that the loader loads. Cargo runs the build script again when it changes.
fn loaded_file(library: &Library, target: &Target) -> Option<PathBuf> {
    if target.os() != "windows" {
        return Some(library.file.clone());
    }
    // The linked file may be an import library. CMake's packages and others have the DLL in
    // `bin`.
    let directories = [library.directory.clone(), library.directory.join("../bin")];
    let files = directories.map(|directory| directory.join("wasmtime.dll"));
    let file = files.into_iter().find(|file| file.is_file())?;
    println!("cargo::rerun-if-changed={}", file.display());
    Some(file)
}

/// Creates the directory anew, as the library of an earlier run may have had another name.
fn make(directory: &Path, file: &Path) -> io::Result<()> {
    if directory.exists() {
        fs::remove_dir_all(directory)?;
    }
    fs::create_dir_all(directory)?;
    // pkg-config may return a relative path.
    let file = absolute(file)?;
    link(&file, &directory.join(name(&file)?))
}

/// Returns the name by which a program requests the library from the loader: the one in the
/// file, or else the file's own name.
fn name(file: &Path) -> io::Result<OsString> {
    let bytes = fs::read(file)?;
    let written = elf::soname(&bytes).or_else(|| mach_o::install_name(&bytes));
    let written = written.map(|path| PathBuf::from(String::from_utf8_lossy(path).into_owned()));
    let name = written.as_deref().and_then(Path::file_name);
    let name = name.or(file.file_name());
    Ok(name.unwrap_or_default().to_owned())
}

#[cfg(unix)]
fn link(file: &Path, link: &Path) -> io::Result<()> {
    use std::os::unix::fs::symlink;

    // Not all file systems support links.
    symlink(file, link).or_else(|_| copy(file, link))
}

/// Copies, as links need a privilege on Windows.
#[cfg(not(unix))]
fn link(file: &Path, link: &Path) -> io::Result<()> {
    copy(file, link)
}

fn copy(file: &Path, copy: &Path) -> io::Result<()> {
    fs::copy(file, copy).map(drop)
}
