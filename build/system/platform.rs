//! What platforms differ in: the names of library files, where they usually are,
//! and which native libraries an archive of libwasmtime leans on.

use std::path::PathBuf;

use crate::mode::Kind;
use crate::target::{Target, told};

/// A file that the linker would take.
pub struct Candidate {
    /// The name of the file.
    pub file: &'static str,
    /// What the linker calls it.
    pub link_name: &'static str,
}

/// A library of the system's.
pub enum Native {
    Library(&'static str),
    Framework(&'static str),
}

impl Target {
    /// The operating system, as `target_os` has it.
    pub fn os(&self) -> String {
        told("CARGO_CFG_TARGET_OS")
    }

    fn is_apple(&self) -> bool {
        told("CARGO_CFG_TARGET_VENDOR") == "apple"
    }

    fn is_msvc(&self) -> bool {
        told("CARGO_CFG_TARGET_ENV") == "msvc"
    }

    /// Whether the program won't run on the machine that compiles it.
    pub fn is_cross(&self) -> bool {
        self.triple != self.host()
    }

    /// The files that can be linked here, the preferred ones first. A shared
    /// library under another name, such as `_libwasmtime.so`, can't.
    pub fn candidates(&self, kind: Kind) -> &'static [Candidate] {
        /// A file that the linker calls `wasmtime`.
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
            // An import library. Under its own name, for beside it lies the
            // static library `wasmtime.lib`.
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

    /// The native libraries that an archive of libwasmtime needs, beyond what
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

    /// The prefixes that libraries of this target are usually installed
    /// under, each with its library directories.
    pub fn prefixes(&self) -> Vec<(PathBuf, Vec<PathBuf>)> {
        let multiarch = self.multiarch();
        let mut prefixes = Vec::new();
        let mut add = |prefix: &str, directories: &[&str]| {
            let prefix = PathBuf::from(prefix);
            let directories = directories.iter().map(|name| prefix.join(name)).collect();
            prefixes.push((prefix, directories));
        };

        if self.is_cross() {
            // Only what names the architecture: the rest is the host's.
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

    /// The name that distributions give a directory of this target's, such as
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
