//! The differences between operating systems: names of libraries, and arguments of linkers.

use std::env::consts::OS;
use std::path::Path;

/// Arguments for rustc that give the shared library the name under which
/// programs linked to it look for it. Without them it would be the name of the
/// file that cargo makes, or on ELF the path given to the linker.
pub fn shared_library_args() -> &'static [&'static str] {
    match OS {
        "windows" => &[],
        "macos" => &["-Clink-arg=-Wl,-install_name,@rpath/libwasmtime.dylib"],
        _ => &["-Clink-arg=-Wl,-soname,libwasmtime.so"],
    }
}

/// Returns the name that one of cargo's files is installed under, or `None` if it is none
/// of the libraries.
///
/// The import library of a Windows DLL is none of them: it names the DLL as
/// cargo named it, so programs linked through it would look for that name.
pub fn installed_name(artifact: &Path) -> Option<&'static str> {
    let name = artifact.file_name()?.to_str()?;
    if name.ends_with(".dll.a") || name.ends_with(".dll.lib") {
        return None;
    }
    match artifact.extension()?.to_str()? {
        "a" => Some("libwasmtime.a"),
        "so" => Some("libwasmtime.so"),
        "dylib" => Some("libwasmtime.dylib"),
        "lib" => Some("wasmtime.lib"),
        "dll" => Some("wasmtime.dll"),
        _ => None,
    }
}

/// Reports whether object files have ELF's format.
pub fn has_elf_files() -> bool {
    !matches!(OS, "windows" | "macos")
}

/// Returns what a C program has to link beside the static archive.
pub fn libraries_of_the_static_archive() -> &'static str {
    match OS {
        "windows" => "-lws2_32 -ladvapi32 -luserenv -lntdll -lshell32 -lole32 -lbcrypt",
        "macos" => "-framework CoreFoundation",
        _ => "-lpthread -ldl -lm",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_get_the_names_of_upstreams_releases() {
        for (artifact, installed) in [
            (
                "target/release/liblibwasmtime_vendor.a",
                Some("libwasmtime.a"),
            ),
            (
                "target/release/liblibwasmtime_vendor.so",
                Some("libwasmtime.so"),
            ),
            (
                "target/release/liblibwasmtime_vendor.dylib",
                Some("libwasmtime.dylib"),
            ),
            (
                "target/release/libwasmtime_vendor.lib",
                Some("wasmtime.lib"),
            ),
            (
                "target/release/libwasmtime_vendor.dll",
                Some("wasmtime.dll"),
            ),
            ("target/release/libwasmtime_vendor.dll.lib", None),
            ("target/release/liblibwasmtime_vendor.dll.a", None),
            ("target/release/libwasmtime_vendor.pdb", None),
            ("target/release/liblibwasmtime_vendor.rlib", None),
        ] {
            assert_eq!(installed_name(Path::new(artifact)), installed, "{artifact}");
        }
    }
}
