//! The functions of a trait are called on a trait object.

#[libwasmtime::host(module = "shape")]
trait Shape {
    fn new() -> Self
    where
        Self: Sized;

    fn area(&self) -> u32;
}

#[libwasmtime::host(module = "solid")]
trait Solid<A> {
    fn volume(&self) -> u32;
}

#[libwasmtime::host(module = "pages")]
trait Pages {
    async fn fetch(&self) -> u32;
}

fn main() {}
