//! What a program is linked with: the link mode changes the executable, and no source
//! outside of `src/sys/` depends on it. `src/sys/` in turn depends on nothing above it.

#[path = "harness/mod.rs"]
mod harness;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Reports whether a line of source depends on the link mode. Names like
/// `wasmtime_linker_new` don't.
fn asks(line: &str) -> bool {
    const CFG: &str = "wasmtime_link";
    line.match_indices(CFG).any(|(start, _)| {
        let next = line[start + CFG.len()..].chars().next();
        !next.is_some_and(|next| next == '_' || next.is_alphanumeric())
    })
}

fn main() -> ExitCode {
    harness::run(
        &["link_mode.rs"],
        &[
            TESTS,
            #[cfg(target_os = "linux")]
            linked::TESTS,
        ],
    )
}

/// Returns all Rust sources below a directory.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap();
    entries
        .flat_map(|entry| {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => sources(&path),
                false => vec![path],
            }
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

fn only_sys_asks_for_the_link_mode() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sys = root.join("src").join("sys");
    let (mut inside, mut outside) = (0, Vec::new());
    for directory in ["src", "examples"] {
        for path in sources(&root.join(directory)) {
            let text = fs::read_to_string(&path).unwrap();
            for (index, _) in text.lines().enumerate().filter(|(_, line)| asks(line)) {
                if path.starts_with(&sys) {
                    inside += 1;
                } else {
                    outside.push(format!("{}:{}", path.display(), index + 1));
                }
            }
        }
    }
    assert!(inside > 0, "the cfg has another name now");
    assert!(outside.is_empty(), "{outside:#?}");
}

/// Whether a line of code has a path that leads out of `src/sys/`: one from the crate's
/// root to another of its modules, or one with more `super` than there are modules around
/// the file. Comments may refer to anything.
fn leads_out(line: &str, modules_above: usize) -> bool {
    let code = line.trim_start();
    if code.starts_with("//") {
        return false;
    }
    let from_root = code.match_indices("crate::").any(|(start, path)| {
        let is_part = |next: char| next == '_' || next.is_alphanumeric();
        let rest = code[start + path.len()..].strip_prefix("sys");
        rest.is_none_or(|rest| rest.starts_with(is_part))
    });
    from_root || code.contains(&"super::".repeat(modules_above + 1))
}

fn sys_depends_on_nothing_above_it() {
    let sys = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src")
        .join("sys");
    let mut outside = Vec::new();
    for path in sources(&sys) {
        let module = path.strip_prefix(&sys).unwrap();
        let modules_above = match module.ends_with("mod.rs") {
            true => module.components().count() - 1,
            false => module.components().count(),
        };
        let text = fs::read_to_string(&path).unwrap();
        for (index, line) in text.lines().enumerate() {
            if leads_out(line, modules_above) {
                outside.push(format!("{}:{}: {line}", path.display(), index + 1));
            }
        }
    }
    assert!(outside.is_empty(), "{outside:#?}");
}

fn paths_out_of_sys_are_recognised() {
    for line in [
        "use crate::vec::Owned;",
        "use crate::{Engine, sys};",
        "    pub type $owned = $crate::vec::OwnedVec;",
        "    crate::system::start();",
        "use super::super::super::load::LoadError;",
    ] {
        assert!(leads_out(line, 2), "{line}");
    }
    for line in [
        "use crate::sys::{Feature, loaded};",
        "        $crate::sys::vec::assert_loaded();",
        "pub(in crate::sys) struct Object;",
        "use super::super::{Image, Layout};",
        "/// See [`load`](crate::load()).",
    ] {
        assert!(!leads_out(line, 2), "{line}");
    }
}

