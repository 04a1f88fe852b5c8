//! The cache of compiled modules on disk.

use super::RawConfig;
use crate::Result;
use crate::error::{check, format_err};
use crate::sys::{self, Feature, ensure_loaded, is_privileged, require, wasm_config_t};
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
    /// for the cache can't be made, or if the library has no cache. Also for
    /// `None` in a [privileged process](crate::load#privileged-processes): the
    /// environment of its caller would decide which code is loaded.
    pub fn from_file(path: Option<&Path>) -> Result<Cache> {
        if path.is_none() && is_privileged() {
            return Err(format_err!(
                "the default cache is in a directory that the environment names, which whoever \
                 started this process controls, and the process has more rights; name a file \
                 with a `directory` in it that only trusted users can write to"
            ));
        }
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
    /// If the library has no cache, or rejects the file.
    ///
    /// # Safety
    ///
    /// `config` must be a configuration that the caller owns.
    pub(super) unsafe fn apply(&self, config: *mut wasm_config_t) -> Result<()> {
        require(Feature::Cache)?;
        let file = match self.file.as_deref() {
            None => ptr::null(),
            Some((_, text)) => text.as_ptr(),
        };
        // SAFETY: the caller owns the configuration; the path is null or a C
        // string; what is returned is an owned error or null.
        unsafe { check(sys::wasmtime_config_cache_config_load(config, file)) }
    }
}
