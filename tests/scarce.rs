//! A system that refuses more threads, file descriptors or addresses when libwasmtime first
//! needs them.

#[path = "harness/mod.rs"]
mod harness;
#[path = "abort/limits.rs"]
mod limits;
#[path = "subprocess/mod.rs"]
mod subprocess;

use harness::{Need, leave_out};
use libwasmtime::*;
use limits::limited;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::result::Result::Ok;
use subprocess::Subprocess;

fn main() -> ExitCode {
    // A shell sets the limits.
    let tests: &[_] = match cfg!(unix) {
        true => &[TESTS, for_wasi::TESTS],
        false => &[],
    };
    harness::run(&["scarce.rs"], tests)
}

/// Returns a process whose threads have stacks for which no address space is large enough.
fn without_threads(test: &'static str) -> Subprocess {
    let mut process = limited(test, "");
    process
        .command()
        .env("RUST_MIN_STACK", (1u64 << 48).to_string());
    process
}

/// Returns a process with addresses for about seven threads. The user's limit of threads
/// isn't used, as it counts all of the user's threads and doesn't apply to the superuser.
fn with_few_threads(test: &'static str) -> Subprocess {
    let mut process = limited(test, "ulimit -v 4194304 &&");
    process
        .command()
        .env("RUST_MIN_STACK", (1u64 << 29).to_string());
    process
}

/// Runs `body` with each of the values, each time in a process of its own.
fn each(values: &[&str], process: impl Fn(&str) -> Subprocess, body: impl Fn(&str)) {
    const VALUE: &str = "LIBWASMTIME_TEST_VALUE";
    if subprocess::inside() {
        let value = std::env::var(VALUE).unwrap();
        process(&value).run(|| body(&value));
        return;
    }
    for value in values {
        let mut process = process(value);
        process.command().env(VALUE, value);
        process.run(|| unreachable!("it runs there"));
    }
}

/// Asserts that the system refused, and that the error says what to do.
#[track_caller]
fn assert_refused<T>(outcome: Result<T>, remedy: &str) {
    let error = outcome.err().expect("the system refuses");
    assert!(error.is::<io::Error>(), "{error:?}");
    assert!(error.to_string().contains(remedy), "{error:?}");
}

const MODULE: &str = r#"(module
    (memory (export "memory") 1)
    (data (i32.const 0) "text")
    (func (export "f") (result i32) (i32.load8_u (i32.const 0))))"#;

/// Returns an engine whose memories take few addresses.
fn engine(change: impl FnOnce(&mut Config)) -> Result<Engine> {
    let mut config = Config::new();
    config
        .memory_reservation(1 << 20)
        .memory_guard_size(1 << 16);
    change(&mut config);
    Engine::new(&config)
}

fn one_by_one(config: &mut Config) {
    config.parallel_compilation(false);
}

/// Compiles and runs a module.
fn run(engine: &Engine) -> Result<()> {
    let module = Module::new(engine, MODULE)?;
    let mut store = Store::new(engine, ());
    let instance = Instance::new(&mut store, &module, &[])?;
    let f = instance.get_typed_func::<(), i32>(&mut store, "f")?;
    assert_eq!(f.call(&mut store, ())?, i32::from(b't'));
    Ok(())
}

fn no_threads_to_compile_on() {
    without_threads("no_threads_to_compile_on").run(|| {
        let parallel = Engine::default();
        let binary = wat2wasm(MODULE).unwrap();
        for _ in 0..2 {
            assert_refused(Module::new(&parallel, MODULE), "parallel_compilation");
            assert_refused(parallel.precompile_module(&binary), "RAYON_NUM_THREADS");
            assert_refused(Module::validate(&parallel, &binary), "ulimit -u");
            #[cfg(feature = "standard")]
            {
                let store = standard::Store::new(&parallel);
                assert_refused(standard::Module::new(&store, &binary), "container");
                assert_refused(standard::Module::validate(&store, &binary), "container");
            }
        }
        // Limits of tables are found out by compiling.
        #[cfg(feature = "gc")]
        {
            let ty = TableType::new64(RefType::FUNCREF, 0, Some(1 << 40));
            let mut store = Store::new(&parallel, ());
            drop(Table::new(&mut store, ty, Ref::Func(None)));
        }
        let engine = engine(one_by_one).unwrap();
        Module::validate(&engine, &binary).unwrap();
        run(&engine).unwrap();
    });
}

