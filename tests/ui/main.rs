//! What the types of the API allow, and what they don't.
//!
//! The programs in `fail` would do what the safe API promises can't be done:
//! each must not compile, for the reason that stands beside it. That takes a
//! compiler and its messages, for which there is `trybuild`: a `compile_fail`
//! example in the documentation fails for any reason, a misspelt name included.
//!
//! What the messages say depends on the compiler. After a new one has reworded
//! them, or an API has changed, set `TRYBUILD=overwrite`, run this, and read
//! the difference: it's still to be about the same mistake. A message that names
//! a closure's type has the path of its file, and is another one if that is long:
//! a function does as well.

mod auto_traits;

/// With `vendored`, `trybuild` would check all of libwasmtime's sources in a
/// target directory of its own, for minutes. How the library is linked makes no
/// difference to the types.
#[test]
#[cfg_attr(
    feature = "vendored-min",
    ignore = "it would check libwasmtime's sources, for minutes: run it in another link mode"
)]
fn mistakes_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/ui/fail/*.rs");
}
