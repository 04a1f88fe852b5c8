//! Arguments and results are of types that can be converted.

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
}

fn main() {}
