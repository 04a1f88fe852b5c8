//! Converts a [`WasiCtx`] to the C API's configuration of WASI.

use super::builder::{FsPerms, PreopenedDir, WasiCtx};
use super::stream::{Input, Output};
use super::writer::{self, WriterOwner};
use crate::Result;
use crate::error::{Context, ensure, format_err};
use crate::owned::Owned;
use crate::sys::*;
use crate::threads::{self, Reads};
use crate::vec::ByteVec;
use std::any::Any;
use std::ffi::{CString, OsStr, OsString};
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// An owned configuration of the C API.
type RawConfig = Owned<wasi_config_t>;

impl WasiCtx {
    /// Returns the C API's configuration, and the owners of its writers and pipes, which are
    /// dropped with the store.
    ///
    /// # Errors
    ///
    /// Returns an error if something in the context isn't valid for the C API, can't be
    /// opened, or is unavailable.
    pub(super) fn into_config(self) -> Result<(RawConfig, Vec<Box<dyn Any + Send + Sync>>)> {
        check_random_numbers()?;
        // SAFETY: the function requires nothing, and returns an owned configuration.
        let config = unsafe { RawConfig::from_c(wasi_config_new()) };
        set_args(&config, &self.args)?;
        set_env(&config, &self.env)?;
        set_stdin(&config, self.stdin)?;
        let stdout = STDOUT.set(&config, self.stdout)?;
        let stderr = STDERR.set(&config, self.stderr)?;
        for dir in &self.dirs {
            preopen(&config, dir)?;
        }
        // SAFETY: invariant "Owned object": `config` owns the configuration.
        unsafe {
            if self.inherit_network {
                wasi_config_inherit_network(config.as_ptr());
            }
            if let Some(allow) = self.allow_ip_name_lookup {
                wasi_config_allow_ip_name_lookup(config.as_ptr(), allow);
            }
        }
        Ok((config, stdout.into_iter().chain(stderr).collect()))
    }
}

/// Checks that libwasmtime can get random numbers from the system: `wasi_config_new` aborts
/// if it can't.
///
/// libwasmtime looks the system's function for random numbers up by its name. If glibc is
/// linked statically, it can't, and reads files instead.
///
/// # Errors
///
/// Returns an error if one of the files is missing.
// Version 48: random numbers are read from these files where `getrandom` can't be
// looked up; look at `linux_android_with_fallback.rs` in `getrandom`.
fn check_random_numbers() -> Result<()> {
    const LOOKED_UP: bool = cfg!(not(all(
        target_os = "linux",
        target_env = "gnu",
        target_feature = "crt-static"
    )));
    if !LOOKED_UP {
        for path in ["/dev/random", "/dev/urandom"] {
            File::open(path).with_context(|| {
                format!("WASI needs the file {path} if the C library is linked statically")
            })?;
        }
    }
    Ok(())
}

fn set_args(config: &RawConfig, args: &[OsString]) -> Result<()> {
    let args = args
        .iter()
        .enumerate()
        .map(|(i, arg)| text(arg).with_context(|| format!("WASI argument {i}")))
        .collect::<Result<Vec<_>>>()?;
    let mut args: Vec<_> = args.iter().map(|arg| arg.as_ptr()).collect();
    // SAFETY: invariant "Owned object": `config` owns the configuration; the arguments are C
    // strings, which are copied.
    let set = unsafe { wasi_config_set_argv(config.as_ptr(), args.len(), args.as_mut_ptr()) };
    ensure!(set, "libwasmtime refused the WASI arguments");
    Ok(())
}

fn set_env(config: &RawConfig, env: &[(OsString, OsString)]) -> Result<()> {
    let env = env
        .iter()
        .map(|(name, value)| {
            let pair = || Result::<_>::Ok((text(name)?, text(value)?));
            pair().with_context(|| format!("WASI environment variable {name:?}"))
        })
        .collect::<Result<Vec<_>>>()?;
    let mut names: Vec<_> = env.iter().map(|(name, _)| name.as_ptr()).collect();
    let mut values: Vec<_> = env.iter().map(|(_, value)| value.as_ptr()).collect();
    // SAFETY: invariant "Owned object": `config` owns the configuration; there are as many
    // names as values, all C strings, which are copied.
    let set = unsafe {
        wasi_config_set_env(
            config.as_ptr(),
            env.len(),
            names.as_mut_ptr(),
            values.as_mut_ptr(),
        )
    };
    ensure!(set, "libwasmtime refused the WASI environment variables");
    Ok(())
}

fn set_stdin(config: &RawConfig, stdin: Input) -> Result<()> {
    match stdin {
        Input::Empty => {}
        // SAFETY: invariant "Owned object": `config` owns the configuration.
        Input::Inherit => unsafe { wasi_config_inherit_stdin(config.as_ptr()) },
        Input::Bytes(bytes) => {
            let mut bytes = ByteVec::from(bytes);
            // SAFETY: invariant "Owned object": `config` owns the configuration. The function
            // takes the contents of the vector, and leaves it empty.
            unsafe { wasi_config_set_stdin_bytes(config.as_ptr(), bytes.as_mut_ptr()) };
        }
        Input::File(path) => {
            let file = path_text(&path)?;
            threads::for_wasi(Reads::File)?;
            // Version 48: this spawns a task that reads the file, and starts libwasmtime's
            // runtime if none is current; look at `AsyncReadStream::new` in `wasmtime-wasi`.
            let opened = runtime::enter_own(|| {
                // SAFETY: invariant "Owned object": `config` owns the configuration; the path
                // is a C string.
                unsafe { wasi_config_set_stdin_file(config.as_ptr(), file.as_ptr()) }
            })?;
            if !opened {
                return Err(cause(File::open(&path)))
                    .with_context(|| format!("failed to open `{}` for reading", path.display()));
            }
        }
    }
    Ok(())
}

