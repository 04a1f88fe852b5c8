//! A test in a process of its own.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{self, Need, leave_out};
use crate::subprocess::{Subprocess, inside};

/// The variable that names the directory which the test has prepared.
const DIRECTORY: &str = "LIBWASMTIME_TEST_DIRECTORY";

/// The variable that names the libwasmtime to test with, as the process may change
/// `LIBWASMTIME_PATH`.
const GOOD: &str = "LIBWASMTIME_TEST_GOOD";

/// The variable for where the system looks for libraries first.
pub const SEARCH: &str = if cfg!(windows) {
    "PATH"
} else if cfg!(target_vendor = "apple") {
    "DYLD_LIBRARY_PATH"
} else {
    "LD_LIBRARY_PATH"
};

/// Leaves the test out if libwasmtime is linked: then there is nothing to load.
pub fn needs_load() {
    if !cfg!(wasmtime_link = "load") {
        leave_out(Need::LoadMode, "libwasmtime is linked");
    }
}

/// Returns the libwasmtime to test with.
pub fn good() -> PathBuf {
    let path = env::var_os(GOOD).or_else(|| env::var_os("LIBWASMTIME_PATH"));
    let path = PathBuf::from(path.expect("LIBWASMTIME_PATH names the library to test with"));
    assert!(path.is_file(), "{} is not a file", path.display());
    path
}

/// Returns the directory that the test has prepared, in the test's process.
pub fn directory() -> PathBuf {
    env::var_os(DIRECTORY).expect("this is a case").into()
}

/// Returns the platform's file name of a library, such as `libwasmtime.so`.
pub fn library_name(stem: &str) -> String {
    use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
    format!("{DLL_PREFIX}{stem}{DLL_SUFFIX}")
}

/// A test that is about to run in a process of its own.
///
/// The process has no variables that say where to look for a library.
pub struct Case {
    test: &'static str,
    directory: PathBuf,
    executable: Option<PathBuf>,
    variables: Vec<(String, PathBuf)>,
    change: Option<fn(&mut Command)>,
}

impl Case {
    /// Leaves the test out if libwasmtime is linked.
    ///
    /// `test` is the name of the test, with its module. The process finds the
    /// directory that `prepare` has filled as [`directory`].
    pub fn new(test: &'static str, prepare: impl FnOnce(&Path)) -> Case {
        needs_load();
        let name = test.replace("::", "-");
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("load")
            .join(name);
        if !inside() {
            _ = fs::remove_dir_all(&directory);
            fs::create_dir_all(&directory).unwrap();
            prepare(&directory);
        }
        Case {
            test,
            directory,
            executable: None,
            variables: Vec::new(),
            change: None,
        }
    }

    /// Sets a variable to a path in the test's directory, or to an absolute one.
    pub fn with(mut self, variable: &str, path: impl AsRef<Path>) -> Case {
        let path = self.directory.join(path);
        self.variables.push((variable.to_owned(), path));
        self
    }

    /// Sets a variable to a text.
    pub fn with_text(mut self, variable: &str, text: &str) -> Case {
        self.variables.push((variable.to_owned(), text.into()));
        self
    }

    /// Runs the process from an executable in the test's directory.
    pub fn in_own_directory(mut self) -> Case {
        let copy = self
            .directory
            .join(format!("case{}", env::consts::EXE_SUFFIX));
        if !inside() {
            let executable = env::current_exe().unwrap();
            // If possible, it isn't a copy: a file can't be executed while a process has it
            // open for writing, and another test may start a process now that inherits the
            // descriptor.
            if fs::hard_link(&executable, &copy).is_err() {
                fs::copy(&executable, &copy).unwrap();
            }
        }
        self.executable = Some(copy);
        self
    }

    /// Runs the process from a changed copy of the executable in the test's directory.
    #[cfg(unix)]
    pub fn in_own_copy(mut self, change: impl FnOnce(&Path)) -> Case {
        let copy = self.directory.join("case");
        if !inside() {
            // Another process copies it: a file can't be executed while a process has it
            // open for writing, and another test may start a process now that inherits the
            // descriptor.
            let mut cp = Command::new("cp");
            let status = cp.arg(env::current_exe().unwrap()).arg(&copy).status();
            assert!(status.unwrap().success());
            change(&copy);
        }
        self.executable = Some(copy);
        self
    }

    /// Changes the command that starts the process.
    #[cfg(unix)]
    pub fn started_by(mut self, change: fn(&mut Command)) -> Case {
        self.change = Some(change);
        self
    }

    /// Runs `body` in the new process, in which this is called again.
    pub fn run(self, body: impl FnOnce()) {
        let mut process = match self.executable {
            Some(executable) => Subprocess::of(self.test, executable),
            None => Subprocess::new(self.test),
        };
        process
            .command()
            .env(GOOD, good())
            .env_remove("LIBWASMTIME_PATH")
            .env_remove(SEARCH)
            .env(DIRECTORY, &self.directory)
            .envs(self.variables.iter().map(|(name, path)| (name, path)));
        if let Some(change) = self.change {
            change(process.command());
        }
        let output = process.run(|| harness::process::tell(body));
        if !inside() {
            _ = fs::remove_dir_all(&self.directory);
            harness::process::listen(&output);
        }
    }
}

/// Returns a minimal libwasmtime. Leaves the test out if there is none.
pub fn minimal() -> PathBuf {
    const MINIMAL: &str = "LIBWASMTIME_TEST_MIN";
    needs_load();
    let Some(path) = env::var_os(MINIMAL).filter(|path| !path.is_empty()) else {
        leave_out(Need::Minimal, format!("{MINIMAL} names no library"));
    };
    let path = PathBuf::from(path);
    assert!(path.is_file(), "{} is not a file", path.display());
    path
}

/// Returns the libwasmtimes of other major versions. Leaves the test out if there are none.
pub fn other_majors() -> Vec<PathBuf> {
    const DIRECTORIES: &str = "LIBWASMTIME_TEST_OTHER_MAJORS";
    needs_load();
    let directories = env::var_os(DIRECTORIES).unwrap_or_default();
    let libraries: Vec<_> = env::split_paths(&directories)
        .filter(|directory| !directory.as_os_str().is_empty())
        .map(|directory| directory.join(library_name("wasmtime")))
        .collect();
    if libraries.is_empty() {
        let why = format!("{DIRECTORIES} names no libraries");
        leave_out(Need::OtherMajors, why);
    }
    for library in &libraries {
        assert!(library.is_file(), "{} is not a file", library.display());
    }
    libraries
}

/// Makes a file available under another path, without copying it.
pub fn link(original: &Path, link: &Path) {
    if let Some(directory) = link.parent() {
        fs::create_dir_all(directory).unwrap();
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(original.canonicalize().unwrap(), link).unwrap();
    #[cfg(not(unix))]
    fs::copy(original, link).map(drop).unwrap();
}
