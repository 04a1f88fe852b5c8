//! Building a WASI context.

use super::{MemoryInputPipe, stream::Input, stream::Output};
use crate::Result;
use crate::error::{Context, ensure};
use std::ffi::OsString;
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Whether a program may change what is in a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FsPerms {
    /// It may read files and list directories.
    ReadOnly,
    /// It may write, make and remove them as well.
    ReadWrite,
}

/// What a WASI program may see of its host: nothing, unless it is said here.
///
/// No arguments, no environment, no directories, an empty standard input, and
/// standard output and error that go nowhere.
///
/// ```no_run
/// use libwasmtime::wasi::{FsPerms, WasiCtxBuilder};
///
/// # fn main() -> libwasmtime::Result<()> {
/// let wasi = WasiCtxBuilder::new()
///     .inherit_stdio()
///     .args(&["program", "--verbose"])
///     .env("HOME", "/")
///     .preopened_dir("./data", "/", FsPerms::ReadOnly)?
///     .build_p1();
/// # let _ = wasi;
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
pub struct WasiCtxBuilder {
    ctx: WasiP1Ctx,
}

/// A WASI context for [`Store::set_wasi`](crate::Store::set_wasi), made with
/// [`WasiCtxBuilder`].
#[derive(Default)]
pub struct WasiP1Ctx {
    pub(super) args: Vec<OsString>,
    pub(super) env: Vec<(OsString, OsString)>,
    pub(super) stdin: Input,
    pub(super) stdout: Output,
    pub(super) stderr: Output,
    pub(super) dirs: Vec<PreopenedDir>,
    pub(super) inherit_network: bool,
    pub(super) allow_ip_name_lookup: Option<bool>,
}

impl WasiP1Ctx {
    /// Whether a program gets the standard input of the process.
    pub(super) fn reads_stdin(&self) -> bool {
        matches!(self.stdin, Input::Inherit)
    }
}

/// A directory that a program finds open.
pub(super) struct PreopenedDir {
    pub(super) host: PathBuf,
    pub(super) guest: String,
    pub(super) perms: FsPerms,
}

impl WasiCtxBuilder {
    /// Starts with nothing.
    pub fn new() -> WasiCtxBuilder {
        WasiCtxBuilder::default()
    }

    /// Adds an argument. The first one is the program's name.
    ///
    /// Calls `wasi_config_set_argv`, with all of them.
    pub fn arg(&mut self, arg: impl AsRef<str>) -> &mut Self {
        self.ctx.args.push(arg.as_ref().into());
        self
    }

    /// Adds arguments.
    pub fn args(&mut self, args: &[impl AsRef<str>]) -> &mut Self {
        self.ctx
            .args
            .extend(args.iter().map(|arg| arg.as_ref().into()));
        self
    }

    /// Adds the arguments of this process.
    ///
    /// If one isn't Unicode, [`Store::set_wasi`](crate::Store::set_wasi) fails.
    pub fn inherit_args(&mut self) -> &mut Self {
        self.ctx.args.extend(std::env::args_os());
        self
    }

