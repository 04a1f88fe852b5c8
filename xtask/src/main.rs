//! Tasks of this repository that take more than one cargo command, run as
//! `cargo xtask TASK`.

mod backtrace;
mod build;
mod conf;
mod features;
mod install;
mod measure;
mod parity;
mod pkg_config;
mod platform;
mod update;
mod workspace;

use std::env;
use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};

const USAGE: &str = "\
Usage: cargo xtask TASK [OPTIONS]

Tasks:
  features  Compile and document the crate with many sets of its Cargo features, and
            print the warnings and broken links
  install   Build libwasmtime from source and install it as a C library
  measure   Build the same program with each link mode and with the `wasmtime`
            crate, and print what each costs
  parity    Compare the public items of this crate with those of the `wasmtime`
            crate: which are missing without being named in src/differences.md,
            and which differ without being allowed in xtask/parity/allowed.txt
  update    Report what another version of libwasmtime requires, in Markdown, and set
            the version everywhere once nothing is left to do

Options of features:
  --seed N            Draw the same sets again that were drawn with this seed
                      [default: new sets each time]
  --sets N            How many sets to draw, besides each feature alone [default: 24]

Options of install:
  --prefix DIR        Install under DIR: DIR/lib, DIR/lib/pkgconfig, DIR/include
  --min               The runtime alone, for precompiled modules: no compiler, no
                      text format, no WASI. Installs under DIR/min
  --profile PROFILE   Cargo profile to build with, such as `small`
                      [default: release]
  --features A,B,C    Features of libwasmtime's C API to build, instead of the
                      default features of the `libwasmtime` crate (or, with
                      --min, instead of `disable-logging`)
  --no-backtrace      Make the archive smaller: its own panics print no backtrace, and
                      it has no tables with which debuggers and the program's
                      backtraces walk through it. Needs a profile that aborts on a
                      panic, such as `small`, and objcopy of the binutils

Options of measure:
  --prefix DIR        Where `install` has installed libwasmtime
  --only A,B,C        Only these rows of the table, such as `load,wasmtime crate`

Options of parity:
  --upstream FILE     rustdoc's JSON of the `wasmtime` crate, with
                      wasmtime_environ.json, wasmtime_internal_core.json and
                      wasmtime_internal_cache.json beside it [default: written to
                      target/parity, which takes some minutes]
  --names FILE        A list of more names that have to exist or to be named as
                      missing, one on each line

Arguments of update:
  VERSION             A version of `wasmtime-c-api-impl`, such as 48.0.8
  --write             Set the version even if something is left to do
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let args = env::args_os()
        .skip(1)
        .map(|arg| {
            arg.into_string()
                .map_err(|arg| anyhow!("the argument {arg:?} is not valid UTF-8"))
        })
        .collect::<Result<Vec<String>>>()?;
    if args.iter().any(|arg| arg == "--help" || arg == "-h") {
        print!("{USAGE}");
        return Ok(());
    }
    match args.split_first() {
        None => print!("{USAGE}"),
        Some((task, options)) if task == "features" => {
            features::features(&features::Options::parse(options)?)?;
        }
        Some((task, options)) if task == "install" => {
            install::install(&install::Options::parse(options)?)?;
        }
        Some((task, options)) if task == "measure" => {
            measure::measure(&measure::Options::parse(options)?)?;
        }
        Some((task, options)) if task == "parity" => {
            parity::parity(&parity::Options::parse(options)?)?;
        }
        Some((task, options)) if task == "update" => {
            update::update(&update::Options::parse(options)?)?;
        }
        Some((task, _)) => {
            bail!(
                "there is no task `{task}`, expected `features`, `install`, `measure`, `parity` \
                 or `update`\n\n{USAGE}"
            )
        }
    }
    Ok(())
}
