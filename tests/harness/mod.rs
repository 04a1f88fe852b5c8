//! The harness of the test binaries whose tests can't all run everywhere: some need another
//! link mode, a library, a tool or a right. Such a test is ignored, with the reason, and the
//! last lines of the output sum up what was left out. With Rust's own harness, it could only
//! return early and pass.
//!
//! Where everything should be available, as in `.ci/run`, the variable
//! `LIBWASMTIME_TEST_WITHOUT` is set: then a test that can't run fails, unless what it needs
//! is named there.
//!
//! A test is a function that is listed in its module's [`tests!`](crate::tests). The
//! attribute `#[test]` has no effect here: [`run`] fails if there is one. A function that
//! isn't listed is dead code.

use std::any::Any;
use std::collections::BTreeMap;
use std::env;
use std::fmt::Display;
use std::fs;
use std::panic::{catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;

use libtest_mimic::{Arguments, Completion, Failed, Trial};

/// The variable that names what may be missing. If it is set, even to nothing, everything
/// else must be available.
const WITHOUT: &str = "LIBWASMTIME_TEST_WITHOUT";

/// A requirement of a test that not every machine meets.
#[allow(dead_code, reason = "each test binary has its own needs")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    Linked,
    LoadMode,
    StaticMode,
    Linux,
    Installation,
    Minimal,
    OtherMajors,
    NoLibrary,
    Programs,
    CCompiler,
    Binutils,
    PkgConfig,
    Nightly,
    Superuser,
}

impl Need {
    const ALL: [Need; 14] = [
        Need::Linked,
        Need::LoadMode,
        Need::StaticMode,
        Need::Linux,
        Need::Installation,
        Need::Minimal,
        Need::OtherMajors,
        Need::NoLibrary,
        Need::Programs,
        Need::CCompiler,
        Need::Binutils,
        Need::PkgConfig,
        Need::Nightly,
        Need::Superuser,
    ];

    /// Returns the name in the variable.
    fn name(self) -> &'static str {
        self.row().0
    }

    /// Reports whether the requirement depends on how the tests were compiled. It may then
    /// be missing anywhere.
    fn is_of_build(self) -> bool {
        matches!(
            self,
            Need::Linked | Need::LoadMode | Need::StaticMode | Need::Linux
        )
    }

    /// Returns the name in the variable, a description, and how to get it.
    fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Need::Linked => (
                "linked",
                "a link mode other than `load`",
                "run them with the default features, or with `static` or `dynamic`",
            ),
            Need::LoadMode => (
                "load",
                "the link mode `load`",
                "run them with `--no-default-features --features load,common,standard`, and \
                 LIBWASMTIME_PATH set to a shared library",
            ),
            Need::StaticMode => (
                "static",
                "the link mode `static`",
                "run them with `--no-default-features --features static,common,standard`, and \
                 WASMTIME_DIR set to an installation of libwasmtime",
            ),
            Need::Linux => ("linux", "Linux", "run them there"),
            Need::Installation => (
                "installation",
                "an installation of libwasmtime",
                "set WASMTIME_DIR to what `cargo xtask install --prefix DIR` has made, or use \
                 .ci/run",
            ),
            Need::Minimal => (
                "minimal",
                "a minimal libwasmtime",
                "`cargo xtask install --min --prefix DIR` makes one, in DIR/min; set \
                 LIBWASMTIME_TEST_MIN to the shared library there and WASMTIME_DIR to DIR, or \
                 use .ci/run",
            ),
            Need::OtherMajors => (
                "other-majors",
                "libraries of other major versions",
                "set LIBWASMTIME_TEST_OTHER_MAJORS to their directories, or use .ci/run",
            ),
            Need::NoLibrary => (
                "no-library",
                "a system without a libwasmtime of its own",
                "use a container",
            ),
            Need::Programs => (
                "programs",
                "programs that aren't a part of the repository",
                "set LIBWASMTIME_TEST_PROGRAMS to a directory that has them",
            ),
            Need::CCompiler => ("c-compiler", "a C compiler", "install `cc`"),
            Need::Binutils => (
                "binutils",
                "the GNU binary utilities",
                "install `binutils`, and run them in a program that has its symbols",
            ),
            Need::PkgConfig => ("pkg-config", "pkg-config", "install it"),
            Need::Nightly => (
                "nightly",
                "another Rust compiler",
                "run `rustup toolchain install nightly`",
            ),
            Need::Superuser => (
                "superuser",
                "the rights of the superuser",
                "run them as root, where setuid programs are allowed",
            ),
        }
    }
}

/// The payload that unwinds from a test that can't run here.
struct LeftOut {
    need: Need,
    /// What is missing here, exactly.
    why: String,
}

/// Ends a test that needs what isn't here: it neither passes nor fails.
pub fn leave_out(need: Need, why: impl Display) -> ! {
    let why = why.to_string();
    // Not a panic, which would be printed.
    resume_unwind(Box::new(LeftOut { need, why }))
}

/// A part of a test that runs in a process of its own.
#[allow(dead_code, reason = "not every test binary has such tests")]
pub mod process {
    use super::*;

    const LEFT_OUT: &str = "left out: ";

