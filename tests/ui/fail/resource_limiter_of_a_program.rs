//! The C API calls no limiter: only `StoreLimits` can be one.

use libwasmtime::{Engine, ResourceLimiter, Store};

struct Mine;

impl ResourceLimiter for Mine {}

fn main() {
    let mut store = Store::new(&Engine::default(), Mine);
    store.limiter(|mine| mine);
}
