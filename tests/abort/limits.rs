//! Processes with limits.

use crate::subprocess::Subprocess;
use std::process::Command;

/// Returns a process that runs its test on the first thread, so that it needs no other;
/// with limits that the shell sets.
pub fn limited(test: &'static str, limits: &str) -> Subprocess {
    let mut process = Subprocess::new(test);
    let command = process.command();
    command.arg("--test-threads=1");
    let mut shell = Command::new("sh");
    shell
        .arg("-c")
        .arg(format!("{limits} exec \"$@\""))
        .arg("sh")
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        shell.env(name, value.expect("none is removed"));
    }
    // The standard library may deadlock when memory runs out while it symbolizes a
    // backtrace.
    shell.env("RUST_BACKTRACE", "0");
    *command = shell;
    process
}
