//! The examples of binding Rust to WebAssembly.

use super::{assert_prints, example};

fn function() {
    assert_prints(&mut example("bind_function"), &["HELLO!"]);
}

#[cfg(feature = "macros")]
fn method() {
    let expected = ["total: 107", "refused: 1000 is more than 100"];
    assert_prints(&mut example("bind_method"), &expected);
}

#[cfg(feature = "macros")]
fn structs() {
    assert_prints(&mut example("bind_struct"), &["(-3, 4)", "latest: 1.5"]);
}

#[cfg(all(feature = "gc", feature = "macros"))]
fn object() {
    let expected = ["dropped: blue", "best: red, 40", "dropped: red"];
    assert_prints(&mut example("bind_object"), &expected);
}

#[cfg(feature = "macros")]
fn callback() {
    let expected = ["1 + 4 + 9 + 16 + 1000 = 1030"];
    assert_prints(&mut example("bind_callback"), &expected);
}

#[cfg(all(feature = "gc", feature = "macros"))]
fn plugins() {
    let expected = [
        "a-greet: hello, dear world",
        "b-append: hello, dear world!",
        "c-break: 1000 is no position in the buffer",
        "mark: 11",
    ];
    assert_prints(&mut example("plugins"), &expected);
}

crate::tests![
    function,
    #[cfg(feature = "macros")]
    method,
    #[cfg(feature = "macros")]
    structs,
    #[cfg(all(feature = "gc", feature = "macros"))]
    object,
    #[cfg(feature = "macros")]
    callback,
    #[cfg(all(feature = "gc", feature = "macros"))]
    plugins,
];
