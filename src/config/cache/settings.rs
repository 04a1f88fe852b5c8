//! [`CacheConfig`]: the settings of a cache, and the file that libwasmtime reads them from.

use crate::Result;
use crate::error::{ensure, format_err};
use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;

/// The largest capacity of the event queue. libwasmtime allocates the whole queue at once,
/// and aborts if it can't.
pub(super) const MAX_QUEUE_SIZE: u64 = 1 << 20;

/// The largest limit that is passed to libwasmtime. libwasmtime multiplies limits by
/// percentages, and panics in a thread of its own if the product overflows. No disk has
/// that many files or bytes.
pub(super) const MAX_LIMIT: u64 = u64::MAX / 100;

/// Declares the settings, each with its default, and the methods that return and set it.
macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident, $set:ident: $ty:ty = $default:expr;)*) => {
        /// The settings of a [`Cache`](crate::Cache).
        ///
        /// The methods only record a value. `Cache::new` checks all settings.
        ///
        /// ```
        /// use libwasmtime::{Cache, CacheConfig};
        ///
        /// let mut settings = CacheConfig::new();
        /// settings.with_directory("guests").with_file_count_soft_limit(100);
        /// assert_eq!(settings.file_count_soft_limit(), 100);
        /// assert_eq!(settings.files_total_size_soft_limit(), 512 << 20);
        ///
        /// // The path of the directory has to be absolute.
        /// assert!(Cache::new(settings).is_err());
        /// ```
        #[derive(Clone, Debug)]
        pub struct CacheConfig {
            directory: Option<PathBuf>,
            $($name: $ty,)*
        }

        impl Default for CacheConfig {
            /// Returns libwasmtime's default settings.
            fn default() -> CacheConfig {
                CacheConfig {
                    directory: None,
                    $($name: $default,)*
                }
            }
        }

        impl CacheConfig {
            /// Creates settings with everything at libwasmtime's defaults.
            pub fn new() -> CacheConfig {
                CacheConfig::default()
            }

            /// Returns the directory, if one was set.
            pub fn directory(&self) -> Option<&PathBuf> {
                self.directory.as_ref()
            }

            /// Sets the directory of the compiled modules, as an absolute path in UTF-8.
            ///
            /// The default is a directory in the user's directory for caches. Anyone who
            /// can write to it decides what code the program runs: see
            /// [`Cache`](crate::Cache).
            pub fn with_directory(&mut self, directory: impl Into<PathBuf>) -> &mut Self {
                self.directory = Some(directory.into());
                self
            }

            $(
                #[doc = concat!("Returns the value of [`", stringify!($set), "`](CacheConfig::", stringify!($set), "), set or default.")]
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
    /// Sets the capacity of the queue of events for the cache's thread.
    ///
    /// Events that find the queue full are dropped. At most 1048576; the default is 16.
    worker_event_queue_size, with_worker_event_queue_size: u64 = 16;
    /// Sets the compression level of new files, from 0 to 21.
    ///
    /// A higher level makes smaller files, and takes longer. The default is 3.
    baseline_compression_level, with_baseline_compression_level: i32 = 3;
    /// Sets the compression level of files that are used often, from 0 to 21.
    ///
    /// It must not be less than the level of new files. The default is 20.
    optimized_compression_level, with_optimized_compression_level: i32 = 20;
    /// Sets after how many uses a file is compressed again, at the level of files that are
    /// used often.
    ///
    /// The default is 256.
    optimized_compression_usage_counter_threshold,
        with_optimized_compression_usage_counter_threshold: u64 = 256;
    /// Sets the shortest time between two clean-ups, in whole seconds.
    ///
    /// The default is an hour.
    cleanup_interval, with_cleanup_interval: Duration = Duration::from_secs(60 * 60);
    /// Sets how long a process may take to compress a file again, in whole seconds.
    ///
    /// After that time it counts as failed, and another process may compress the file. The
    /// default is half an hour.
    optimizing_compression_task_timeout, with_optimizing_compression_task_timeout: Duration =
        Duration::from_secs(30 * 60);
    /// Sets how far in the future the modification time of a file may be, in whole
    /// seconds.
    ///
    /// The clocks of several machines may differ by as much. The default is a day.
    allowed_clock_drift_for_files_from_future,
        with_allowed_clock_drift_for_files_from_future: Duration =
        Duration::from_secs(24 * 60 * 60);
    /// Sets how many files the cache may have before a clean-up deletes some.
    ///
    /// The default is 65536.
    file_count_soft_limit, with_file_count_soft_limit: u64 = 1 << 16;
    /// Sets how many bytes the files may have together before a clean-up deletes some.
    ///
    /// The default is 512 MiB.
    files_total_size_soft_limit, with_files_total_size_soft_limit: u64 = 512 << 20;
    /// Sets down to what percentage of the limit of files a clean-up deletes.
    ///
    /// The default is 70.
    file_count_limit_percent_if_deleting, with_file_count_limit_percent_if_deleting: u8 = 70;
    /// Sets down to what percentage of the limit of bytes a clean-up deletes.
    ///
    /// The default is 70.
    files_total_size_limit_percent_if_deleting,
        with_files_total_size_limit_percent_if_deleting: u8 = 70;
}

impl CacheConfig {
    /// Returns the text of a TOML file with these settings.
    ///
    /// # Errors
    ///
    /// Returns an error if the directory isn't UTF-8, if a duration has a fraction of a
    /// second, or if the capacity of the queue is too large. libwasmtime itself checks the
    /// rest.
    pub(super) fn to_toml(&self) -> Result<String> {
        ensure!(
            self.worker_event_queue_size <= MAX_QUEUE_SIZE,
            "the `worker_event_queue_size` of a cache is {}, expected at most {MAX_QUEUE_SIZE}",
            self.worker_event_queue_size
        );
        let mut toml = "[cache]\n".to_owned();
        if let Some(directory) = &self.directory {
            let text = directory.to_str().ok_or_else(|| {
                format_err!(
                    "the directory {directory:?} of the cache is not valid UTF-8, which \
                     libwasmtime requires"
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
            // At `Duration::MAX` the fraction makes no difference.
            let forever = duration.as_secs() == u64::MAX;
            ensure!(
                duration.subsec_nanos() == 0 || forever,
                "the `{name}` of a cache is {duration:?}, expected whole seconds"
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

/// Returns a text as a TOML string, in which quotes and control characters are escaped.
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
