//! The attribute of one function.

#[libwasmtime::host(module = "host", object)]
fn create(a: i32, b: i32) -> i32 {
    a + b
}

#[libwasmtime::host(module = "host", case = "kebab-case")]
fn unknown(a: i32) -> i32 {
    a
}

#[libwasmtime::host(module = "host")]
fn generic<A>(a: A) {}

#[libwasmtime::host(module = "host")]
fn duration(a: std::time::Duration) {}

struct Counter(i32);

impl Counter {
    #[libwasmtime::host(module = "host")]
    fn total(&self) -> i32 {
        self.0
    }
}

#[libwasmtime::host(module = "host", name = "all")]
impl Counter {
    fn add(&mut self, n: i32) {
        self.0 += n;
    }
}

#[libwasmtime::host(module = "host")]
mod functions {
    pub fn add(a: i32, b: i32) -> i32 {
        a + b
    }
}

fn main() {}
