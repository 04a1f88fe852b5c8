//! A server with ten thousand guests at once, on two threads, and what a guest costs.
//!
//! `service.rs` is what a service would begin with: a pool of stacks and memories, a store for
//! each request, host functions that wait, a time limit. This file plays its clients and its
//! database, and measures.
//!
//! ```sh
//! cargo run --release --example server
//! cargo run --release --example server -- 500
//! ```

mod service;

use libwasmtime::error::Context;
use libwasmtime::{Result, Trap, bail, ensure};
use service::{Query, Service, TimedOut};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{env, fs};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// The guest: `answer` asks the database, and waits a while before it returns. The other
/// functions misbehave.
const GUEST: &str = r#"
    (module
        (import "host" "query" (func $query (param i32) (result i32)))
        (import "host" "sleep" (func $sleep (param i32)))
        (memory 1)
        (data (i32.const 4) "\02")
        (func (export "answer") (param $key i32) (result i32)
            (i32.store (i32.const 0) (call $query (local.get $key)))
            (call $sleep (i32.const 10))
            (i32.mul (i32.load (i32.const 0)) (i32.load (i32.const 4))))
        (func (export "spin") (param i32) (result i32)
            (loop $again (br $again))
            (unreachable))
        (func (export "oversleep") (param i32) (result i32)
            (call $sleep (i32.const -1))
            (i32.const 0))
        (func (export "trap") (param i32) (result i32)
            (i32.div_u (i32.const 1) (i32.const 0))))
"#;

/// How long a request may take, which includes the time until all guests wait.
const LIMIT: Duration = Duration::from_secs(60);

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<()> {
    libwasmtime::load()?;
    let arguments: Vec<String> = env::args().skip(1).collect();
    let guests = match arguments.as_slice() {
        [] => 10_000,
        [guests] => guests.parse::<u32>().context("the number of guests")?,
        _ => bail!("usage: server [GUESTS]"),
    };
    ensure!(
        guests > 0,
        "a server of 0 guests answers nothing: expected at least 1"
    );

    let (database, mut queries) = mpsc::unbounded_channel();
    let service = Arc::new(Service::new(GUEST, guests, database)?);

    // The database answers when all guests wait for it.
    let before = resident();
    let mut calls = start(&service, guests);
    let mut waiting = Vec::with_capacity(guests as usize);
    while waiting.len() < guests as usize {
        tokio::select! {
            query = queries.recv() => waiting.extend(query),
            Some(call) = calls.join_next() => {
                let (_, answer) = call?;
                answer.context("not all guests could start: see `config` in service.rs for the limits")?;
                bail!("a guest returned before the database answered");
            }
        }
    }
    println!("{guests} guests wait");
    if let (Some(before), Some(now)) = (before, resident()) {
        let each = now.saturating_sub(before) as f64 / f64::from(guests);
        println!("resident memory: {each:.1} KiB for each of them");
    }
    waiting.into_iter().for_each(answer);
    finish(calls).await?;

    // The database answers after a while.
    tokio::spawn(async move {
        while let Some(query) = queries.recv().await {
            tokio::spawn(async move {
                sleep(Duration::from_millis(10)).await;
                answer(query);
            });
        }
    });
    let start_of_calls = Instant::now();
    let count = 5 * guests;
    finish(start(&service, count)).await?;
    let seconds = start_of_calls.elapsed().as_secs_f64();
    println!(
        "{count} calls in {seconds:.2} s: {:.0} per second",
        f64::from(count) / seconds
    );

    // These fail while others are answered.
    let calls = start(&service, 100);
    let limit = Duration::from_millis(100);
    let (spin, oversleep, trap) = tokio::join!(
        service.call("spin", 0, limit),
        service.call("oversleep", 0, limit),
        service.call("trap", 0, limit)
    );
    for (name, outcome) in [("spin", spin), ("oversleep", oversleep), ("trap", trap)] {
        let Err(error) = outcome else {
            bail!("`{name}` returned");
        };
        if let Some(late) = error.downcast_ref::<TimedOut>() {
            println!("{name}: {late}");
        } else if let Some(trap) = error.downcast_ref::<Trap>() {
            println!("{name}: {trap}");
        } else {
            return Err(error);
        }
    }
    finish(calls).await
}

/// The answers to requests, each with the one that is expected.
type Calls = JoinSet<(i32, Result<i32>)>;

/// Starts as many requests.
fn start(service: &Arc<Service>, count: u32) -> Calls {
    let mut calls = JoinSet::new();
    for key in 0..count as i32 {
        let service = service.clone();
        calls.spawn(async move { (2 * (key + 1), service.call("answer", key, LIMIT).await) });
    }
    calls
}

/// Waits for the answers, and checks them.
async fn finish(mut calls: Calls) -> Result<()> {
    while let Some(call) = calls.join_next().await {
        let (expected, answer) = call?;
        ensure!(answer? == expected, "a guest got another one's answer");
    }
    Ok(())
}

/// Answers a query as the database.
fn answer((key, sender): Query) {
    // The guest may have been cut off.
    let _ = sender.send(key + 1);
}

/// Returns how much memory of this process is resident, in KiB, where there is `/proc`.
fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
