//! The guests of the tests: components in the text format, in `guests/`. Their WIT is in
//! `guests/wit/`. The plugins are those of the example `component_plugins`.

use libwasmtime::Engine;
use libwasmtime::component::Component;

/// Exports identity functions for all kinds of values, which are those of the interface
/// `test:guests/values`.
pub fn values() -> &'static str {
    include_str!("guests/values.wat")
}

/// Imports and exports the interface `test:guests/values`. Each function calls the imported one.
pub fn forward() -> &'static str {
    include_str!("guests/forward.wat")
}

/// Exports functions that return strings and pass them to the host, in each encoding.
pub fn strings() -> &'static str {
    include_str!("guests/strings.wat")
}

/// Exports functions that return and pass what the host has written into their memory, which may
/// be no valid value.
pub fn malformed() -> &'static str {
    include_str!("guests/malformed.wat")
}

/// Exports the interface `test:guests/counters`, which has a resource type, and imports
/// `test:guests/log`, which the type's destructor calls.
pub fn counters() -> &'static str {
    include_str!("guests/counters.wat")
}

/// Imports the interface `test:guests/host-counters`, which has a resource type, and exports
/// functions that use it.
pub fn host_counters() -> &'static str {
    include_str!("guests/host-counters.wat")
}

/// Exports functions that call the host, which may try to call them, and functions that trap.
pub fn reentrant() -> &'static str {
    include_str!("guests/reentrant.wat")
}

/// A plugin that returns its input in capital letters, or an error.
pub fn shout() -> &'static str {
    include_str!("../../examples/component_plugins/shout.wat")
}

/// A plugin that counts words, and uses a resource of the host.
pub fn count() -> &'static str {
    include_str!("../../examples/component_plugins/count.wat")
}

#[test]
fn all_guests_compile() {
    let engine = Engine::default();
    let guests = [
        ("values", values()),
        ("forward", forward()),
        ("strings", strings()),
        ("malformed", malformed()),
        ("counters", counters()),
        ("host-counters", host_counters()),
        ("reentrant", reentrant()),
        ("shout", shout()),
        ("count", count()),
    ];
    for (name, text) in guests {
        if let Err(error) = Component::new(&engine, text) {
            panic!("{name}: {error:?}");
        }
    }
}
