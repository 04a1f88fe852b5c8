//! Caches with invalid configurations.

use crate::directory;
use crate::subprocess::Subprocess;
use libwasmtime::{Cache, CacheConfig, Config, Engine};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// Reports whether such a file is accepted, and creates an engine with it.
fn accepts(directory: &Path, text: impl AsRef<[u8]>) -> bool {
    let file = directory.join("config.toml");
    fs::write(&file, text).unwrap();
    match Cache::from_file(Some(&file)) {
        Err(_) => false,
        Ok(cache) => {
            assert_eq!(cache.file(), Some(&*file));
            Engine::new(Config::new().cache(Some(cache))).unwrap();
            true
        }
    }
}

#[test]
fn files() {
    let directory = directory("cache-files");
    let mut process = Subprocess::new("cache::files");
    process.command().env("XDG_CACHE_HOME", &directory);
    process.run(|| {
        let cached = directory.join("cached");
        assert!(accepts(
            &directory,
            format!("[cache]\ndirectory = {cached:?}\n")
        ));
        for bad in [
            "garbage",
            "[cache",
            "[cache]\nenabled = 3\n",
            "[cache]\nno-such-setting = 1\n",
            "[cache]\ndirectory = \"relative\"\n",
            "[cache]\nbaseline-compression-level = 1000\n",
            "[cache]\nfile-count-soft-limit = \"-1\"\n",
            "[cache]\ncleanup-interval = \"soon\"\n",
            "[cache]\ndirectory = \"/dev/null/cache\"\n",
            // Beyond these numbers, libwasmtime can't allocate the queue, and seventy
            // percent of the limit overflow.
            "[cache]\nworker-event-queue-size = \"18446744073709551615\"\n",
            "[cache]\nworker-event-queue-size = \"1000P\"\n",
            "[cache]\nfile-count-soft-limit = \"18446744073709551615\"\n",
            "[cache]\nfiles-total-size-soft-limit = \"16000Pi\"\n",
        ] {
            println!("{bad}");
            assert!(!accepts(&directory, bad), "{bad}");
        }
        assert!(!accepts(&directory, b"\xff\xfe\0"));
    });
}

#[test]
fn settings() {
    let directory = directory("cache-settings");
    let mut process = Subprocess::new("cache::settings");
    process.command().env("XDG_CACHE_HOME", &directory);
    process.run(|| {
        let try_settings = |change: &dyn Fn(&mut CacheConfig)| {
            let mut settings = CacheConfig::new();
            change(&mut settings);
            let cache = Cache::new(settings)?;
            Engine::new(Config::new().cache(Some(cache)))
        };
        for (index, good) in [
            &(|_: &mut CacheConfig| {}) as &dyn Fn(&mut CacheConfig),
            &|settings| _ = settings.with_worker_event_queue_size(1 << 20),
            &|settings| _ = settings.with_file_count_soft_limit(u64::MAX),
            &|settings| _ = settings.with_files_total_size_soft_limit(u64::MAX),
            &|settings| _ = settings.with_cleanup_interval(Duration::MAX),
            &|settings| _ = settings.with_optimizing_compression_task_timeout(Duration::MAX),
            &|settings| _ = settings.with_allowed_clock_drift_for_files_from_future(Duration::ZERO),
            &|settings| {
                _ = settings.with_optimized_compression_usage_counter_threshold(u64::MAX);
            },
            &|settings| _ = settings.with_file_count_limit_percent_if_deleting(100),
            &|settings| _ = settings.with_files_total_size_limit_percent_if_deleting(0),
        ]
        .iter()
        .enumerate()
        {
            try_settings(good).unwrap_or_else(|error| panic!("{index}: {error:?}"));
        }
        for (index, bad) in [
            &(|settings: &mut CacheConfig| _ = settings.with_worker_event_queue_size(u64::MAX))
                as &dyn Fn(&mut CacheConfig),
            &|settings| _ = settings.with_worker_event_queue_size((1 << 20) + 1),
            &|settings| _ = settings.with_baseline_compression_level(i32::MIN),
            &|settings| _ = settings.with_optimized_compression_level(22),
            &|settings| _ = settings.with_optimized_compression_level(1),
            &|settings| _ = settings.with_cleanup_interval(Duration::from_millis(1)),
            &|settings| _ = settings.with_file_count_limit_percent_if_deleting(101),
            &|settings| _ = settings.with_files_total_size_limit_percent_if_deleting(255),
            &|settings| _ = settings.with_directory("relative"),
            &|settings| _ = settings.with_directory("/dev/null/cache"),
            &|settings| _ = settings.with_directory("/a\0b"),
        ]
        .iter()
        .enumerate()
        {
            assert!(try_settings(bad).is_err(), "{index}");
        }
        #[cfg(unix)]
        {
            use std::ffi::OsStr;
            use std::os::unix::ffi::OsStrExt;
            let path = Path::new(OsStr::from_bytes(b"/\xff"));
            let error = try_settings(&|settings| _ = settings.with_directory(path));
            assert!(error.unwrap_err().to_string().contains("UTF-8"));
        }
    });
}

