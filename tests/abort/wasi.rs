//! WASI programs that call any function with any arguments, and write anywhere.

use crate::subprocess::Subprocess;
use crate::{alone, assert_panics};
use libwasmtime::wasi::{FsPerms, MemoryInputPipe, MemoryOutputPipe, WasiCtxBuilder, WasiP1Ctx};
use libwasmtime::*;
use std::io::{self, Write};
use std::panic::panic_any;
use std::result::Result::{Err, Ok};

const WASI: &str = "wasi_snapshot_preview1";

/// Every function of WASI preview 1.
const FUNCTIONS: &[&str] = &[
    "args_get",
    "args_sizes_get",
    "clock_res_get",
    "clock_time_get",
    "environ_get",
    "environ_sizes_get",
    "fd_advise",
    "fd_allocate",
    "fd_close",
    "fd_datasync",
    "fd_fdstat_get",
    "fd_fdstat_set_flags",
    "fd_fdstat_set_rights",
    "fd_filestat_get",
    "fd_filestat_set_size",
    "fd_filestat_set_times",
    "fd_pread",
    "fd_prestat_dir_name",
    "fd_prestat_get",
    "fd_pwrite",
    "fd_read",
    "fd_readdir",
    "fd_renumber",
    "fd_seek",
    "fd_sync",
    "fd_tell",
    "fd_write",
    "path_create_directory",
    "path_filestat_get",
    "path_filestat_set_times",
    "path_link",
    "path_open",
    "path_readlink",
    "path_remove_directory",
    "path_rename",
    "path_symlink",
    "path_unlink_file",
    "poll_oneoff",
    "proc_exit",
    "proc_raise",
    "random_get",
    "sched_yield",
    "sock_accept",
    "sock_recv",
    "sock_send",
    "sock_shutdown",
];

fn linker(engine: &Engine) -> Linker<()> {
    let mut linker = Linker::new(engine);
    wasi::add_to_linker(&mut linker).expect("nothing is defined yet");
    linker
}

/// Returns a program that passes its arguments on to a function of WASI.
fn wrapper(store: &mut Store<()>, name: &str) -> Func {
    let engine = store.engine().clone();
    let mut linker = linker(&engine);
    let ty = linker.get(&mut *store, WASI, name).expect(name).ty(&*store);
    let ty = ty.unwrap_func();
    let list = |of: &str, types: Vec<ValType>| match types.is_empty() {
        true => String::new(),
        false => {
            let types: Vec<_> = types.iter().map(ToString::to_string).collect();
            format!("({of} {})", types.join(" "))
        }
    };
    let types = list("param", ty.params().collect()) + &list("result", ty.results().collect());
    let args: String = (0..ty.params().len())
        .map(|i| format!("(local.get {i})"))
        .collect();
    let wat = format!(
        r#"(module (import "{WASI}" "{name}" (func $f {types}))
            (memory (export "memory") 1 2)
            (func (export "run") {types} (call $f {args})))"#
    );
    let module = Module::new(&engine, wat).expect("it is valid");
    linker.allow_shadowing(true);
    let instance = linker
        .instantiate(&mut *store, &module)
        .expect("it has all");
    instance.get_func(&mut *store, "run").expect("exported")
}

/// Returns a directory that a program may do anything to.
fn playground(test: &str) -> std::path::PathBuf {
    let folder = crate::directory(test);
    std::fs::write(folder.join("file"), "text").expect("it is writable");
    folder
}

