//! Programs that are called asynchronously.

use super::{command, copying, run_of};
use crate::assert_error;
use libwasmtime::component::Linker;
use libwasmtime::wasi::{MemoryOutputPipe, WasiCtxBuilder, p2};
use libwasmtime::{Result, Store};
use std::time::{Duration, Instant};

fn linker() -> Linker<()> {
    let mut linker = Linker::new(&command().0);
    p2::add_to_linker_async(&mut linker).unwrap();
    linker
}

/// Runs the command asynchronously.
async fn run(wasi: &mut WasiCtxBuilder) -> Result<()> {
    let (engine, component) = command();
    let mut store = Store::new(engine, ());
    store.set_wasi(wasi.build())?;
    let instance = linker().instantiate_async(&mut store, component).await?;
    let (result,) = run_of(&mut store, &instance)
        .call_async(&mut store, ())
        .await?;
    assert_eq!(result, Ok(()), "such programs exit if they fail");
    Ok(())
}

async fn copy() {
    let text = "a line\n".repeat(3000);
    let stdout = MemoryOutputPipe::new(1 << 20);
    run(&mut copying(&text, &stdout)).await.unwrap();
    assert_eq!(stdout.contents(), text.as_bytes());
}

async fn sleep() {
    let start = Instant::now();
    run(WasiCtxBuilder::new().args(&["program", "sleep"]))
        .await
        .unwrap();
    assert!(start.elapsed() >= Duration::from_millis(50));
}

#[test]
fn outside_of_a_runtime() {
    futures::executor::block_on(copy());
    futures::executor::block_on(sleep());
    smol::block_on(copy());
    smol::block_on(sleep());
}

#[tokio::test(flavor = "multi_thread")]
async fn in_tasks() {
    let tasks = [tokio::spawn(copy()), tokio::spawn(sleep())];
    for task in tasks {
        task.await.unwrap();
    }
}

/// In the link mode `vendored`, the tasks of a thread wait at the same time. In the others, the
/// test is only that they all finish.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn that_wait_at_the_same_time() {
    let start = Instant::now();
    let tasks: Vec<_> = (0..20).map(|_| tokio::spawn(sleep())).collect();
    for task in tasks {
        task.await.unwrap();
    }
    if cfg!(wasmtime_link = "vendored") {
        assert!(start.elapsed() < Duration::from_millis(20 * 50));
    }
}

/// A time limit is only kept where a function that waits doesn't block.
#[tokio::test(flavor = "multi_thread")]
async fn that_are_dropped() {
    let (engine, component) = command();
    let mut store = Store::new(engine, ());
    store
        .set_wasi(WasiCtxBuilder::new().args(&["program", "sleep"]).build())
        .unwrap();
    let instance = linker()
        .instantiate_async(&mut store, component)
        .await
        .unwrap();
    let run = run_of(&mut store, &instance);
    let call = run.call_async(&mut store, ());
    let finished = tokio::time::timeout(Duration::from_millis(10), call).await;
    if cfg!(wasmtime_link = "vendored") {
        assert!(finished.is_err());
    }
    drop(store);
}

#[test]
fn are_not_called_synchronously() {
    let (engine, component) = command();
    let mut store = Store::new(engine, ());
    store.set_wasi(WasiCtxBuilder::new().build()).unwrap();
    let linker = linker();
    assert_error(linker.instantiate(&mut store, component), "`*_async`");
    let instance = linker.instantiate_async(&mut store, component);
    let instance = futures::executor::block_on(instance).unwrap();
    let run = run_of(&mut store, &instance);
    assert_error(run.call(&mut store, ()), "`*_async`");
}

/// The functions that block work in asynchronous calls as well.
#[test]
fn with_synchronous_functions() {
    let (engine, component) = command();
    let mut linker = Linker::new(engine);
    p2::add_to_linker_sync(&mut linker).unwrap();
    let stdout = MemoryOutputPipe::new(8);
    let mut store = Store::new(engine, ());
    let wasi = WasiCtxBuilder::new()
        .args(&["program", "number"])
        .stdout(stdout.clone())
        .build();
    store.set_wasi(wasi).unwrap();
    futures::executor::block_on(async {
        let instance = linker.instantiate_async(&mut store, component).await?;
        run_of(&mut store, &instance)
            .call_async(&mut store, ())
            .await
    })
    .unwrap()
    .0
    .unwrap();
    assert_eq!(stdout.contents().len(), 8);
}
