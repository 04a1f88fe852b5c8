//! WASI programs on threads of a `tokio` runtime of the host.
//!
//! libwasmtime's WASI functions wait for a `tokio` runtime of their own. With `vendored` the
//! host and libwasmtime share the crate `tokio`, which panics where a thread that runs
//! asynchronous tasks would wait.

use crate::alone;
use libwasmtime::wasi::{self, FsPerms, MemoryOutputPipe, WasiCtxBuilder};
use libwasmtime::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::result::Result::{Err, Ok};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::{LocalSet, block_in_place, spawn_blocking, yield_now};

/// Whether libwasmtime waits with the same `tokio` as this test.
const SHARED: bool = cfg!(wasmtime_link = "vendored");

/// A program whose functions return the number of the step that failed, or 0.
const PROGRAM: &str = r#"(module
    (import "wasi_snapshot_preview1" "clock_time_get"
        (func $clock_time_get (param i32 i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read"
        (func $fd_read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_readdir"
        (func $fd_readdir (param i32 i32 i32 i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_seek"
        (func $fd_seek (param i32 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write"
        (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_open"
        (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "poll_oneoff"
        (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "random_get"
        (func $random_get (param i32 i32) (result i32)))
    (import "host" "call" (func $host))
    (memory (export "memory") 1)
    ;; A buffer: its address and its length. Its text, and the name of a file.
    (data (i32.const 0) "\10\00\00\00\06\00\00\00")
    (data (i32.const 16) "hello\n")
    (data (i32.const 32) "file")
    ;; Where numbers are returned, and a buffer to read into.
    (data (i32.const 48) "\00\01\00\00\00\01\00\00")

    (func (export "host") (call $host))

    (func (export "write") (result i32)
        (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 64)))

    (func (export "open") (result i32)
        (call $path_open (i32.const 3) (i32.const 0) (i32.const 32) (i32.const 4)
            ;; Created and truncated, with the rights to read, seek and write.
            (i32.const 9) (i64.const 0x46) (i64.const 0) (i32.const 0) (i32.const 64)))

    (func (export "run") (result i32)
        (local $file i32)
        (if (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 64))
            (then (return (i32.const 1))))
        (if (call $path_open (i32.const 3) (i32.const 0) (i32.const 32) (i32.const 4)
                (i32.const 9) (i64.const 0x46) (i64.const 0) (i32.const 0) (i32.const 64))
            (then (return (i32.const 2))))
        (local.set $file (i32.load (i32.const 64)))
        (if (call $fd_write (local.get $file) (i32.const 0) (i32.const 1) (i32.const 64))
            (then (return (i32.const 3))))
        (if (call $fd_seek (local.get $file) (i64.const 0) (i32.const 0) (i32.const 72))
            (then (return (i32.const 4))))
        (if (call $fd_read (local.get $file) (i32.const 48) (i32.const 1) (i32.const 64))
            (then (return (i32.const 5))))
        (if (i32.ne (i32.load (i32.const 64)) (i32.const 6))
            (then (return (i32.const 6))))
        (if (call $fd_close (local.get $file)) (then (return (i32.const 7))))
        (if (call $fd_readdir (i32.const 3) (i32.const 1024) (i32.const 512) (i64.const 0)
                (i32.const 64))
            (then (return (i32.const 8))))
        (if (call $random_get (i32.const 1024) (i32.const 16)) (then (return (i32.const 9))))
        (if (call $clock_time_get (i32.const 1) (i64.const 1) (i32.const 72))
            (then (return (i32.const 10))))
        ;; Two subscriptions to the monotonic clock, to one and to two milliseconds from now.
        (i32.store (i32.const 2064) (i32.const 1))
        (i64.store (i32.const 2072) (i64.const 1000000))
        (i32.store (i32.const 2112) (i32.const 1))
        (i64.store (i32.const 2120) (i64.const 2000000))
        (if (call $poll_oneoff (i32.const 2048) (i32.const 4096) (i32.const 2) (i32.const 64))
            (then (return (i32.const 11))))
        (i32.const 0)))"#;

/// The data of a store: what the program's host function does.
type Host = Box<dyn FnMut() + Send>;

/// An instance of the program.
struct Guest {
    store: Store<Host>,
    instance: Instance,
    output: MemoryOutputPipe,
}

impl Guest {
    fn new(folder: &Path) -> Result<Guest> {
        Guest::with_host(folder, || {})
    }

    /// Creates a program with that host function.
    fn with_host(folder: &Path, host: impl FnMut() + Send + 'static) -> Result<Guest> {
        let mut config = Config::new();
        config.parallel_compilation(false);
        let engine = Engine::new(&config)?;
        let module = Module::new(&engine, PROGRAM)?;
        let mut linker = Linker::new(&engine);
        wasi::add_to_linker(&mut linker)?;
        linker.func_wrap("host", "call", |mut caller: Caller<'_, Host>| {
            (caller.data_mut())()
        })?;
        let output = MemoryOutputPipe::new(100);
        let mut builder = WasiCtxBuilder::new();
        builder.preopened_dir(folder, "/", FsPerms::ReadWrite)?;
        builder.stdout(output.clone());
        let host: Host = Box::new(host);
        let mut store = Store::new(&engine, host);
        store.set_wasi(builder.build_p1())?;
        let instance = linker.instantiate(&mut store, &module)?;
        Ok(Guest {
            store,
            instance,
            output,
        })
    }

    /// Calls the function that uses every kind of WASI function.
    fn run(&mut self) -> Result<()> {
        let run = self.get::<i32>("run");
        assert_eq!(run.call(&mut self.store, ())?, 0);
        assert_eq!(self.output.contents(), b"hello\n");
        Ok(())
    }

    fn get<R: WasmResults>(&mut self, name: &str) -> TypedFunc<(), R> {
        self.instance.get_typed_func(&mut self.store, name).unwrap()
    }
}

fn all(folder: &Path) {
    Guest::new(folder).unwrap().run().unwrap();
}

fn multi() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

fn current() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

macro_rules! case {
    ($name:ident, |$folder:ident| $body:expr) => {
        #[test]
        fn $name() {
            let directory = crate::directory(concat!("wasi_in_tokio_", stringify!($name)));
            alone(concat!("wasi_in_tokio::", stringify!($name)), || {
                let $folder = directory.as_path();
                $body
            });
        }
    };
}

case!(no_runtime, |f| all(f));
case!(multi_main, |f| multi().block_on(async { all(f) }));
case!(multi_task, |f| {
    let f = f.to_owned();
    multi().block_on(async { tokio::spawn(async move { all(&f) }).await.unwrap() })
});
case!(multi_blocking, |f| {
    let f = f.to_owned();
    multi().block_on(async { spawn_blocking(move || all(&f)).await.unwrap() })
});
case!(multi_in_place, |f| {
    let f = f.to_owned();
    multi().block_on(async {
        tokio::spawn(async move { block_in_place(|| all(&f)) })
            .await
            .unwrap()
    })
});
case!(multi_enter, |f| {
    let rt = multi();
    let _e = rt.enter();
    all(f)
});
case!(multi_enter_down, |f| {
    let rt = multi();
    let h = rt.handle().clone();
    drop(rt);
    let _e = h.enter();
    all(f)
});
case!(multi_no_drivers, |f| {
    let rt = Builder::new_multi_thread().build().unwrap();
    let _e = rt.enter();
    all(f)
});
case!(current_main, |f| current().block_on(async { all(f) }));
case!(current_task, |f| {
    let f = f.to_owned();
    let rt = current();
    let j = rt.spawn(async move { all(&f) });
    rt.block_on(j).unwrap()
});
case!(current_blocking, |f| {
    let f = f.to_owned();
    current().block_on(async { spawn_blocking(move || all(&f)).await.unwrap() })
});
case!(current_enter, |f| {
    let rt = current();
    let _e = rt.enter();
    all(f)
});
case!(local_set, |f| multi().block_on(async {
    LocalSet::new().run_until(async { all(f) }).await
}));
case!(few_blocking, |f| {
    let rt = Builder::new_multi_thread()
        .worker_threads(1)
        .max_blocking_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let f = f.to_owned();
    rt.block_on(async { spawn_blocking(move || all(&f)).await.unwrap() })
});
case!(untyped_multi_task, |f| {
    let f = f.to_owned();
    multi().block_on(async {
        tokio::spawn(async move {
            let mut g = Guest::new(&f).unwrap();
            let w = g.instance.get_func(&mut g.store, "write").unwrap();
            let mut r = [Val::I32(7)];
            let e = w.call(&mut g.store, &[], &mut r);
            println!("{e:?} {r:?}");
        })
        .await
        .unwrap()
    })
});
case!(drop_in_task, |f| {
    let mut g = Guest::new(f).unwrap();
    let o = g.get::<i32>("open");
    assert_eq!(o.call(&mut g.store, ()).unwrap(), 0);
    let w = g.get::<i32>("write");
    assert_eq!(w.call(&mut g.store, ()).unwrap(), 0);
    current().block_on(async move {
        drop(g);
        yield_now().await;
    })
});
