//! Stops a build for which there is no libwasmtime.
//!
//! The build script found none, and didn't fail: `cargo check` and `cargo doc`
//! need only the declarations. To build is another matter, and the linker's
//! own words ("undefined symbol") would help nobody. So here is a constant
//! whose evaluation panics with the build script's report of what it tried. It
//! sits in a generic function, which is evaluated only when code is generated
//! for it: by a build, not by a check.

/// A root of code generation: it has the compiler instantiate [`refuse`], even
/// if the program calls nothing of this crate.
#[used]
static REFUSE: fn() = refuse::<()>;

/// Can't be compiled to machine code.
#[expect(
    clippy::extra_unused_type_parameters,
    reason = "a check evaluates no constant of a generic function"
)]
fn refuse<Build>() {
    const { panic!("{}", include_str!(concat!(env!("OUT_DIR"), "/missing.txt"))) }
}
