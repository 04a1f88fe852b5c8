//! WASI preview 1.

mod args;
mod context;
mod dirs;
mod exit;
mod pipe;
mod source;
mod stdin;
mod stdout;
mod writers;

use libwasmtime::wasi::{self, WasiCtxBuilder, WasiP1Ctx};
use libwasmtime::{Engine, Instance, Linker, Memory, Module, Result, Store, Val};
use std::path::PathBuf;
use std::process::{Command, Output};
use std::{env, fs};

/// Functions of WASI that return an error number, with their parameters.
const FUNCTIONS: [(&str, &str); 12] = [
    ("args_get", "i32 i32"),
    ("args_sizes_get", "i32 i32"),
    ("environ_get", "i32 i32"),
    ("environ_sizes_get", "i32 i32"),
    ("fd_close", "i32"),
    ("fd_prestat_dir_name", "i32 i32 i32"),
    ("fd_prestat_get", "i32 i32"),
    ("fd_read", "i32 i32 i32 i32"),
    ("fd_write", "i32 i32 i32 i32"),
    ("path_create_directory", "i32 i32 i32"),
    ("path_open", "i32 i32 i32 i32 i32 i64 i64 i32 i32"),
    ("path_unlink_file", "i32 i32 i32"),
];

/// Returns a module that exports functions which call those of WASI, so that a test can say
/// what is done in the guest.
fn wat() -> String {
    let mut wat = String::from("(module ");
    for (name, params) in FUNCTIONS {
        wat += &format!(
            r#"(import "wasi_snapshot_preview1" "{name}" (func ${name} (param {params}) (result i32)))"#
        );
    }
    wat += r#"
        (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
        (memory (export "memory") 4)
        (func (export "proc_exit") (param i32) (result i32)
            (call $proc_exit (local.get 0))
            unreachable)
    "#;
    for (name, params) in FUNCTIONS {
        let gets: String = (0..params.split(' ').count())
            .map(|index| format!("(local.get {index})"))
            .collect();
        wat += &format!(
            r#"(func (export "{name}") (param {params}) (result i32) (call ${name} {gets}))"#
        );
    }
    wat + ")"
}

/// The address of the guest's numbers.
const NUMBERS: usize = 0;

/// The address of the guest's texts.
const TEXT: usize = 1024;

/// The length of the longest text.
const TEXT_LEN: usize = 3 * 64 * 1024;

/// An error number of WASI.
type Errno = i32;

const BADF: Errno = 8;
const IO: Errno = 29;
const NOENT: Errno = 44;

/// A program under the control of a test.
struct Guest {
    store: Store<()>,
    instance: Instance,
    memory: Memory,
}

impl Guest {
    #[track_caller]
    fn new(wasi: &mut WasiCtxBuilder) -> Guest {
        Guest::of(wasi.build_p1()).expect("the context is fine")
    }

    fn of(wasi: WasiP1Ctx) -> Result<Guest> {
        let engine = Engine::default();
        let mut store = Store::new(&engine, ());
        store.set_wasi(wasi)?;
        let mut linker = Linker::new(&engine);
        wasi::add_to_linker(&mut linker)?;
        let instance = linker.instantiate(&mut store, &Module::new(&engine, wat())?)?;
        let memory = instance.get_memory(&mut store, "memory").unwrap();
        Ok(Guest {
            store,
            instance,
            memory,
        })
    }

    /// Calls a function, which returns an error number.
    fn try_call(&mut self, name: &str, params: &[Val]) -> Result<Errno> {
        let function = self.instance.get_func(&mut self.store, name).unwrap();
        let mut results = [Val::I32(-1)];
        function.call(&mut self.store, params, &mut results)?;
        Ok(results[0].unwrap_i32())
    }

    #[track_caller]
    fn call(&mut self, name: &str, params: &[i32]) -> Result<(), Errno> {
        let params: Vec<_> = params.iter().copied().map(Val::I32).collect();
        match self.try_call(name, &params).expect("it doesn't trap") {
            0 => Ok(()),
            errno => Err(errno),
        }
    }

    fn number(&self, index: usize) -> usize {
        let mut number = [0; 4];
        let at = NUMBERS + 4 * index;
        self.memory.read(&self.store, at, &mut number).unwrap();
        u32::from_le_bytes(number) as usize
    }

    fn set_number(&mut self, index: usize, number: usize) {
        let number = u32::try_from(number).unwrap().to_le_bytes();
        let at = NUMBERS + 4 * index;
        self.memory.write(&mut self.store, at, &number).unwrap();
    }

    fn text(&self, len: usize) -> &[u8] {
        &self.memory.data(&self.store)[TEXT..][..len]
    }

    fn set_text(&mut self, text: &[u8]) {
        assert!(text.len() <= TEXT_LEN);
        self.memory.write(&mut self.store, TEXT, text).unwrap();
    }

    /// Returns the texts that `{name}_sizes_get` and `{name}_get` return.
    fn strings(&mut self, name: &str) -> Vec<String> {
        self.call(&format!("{name}_sizes_get"), &[0, 4]).unwrap();
        let (count, len) = (self.number(0), self.number(1));
        self.call(&format!("{name}_get"), &[8, TEXT as i32])
            .unwrap();
        let text = String::from_utf8(self.text(len).to_vec()).unwrap();
        let strings: Vec<_> = text.split_terminator('\0').map(String::from).collect();
        assert_eq!(strings.len(), count);
        strings
    }

    fn args(&mut self) -> Vec<String> {
        self.strings("args")
    }

    fn env(&mut self) -> Vec<String> {
        self.strings("environ")
    }

    /// Writes a piece. Returns how much of it was written.
    #[track_caller]
    fn write(&mut self, fd: i32, piece: &[u8]) -> Result<usize, Errno> {
        self.set_text(piece);
        self.set_number(0, TEXT);
        self.set_number(1, piece.len());
        self.call("fd_write", &[fd, 0, 1, 8])?;
        Ok(self.number(2))
    }

    /// Reads a piece.
    #[track_caller]
    fn read(&mut self, fd: i32, len: usize) -> Result<Vec<u8>, Errno> {
        self.set_number(0, TEXT);
        self.set_number(1, len);
        self.call("fd_read", &[fd, 0, 1, 8])?;
        Ok(self.text(self.number(2)).to_vec())
    }

    /// Reads everything.
    #[track_caller]
    fn read_to_end(&mut self, fd: i32) -> Result<Vec<u8>, Errno> {
        let mut bytes = Vec::new();
        loop {
            let piece = self.read(fd, 4096)?;
            if piece.is_empty() {
                return Ok(bytes);
            }
            bytes.extend(piece);
        }
    }

    /// Performs an operation on a path in a directory.
    #[track_caller]
    fn path(&mut self, name: &str, dir: i32, path: &str) -> Result<(), Errno> {
        self.set_text(path.as_bytes());
        self.call(name, &[dir, TEXT as i32, path.len() as i32])
    }
}

/// Returns an empty directory for a test.
fn directory(test: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("wasi")
        .join(test);
    _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    directory
}

/// The variable that marks the process in which a test runs.
const CASE: &str = "LIBWASMTIME_TEST_WASI_CASE";

/// Runs a test of this binary again in a process of its own, which `prepare` sets up and in
/// which `body` is called.
///
/// Returns what the process wrote, or `None` in that process.
#[track_caller]
fn in_process(
    test: &str,
    prepare: impl FnOnce(&mut Command) -> Output,
    body: impl FnOnce(),
) -> Option<Output> {
    if env::var_os(CASE).is_some() {
        body();
        return None;
    }
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args([test, "--exact", "--nocapture"])
        .env(CASE, "yes");
    let output = prepare(&mut command);
    assert!(
        output.status.success() && contains(&output.stdout, b"1 passed"),
        "{}\n{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Some(output)
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// Returns the text of an error, with its causes.
#[track_caller]
fn error_of<T>(result: Result<T>) -> String {
    match result {
        Ok(_) => panic!("there was no error"),
        Err(error) => format!("{error:#}"),
    }
}
