//! Creates engines with configurations that may be an error.

use libwasmtime::{Config, Engine, Error};

/// The change of a configuration in a row of a table.
pub type Change = fn(&mut Config);

/// Returns the error of creating an engine.
#[track_caller]
pub fn error(what: &str, change: impl FnOnce(&mut Config)) -> Error {
    // If the process ends, this is its last output.
    println!("{what}");
    let mut config = Config::new();
    change(&mut config);
    match Engine::new(&config) {
        Ok(_) => panic!("{what}: expected an error"),
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
