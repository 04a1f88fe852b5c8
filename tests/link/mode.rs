//! The choice of the link mode.

use std::path::Path;

use crate::prefix::{Prefix, VERSION};
use crate::script::{Script, host, out_of};

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

/// A program that is linked with an archive, and its build script, which loads a
/// library: both are for this machine, and see the same variables.
fn an_override_is_for_the_build_that_can_follow_it() {
    let both = Prefix::installed("standalone", "libwasmtime.a").file("lib/libwasmtime.so", "");
    let own = |name: &str| host().to_uppercase().replace(['-', '.'], "_") + "_" + name;
    let with_target = Prefix::new("with_target").file(&format!("{}/readme", host()), "");
    for name in ["LIBWASMTIME_LINK".to_owned(), own("LIBWASMTIME_LINK")] {
        let run = |features: &[&str], mode: &str| {
            Script::new(features)
                .native()
                .set(&own("WASMTIME_DIR"), &both.root())
                .set(&name, mode)
                .out(out_of(Path::new(&with_target.root()), "debug"))
                .run()
        };
        assert_eq!(run(&["static"], "static").mode(), "static");
        let output = run(&["load"], "static");
        assert_eq!(output.mode(), "load");
        let warning = output.warnings();
        for expected in ["is left to the program", &format!("{name}=static,load")] {
            assert!(warning.contains(expected), "no {expected} in {warning}");
        }
        // The other way round, and a list for both.
        assert_eq!(run(&["static"], "load").mode(), "static");
        assert_eq!(run(&["load"], "load").mode(), "load");
        for features in ["static", "load"] {
            let output = run(&[features], "static,load");
            assert_eq!((output.mode(), output.warnings().as_str()), (features, ""));
        }
    }

    // Without a target, a program in a release build is optimised.
    let output = Script::new(&["load"])
        .native()
        .set("LIBWASMTIME_LINK", "static")
        .set("PROFILE", "release")
        .run();
    assert_eq!(output.mode(), "load");
}

fn an_override_that_the_program_cannot_follow_is_an_error() {
    let script = || {
        Script::new(&["load"])
            .native()
            .set("LIBWASMTIME_LINK", "dynamic")
    };
    let with_target = Prefix::new("for_target").file(&format!("{}/readme", host()), "");
    let of_target = |profile| out_of(Path::new(&with_target.path(host())), profile);
    // The folder was left by an earlier build.
    let beside = || out_of(Path::new(&with_target.root()), "debug");
    for script in [
        // Without debug information, as some configure their dependencies.
        script(),
        script().out(of_target("debug")),
        script().set("PROFILE", "release").out(of_target("release")),
        script().out(beside()).set("DEBUG", "true"),
        script().out(beside()).set("OPT_LEVEL", "3"),
        Script::new(&["load"]).set("LIBWASMTIME_LINK", "dynamic"),
    ] {
        let error = script.run().error();
        for expected in [
            "LIBWASMTIME_LINK=dynamic needs the Cargo feature `static` or `dynamic`",
            "LIBWASMTIME_LINK=dynamic,load",
        ] {
            assert!(error.contains(expected), "no {expected} in {error}");
        }
    }
}

fn the_variable_may_list_modes_in_an_order_of_its_own() {
    let both = Prefix::installed("listed", "libwasmtime.a").file("lib/libwasmtime.so", "");
    let run = |list: &str, prefix: &Prefix| {
        Script::new(&["static", "dynamic", "load"])
            .set("WASMTIME_DIR", &prefix.root())
            .set("LIBWASMTIME_LINK", list)
            .run()
    };
    assert_eq!(run("dynamic, static", &both).mode(), "dynamic");
    assert_eq!(run("load,dynamic", &both).mode(), "load");
    assert_eq!(run("vendored,static", &both).mode(), "static");
    let archive = Prefix::installed("listed_archive", "libwasmtime.a");
    assert_eq!(run("dynamic,static", &archive).mode(), "static");
    let error = run("static,shared", &both).error();
    assert!(error.contains("`shared` is not a link mode"), "{error}");
    let error = Script::new(&["static", "dynamic"])
        .set("LIBWASMTIME_LINK", "dynamic,static")
        .run()
        .error();
    assert!(
        error.contains("LIBWASMTIME_LINK=dynamic,static, but no usable"),
        "{error}"
    );
}

/// The minimal library is for the program; its build script opens another.
fn where_a_library_is_does_not_matter_to_a_build_that_loads_one() {
    let output = Script::new(&["load", "cranelift"])
        .native()
        .set("WASMTIME_MIN", "1")
        .set("WASMTIME_LIB_DIR", "nowhere")
        .run();
    assert_eq!(output.mode(), "load");
}

/// With Cargo's resolver 1, the program's build gets the features of the build script's
/// dependency.
fn features_that_may_be_anothers_are_said_to_be() {
    let minimal = Prefix::new("unified")
        .file("min/lib/libwasmtime.a", "")
        .headers("min/include", VERSION, &[]);
    let run = |features: &[&str]| {
        Script::new(features)
            .set("WASMTIME_DIR", &minimal.root())
            .set("WASMTIME_MIN", "1")
            .run()
            .error()
    };
    let error = run(&["static", "load", "cranelift"]);
    for expected in [
        "built without `cranelift`",
        "resolver 1",
        "resolver = \"2\"",
        "unset WASMTIME_MIN",
    ] {
        assert!(error.contains(expected), "no {expected} in {error}");
    }
    let error = run(&["static", "cranelift"]);
    assert!(!error.contains("resolver"), "{error}");
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

/// With the patch, nothing can be built from source, and the messages name the features of
/// `wasmtime`.
fn where_it_stands_in_the_remedies_are_those_of_the_stand_in() {
    let output = Script::new(&["static", "stand-in"]).run();
    let text = output.missing.unwrap();
    for expected in [
        "Cargo feature `dynamic` of `wasmtime`",
        "Cargo feature `load` of `wasmtime`",
    ] {
        assert!(text.contains(expected), "no {expected:?} in:\n{text}");
    }
    assert!(!text.contains("vendored"), "{text}");
}

crate::tests![
    each_feature_is_its_mode,
    the_preferred_mode_that_can_be_had_wins,
    the_variable_overrides_the_features,
    the_variable_of_the_target_comes_first,
    an_empty_variable_is_not_set,
    an_unknown_mode_is_an_error_that_lists_the_known,
    a_mode_without_its_feature_is_an_error,
    an_override_is_for_the_build_that_can_follow_it,
    an_override_that_the_program_cannot_follow_is_an_error,
    the_variable_may_list_modes_in_an_order_of_its_own,
    where_a_library_is_does_not_matter_to_a_build_that_loads_one,
    features_that_may_be_anothers_are_said_to_be,
    static_and_dynamic_enable_each_other,
    an_override_that_finds_nothing_is_an_error,
    no_feature_is_an_error_that_names_them,
    documentation_links_nothing,
    nothing_found_leaves_a_report_and_warns,
    where_it_stands_in_the_remedies_are_those_of_the_stand_in,
];
