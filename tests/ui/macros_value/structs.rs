use libwasmtime::HostValue;

#[derive(HostValue)]
struct Borrows {
    name: &'static str,
}

#[derive(HostValue)]
struct Generic<A> {
    value: A,
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
struct Field {
    value: std::time::Duration,
}

fn main() {}
