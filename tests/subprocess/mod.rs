//! Runs a test in a process of its own, because it changes something that a process has only
//! once, or because it would end the process if the tested code were broken.
//!
//! The process runs the same test binary with the name of the one test as its filter. The
//! test then reaches the same place, and finds that it is in that process.

use std::env;
use std::path::PathBuf;
use std::process::Command;

/// The variable that names the test of a process.
const CASE: &str = "LIBWASMTIME_TEST_CASE";

/// Reports whether this process was started for one test.
pub fn inside() -> bool {
    env::var_os(CASE).is_some()
}

/// A test that is about to run in a process of its own.
pub struct Subprocess {
    test: &'static str,
    command: Command,
}

impl Subprocess {
    /// `test` is the name of the test, with its module.
    pub fn new(test: &'static str) -> Subprocess {
        Subprocess::of(test, env::current_exe().unwrap())
    }

    /// Runs the process from another executable, which must be a copy of this one.
    pub fn of(test: &'static str, executable: PathBuf) -> Subprocess {
        let mut command = Command::new(executable);
        command
            .args([test, "--exact", "--nocapture"])
            .env(CASE, test);
        Subprocess { test, command }
    }

    /// Returns the command that starts the process, for changes.
    pub fn command(&mut self) -> &mut Command {
        &mut self.command
    }

    /// Runs `body` in the new process, in which this is called again. Returns the standard
    /// output of the process.
    #[track_caller]
    pub fn run(mut self, body: impl FnOnce()) -> String {
        let test = self.test;
        let done = format!("case done: {test}");
        if env::var(CASE).as_deref() == Ok(test) {
            body();
            println!("{done}");
            return String::new();
        }
        let output = self.command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert!(
            // If no test of that name exists, or the library ends the process, nothing
            // fails and nothing is proven.
            output.status.success() && stdout.contains(&done),
            "{test}: {}\n{stdout}\n{stderr}",
            output.status
        );
        stdout
    }
}