#[test]
fn functions_with_any_arguments() {
    let folder = playground("wasi_functions");
    alone("wasi::functions_with_any_arguments", || {
        let engine = Engine::default();
        for name in FUNCTIONS {
            println!("{name}");
            for seed in 0..60u64 {
                let mut store = Store::new(&engine, ());
                let mut builder = WasiCtxBuilder::new();
                builder
                    .preopened_dir(&folder, "/", FsPerms::ReadWrite)
                    .unwrap();
                builder.stdin(MemoryInputPipe::new("input"));
                builder.stdout(MemoryOutputPipe::new(10));
                builder.arg("an argument").env("NAME", "value");
                store.set_wasi(builder.build_p1()).unwrap();
                let run = wrapper(&mut store, name);
                let ty = run.ty(&store);
                // So that it doesn't wait for ever.
                let numbers: &[u64] = match *name {
                    "poll_oneoff" => &[0, 8, 65535, u64::MAX],
                    _ => &[
                        0,
                        1,
                        2,
                        3,
                        4,
                        8,
                        100,
                        65532,
                        65536,
                        1 << 31,
                        1 << 62,
                        u64::MAX,
                    ],
                };
                let mut random = seed;
                let mut pick = || {
                    random = random
                        .wrapping_mul(6364136223846793005)
                        .wrapping_add(1442695040888963407);
                    numbers[(random >> 33) as usize % numbers.len()]
                };
                let args: Vec<_> = ty
                    .params()
                    .map(|ty| match ty {
                        ValType::I64 => Val::I64(pick() as i64),
                        _ => Val::I32(pick() as i32),
                    })
                    .collect();
                let mut results = vec![Val::I32(0); ty.results().len()];
                for _ in 0..2 {
                    drop(run.call(&mut store, &args, &mut results));
                }
            }
        }
    });
}

/// Times that are further away than any clock can say.
#[test]
fn clocks_without_end() {
    alone("wasi::clocks_without_end", || {
        let mut store = Store::<()>::default();
        store.set_wasi(WasiCtxBuilder::new().build_p1()).unwrap();
        let poll = wrapper(&mut store, "poll_oneoff");
        let wat = format!(
            r#"(module (import "{WASI}" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
                (memory (export "memory") 1)
                (func (export "run") (param $clock i32) (param $timeout i64) (param $flags i32) (result i32)
                    ;; A subscription to the time given, and one to now.
                    (i32.store (i32.const 16) (local.get $clock))
                    (i64.store (i32.const 24) (local.get $timeout))
                    (i64.store (i32.const 32) (local.get $timeout))
                    (i32.store16 (i32.const 40) (local.get $flags))
                    (i32.store (i32.const 64) (i32.const 1))
                    (call $poll (i32.const 0) (i32.const 1000) (i32.const 2) (i32.const 2000))))"#
        );
        assert_eq!(poll.ty(&store).params().len(), 4);
        let module = Module::new(store.engine(), wat).unwrap();
        let instance = linker(store.engine())
            .instantiate(&mut store, &module)
            .unwrap();
        let run = instance
            .get_typed_func::<(i32, i64, i32), i32>(&mut store, "run")
            .unwrap();
        for clock in 0..4 {
            for timeout in [0, 1, i64::MAX, i64::MIN, -1] {
                for flags in [0, 1] {
                    println!("{clock} {timeout} {flags}");
                    drop(run.call(&mut store, (clock, timeout, flags)));
                }
            }
        }
    });
}

#[test]
fn without_a_context() {
    alone("wasi::without_a_context", || {
        let engine = Engine::default();
        let wat = format!(
            r#"(module (import "{WASI}" "sched_yield" (func $f (result i32)))
                (func (export "_start") (drop (call $f)))
                (func (export "") (drop (call $f))))"#
        );
        let module = Module::new(&engine, wat).unwrap();
        let mut linker = linker(&engine);
        let pre = linker.instantiate_pre(&module).unwrap();
        let mut store = Store::new(&engine, ());
        linker.instantiate(&mut store, &module).unwrap_err();
        pre.instantiate(&mut store).unwrap_err();
        assert!(linker.get(&mut store, WASI, "sched_yield").is_err());
        linker.module(&mut store, "command", &module).unwrap();
        let start = linker.get_default(&mut store, "command").unwrap();
        start.call(&mut store, &[], &mut []).unwrap_err();
        // A function of WASI that was looked up for a store with a context can't be used
        // with others.
        let mut other = Store::new(&engine, ());
        other.set_wasi(WasiCtxBuilder::new().build_p1()).unwrap();
        let Ok(Extern::Func(found)) = linker.get(&mut other, WASI, "sched_yield") else {
            panic!("not found");
        };
        let mut results = [Val::I32(0)];
        drop(found.call(&mut other, &[], &mut results));
        assert_panics("a function of WASI in another store", || {
            drop(found.call(&mut store, &[], &mut results));
        });
        store.set_wasi(WasiCtxBuilder::new().build_p1()).unwrap();
        store.set_wasi(WasiCtxBuilder::new().build_p1()).unwrap();
        pre.instantiate(&mut store).unwrap();
    });
}

