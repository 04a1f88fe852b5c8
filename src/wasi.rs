//! WASI preview 1: what a program may see of its host.
//!
//! A [`WasiCtxBuilder`] says it, [`Store::set_wasi`] gives it to a store, and
//! [`add_to_linker`] defines the functions that programs import:
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
//!         ;; One piece of text: where it is, and how long.
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
//! The names are those of the crate `wasmtime-wasi`. There the context is a part
//! of the store's data, which the C API can't reach into; here it is beside it.
//!
//! A program that ends by calling `proc_exit` is an error of the call, in which
//! [`I32Exit`](crate::I32Exit) is the status, 0 as well.
//!
//! # Threads
//!
//! libwasmtime starts threads when a WASI function is called for the first time in a
//! process: as many as there are processors, or as the environment variable
//! `TOKIO_WORKER_THREADS` says, and another when a function reads or writes a file,
//! which ends after ten seconds without work. If the system refuses them, because of
//! a limit of the user or of the container, libwasmtime ends the process. So whether
//! it starts as many is tried when the first store of the process gets a context.
//! What it refuses later can't be known then: leave room for a thread below the
//! limit while WASI programs run.
//!
//! # Tokio
//!
//! libwasmtime waits for input and output with the asynchronous runtime of the
//! crate `tokio`. It has that to itself, except with the feature `vendored` in a
//! program that uses `tokio` as well. There, don't call WASI programs from an
//! asynchronous task: `tokio` panics, which ends the process. Call them inside
//! `tokio::task::spawn_blocking`.
//!
//! # Destructors of thread-locals
//!
//! Don't call a WASI program in the destructor of a `thread_local!`. The runtime
//! has thread-locals of its own, which may be gone by then: that ends the process.
//!
//! # After `fork`
//!
//! A child that `fork` makes has none of the threads of its parent. If a program
//! in the parent has written to a [writer](WasiCtxBuilder::stdout) of the host,
//! then one in the child that does may wait for ever: run such programs in the
//! parent only, or in children only.

mod builder;
mod config;
#[cfg(target_os = "linux")]
mod memory_file;
mod pipe;
mod stream;
mod writer;

pub use builder::{FsPerms, WasiCtxBuilder, WasiP1Ctx};
pub use pipe::{MemoryInputPipe, MemoryOutputPipe};

use crate::error::check;
use crate::sys::{Feature, require, wasmtime_context_set_wasi, wasmtime_linker_define_wasi};
use crate::{AsContextMut, Linker, Result, Store, threads};

/// Defines all functions of WASI preview 1, in the module
/// `wasi_snapshot_preview1`.
///
/// What they do is decided by the context of the store that they are called in:
/// see [`Store::set_wasi`]. A program that imports them can't be instantiated in
/// a store without one.
///
/// Calls `wasmtime_linker_define_wasi`.
///
/// # Errors
///
/// If one of the functions is defined already and shadowing isn't allowed; or,
/// with [`Unsupported`](crate::Unsupported), if libwasmtime was built without
/// `wasi`.
pub fn add_to_linker<T: 'static>(linker: &mut Linker<T>) -> Result<()> {
    require(Feature::Wasi)?;
    // First, as some functions may be defined even if not all can be.
    linker.set_has_wasi();
    // SAFETY: the linker is alive and borrowed exclusively.
    unsafe { check(wasmtime_linker_define_wasi(linker.as_ptr())) }
}

/// # WASI
impl<T: 'static> Store<T> {
    /// Gives the store a WASI context, in place of the one that it had.
    ///
    /// Files and directories are opened now.
    ///
    /// Calls `wasmtime_context_set_wasi`, and `wasi_config_new` and its likes.
    ///
    /// # Errors
    ///
    /// If an argument, a variable or a path has a NUL or isn't Unicode, or a
    /// file or directory can't be opened; if the process's own variable
    /// `TOKIO_WORKER_THREADS` is set to anything but a number of threads; if the
    /// system doesn't start as many threads, or open the descriptors, that
    /// libwasmtime [waits with](self#threads); if there is no `/dev/urandom` for a
    /// program that is linked statically with glibc; or, with
    /// [`Unsupported`](crate::Unsupported), if libwasmtime was built without `wasi`.
    pub fn set_wasi(&mut self, wasi: WasiP1Ctx) -> Result<()> {
        require(Feature::Wasi)?;
        let reads_stdin = wasi.reads_stdin();
        let (config, writers) = wasi.into_config()?;
        // Last, as what was opened is taken from what there is.
        threads::for_wasi(reads_stdin)?;
        let mut store = self.as_context_mut();
        // SAFETY: invariant "Context"; the configuration is owned and given
        // away.
        unsafe { check(wasmtime_context_set_wasi(store.raw(), config.into_raw()))? };
        let replaced = store.opaque_mut().set_wasi(Box::new(writers));
        drop(replaced);
        Ok(())
    }
}
