//! What a program is linked with, and who knows: the link mode changes the
//! executable and nothing in the source beyond `src/sys/`.

use std::fs;
use std::path::{Path, PathBuf};

/// Whether a line of source asks for the link mode. `wasmtime_linker_new` and
/// its like don't.
fn asks(line: &str) -> bool {
    const CFG: &str = "wasmtime_link";
    line.match_indices(CFG).any(|(start, _)| {
        let next = line[start + CFG.len()..].chars().next();
        !next.is_some_and(|next| next == '_' || next.is_alphanumeric())
    })
}

/// All Rust sources below a directory.
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

#[test]
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

/// Such as "48.0.8", in every link mode: only a shared library that was built without
/// `debug-builtins` doesn't tell its patch.
#[test]
fn the_version_is_known_in_full_wherever_it_can_be() {
    libwasmtime::load().unwrap();
    let version = libwasmtime::loaded().unwrap().version().unwrap();
    let is_part = cfg!(any(wasmtime_link = "vendored", wasmtime_link = "static"));
    if is_part || cfg!(feature = "debug-builtins") {
        let patch = version.patch.expect("the patch is known");
        assert_eq!(version.to_string(), format!("{}.0.{patch}", version.major));
    }
    // That is built from the source that the package names.
    if cfg!(wasmtime_link = "vendored") {
        assert_eq!(version.to_string(), env!("CARGO_PKG_VERSION"));
    }
}

/// What this very program is linked with.
#[cfg(target_os = "linux")]
mod linked {
    use std::env;
    use std::process::Command;

    /// The lines that one of the system's tools prints of this program; `None`
    /// if there is no such tool.
    fn inspect(tool: &str, arguments: &[&str]) -> Option<Vec<String>> {
        let mut command = Command::new(tool);
        command.args(arguments).arg(env::current_exe().unwrap());
        let Ok(output) = command.env("LC_ALL", "C").output() else {
            println!("skipped: there is no {tool}");
            return None;
        };
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        Some(text.lines().map(str::to_owned).collect())
    }

    /// Whether a line of `nm` is about a function of libwasmtime, as C names it.
    fn is_of_libwasmtime(line: &str) -> bool {
        let name = line.split_whitespace().last().unwrap_or_default();
        name.starts_with("wasm_") || name.starts_with("wasmtime_")
    }

    /// Whether it is, under the name that the build script has given it.
    fn is_renamed(line: &str) -> bool {
        let name = line.split_whitespace().last().unwrap_or_default();
        let first = name
            .chars()
            .next()
            .is_some_and(|first| first.is_ascii_uppercase());
        first && (name[1..].starts_with("asm_") || name[1..].starts_with("asmtime_"))
    }

    /// Calls libwasmtime: else the linker leaves it out.
    fn use_library() {
        libwasmtime::Engine::new(&libwasmtime::Config::new()).unwrap();
    }

    #[test]
    fn a_shared_library_is_needed_only_if_linked_so() {
        use_library();
        let Some(lines) = inspect("readelf", &["--dynamic", "--wide"]) else {
            return;
        };
        let needed = |line: &&String| line.contains("(NEEDED)");
        let needed: Vec<_> = lines.iter().filter(needed).collect();
        let ours = needed.iter().any(|line| line.contains("libwasmtime"));
        assert_eq!(ours, cfg!(wasmtime_link = "dynamic"), "{needed:#?}");
    }

    #[test]
    fn functions_are_left_to_a_shared_library_only_if_linked_so() {
        use_library();
        let arguments = ["--dynamic", "--undefined-only"];
        let Some(lines) = inspect("nm", &arguments) else {
            return;
        };
        let undefined: Vec<_> = lines
            .iter()
            .filter(|line| is_of_libwasmtime(line))
            .collect();
        let expected = cfg!(wasmtime_link = "dynamic");
        assert_eq!(!undefined.is_empty(), expected, "{undefined:#?}");
    }

    #[test]
    fn functions_are_in_the_program_only_if_linked_so() {
        use_library();
        let Some(lines) = inspect("nm", &["--defined-only"]) else {
            return;
        };
        let stripped = lines.is_empty();
        if stripped {
            println!("skipped: the program has no symbols");
            return;
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
}
