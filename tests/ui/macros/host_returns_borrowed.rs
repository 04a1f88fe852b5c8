//! Results are passed on when the function has returned.

struct Counter {
    name: String,
}

#[libwasmtime::host(module = "counter")]
impl Counter {
    fn a(&self) -> &str {
        &self.name
    }

    fn b(&self) -> libwasmtime::Result<(i32, &'_ [u8])> {
        Ok((1, self.name.as_bytes()))
    }

    fn right(&self) -> &'static str {
        "right"
    }
}

fn main() {}
