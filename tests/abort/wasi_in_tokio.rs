//! WASI programs on threads of a `tokio` runtime of the host.
//!
//! libwasmtime's WASI functions wait for a `tokio` runtime of its own. With `vendored`,
//! libwasmtime and the host share the crate `tokio`, and with it the runtimes that the threads
//! are in.

#[cfg(feature = "async")]
mod asynchronous;
mod guest;

use crate::{alone, assert_panics};
use guest::Guest;
#[cfg(feature = "gc")]
use guest::Host;
use libwasmtime::*;
use std::panic;
use std::path::{Path, PathBuf};
use std::process;
use std::result::Result::Err;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::oneshot;
use tokio::task::{LocalSet, block_in_place, spawn_blocking, spawn_local, yield_now};
use tokio::time::sleep;

/// Whether libwasmtime and this program share `tokio`.
const SHARED: bool = cfg!(wasmtime_link = "vendored");

/// Returns the directory that the programs of a test use.
fn folder(test: &str) -> PathBuf {
    crate::directory(&format!("wasi_in_tokio_{test}"))
}

/// Runs `body` in a process of its own, which ends if it waits for ever.
#[track_caller]
fn in_time(test: &'static str, body: impl FnOnce()) {
    alone(test, || {
        thread::spawn(|| {
            thread::sleep(Duration::from_secs(100));
            eprintln!("it waits for ever");
            process::exit(1);
        });
        body();
    });
}

fn multi_thread() -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().unwrap()
}

fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Creates and runs a program.
fn works(folder: &Path) {
    Guest::new(folder).unwrap().run().unwrap();
}

/// Asserts that `outcome` is the error for a thread that has to run tasks, if there is one.
#[track_caller]
fn assert_refused<T>(outcome: Result<T>) {
    if SHARED {
        let Err(error) = outcome else {
            panic!("expected an error");
        };
        let text = error.to_string();
        assert!(text.contains("`tokio::task::spawn_blocking`"), "{text}");
    } else {
        outcome.unwrap();
    }
}

/// Asserts that a program works, or is refused, where the thread has to run tasks.
fn is_refused(folder: &Path, guest: &mut Guest) {
    assert_refused(Guest::new(folder));
    assert_refused(guest.run());
    let run = guest.get::<(), i32>("run");
    let func = run.func();
    assert_refused(func.call(&mut guest.store, &[], &mut [Val::I32(0)]));
    #[cfg(feature = "gc")]
    takes_an_exception(&mut guest.store);
}

/// It is taken in a function that calls no WASI function, so it is never refused.
#[cfg(feature = "gc")]
fn takes_an_exception(store: &mut Store<Host>) {
    let ty = TagType::new(FuncType::new(store.engine(), [], []));
    let tag = Tag::new(&mut *store, &ty).unwrap();
    let pre = ExnRefPre::new(&mut *store, ExnType::from_tag_type(&ty).unwrap());
    let exception = ExnRef::new(&mut *store, &pre, &tag, &[]).unwrap();
    store.throw::<()>(exception).unwrap_err();
    assert!(store.take_pending_exception().is_some());
}

/// Asserts that a task goes on in the runtime `id` as if nothing had happened.
async fn goes_on(id: tokio::runtime::Id) {
    assert_eq!(Handle::current().id(), id);
    yield_now().await;
    sleep(Duration::from_millis(1)).await;
    assert_eq!(Handle::current().id(), id);
    tokio::spawn(async {}).await.unwrap();
}

