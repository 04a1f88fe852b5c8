//! The options that say what a program sees of its host. All examples that run programs
//! take them.

use super::command_line::{CommandLine, Flag, Usage};
use libwasmtime::wasi::{self, FsPerms, WasiCtxBuilder};
use libwasmtime::{Linker, Module, Result, bail};
use std::env;

/// The values of the options.
#[derive(Default)]
pub struct Options {
    /// Directories, and their names in the program.
    dirs: Vec<(String, String)>,
    /// Environment variables; those without a value get the value in this process.
    env: Vec<(String, Option<String>)>,
    /// Whether undefined functions trap when they are called.
    unknown_imports_trap: bool,
}

impl Options {
    /// The names of the options.
    pub const NAMES: &[&str] = &["--dir", "--env", "-W", "--wasm"];

    /// Their part of `--help`.
    pub const HELP: &str = include_str!("options.txt");

    /// Reads an option and its value; returns `false` for any other option.
    ///
    /// # Errors
    ///
    /// Returns an error if its value is invalid.
    pub fn take(&mut self, flag: &Flag, line: &mut CommandLine) -> Result<bool> {
        match flag.name.as_str() {
            "--dir" => {
                let dir = line.value(flag, "a directory, HOST or HOST::GUEST")?;
                let (host, guest) = dir.split_once("::").unwrap_or((&dir, &dir));
                if host.is_empty() || guest.is_empty() {
                    return Err(Usage::error(format!(
                        "`--dir` needs a directory, HOST or HOST::GUEST, and not `{dir}`"
                    )));
                }
                self.dirs.push((host.to_owned(), guest.to_owned()));
            }
            "--env" => {
                let variable = line.value(flag, "a variable, NAME=VALUE or NAME")?;
                let (name, value) = match variable.split_once('=') {
                    Some((name, value)) => (name, Some(value.to_owned())),
                    None => (variable.as_str(), None),
                };
                if name.is_empty() {
                    return Err(Usage::error(format!(
                        "`--env` needs a variable, NAME=VALUE or NAME, and not `{variable}`"
                    )));
                }
                self.env.push((name.to_owned(), value));
            }
            "-W" | "--wasm" => {
                let settings = line.value(flag, "a setting, such as `unknown-imports-trap`")?;
                for setting in settings.split(',') {
                    self.unknown_imports_trap = match setting {
                        "unknown-imports-trap"
                        | "unknown-imports-trap=y"
                        | "unknown-imports-trap=yes"
                        | "unknown-imports-trap=true" => true,
                        "unknown-imports-trap=n"
                        | "unknown-imports-trap=no"
                        | "unknown-imports-trap=false" => false,
                        _ => {
                            return Err(Usage::error(format!(
                                "`{} {setting}` isn't supported here, \
                                 `unknown-imports-trap` alone is. Call the methods of \
                                 `libwasmtime::Config` and `Store` that do it where the \
                                 example makes these, or use the `wasmtime` command",
                                flag.name
                            )));
                        }
                    }
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Returns what WASI lets the program see, except for its arguments.
    ///
    /// # Errors
    ///
    /// Returns an error if a directory doesn't exist, or a variable isn't Unicode.
    pub fn wasi(&self) -> Result<WasiCtxBuilder> {
        let mut wasi = WasiCtxBuilder::new();
        wasi.inherit_stdio();
        for (host, guest) in &self.dirs {
            wasi.preopened_dir(host, guest, FsPerms::ReadWrite)?;
        }
        for (name, value) in &self.env {
            let inherited = || match env::var(name) {
                Ok(value) => Ok(Some(value)),
                Err(env::VarError::NotPresent) => Ok(None),
                Err(env::VarError::NotUnicode(value)) => {
                    bail!("the environment variable `{name}` is not Unicode: {value:?}")
                }
            };
            let value = match value {
                Some(value) => Some(value.clone()),
                None => inherited()?,
            };
            if let Some(value) = value {
                wasi.env(name, value);
            }
        }
        Ok(wasi)
    }

    /// Reports whether functions that nobody defines trap when they are called.
    #[allow(dead_code, reason = "not every example runs components")]
    pub fn unknown_imports_trap(&self) -> bool {
        self.unknown_imports_trap
    }

    /// Returns what the program is linked with: WASI, and `more`.
    ///
    /// # Errors
    ///
    /// Returns an error if libwasmtime was built without WASI.
    pub fn linker(
        &self,
        module: &Module,
        more: impl FnOnce(&mut Linker<()>) -> Result<()>,
    ) -> Result<Linker<()>> {
        let mut linker = Linker::new(module.engine());
        wasi::add_to_linker(&mut linker)?;
        more(&mut linker)?;
        if self.unknown_imports_trap {
            linker.define_unknown_imports_as_traps(module)?;
        }
        Ok(linker)
    }
}
