//! What the build script says when something is wrong.

use crate::features::is_on;
use crate::target::{MAJOR, leave};
use crate::variables::Variable;

/// The file with the text that `src/sys/missing.rs` refuses with.
const MISSING: &str = "missing.txt";

/// Fails the build with a text. Cargo shows the lines of its `error`
/// instruction without the rest of the build script's output.
pub fn refuse(text: &str) {
    for line in text.lines() {
        println!("cargo::error={line}");
    }
}

/// Leaves the text to the crate, which refuses to be built with it.
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
    // A path that never exists: Cargo runs the build script each time, so
    // that a library that is installed now is found then.
    println!(
        "cargo::rerun-if-changed={}",
        path.with_extension("never").display()
    );
}

/// Leaves a text that says that documentation links nothing.
pub fn documentation() {
    let text = "DOCS_RS is set, so libwasmtime was not looked for: documentation links nothing.\n\
                Unset DOCS_RS to build a program.\n";
    if let Err(error) = leave(MISSING, text) {
        refuse(&error);
    }
}

/// No Cargo feature says how to link.
pub fn no_feature() -> String {
    let modes = "\x20 - `static`: link a libwasmtime.a of the system's\n\
                 \x20 - `dynamic`: link a shared library of the system's\n\
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

/// Whether this crate is there in place of the `wasmtime` crate. Then nothing can be
/// built from source: that depends on `wasmtime`, and so on this crate.
pub fn stands_in() -> bool {
    is_on("stand-in")
}

/// The override has a value that isn't a link mode.
pub fn unknown_mode(variable: &Variable<String>, part: &str, modes: &[&str]) -> String {
    let Variable { name, value } = variable;
    format!(
        "{name} is `{value}`, and `{part}` is no link mode; the modes are `{}`, and several have \
         commas between them.",
        modes.join("`, `")
    )
}

/// The override asks for modes whose Cargo features are off.
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
            "\nIf the variable is meant for another build of this crate, as when a program and \
             its build script depend on it with features of their own, then name a mode for \
             this one as well: {variable},{}",
            own.join(",")
        );
    }
    text
}

/// The override asks for modes that this build can't take, and seems not to be meant
/// for it.
pub fn not_meant(variable: &Variable<String>, own: &[&str]) {
    println!(
        "cargo::warning={variable} is left to the program: this build seems to be for a build \
         script, and its Cargo features allow `{}` only ({variable},{} says so)",
        own.join("` and `"),
        own.join(","),
    );
}
