//! The differences between platforms: the names of library files, the usual prefixes, and the
//! native libraries that an archive of libwasmtime needs.

use std::path::PathBuf;

use crate::mode::Kind;
use crate::target::{Target, told};

/// A file that the linker accepts.
pub struct Candidate {
    /// The name of the file.
    pub file: &'static str,
    /// The linker's name of the library.
    pub link_name: &'static str,
}

/// A library of the system.
pub enum Native {
    Library(&'static str),
    Framework(&'static str),
}

impl Target {
    /// Returns the operating system, as in the cfg `target_os`.
    pub fn os(&self) -> String {
        told("CARGO_CFG_TARGET_OS")
    }

    fn is_apple(&self) -> bool {
        told("CARGO_CFG_TARGET_VENDOR") == "apple"
    }

    fn is_msvc(&self) -> bool {
        told("CARGO_CFG_TARGET_ENV") == "msvc"
    }

    /// Reports whether the program is for another machine than the one that compiles it.
    pub fn is_cross(&self) -> bool {
        self.triple != self.host()
    }

    /// Returns the files that can be linked for the target, in order of preference. A shared
    /// library under another name, such as `_libwasmtime.so`, can't be linked.
    pub fn candidates(&self, kind: Kind) -> &'static [Candidate] {
        /// Returns a file of the library that the linker calls `wasmtime`.
        const fn plain(file: &'static str) -> Candidate {
            Candidate {
                file,
                link_name: "wasmtime",
            }
        }
        let windows = self.os() == "windows";
        match kind {
            Kind::Static if windows && self.is_msvc() => &const { [plain("wasmtime.lib")] },
            Kind::Static => &const { [plain("libwasmtime.a")] },
            // An import library. It has a name of its own, as the static library
            // `wasmtime.lib` is in the same directory.
            Kind::Dynamic if windows && self.is_msvc() => &[Candidate {
                file: "wasmtime.dll.lib",
                link_name: "wasmtime.dll",
            }],
            Kind::Dynamic if windows => {
                &const { [plain("libwasmtime.dll.a"), plain("wasmtime.dll")] }
            }
            Kind::Dynamic if self.is_apple() => &const { [plain("libwasmtime.dylib")] },
            Kind::Dynamic => &const { [plain("libwasmtime.so")] },
        }
    }

    /// Returns the native libraries that an archive of libwasmtime needs, besides those that
    /// rustc links into every program.
    // Version 48: an archive needs these libraries; look at `target_link_libraries` in
    // the `CMakeLists.txt` of `wasmtime-c-api-impl`.
    pub fn natives(&self) -> &'static [Native] {
        use Native::{Framework, Library};
        match self.os().as_str() {
            "linux" => &[Library("pthread"), Library("dl"), Library("m")],
            "windows" => &[
                Library("ws2_32"),
                Library("advapi32"),
                Library("userenv"),
                Library("ntdll"),
                Library("shell32"),
                Library("ole32"),
                Library("bcrypt"),
            ],
            _ if self.is_apple() => &[Framework("CoreFoundation")],
            _ => &[],
        }
    }

    /// Returns the prefixes under which libraries for the target are usually installed, each
    /// with its library directories.
    pub fn prefixes(&self) -> Vec<(PathBuf, Vec<PathBuf>)> {
        let multiarch = self.multiarch();
        let mut prefixes = Vec::new();
        let mut add = |prefix: &str, directories: &[&str]| {
            let prefix = PathBuf::from(prefix);
            let directories = directories.iter().map(|name| prefix.join(name)).collect();
            prefixes.push((prefix, directories));
        };

        if self.is_cross() {
            // Only directories that name the architecture: the others are the host's.
            if let Some(multiarch) = &multiarch {
                add("/usr/local", &[&format!("lib/{multiarch}")]);
                add("/usr", &[&format!("lib/{multiarch}")]);
                add(&format!("/usr/{multiarch}"), &["lib"]);
            }
            return prefixes;
        }
        if self.os() == "windows" {
            return prefixes;
        }
        let multiarch = multiarch.map(|multiarch| format!("lib/{multiarch}"));
        let mut directories = vec!["lib", "lib64"];
        directories.extend(multiarch.as_deref());
        if self.os() == "macos" {
            add("/opt/homebrew", &["lib"]);
            add("/opt/local", &["lib"]);
        }
        add("/usr/local", &directories);
        add("/usr", &directories);
        add("/opt/wasmtime", &["lib", "lib64"]);
        prefixes
    }

    /// Returns the name of the target's directories in distributions, such as
    /// `x86_64-linux-gnu`.
    fn multiarch(&self) -> Option<String> {
        if self.os() != "linux" {
            return None;
        }
        let mut parts = self.triple.split('-');
        let architecture = match parts.next()? {
            "i586" | "i686" => "i386",
            "riscv64gc" => "riscv64",
            "powerpc64le" => "powerpc64le",
            arm if arm.starts_with("arm") || arm.starts_with("thumb") => "arm",
            same => same,
        };
        Some(format!("{architecture}-linux-{}", parts.next_back()?))
    }
}
