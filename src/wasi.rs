//! WASI: a program's arguments, environment, standard streams and files.
//!
//! A [`WasiCtxBuilder`] decides what a program may see of its host. [`Store::set_wasi`] gives
//! that context to a store. [`add_to_linker`] defines the functions of WASI preview 1, which
//! modules import, and `p2` those of WASI 2, which components import:
//!
#![doc = example!(wat)]
//! use libwasmtime::wasi::{self, MemoryOutputPipe, WasiCtxBuilder};
//! use libwasmtime::{Engine, Linker, Module, Store};
//!
//! let engine = Engine::default();
//! let program = Module::new(&engine, r#"
//!     (module
//!         (import "wasi_snapshot_preview1" "fd_write"
//!             (func $fd_write (param i32 i32 i32 i32) (result i32)))
//!         (memory (export "memory") 1)
//!         ;; The address and the length of the text, and the text.
//!         (data (i32.const 0) "\08\00\00\00\06\00\00\00hello\n")
//!         (func (export "_start")
//!             (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
//! "#)?;
//!
//! let mut linker = Linker::new(&engine);
//! wasi::add_to_linker(&mut linker)?;
//!
//! let stdout = MemoryOutputPipe::new(4096);
//! let mut store = Store::new(&engine, ());
//! store.set_wasi(WasiCtxBuilder::new().stdout(stdout.clone()).arg("hello").build_p1())?;
//!
//! let instance = linker.instantiate(&mut store, &program)?;
//! let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
//! start.call(&mut store, ())?;
//! assert_eq!(stdout.contents(), b"hello\n");
//! # Ok::<(), libwasmtime::Error>(())
//! ```
//!
//! The names are those of the crate `wasmtime-wasi`. There the context is a part of the
//! store's data. The C API can't access that, so here the store keeps the context beside its
//! data.
//!
//! When a program calls `proc_exit`, the call returns an error with an
//! [`I32Exit`](crate::I32Exit), which has the exit status. That is so for status 0 as well.
//!
//! ```
//! use libwasmtime::{I32Exit, Result, Store, TypedFunc};
//!
//! /// Runs a program by its function `_start`, and returns its exit status.
//! fn run(store: &mut Store<()>, start: TypedFunc<(), ()>) -> Result<i32> {
//!     match start.call(store, ()) {
//!         Ok(()) => Ok(0),
//!         // `?` passes on any error but an exit, such as a trap.
//!         Err(error) => Ok(error.downcast::<I32Exit>()?.0),
//!     }
//! }
//! # let mut store = Store::<()>::default();
//! # let exit = libwasmtime::Func::wrap(&mut store, || Err::<(), _>(I32Exit(3).into()));
//! # let start = exit.typed(&store)?;
//! # assert_eq!(run(&mut store, start)?, 3);
//! # Ok::<(), libwasmtime::Error>(())
//! ```
//!
//! # Threads
//!
//! libwasmtime starts threads when a WASI function is called for the first time in a process:
//! as many as there are processors, or as the environment variable `TOKIO_WORKER_THREADS`
//! says. It starts another when a function reads or writes a file, which ends after ten
//! seconds without work. libwasmtime aborts if the system refuses one, because of a limit of
//! the user or of the container. So the first [`Store::set_wasi`] of a process tries whether
//! the system starts as many, and returns an error if not. It can't know what the system will
//! refuse later: stay at least one thread below the limit while WASI programs run.
//!
//! # Asynchronous runtimes
//!
//! A WASI function blocks its thread until it is done: while it reads, writes, or waits for a
//! clock. In an asynchronous call it does so as well, and the thread is one of the program's
//! asynchronous runtime. The other tasks of that thread wait as long, and a time limit can't
//! cut off the call. In `tokio`, call a program that may wait for long inside
//! `tokio::task::spawn_blocking`.
//!
//! libwasmtime itself uses the crate `tokio`. With the feature `vendored`, a program that uses
//! `tokio` shares that crate with libwasmtime, and `tokio` doesn't allow a thread that runs
//! tasks to wait. So with `vendored`, if the store has a WASI context, a call or an
//! instantiation
//!
//! - in a task of a multi-thread runtime runs inside `tokio::task::block_in_place`: the other
//!   tasks go on, on another thread. That costs about ten microseconds, and in an asynchronous
//!   call as much for each poll.
//! - in a task of a current-thread runtime, or in a `LocalSet`, returns an error. Call the
//!   program inside `tokio::task::spawn_blocking` there, and asynchronously with
//!   `Handle::block_on` inside of that. Before the error, the panic hook is called in two
//!   cases: in a `LocalSet` of a multi-thread runtime, and if another thread is running the
//!   tasks of the current-thread runtime. If the hook ends the process, or the program was
//!   compiled with `panic = "abort"`, the program ends there.
//!
//! WASI functions then run in libwasmtime's runtime and host functions in the program's.
//!
//! In all other link modes libwasmtime has a `tokio` of its own. A call works in every task,
//! and blocks the thread.
//!
//! # Destructors of thread-locals
//!
//! Don't call a WASI program in the destructor of a `thread_local!`. The runtime has
//! thread-locals of its own. If they are destroyed first, libwasmtime aborts.
//!
//! # After `fork`
//!
//! A child process that `fork` creates has none of the threads of its parent. If a program in
//! the parent has written to a [writer](WasiCtxBuilder::stdout) of the host, a program in the
//! child that writes to it may wait for ever. Run such programs only in the parent, or only in
//! children.

