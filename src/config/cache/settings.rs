//! [`CacheConfig`]: the settings of a cache, and the file that says them.

use crate::Result;
use crate::error::{ensure, format_err};
use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;

/// The most events that a queue may have room for. libwasmtime allocates the whole
/// queue at once, and ends the process if it can't.
pub(super) const MAX_QUEUE_SIZE: u64 = 1 << 20;

/// The highest limit that is passed on. libwasmtime multiplies limits by percents, and
/// panics in a thread of its own if there is no room for the product. Nobody has that
/// many files, or bytes of them.
pub(super) const MAX_LIMIT: u64 = u64::MAX / 100;

/// Declares the settings, each with its default, and how it is read and changed.
macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident, $set:ident: $ty:ty = $default:expr;)*) => {
        /// The settings of a [`Cache`](crate::Cache), for
        /// [`Cache::new`](crate::Cache::new).
        ///
        /// ```no_run
        /// use libwasmtime::{Cache, CacheConfig, Config};
        ///
        /// # fn main() -> libwasmtime::Result<()> {
        /// let mut settings = CacheConfig::new();
        /// settings.with_directory("/var/cache/guests").with_file_count_soft_limit(100);
        /// let mut config = Config::new();
        /// config.cache(Some(Cache::new(settings)?));
        /// # Ok(())
        /// # }
        /// ```
        #[derive(Clone, Debug)]
        pub struct CacheConfig {
            directory: Option<PathBuf>,
            $($name: $ty,)*
        }

        impl Default for CacheConfig {
            /// Returns the settings that libwasmtime has by default.
            fn default() -> CacheConfig {
                CacheConfig {
                    directory: None,
                    $($name: $default,)*
                }
            }
        }

        impl CacheConfig {
            /// Returns the settings that libwasmtime has by default.
            pub fn new() -> CacheConfig {
                CacheConfig::default()
            }

            /// Returns the directory, if one was set.
            pub fn directory(&self) -> Option<&PathBuf> {
                self.directory.as_ref()
            }

            /// Sets the directory that the compiled modules are kept in, as an absolute
            /// path in UTF-8. The default is a directory for caches of the user.
            ///
            /// Whoever may write to it decides what code the program runs.
            pub fn with_directory(&mut self, directory: impl Into<PathBuf>) -> &mut Self {
                self.directory = Some(directory.into());
                self
            }

            $(
                #[doc = concat!("Returns what [`", stringify!($set), "`](CacheConfig::", stringify!($set), ") sets.")]
                pub fn $name(&self) -> $ty {
                    self.$name
                }

                $(#[$doc])*
                pub fn $set(&mut self, value: $ty) -> &mut Self {
                    self.$name = value;
                    self
                }
            )*
        }
    };
}

// Version 48: these settings, defaults and ways of writing them; look at `CacheConfig`
// in `wasmtime-internal-cache`.
settings! {
    /// Sets how many events may wait for the cache's thread; what is more is dropped.
    /// At most 1048576. The default is 16.
    worker_event_queue_size, with_worker_event_queue_size: u64 = 16;
    /// Sets how well new files are compressed, from 0 to 21. The default is 3.
    baseline_compression_level, with_baseline_compression_level: i32 = 3;
    /// Sets how well files are compressed that are used often, from 0 to 21, and not
    /// less than new ones. The default is 20.
    optimized_compression_level, with_optimized_compression_level: i32 = 20;
    /// Sets how often a file has to be used before it's compressed again. The default
    /// is 256.
    optimized_compression_usage_counter_threshold,
        with_optimized_compression_usage_counter_threshold: u64 = 256;
    /// Sets how long after a clean-up the next may come, in whole seconds. The default
    /// is an hour.
    cleanup_interval, with_cleanup_interval: Duration = Duration::from_secs(60 * 60);
    /// Sets after how long a process that was to compress a file again is taken to
    /// have failed, in whole seconds. The default is half an hour.
    optimizing_compression_task_timeout, with_optimizing_compression_task_timeout: Duration =
        Duration::from_secs(30 * 60);
    /// Sets how far in the future the time of a file may be, in whole seconds. The
    /// default is a day.
    allowed_clock_drift_for_files_from_future,
        with_allowed_clock_drift_for_files_from_future: Duration =
        Duration::from_secs(24 * 60 * 60);
    /// Sets how many files there may be before some are deleted. The default is 65536.
    file_count_soft_limit, with_file_count_soft_limit: u64 = 1 << 16;
    /// Sets how many bytes the files may have before some are deleted. The default is
    /// 512 MiB.
    files_total_size_soft_limit, with_files_total_size_soft_limit: u64 = 512 << 20;
    /// Sets how many percent of the limit of files are left when some are deleted. The
    /// default is 70.
    file_count_limit_percent_if_deleting, with_file_count_limit_percent_if_deleting: u8 = 70;
    /// Sets how many percent of the limit of bytes are left when some are deleted. The
    /// default is 70.
    files_total_size_limit_percent_if_deleting,
        with_files_total_size_limit_percent_if_deleting: u8 = 70;
}

