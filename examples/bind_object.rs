//! Objects of the host that the guest holds, passes as arguments, and that the host keeps.
//!
//! ```sh
//! cargo run --example bind_object --features macros
//! ```

use libwasmtime::bind::ObjectRef;
use libwasmtime::{Engine, Linker, Module, Result, Store};

struct Shape {
    name: String,
    area: f64,
}

/// The guest creates these, and holds them as references that it can't forge.
#[libwasmtime::host(module = "shape", object)]
impl Shape {
    fn square(name: String, side: f64) -> Self {
        Shape {
            name,
            area: side * side,
        }
    }

    fn grow(&mut self, factor: f64) {
        self.area *= factor;
    }

    fn is_larger(&self, other: &Shape) -> bool {
        self.area > other.area
    }
}

impl Drop for Shape {
    fn drop(&mut self) {
        println!("dropped: {}", self.name);
    }
}

/// Keeps an object beyond the call in which it gets it.
#[derive(Default)]
struct Gallery {
    best: Option<ObjectRef<Shape>>,
}

#[libwasmtime::host(module = "gallery")]
impl Gallery {
    fn keep(&mut self, shape: ObjectRef<Shape>) {
        self.best = Some(shape);
    }
}

const GUEST: &str = r#"
    (module
        (import "shape" "square" (func $square (param i32 i32 f64) (result externref)))
        (import "shape" "grow" (func $grow (param externref f64)))
        (import "shape" "is_larger" (func $is_larger (param externref externref) (result i32)))
        (import "gallery" "keep" (func $keep (param externref)))
        (memory (export "memory") 1)
        (data (i32.const 0) "redblue")
        (func (export "run") (local $red externref) (local $blue externref)
            (local.set $red (call $square (i32.const 0) (i32.const 3) (f64.const 2)))
            (local.set $blue (call $square (i32.const 3) (i32.const 4) (f64.const 3)))
            (call $grow (local.get $red) (f64.const 10))
            (if (call $is_larger (local.get $red) (local.get $blue))
                (then (call $keep (local.get $red)))
                (else (call $keep (local.get $blue))))))
"#;

fn main() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    linker.host_objects::<Shape>()?;
    linker.host(|gallery: &mut Gallery| gallery)?;

    let mut store = Store::new(&engine, Gallery::default());
    let instance = linker.instantiate(&mut store, &Module::new(&engine, GUEST)?)?;
    instance
        .get_typed_func::<(), ()>(&mut store, "run")?
        .call(&mut store, ())?;

    // What nobody holds any longer is dropped.
    store.gc(None)?;
    let best = store.data().best.clone().expect("the guest has chosen one");
    let best = best.get(&store);
    let best = best.try_borrow()?;
    println!("best: {}, {}", best.name, best.area);
    Ok(())
}
