//! The sources of a right libwasmtime. The build script includes this file as well.

/// The page from which Wasmtime's releases are downloaded.
pub const RELEASES: &str = "https://github.com/bytecodealliance/wasmtime/releases";

/// Returns the packages of libwasmtime for an operating system.
pub fn package(os: &str) -> Option<&'static str> {
    match os {
        "linux" => Some("your distribution's (Alpine: `apk add wasmtime-dev`)"),
        "macos" => Some("Homebrew's (`brew install wasmtime`)"),
        "freebsd" | "netbsd" | "openbsd" => Some("your system's"),
        _ => None,
    }
}
