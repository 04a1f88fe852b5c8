//! A constant is a number.

struct Limits;

#[libwasmtime::host(module = "limits")]
impl Limits {
    const MAX: i32 = 7;

    const NAME: &'static str = "limits";
}

fn main() {}