type Change = fn(&mut WasiCtxBuilder);

/// Arguments that a program can't get, and odd ones that it can.
const CONTEXTS: &[(&str, bool, Change)] = &[
    ("an argument with a NUL", false, |b| _ = b.arg("a\0b")),
    ("an empty argument", true, |b| _ = b.arg("")),
    ("a huge argument", true, |b| _ = b.arg("x".repeat(1 << 20))),
    ("many arguments", true, |b| _ = b.args(&["x"; 10_000])),
    ("a name with a NUL", false, |b| _ = b.env("a\0b", "")),
    ("a value with a NUL", false, |b| _ = b.env("a", "\0")),
    ("an empty name", true, |b| _ = b.env("", "")),
    ("a name with an equals sign", true, |b| {
        _ = b.env("a=b", "c")
    }),
    ("no file for input", false, |b| {
        _ = b.stdin_file("no such file")
    }),
    ("no name of a file", false, |b| _ = b.stdin_file("")),
    ("a NUL in the name of a file", false, |b| {
        _ = b.stdin_file("a\0b")
    }),
    ("a directory for output", false, |b| _ = b.stdout_file("/")),
    ("a file in no directory", false, |b| {
        _ = b.stderr_file("no such/file")
    }),
    ("a NUL in the name for output", false, |b| {
        _ = b.stderr_file("\0")
    }),
    #[cfg(target_os = "linux")]
    ("a file that is always full", true, |b| {
        _ = b.stdout_file("/dev/full")
    }),
    #[cfg(unix)]
    ("a directory for input", true, |b| _ = b.stdin_file("/")),
    ("all of this process", true, |b| {
        b.inherit_args().inherit_stdio().inherit_network();
        b.allow_ip_name_lookup(true);
    }),
];

/// Runs a program that gets its arguments, reads, and writes twice.
fn start(context: WasiP1Ctx) -> Result<()> {
    let mut store = Store::<()>::default();
    store.set_wasi(context)?;
    let wat = format!(
        r#"(module
            (import "{WASI}" "args_get" (func $args (param i32 i32) (result i32)))
            (import "{WASI}" "environ_get" (func $environ (param i32 i32) (result i32)))
            (import "{WASI}" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
            (import "{WASI}" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
            (memory (export "memory") 64)
            (data (i32.const 0) "\08\00\00\00\05\00\00\00hello")
            (func (export "_start")
                (drop (call $args (i32.const 65536) (i32.const 131072)))
                (drop (call $environ (i32.const 65536) (i32.const 131072)))
                (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 100)))
                (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 100)))
                (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 100)))))"#
    );
    let module = Module::new(store.engine(), wat)?;
    let instance = linker(store.engine()).instantiate(&mut store, &module)?;
    let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
    start.call(&mut store, ())
}

#[test]
fn contexts() {
    alone("wasi::contexts", || {
        for (name, possible, change) in CONTEXTS {
            println!("{name}");
            let mut builder = WasiCtxBuilder::new();
            change(&mut builder);
            let outcome = start(builder.build_p1());
            assert_eq!(outcome.is_ok(), *possible, "{name}: {outcome:?}");
        }
        for (host, guest) in [
            ("no such", "a"),
            ("", "a"),
            ("a\0b", "a"),
            ("/", "a\0b"),
            ("/", ""),
        ] {
            println!("{host:?} as {guest:?}");
            let mut builder = WasiCtxBuilder::new();
            if builder
                .preopened_dir(host, guest, FsPerms::ReadOnly)
                .is_ok()
            {
                drop(start(builder.build_p1()));
            }
        }
        let mut builder = WasiCtxBuilder::new();
        builder.inherit_args();
        start(builder.build_p1()).unwrap();
        // A second context works, whether or not the first was used.
        drop(start(builder.build_p1()));
    });
}

