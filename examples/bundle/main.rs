//! Makes one executable of a WASI preview 1 program, for people who have neither
//! Rust nor Wasmtime.
//!
//! ```sh
//! cargo run --release --example bundle -- app.wasm -o app
//! ./app ARG...
//! ```
//!
//! The result is this very executable, with the program attached to it, compiled
//! for what all processors of this architecture have. So it is one file with the
//! link modes `vendored` and `static`, and needs libwasmtime with the others; and
//! it is smaller if this executable was stripped before, not after.
//!
//! The program sees its arguments and the standard streams, and else only what
//! is named here, which it has wherever it is started:
//!
//! - `--dir HOST[::GUEST]`: a directory, such as `.`, where it is started;
//! - `--env NAME=VALUE`: an environment variable;
//! - `--inherit-env`: the environment that it is started with.
//!
//! Exits with the program's exit code, with 134 if it traps, and with 1 if it
//! can't be run.

mod attachment;
#[path = "../program/mod.rs"]
mod program;

use attachment::Attachment;
use libwasmtime::error::Context;
use libwasmtime::wasi::WasiCtxBuilder;
use libwasmtime::{Config, Engine, Module, Result, ensure, format_err};
use program::Grant;
use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::exit;

const USAGE: &str = "usage: bundle [--dir HOST[::GUEST]]... [--env NAME=VALUE]... [--inherit-env] \
                     PROGRAM.wasm -o EXECUTABLE";

/// The option for the program to get the environment of its process.
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

/// The file that this process was started from.
fn own_executable() -> Result<PathBuf> {
    env::current_exe().or_else(|error| {
        // It is asked of Linux's /proc, which isn't everywhere.
        let called = env::args_os().next().map(PathBuf::from);
        called
            .filter(|path| path.components().count() > 1 && path.is_file())
            .with_context(|| format!("can't find my own executable: {error}"))
    })
}

/// Runs the program that is attached.
fn run(attachment: &Attachment) -> Result<()> {
    // Says what is wrong if libwasmtime is to be opened now and can't be.
    libwasmtime::load()?;

    let mut wasi = WasiCtxBuilder::new();
    wasi.inherit_stdio().inherit_args();
    let mut options = attachment.options.iter().cloned();
    while let Some(option) = options.next() {
        match option.as_str() {
            INHERIT_ENV => _ = wasi.inherit_env(),
            _ => Grant::parse(&option, options.next())?.give(&mut wasi)?,
        }
    }
    // SAFETY: this executable attached it when it was `bundle`, with the same
    // libwasmtime, unless that is a shared library; and it is as it was then.
    let module = unsafe { Module::deserialize(&Engine::default(), &attachment.code)? };
    program::run(&module, &mut wasi)
}

/// Makes a copy of this executable, with a program attached.
fn bundle(own: &Path) -> Result<()> {
    let runner = fs::read(own).with_context(|| format!("can't read {}", own.display()))?;
    ensure!(
        !attachment::was_cut_off(&runner),
        "{} is damaged: its end is missing",
        own.display()
    );

    let (mut options, mut output, mut program) = (Vec::new(), None, None);
    let mut args = program::arguments()?.into_iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "-o" => output = Some(args.next().context("-o needs a file")?),
            INHERIT_ENV => options.push(arg),
            option if option.starts_with('-') => {
                let value = args.next();
                Grant::parse(option, value.clone())?;
                options.push(arg);
                options.extend(value);
            }
            _ if program.is_none() => program = Some(arg),
            _ => {
                return Err(format_err!(
                    "only one program can be attached, not `{arg}` as well"
                ));
            }
        }
    }
    let program = program.context(USAGE)?;
    let output = PathBuf::from(output.context(USAGE)?);

    libwasmtime::load()?;
    let code = compile(&program).with_context(|| format!("can't take {program}"))?;
    let attachment = Attachment { options, code };
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
fn compile(program: &str) -> Result<Vec<u8>> {
    let mut config = Config::new();
    if let Some(target) = target() {
        config.target(&target)?;
    }
    let module = Module::from_file(&Engine::new(&config)?, program)?;
    // So that what can't be run is found now.
    program::link(&module, &mut WasiCtxBuilder::new())?;
    module.serialize()
}

/// This machine as a target without what only its own processor has; `None` on a
/// system that isn't known here.
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

/// Writes a file that can be executed, whole or not at all.
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