fn few_threads_to_compile_on() {
    let process = |count: &str| {
        let mut process = with_few_threads("few_threads_to_compile_on");
        process.command().env("RAYON_NUM_THREADS", count);
        process
    };
    each(&["1", "2", "0", "50"], process, |count| {
        let parallel = engine(|_| {}).unwrap();
        match count {
            // As many as there are processors; it may fail.
            "0" => drop(run(&parallel)),
            "50" => assert_refused(run(&parallel), "takes 50 threads"),
            _ => run(&parallel).unwrap(),
        }
        run(&engine(one_by_one).unwrap()).unwrap();
    });
}

/// A limit of exactly the needed threads: those that were started to try must have ended
/// when libwasmtime starts its own.
#[cfg(target_os = "linux")]
fn just_as_many_threads_as_it_takes() {
    use std::os::unix::{fs::MetadataExt, process::CommandExt};

    const NOBODY_ELSE: u32 = 1_900_000_047;
    // Limits of threads don't apply to the superuser. Only the superuser can become another
    // user, who may not have access to the superuser's files.
    let superuser = fs::metadata("/proc/self").unwrap().uid() == 0;
    let mut list = Command::new(std::env::current_exe().unwrap());
    list.arg("--list").uid(NOBODY_ELSE);
    let possible = superuser && list.output().is_ok();
    if !possible && !subprocess::inside() {
        let why = "only root can start a process of another user";
        leave_out(Need::Superuser, why);
    }
    let process = |limit: &str| {
        let limits = format!("ulimit -u {limit} 2> /dev/null || ulimit -p {limit};");
        let mut process = limited("just_as_many_threads_as_it_takes", &limits);
        let command = process.command();
        command.env("RAYON_NUM_THREADS", "8").uid(NOBODY_ELSE);
        process
    };
    // Eight, the main thread, and perhaps one that runs the test.
    each(&["8", "9", "10", "11"], process, |limit| {
        let compiled = run(&Engine::default());
        match limit {
            "8" => assert_refused(compiled, "takes 8 threads"),
            "11" => compiled.unwrap(),
            _ => println!("{compiled:?}"),
        }
    });
}

mod for_wasi {
    use super::*;
    use libwasmtime::wasi::{self, FsPerms, WasiCtxBuilder};

