//! Packages that name this crate in other ways, for which the macros have to find it.

use std::fs;
use std::path::Path;
use std::process::Command;

/// This repository.
const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

/// The packages: the name of each, its dependency, and its source.
const PACKAGES: [(&str, &str, &str); 3] = [
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

#[test]
#[cfg_attr(
    feature = "vendored-min",
    ignore = "the link mode makes no difference, and others need no sources of libwasmtime"
)]
fn macros_find_the_crate_by_its_name_in_each_package() {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("macros");
    let write = |file: &str, text: &str| {
        let path = scratch.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let options = format!(
        "path = {REPOSITORY:?}, default-features = false, features = [\"gc\", \"load\", \"macros\"]"
    );
    for (name, dependency, source) in PACKAGES {
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
    let members = PACKAGES.map(|(name, ..)| name);
    write(
        "Cargo.toml",
        &format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n"),
    );
    // The versions that the repository is tested with.
    let lock = fs::read_to_string(Path::new(REPOSITORY).join("Cargo.lock")).unwrap();
    write("Cargo.lock", &lock);
    let checked = Command::new(env!("CARGO"))
        .args(["check", "--workspace", "--offline"])
        .current_dir(&scratch)
        .env("CARGO_TARGET_DIR", scratch.join("target"))
        .env_remove("CARGO_BUILD_TARGET")
        .env_remove("LIBWASMTIME_LINK")
        .output()
        .unwrap();
    let messages = String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success(), "{messages}");
}