/// Such as "48.0.8", in every link mode: only a shared library that was built without
/// `debug-builtins` doesn't tell its patch.
fn the_version_is_known_in_full_wherever_it_can_be() {
    libwasmtime::load().unwrap();
    let version = libwasmtime::loaded().unwrap().version().unwrap();
    let is_part = cfg!(any(wasmtime_link = "vendored", wasmtime_link = "static"));
    if is_part || cfg!(feature = "debug-builtins") {
        let patch = version.patch.expect("the patch is known");
        assert_eq!(version.to_string(), format!("{}.0.{patch}", version.major));
    }
    // It is built from the package's source.
    if cfg!(wasmtime_link = "vendored") {
        assert_eq!(version.to_string(), env!("CARGO_PKG_VERSION"));
    }
}

/// The link mode of this program.
#[cfg(target_os = "linux")]
mod linked {
    use std::env;
    use std::process::Command;

    use crate::harness::{Need, leave_out};

    /// Returns the lines that a system tool prints about this program. Leaves the test out
    /// if there is no such tool.
    fn inspect(tool: &str, arguments: &[&str]) -> Vec<String> {
        let mut command = Command::new(tool);
        command.args(arguments).arg(env::current_exe().unwrap());
        let Ok(output) = command.env("LC_ALL", "C").output() else {
            leave_out(Need::Binutils, format!("there is no `{tool}`"));
        };
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    /// Reports whether a line of `nm` shows a function of libwasmtime, under its C name.
    fn is_of_libwasmtime(line: &str) -> bool {
        let name = line.split_whitespace().last().unwrap_or_default();
        name.starts_with("wasm_") || name.starts_with("wasmtime_")
    }

    /// Reports the same for the name that the build script has given it.
    fn is_renamed(line: &str) -> bool {
        let name = line.split_whitespace().last().unwrap_or_default();
        let first = name
            .chars()
            .next()
            .is_some_and(|first| first.is_ascii_uppercase());
        first && (name[1..].starts_with("asm_") || name[1..].starts_with("asmtime_"))
    }

    /// Calls libwasmtime, as otherwise the linker leaves it out.
    fn use_library() {
        libwasmtime::Engine::new(&libwasmtime::Config::new()).unwrap();
    }

    fn a_shared_library_is_needed_only_if_linked_so() {
        use_library();
        let lines = inspect("readelf", &["--dynamic", "--wide"]);
        let needed = |line: &&String| line.contains("(NEEDED)");
        let needed: Vec<_> = lines.iter().filter(needed).collect();
        let ours = needed.iter().any(|line| line.contains("libwasmtime"));
        assert_eq!(ours, cfg!(wasmtime_link = "dynamic"), "{needed:#?}");
    }

    fn functions_are_left_to_a_shared_library_only_if_linked_so() {
        use_library();
        let arguments = ["--dynamic", "--undefined-only"];
        let lines = inspect("nm", &arguments);
        let undefined: Vec<_> = lines
            .iter()
            .filter(|line| is_of_libwasmtime(line))
            .collect();
        let expected = cfg!(wasmtime_link = "dynamic");
        assert_eq!(!undefined.is_empty(), expected, "{undefined:#?}");
    }

    fn functions_are_in_the_program_only_if_linked_so() {
        use_library();
        let lines = inspect("nm", &["--defined-only"]);
        let stripped = lines.is_empty();
        if stripped {
            leave_out(Need::Binutils, "the program has no symbols");
        }
        for (is_ours, expected) in [
            (
                is_of_libwasmtime as fn(&str) -> bool,
                cfg!(wasmtime_link = "vendored"),
            ),
            (is_renamed, cfg!(wasmtime_link = "static")),
        ] {
            let defined: Vec<_> = lines.iter().filter(|line| is_ours(line)).collect();
            assert_eq!(!defined.is_empty(), expected, "{defined:#?}");
        }
    }
    crate::tests![
        a_shared_library_is_needed_only_if_linked_so,
        functions_are_left_to_a_shared_library_only_if_linked_so,
        functions_are_in_the_program_only_if_linked_so,
    ];
}

crate::tests![
    only_sys_asks_for_the_link_mode,
    sys_depends_on_nothing_above_it,
    paths_out_of_sys_are_recognised,
    the_version_is_known_in_full_wherever_it_can_be,
];
