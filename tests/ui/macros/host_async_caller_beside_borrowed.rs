//! An asynchronous function doesn't borrow the guest's memory beside a caller either.

use libwasmtime::Caller;

struct Pages;

#[libwasmtime::host(module = "pages")]
impl Pages {
    async fn fetch(_: Caller<'_, ()>, _: &str) {}
}

fn main() {}
