//! Methods of an object that the host holds, in the data of the store.
//!
//! ```sh
//! cargo run --example bind_method --features macros
//! ```

use libwasmtime::{Engine, Linker, Module, Result, Store, ensure};

struct Counter {
    total: i64,
}

#[libwasmtime::host(module = "counter")]
impl Counter {
    /// The most that may be added at a time: a global of the module.
    const LIMIT: i32 = 100;

    fn add(&mut self, n: i32) -> Result<i64> {
        ensure!(n <= Self::LIMIT, "{n} is more than {}", Self::LIMIT);
        self.total += i64::from(n);
        Ok(self.total)
    }

    fn report(&self, label: &str) {
        println!("{label}: {}", self.total);
    }
}

struct State {
    counter: Counter,
}

const GUEST: &str = r#"
    (module
        (import "counter" "add" (func $add (param i32) (result i64)))
        (import "counter" "report" (func $report (param i32 i32)))
        (import "counter" "LIMIT" (global $limit i32))
        (memory (export "memory") 1)
        (data (i32.const 0) "total")
        (func (export "run") (param $n i32)
            (drop (call $add (global.get $limit)))
            (drop (call $add (local.get $n)))
            (call $report (i32.const 0) (i32.const 5))))
"#;

fn main() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    linker.host(|state: &mut State| &mut state.counter)?;

    let counter = Counter { total: 0 };
    let mut store = Store::new(&engine, State { counter });
    let instance = linker.instantiate(&mut store, &Module::new(&engine, GUEST)?)?;
    let run = instance.get_typed_func::<i32, ()>(&mut store, "run")?;
    run.call(&mut store, 7)?;
    if let Err(error) = run.call(&mut store, 1000) {
        println!("refused: {}", error.root_cause());
    }
    Ok(())
}