impl CacheConfig {
    /// Returns the file, in TOML, that says these settings.
    ///
    /// # Errors
    ///
    /// If the directory isn't UTF-8, if a duration has parts of a second, or if the
    /// queue is too long. The rest libwasmtime looks at itself.
    pub(super) fn to_toml(&self) -> Result<String> {
        ensure!(
            self.worker_event_queue_size <= MAX_QUEUE_SIZE,
            "the queue of a cache has room for at most {MAX_QUEUE_SIZE} events, not {}",
            self.worker_event_queue_size
        );
        let mut toml = "[cache]\n".to_owned();
        if let Some(directory) = &self.directory {
            let text = directory.to_str().ok_or_else(|| {
                format_err!(
                    "the directory {directory:?} of the cache is not valid UTF-8, which \
                     libwasmtime needs"
                )
            })?;
            toml.push_str(&format!("directory = {}\n", quoted(text)));
        }
        for (name, level) in [
            ("baseline", self.baseline_compression_level),
            ("optimized", self.optimized_compression_level),
        ] {
            toml.push_str(&format!("{name}-compression-level = {level}\n"));
        }
        for (name, count) in [
            ("worker-event-queue-size", self.worker_event_queue_size),
            (
                "optimized-compression-usage-counter-threshold",
                self.optimized_compression_usage_counter_threshold,
            ),
            (
                "file-count-soft-limit",
                self.file_count_soft_limit.min(MAX_LIMIT),
            ),
            (
                "files-total-size-soft-limit",
                self.files_total_size_soft_limit.min(MAX_LIMIT),
            ),
        ] {
            toml.push_str(&format!("{name} = \"{count}\"\n"));
        }
        for (name, duration) in [
            ("cleanup-interval", self.cleanup_interval),
            (
                "optimizing-compression-task-timeout",
                self.optimizing_compression_task_timeout,
            ),
            (
                "allowed-clock-drift-for-files-from-future",
                self.allowed_clock_drift_for_files_from_future,
            ),
        ] {
            // Longer than all time is as good as any time that long.
            let forever = duration.as_secs() == u64::MAX;
            ensure!(
                duration.subsec_nanos() == 0 || forever,
                "`{name}` of the cache has to be whole seconds, and is {duration:?}"
            );
            toml.push_str(&format!("{name} = \"{}s\"\n", duration.as_secs()));
        }
        for (name, percent) in [
            ("file-count", self.file_count_limit_percent_if_deleting),
            (
                "files-total-size",
                self.files_total_size_limit_percent_if_deleting,
            ),
        ] {
            toml.push_str(&format!(
                "{name}-limit-percent-if-deleting = \"{percent}%\"\n"
            ));
        }
        Ok(toml)
    }
}

/// A text as a string of TOML, in which quotes and control characters are escaped.
fn quoted(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            c if c.is_control() => _ = write!(quoted, "\\u{:04X}", u32::from(c)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::{CacheConfig, quoted};

    #[test]
    fn texts_are_escaped() {
        assert_eq!(quoted("/a b/é"), "\"/a b/é\"");
        assert_eq!(
            quoted("a\"b\\c\nd\t\u{7f}\0"),
            r#""a\"b\\c\u000Ad\u0009\u007F\u0000""#
        );
    }

    #[test]
    fn limits_stay_where_percents_of_them_can_be_told() {
        let mut settings = CacheConfig::new();
        settings.with_file_count_soft_limit(u64::MAX);
        assert_eq!(settings.file_count_soft_limit(), u64::MAX);
        let toml = settings.to_toml().unwrap();
        let limit = toml.split("file-count-soft-limit = \"").nth(1).unwrap();
        let limit: u64 = limit.split('"').next().unwrap().parse().unwrap();
        assert!(limit.checked_mul(100).is_some());
    }
}
