//! [`WasiCtxBuilder`]: builds a WASI context.

use super::{MemoryInputPipe, WasiTag, stream::Input, stream::Output};
use crate::Result;
use crate::error::{Context, ensure};
use crate::threads::Reads;
use std::any::Any;
use std::ffi::OsString;
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The permissions of a program in a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FsPerms {
    /// The program may read files and list directories.
    ReadOnly,
    /// The program may also write, create and remove files and directories.
    ReadWrite,
}

/// A builder of a WASI context, which decides what a program may see of its host.
///
/// Without any method a program sees nothing: it has no arguments, no environment, no
/// directories and an empty standard input, and its standard output and error are
/// discarded.
///
#[doc = example!(wat)]
/// use libwasmtime::wasi::{self, FsPerms, MemoryInputPipe, MemoryOutputPipe, WasiCtxBuilder};
/// use libwasmtime::{Engine, I32Exit, Linker, Module, Store};
///
/// // Copies up to 100 bytes of its input to its output. Exits with the number of its
/// // arguments, or with 100 if `/data` isn't its first directory.
/// let program = r#"
///     (module
///         (import "wasi_snapshot_preview1" "fd_read"
///             (func $read (param i32 i32 i32 i32) (result i32)))
///         (import "wasi_snapshot_preview1" "fd_write"
///             (func $write (param i32 i32 i32 i32) (result i32)))
///         (import "wasi_snapshot_preview1" "args_sizes_get"
///             (func $args (param i32 i32) (result i32)))
///         (import "wasi_snapshot_preview1" "fd_prestat_get"
///             (func $directory (param i32 i32) (result i32)))
///         (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
///         (memory (export "memory") 1)
///         ;; A buffer at address 64 with 100 bytes.
///         (data (i32.const 0) "\40\00\00\00\64\00\00\00")
///         (func (export "_start")
///             (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 4)))
///             (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
///             (if (call $directory (i32.const 3) (i32.const 16))
///                 (then (call $exit (i32.const 100))))
///             (drop (call $args (i32.const 24) (i32.const 28)))
///             (call $exit (i32.load (i32.const 24)))))
/// "#;
/// let engine = Engine::default();
/// let module = Module::new(&engine, program)?;
/// let mut linker = Linker::new(&engine);
/// wasi::add_to_linker(&mut linker)?;
///
/// let stdout = MemoryOutputPipe::new(4096);
/// let context = WasiCtxBuilder::new()
///     .args(&["program", "--verbose"])
///     .env("HOME", "/data")
///     .stdin(MemoryInputPipe::new("hello"))
///     .stdout(stdout.clone())
///     .inherit_stderr()
///     .preopened_dir(std::env::temp_dir(), "/data", FsPerms::ReadOnly)?
///     .build_p1();
/// let mut store = Store::new(&engine, ());
/// store.set_wasi(context)?;
///
/// let instance = linker.instantiate(&mut store, &module)?;
/// let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
/// // A program that calls `proc_exit` ends the call with an error.
/// let error = start.call(&mut store, ()).unwrap_err();
/// assert_eq!(error.downcast_ref(), Some(&I32Exit(2)));
/// assert_eq!(stdout.contents(), b"hello");
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Default)]
pub struct WasiCtxBuilder {
    ctx: WasiCtx,
}

/// A WASI context for [`Store::set_wasi`](crate::Store::set_wasi), built by a
/// [`WasiCtxBuilder`].
///
/// A store has one, for modules and components alike.
#[derive(Default)]
pub struct WasiCtx {
    pub(super) args: Vec<OsString>,
    pub(super) env: Vec<(OsString, OsString)>,
    pub(super) stdin: Input,
    pub(super) stdout: Output,
    pub(super) stderr: Output,
    pub(super) dirs: Vec<PreopenedDir>,
    pub(super) inherit_network: bool,
    pub(super) allow_ip_name_lookup: Option<bool>,
    pub(super) tag: Option<Arc<WasiTag>>,
}

/// A [`WasiCtx`], under the name that it has for WASI preview 1.
#[derive(Debug, Default)]
pub struct WasiP1Ctx(WasiCtx);

impl From<WasiP1Ctx> for WasiCtx {
    fn from(ctx: WasiP1Ctx) -> WasiCtx {
        ctx.0
    }
}

