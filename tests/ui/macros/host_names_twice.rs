//! Two functions of a block have two names.

struct Counter;

#[libwasmtime::host(module = "counter", rename_all = "camelCase")]
impl Counter {
    fn add_one() {}

    #[host(name = "addOne")]
    fn increment() {}

    // At most one of these is compiled.
    #[cfg(unix)]
    fn platform() {}

    #[cfg(not(unix))]
    fn platform() {}
}

fn main() {}
