//! Packages that name this crate in other ways, for which the macros have to find it, and one
//! that lacks features.

use std::fs;
use std::path::Path;
use std::process::Command;

/// This repository.
const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

/// A package: its name, its dependency, and its source.
type Package = (&'static str, &'static str, &'static str);

/// The packages that name this crate in other ways.
const PACKAGES: [Package; 3] = [
    (
        "renamed",
        r#"wasmtime = { package = "libwasmtime", OPTIONS }"#,
        include_str!("packages/renamed.rs"),
    ),
    (
        "facade",
        "libwasmtime = { OPTIONS }",
        include_str!("packages/facade.rs"),
    ),
    (
        "plugin",
        r#"facade = { path = "../facade" }"#,
        include_str!("packages/plugin.rs"),
    ),
];

/// The package that lacks the features `async` and `gc`.
const LACKING: Package = (
    "lacking",
    "libwasmtime = { OPTIONS }",
    include_str!("packages/lacking.rs"),
);

/// Checks packages with these features of this crate. Returns whether they compile, and the
/// messages, a line each.
fn check(packages: &[Package], features: &[&str]) -> (bool, String) {
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
    for (name, dependency, source) in packages {
        let dependency = dependency.replace("OPTIONS", &options);
        write(
            &format!("{name}/Cargo.toml"),
            &format!(
                "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
                 [dependencies]\n{dependency}\n"
            ),
        );
        write(&format!("{name}/src/lib.rs"), source);
    }
    let members: Vec<_> = packages.iter().map(|(name, ..)| name).collect();
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
    let errors: Vec<_> = messages
        .lines()
        .filter_map(|line| line.split_once("lib.rs:")?.1.split_once(": error: "))
        .collect();
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