/// The name of the directory is escaped in the file.
#[test]
fn directories_of_any_name() {
    let directory = directory("cache-names");
    Subprocess::new("cache::directories_of_any_name").run(|| {
        for name in [
            "a b",
            "quo\"te",
            "apo'strophe",
            "back\\slash",
            "line\nbreak",
            "tab\t",
            "x\"\n[cache]\ndirectory = \"y",
            "\u{7f}\u{85}\u{2028}",
            "\u{1f980}",
        ] {
            let path = directory.join(name);
            let mut settings = CacheConfig::new();
            settings.with_directory(&path);
            let cache = Cache::new(settings).unwrap_or_else(|error| panic!("{name:?}: {error:?}"));
            let engine = Engine::new(Config::new().cache(Some(cache))).unwrap();
            drop(engine);
            assert!(path.is_dir(), "{name:?}");
        }
    });
}

/// The file with the settings is removed as soon as it was read, and can't be written if
/// its directory doesn't exist.
#[test]
fn temporary_files() {
    let directory = directory("cache-temporary");
    let temporary = directory.join("temporary");
    std::fs::create_dir_all(&temporary).unwrap();
    let mut process = Subprocess::new("cache::temporary_files");
    process
        .command()
        .env("XDG_CACHE_HOME", &directory)
        .env("TMPDIR", &temporary);
    process.run(|| {
        let mut config = Config::new();
        config.cache(Some(Cache::new(CacheConfig::new()).unwrap()));
        Engine::new(&config).unwrap();
        assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0);
        fs::remove_dir(&temporary).unwrap();
        let error = Cache::new(CacheConfig::new()).unwrap_err();
        assert!(error.to_string().contains("cache's settings"), "{error:?}");
        assert!(Engine::new(&config).is_err());
    });
}

#[test]
fn paths() {
    let directory = directory("cache-paths");
    Subprocess::new("cache::paths").run(|| {
        assert!(Cache::from_file(Some(&directory.join("missing.toml"))).is_err());
        assert!(Cache::from_file(Some(&directory)).is_err());
        assert!(Cache::from_file(Some(Path::new(""))).is_err());
        assert!(Cache::from_file(Some(Path::new("a\0b"))).is_err());
        #[cfg(unix)]
        {
            use std::ffi::OsStr;
            use std::os::unix::ffi::OsStrExt;
            let path = Path::new(OsStr::from_bytes(b"\xff.toml"));
            assert!(Cache::from_file(Some(path)).is_err());
        }
    });
}

/// The file may change between the two reads.
#[test]
fn a_file_that_vanishes() {
    let directory = directory("cache-vanishes");
    let mut process = Subprocess::new("cache::a_file_that_vanishes");
    process.command().env("XDG_CACHE_HOME", &directory);
    process.run(|| {
        let file = directory.join("config.toml");
        fs::write(&file, "[cache]\n").unwrap();
        let mut config = Config::new();
        config.cache(Some(Cache::from_file(Some(&file)).unwrap()));
        fs::remove_file(&file).unwrap();
        assert!(Engine::new(&config).is_err());
        config.cache(None);
        assert!(Engine::new(&config).is_ok());
    });
}

/// Without a home directory there is no default file.
#[test]
fn no_home() {
    let mut process = Subprocess::new("cache::no_home");
    process
        .command()
        .env("HOME", "relative")
        .env("XDG_CONFIG_HOME", "relative")
        .env("XDG_CACHE_HOME", "relative");
    process.run(|| {
        if let Ok(cache) = Cache::from_file(None) {
            _ = Engine::new(Config::new().cache(Some(cache)));
        }
    });
}
