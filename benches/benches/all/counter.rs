//! The value that the functions of the topic `binding` change. They are written by hand, or bound
//! by the attribute.

use libwasmtime::{Caller, Result, TypedFunc};

#[derive(Default)]
pub struct Counter {
    total: i64,
}

#[libwasmtime::host(module = "counter")]
impl Counter {
    pub fn add(&mut self, n: i32) -> i64 {
        self.total += i64::from(n);
        self.total
    }

    pub fn add_bytes(&mut self, bytes: &[u8]) -> i64 {
        self.total += bytes.len() as i64;
        self.total
    }

    pub fn add_text(&mut self, text: &str) -> i64 {
        self.total += text.len() as i64;
        self.total
    }

    fn apply(mut caller: Caller<'_, Counter>, f: TypedFunc<i32, i32>, n: i32) -> Result<i32> {
        f.call(&mut caller, n)
    }
}

/// The same for the guest to hold: the attribute binds a type in one way.
#[derive(Default)]
pub struct HeldCounter(Counter);

#[libwasmtime::host(module = "counter", object)]
impl HeldCounter {
    fn add(&mut self, n: i32) -> i64 {
        self.0.add(n)
    }
}
