//! The C API's configuration of WASI.

use super::builder::{FsPerms, PreopenedDir, WasiP1Ctx};
use super::stream::{Input, Output};
use super::writer::{self, WriterOwner};
use crate::Result;
use crate::error::{Context, ensure, format_err};
use crate::sys::*;
use crate::vec::ByteVec;
use std::any::Any;
use std::ffi::{CString, OsStr, OsString};
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::ptr::NonNull;

/// An owned configuration of the C API.
pub(super) struct RawConfig(NonNull<wasi_config_t>);

impl RawConfig {
    fn new() -> RawConfig {
        // SAFETY: takes nothing.
        let config = unsafe { wasi_config_new() };
        RawConfig(NonNull::new(config).expect("wasi_config_new returns a configuration"))
    }

    fn as_ptr(&self) -> *mut wasi_config_t {
        self.0.as_ptr()
    }

    /// Gives up ownership.
    pub(super) fn into_raw(self) -> *mut wasi_config_t {
        let config = self.as_ptr();
        std::mem::forget(self);
        config
    }
}

impl Drop for RawConfig {
    fn drop(&mut self) {
        // SAFETY: `self` owns the configuration, which isn't used again.
        unsafe { wasi_config_delete(self.as_ptr()) }
    }
}

impl WasiP1Ctx {
    /// The configuration that says the same, and what owns the writers and pipes in
    /// it, which is dropped with the store.
    ///
    /// # Errors
    ///
    /// As for [`Store::set_wasi`](crate::Store::set_wasi).
    pub(super) fn into_config(self) -> Result<(RawConfig, Vec<Box<dyn Any + Send + Sync>>)> {
        check_random_numbers()?;
        let config = RawConfig::new();
        set_args(&config, &self.args)?;
        set_env(&config, &self.env)?;
        set_stdin(&config, self.stdin)?;
        let stdout = STDOUT.set(&config, self.stdout)?;
        let stderr = STDERR.set(&config, self.stderr)?;
        for dir in &self.dirs {
            preopen(&config, dir)?;
        }
        // SAFETY: the configuration is owned.
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

/// Sees to it that libwasmtime gets at random numbers: `wasi_config_new` aborts
/// the process without.
///
/// The system's function for them is looked up by its name. Where glibc is linked
/// statically nothing can be looked up, and files are read instead.
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
                format!("WASI needs {path} where the C library is linked statically")
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
    // SAFETY: the configuration is owned; the arguments are C strings, which are
    // copied.
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
    // SAFETY: the configuration is owned; there are as many names as values, all
    // C strings, which are copied.
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
        // SAFETY: the configuration is owned.
        Input::Inherit => unsafe { wasi_config_inherit_stdin(config.as_ptr()) },
        Input::Bytes(bytes) => {
            let mut bytes = ByteVec::from(bytes);
            // SAFETY: the configuration is owned; the contents of the vector are
            // taken, and an empty one is left.
            unsafe { wasi_config_set_stdin_bytes(config.as_ptr(), bytes.as_mut_ptr()) };
        }
        Input::File(path) => {
            let file = path_text(&path)?;
            // SAFETY: the configuration is owned; the path is a C string.
            if !unsafe { wasi_config_set_stdin_file(config.as_ptr(), file.as_ptr()) } {
                return Err(cause(File::open(&path)))
                    .with_context(|| format!("failed to open `{}` for reading", path.display()));
            }
        }
    }
    Ok(())
}

/// The functions of one output stream.
struct OutputStream {
    inherit: unsafe fn(*mut wasi_config_t),
    file: unsafe fn(*mut wasi_config_t, *const c_char) -> bool,
    /// The second is the data of a writer's callback.
    custom: unsafe fn(*mut wasi_config_t, *mut c_void),
}

/// Names the functions. Through closures, as in some link modes they are
/// `extern "C"`, and in one they aren't.
macro_rules! output_stream {
    ($inherit:ident, $file:ident, $custom:ident) => {
        OutputStream {
            // SAFETY: whoever calls keeps to the contract of the C function.
            inherit: |config| unsafe { $inherit(config) },
            // SAFETY: as above.
            file: |config, path| unsafe { $file(config, path) },
            custom: |config, data| {
                // SAFETY: as above; the callback and its finalizer belong to
                // that data.
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
    /// Sets where the stream goes to. Returns what owns that and has to be dropped with
    /// the store.
    fn set(
        &self,
        config: &RawConfig,
        output: Output,
    ) -> Result<Option<Box<dyn Any + Send + Sync>>> {
        let raw = config.as_ptr();
        match output {
            Output::Nowhere => {}
            // SAFETY: the configuration is owned.
            Output::Inherit => unsafe { (self.inherit)(raw) },
            Output::Pipe(pipe) => {
                #[cfg(target_os = "linux")]
                // SAFETY: the configuration is owned; the path is a C string.
                if pipe.open_with(|path| unsafe { (self.file)(raw, path.as_ptr()) }) {
                    return Ok(Some(Box::new(pipe)));
                }
                return Ok(Some(self.set_writer(config, Box::new(pipe))));
            }
            Output::Writer(writer) => return Ok(Some(self.set_writer(config, writer))),
            Output::File(path) => {
                let file = path_text(&path)?;
                // SAFETY: the configuration is owned; the path is a C string.
                if !unsafe { (self.file)(raw, file.as_ptr()) } {
                    return Err(cause(File::create(&path))).with_context(|| {
                        format!("failed to open `{}` for writing", path.display())
                    });
                }
            }
        }
        Ok(None)
    }

    /// Gives what is written to a writer. Returns the writer's owner.
    fn set_writer(
        &self,
        config: &RawConfig,
        writer: Box<dyn Write + Send>,
    ) -> Box<dyn Any + Send + Sync> {
        let (owner, data) = WriterOwner::new(writer);
        // SAFETY: the configuration is owned; the callback, its data and its finalizer
        // belong together.
        unsafe { (self.custom)(config.as_ptr(), data) };
        Box::new(owner)
    }
}

fn preopen(config: &RawConfig, dir: &PreopenedDir) -> Result<()> {
    let PreopenedDir { host, guest, perms } = dir;
    let host_path = path_text(host)?;
    let guest_path = text(OsStr::new(guest)).context("a directory's name for a WASI program")?;
    // SAFETY: the configuration is owned; both paths are C strings.
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

/// Why what libwasmtime tried and failed to do can't be done: it doesn't say.
fn cause<T>(again: std::io::Result<T>) -> crate::Error {
    match again {
        Ok(_) => format_err!("libwasmtime failed to, and doesn't say why"),
        Err(error) => error.into(),
    }
}

fn path_text(path: &Path) -> Result<CString> {
    text(path.as_os_str()).with_context(|| format!("the path `{}`", path.display()))
}

/// A C string of the same text.
fn text(text: &OsStr) -> Result<CString> {
    let text = text
        .to_str()
        .ok_or_else(|| format_err!("{text:?} is not Unicode, which WASI programs need"))?;
    CString::new(text).map_err(|_| format_err!("{text:?} has a NUL, which C strings can't have"))
}
