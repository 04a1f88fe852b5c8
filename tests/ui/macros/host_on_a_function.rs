//! One function is put into an `impl` block.

#[libwasmtime::host(module = "host")]
fn add(a: i32, b: i32) -> i32 {
    a + b
}

fn main() {
    add(1, 2);
}
