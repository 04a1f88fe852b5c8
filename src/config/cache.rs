//! The cache of compiled modules on disk.

mod bounds;
mod handover;
mod settings;

pub use settings::CacheConfig;

use super::default_settings;
use crate::error::{check, ensure, format_err};
use crate::sys::{self, Feature, ensure_loaded, is_privileged, require, wasm_config_t};
use crate::{Result, threads};
use handover::Handover;
use std::ffi::CString;
use std::fs;
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::Arc;

/// A cache of compiled modules on disk, which
/// [`Config::cache`](crate::Config::cache) takes.
///
/// A module that was compiled before, with the same settings, by this process
/// or another, is read instead of compiled.
///
/// # Trust
///
/// What is in the directory of a cache is native code, which libwasmtime runs as it
/// finds it. So the directory is trusted as the program itself is: whoever can write
/// there can do what the program can, and a file that was damaged there is undefined
/// behaviour or ends the process. libwasmtime finds only some damage, and compiles
/// the module again then. Keep the directory to the user that the program runs as,
/// and share it only between programs that trust each other.
///
/// ```no_run
/// use libwasmtime::{Cache, Config};
///
/// # fn main() -> libwasmtime::Result<()> {
/// let mut config = Config::new();
/// config.cache(Some(Cache::from_file(None)?));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Cache {
    source: Source,
}

/// Where the settings are.
#[derive(Clone, Debug)]
enum Source {
    /// In the default file.
    Default,
    /// In a file.
    File(Arc<(PathBuf, CString)>),
    /// In this text, for a file that is there only while libwasmtime reads it.
    Text(Arc<str>),
}

impl Cache {
    /// Creates a cache with these settings.
    ///
    /// The C API takes the settings of a cache from a file, so they are written to one,
    /// here and again whenever an engine is made. It is in the directory for temporary
    /// files ([`std::env::temp_dir`]), private, and deleted at once.
    ///
    /// Calls `wasmtime_config_cache_config_load`.
    ///
    /// # Errors
    ///
    /// - If a setting is out of its bounds;
    /// - if the directory for the cache isn't an absolute path, isn't UTF-8, or can't
    ///   be made;
    /// - if no directory is set and the process is
    ///   [privileged](crate::load#privileged-processes): the environment of its caller
    ///   would decide which code is loaded;
    /// - if no temporary file can be written;
    /// - if the system starts no thread for it;
    /// - if the library has no cache.
    pub fn new(config: CacheConfig) -> Result<Cache> {
        if config.directory().is_none() {
            check_default_directory()?;
        }
        Cache::tried(Source::Text(config.to_toml()?.into()))
    }

    /// A cache as a TOML file describes it; `None` for the file
    /// `wasmtime/config.toml` in the user's directory for configuration, or
    /// the defaults if there is none.
    ///
    /// The file is read here, and again when an engine is made. Calls
    /// `wasmtime_config_cache_config_load`.
    ///
    /// # Errors
    ///
    /// If the file is missing or isn't a cache configuration, if the directory
    /// for the cache can't be made, if the system starts no thread for it, or if the
    /// library has no cache. Also for `None` in a
    /// [privileged process](crate::load#privileged-processes): the environment of its
    /// caller would decide which code is loaded.
    pub fn from_file(path: Option<&Path>) -> Result<Cache> {
        Cache::tried(match path {
            None => {
                check_default_directory()?;
                Source::Default
            }
            Some(path) => Source::File(Arc::new((path.to_owned(), c_path(path)?))),
        })
    }

    /// Has the library read the settings once, to see whether they are good.
    fn tried(source: Source) -> Result<Cache> {
        let cache = Cache { source };
        ensure_loaded()?;
        let trial = default_settings();
        // SAFETY: `trial` owns the configuration.
        unsafe { cache.apply(trial.as_ptr())? };
        Ok(cache)
    }

    /// The configuration file that was given.
    pub fn file(&self) -> Option<&Path> {
        match &self.source {
            Source::File(file) => Some(&file.0),
            Source::Default | Source::Text(_) => None,
        }
    }

    /// Has the library read the configuration.
    ///
    /// # Errors
    ///
    /// If the library has no cache, or rejects the file, or if the system starts no
    /// thread for it.
    ///
    /// # Safety
    ///
    /// `config` must be a configuration that the caller owns.
    pub(super) unsafe fn apply(&self, config: *mut wasm_config_t) -> Result<()> {
        require(Feature::Cache)?;
        // What cleans up starts with the cache.
        threads::start(1, "a cache of compiled modules", "do without a cache")?;
        match &self.source {
            // SAFETY: the caller owns the configuration; the default file is a null
            // pointer.
            Source::Default => unsafe { load(config, ptr::null()) },
            Source::File(file) => {
                let (path, c_path) = &**file;
                // What can't be read here libwasmtime refuses.
                if let Ok(toml) = fs::read_to_string(path) {
                    bounds::check_file(path, &toml)?;
                }
                // SAFETY: the caller owns the configuration, and a C string is one.
                unsafe { load(config, c_path.as_ptr()) }
            }
            Source::Text(text) => {
                let file = Handover::new(text)?;
                // SAFETY: the caller owns the configuration, and a C string is one.
                unsafe { load(config, file.path()?.as_ptr()) }
            }
        }
    }
}

/// Has the library read a file.
///
/// # Errors
///
/// If it rejects the file.
///
/// # Safety
///
/// The caller must own the configuration; the path must be null or a C string.
unsafe fn load(config: *mut wasm_config_t, file: *const std::ffi::c_char) -> Result<()> {
    // SAFETY: the contract of this function; what is returned is an owned error or
    // null.
    unsafe { check(sys::wasmtime_config_cache_config_load(config, file)) }
}

/// # Errors
///
/// If the process has more rights than whoever decides where the default directory is.
fn check_default_directory() -> Result<()> {
    ensure!(
        !is_privileged(),
        "the default directory of a cache is one that the environment names, which whoever \
         started this process controls, and the process has more rights; set a directory that \
         only trusted users can write to, with `CacheConfig::with_directory` or in the file"
    );
    Ok(())
}

/// A path as the C API takes it.
///
/// # Errors
///
/// If it isn't UTF-8, or has a NUL in it.
fn c_path(path: &Path) -> Result<CString> {
    let text = path.to_str().ok_or_else(|| {
        format_err!("the path {path:?} is not valid UTF-8, which libwasmtime needs")
    })?;
    CString::new(text).map_err(|_| format_err!("the path {path:?} has a NUL character in it"))
}
