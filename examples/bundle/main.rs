//! Turns a WASI preview 1 program into one executable, for people who have neither
//! Rust nor Wasmtime.
//!
//! ```sh
//! cargo run --release --example bundle -- app.wasm -o app
//! ./app ARG...
//! ```
//!
//! The result is a copy of this executable with the program attached to it, compiled
//! for any processor of this architecture. With the link modes `vendored` and `static`
//! it is self-contained; with the others it needs libwasmtime. To make it smaller, strip
//! this executable before, not the result.
//!
//! The program sees its arguments, the standard streams, and what these options name,
//! wherever it is started:
//!
//! - `--dir HOST[::GUEST]`: a directory, such as `.`, which is the one where it is
//!   started;
//! - `--env NAME[=VALUE]`: an environment variable, by default with the value that
//!   it has when the program is started;
//! - `--inherit-env`: the environment that it is started with.
//!
//! Exits with the program's exit code, with 134 if it traps, with 1 if it can't be
//! run, and with 2 if the command line is wrong.

mod attachment;
#[path = "../program/mod.rs"]
mod program;

use attachment::Attachment;
use libwasmtime::error::Context;
use libwasmtime::{Config, Engine, Module, Result, ensure};
use program::Options;
use program::command_line::{Argument, CommandLine, Usage};
use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::exit;

const HELP: &str = "\
Makes one executable of a WASI program

Usage: bundle [OPTIONS] -o <EXECUTABLE> <WASM>

Options:
  -o, --output <EXECUTABLE>
          The file to be made
      --inherit-env
          Give the program the environment that it is started with
  -h, --help
          Print this
";

/// The option that passes the environment of the process on to the program.
const INHERIT_ENV: &str = "--inherit-env";

fn main() {
    exit(program::exit_code(run_or_bundle()));
}

fn run_or_bundle() -> Result<()> {
    let own = own_executable()?;
    match Attachment::read(&own).with_context(|| format!("{} is damaged", own.display()))? {
        Some(attachment) => run(&attachment),
        None => bundle(&own),
    }
}

/// Returns the file that this process was started from.
fn own_executable() -> Result<PathBuf> {
    env::current_exe().or_else(|error| {
        // On Linux this takes /proc, which may not be mounted.
        let called = env::args_os().next().map(PathBuf::from);
        called
            .filter(|path| path.components().count() > 1 && path.is_file())
            .with_context(|| format!("can't find my own executable: {error}"))
    })
}

/// Runs the attached program.
fn run(attachment: &Attachment) -> Result<()> {
    // Says what is wrong if libwasmtime is to be opened now and can't be.
    libwasmtime::load()?;

    let mut line = CommandLine::new(attachment.options.clone());
    let (mut options, mut inherit_env) = (Options::default(), false);
    while let Some(Argument::Option(flag)) = line.read() {
        match flag.name.as_str() {
            INHERIT_ENV => inherit_env = true,
            _ => _ = options.take(&flag, &mut line)?,
        }
    }
    let mut wasi = options.wasi()?;
    wasi.inherit_args();
    if inherit_env {
        wasi.inherit_env();
    }
    // SAFETY: `bundle`, which is this executable, compiled and attached the code, and its
    // hash is right. libwasmtime is the same, or a shared library that checks the version.
    let module = unsafe { Module::deserialize(&Engine::default(), &attachment.code)? };
    let linker = options.linker(&module, |_| Ok(()))?;
    let main = program::main_function(&module);
    program::run(&linker, &module, &mut wasi, main, &[])
}

/// Writes a copy of this executable with a program attached.
fn bundle(own: &Path) -> Result<()> {
    let runner = fs::read(own).with_context(|| format!("can't read {}", own.display()))?;
    ensure!(
        !attachment::was_cut_off(&runner),
        "{} is damaged: its end is missing",
        own.display()
    );

    let (mut options, mut output, mut program) = (Options::default(), None, None);
    let mut attached = Vec::new();
    let mut line = CommandLine::of_process()?;
    loop {
        let before = line.rest().to_vec();
        let flag = match line.read() {
            Some(Argument::Option(flag)) => flag,
            Some(Argument::Operand(path)) if program.is_none() => {
                program = Some(path);
                continue;
            }
            Some(Argument::Operand(path)) => {
                return Err(Usage::error(format!(
                    "only one program can be attached, not `{path}` as well"
                )));
            }
            None => break,
        };
        match flag.name.as_str() {
            "-h" | "--help" => {
                flag.takes_nothing()?;
                print!("{HELP}{}", Options::HELP);
                return Ok(());
            }
            "-o" | "--output" => output = Some(line.value(&flag, "a file")?),
            INHERIT_ENV => {
                flag.takes_nothing()?;
                attached.push(flag.name);
            }
            _ if options.take(&flag, &mut line)? => {
                let read = before.len() - line.rest().len();
                attached.extend_from_slice(&before[..read]);
            }
            _ => {
                let own = ["--help", "-o", "--output", INHERIT_ENV];
                return Err(flag.unknown(&[&own, Options::NAMES].concat()));
            }
        }
    }
    let program = program.ok_or_else(|| Usage::error("no program is named"))?;
    let output =
        output.ok_or_else(|| Usage::error("no executable is named to be made, with `-o`"))?;
    let output = PathBuf::from(output);

    libwasmtime::load()?;
    let code = compile(&program, &options).with_context(|| format!("can't take {program}"))?;
    let attachment = Attachment {
        options: attached,
        code,
    };
    write_executable(&output, &attachment.attached_to(runner))
        .with_context(|| format!("can't write {}", output.display()))?;
    let size = fs::metadata(&output)?.len();
    println!(
        "{}: {:.1} MiB",
        output.display(),
        size as f64 / f64::from(1 << 20)
    );
    if !cfg!(feature = "static") {
        println!("it needs a libwasmtime, as it isn't linked statically");
    }
    Ok(())
}

/// Compiles a program for machines like this one.
fn compile(program: &str, options: &Options) -> Result<Vec<u8>> {
    let mut config = Config::new();
    if let Some(target) = target() {
        config.target(&target)?;
    }
    let module = Module::from_file(&Engine::new(&config)?, program)?;
    // A program that can't be run is an error now, not when it is started.
    program::check_imports(&options.linker(&module, |_| Ok(()))?, &module)?;
    program::main_function(&module).context("it is no program: it has no `_start`")?;
    module.serialize()
}

/// Returns this machine's target, without the features that only its own processor has;
/// `None` on an unknown system.
fn target() -> Option<String> {
    let system = match env::consts::OS {
        "linux" => "unknown-linux-gnu",
        "macos" => "apple-darwin",
        "windows" => "pc-windows-msvc",
        "freebsd" => "unknown-freebsd",
        _ => return None,
    };
    Some(format!("{}-{system}", env::consts::ARCH))
}

/// Writes an executable file, completely or not at all.
fn write_executable(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    let temporary = PathBuf::from(temporary);
    let written = create_executable(&temporary)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        _ = fs::remove_file(&temporary);
    }
    written
}

fn create_executable(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o777);
    options.open(path)
}
