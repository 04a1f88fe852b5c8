//! Where a library is found.

use std::process::Command;

use crate::harness::{Need, leave_out};
use crate::prefix::{Prefix, VERSION};
use crate::script::{Output, Script};

/// Returns the mode and the place that were found.
fn found(output: &Output) -> (&str, String) {
    let directories = output.directories();
    let directory = match (output.mode(), &directories[..]) {
        // The second is tested in the module `loader`.
        ("dynamic", [directory, _]) | ("static", [directory]) => directory,
        (_, directories) => panic!("not one directory but {directories:?}"),
    };
    let directory = directory.strip_prefix("native=").unwrap();
    assert_eq!(output.metadata("lib"), Some(directory));
    (output.mode(), directory.to_owned())
}

fn wasmtime_dir_has_lib_and_include() {
    let prefix = Prefix::installed("dir", "libwasmtime.so");
    let output = Script::new(&["dynamic"])
        .set("WASMTIME_DIR", &prefix.root())
        .run();
    assert_eq!(found(&output), ("dynamic", prefix.path("lib")));
    assert_eq!(output.libraries(), ["dylib=wasmtime"]);
    assert_eq!(
        output.metadata("include"),
        Some(prefix.path("include").as_str())
    );
    assert_eq!(output.metadata("version"), Some(VERSION));
    assert_eq!(output.warnings(), "");
}

fn wasmtime_min_is_the_minimal_library_of_wasmtime_dir() {
    let prefix = Prefix::installed("min", "libwasmtime.so")
        .file("min/lib/libwasmtime.so", "")
        .headers("min/include", "48.0.9", &[]);
    let run = |value: &str| {
        Script::new(&["dynamic"])
            .set("WASMTIME_DIR", &prefix.root())
            .set("WASMTIME_MIN", value)
            .run()
    };
    assert_eq!(found(&run("1")), ("dynamic", prefix.path("min/lib")));
    assert_eq!(run("1").metadata("version"), Some("48.0.9"));
    assert_eq!(found(&run("0")), ("dynamic", prefix.path("lib")));
    let error = run("yes").error();
    assert!(error.contains("WASMTIME_MIN is `yes`"), "{error}");
}

fn wasmtime_min_needs_wasmtime_dir() {
    let output = Script::new(&["dynamic"]).set("WASMTIME_MIN", "1").run();
    let error = output.error();
    assert!(error.contains("WASMTIME_DIR, which isn't set"), "{error}");
}

fn wasmtime_lib_dir_comes_before_wasmtime_dir() {
    let prefix = Prefix::installed("lib_dir_prefix", "libwasmtime.so");
    let directory = Prefix::new("lib_dir").file("libwasmtime.so", "");
    let output = Script::new(&["dynamic"])
        .set("WASMTIME_LIB_DIR", &directory.root())
        .set("WASMTIME_DIR", &prefix.root())
        .run();
    assert_eq!(found(&output), ("dynamic", directory.root()));
    assert_eq!(
        output.metadata("include"),
        Some(prefix.path("include").as_str())
    );
}

fn wasmtime_lib_dir_has_its_headers_beside_it() {
    let prefix = Prefix::installed("lib_dir_beside", "libwasmtime.so");
    let output = Script::new(&["dynamic"])
        .set("WASMTIME_LIB_DIR", &prefix.path("lib"))
        .run();
    assert_eq!(output.metadata("version"), Some(VERSION));
}

fn wasmtime_include_dir_says_which_headers() {
    let prefix = Prefix::installed("include_dir", "libwasmtime.so")
        .headers("other", "48.1.2", &[])
        .headers("wrong", "47.0.0", &[])
        .file("empty/readme", "");
    let run = |directory: &str| {
        Script::new(&["dynamic"])
            .set("WASMTIME_LIB_DIR", &prefix.path("lib"))
            .set("WASMTIME_INCLUDE_DIR", &prefix.path(directory))
            .run()
    };
    assert_eq!(run("other").metadata("version"), Some("48.1.2"));
    let error = run("wrong").error();
    assert!(error.contains("says version 47.0.0"), "{error}");
    let error = run("empty").error();
    assert!(error.contains("WASMTIME_INCLUDE_DIR"), "{error}");
    assert!(error.contains("no wasmtime.h"), "{error}");
}

