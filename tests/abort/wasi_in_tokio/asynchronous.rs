//! Asynchronous calls of WASI programs.

use super::guest::Guest;
use super::{assert_refused, current_thread, folder, goes_on, in_time, multi_thread};
use libwasmtime::*;
use std::future::poll_fn;
use std::path::Path;
use std::pin::pin;
use std::result::Result::{Err, Ok};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::runtime::{Handle, Id};
use tokio::task::LocalSet;
use tokio::time::{sleep, timeout};

/// Creates and runs a program whose host function uses the runtime, and is pending in it.
async fn works(folder: &Path) {
    run(folder).await.unwrap();
}

async fn run(folder: &Path) -> Result<()> {
    let id = Handle::current().id();
    let mut guest = Guest::with_async_host(folder, move || goes_on(id)).await?;
    guest.run_async().await?;
    goes_on(id).await;
    Ok(())
}

#[test]
fn work_where_a_thread_may_wait() {
    let folder = folder("async_waits");
    in_time(
        "wasi_in_tokio::asynchronous::work_where_a_thread_may_wait",
        || {
            println!("in no runtime, and in smol");
            let runs = || async {
                let mut guest = Guest::with_async_host(&folder, || async {}).await.unwrap();
                guest.run_async().await.unwrap();
            };
            futures::executor::block_on(runs());
            smol::block_on(runs());
            for runtime in [multi_thread(), current_thread()] {
                println!("{:?}", runtime.handle().runtime_flavor());
                let (mine, handle) = (folder.clone(), runtime.handle().clone());
                let waits = spawn_blocking_in(&handle, move |handle| handle.block_on(works(&mine)));
                runtime.block_on(waits).unwrap();
            }
            let runtime = multi_thread();
            runtime.block_on(works(&folder));
            let tasks: Vec<_> = (0..20)
                .map(|i| {
                    let folder = folder.join(i.to_string());
                    std::fs::create_dir(&folder).unwrap();
                    runtime.spawn(async move { works(&folder).await })
                })
                .collect();
            for task in tasks {
                runtime.block_on(task).unwrap();
            }
        },
    );
}

fn spawn_blocking_in<R: Send + 'static>(
    handle: &Handle,
    body: impl FnOnce(&Handle) -> R + Send + 'static,
) -> tokio::task::JoinHandle<R> {
    let inner = handle.clone();
    handle.spawn_blocking(move || body(&inner))
}

#[test]
fn are_refused_where_a_thread_must_not_wait() {
    let folder = folder("async_refused");
    in_time(
        "wasi_in_tokio::asynchronous::are_refused_where_a_thread_must_not_wait",
        || {
            let (one, many) = (current_thread(), multi_thread());
            one.block_on(async { assert_refused(run(&folder).await) });
            let mine = folder.clone();
            let task = one.spawn(async move { assert_refused(run(&mine).await) });
            one.block_on(task).unwrap();
            many.block_on(LocalSet::new().run_until(async { assert_refused(run(&folder).await) }));
            println!("in the middle of a call");
            let dropped = Arc::new(());
            let kept = dropped.clone();
            let host = move || {
                let kept = kept.clone();
                async move {
                    sleep(Duration::from_millis(1)).await;
                    drop(kept);
                }
            };
            let create = Guest::with_async_host(&folder, host);
            let mut guest = many.block_on(create).unwrap();
            let mut call = Box::pin(guest.run_async());
            many.block_on(poll_fn(|task| {
                assert!(call.as_mut().poll(task).is_pending());
                Poll::Ready(())
            }));
            one.block_on(async { assert_refused(call.await) });
            many.block_on(guest.run_async()).unwrap();
            drop(guest);
            assert_eq!(Arc::strong_count(&dropped), 1);
        },
    );
}

/// Cuts off a call while its host function waits, and goes on with the store.
#[test]
fn are_dropped_while_they_wait() {
    let folder = folder("async_dropped");
    in_time(
        "wasi_in_tokio::asynchronous::are_dropped_while_they_wait",
        || {
            let runtime = multi_thread();
            let id = runtime.handle().id();
            let calls = Arc::new(AtomicUsize::new(0));
            let host = move || {
                let is_first = calls.fetch_add(1, Relaxed) == 0;
                async move {
                    if is_first {
                        sleep(Duration::from_secs(1000)).await;
                    }
                }
            };
            let task = async move {
                let mut guest = Guest::with_async_host(&folder, host).await.unwrap();
                let late = timeout(Duration::from_millis(10), guest.run_async()).await;
                assert!(late.is_err());
                goes_on(id).await;
                guest.run_async().await.unwrap();
                goes_on(id).await;
                guest
            };
            let mut guest = runtime.block_on(runtime.spawn(task)).unwrap();
            // Never polled, and polled outside of all runtimes.
            drop(guest.run_async());
            let mut call = pin!(guest.run_async());
            let outcome = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            match outcome {
                Poll::Ready(result) => result.unwrap(),
                Poll::Pending => panic!("its host function is ready"),
            }
        },
    );
}

/// Counts that it is dropped in a runtime.
struct InRuntime(Id, Arc<AtomicUsize>);

impl Drop for InRuntime {
    fn drop(&mut self) {
        if Handle::current().id() == self.0 {
            self.1.fetch_add(1, Relaxed);
        }
    }
}

/// An asynchronous host function that panics, in its first poll and in a later one.
#[test]
fn unwind_out_of_a_task() {
    let folder = folder("async_unwinds");
    in_time("wasi_in_tokio::asynchronous::unwind_out_of_a_task", || {
        let runtime = multi_thread();
        let id = runtime.handle().id();
        for later in [0, 1] {
            let folder = folder.clone();
            let drops = Arc::new(AtomicUsize::new(0));
            let counted = drops.clone();
            // Dropped after the panic, with the future.
            let host = move || {
                let held = InRuntime(id, counted.clone());
                let mut polls = 0;
                poll_fn(move |task| {
                    let _held = &held;
                    if polls < later {
                        polls += 1;
                        task.waker().wake_by_ref();
                        return Poll::Pending;
                    }
                    panic!("no");
                })
            };
            let task = async move {
                let mut guest = Guest::with_async_host(&folder, host).await.unwrap();
                let mut call = Box::pin(guest.run_async());
                let outcome = poll_fn(|task| {
                    let poll = std::panic::AssertUnwindSafe(|| call.as_mut().poll(task));
                    match std::panic::catch_unwind(poll) {
                        Ok(Poll::Pending) => Poll::Pending,
                        Ok(Poll::Ready(result)) => Poll::Ready(Ok(result)),
                        Err(payload) => Poll::Ready(Err(payload)),
                    }
                });
                assert!(outcome.await.is_err());
                goes_on(id).await;
            };
            runtime.block_on(runtime.spawn(task)).unwrap();
            assert_eq!(drops.load(Relaxed), 1);
        }
    });
}