    /// Calls `body` in that process. If it leaves the test out, reports that to the process
    /// that started it.
    pub fn tell(body: impl FnOnce()) {
        if let Err(payload) = catch_unwind(std::panic::AssertUnwindSafe(body)) {
            let LeftOut { need, why } = *left_out(payload);
            println!("{LEFT_OUT}{}: {why}", need.name());
        }
    }

    /// Leaves the test out if the process with this output did.
    pub fn listen(stdout: &str) {
        let told = stdout.lines().find_map(|line| line.strip_prefix(LEFT_OUT));
        if let Some((name, why)) = told.and_then(|told| told.split_once(": ")) {
            let mut needs = Need::ALL.into_iter();
            let need = needs.find(|need| need.name() == name);
            leave_out(need.expect("the process knows the same needs"), why);
        }
    }
}

/// Returns the reason for which a test was left out; resumes any other panic.
fn left_out(payload: Box<dyn Any + Send>) -> Box<LeftOut> {
    payload
        .downcast()
        .unwrap_or_else(|payload| resume_unwind(payload))
}

/// A test, with the path of its module.
pub struct Test {
    pub module: &'static str,
    pub name: &'static str,
    pub run: fn(),
}

/// Lists the tests of a module, as its `TESTS`.
#[macro_export]
macro_rules! tests {
    ($($(#[$attribute:meta])* $test:path),* $(,)?) => {
        pub const TESTS: &[$crate::harness::Test] = &[$(
            $(#[$attribute])*
            $crate::harness::Test {
                module: module_path!(),
                name: stringify!($test),
                run: $test,
            },
        )*];
    };
}

/// Runs all tests of a binary, whose sources are these directories and files of
/// `tests`.
pub fn run(sources: &[&str], tests: &[&[Test]]) -> ExitCode {
    let arguments = Arguments::from_args();
    let binary = sources[0].trim_end_matches(".rs");
    if let Err(error) = may_lack().and_then(|_| find_attributes(sources)) {
        eprintln!("error: {error}");
        return ExitCode::FAILURE;
    }
    let tests = tests.iter().copied().flatten().map(|test| {
        // Without the name of the binary, as in Rust's own harness.
        let name = match test.module.split_once("::") {
            Some((_, module)) => format!("{module}::{}", test.name),
            None => test.name.to_owned(),
        };
        let run = test.run;
        Trial::ignorable_test(name, move || match catch_unwind(run) {
            Ok(()) => Ok(Completion::Completed),
            Err(payload) => left_out(payload).outcome(),
        })
    });
    let conclusion = libtest_mimic::run(&arguments, tests.collect());
    for (need, count) in COUNTS.lock().unwrap().iter() {
        let (_, what, remedy) = need.row();
        let (tests, need) = match count {
            1 => ("test", "needs"),
            _ => ("tests", "need"),
        };
        println!("not run: {count} {tests} of tests/{binary} {need} {what}: {remedy}");
    }
    conclusion.exit_code()
}

/// The number of tests that were left out for each requirement.
static COUNTS: Mutex<BTreeMap<Need, usize>> = Mutex::new(BTreeMap::new());

impl LeftOut {
    /// Returns the outcome of the test.
    fn outcome(self) -> Result<Completion, Failed> {
        let LeftOut { need, why } = self;
        let may_lack = may_lack().expect("it was read before");
        if may_lack.is_some_and(|names| !need.is_of_build() && !names.contains(&need)) {
            let name = need.name();
            let text = format!("{why}, and {WITHOUT} is set without naming `{name}`");
            return Err(text.into());
        }
        *COUNTS.lock().unwrap().entry(need).or_default() += 1;
        Ok(Completion::ignored_with(why))
    }
}

/// Returns the requirements that the variable names, if it is set.
fn may_lack() -> Result<Option<Vec<Need>>, String> {
    let Ok(names) = env::var(WITHOUT) else {
        return Ok(None);
    };
    let need = |name: &str| {
        let mut needs = Need::ALL.into_iter();
        needs.find(|need| need.name() == name).ok_or_else(|| {
            let names = Need::ALL.map(Need::name).join(", ");
            format!("{WITHOUT} names `{name}`, which is none of: {names}")
        })
    };
    let needs: Result<_, _> = names.split_whitespace().map(need).collect();
    needs.map(Some)
}

/// Fails if there is an attribute that marks a test: that test would never run.
pub fn find_attributes(sources: &[&str]) -> Result<(), String> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for source in sources {
        for file in files(&tests.join(source)) {
            let text = fs::read_to_string(&file).unwrap_or_default();
            if text.lines().any(|line| line.trim() == "#[test]") {
                return Err(format!(
                    "{} marks a test with #[test], which has no effect in this binary: list \
                     it in `tests!` instead",
                    file.display()
                ));
            }
        }
    }
    Ok(())
}

/// Returns a file, or the files of a directory.
fn files(path: &Path) -> Vec<PathBuf> {
    match fs::read_dir(path) {
        Ok(entries) => entries
            .flatten()
            .flat_map(|entry| files(&entry.path()))
            .collect(),
        Err(_) => vec![path.to_owned()],
    }
}
