//! Structs as arguments and results: by their fields, and as an array in the guest's memory.
//!
//! ```sh
//! cargo run --example bind_struct --features macros
//! ```

use libwasmtime::{Engine, HostValue, Linker, Module, Result, Store};

/// Passed as two numbers.
#[derive(HostValue)]
struct Point {
    x: f64,
    y: f64,
}

/// Passed as an `i32`.
#[derive(HostValue)]
enum Axis {
    X,
    Y,
}

/// Passed as an address in the guest's memory, where it has this layout.
#[derive(Clone, Copy, HostValue)]
#[repr(C)]
#[host(pointer)]
struct Sample {
    time: u32,
    value: f32,
}

struct Geometry;

#[libwasmtime::host(module = "geometry")]
impl Geometry {
    fn mirror(point: Point, axis: Axis) -> Point {
        match axis {
            Axis::X => Point {
                y: -point.y,
                ..point
            },
            Axis::Y => Point {
                x: -point.x,
                ..point
            },
        }
    }

    fn print(point: Point) {
        println!("({}, {})", point.x, point.y);
    }

    fn latest(samples: &[Sample]) -> f32 {
        let latest = samples.iter().max_by_key(|sample| sample.time);
        latest.map_or(f32::NAN, |sample| sample.value)
    }
}

const GUEST: &str = r#"
    (module
        (import "geometry" "mirror" (func $mirror (param f64 f64 i32) (result f64 f64)))
        (import "geometry" "print" (func $print (param f64 f64)))
        (import "geometry" "latest" (func $latest (param i32 i32) (result f32)))
        (memory (export "memory") 1)
        (func (export "run") (result f32)
            (call $print (call $mirror (f64.const 3) (f64.const 4) (i32.const 1)))
            (i32.store (i32.const 0) (i32.const 20)) (f32.store (i32.const 4) (f32.const 1.5))
            (i32.store (i32.const 8) (i32.const 10)) (f32.store (i32.const 12) (f32.const 2.5))
            (call $latest (i32.const 0) (i32.const 2))))
"#;

fn main() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    linker.host_functions::<Geometry>()?;

    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &Module::new(&engine, GUEST)?)?;
    let run = instance.get_typed_func::<(), f32>(&mut store, "run")?;
    println!("latest: {}", run.call(&mut store, ())?);
    Ok(())
}
