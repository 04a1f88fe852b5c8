//! The texts of errors and warnings, and how they are printed.

use crate::features::is_on;
use crate::target::{MAJOR, leave};
use crate::variables::Variable;

/// The file with the error text of `src/sys/missing.rs`.
const MISSING: &str = "missing.txt";

/// Fails the build with a text. Cargo shows the lines of `error` instructions without the rest
/// of the build script's output.
pub fn refuse(text: &str) {
    for line in text.lines() {
        println!("cargo::error={line}");
    }
}

/// Writes the text for the crate, whose build fails with it, and prints a warning.
pub fn missing(text: &str) {
    let path = match leave(MISSING, text) {
        Ok(path) => path,
        Err(error) => return refuse(&error),
    };
    println!(
        "cargo::warning=libwasmtime {MAJOR} was not found: checks and documentation work, \
         builds will not. {} says what was tried and what to do.",
        path.display()
    );
    // A path that never exists makes Cargo run the build script each time, so that it finds a
    // library that is installed later.
    println!(
        "cargo::rerun-if-changed={}",
        path.with_extension("never").display()
    );
}

/// Writes the text for a build of documentation, which links nothing.
pub fn documentation() {
    let text = "DOCS_RS is set, so libwasmtime was not looked for: documentation links nothing.\n\
                Unset DOCS_RS to build a program.\n";
    if let Err(error) = leave(MISSING, text) {
        refuse(&error);
    }
}

/// Returns the text for no Cargo feature of a link mode.
pub fn no_feature() -> String {
    let modes = "\x20 - `static`: link a libwasmtime.a of the system\n\
                 \x20 - `dynamic`: link a shared library of the system\n\
                 \x20 - `load`: open the shared library when the program runs";
    if stands_in() {
        return format!(
            "Nothing says how to link libwasmtime, which stands in for the `wasmtime` crate here.\n\
             Turn on one of these features of `wasmtime` in the package of your program:\n\
             {modes}\n\
             such as\n\
             \x20   [dependencies]\n\
             \x20   wasmtime = {{ version = \"{MAJOR}\", default-features = false, features = [\"load\"] }}\n\
             A build script that uses it needs the same under [build-dependencies], and in a \
             workspace each member does that is built by itself."
        );
    }
    format!(
        "Nothing says how to link libwasmtime: turn on one of the Cargo features of `libwasmtime`\n\
         \x20 - `vendored`: build it from source (the default, lost with `default-features = false`)\n\
         {modes}"
    )
}

/// Reports whether this crate stands in for the `wasmtime` crate. Then libwasmtime can't be
/// built from source: its source depends on `wasmtime`, and so on this crate.
pub fn stands_in() -> bool {
    is_on("stand-in")
}

/// Returns the text for an override with a value that isn't a link mode.
pub fn unknown_mode(variable: &Variable<String>, part: &str, modes: &[&str]) -> String {
    let Variable { name, value } = variable;
    format!(
        "{name} is `{value}`, and `{part}` is not a link mode: expected one of `{}`, or several \
         of them separated by commas.",
        modes.join("`, `")
    )
}

/// Returns the text for an override that lists only modes whose Cargo features are off.
pub fn mode_without_feature(
    variable: &Variable<String>,
    features: &[&str],
    own: &[&str],
) -> String {
    let mut text = format!(
        "{variable} needs the Cargo feature `{}` of `libwasmtime`, which is off: turn it on, or \
         unset {}.",
        features.join("` or `"),
        variable.name,
    );
    if !own.is_empty() {
        text += &format!(
            "\nIf the variable is meant for another build of this crate, because a program and \
             its build script depend on it with different features, add a mode for this build: \
             {variable},{}",
            own.join(",")
        );
    }
    text
}

/// Warns of an override that lists no mode for this build, and seems not to be meant for it.
pub fn not_meant(variable: &Variable<String>, own: &[&str]) {
    println!(
        "cargo::warning={variable} is left to the program: this build seems to be for a build \
         script, and its Cargo features allow `{}` only ({variable},{} says so)",
        own.join("` and `"),
        own.join(","),
    );
}
