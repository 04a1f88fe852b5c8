//! The build script: which link mode it chooses, where it finds a system library, what it
//! requires of the library, and its message if there is none.
//!
//! Most tests run the build script itself, with the environment that Cargo would set, on
//! simulated installations ([`Prefix`](prefix::Prefix)): empty library files beside headers
//! of any version. In the module `cargo`, Cargo runs it, to see that its output takes effect;
//! `linked` builds and runs programs with a real library; `readme` does what the README
//! says; `size` measures a program.

mod archive;
mod cargo;
mod check;
mod copy;
#[path = "../harness/mod.rs"]
mod harness;
mod headers;
#[cfg(unix)]
mod later;
mod left_out;
mod linked;
mod loader;
mod locked;
mod mode;
mod place;
mod platform;
mod prefix;
mod readme;
mod script;
mod size;
mod vendored;

use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        &["link"],
        &[
            archive::TESTS,
            cargo::TESTS,
            check::TESTS,
            copy::TESTS,
            headers::TESTS,
            #[cfg(unix)]
            later::TESTS,
            left_out::TESTS,
            linked::TESTS,
            loader::TESTS,
            locked::TESTS,
            mode::TESTS,
            place::TESTS,
            platform::TESTS,
            readme::TESTS,
            size::TESTS,
            vendored::TESTS,
        ],
    )
}