mod builder;
mod config;
#[cfg(all(feature = "component-model", feature = "wasi-http"))]
pub mod http;
#[cfg(target_os = "linux")]
mod memory_file;
#[cfg(feature = "component-model")]
pub mod p2;
mod pipe;
mod source;
mod stream;
mod writer;

pub use builder::{FsPerms, WasiCtx, WasiCtxBuilder, WasiP1Ctx};
pub use pipe::{MemoryInputPipe, MemoryOutputPipe};
pub(crate) use source::WasiSource;
pub use source::WasiTag;

use crate::error::check;
use crate::sys::{Feature, require, wasmtime_context_set_wasi, wasmtime_linker_define_wasi};
use crate::{AsContextMut, Linker, Result, Store, StoreContextMut, threads};
use std::any::Any;
use std::sync::Arc;

/// Defines all functions of WASI preview 1 in a linker.
///
/// They are in the module `wasi_snapshot_preview1`. The functions use the context of the
/// store that they are called in, which [`Store::set_wasi`] sets. A program that imports
/// them can't be instantiated in a store without a context.
///
/// Calls `wasmtime_linker_define_wasi`.
///
/// # Errors
///
/// - Returns an error if one of the functions is already defined and shadowing isn't
///   allowed.
/// - Returns [`Unsupported`](crate::Unsupported) if libwasmtime was built without `wasi`.
pub fn add_to_linker<T: 'static>(linker: &mut Linker<T>) -> Result<()> {
    require(Feature::Wasi)?;
    // Before the call, as that may define some of the functions even if it fails.
    linker.set_has_wasi();
    // SAFETY: invariant "Owned object": `linker` owns the C object and is borrowed exclusively;
    // the function returns an owned error or null.
    unsafe { check(wasmtime_linker_define_wasi(linker.as_ptr())) }
}

/// # WASI
impl<T: 'static> Store<T> {
    /// Sets the WASI context of the store, and replaces the one that it had.
    ///
    /// This opens the files and directories of the context. A component must not use streams and
    /// other resources that it got from the context that is replaced: they are gone, or their
    /// handles stand for resources of the new one.
    ///
    /// Calls `wasmtime_context_set_wasi`, `wasi_config_new` and the functions that set the
    /// parts of the configuration.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - an argument, a variable or a path contains a NUL character or isn't Unicode;
    /// - a file or directory can't be opened;
    /// - the environment variable `TOKIO_WORKER_THREADS` of this process is set to anything
    ///   but a positive number;
    /// - the system doesn't start the [threads](self#threads) of libwasmtime's runtime, or
    ///   doesn't open its descriptors;
    /// - there is no `/dev/random` or `/dev/urandom`, in a program that is linked statically
    ///   with glibc;
    /// - libwasmtime was built without `wasi` ([`Unsupported`](crate::Unsupported)).
    pub fn set_wasi(&mut self, wasi: impl Into<WasiCtx>) -> Result<()> {
        give(&mut self.as_context_mut(), wasi.into())
    }
}

/// Gives a store a context; see [`Store::set_wasi`].
fn give<T: 'static>(store: &mut StoreContextMut<'_, T>, mut wasi: WasiCtx) -> Result<()> {
    require(Feature::Wasi)?;
    let tag = wasi.tag.take();
    let reads = wasi.reads();
    let (config, writers) = wasi.into_config()?;
    // Last, as the files that were opened leave fewer descriptors.
    threads::for_wasi(reads)?;
    // SAFETY: invariant "Context"; the configuration is owned and given away. The
    // function returns an owned error or null.
    unsafe {
        check(wasmtime_context_set_wasi(
            store.begin_change(),
            config.into_raw(),
        ))?
    };
    let replaced = store.opaque_mut().set_wasi(InStore { writers, tag });
    drop(replaced);
    Ok(())
}

/// What a store keeps of its context.
pub(crate) struct InStore {
    /// What is dropped with the store.
    #[allow(dead_code, reason = "it is kept")]
    writers: Vec<Box<dyn Any + Send + Sync>>,
    tag: Option<Arc<WasiTag>>,
}

impl InStore {
    pub(crate) fn tag(&self) -> Option<Arc<WasiTag>> {
        self.tag.clone()
    }
}
