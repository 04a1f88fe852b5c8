//! The cache of compiled modules on disk.

use super::RawConfig;
use crate::error::{check, format_err};
use crate::sys::{self, Feature, ensure_loaded, require, wasm_config_t};
use crate::{Result, threads};
use std::ffi::CString;
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
    /// The configuration file; `None` for the default one.
    file: Option<Arc<(PathBuf, CString)>>,
}

impl Cache {
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
    /// library has no cache.
    pub fn from_file(path: Option<&Path>) -> Result<Cache> {
        let file = match path {
            None => None,
            Some(path) => {
                let text = path.to_str().ok_or_else(|| {
                    format_err!("the path {path:?} is not valid UTF-8, which libwasmtime needs")
                })?;
                let text = CString::new(text)
                    .map_err(|_| format_err!("the path {path:?} has a NUL character in it"))?;
                Some(Arc::new((path.to_owned(), text)))
            }
        };
        let cache = Cache { file };
        ensure_loaded()?;
        let trial = RawConfig::new();
        // SAFETY: `trial` owns the configuration.
        unsafe { cache.apply(trial.as_ptr())? };
        Ok(cache)
    }

    /// The configuration file that was given.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref().map(|(path, _)| path.as_path())
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
        let file = match self.file.as_deref() {
            None => ptr::null(),
            Some((_, text)) => text.as_ptr(),
        };
        // SAFETY: the caller owns the configuration; the path is null or a C
        // string; what is returned is an owned error or null.
        unsafe { check(sys::wasmtime_config_cache_config_load(config, file)) }
    }
}
