//! Programs that have more rights than the user who starts them, and what they ignore.

use std::env;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use libwasmtime::{Config, Engine, LoadError, load, load_from, loaded};

use crate::case::{Case, SEARCH, directory, good, library_name, link};
use crate::harness::{Need, leave_out};

unsafe extern "C" {
    safe fn getuid() -> u32;
    safe fn geteuid() -> u32;
}

/// The owner of the program, and the user who starts it, which are arbitrary.
const OWNER: u32 = 64_123;
pub const CALLER: u32 = 64_124;

pub fn is_root() -> bool {
    geteuid() == 0
}

/// Leaves the test out unless another user can run this program.
pub fn needs_other_user() {
    if crate::subprocess::inside() {
        return;
    }
    if !is_root() {
        leave_out(
            Need::Superuser,
            "only root can start another user's process",
        );
    }
    let mut list = Command::new(env::current_exe().unwrap());
    if let Err(error) = list.arg("--list").uid(CALLER).gid(CALLER).output() {
        let why = format!("another user can't run this program: {error}");
        leave_out(Need::Superuser, why);
    }
}

/// Returns a case in a setuid program. Leaves the test out if there can be none here.
fn setuid(test: &'static str, variable: &str) -> Case {
    let case = Case::new(test, |directory| {
        // Everyone can read it, and what is beside the executable.
        let open = Permissions::from_mode(0o755);
        fs::set_permissions(directory, open).unwrap();
        link(&good(), &directory.join(library_name("wasmtime")));
    });
    needs_other_user();
    case.in_own_copy(|copy: &Path| {
        chown(copy, Some(OWNER), Some(OWNER)).unwrap();
        // After the owner was changed, as that removes the bit.
        fs::set_permissions(copy, Permissions::from_mode(0o4755)).unwrap();
    })
    .with(variable, ".")
    .with(SEARCH, ".")
    .started_by(|command| _ = command.uid(CALLER).gid(CALLER))
}

/// Leaves the test out if files of the directory can't be setuid.
fn needs_setuid() {
    if geteuid() == getuid() {
        let why = format!("no program in {} is setuid", directory().display());
        leave_out(Need::Superuser, why);
    }
    assert_eq!((getuid(), geteuid()), (CALLER, OWNER));
}

fn assert_passed_over(error: &LoadError) {
    let LoadError::NotFound { tried, .. } = error else {
        panic!("{error}");
    };
    let [variable, executable, ..] = &tried[..] else {
        panic!("{error}");
    };
    assert_eq!(variable.path, directory().join("."), "{error}");
    assert!(variable.reason.starts_with("ignored"), "{error}");
    assert!(variable.reason.contains("LIBWASMTIME_PATH"), "{error}");
    assert_eq!(executable.path, Path::new("the executable's directory"));
    assert!(executable.reason.starts_with("ignored"), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("more rights than the user who started it"),
        "{text}"
    );
}

fn the_variable_and_the_executables_directory_are_ignored() {
    let test = "privileged::the_variable_and_the_executables_directory_are_ignored";
    let case = setuid(test, "LIBWASMTIME_PATH");
    case.run(|| {
        needs_setuid();
        match load() {
            Err(error) => assert_passed_over(&error),
            // The system's own directories are still searched.
            Ok(()) => {
                let path = loaded().unwrap().path().unwrap();
                assert!(!path.starts_with(directory()), "{}", path.display());
                return;
            }
        }
        // A path that the program itself names is used.
        match load_from(good()) {
            Ok(()) => crate::assert_usable(),
            Err(error) => println!("not readable for user {OWNER}: {error}"),
        }
    });
}

fn an_implicit_load_ignores_them_too() {
    let test = "privileged::an_implicit_load_ignores_them_too";
    let case = setuid(test, "LIBWASMTIME_PATH");
    case.run(|| {
        needs_setuid();
        if let Err(error) = Engine::new(&Config::new()) {
            assert_passed_over(error.downcast_ref().unwrap());
        } else {
            let path = loaded().unwrap().path().unwrap();
            assert!(!path.starts_with(directory()), "{}", path.display());
        }
    });
}

/// A cache contains code, too.
#[cfg(feature = "cache")]
fn the_callers_cache_is_ignored() {
    let test = "privileged::the_callers_cache_is_ignored";
    let case = setuid(test, "XDG_CACHE_HOME");
    case.run(|| {
        needs_setuid();
        let error = libwasmtime::Cache::from_file(None).unwrap_err();
        assert!(error.to_string().contains("privileged process"), "{error}");
        // A file that the program names is trusted.
        if load_from(good()).is_ok() {
            let error = libwasmtime::Cache::from_file(Some(Path::new("/nowhere"))).unwrap_err();
            assert!(!error.to_string().contains("rights"), "{error}");
        }
    });
}

crate::tests![
    the_variable_and_the_executables_directory_are_ignored,
    an_implicit_load_ignores_them_too,
    #[cfg(feature = "cache")]
    the_callers_cache_is_ignored,
];
