//! Which mode is chosen.

use crate::prefix::{Prefix, VERSION};
use crate::script::Script;

fn each_feature_is_its_mode() {
    let both = Prefix::installed("each_feature", "libwasmtime.a").file("lib/libwasmtime.so", "");
    for mode in ["vendored", "static", "dynamic", "load"] {
        let output = Script::new(&[mode]).set("WASMTIME_DIR", &both.root()).run();
        assert_eq!(output.mode(), mode);
        assert_eq!(output.metadata("mode"), Some(mode));
    }
}

fn the_preferred_mode_that_can_be_had_wins() {
    let all = ["load", "dynamic", "static", "vendored"];
    let both = Prefix::installed("preferred_both", "libwasmtime.a").file("lib/libwasmtime.so", "");
    let shared = Prefix::installed("preferred_shared", "libwasmtime.so");
    let mode = |features: &[&str], prefix: &Prefix| {
        let output = Script::new(features)
            .set("WASMTIME_DIR", &prefix.root())
            .run();
        output.mode().to_owned()
    };
    assert_eq!(mode(&all, &both), "vendored");
    assert_eq!(mode(&all[..3], &both), "static");
    assert_eq!(mode(&all[..3], &shared), "dynamic");
    assert_eq!(Script::new(&all[..3]).run().mode(), "load");
    assert_eq!(Script::new(&all[1..3]).run().mode(), "missing");
}

fn the_variable_overrides_the_features() {
    let both = Prefix::installed("override", "libwasmtime.a").file("lib/libwasmtime.so", "");
    let all = ["vendored", "static", "dynamic", "load"];
    for mode in all {
        let output = Script::new(&all)
            .set("WASMTIME_DIR", &both.root())
            .set("LIBWASMTIME_LINK", mode)
            .run();
        assert_eq!(output.mode(), mode);
        assert!(output.watches("LIBWASMTIME_LINK"));
    }
}

fn the_variable_of_the_target_comes_first() {
    let output = Script::new(&["vendored", "load"])
        .set("LIBWASMTIME_LINK", "vendored")
        .set("RISCV64GC_UNKNOWN_LINUX_MUSL_LIBWASMTIME_LINK", "load")
        .run();
    assert_eq!(output.mode(), "load");
    assert!(output.watches("RISCV64GC_UNKNOWN_LINUX_MUSL_LIBWASMTIME_LINK"));
}

fn an_empty_variable_is_not_set() {
    let output = Script::new(&["load"]).set("LIBWASMTIME_LINK", "").run();
    assert_eq!(output.mode(), "load");
}

fn an_unknown_mode_is_an_error_that_lists_the_known() {
    let output = Script::new(&["load"])
        .set("LIBWASMTIME_LINK", "shared")
        .run();
    let error = output.error();
    assert!(error.contains("LIBWASMTIME_LINK is `shared`"), "{error}");
    assert!(
        error.contains("`vendored`, `static`, `dynamic`, `load`"),
        "{error}"
    );
}

fn a_mode_without_its_feature_is_an_error() {
    for (features, mode, needs) in [
        (["load"], "vendored", "`vendored` or `vendored-min`"),
        (["static"], "load", "`load`"),
        (["load"], "static", "`static` or `dynamic`"),
        (["load"], "dynamic", "`static` or `dynamic`"),
    ] {
        let output = Script::new(&features).set("LIBWASMTIME_LINK", mode).run();
        let error = output.error();
        assert!(
            error.contains(&format!("needs the Cargo feature {needs}")),
            "{error}"
        );
    }
}

fn static_and_dynamic_enable_each_other() {
    let both =
        Prefix::installed("enable_each_other", "libwasmtime.a").file("lib/libwasmtime.so", "");
    for (feature, mode) in [("static", "dynamic"), ("dynamic", "static")] {
        let output = Script::new(&[feature])
            .set("WASMTIME_DIR", &both.root())
            .set("LIBWASMTIME_LINK", mode)
            .run();
        assert_eq!(output.mode(), mode);
    }
}

fn an_override_that_finds_nothing_is_an_error() {
    let output = Script::new(&["static", "load"])
        .set("LIBWASMTIME_LINK", "static")
        .run();
    let error = output.error();
    assert!(
        error.contains("LIBWASMTIME_LINK=static, but no usable libwasmtime 48"),
        "{error}"
    );
    assert!(error.contains("set LIBWASMTIME_LINK=load"), "{error}");
}

fn no_feature_is_an_error_that_names_them() {
    let error = Script::new(&[]).run().error();
    for feature in ["`vendored`", "`static`", "`dynamic`", "`load`"] {
        assert!(error.contains(feature), "{error}");
    }
}

fn documentation_links_nothing() {
    let prefix = Prefix::new("documentation").headers("include", VERSION, &[]);
    let output = Script::new(&["vendored", "static"])
        .set("WASMTIME_DIR", &prefix.root())
        .set("LIBWASMTIME_LINK", "static")
        .set("DOCS_RS", "1")
        .run();
    assert_eq!(output.mode(), "missing");
    assert_eq!(output.libraries(), [""; 0]);
    let text = output.missing.unwrap();
    assert!(text.contains("Unset DOCS_RS"), "{text}");
}

fn nothing_found_leaves_a_report_and_warns() {
    let output = Script::new(&["static", "dynamic"]).run();
    assert_eq!(output.mode(), "missing");
    assert_eq!(output.libraries(), [""; 0]);
    assert!(output.warnings().contains("missing.txt"));
    let text = output.missing.unwrap();
    for expected in [
        "No usable libwasmtime 48 for riscv64gc-unknown-linux-musl was found.",
        "pkg-config wasmtime (static): not asked",
        "/usr (static): no libwasmtime.a in /usr/lib/riscv64-linux-musl",
        "/usr (dynamic): no libwasmtime.so in /usr/lib/riscv64-linux-musl",
        "set WASMTIME_DIR",
        "WASMTIME_LIB_DIR",
        "Cargo feature `vendored`",
        "Cargo feature `load`",
    ] {
        assert!(text.contains(expected), "no {expected:?} in:\n{text}");
    }
}

crate::tests![
    each_feature_is_its_mode,
    the_preferred_mode_that_can_be_had_wins,
    the_variable_overrides_the_features,
    the_variable_of_the_target_comes_first,
    an_empty_variable_is_not_set,
    an_unknown_mode_is_an_error_that_lists_the_known,
    a_mode_without_its_feature_is_an_error,
    static_and_dynamic_enable_each_other,
    an_override_that_finds_nothing_is_an_error,
    no_feature_is_an_error_that_names_them,
    documentation_links_nothing,
    nothing_found_leaves_a_report_and_warns,
];
