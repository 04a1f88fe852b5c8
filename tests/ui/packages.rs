//! Packages of their own that use the macros: those that name this crate, or others, in ways that
//! the macros have to cope with, one that lacks features, and one with a macro that works against
//! them.

use std::fs;
use std::path::Path;
use std::process::Command;

/// This repository.
const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

/// A package: its name, the sections of its manifest after the first, and its source. In the
/// sections, `OPTIONS` stands for those of a dependency on this repository.
pub type Package = (&'static str, &'static str, &'static str);

/// Packages that are right.
const PACKAGES: [Package; 5] = [
    (
        "renamed",
        r#"dependencies.wasmtime = { package = "libwasmtime", OPTIONS }"#,
        include_str!("packages/renamed.rs"),
    ),
    (
        "facade",
        "dependencies.libwasmtime = { OPTIONS }",
        include_str!("packages/facade.rs"),
    ),
    (
        "plugin",
        r#"dependencies.facade = { path = "../facade" }"#,
        include_str!("packages/plugin.rs"),
    ),
    ("empty", "", ""),
    (
        "shadows",
        r#"
dependencies.libwasmtime = { OPTIONS }
dependencies.core = { package = "empty", path = "../empty" }"#,
        include_str!("packages/shadows.rs"),
    ),
];

/// The package that lacks the features `async` and `gc`.
const LACKING: Package = (
    "lacking",
    "dependencies.libwasmtime = { OPTIONS }",
    include_str!("packages/lacking.rs"),
);

/// A package with mistakes, and the one that makes them.
const CHANGED: [Package; 2] = [
    (
        "changes",
        "lib.proc-macro = true",
        include_str!("packages/changes.rs"),
    ),
    (
        "changed",
        r#"
dependencies.libwasmtime = { OPTIONS }
dependencies.changes = { path = "../changes" }"#,
        include_str!("packages/changed.rs"),
    ),
];

/// Checks packages with these features of this crate. Returns whether they compile, and the
/// messages.
pub fn check(packages: &[Package], features: &[&str]) -> (bool, String) {
    // A build of one takes the other's features.
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("macros");
    let directory = scratch.join(packages[0].0);
    let write = |file: &str, text: &str| {
        let path = directory.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let options =
        format!("path = {REPOSITORY:?}, default-features = false, features = {features:?}");
    for (name, sections, source) in packages {
        let sections = sections.replace("OPTIONS", &options);
        write(
            &format!("{name}/Cargo.toml"),
            &format!(
                "package = {{ name = \"{name}\", version = \"0.0.0\", edition = \"2024\" }}\n\
                 {sections}\n"
            ),
        );
        write(&format!("{name}/src/lib.rs"), source);
    }
    let members: Vec<&str> = packages.iter().map(|(name, ..)| *name).collect();
    write(
        "Cargo.toml",
        &format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n"),
    );
    // The versions that the repository is tested with.
    let lock = fs::read_to_string(Path::new(REPOSITORY).join("Cargo.lock")).unwrap();
    write("Cargo.lock", &lock);
    let checked = Command::new(env!("CARGO"))
        .args([
            "check",
            "--workspace",
            "--offline",
            "--message-format=short",
        ])
        .current_dir(&directory)
        .env("CARGO_TARGET_DIR", scratch.join("target"))
        .env_remove("CARGO_BUILD_TARGET")
        .env_remove("LIBWASMTIME_LINK")
        .output()
        .unwrap();
    let messages = String::from_utf8_lossy(&checked.stderr).into_owned();
    (checked.status.success(), messages)
}

/// Returns the errors among messages, each with its place.
pub fn errors(messages: &str) -> Vec<(&str, &str)> {
    messages
        .lines()
        .filter_map(|line| line.split_once("lib.rs:")?.1.split_once(": error: "))
        .collect()
}

#[test]
#[cfg_attr(
    feature = "vendored-min",
    ignore = "the link mode makes no difference, and others need no sources of libwasmtime"
)]
fn macros_find_the_crate_by_its_name_in_each_package() {
    let (is_right, messages) = check(&PACKAGES, &["gc", "load", "macros"]);
    assert!(is_right, "{messages}");
}

/// Each is named once, and nothing that follows from it is reported.
#[test]
#[cfg_attr(
    feature = "vendored-min",
    ignore = "the link mode makes no difference, and others need no sources of libwasmtime"
)]
fn features_that_are_missing_are_named() {
    let (is_right, messages) = check(&[LACKING], &["load", "macros"]);
    assert!(!is_right);
    let errors = errors(&messages);
    let is_async = |name| {
        format!(
            "the `async fn` `{name}` needs the Cargo feature `async` of `libwasmtime`: turn it \
             on, or leave out `async`"
        )
    };
    let objects = "objects that a guest holds need the Cargo feature `gc` of `libwasmtime`";
    assert_eq!(
        errors,
        [
            ("9:1", objects),
            ("50:14", &is_async("wait")),
            ("52:14", &is_async("fetch")),
            ("57:14", &is_async("run")),
        ],
        "{messages}"
    );
}

/// The derive checks the fields that the struct has in the end.
#[test]
#[cfg_attr(
    feature = "vendored-min",
    ignore = "the link mode makes no difference, and others need no sources of libwasmtime"
)]
fn a_struct_passed_by_pointer_is_not_changed_by_another_attribute() {
    let (is_right, messages) = check(&CHANGED, &["gc", "load", "macros"]);
    assert!(!is_right);
    for expected in [
        "expected `*const u8`, found `*const bool`",
        "pattern requires `..` due to inaccessible fields",
        "expected `*const u8`, found `*const &",
    ] {
        assert!(messages.contains(expected), "{expected}\n{messages}");
    }
}
