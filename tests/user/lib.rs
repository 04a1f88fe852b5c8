//! A user's library, whose tests use libwasmtime.

/// Reports whether there is a libwasmtime of the right version.
///
/// ```
/// assert!(user::has_libwasmtime());
/// ```
pub fn has_libwasmtime() -> bool {
    wasmtime::load().is_ok() && wasmtime::Engine::new(&wasmtime::Config::new()).is_ok()
}

#[test]
fn libwasmtime_is_found() {
    assert!(has_libwasmtime());
}
