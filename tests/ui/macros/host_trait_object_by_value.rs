//! A trait object is returned in a box.

trait Shape: Send + Sync {
    fn area(&self) -> f64;
}

#[libwasmtime::host(module = "shape", object)]
impl dyn Shape {
    fn measure(&self) -> f64 {
        self.area()
    }

    fn copy(&self) -> Self {
        todo!()
    }
}

fn main() {}
