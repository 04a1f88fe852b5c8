//! The command line of the example `run`: its help, and its messages about mistakes and
//! about what only the `wasmtime` CLI has.

use super::run::{REPORT, assert_fails_to_run};
use super::wasi::{assert_fails, directory};
use super::{assert_prints, example, lines};
use std::fs;
use std::process::Output;

/// Returns what `run` prints for a command line.
#[track_caller]
fn assert_misused(arguments: &[&str], error: &str) {
    let mut run = example("run");
    run.args(arguments);
    assert_fails(&mut run, 2, &format!("error: {error}"));
    let output = run.output().unwrap();
    assert!(
        lines(&output.stderr).contains(&"For more information, try '--help'."),
        "{output:?}"
    );
}

fn a_module_whose_name_begins_with_a_dash() {
    let directory = directory("dash");
    fs::write(directory.join("-m.wat"), REPORT).unwrap();
    let mut dash = example("run");
    dash.current_dir(&directory).args(["--", "-m.wat"]);
    assert_prints(&mut dash, &["-m.wat"]);
    assert_misused(&["-m.wat"], "there is no option `-m.wat`");

    // A module with the name of a word that may be left out.
    fs::write(directory.join("run"), REPORT).unwrap();
    let mut word = example("run");
    word.current_dir(&directory).args(["run", "run"]);
    assert_prints(&mut word, &["run"]);
}

fn help_and_version() {
    for help in [
        &["--help"][..],
        &["-h"],
        &["help"],
        &["run", "--help"],
        &["--dir=x", "-h"],
    ] {
        let Output {
            status,
            stdout,
            stderr,
        } = example("run").args(help).output().unwrap();
        assert!(status.success(), "{help:?}");
        assert_eq!(lines(&stderr), [""; 0]);
        let text = String::from_utf8(stdout).unwrap();
        for option in [
            "\n      --dir <",
            "\n      --env <",
            "\n  -W, --wasm unknown-imports-trap",
            "\n      --invoke <",
            "\n      --argv0 <",
            "\n      --allow-precompiled\n",
            "\n  -h, --help\n",
            "\n  -V, --version\n",
            "\nWhere it differs from `wasmtime run`:\n",
        ] {
            assert!(text.contains(option), "{option}: {text}");
        }
    }
    let output = example("run").arg("--version").output().unwrap();
    let version = lines(&output.stdout);
    assert_eq!(version[0], concat!("run ", env!("CARGO_PKG_VERSION")));
    assert!(version[1].starts_with("libwasmtime 48"), "{version:?}");
}

fn mistakes_on_the_command_line() {
    assert_misused(&[], "no module is named");
    assert_misused(&["run"], "no module is named");
    assert_misused(&["--"], "no module is named");
    assert_misused(&["--dir"], "`--dir` needs a directory, HOST or HOST::GUEST");
    assert_misused(&["--dir="], "`--dir` needs a directory");
    assert_misused(
        &["--dir", "--env", "x"],
        "`--dir` needs a directory, HOST or HOST::GUEST, and `--env` follows",
    );
    assert_misused(&["--env"], "`--env` needs a variable, NAME=VALUE or NAME");
    assert_misused(
        &["--env", "=x"],
        "`--env` needs a variable, NAME=VALUE or NAME, and not `=x`",
    );
    assert_misused(&["--invoke"], "`--invoke` needs the name of a function");
    assert_misused(&["--invoke=a", "--invoke=b"], "`--invoke` is given twice");
    assert_misused(&["--argv0=a", "--argv0=b"], "`--argv0` is given twice");
    assert_misused(
        &["--allow-precompiled=y"],
        "`--allow-precompiled` takes no value",
    );

    for (given, meant) in [
        ("--dri", "`--dir`"),
        ("-dir", "`--dir`"),
        ("--mapdir=a::b", "`--dir`"),
        ("--envs", "`--env`"),
        ("--invok=f", "`--invoke`"),
        ("--optimise", "`--optimize`"),
        ("--allow_precompiled", "`--allow-precompiled`"),
    ] {
        let name = given.split('=').next().unwrap();
        let error = format!("there is no option `{name}`: did you mean {meant}?");
        assert_misused(&[given, "x"], &error);
    }
    for given in ["-x", "--nothing-like-it"] {
        let error = format!("there is no option `{given}`: `--help` lists");
        assert_misused(&[given, "x"], &error);
    }
}

fn what_the_cli_has_and_this_has_not() {
    for (given, shown) in [
        (&["-O2"][..], "-O 2"),
        (&["-O", "opt-level=2"], "-O opt-level=2"),
        (&["--optimize=opt-level=2"], "--optimize opt-level=2"),
        (&["-Ccache"], "-C cache"),
        (&["-D", "debug-info"], "-D debug-info"),
        (&["-W", "fuel=1"], "-W fuel=1"),
        (&["-W", "unknown-imports-trap,timeout=1s"], "-W timeout=1s"),
        (&["-S", "inherit-env"], "-S inherit-env"),
        (&["--config=x.toml"], "--config x.toml"),
        (&["--preload", "a=b.wasm"], "--preload a=b.wasm"),
        (&["--profile=perfmap"], "--profile perfmap"),
        (&["--target", "pulley64"], "--target pulley64"),
    ] {
        let all = [given, &["x.wasm"]].concat();
        assert_misused(&all, &format!("`{shown}` isn't supported here"));
        let output = example("run").args(all).output().unwrap();
        let error = lines(&output.stderr)[0];
        assert!(error.contains("use the `wasmtime` command"), "{error}");
    }
    for word in ["compile", "serve", "wast"] {
        let error = format!("`{word}` is a subcommand of `wasmtime` that isn't supported here");
        assert_misused(&[word, "x.wasm"], &error);
    }
    // Only as the first word.
    let causes = ["failed to open wasm module `compile`"];
    assert_fails_to_run(example("run").args(["run", "compile"]), 1, &causes);
}

crate::tests![
    a_module_whose_name_begins_with_a_dash,
    help_and_version,
    mistakes_on_the_command_line,
    what_the_cli_has_and_this_has_not,
];
