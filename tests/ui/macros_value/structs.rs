use libwasmtime::HostValue;
use libwasmtime::bind::{Closure, TableFunc};

#[derive(HostValue)]
struct Borrows {
    name: &'static str,
}

#[derive(HostValue)]
struct Lifetime<'a> {
    name: std::borrow::Cow<'a, str>,
}

#[derive(HostValue)]
#[host(pointer)]
#[repr(C)]
struct Generic<A> {
    value: A,
}

#[derive(HostValue)]
#[host(from_wasm)]
enum Direction {
    In,
    Out,
}

#[derive(HostValue)]
union Either {
    a: u32,
    b: f32,
}

#[derive(HostValue)]
#[host(by_pointer)]
struct Options {
    value: u32,
}

#[derive(HostValue)]
struct FieldOptions {
    #[host(skip)]
    value: u32,
}

#[derive(HostValue)]
struct Field {
    value: std::time::Duration,
}

#[derive(HostValue)]
#[host(into_wasm)]
struct Returned {
    value: TableFunc<i32, i32>,
}

#[derive(HostValue)]
struct Pair<A> {
    value: A,
}

fn assert_is_taken<A: libwasmtime::bind::FromWasm>() {}

fn main() {
    assert_is_taken::<Pair<u32>>();
    assert_is_taken::<Pair<Closure<i32, i32>>>();
}