impl WasiCtx {
    /// Returns a builder of a context; see [`WasiCtxBuilder::new`].
    pub fn builder() -> WasiCtxBuilder {
        WasiCtxBuilder::new()
    }

    /// Attaches a value to the context, by which a
    /// [source](crate::Linker::wasi_source) knows it again when a store has it.
    pub fn with_tag(self, tag: impl Any + Send + Sync) -> WasiCtx {
        WasiCtx {
            tag: Some(Arc::new(tag)),
            ..self
        }
    }

    /// Returns what a program reads as its standard input.
    pub(super) fn reads(&self) -> Reads {
        match self.stdin {
            Input::Empty | Input::Bytes(_) => Reads::Memory,
            Input::File(_) => Reads::File,
            Input::Inherit => Reads::Process,
        }
    }
}

/// A directory that is open when a program starts.
pub(super) struct PreopenedDir {
    pub(super) host: PathBuf,
    pub(super) guest: String,
    pub(super) perms: FsPerms,
}

impl WasiCtxBuilder {
    /// Creates a builder of a context in which a program sees nothing of its host.
    pub fn new() -> WasiCtxBuilder {
        WasiCtxBuilder::default()
    }

    /// Adds an argument. By convention, the first one is the program's name.
    ///
    /// Calls `wasi_config_set_argv`, once with all arguments.
    pub fn arg(&mut self, arg: impl AsRef<str>) -> &mut Self {
        self.ctx.args.push(arg.as_ref().into());
        self
    }

    /// Adds several arguments; see [`arg`](WasiCtxBuilder::arg).
    pub fn args(&mut self, args: &[impl AsRef<str>]) -> &mut Self {
        self.ctx
            .args
            .extend(args.iter().map(|arg| arg.as_ref().into()));
        self
    }

    /// Adds the arguments of this process.
    ///
    /// [`Store::set_wasi`](crate::Store::set_wasi) returns an error if one isn't Unicode.
    pub fn inherit_args(&mut self) -> &mut Self {
        self.ctx.args.extend(std::env::args_os());
        self
    }