/// The C functions of one output stream. All take an owned configuration.
struct OutputStream {
    inherit: unsafe fn(*mut wasi_config_t),
    /// The second argument is a C string.
    file: unsafe fn(*mut wasi_config_t, *const c_char) -> bool,
    /// The second argument is the data of [`writer::write`].
    custom: unsafe fn(*mut wasi_config_t, *mut c_void),
}

/// Creates the functions of a stream, as closures: the C functions are `extern "C"` in most
/// link modes, but not in all.
macro_rules! output_stream {
    ($inherit:ident, $file:ident, $custom:ident) => {
        OutputStream {
            // SAFETY: invariant "Owned object": the configuration is owned, as `inherit`
            // requires.
            inherit: |config| unsafe { $inherit(config) },
            // SAFETY: invariant "Owned object": the configuration is owned and the path a C
            // string, as `file` requires.
            file: |config, path| unsafe { $file(config, path) },
            custom: |config, data| {
                // SAFETY: invariant "Owned object": the configuration is owned, and the data is
                // that of `write` and `FINALIZE`, as `custom` requires.
                unsafe { $custom(config, Some(writer::write), data, Some(writer::FINALIZE)) }
            },
        }
    };
}

const STDOUT: OutputStream = output_stream!(
    wasi_config_inherit_stdout,
    wasi_config_set_stdout_file,
    wasi_config_set_stdout_custom
);
const STDERR: OutputStream = output_stream!(
    wasi_config_inherit_stderr,
    wasi_config_set_stderr_file,
    wasi_config_set_stderr_custom
);

impl OutputStream {
    /// Sets the destination of the stream. Returns the owner of the destination, which has
    /// to be dropped with the store.
    fn set(
        &self,
        config: &RawConfig,
        output: Output,
    ) -> Result<Option<Box<dyn Any + Send + Sync>>> {
        let raw = config.as_ptr();
        match output {
            Output::Nowhere => {}
            // SAFETY: invariant "Owned object": `config` owns the configuration.
            Output::Inherit => unsafe { (self.inherit)(raw) },
            Output::Pipe(pipe) => {
                #[cfg(target_os = "linux")]
                // SAFETY: invariant "Owned object": `config` owns the configuration; the path
                // is a C string.
                if pipe.open_with(|path| unsafe { (self.file)(raw, path.as_ptr()) }) {
                    return Ok(Some(Box::new(pipe)));
                }
                return Ok(Some(self.set_writer(config, Box::new(pipe))));
            }
            Output::Writer(writer) => return Ok(Some(self.set_writer(config, writer))),
            Output::File(path) => {
                let file = path_text(&path)?;
                // SAFETY: invariant "Owned object": `config` owns the configuration; the path
                // is a C string.
                if !unsafe { (self.file)(raw, file.as_ptr()) } {
                    return Err(cause(File::create(&path))).with_context(|| {
                        format!("failed to open `{}` for writing", path.display())
                    });
                }
            }
        }
        Ok(None)
    }

    /// Sends the stream to a writer. Returns the writer's owner.
    fn set_writer(
        &self,
        config: &RawConfig,
        writer: Box<dyn Write + Send>,
    ) -> Box<dyn Any + Send + Sync> {
        let (owner, data) = WriterOwner::new(writer);
        // SAFETY: invariant "Owned object": `config` owns the configuration; the data is that
        // of a writer's callback.
        unsafe { (self.custom)(config.as_ptr(), data) };
        Box::new(owner)
    }
}

fn preopen(config: &RawConfig, dir: &PreopenedDir) -> Result<()> {
    let PreopenedDir { host, guest, perms } = dir;
    let host_path = path_text(host)?;
    let guest_path = text(OsStr::new(guest)).context("the `guest_path` of a WASI directory")?;
    // SAFETY: invariant "Owned object": `config` owns the configuration; both paths are C
    // strings.
    let opened = unsafe {
        wasi_config_preopen_dir(
            config.as_ptr(),
            host_path.as_ptr(),
            guest_path.as_ptr(),
            *perms == FsPerms::ReadWrite,
        )
    };
    if opened {
        return Ok(());
    }
    Err(cause(std::fs::read_dir(host)))
        .with_context(|| format!("failed to open directory `{}`", host.display()))
}

/// Returns the cause of a failure that libwasmtime gave no reason for: the error when the same
/// is tried again.
fn cause<T>(again: std::io::Result<T>) -> crate::Error {
    match again {
        Ok(_) => format_err!("libwasmtime failed without a reason"),
        Err(error) => error.into(),
    }
}

fn path_text(path: &Path) -> Result<CString> {
    text(path.as_os_str()).with_context(|| format!("the path `{}`", path.display()))
}

/// Converts a text to a C string.
///
/// # Errors
///
/// Returns an error if the text isn't Unicode or contains a NUL character.
fn text(text: &OsStr) -> Result<CString> {
    let text = text
        .to_str()
        .ok_or_else(|| format_err!("{text:?} is not Unicode, which WASI requires"))?;
    CString::new(text)
        .map_err(|_| format_err!("{text:?} has a NUL character, which C strings can't contain"))
}
