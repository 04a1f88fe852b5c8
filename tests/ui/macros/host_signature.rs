//! A bound function is safe, of Rust, and neither generic nor variadic.

struct Counter;

#[libwasmtime::host(module = "counter")]
impl Counter {
    unsafe fn a() {}

    extern "C" fn b() {}

    fn c<A>(_: A) {}

    fn d<const N: usize>(_: i32) {}

    fn e<'a>(_: &'a str) {}

    fn f(_: impl Copy) {}

    fn g() -> impl Copy {
        1
    }

    fn h((a, b): (i32, i32)) -> i32 {
        a + b
    }

    fn i(_: &'static str) {}

    fn j(#[cfg(all())] _: i32) {}

    #[rustfmt::skip]
    fn k(_: i32, _: i32, _: i32, _: i32, _: i32, _: i32, _: i32, _: i32, _: i32, _: i32, _: i32, _: i32, _: i32, _: i32, _: i32, _: i32, _: i32, _: i64) {}
}

fn main() {}
