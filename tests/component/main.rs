//! Components, a module per topic.
#![cfg(all(
    feature = "component-model",
    feature = "cranelift",
    feature = "wat",
    feature = "macros"
))]

#[cfg(feature = "component-model-async")]
mod asynchronous;
mod counters;
mod guests;
mod has_data;
mod host_counters;
mod malformed;
mod plugins;
mod reentrance;
mod resource_table;
mod strings;
mod values;
#[cfg(feature = "wasi")]
mod wasi;
#[cfg(feature = "component-macro")]
mod worlds;

/// Checks that a call has failed with an error whose text has these words.
#[track_caller]
fn assert_error<T>(result: libwasmtime::Result<T>, expected: &str) {
    let Err(error) = result else {
        panic!("expected `{expected}`, found no error");
    };
    let text = format!("{error:?}");
    assert!(text.contains(expected), "{text}");
}
