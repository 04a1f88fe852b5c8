//! The requirements on a library's headers.

use std::fs;

use crate::linked::other_majors;
use crate::prefix::{Prefix, VERSION};
use crate::script::{Output, Script};

/// Runs the build script with the library of a prefix.
fn run(features: &[&str], prefix: &Prefix) -> Output {
    let mut features = features.to_vec();
    features.push("dynamic");
    Script::new(&features)
        .set("WASMTIME_DIR", &prefix.root())
        .run()
}

fn another_major_is_an_error() {
    for version in ["47.0.0", "49.0.0", "480.0.0"] {
        let prefix = Prefix::installed(&format!("major_{version}"), "libwasmtime.so").headers(
            "include",
            version,
            &[],
        );
        let error = run(&[], &prefix).error();
        let expected = format!(
            "{} says version {version}; this crate needs 48",
            prefix.path("include/wasmtime.h")
        );
        assert!(error.contains(&expected), "no {expected:?} in:\n{error}");
        assert!(error.contains("`vendored`"), "{error}");
    }
}

fn any_minor_and_patch_is_fine() {
    let prefix = Prefix::installed("minor", "libwasmtime.so").headers("include", "48.7.31", &[]);
    assert_eq!(run(&[], &prefix).metadata("version"), Some("48.7.31"));
}

/// The preprocessor marks text from such a directory.
fn headers_may_be_in_a_directory_of_the_system() {
    let prefix = Prefix::installed("system", "libwasmtime.so");
    let output = Script::new(&["dynamic"])
        .native()
        .set("WASMTIME_DIR", &prefix.root())
        .set("C_INCLUDE_PATH", &prefix.path("include"))
        .run();
    assert_eq!(output.metadata("version"), Some(VERSION));
}

fn headers_without_a_version_are_an_error() {
    let prefix = Prefix::installed("no_version", "libwasmtime.so").file("include/wasmtime.h", "");
    let error = run(&[], &prefix).error();
    assert!(error.contains("defines no WASMTIME_VERSION"), "{error}");
}

fn a_feature_that_the_library_lacks_is_an_error() {
    let prefix = Prefix::installed("lacks", "libwasmtime.so").headers(
        "include",
        VERSION,
        &["wasi-http", "wat-extras"],
    );
    let error = run(&["wat", "wasi", "wasi-http"], &prefix).error();
    assert!(error.contains("built without `wasi`, `wat`;"), "{error}");
    assert!(
        error.contains(&prefix.path("include/wasmtime/conf.h")),
        "{error}"
    );
    assert!(error.contains("turn the Cargo feature off"), "{error}");
}

fn a_feature_that_only_the_library_has_is_fine() {
    let prefix =
        Prefix::installed("has_more", "libwasmtime.so").headers("include", VERSION, &["wat"]);
    assert_eq!(run(&[], &prefix).mode(), "dynamic");
}

/// Returns the features of the C API, from the manifest of the vendor package.
fn features_of_the_c_api() -> Vec<String> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/vendor/Cargo.toml");
    let manifest = fs::read_to_string(manifest).unwrap();
    let features: Vec<String> = manifest
        .split("wasmtime-c-api-impl/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    assert!(features.len() > 20, "{features:?}");
    features
}

fn every_feature_is_checked_that_can_be() {
    let none = Prefix::installed("checks_none", "libwasmtime.so");
    let features = features_of_the_c_api();
    let names: Vec<&str> = features.iter().map(String::as_str).collect();
    let all = Prefix::installed("checks_all", "libwasmtime.so").headers("include", VERSION, &names);
    assert_eq!(run(&names, &all).mode(), "dynamic");

    let error = run(&names, &none).error();
    for name in names {
        let unchecked = ["gc-copying", "disable-logging"].contains(&name);
        assert_eq!(
            error.contains(&format!("`{name}`")),
            !unchecked,
            "{name}: {error}"
        );
    }
}

fn a_library_without_headers_is_taken_with_a_warning() {
    let prefix = Prefix::new("no_headers").file("lib/libwasmtime.so", "");
    let output = run(&["wat"], &prefix);
    assert_eq!(output.mode(), "dynamic");
    assert_eq!(output.metadata("version"), None);
    let warning = output.warnings();
    assert!(warning.contains("the version and features of"), "{warning}");
    assert!(warning.contains("WASMTIME_INCLUDE_DIR"), "{warning}");
}

/// Returns a file with the name of a function that ends with a version.
fn of_version(version: &str) -> String {
    let version = version.replace('.', "_");
    format!("other_1_2_3\0set_vmctx_memory_{version}\0wasmtime_func_new\0")
}

fn without_headers_the_library_itself_says_the_version() {
    for (mode, file) in [("dynamic", "libwasmtime.so"), ("static", "libwasmtime.a")] {
        let prefix = Prefix::new(&format!("says_version_{mode}"))
            .file(&format!("lib/{file}"), &of_version("48.0.5"));
        let output = Script::new(&[mode])
            .set("WASMTIME_DIR", &prefix.root())
            .run();
        assert_eq!(output.metadata("version"), Some("48.0.5"));
        let warning = output.warnings();
        assert!(warning.contains("the features of"), "{warning}");
    }
}

