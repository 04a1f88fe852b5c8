//! A crate that uses what needs the features `async` and `gc`, without them.

use libwasmtime::bind::{Object, ObjectRef};

struct Shape {
    area: f64,
}

#[libwasmtime::host(module = "shape", object)]
impl Shape {
    fn square(side: f64) -> Self {
        Shape { area: side * side }
    }

    fn grow(&mut self, factor: f64) {
        self.area *= factor;
    }

    fn sum(&self, other: &Shape, third: Option<&Self>) -> libwasmtime::Result<Shape> {
        let area = self.area + other.area + third.map_or(0.0, |third| third.area);
        Ok(Shape { area })
    }

    fn swap(&mut self, other: &mut Shape) {
        std::mem::swap(self, other);
    }
}

#[derive(Default)]
struct State {
    best: Option<ObjectRef<Shape>>,
}

#[libwasmtime::host(module = "state")]
impl State {
    fn keep(&mut self, shape: ObjectRef<Shape>) {
        self.best = Some(shape);
    }

    fn area(shape: &Shape, other: Object<Shape>) -> Object<Shape> {
        _ = shape.area;
        other
    }
}

struct Pages;

#[libwasmtime::host(module = "pages")]
impl Pages {
    async fn wait() {}

    async fn fetch(&self, _: &str) {}
}

#[libwasmtime::guest]
trait Guest {
    async fn run(&self) -> i32;
}

fn bind(linker: &mut libwasmtime::Linker<State>) -> libwasmtime::Result<()> {
    linker
        .host_objects::<Shape>()?
        .host(|state: &mut State| state)?
        .host_shared(std::sync::Arc::new(Pages))?;
    Ok(())
}
