//! Asynchronous calls on one thread: a host function that waits while another guest runs, and
//! a guest that is cut off.
//!
//! ```sh
//! cargo run --example asynchronous
//! ```

use libwasmtime::{Caller, Config, Engine, Linker, Module, Result, Store};
use std::thread;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Counts, with a pause after each number. Or loops for ever.
const COUNTER: &str = r#"
    (module
        (import "host" "pause" (func $pause (param $number i32)))
        (func (export "count") (param $left i32)
            (loop $again
                (call $pause (local.get $left))
                (local.set $left (i32.sub (local.get $left) (i32.const 1)))
                (br_if $again (local.get $left))))
        (func (export "spin") (loop $again (br $again))))
"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    libwasmtime::load()?;
    let mut config = Config::new();
    config.epoch_interruption(true);
    let engine = Engine::new(&config)?;
    let module = Module::new(&engine, COUNTER)?;

    // The data of a store are the guest's name and the length of its pauses.
    let mut linker = Linker::<(&str, u64)>::new(&engine);
    linker.func_wrap_async(
        "host",
        "pause",
        |caller: Caller<'_, (&str, u64)>, (number,): (i32,)| {
            Box::new(async move {
                let (name, pause) = *caller.data();
                println!("{name} {number}");
                sleep(Duration::from_millis(pause)).await;
            })
        },
    )?;

    // Code yields at each new epoch. An epoch begins every 10 ms, by a thread of its own.
    let ticker = engine.weak();
    thread::spawn(move || {
        while let Some(engine) = ticker.upgrade() {
            engine.increment_epoch();
            thread::sleep(Duration::from_millis(10));
        }
    });
    let guest = async |name, pause| {
        let mut store = Store::new(&engine, (name, pause));
        store.set_epoch_deadline(1);
        store.epoch_deadline_async_yield_and_update(1);
        let instance = linker.instantiate_async(&mut store, &module).await?;
        Result::<_>::Ok((store, instance))
    };

    // Each counts while the other one pauses.
    let (mut slow, instance) = guest("slow", 200).await?;
    let count_slowly = instance.get_typed_func::<u32, ()>(&mut slow, "count")?;
    let (mut fast, instance) = guest("fast", 60).await?;
    let count_fast = instance.get_typed_func::<u32, ()>(&mut fast, "count")?;
    tokio::try_join!(
        count_slowly.call_async(&mut slow, 2),
        count_fast.call_async(&mut fast, 3),
    )?;

    // `timeout` drops the call, which it can do because the code yields.
    let spin = instance.get_typed_func::<(), ()>(&mut fast, "spin")?;
    let limit = Duration::from_millis(100);
    let outcome = timeout(limit, spin.call_async(&mut fast, ())).await;
    println!("the endless loop: {}", outcome.unwrap_err());
    Ok(())
}