    /// Adds an environment variable.
    ///
    /// Calls `wasi_config_set_env`, with all of them.
    pub fn env(&mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> &mut Self {
        self.ctx
            .env
            .push((name.as_ref().into(), value.as_ref().into()));
        self
    }

    /// Adds environment variables, each with its value.
    pub fn envs(&mut self, env: &[(impl AsRef<str>, impl AsRef<str>)]) -> &mut Self {
        for (name, value) in env {
            self.env(name, value);
        }
        self
    }

    /// Adds the environment variables of this process.
    ///
    /// If one isn't Unicode, [`Store::set_wasi`](crate::Store::set_wasi) fails.
    pub fn inherit_env(&mut self) -> &mut Self {
        self.ctx.env.extend(std::env::vars_os());
        self
    }

    /// Has the program read this as its standard input.
    ///
    /// Calls `wasi_config_set_stdin_bytes`.
    pub fn stdin(&mut self, stdin: MemoryInputPipe) -> &mut Self {
        self.ctx.stdin = Input::Bytes(stdin.into_bytes());
        self
    }

    /// Has the program read a file as its standard input.
    ///
    /// Calls `wasi_config_set_stdin_file`.
    pub fn stdin_file(&mut self, path: impl AsRef<Path>) -> &mut Self {
        self.ctx.stdin = Input::File(path.as_ref().into());
        self
    }

    /// Has the program read the standard input of this process.
    ///
    /// Calls `wasi_config_inherit_stdin`.
    pub fn inherit_stdin(&mut self) -> &mut Self {
        self.ctx.stdin = Input::Inherit;
        self
    }

    /// Has a writer get what the program writes to its standard output: a
    /// [`MemoryOutputPipe`](super::MemoryOutputPipe), a file, a channel.
    ///
    /// Each piece is written as a whole and flushed, by another thread, while the
    /// program waits. An error of the writer is one for the program, as far as
    /// WASI can express it. So is a panic, which goes no further; after it the
    /// writer isn't called again. The writer is dropped with the store or when
    /// another context takes the place of this one, by whoever does that; or
    /// with the context if no store gets it.
    ///
    /// Calls `wasi_config_set_stdout_custom`.
    pub fn stdout(&mut self, stdout: impl Write + Send + 'static) -> &mut Self {
        self.ctx.stdout = Output::to(stdout);
        self
    }

    /// Has the program write its standard output to a file, which is made, or
    /// emptied if there is one.
    ///
    /// Calls `wasi_config_set_stdout_file`.
    pub fn stdout_file(&mut self, path: impl AsRef<Path>) -> &mut Self {
        self.ctx.stdout = Output::File(path.as_ref().into());
        self
    }

    /// Has the program write to the standard output of this process.
    ///
    /// Calls `wasi_config_inherit_stdout`.
    pub fn inherit_stdout(&mut self) -> &mut Self {
        self.ctx.stdout = Output::Inherit;
        self
    }

    /// Has a writer get what the program writes to its standard error; see
    /// [`stdout`](WasiCtxBuilder::stdout).
    ///
    /// Calls `wasi_config_set_stderr_custom`.
    pub fn stderr(&mut self, stderr: impl Write + Send + 'static) -> &mut Self {
        self.ctx.stderr = Output::to(stderr);
        self
    }

    /// Has the program write its standard error to a file; see
    /// [`stdout_file`](WasiCtxBuilder::stdout_file).
    ///
    /// Calls `wasi_config_set_stderr_file`.
    pub fn stderr_file(&mut self, path: impl AsRef<Path>) -> &mut Self {
        self.ctx.stderr = Output::File(path.as_ref().into());
        self
    }

    /// Has the program write to the standard error of this process.
    ///
    /// Calls `wasi_config_inherit_stderr`.
    pub fn inherit_stderr(&mut self) -> &mut Self {
        self.ctx.stderr = Output::Inherit;
        self
    }

    /// Gives the program the three standard streams of this process.
    pub fn inherit_stdio(&mut self) -> &mut Self {
        self.inherit_stdin().inherit_stdout().inherit_stderr()
    }

    /// Lets the program into a directory, which it knows as `guest_path`.
    ///
    /// Calls `wasi_config_preopen_dir`.
    ///
    /// # Errors
    ///
    /// If there is no such directory, or it can't be read.
    pub fn preopened_dir(
        &mut self,
        host_path: impl AsRef<Path>,
        guest_path: impl AsRef<str>,
        perms: FsPerms,
    ) -> Result<&mut Self> {
        let host = host_path.as_ref();
        let metadata = host
            .metadata()
            .with_context(|| format!("failed to open directory `{}`", host.display()))?;
        ensure!(metadata.is_dir(), "`{}` is no directory", host.display());
        self.ctx.dirs.push(PreopenedDir {
            host: host.into(),
            guest: guest_path.as_ref().into(),
            perms,
        });
        Ok(self)
    }

    /// Lets the program use the network of this process: any address, TCP and
    /// UDP.
    ///
    /// WASI preview 1 itself has hardly any use for it.
    ///
    /// Calls `wasi_config_inherit_network`.
    pub fn inherit_network(&mut self) -> &mut Self {
        self.ctx.inherit_network = true;
        self
    }

    /// Whether the program may look up the addresses of hosts.
    ///
    /// Calls `wasi_config_allow_ip_name_lookup`.
    pub fn allow_ip_name_lookup(&mut self, enable: bool) -> &mut Self {
        self.ctx.allow_ip_name_lookup = Some(enable);
        self
    }

    /// The context, for [`Store::set_wasi`](crate::Store::set_wasi). The builder
    /// starts anew.
    pub fn build_p1(&mut self) -> WasiP1Ctx {
        std::mem::take(&mut self.ctx)
    }
}

impl fmt::Debug for WasiCtxBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WasiCtxBuilder").finish_non_exhaustive()
    }
}

impl fmt::Debug for WasiP1Ctx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WasiP1Ctx")
            .field("args", &self.args)
            .finish_non_exhaustive()
    }
}
