//! Arguments and results are of types that can be converted.

use libwasmtime::Caller;

struct Thing;

struct Counter;

#[libwasmtime::host(module = "counter")]
impl Counter {
    fn a(_: i32, _: Thing) {}

    fn b(&self, _: &String) {}

    fn c() -> Thing {
        Thing
    }

    fn d() -> Result<i32, std::fmt::Error> {
        Ok(1)
    }

    fn e(_: Caller<'_, u32>, _: String, _: std::time::Duration, _: Option<Thing>) -> (i32, Thing) {
        (1, Thing)
    }

    async fn f(_: Vec<Thing>) -> Thing {
        Thing
    }
}

fn main() {}
