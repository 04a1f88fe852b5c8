//! Runs a WASI preview 1 program as the `wasmtime` CLI does: it sees its
//! arguments, the standard streams, and what the options name.
//!
//! ```sh
//! cargo run --example run -- --dir . --env NAME=VALUE PROGRAM.wasm ARG...
//! cargo run --example run -- --invoke add MODULE.wat 1 2
//! cargo run --example run -- --help
//! ```
//!
//! Exits with the program's exit code, with 134 if it traps, with 1 if it can't be
//! run, and with 2 if the command line is wrong.

mod left_out;
#[path = "../program/mod.rs"]
mod program;

use libwasmtime::error::Context;
use libwasmtime::{Engine, Module, Result, ensure};
use program::Options;
use program::command_line::{Argument, CommandLine, Usage};
use std::io::{self, Read};
use std::path::Path;
use std::process::exit;

/// The file name that stands for standard input.
const STDIN: &str = "-";

fn main() {
    exit(program::exit_code(run()));
}

fn run() -> Result<()> {
    match Task::read(CommandLine::of_process()?)? {
        Task::Help => print!(
            "{}{}{}",
            include_str!("help.txt"),
            Options::HELP,
            include_str!("help_end.txt")
        ),
        Task::Version => {
            println!("run {}", env!("CARGO_PKG_VERSION"));
            libwasmtime::load()?;
            if let Some(library) = libwasmtime::loaded() {
                println!("{library}");
            }
        }
        Task::Run(invocation) => {
            let path = &invocation.path;
            invocation
                .run()
                .with_context(|| format!("failed to run main module `{path}`"))?;
        }
    }
    Ok(())
}

/// What the command line asks for.
enum Task {
    Help,
    Version,
    Run(Invocation),
}

/// A module, and the options to run it with.
#[derive(Default)]
struct Invocation {
    options: Options,
    function: Option<String>,
    argv0: Option<String>,
    allow_precompiled: bool,
    path: String,
    arguments: Vec<String>,
}

impl Task {
    fn read(mut line: CommandLine) -> Result<Task> {
        let mut invocation = Invocation::default();
        // Only the first word is a subcommand.
        if let Some(word) = line.rest().first().cloned() {
            match word.as_str() {
                "run" => _ = line.read(),
                "help" => return Ok(Task::Help),
                _ => left_out::check_subcommand(&word)?,
            }
        }
        loop {
            let flag = match line.read() {
                Some(Argument::Option(flag)) => flag,
                Some(Argument::Operand(path)) => {
                    invocation.path = path;
                    invocation.arguments = line.rest().to_vec();
                    return Ok(Task::Run(invocation));
                }
                None => {
                    return Err(Usage::error(
                        "no module is named\n\nUsage: run [run] [OPTIONS] <WASM> [ARGS]...",
                    ));
                }
            };
            match flag.name.as_str() {
                "-h" | "--help" => return flag.takes_nothing().map(|()| Task::Help),
                "-V" | "--version" => return flag.takes_nothing().map(|()| Task::Version),
                "--allow-precompiled" => {
                    flag.takes_nothing()?;
                    invocation.allow_precompiled = true;
                }
                "--invoke" => {
                    let function = line.value(&flag, "the name of a function")?;
                    set_once(&mut invocation.function, "--invoke", function)?;
                }
                "--argv0" => {
                    let name = line.value(&flag, "a name")?;
                    set_once(&mut invocation.argv0, "--argv0", name)?;
                }
                _ if invocation.options.take(&flag, &mut line)? => {}
                _ => {
                    let own = ["--help", "--version", "--allow-precompiled"];
                    let known = own.into_iter().chain(["--invoke", "--argv0"]);
                    let known = known.chain(Options::NAMES.iter().copied());
                    let known: Vec<&str> = known.chain(left_out::names()).collect();
                    let left_out = left_out::option(&flag, &mut line);
                    return Err(left_out.unwrap_or_else(|| flag.unknown(&known)));
                }
            }
        }
    }
}

fn set_once(option: &mut Option<String>, name: &str, value: String) -> Result<()> {
    match option.replace(value) {
        None => Ok(()),
        Some(before) => Err(Usage::error(format!(
            "`{name}` is given twice, with `{before}` first"
        ))),
    }
}

impl Invocation {
    fn run(&self) -> Result<()> {
        // Says what is wrong if libwasmtime is to be opened now and can't be.
        libwasmtime::load()?;
        let module = self.module(&Engine::default())?;
        let linker = self.options.linker(&module, |_| Ok(()))?;
        let mut wasi = self.options.wasi()?;
        wasi.arg(self.argv0()).args(&self.arguments);
        let main = program::main_function(&module);
        let function = self.function.as_deref().or(main);
        program::run(&linker, &module, &mut wasi, function, &self.arguments)?;
        if function.is_none() {
            eprintln!(
                "warning: `{}` exports no `_start` that could be called; `--invoke` calls another \
                 function",
                self.path
            );
        }
        Ok(())
    }

    /// Returns the program's own name for itself: the name of the file without its path.
    fn argv0(&self) -> &str {
        let name = Path::new(&self.path)
            .file_name()
            .and_then(|name| name.to_str());
        self.argv0.as_deref().or(name).unwrap_or(&self.path)
    }

    /// Compiles the module, or loads precompiled code.
    fn module(&self, engine: &Engine) -> Result<Module> {
        let failed = || format!("failed to open wasm module `{}`", self.path);
        if self.path == STDIN {
            let mut bytes = Vec::new();
            io::stdin().read_to_end(&mut bytes).with_context(failed)?;
            if Engine::detect_precompiled(&bytes).is_none() {
                return compiled(Module::new(engine, bytes));
            }
            self.ensure_allow_precompiled()?;
            // SAFETY: the user has declared with an option that the bytes can be trusted.
            return unsafe { Module::deserialize(engine, bytes) };
        }
        let precompiled = Engine::detect_precompiled_file(&self.path).with_context(failed)?;
        if precompiled.is_none() {
            return compiled(Module::from_file(engine, &self.path));
        }
        self.ensure_allow_precompiled()?;
        // SAFETY: the user has declared with an option that the file can be trusted.
        unsafe { Module::deserialize_file(engine, &self.path) }
    }

    fn ensure_allow_precompiled(&self) -> Result<()> {
        ensure!(
            self.allow_precompiled,
            "running a precompiled module requires the `--allow-precompiled` flag: give it if you \
             trust where the module comes from"
        );
        Ok(())
    }
}

/// Adds a hint to the error if the text format isn't built in.
fn compiled(module: Result<Module>) -> Result<Module> {
    if cfg!(feature = "wat") {
        return module;
    }
    module.context(
        "only the binary format is understood, as this was built without the feature `wat`; turn \
         that on for the text format",
    )
}