/// An environment that isn't Unicode.
#[cfg(unix)]
#[test]
fn environments_of_any_bytes() {
    use std::os::unix::ffi::OsStrExt;
    let odd = std::ffi::OsStr::from_bytes(b"\xff\xfe");
    let mut process = Subprocess::new("wasi::environments_of_any_bytes");
    process.command().env("ODD", odd).env(odd, "odd");
    process.run(|| {
        let mut builder = WasiCtxBuilder::new();
        builder.inherit_env();
        let error = start(builder.build_p1()).unwrap_err();
        assert!(format!("{error:#}").contains("Unicode"), "{error:#}");
        start(WasiCtxBuilder::new().build_p1()).unwrap();
    });
}

/// A number of threads that libwasmtime's runtime for WASI doesn't accept.
#[test]
fn no_threads_to_run_on() {
    for count in ["0", "-1", "many", "", "1"] {
        let mut process = Subprocess::new("wasi::no_threads_to_run_on");
        process.command().env("TOKIO_WORKER_THREADS", count);
        process.run(|| {
            // Within the process the variable has the given value.
            let count = std::env::var("TOKIO_WORKER_THREADS").unwrap();
            // A file as the input starts the runtime before any function is called.
            let mut builder = WasiCtxBuilder::new();
            builder.stdin_file(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
            for outcome in [start(builder.build_p1()), print(io::sink())] {
                println!("{count:?}: {outcome:?}");
                assert_eq!(outcome.is_ok(), count == "1");
            }
        });
        if crate::subprocess::inside() {
            return;
        }
    }
}

/// A writer that calls a closure.
struct Writer<F>(F);

impl<F: FnMut(&[u8]) -> io::Result<usize>> Write for Writer<F> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        (self.0)(piece)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic_any(Bomb);
    }
}

/// Runs it with that output.
fn print(writer: impl Write + Send + 'static) -> Result<()> {
    let mut builder = WasiCtxBuilder::new();
    builder.stdout(writer);
    start(builder.build_p1())
}

#[test]
fn writers() {
    alone("wasi::writers", || {
        println!("nothing is written");
        drop(print(Writer(|_: &[u8]| Ok(0))));
        println!("as little as possible is written");
        drop(print(Writer(|_: &[u8]| Ok(1))));
        for code in [i32::MIN, -1, 0, 1, 11, 1 << 20, i32::MAX] {
            println!("error {code}");
            drop(print(Writer(move |_: &[u8]| {
                Err(io::Error::from_raw_os_error(code))
            })));
        }
        for kind in [
            io::ErrorKind::BrokenPipe,
            io::ErrorKind::WouldBlock,
            io::ErrorKind::Other,
        ] {
            println!("{kind}");
            drop(print(Writer(move |_: &[u8]| Err(kind.into()))));
        }
        println!("a panic");
        drop(print(Writer(|_: &[u8]| panic!("no"))));
        println!("a panic that panics");
        drop(print(Writer(|_: &[u8]| panic_any(Bomb))));
        println!("another program");
        let nested = Writer(|piece: &[u8]| {
            print(Writer(|piece: &[u8]| Ok(piece.len()))).map_err(io::Error::other)?;
            Ok(piece.len())
        });
        print(nested).unwrap();
        println!("a panic where it is dropped");
        let bomb = Bomb;
        let writer = Writer(move |piece: &[u8]| {
            _ = &bomb;
            Ok(piece.len())
        });
        assert_panics("a writer's drop", || drop(print(writer)));
    });
}

/// A context that replaces the one in use.
#[test]
fn contexts_within_calls() {
    alone("wasi::contexts_within_calls", || {
        let mut store = Store::<()>::default();
        store.set_wasi(WasiCtxBuilder::new().build_p1()).unwrap();
        let yields = wrapper(&mut store, "sched_yield");
        let host = Func::wrap(&mut store, move |mut caller: Caller<'_, ()>| {
            let mut other = Store::<()>::default();
            other.set_wasi(WasiCtxBuilder::new().build_p1())?;
            let f = wrapper(&mut other, "sched_yield");
            f.call(&mut other, &[], &mut [Val::I32(0)])?;
            yields.call(&mut caller, &[], &mut [Val::I32(0)])
        });
        host.call(&mut store, &[], &mut []).unwrap();
    });
}