fn each_variable_has_one_for_the_target_that_comes_first() {
    let right = Prefix::installed("target_right", "libwasmtime.so")
        .file("min/lib/libwasmtime.so", "")
        .headers("min/include", VERSION, &[]);
    let wrong =
        Prefix::installed("target_wrong", "libwasmtime.so").headers("include", "1.0.0", &[]);
    let own = |name: &str| format!("RISCV64GC_UNKNOWN_LINUX_MUSL_{name}");

    let output = Script::new(&["dynamic"])
        .set("WASMTIME_DIR", &wrong.root())
        .set(&own("WASMTIME_DIR"), &right.root())
        .set("WASMTIME_MIN", "0")
        .set(&own("WASMTIME_MIN"), "1")
        .run();
    assert_eq!(found(&output), ("dynamic", right.path("min/lib")));

    let output = Script::new(&["dynamic"])
        .set("WASMTIME_LIB_DIR", &wrong.path("lib"))
        .set(&own("WASMTIME_LIB_DIR"), &right.path("lib"))
        .set("WASMTIME_INCLUDE_DIR", &wrong.path("include"))
        .set(&own("WASMTIME_INCLUDE_DIR"), &right.path("include"))
        .run();
    assert_eq!(found(&output), ("dynamic", right.path("lib")));

    let output = Script::new(&["dynamic"]).run();
    for name in [
        "WASMTIME_DIR",
        "WASMTIME_INCLUDE_DIR",
        "WASMTIME_LIB_DIR",
        "WASMTIME_MIN",
    ] {
        assert!(output.watches(name), "{name}");
        assert!(output.watches(&own(name)), "{name}");
    }
}

fn a_named_place_without_the_library_is_an_error() {
    let prefix = Prefix::new("named_empty").file("lib/_libwasmtime.so", "");
    for features in [&["dynamic"][..], &["dynamic", "load"]] {
        for (variable, value) in [
            ("WASMTIME_DIR", prefix.root()),
            ("WASMTIME_LIB_DIR", prefix.path("lib")),
        ] {
            let error = Script::new(features).set(variable, &value).run().error();
            let expected = format!(
                "{variable} (dynamic): no libwasmtime.so in {}",
                prefix.path("lib")
            );
            assert!(error.contains(&expected), "no {expected:?} in:\n{error}");
            assert!(error.contains("(only _libwasmtime.so)"), "{error}");
            assert!(!error.contains("pkg-config"), "searched on:\n{error}");
        }
    }
}

fn the_wrong_kind_of_library_is_named() {
    let prefix = Prefix::installed("wrong_kind", "libwasmtime.so");
    let output = Script::new(&["static"])
        .set("WASMTIME_DIR", &prefix.root())
        .run();
    let error = output.error();
    assert!(error.contains("(only libwasmtime.so)"), "{error}");
    assert!(
        error.contains("turn on the Cargo feature `dynamic`"),
        "{error}"
    );
}

fn a_directory_is_absolute_and_there() {
    let run = |value: &str| {
        let script = Script::new(&["dynamic"]).set("WASMTIME_DIR", value);
        script.run().error()
    };
    let error = run("wasmtime/48");
    assert!(error.contains("`wasmtime/48`, a relative path"), "{error}");
    let path = Prefix::new("not_there").path("48");
    let error = run(&path);
    assert!(error.contains("which is not a directory"), "{error}");
}

fn an_archive_brings_the_native_libraries() {
    let prefix = Prefix::installed("archive", "libwasmtime.a");
    let output = Script::new(&["static"])
        .set("WASMTIME_DIR", &prefix.root())
        .run();
    assert_eq!(found(&output), ("static", prefix.path("lib")));
    assert_eq!(
        output.libraries(),
        ["static:-bundle=wasmtime", "pthread", "dl", "m"]
    );
}

