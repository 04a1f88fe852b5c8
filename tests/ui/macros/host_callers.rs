//! A block has callers of stores of one kind of data, each by value.

use libwasmtime::Caller;

struct Log;

#[libwasmtime::host(module = "log")]
impl Log {
    fn a(_: Caller<'_, u32>) {}

    fn b(_: Caller<'_, u64>) {}

    fn c(_: Caller<'_, u32>, _: Caller<'_, u32>) {}

    fn d(_: &mut Caller<'_, u32>) {}
}

pub type ShortCaller<'a> = Caller<'a, u32>;

mod short {
    pub use super::ShortCaller as Caller;
}

struct Short;

#[libwasmtime::host(module = "short")]
impl Short {
    fn a(_: short::Caller<'_>) {}
}

fn main() {}
