//! Creates engines with configurations that may be an error.

use libwasmtime::{Config, Engine, Error};

/// What a row of a table does to a configuration.
pub type Change = fn(&mut Config);

/// Returns the error of an engine that can't be made.
#[track_caller]
pub fn error(what: &str, change: impl FnOnce(&mut Config)) -> Error {
    // Where the process ends, this is what is seen of it last.
    println!("{what}");
    let mut config = Config::new();
    change(&mut config);
    match Engine::new(&config) {
        Ok(_) => panic!("{what} is no error"),
        Err(error) => error,
    }
}

/// Asserts that an engine can be created with these settings.
#[track_caller]
pub fn assert_possible(what: &str, change: impl FnOnce(&mut Config)) -> Engine {
    println!("{what}");
    let mut config = Config::new();
    change(&mut config);
    Engine::new(&config).unwrap_or_else(|error| panic!("{what}: {error:?}"))
}
