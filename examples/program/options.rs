//! The options that say what a program sees of its host, which every example
//! takes that runs programs.

use super::command_line::{CommandLine, Flag, Usage};
use libwasmtime::wasi::{self, FsPerms, WasiCtxBuilder};
use libwasmtime::{Linker, Module, Result, bail};
use std::env;

/// What the options say.
#[derive(Default)]
pub struct Options {
    /// Directories, and what the program knows them as.
    dirs: Vec<(String, String)>,
    /// Environment variables; those without a value have the one that this process
    /// has.
    env: Vec<(String, Option<String>)>,
    /// Whether functions that are missing trap when they are called.
    unknown_imports_trap: bool,
}

impl Options {
    /// The names of the options.
    pub const NAMES: &[&str] = &["--dir", "--env", "-W", "--wasm"];

    /// What `--help` says of them.
    pub const HELP: &str = include_str!("options.txt");

    /// Reads an option and its value; `false` if it is none of these.
    ///
    /// # Errors
    ///
    /// If its value makes no sense.
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

    /// What WASI lets the program see, its arguments excepted.
    ///
    /// # Errors
    ///
    /// If there is no such directory, or if a variable isn't Unicode.
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

    /// What the program is linked with: WASI, and `more`.
    ///
    /// # Errors
    ///
    /// If libwasmtime was built without WASI.
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
