//! The example `standalone`, built as a user builds it: as a package of its own, from an
//! archive of the runtime and a shared library that compiles.
//!
//! One link mode is enough to test it with, as the example chooses its own.

#[path = "harness/mod.rs"]
mod harness;

use harness::{Need, leave_out};
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};
use std::sync::OnceLock;

/// The files of the example.
const FILES: &[&str] = &[
    ".cargo/config.toml",
    "Cargo.toml",
    "build.rs",
    "src/main.rs",
    "src/words.wat",
];

/// A second program of the package, which is no part of the example.
const ENDS: &str = include_str!("standalone/ends.rs");

fn main() -> ExitCode {
    harness::run(&["standalone.rs"], &[TESTS])
}

/// Returns the executables, in an otherwise empty directory. Leaves the test out if there
/// is nothing to build them with.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(build)
}

fn build() -> PathBuf {
    if !cfg!(wasmtime_link = "static") {
        leave_out(Need::StaticMode, "it is tested in the link mode `static`");
    }
    let installed = env::var_os("WASMTIME_DIR").map(PathBuf::from);
    let Some(prefix) = installed.filter(|prefix| prefix.join("min/lib").is_dir()) else {
        let why = "WASMTIME_DIR names no directory with a minimal library in `min`";
        leave_out(Need::Minimal, why);
    };
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("standalone");
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let package = directory.join("package");
    let write = |file: &str, text: &str| {
        let path = package.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    for file in FILES {
        let text = fs::read_to_string(repository.join("examples/standalone").join(file)).unwrap();
        // The only part that depends on the directory.
        write(
            file,
            &text.replace(r#""../..""#, &format!("{repository:?}")),
        );
    }
    write("src/bin/ends.rs", ENDS);
    // The versions that the repository is tested with.
    let lock = fs::read_to_string(repository.join("Cargo.lock")).unwrap();
    write("Cargo.lock", &lock);

    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["build", "--message-format=json", "--target-dir"])
        .arg(directory.join("target"))
        .current_dir(&package);
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let steers = [
            "WASMTIME",
            "RUSTFLAGS",
            "LD_LIBRARY_PATH",
            "CARGO_BUILD_TARGET",
        ];
        if steers.iter().any(|part| text.contains(part)) {
            cargo.env_remove(&name);
        }
    }
    let output = cargo.env("WASMTIME_DIR", prefix).output().unwrap();
    let messages = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{messages}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );

    let root = directory.join("root");
    _ = fs::remove_dir_all(&root);
    fs::create_dir_all(&root).unwrap();
    let executables = messages
        .lines()
        .filter_map(|line| Some(line.split_once(r#""executable":""#)?.1.split_once('"')?.0));
    for executable in executables.map(Path::new) {
        fs::copy(executable, root.join(executable.file_name().unwrap())).unwrap();
    }
    root
}

/// Returns a program with an empty environment, in the directory where nothing else is.
fn alone(root: &Path, program: &str) -> Command {
    let mut command = Command::new(root.join(program));
    command.env_clear().current_dir(root);
    command
}

#[track_caller]
fn assert_splits(output: io::Result<Output>) {
    let output = output.unwrap();
    let (stdout, stderr) = (&output.stdout, &output.stderr);
    assert_eq!(std::str::from_utf8(stderr).unwrap(), "");
    assert_eq!(std::str::from_utf8(stdout).unwrap(), "one\nfile\n2 words\n");
    assert!(output.status.success());
}

fn it_needs_nothing_but_itself() {
    let root = built();
    assert_splits(alone(root, "standalone").arg("one  file").output());

    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        let ldd = Command::new("ldd").arg(root.join("standalone")).output();
        let ldd = String::from_utf8(ldd.unwrap().stdout).unwrap();
        assert_eq!(ldd.trim(), "statically linked");
    }
}

/// Without even the files of the system.
#[cfg(unix)]
fn it_runs_where_nothing_else_is() {
    use std::os::unix::{fs::chroot, process::CommandExt};

    let root = built();
    let new_root = root.to_owned();
    let mut command = Command::new("/standalone");
    command.env_clear().arg("one  file");
    // SAFETY: this only calls `chroot` and `chdir`, and allocates at most for the path, in
    // a process that has no other thread yet. The system's allocator handles locks that
    // another thread of the parent held.
    unsafe {
        command.pre_exec(move || {
            chroot(&new_root)?;
            env::set_current_dir("/")
        });
    }
    match command.output() {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            leave_out(Need::Superuser, "only root may change the root directory");
        }
        output => assert_splits(output),
    }
}

/// Signal handlers and unwinding work in an executable without a dynamic linker.
fn traps_errors_and_panics_arrive() {
    let root = built();
    let output = alone(root, "ends").output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let expected = [
        "Ok(2)",
        "trap: UnreachableCodeReached",
        "trap: MemoryOutOfBounds",
        "error: the host's",
        "panic: the host's",
        "Ok(1)",
    ];
    assert_eq!(stdout.lines().collect::<Vec<_>>(), expected);
    assert!(output.status.success());
}

crate::tests![
    it_needs_nothing_but_itself,
    #[cfg(unix)]
    it_runs_where_nothing_else_is,
    traps_errors_and_panics_arrive,
];