/// Leaves the test out if this machine has no pkg-config.
pub fn needs_pkg_config() {
    if Command::new("pkg-config")
        .arg("--version")
        .output()
        .is_err()
    {
        leave_out(Need::PkgConfig, "there is no pkg-config on this machine");
    }
}

/// Returns the build script with a package that pkg-config may find.
fn with_package(features: &[&str], prefix: &Prefix) -> Script {
    Script::new(features)
        .set("PKG_CONFIG_ALLOW_CROSS", "1")
        .set("PKG_CONFIG_PATH", &prefix.path("lib/pkgconfig"))
}

fn pkg_config_is_asked() {
    needs_pkg_config();
    let prefix = Prefix::installed("package", "libwasmtime.so").package(VERSION);
    let output = with_package(&["static", "dynamic"], &prefix).run();
    assert_eq!(found(&output), ("dynamic", prefix.path("lib")));
    assert_eq!(output.metadata("version"), Some(VERSION));

    let archive = Prefix::installed("package_static", "libwasmtime.a").package(VERSION);
    let output = with_package(&["static", "dynamic"], &archive).run();
    assert_eq!(found(&output), ("static", archive.path("lib")));
}

fn pkg_config_comes_after_the_variables() {
    needs_pkg_config();
    let package = Prefix::installed("package_after", "libwasmtime.so").package(VERSION);
    let named = Prefix::installed("package_before", "libwasmtime.so");
    let output = with_package(&["dynamic"], &package)
        .set("WASMTIME_DIR", &named.root())
        .run();
    assert_eq!(found(&output), ("dynamic", named.path("lib")));
}

fn a_package_of_another_version_is_rejected_with_the_reason() {
    needs_pkg_config();
    let headers = Prefix::installed("package_headers", "libwasmtime.so")
        .headers("include", "47.0.2", &[])
        .package("47.0.2");
    let no_headers = Prefix::new("package_no_headers")
        .file("lib/libwasmtime.so", "")
        .package("47.0.2");
    for prefix in [headers, no_headers] {
        let output = with_package(&["dynamic"], &prefix).run();
        assert_eq!(output.mode(), "missing");
        let text = output.missing.unwrap();
        assert!(text.contains("version 47.0.2"), "{text}");
        assert!(text.contains("/usr (dynamic)"), "searched no more:\n{text}");
        let output = with_package(&["dynamic", "load"], &prefix).run();
        assert_eq!(output.mode(), "load");
    }
}

fn pkg_config_does_not_answer_for_another_target() {
    let prefix = Prefix::installed("package_cross", "libwasmtime.so").package(VERSION);
    let output = Script::new(&["dynamic"])
        .set("PKG_CONFIG_PATH", &prefix.path("lib/pkgconfig"))
        .run();
    assert_eq!(output.mode(), "missing");
    let text = output.missing.unwrap();
    assert!(text.contains("PKG_CONFIG_ALLOW_CROSS=1"), "{text}");
}

crate::tests![
    wasmtime_dir_has_lib_and_include,
    wasmtime_min_is_the_minimal_library_of_wasmtime_dir,
    wasmtime_min_needs_wasmtime_dir,
    wasmtime_lib_dir_comes_before_wasmtime_dir,
    wasmtime_lib_dir_has_its_headers_beside_it,
    wasmtime_include_dir_says_which_headers,
    each_variable_has_one_for_the_target_that_comes_first,
    a_named_place_without_the_library_is_an_error,
    the_wrong_kind_of_library_is_named,
    a_directory_is_absolute_and_there,
    an_archive_brings_the_native_libraries,
    pkg_config_is_asked,
    pkg_config_comes_after_the_variables,
    a_package_of_another_version_is_rejected_with_the_reason,
    pkg_config_does_not_answer_for_another_target,
];
