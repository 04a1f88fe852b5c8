//! Caches whose configuration is no good.

use crate::directory;
use crate::subprocess::Subprocess;
use libwasmtime::{Cache, Config, Engine};
use std::fs;
use std::path::Path;

/// Whether such a file is accepted, and an engine made with it.
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
        ] {
            println!("{bad}");
            assert!(!accepts(&directory, bad), "{bad}");
        }
        assert!(!accepts(&directory, b"\xff\xfe\0"));
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

/// The file may change between the two times that it is read.
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

/// Without a home there is no place for the default file.
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