    /// Adds an environment variable.
    ///
    /// Calls `wasi_config_set_env`, once with all variables.
    pub fn env(&mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> &mut Self {
        self.ctx
            .env
            .push((name.as_ref().into(), value.as_ref().into()));
        self
    }

    /// Adds several environment variables, each with its value.
    pub fn envs(&mut self, env: &[(impl AsRef<str>, impl AsRef<str>)]) -> &mut Self {
        for (name, value) in env {
            self.env(name, value);
        }
        self
    }

    /// Adds the environment variables of this process.
    ///
    /// [`Store::set_wasi`](crate::Store::set_wasi) returns an error if one isn't Unicode.
    pub fn inherit_env(&mut self) -> &mut Self {
        self.ctx.env.extend(std::env::vars_os());
        self
    }

    /// Makes these bytes the program's standard input.
    ///
    /// Calls `wasi_config_set_stdin_bytes`.
    pub fn stdin(&mut self, stdin: MemoryInputPipe) -> &mut Self {
        self.ctx.stdin = Input::Bytes(stdin.into_bytes());
        self
    }

    /// Makes a file the program's standard input.
    ///
    /// [`Store::set_wasi`](crate::Store::set_wasi) opens it, and returns an error if it
    /// can't.
    ///
    /// Calls `wasi_config_set_stdin_file`.
    pub fn stdin_file(&mut self, path: impl AsRef<Path>) -> &mut Self {
        self.ctx.stdin = Input::File(path.as_ref().into());
        self
    }

    /// Makes the standard input of this process the program's.
    ///
    /// Calls `wasi_config_inherit_stdin`.
    pub fn inherit_stdin(&mut self) -> &mut Self {
        self.ctx.stdin = Input::Inherit;
        self
    }

    /// Sends the program's standard output to a writer.
    ///
    /// The writer can be a [`MemoryOutputPipe`](super::MemoryOutputPipe), a file, a
    /// channel. For each write of the program, another thread calls the writer's
    /// `write_all` and `flush`, while the program waits. An error of the writer is an error
    /// of the program's write, as far as WASI can express it. So is a panic, which doesn't
    /// unwind further; after it the writer isn't called again.
    ///
    /// The writer is dropped together with the store, or when
    /// [`Store::set_wasi`](crate::Store::set_wasi) replaces the context, on the thread that
    /// does either; or with the context if no store has it.
    ///
    /// Calls `wasi_config_set_stdout_custom`.
    pub fn stdout(&mut self, stdout: impl Write + Send + 'static) -> &mut Self {
        self.ctx.stdout = Output::to(stdout);
        self
    }

    /// Sends the program's standard output to a file.
    ///
    /// [`Store::set_wasi`](crate::Store::set_wasi) creates the file, or truncates an
    /// existing one, and returns an error if it can't.
    ///
    /// Calls `wasi_config_set_stdout_file`.
    pub fn stdout_file(&mut self, path: impl AsRef<Path>) -> &mut Self {
        self.ctx.stdout = Output::File(path.as_ref().into());
        self
    }

    /// Sends the program's standard output to that of this process.
    ///
    /// Calls `wasi_config_inherit_stdout`.
    pub fn inherit_stdout(&mut self) -> &mut Self {
        self.ctx.stdout = Output::Inherit;
        self
    }

    /// Sends the program's standard error to a writer; see
    /// [`stdout`](WasiCtxBuilder::stdout).
    ///
    /// Calls `wasi_config_set_stderr_custom`.
    pub fn stderr(&mut self, stderr: impl Write + Send + 'static) -> &mut Self {
        self.ctx.stderr = Output::to(stderr);
        self
    }

    /// Sends the program's standard error to a file; see
    /// [`stdout_file`](WasiCtxBuilder::stdout_file).
    ///
    /// Calls `wasi_config_set_stderr_file`.
    pub fn stderr_file(&mut self, path: impl AsRef<Path>) -> &mut Self {
        self.ctx.stderr = Output::File(path.as_ref().into());
        self
    }

    /// Sends the program's standard error to that of this process.
    ///
    /// Calls `wasi_config_inherit_stderr`.
    pub fn inherit_stderr(&mut self) -> &mut Self {
        self.ctx.stderr = Output::Inherit;
        self
    }

    /// Makes the three standard streams of this process the program's.
    pub fn inherit_stdio(&mut self) -> &mut Self {
        self.inherit_stdin().inherit_stdout().inherit_stderr()
    }

    /// Lets the program use a directory of the host, under the name `guest_path`.
    ///
    /// The program can use everything below the directory, and nothing outside of it, even
    /// through symbolic links. [`Store::set_wasi`](crate::Store::set_wasi) opens the
    /// directory.
    ///
    /// Calls `wasi_config_preopen_dir`.
    ///
    /// # Errors
    ///
    /// Returns an error if `host_path` doesn't exist, isn't a directory, or can't be
    /// inspected.
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
        ensure!(metadata.is_dir(), "`{}` is not a directory", host.display());
        self.ctx.dirs.push(PreopenedDir {
            host: host.into(),
            guest: guest_path.as_ref().into(),
            perms,
        });
        Ok(self)
    }

    /// Lets the program use the network of this process.
    ///
    /// It can use TCP and UDP, with any address. WASI preview 1 has few functions that make
    /// use of it. WASI 2 has many, but they are refused: the C API has no function that allows a
    /// component to create sockets.
    ///
    /// Calls `wasi_config_inherit_network`.
    pub fn inherit_network(&mut self) -> &mut Self {
        self.ctx.inherit_network = true;
        self
    }

    /// Sets whether the program may look up the addresses of hosts.
    ///
    /// Calls `wasi_config_allow_ip_name_lookup`.
    pub fn allow_ip_name_lookup(&mut self, enable: bool) -> &mut Self {
        self.ctx.allow_ip_name_lookup = Some(enable);
        self
    }

    /// Returns the context, and resets the builder.
    ///
    /// [`Store::set_wasi`](crate::Store::set_wasi) gives the context to a store.
    pub fn build(&mut self) -> WasiCtx {
        std::mem::take(&mut self.ctx)
    }

    /// Returns the context as [`build`](WasiCtxBuilder::build) does.
    pub fn build_p1(&mut self) -> WasiP1Ctx {
        WasiP1Ctx(self.build())
    }
}

impl fmt::Debug for WasiCtxBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WasiCtxBuilder").finish_non_exhaustive()
    }
}

impl fmt::Debug for WasiCtx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WasiCtx")
            .field("args", &self.args)
            .finish_non_exhaustive()
    }
}
