//! Programs that the types of the API allow, and programs that they don't.
//!
//! The programs in the directories would do what the safe API promises to be impossible: each
//! must not compile, for the reason that stands beside it. `trybuild` compiles them and compares
//! the messages; a `compile_fail` example in the documentation would fail for any reason,
//! including a misspelt name.
//!
//! The programs in the directories whose names begin with `macros`, in `component` and in `bindgen`
//! are mistakes that users make, and the messages are what helps them.
//!
//! The messages depend on the compiler. After a new one has reworded them, or an API has
//! changed, run this with `TRYBUILD=overwrite` and read the difference: it has to be about
//! the same mistake. A message that names a closure's type contains the path of its file, and
//! differs if that is long: use a function instead.
//!
//! They are the messages with components: the compiler says `std::option::Option` only where
//! the crate has an `Option` of its own, which is a kind of component value.

mod auto_traits;
#[cfg(feature = "component-macro")]
mod component_packages;
#[cfg(feature = "macros")]
mod packages;

/// The mistakes in the use of macros that would otherwise be found late, or explained badly. The
/// messages list types that the features add.
#[test]
#[cfg(all(
    feature = "macros",
    feature = "async",
    feature = "component-model",
    feature = "gc"
))]
#[cfg_attr(
    feature = "vendored-min",
    ignore = "it would check libwasmtime's sources, for minutes: run it in another link mode"
)]
fn mistakes_in_macros_are_explained() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/macros/*.rs");
    cases.compile_fail("tests/ui/macros_guest/*.rs");
    cases.compile_fail("tests/ui/macros_value/*.rs");
}

/// The mistakes in the use of the macros for components.
#[test]
#[cfg(all(feature = "macros", feature = "async", feature = "component-model"))]
#[cfg_attr(
    feature = "vendored-min",
    ignore = "it would check libwasmtime's sources, for minutes: run it in another link mode"
)]
fn mistakes_in_macros_for_components_are_explained() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/component/*.rs");
    if cfg!(feature = "component-macro") {
        cases.compile_fail("tests/ui/bindgen/*.rs");
    }
}

/// With `vendored`, `trybuild` would check all of libwasmtime's sources in a
/// target directory of its own, for minutes. How the library is linked makes no
/// difference to the types.
#[test]
#[cfg(feature = "component-model")]
#[cfg_attr(
    feature = "vendored-min",
    ignore = "it would check libwasmtime's sources, for minutes: run it in another link mode"
)]
fn mistakes_do_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/fail/*.rs");
    if cfg!(feature = "async") {
        cases.compile_fail("tests/ui/asynchronous/*.rs");
    }
    if cfg!(feature = "gc") {
        cases.compile_fail("tests/ui/gc/*.rs");
    }
}
