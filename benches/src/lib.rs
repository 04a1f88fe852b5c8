//! libwasmtime side by side with the `wasmtime` crate, and with bare calls of the C API.
//!
//! ```sh
//! cargo bench                                                  # link mode `static`
//! cargo bench --no-default-features --features load            # or another
//! cargo bench -- call::typed                                   # some of it
//! cargo bench --bench ratios                                   # the results, again
//! ```
//!
//! The benchmark `all` has each case three times: written once and compiled with either
//! crate, which shows that the source is the same, and by hand on [`libwasmtime::sys`], which
//! shows the cost of the C API itself. The topic `binding` has a fourth side, `bound`: functions
//! that are bound, which are compared with libwasmtime's of the same case, written by hand. All
//! run in one process, one after the other. Then `ratios` reads the times that criterion has
//! written, and prints a table for each link mode that was run.
//!
//! The topics `object` and `reference` use collected objects: there the `wasmtime` crate uses the
//! collector that libwasmtime does, which depends on how that was built.
//!
//! The benchmark `output` measures the output of WASI programs, for which several threads work
//! together: it uses the wall clock. The `wasmtime` crate isn't in it, as WASI is another
//! crate there.
//!
//! The system's libwasmtime is found as in any build of libwasmtime. It should be a release
//! build by the same compiler, or the comparison is meaningless.

mod goals;
pub mod wat;

pub use goals::{Goal, LOOP, ROWS, Row, Side};

/// How libwasmtime is linked.
pub const LINK_MODE: &str = env!("LINK_MODE");
