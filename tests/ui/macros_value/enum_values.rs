use libwasmtime::HostValue;

#[derive(HostValue)]
enum Shape {
    Circle(f64),
    Point,
}

#[derive(HostValue)]
enum Never {}

#[derive(HostValue)]
#[host(pointer)]
enum Axis {
    X,
    Y,
}

#[derive(HostValue)]
enum Large {
    TooLarge = 0x1_0000_0000,
}

fn main() {}
