//! Stops a build for which there is no libwasmtime.
//!
//! The build script found none, and didn't fail: `cargo check` and `cargo doc`
//! need only the declarations. A build needs the library, and the linker's error
//! ("undefined symbol") would help nobody. So here is a constant whose evaluation panics
//! with the build script's report of the places that it searched. It is in a generic
//! function, whose constants are evaluated only when code is generated for it: by a
//! build, not by a check.

/// A root of code generation: it makes the compiler instantiate [`refuse`], even
/// if the program calls no function of this crate.
#[used]
static REFUSE: fn() = refuse::<()>;

/// Doesn't compile to machine code.
#[expect(
    clippy::extra_unused_type_parameters,
    reason = "a check evaluates no constant of a generic function"
)]
fn refuse<Build>() {
    const { panic!("{}", include_str!(concat!(env!("OUT_DIR"), "/missing.txt"))) }
}
