//! Through a caller, the guest's memory might change.

use libwasmtime::Caller;

struct Log;

#[libwasmtime::host(module = "log")]
impl Log {
    fn a(_: Caller<'_, u32>, _: &str) {}

    fn b(_: &[u8], _: Caller<'_, u32>) {}

    fn d(_: Caller<'_, u32>, _: Option<&str>, _: Option<&mut [u8]>) {}

    fn c(_: Caller<'_, u32>, _: i32, _: &mut [u32]) {}
}

fn main() {}