fn a_library_of_another_major_is_an_error_whatever_its_headers_say() {
    for (mode, file) in [("dynamic", "libwasmtime.so"), ("static", "libwasmtime.a")] {
        let path = format!("lib/{file}");
        let without = Prefix::new(&format!("other_without_{mode}"));
        let with = Prefix::installed(&format!("other_with_{mode}"), file);
        for prefix in [without, with] {
            let prefix = prefix.file(&path, &of_version("47.0.2"));
            let error = Script::new(&[mode, "load"])
                .set("WASMTIME_LIB_DIR", &prefix.path("lib"))
                .run()
                .error();
            let expected = format!(
                "{} is of version 47.0.2; this crate needs 48",
                prefix.path(&path)
            );
            assert!(error.contains(&expected), "no {expected:?} in:\n{error}");
        }
    }
}

/// Upstream's libraries, named by `WASMTIME_LIB_DIR`, without headers.
fn real_libraries_of_other_majors_are_errors() {
    for directory in other_majors() {
        let error = Script::new(&["dynamic"])
            .set("WASMTIME_LIB_DIR", &directory.display().to_string())
            .run()
            .error();
        assert!(error.contains("is of version"), "{error}");
    }
}

fn headers_without_features_are_taken_with_a_warning() {
    let prefix = Prefix::new("no_conf").file("lib/libwasmtime.so", "").file(
        "include/wasmtime.h",
        "# define  WASMTIME_VERSION\t\"48.0.0\" // text\n",
    );
    let output = run(&["wat"], &prefix);
    assert_eq!(output.mode(), "dynamic");
    assert_eq!(output.metadata("version"), Some("48.0.0"));
    let warning = output.warnings();
    assert!(warning.contains("the features of"), "{warning}");
}

/// Headers that only the preprocessor understands: the version is composed of parts, and a
/// feature is disabled by a condition.
fn misleading(name: &str) -> Prefix {
    Prefix::new(name)
        .file("lib/libwasmtime.so", "")
        .file(
            "include/wasmtime.h",
            "#include <wasmtime/conf.h>\n#if 0\n#define WASMTIME_VERSION \"47.0.0\"\n#else\n\
             #define WASMTIME_VERSION \"48.0.6\"\n#endif\n",
        )
        .file(
            "include/wasmtime/conf.h",
            "#if 0\n#define WASMTIME_FEATURE_WAT\n#endif\n#define WASMTIME_FEATURE_GC\n",
        )
}

fn the_preprocessor_is_asked_first() {
    let prefix = misleading("preprocessor");
    let script = |features: &[&str]| {
        Script::new(features)
            .native()
            .set("WASMTIME_DIR", &prefix.root())
    };
    let output = script(&["dynamic", "gc"]).run();
    assert_eq!(output.metadata("version"), Some("48.0.6"));
    assert_eq!(output.warnings(), "");
    let error = script(&["dynamic", "gc", "wat"]).run().error();
    assert!(error.contains("built without `wat`;"), "{error}");
}

fn without_a_c_compiler_the_text_is_read() {
    let prefix = misleading("no_compiler");
    let output = Script::new(&["dynamic"])
        .native()
        .set("CC", &prefix.path("no-such-compiler"))
        .set("WASMTIME_DIR", &prefix.root())
        .run();
    let error = output.error();
    assert!(error.contains("says version 47.0.0"), "{error}");

    let prefix = Prefix::installed("no_compiler_lacks", "libwasmtime.so");
    let prefix = prefix.headers("include", VERSION, &["gc-null"]);
    let script = |feature: &str| {
        Script::new(&["dynamic", feature])
            .native()
            .set("CC", &prefix.path("no-such-compiler"))
            .set("WASMTIME_DIR", &prefix.root())
            .run()
    };
    assert_eq!(script("gc-null").mode(), "dynamic");
    let error = script("gc").error();
    assert!(error.contains("built without `gc`;"), "{error}");
}

crate::tests![
    another_major_is_an_error,
    any_minor_and_patch_is_fine,
    headers_may_be_in_a_directory_of_the_system,
    headers_without_a_version_are_an_error,
    a_feature_that_the_library_lacks_is_an_error,
    a_feature_that_only_the_library_has_is_fine,
    every_feature_is_checked_that_can_be,
    a_library_without_headers_is_taken_with_a_warning,
    without_headers_the_library_itself_says_the_version,
    a_library_of_another_major_is_an_error_whatever_its_headers_say,
    real_libraries_of_other_majors_are_errors,
    headers_without_features_are_taken_with_a_warning,
    the_preprocessor_is_asked_first,
    without_a_c_compiler_the_text_is_read,
];
