//! Linkers of many functions.

use super::{Bencher, World, does_nothing, module, unary};
use libwasmtime::sys::*;
use libwasmtime_bench::wat;
use std::mem::MaybeUninit;
use std::ptr;

/// Creates a linker with functions of type `ty`.
///
/// # Safety
///
/// The engine and the type must be alive, and the type that of [`does_nothing`].
unsafe fn linker(
    engine: *mut wasm_engine_t,
    ty: *const wasm_functype_t,
    names: &[String],
) -> *mut wasmtime_linker_t {
    // SAFETY: the engine and the type are alive, as this function requires.
    unsafe {
        let linker = wasmtime_linker_new(engine);
        for name in names {
            let error = wasmtime_linker_define_func_unchecked(
                linker,
                "host".as_ptr().cast(),
                4,
                name.as_ptr().cast(),
                name.len(),
                ty,
                Some(does_nothing),
                ptr::null_mut(),
                None,
            );
            assert!(error.is_null());
        }
        linker
    }
}

pub fn build(bencher: &mut Bencher) {
    let world = World::new();
    let names: Vec<_> = wat::names().collect();
    // SAFETY: everything is owned, alive where it is used, and deleted once.
    unsafe {
        let ty = unary();
        let first = linker(world.engine, ty, &names[..1]);
        bencher.iter(|| wasmtime_linker_delete(linker(world.engine, ty, &names)));
        wasmtime_linker_delete(first);
        wasm_functype_delete(ty);
    }
}

pub fn instantiate(bencher: &mut Bencher) {
    let world = World::new();
    let names: Vec<_> = wat::names().collect();
    let module = module(world.engine, &wat::many_imports());
    // SAFETY: everything is owned, alive where it is used, and deleted once.
    unsafe {
        let ty = unary();
        let linker = linker(world.engine, ty, &names);
        bencher.iter(|| {
            let store = wasmtime_store_new(world.engine, ptr::null_mut(), None);
            let mut instance = MaybeUninit::uninit();
            let mut trap = ptr::null_mut();
            let error = wasmtime_linker_instantiate(
                linker,
                wasmtime_store_context(store),
                module,
                instance.as_mut_ptr(),
                &mut trap,
            );
            assert!(error.is_null() && trap.is_null());
            wasmtime_store_delete(store);
        });
        wasmtime_linker_delete(linker);
        wasmtime_module_delete(module);
        wasm_functype_delete(ty);
    }
}