#[test]
fn works_where_a_thread_may_wait() {
    let folder = folder("waits");
    in_time("wasi_in_tokio::works_where_a_thread_may_wait", || {
        let owned = || folder.clone();
        works(&folder);
        for runtime in [multi_thread(), current_thread()] {
            let handle = runtime.handle().clone();
            println!("a blocking thread: {:?}", handle.runtime_flavor());
            let (mine, others) = (owned(), owned());
            runtime.block_on(async {
                spawn_blocking(move || works(&mine)).await.unwrap();
                let nested = handle.clone();
                let task = async move { works(&others) };
                spawn_blocking(move || nested.block_on(task)).await.unwrap();
            });
            println!("entered");
            let entered = runtime.enter();
            works(&folder);
            drop(entered);
            println!("ended");
            drop(runtime);
            let _entered = handle.enter();
            works(&folder);
        }
        println!("tasks");
        let runtime = multi_thread();
        let id = runtime.handle().id();
        let mine = owned();
        runtime.block_on(async {
            works(&folder);
            goes_on(id).await;
            let task = async move {
                works(&mine);
                goes_on(id).await;
                block_in_place(|| works(&mine));
                goes_on(id).await;
                let nested = async {
                    works(&mine);
                    goes_on(id).await;
                };
                block_in_place(|| Handle::current().block_on(nested));
                works(&mine);
                goes_on(id).await;
            };
            tokio::spawn(task).await.unwrap();
        });
    });
}

/// A runtime that can't do what WASI functions ask of one.
#[test]
fn works_whatever_the_runtime_can_do() {
    let folder = folder("drivers");
    in_time("wasi_in_tokio::works_whatever_the_runtime_can_do", || {
        println!("without timers");
        let runtime = Builder::new_multi_thread().build().unwrap();
        runtime.block_on(async { works(&folder) });
        println!("without another thread");
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(1).max_blocking_threads(1);
        let runtime = builder.build().unwrap();
        let mine = folder.clone();
        runtime.block_on(async { spawn_blocking(move || works(&mine)).await.unwrap() });
        let mine = folder.clone();
        runtime.block_on(async { tokio::spawn(async move { works(&mine) }).await.unwrap() });
        println!("shut down meanwhile");
        let (started, starting) = mpsc::channel();
        let (ended, ending) = mpsc::channel();
        let mine = folder.clone();
        runtime.spawn_blocking(move || {
            let host = move || started.send(()).unwrap();
            let mut guest = Guest::with_host(&mine, host).unwrap();
            guest.call_host().unwrap();
            for _ in 0..20 {
                works(&mine);
            }
            ended.send(()).unwrap();
        });
        starting.recv().unwrap();
        runtime.shutdown_background();
        ending.recv().unwrap();
    });
}

#[test]
fn is_refused_where_a_thread_must_not_wait() {
    let folder = folder("refused");
    in_time(
        "wasi_in_tokio::is_refused_where_a_thread_must_not_wait",
        || {
            let mut guest = Guest::new(&folder).unwrap();
            let runtime = current_thread();
            let id = runtime.handle().id();
            let panics = Arc::new(AtomicUsize::new(0));
            let count = panics.clone();
            let hook = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                count.fetch_add(1, Ordering::Relaxed);
                hook(info);
            }));
            println!("a runtime with one thread");
            runtime.block_on(async {
                is_refused(&folder, &mut guest);
                goes_on(id).await;
            });
            println!("a task of it");
            let mine = folder.clone();
            let task = async move {
                is_refused(&mine, &mut guest);
                goes_on(id).await;
                guest
            };
            let mut guest = runtime.block_on(runtime.spawn(task)).unwrap();
            let set = LocalSet::new();
            runtime.block_on(set.run_until(async { is_refused(&folder, &mut guest) }));
            assert_eq!(panics.load(Ordering::Relaxed), 0);
            // From here on `tokio` panics, and the panic is caught.
            println!("a second thread that waits for it");
            let (begin, begun) = oneshot::channel();
            let (end, ended) = oneshot::channel::<()>();
            thread::scope(|scope| {
                scope.spawn(|| {
                    runtime.block_on(async {
                        begin.send(()).unwrap();
                        ended.await.unwrap();
                    });
                });
                begun.blocking_recv().unwrap();
                runtime.block_on(async { is_refused(&folder, &mut guest) });
                end.send(()).unwrap();
            });
            for runtime in [current_thread(), multi_thread()] {
                println!("a local set: {:?}", runtime.handle().runtime_flavor());
                let id = runtime.handle().id();
                let set = LocalSet::new();
                runtime.block_on(set.run_until(async {
                    is_refused(&folder, &mut guest);
                    goes_on(id).await;
                }));
                let mine = folder.clone();
                guest = runtime.block_on(set.run_until(async {
                    let task = async move {
                        is_refused(&mine, &mut guest);
                        goes_on(id).await;
                        guest
                    };
                    spawn_local(task).await.unwrap()
                }));
            }
            guest.run().unwrap();
        },
    );
}

