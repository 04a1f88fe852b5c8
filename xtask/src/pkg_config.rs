//! Writes `wasmtime.pc`.

use crate::platform;

/// Returns the text of `lib/pkgconfig/wasmtime.pc`. It finds the libraries relative to
/// itself, so the prefix can be moved after the installation.
pub fn wasmtime_pc(version: &str) -> String {
    let private = platform::libraries_of_the_static_archive();
    format!(
        "prefix=${{pcfiledir}}/../..
libdir=${{prefix}}/lib
includedir=${{prefix}}/include

Name: wasmtime
Description: C API of the Wasmtime WebAssembly runtime
URL: https://wasmtime.dev
Version: {version}
Cflags: -I${{includedir}}
Libs: -L${{libdir}} -lwasmtime
Libs.private: {private}
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_follows_the_file() {
        let pc = wasmtime_pc("1.2.3");
        assert!(pc.starts_with("prefix=${pcfiledir}/../..\n"), "{pc}");
        assert!(pc.contains("\nVersion: 1.2.3\n"), "{pc}");
        assert!(pc.contains("\nLibs: -L${libdir} -lwasmtime\n"), "{pc}");
    }
}
