//! Packages of their own that use the macros for components: by another name of this crate, by a
//! crate that re-exports it, without features, and with WIT that isn't there.

use crate::packages::{Package, check, errors};

const RENAMED: Package = (
    "components_renamed",
    r#"dependencies.wasmtime = { package = "libwasmtime", OPTIONS }"#,
    include_str!("packages/components_renamed.rs"),
);

/// A package that re-exports this crate, and one that depends on that alone.
const REEXPORTED: [Package; 2] = [
    (
        "facade",
        "dependencies.libwasmtime = { OPTIONS }",
        include_str!("packages/components_facade.rs"),
    ),
    (
        "components_plugin",
        r#"dependencies.facade = { path = "../facade" }"#,
        include_str!("packages/components_plugin.rs"),
    ),
];

/// The package that lacks the features `component-macro` and `macros`.
const LACKING: Package = (
    "components_lacking",
    "dependencies.libwasmtime = { OPTIONS }",
    include_str!("packages/components_lacking.rs"),
);

/// The package that lacks the feature `component-model-async`.
const LACKING_ASYNC: Package = (
    "components_lacking_async",
    "dependencies.libwasmtime = { OPTIONS }",
    include_str!("packages/components_lacking_async.rs"),
);

const PATHS: Package = (
    "components_paths",
    "dependencies.libwasmtime = { OPTIONS }",
    include_str!("packages/components_paths.rs"),
);

/// There, `bindgen!` leaves out the functions that instantiate asynchronously.
#[test]
#[cfg_attr(
    feature = "vendored-min",
    ignore = "the link mode makes no difference, and others need no sources of libwasmtime"
)]
fn macros_for_components_find_the_crate_by_another_name() {
    let (is_right, messages) = check(&[RENAMED], &["load", "component-macro"]);
    assert!(is_right, "{messages}");
}

#[test]
#[cfg_attr(
    feature = "vendored-min",
    ignore = "the link mode makes no difference, and others need no sources of libwasmtime"
)]
fn macros_for_components_find_the_crate_that_another_one_reexports() {
    let (is_right, messages) = check(
        &REEXPORTED,
        &["load", "component-macro", "component-model-async"],
    );
    assert!(is_right, "{messages}");
}

#[test]
#[cfg_attr(
    feature = "vendored-min",
    ignore = "the link mode makes no difference, and others need no sources of libwasmtime"
)]
fn features_for_components_that_are_missing_are_named() {
    let (is_right, messages) = check(&[LACKING], &["load", "component-model"]);
    assert!(!is_right);
    let missing = |name, feature| {
        format!(
            "`component::{name}!` needs the Cargo feature `{feature}` of `libwasmtime`: turn it on"
        )
    };
    assert_eq!(
        errors(&messages),
        [
            ("3:1", &*missing("bindgen", "component-macro")),
            ("7:1", &missing("flags", "macros")),
        ],
        "{messages}"
    );

    let (is_right, messages) = check(&[LACKING_ASYNC], &["load", "component-macro"]);
    assert!(!is_right);
    let missing = "asynchronous functions of components need the Cargo feature \
                   `component-model-async` of `libwasmtime`: turn it on, or leave out `async`";
    let places = ["6:9", "17:9", "24:9"];
    assert_eq!(
        errors(&messages),
        places.map(|place| (place, missing)),
        "{messages}"
    );
}

/// The message names the directory, so that it is clear what the path is relative to.
#[test]
#[cfg_attr(
    feature = "vendored-min",
    ignore = "the link mode makes no difference, and others need no sources of libwasmtime"
)]
fn paths_of_wit_are_looked_for_in_the_package() {
    let (is_right, messages) = check(&[PATHS], &["load", "component-macro"]);
    assert!(!is_right);
    let errors = errors(&messages);
    let places = errors.iter().map(|(place, _)| *place);
    assert!(places.eq(["4:40", "8:38", "12:40"]), "{messages}");
    for ((_, error), path) in errors.iter().zip(["nowhere", "src/nowhere.wit"]) {
        let begin = format!("can't read the WIT in `{path}`, which is looked for in `");
        assert!(error.starts_with(&begin), "{messages}");
        assert!(
            error.contains("components_paths`, the directory of the package's `Cargo.toml`: "),
            "{messages}"
        );
    }
    // The place in the file, which is no WIT.
    assert!(messages.contains("src/lib.rs:3:1\n"), "{messages}");
    assert!(messages.contains("| mod missing {"), "{messages}");
}
