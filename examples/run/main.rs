//! Runs a WASI program as the `wasmtime` CLI does, a module or a component: it sees its
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

#[cfg(feature = "component-model")]
mod component;
mod left_out;
#[path = "../program/mod.rs"]
mod program;

#[cfg(not(feature = "component-model"))]
use libwasmtime::bail;
#[cfg(feature = "component-model")]
use libwasmtime::component::Component;
use libwasmtime::error::Context;
use libwasmtime::{Engine, Module, Precompiled, Result, ensure};
use program::Options;
use program::command_line::{Argument, CommandLine, Usage};
use std::fs;
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

/// What is run.
enum Program {
    Module(Module),
    #[cfg(feature = "component-model")]
    Component(Component),
}

/// A program, and the options to run it with.
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
        // With `load`, opens libwasmtime, or says why that fails.
        libwasmtime::load()?;
        let module = match self.program(&Engine::default())? {
            Program::Module(module) => module,
            #[cfg(feature = "component-model")]
            Program::Component(component) => return self.run_component(&component),
        };
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

    #[cfg(feature = "component-model")]
    fn run_component(&self, component: &Component) -> Result<()> {
        ensure!(
            self.function.is_none(),
            "`--invoke` isn't supported here for a component: call `Instance::get_func` in a \
             program of your own, or use the `wasmtime` command"
        );
        let mut wasi = self.options.wasi()?;
        wasi.arg(self.argv0()).args(&self.arguments);
        component::run(component, &self.options, &mut wasi)
    }

    /// Compiles the program, or loads precompiled code.
    fn program(&self, engine: &Engine) -> Result<Program> {
        let failed = || format!("failed to open wasm module `{}`", self.path);
        if self.path == STDIN {
            let mut bytes = Vec::new();
            io::stdin().read_to_end(&mut bytes).with_context(failed)?;
            return match Engine::detect_precompiled(&bytes) {
                Some(kind) => self.precompiled(engine, kind, bytes),
                None => compile(engine, &bytes, || Module::new(engine, &bytes)),
            };
        }
        let precompiled = Engine::detect_precompiled_file(&self.path).with_context(failed)?;
        if precompiled == Some(Precompiled::Module) {
            self.ensure_allow_precompiled()?;
            // SAFETY: the user has declared with an option that the file can be trusted.
            let module = unsafe { Module::deserialize_file(engine, &self.path) };
            return module.map(Program::Module);
        }
        let bytes = fs::read(&self.path).with_context(failed)?;
        match precompiled {
            Some(kind) => self.precompiled(engine, kind, bytes),
            // The errors name the file.
            None => compile(engine, &bytes, || Module::from_file(engine, &self.path)),
        }
    }

    /// Loads precompiled code.
    fn precompiled(&self, engine: &Engine, kind: Precompiled, code: Vec<u8>) -> Result<Program> {
        self.ensure_allow_precompiled()?;
        match kind {
            Precompiled::Module => {
                // SAFETY: the user has declared with an option that the code can be trusted.
                unsafe { Module::deserialize(engine, code) }.map(Program::Module)
            }
            #[cfg(feature = "component-model")]
            Precompiled::Component => {
                // SAFETY: the user has declared with an option that the code can be trusted.
                unsafe { Component::deserialize(engine, code) }.map(Program::Component)
            }
            #[cfg(not(feature = "component-model"))]
            Precompiled::Component => bail!(NO_COMPONENTS),
        }
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

/// The first bytes of a component in the binary format.
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

#[cfg(not(feature = "component-model"))]
const NO_COMPONENTS: &str = "it is a component, which this can't run, as it was built without the feature `component-model`";

/// Compiles a program. `module` does so if it is a module.
fn compile(
    engine: &Engine,
    program: &[u8],
    module: impl FnOnce() -> Result<Module>,
) -> Result<Program> {
    if !is_component(program) {
        return compiled(module()).map(Program::Module);
    }
    #[cfg(feature = "component-model")]
    return Component::new(engine, program).map(Program::Component);
    #[cfg(not(feature = "component-model"))]
    {
        _ = engine;
        bail!(NO_COMPONENTS)
    }
}

/// Reports whether a program is a component, in the binary format or as text.
fn is_component(program: &[u8]) -> bool {
    #[cfg(feature = "wat")]
    if !program.starts_with(b"\0asm") {
        return libwasmtime::wat2wasm(program).is_ok_and(|binary| binary.starts_with(COMPONENT));
    }
    program.starts_with(COMPONENT)
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