/// What runs in the middle of a call is in the runtime of the call.
#[test]
fn calls_the_host_in_its_own_runtime() {
    let folder = folder("host");
    in_time("wasi_in_tokio::calls_the_host_in_its_own_runtime", || {
        let runtime = multi_thread();
        let id = runtime.handle().id();
        let mine = folder.clone();
        let host = move || {
            assert_eq!(Handle::current().id(), id);
            let task = tokio::spawn(async move { assert_eq!(Handle::current().id(), id) });
            // Another program, and tasks, while the first is in its call.
            let nested = async {
                works(&mine);
                goes_on(id).await;
                task.await.unwrap();
            };
            block_in_place(|| Handle::current().block_on(nested));
            block_in_place(|| works(&mine));
            works(&mine);
            assert_eq!(Handle::current().id(), id);
        };
        let mut guest = Guest::with_host(&folder, host).unwrap();
        let guest = runtime.block_on(async {
            guest.run().unwrap();
            goes_on(id).await;
            let task = async move {
                guest.run().unwrap();
                goes_on(id).await;
                guest
            };
            tokio::spawn(task).await.unwrap()
        });
        runtime.block_on(async {
            let mut guest = guest;
            let task = spawn_blocking(move || guest.run());
            task.await.unwrap().unwrap();
        });
    });
}

/// A host function that panics, or leaves its mark on the thread.
#[test]
fn unwinds_out_of_a_task() {
    let folder = folder("unwinds");
    in_time("wasi_in_tokio::unwinds_out_of_a_task", || {
        let runtime = multi_thread();
        let id = runtime.handle().id();
        let task = async move {
            let mut guest = Guest::with_host(&folder, || panic!("no")).unwrap();
            assert_panics("a panic", || drop(guest.run()));
            goes_on(id).await;
            let leaves = || std::mem::forget(Handle::current().enter());
            let mut guest = Guest::with_host(&folder, leaves).unwrap();
            // `tokio` panics when that is noticed, but by then the call has ended.
            guest.run().unwrap();
            guest.run().unwrap();
        };
        drop(runtime.block_on(runtime.spawn(task)));
        runtime.block_on(goes_on(id));
    });
}

/// The other tasks of a thread go on while a program waits, if it waits with their `tokio`.
#[test]
fn lets_other_tasks_run() {
    let folder = folder("others");
    in_time("wasi_in_tokio::lets_other_tasks_run", || {
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build().unwrap();
        let (tick, ticks) = mpsc::channel();
        let ticker = async move {
            loop {
                _ = tick.send(());
                sleep(Duration::from_millis(1)).await;
            }
        };
        let task = async move {
            let mut guest = Guest::new(&folder).unwrap();
            tokio::spawn(ticker);
            let wait = guest.get::<i64, i32>("wait");
            let start = Instant::now();
            assert_eq!(wait.call(&mut guest.store, 300_000_000).unwrap(), 0);
            assert!(start.elapsed() >= Duration::from_millis(300));
            ticks.try_iter().count()
        };
        let ticks = runtime.block_on(runtime.spawn(task)).unwrap();
        println!("{ticks} ticks");
        assert_eq!(ticks > 0, SHARED);
    });
}

#[test]
fn stores_are_dropped_in_tasks() {
    let folder = folder("drops");
    in_time("wasi_in_tokio::stores_are_dropped_in_tasks", || {
        for runtime in [multi_thread(), current_thread()] {
            let id = runtime.handle().id();
            let mut guest = Guest::new(&folder).unwrap();
            guest.run().unwrap();
            let open = guest.get::<(), i32>("open");
            assert_eq!(open.call(&mut guest.store, ()).unwrap(), 0);
            let task = async move {
                drop(guest);
                goes_on(id).await;
            };
            runtime.block_on(runtime.spawn(task)).unwrap();
        }
    });
}
