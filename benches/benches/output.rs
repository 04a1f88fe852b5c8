//! The output of a WASI program: to a pipe in memory, to a writer of the host, to a file, and
//! to a bare C callback.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use libwasmtime::sys::*;
use libwasmtime::wasi::{self, MemoryOutputPipe, WasiCtxBuilder};
use libwasmtime::{Engine, Linker, Module, Store, TypedFunc};
use libwasmtime_bench::LINK_MODE;
use std::ffi::c_void;
use std::io::{self, Write};
use std::mem::MaybeUninit;
use std::{fs, ptr};

/// The number of writes in one iteration.
const WRITES: i32 = 100;

/// Writes a line of 16 bytes a number of times.
const GUEST: &str = r#"
    (module
        (import "wasi_snapshot_preview1" "fd_write"
            (func $fd_write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "\08\00\00\00\10\00\00\00fifteen letters\n")
        (func (export "write") (param $times i32)
            (loop $again
                (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32))
                (if (then unreachable))
                (local.set $times (i32.sub (local.get $times) (i32.const 1)))
                (br_if $again (local.get $times)))))
"#;

struct Guest {
    store: Store<()>,
    write: TypedFunc<i32, ()>,
}

impl Guest {
    fn new(wasi: &mut WasiCtxBuilder) -> Guest {
        let engine = Engine::default();
        let module = Module::new(&engine, GUEST).unwrap();
        let mut linker = Linker::new(&engine);
        wasi::add_to_linker(&mut linker).unwrap();
        let mut store = Store::new(&engine, ());
        store.set_wasi(wasi.build_p1()).unwrap();
        let instance = linker.instantiate(&mut store, &module).unwrap();
        let write = instance.get_typed_func(&mut store, "write").unwrap();
        Guest { store, write }
    }

    fn write(&mut self) {
        self.write.call(&mut self.store, WRITES).unwrap();
    }
}

/// A writer that discards everything.
struct Nothing;

impl Write for Nothing {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The same guest on the bare C API.
struct CGuest {
    engine: *mut wasm_engine_t,
    store: *mut wasmtime_store_t,
    write: wasmtime_func_t,
}

unsafe extern "C" fn keep_nothing(_: *mut c_void, _: *const u8, len: usize) -> isize {
    len as isize
}

impl CGuest {
    fn new() -> CGuest {
        let mut wasm = MaybeUninit::uninit();
        let mut module = ptr::null_mut();
        let mut instance = MaybeUninit::uninit();
        let mut write = MaybeUninit::<wasmtime_extern_t>::uninit();
        let mut trap = ptr::null_mut();
        // SAFETY: all objects are alive, and the outs of a call are used after it has
        // succeeded. The configuration is given away; module and linker are deleted.
        unsafe {
            let engine = wasm_engine_new();
            let store = wasmtime_store_new(engine, ptr::null_mut(), None);
            let context = wasmtime_store_context(store);
            let config = wasi_config_new();
            wasi_config_set_stdout_custom(config, Some(keep_nothing), ptr::null_mut(), None);
            assert!(wasmtime_context_set_wasi(context, config).is_null());
            let error = wasmtime_wat2wasm(GUEST.as_ptr().cast(), GUEST.len(), wasm.as_mut_ptr());
            assert!(error.is_null());
            let wasm = wasm.assume_init_mut();
            let error = wasmtime_module_new(engine, wasm.data.cast(), wasm.size, &mut module);
            assert!(error.is_null());
            wasm_byte_vec_delete(wasm);
            let linker = wasmtime_linker_new(engine);
            assert!(wasmtime_linker_define_wasi(linker).is_null());
            let error = wasmtime_linker_instantiate(
                linker,
                context,
                module,
                instance.as_mut_ptr(),
                &mut trap,
            );
            assert!(error.is_null() && trap.is_null());
            wasmtime_linker_delete(linker);
            wasmtime_module_delete(module);
            let found = wasmtime_instance_export_get(
                context,
                instance.as_ptr(),
                c"write".as_ptr(),
                5,
                write.as_mut_ptr(),
            );
            assert!(found);
            let write = write.assume_init().of.func;
            CGuest {
                engine,
                store,
                write,
            }
        }
    }

    fn write(&mut self) {
        let mut trap = ptr::null_mut();
        let mut raw = wasmtime_val_raw_t { i32: WRITES };
        // SAFETY: the function belongs to the store, and takes one number.
        unsafe {
            let context = wasmtime_store_context(self.store);
            let error = wasmtime_func_call_unchecked(context, &self.write, &mut raw, 1, &mut trap);
            assert!(error.is_null() && trap.is_null());
        }
    }
}

impl Drop for CGuest {
    fn drop(&mut self) {
        // SAFETY: both are owned and not used again.
        unsafe {
            wasmtime_store_delete(self.store);
            wasm_engine_delete(self.engine);
        }
    }
}

fn output(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group(format!("{LINK_MODE}/output, {WRITES} writes"));
    let mut bench = |name: &str, write: &mut dyn FnMut()| {
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            bencher.iter(&mut *write);
        });
    };
    // The capacity is enough for everything that is measured.
    let pipe = MemoryOutputPipe::new(1 << 40);
    let mut guest = Guest::new(WasiCtxBuilder::new().stdout(pipe));
    bench("MemoryOutputPipe", &mut || guest.write());
    let file = std::env::temp_dir().join(format!("libwasmtime-bench-{}", std::process::id()));
    let mut guest = Guest::new(WasiCtxBuilder::new().stdout_file(&file));
    bench("file", &mut || guest.write());
    drop(guest);
    fs::remove_file(file).unwrap();
    let mut guest = Guest::new(WasiCtxBuilder::new().stdout(Nothing));
    bench("Write", &mut || guest.write());
    let mut guest = CGuest::new();
    bench("C callback", &mut || guest.write());
    group.finish();
}

criterion_group!(all, output);
criterion_main!(all);
