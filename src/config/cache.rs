//! [`Cache`]: the cache of compiled modules on disk.

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

/// A cache of compiled modules on disk, for [`Config::cache`](crate::Config::cache).
///
/// An engine with a cache reads the code of a module from the cache if this process or
/// another has compiled the module before, with the same settings. Otherwise it compiles
/// the module and writes its code to the cache. A thread of libwasmtime's compresses files
/// that are used often, and deletes those that haven't been used for long when there are
/// too many.
///
/// # Trust
///
/// The files in the directory of a cache are native code, which libwasmtime runs without
/// verifying it. So the directory has to be trusted as much as the program itself: anyone
/// who can write to it can do whatever the program can, and a damaged file is undefined
/// behavior or ends the process. (libwasmtime detects only some damage, and compiles the
/// module again then.) Give only the program's own user access to the directory, and share
/// it only between programs that trust each other.
///
#[doc = example!(wat)]
/// use libwasmtime::{Cache, CacheConfig, Config, Engine, Module};
///
/// let directory = std::env::temp_dir().join(format!("cache-of-{}", std::process::id()));
/// let mut settings = CacheConfig::new();
/// settings.with_directory(&directory);
/// let mut config = Config::new();
/// config.cache(Some(Cache::new(settings)?));
///
/// // Compiles the module and writes its code to the directory.
/// Module::new(&Engine::new(&config)?, "(module)")?;
/// // Reads it from there, as another process would.
/// Module::new(&Engine::new(&config)?, "(module)")?;
/// assert!(directory.is_dir());
/// # std::fs::remove_dir_all(directory).ok();
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Cache {
    source: Source,
}

/// Where libwasmtime reads the settings.
#[derive(Clone, Debug)]
enum Source {
    /// In its default file.
    Default,
    /// In this file.
    File(Arc<(PathBuf, CString)>),
    /// In a file with this text, which exists only while libwasmtime reads it.
    Text(Arc<str>),
}

impl Cache {
    /// Creates a cache with these settings.
    ///
    /// The C API reads the settings of a cache from a file. So this function writes them
    /// to a file, and so does each [`Engine::new`](crate::Engine::new) with the cache. The
    /// file is in the directory for temporary files ([`std::env::temp_dir`]), only the user
    /// can access it, and it is deleted at once.
    ///
    /// Calls `wasmtime_config_cache_config_load`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - a setting is out of its bounds;
    /// - the directory for the cache isn't an absolute path, isn't UTF-8, or can't be
    ///   created;
    /// - no directory is set and the process is
    ///   [privileged](crate::load#privileged-processes): the environment of its caller
    ///   would decide which code is loaded;
    /// - the temporary file can't be written;
    /// - the system doesn't start the thread of the cache;
    /// - the library was built without the `cache` feature
    ///   ([`Unsupported`](crate::Unsupported)).
    pub fn new(config: CacheConfig) -> Result<Cache> {
        if config.directory().is_none() {
            check_default_directory()?;
        }
        Cache::tried(Source::Text(config.to_toml()?.into()))
    }

    /// Creates a cache with the settings of a TOML file.
    ///
    /// `None` stands for the file `wasmtime/config.toml` in the user's directory for
    /// configuration. If that file doesn't exist, all settings have their defaults.
    ///
    /// This function reads the file, and so does each [`Engine::new`](crate::Engine::new)
    /// with the cache. Calls `wasmtime_config_cache_config_load`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the file is missing or isn't a configuration of a cache;
    /// - the directory for the cache can't be created;
    /// - `path` is `None` and the process is
    ///   [privileged](crate::load#privileged-processes): the environment of its caller
    ///   would decide which code is loaded;
    /// - the system doesn't start the thread of the cache;
    /// - the library was built without the `cache` feature
    ///   ([`Unsupported`](crate::Unsupported)).
    pub fn from_file(path: Option<&Path>) -> Result<Cache> {
        Cache::tried(match path {
            None => {
                check_default_directory()?;
                Source::Default
            }
            Some(path) => Source::File(Arc::new((path.to_owned(), c_path(path)?))),
        })
    }

    /// Creates a cache, after libwasmtime has read the settings once to check them.
    fn tried(source: Source) -> Result<Cache> {
        let cache = Cache { source };
        ensure_loaded()?;
        let trial = default_settings();
        // SAFETY: invariant "Owned object": `trial` owns the configuration, as `apply`
        // requires.
        unsafe { cache.apply(trial.as_ptr())? };
        Ok(cache)
    }

    /// Returns the file that was given to [`Cache::from_file`].
    pub fn file(&self) -> Option<&Path> {
        match &self.source {
            Source::File(file) => Some(&file.0),
            Source::Default | Source::Text(_) => None,
        }
    }

    /// Sets the cache in a configuration of the C API: libwasmtime reads the settings.
    ///
    /// # Errors
    ///
    /// Returns an error if the library has no cache or rejects the file, or if the system
    /// doesn't start the cache's thread.
    ///
    /// # Safety
    ///
    /// `config` must be an owned configuration.
    pub(super) unsafe fn apply(&self, config: *mut wasm_config_t) -> Result<()> {
        require(Feature::Cache)?;
        // The thread that cleans up starts with the cache.
        threads::start(1, "a cache of compiled modules", "compile without a cache")?;
        match &self.source {
            // SAFETY: `config` is owned, as this function requires; a null pointer is the
            // default file.
            Source::Default => unsafe { load(config, ptr::null()) },
            Source::File(file) => {
                let (path, c_path) = &**file;
                // libwasmtime reports an error if the file can't be read.
                if let Ok(toml) = fs::read_to_string(path) {
                    bounds::check_file(path, &toml)?;
                }
                // SAFETY: `config` is owned, as this function requires; the path is a C
                // string.
                unsafe { load(config, c_path.as_ptr()) }
            }
            Source::Text(text) => {
                let file = Handover::new(text)?;
                // SAFETY: `config` is owned, as this function requires; the path is a C
                // string.
                unsafe { load(config, file.path()?.as_ptr()) }
            }
        }
    }
}

/// Calls `wasmtime_config_cache_config_load`.
///
/// # Errors
///
/// Returns an error if libwasmtime rejects the file.
///
/// # Safety
///
/// `config` must be an owned configuration, and `file` null or a C string.
unsafe fn load(config: *mut wasm_config_t, file: *const std::ffi::c_char) -> Result<()> {
    // SAFETY: `config` is owned and `file` is null or a C string, as this function
    // requires; the C function returns an owned error or null, as `check` requires.
    unsafe { check(sys::wasmtime_config_cache_config_load(config, file)) }
}

/// Checks that the environment may name the directory of the cache.
///
/// # Errors
///
/// Returns an error if the process has more rights than the user whose environment it has.
fn check_default_directory() -> Result<()> {
    ensure!(
        !is_privileged(),
        "the default directory of a cache is unavailable to a privileged process: the \
         environment names it, and users with fewer rights control the environment; set a \
         directory that only trusted users can write to, with `CacheConfig::with_directory` \
         or in a file for `Cache::from_file`"
    );
    Ok(())
}

/// Converts a path to a C string in UTF-8.
///
/// # Errors
///
/// Returns an error if the path isn't UTF-8 or contains a NUL character.
fn c_path(path: &Path) -> Result<CString> {
    let text = path.to_str().ok_or_else(|| {
        format_err!("the path {path:?} is not valid UTF-8, which libwasmtime requires")
    })?;
    CString::new(text).map_err(|_| format_err!("the path {path:?} contains a NUL character"))
}