    const PROGRAM: &str = r#"(module
        (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
        (import "wasi_snapshot_preview1" "fd_read"
            (func $read (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "path_filestat_get"
            (func $stat (param i32 i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "\64\00\00\00\01\00\00\00.")
        (func (export "_start")
            (drop (call $yield))
            (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))
            (drop (call $stat
                (i32.const 3) (i32.const 0) (i32.const 8) (i32.const 1) (i32.const 32)))))"#;

    /// Compiles, and then runs a program that waits, reads its input and looks at a
    /// file.
    pub fn run(change: impl FnOnce(&mut WasiCtxBuilder)) -> Result<()> {
        let engine = engine(|config| {
            one_by_one(config);
        })?;
        let mut store = Store::new(&engine, ());
        let mut builder = WasiCtxBuilder::new();
        builder.preopened_dir("/", "/", FsPerms::ReadOnly)?;
        change(&mut builder);
        store.set_wasi(builder.build_p1())?;
        let mut linker = Linker::new(&engine);
        wasi::add_to_linker(&mut linker)?;
        let program = Module::new(&engine, PROGRAM)?;
        let instance = linker.instantiate(&mut store, &program)?;
        let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
        start.call(&mut store, ())
    }

    fn no_threads() {
        without_threads("for_wasi::no_threads").run(|| {
            for _ in 0..2 {
                assert_refused(run(|_| {}), "TOKIO_WORKER_THREADS");
                assert_refused(run(reads_a_file), "TOKIO_WORKER_THREADS");
            }
        });
    }

    fn few_threads() {
        let process = |count: &str| {
            let mut process = with_few_threads("for_wasi::few_threads");
            process.command().env("TOKIO_WORKER_THREADS", count);
            process
        };
        each(&["1", "50"], process, |count| {
            let ran = run(|builder| _ = builder.inherit_stdin());
            match count {
                "50" => assert_refused(ran, "takes 52 threads"),
                _ => ran.unwrap(),
            }
        });
    }

    /// With any number of free descriptors, a program runs, or it is an error.
    fn few_descriptors() {
        let process = |_: &str| limited("for_wasi::few_descriptors", "ulimit -n 100 &&");
        let cases = (0..=10).flat_map(|left| ["file", "process"].map(|of| format!("{left} {of}")));
        let cases: Vec<_> = cases.collect();
        let cases: Vec<_> = cases.iter().map(String::as_str).collect();
        each(&cases, process, |case| {
            let (left, input) = case.split_once(' ').unwrap();
            let left: usize = left.parse().unwrap();
            libwasmtime::load().unwrap();
            let mut files = Vec::new();
            while let Ok(file) = File::open("/dev/null") {
                files.push(file);
            }
            files.truncate(files.len() - left);
            // Everything else that uses descriptors.
            _ = super::run(&Engine::default());
            let change = match input {
                "file" => reads_a_file,
                _ => reads_of_the_process,
            };
            let ran = run(change);
            match left {
                0..6 => assert!(ran.is_err()),
                6..10 => println!("{ran:?}"),
                _ => ran.unwrap(),
            }
            drop(files);
            run(|_| {}).unwrap();
        });
    }

    fn reads_a_file(builder: &mut WasiCtxBuilder) {
        builder.stdin_file("/dev/null");
    }

    fn reads_of_the_process(builder: &mut WasiCtxBuilder) {
        builder.inherit_stdin();
    }

    crate::tests![no_threads, few_threads, few_descriptors];
}

/// With any amount of free address space, modules run, or it is an error.
#[cfg(target_os = "linux")]
fn few_addresses() {
    let process = |mib: &str| {
        let limits = format!("ulimit -v $(({mib} * 1024)) &&");
        limited("few_addresses", &limits)
    };
    // Less may not be enough for libwasmtime, or for this program.
    let limits: Vec<_> = (1..=16).map(|step| (224 + step * 16).to_string()).collect();
    let limits: Vec<_> = limits.iter().map(String::as_str).collect();
    each(&limits, process, |_| {
        if libwasmtime::load().is_err() {
            return;
        }
        println!("{:?}", run(&Engine::default()));
        println!("{:?}", run(&engine(|_| {}).unwrap()));
        println!("{:?}", for_wasi::run(|_| {}));
    });
}

/// A thread gets its stack, but then no addresses are left for its other needs.
#[cfg(target_os = "linux")]
fn too_few_addresses_for_a_thread_that_runs() {
    let process = |kib: &str| {
        let limits = format!("ulimit -v {kib} &&");
        let name = "too_few_addresses_for_a_thread_that_runs";
        let mut process = limited(name, &limits);
        // Small stacks, so that the addresses run out in many places.
        let command = process.command();
        command.env("RUST_MIN_STACK", (1 << 16).to_string());
        command.env("RAYON_NUM_THREADS", "20000");
        process
    };
    let limits: Vec<_> = (0..12)
        .map(|step| (600_000 + step * 20).to_string())
        .collect();
    let limits: Vec<_> = limits.iter().map(String::as_str).collect();
    each(&limits, process, |_| {
        assert_refused(run(&Engine::default()), "takes 20000 threads");
    });
}

/// Each cache starts a thread.
fn no_thread_for_a_cache() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scarce-cache");
    if !subprocess::inside() {
        _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory).unwrap();
    }
    let mut process = without_threads("no_thread_for_a_cache");
    process.command().env("XDG_CACHE_HOME", &directory);
    process.run(|| {
        let file = directory.join("config.toml");
        fs::write(&file, "[cache]\n").unwrap();
        assert_refused(Cache::from_file(Some(&file)), "without a cache");
        let mut config = CacheConfig::new();
        config.with_directory(&directory);
        assert_refused(Cache::new(config), "without a cache");
    });
}

crate::tests![
    no_threads_to_compile_on,
    few_threads_to_compile_on,
    #[cfg(target_os = "linux")]
    just_as_many_threads_as_it_takes,
    #[cfg(target_os = "linux")]
    few_addresses,
    #[cfg(target_os = "linux")]
    too_few_addresses_for_a_thread_that_runs,
    no_thread_for_a_cache,
];
