//! The same cases on the bare C API, written as a careful C program would be.

pub mod asynchronous;
pub mod binding;
pub mod call;
pub mod component;
pub mod failure;
pub mod host;
pub mod instantiate;
pub mod link;
pub mod memory;
pub mod object;
pub mod reference;

use crate::Bencher;
use libwasmtime::sys::*;
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr;

/// An engine and a store, which are deleted when this is dropped.
struct World {
    engine: *mut wasm_engine_t,
    store: *mut wasmtime_store_t,
    context: *mut wasmtime_context_t,
}

impl World {
    fn new() -> World {
        // SAFETY: the configuration is owned.
        unsafe { World::with_config(wasm_config_new()) }
    }

    /// For programs that use collected objects.
    fn collected() -> World {
        // SAFETY: the configuration is owned.
        unsafe {
            let config = wasm_config_new();
            wasmtime_config_wasm_function_references_set(config, true);
            wasmtime_config_wasm_gc_set(config, true);
            World::with_config(config)
        }
    }

    /// # Safety
    ///
    /// The configuration must be owned by the caller, who gives it up.
    unsafe fn with_config(config: *mut wasm_config_t) -> World {
        // SAFETY: the configuration is given away, and the other objects are kept.
        unsafe {
            let engine = wasm_engine_new_with_config(config);
            let store = wasmtime_store_new(engine, ptr::null_mut(), None);
            World {
                engine,
                store,
                context: wasmtime_store_context(store),
            }
        }
    }

    /// Instantiates a module in the text format.
    fn instantiate(&self, wat: &str, imports: &[wasmtime_func_t]) -> wasmtime_instance_t {
        let imports: Vec<_> = imports
            .iter()
            .map(|&func| wasmtime_extern_t {
                kind: WASMTIME_EXTERN_FUNC,
                of: wasmtime_extern_union_t { func },
            })
            .collect();
        let module = module(self.engine, wat);
        let mut instance = MaybeUninit::uninit();
        let mut trap = ptr::null_mut();
        // SAFETY: all objects are alive, and the instance is written unless this fails.
        unsafe {
            let error = wasmtime_instance_new(
                self.context,
                module,
                imports.as_ptr(),
                imports.len(),
                instance.as_mut_ptr(),
                &mut trap,
            );
            assert!(error.is_null() && trap.is_null());
            wasmtime_module_delete(module);
            instance.assume_init()
        }
    }

    fn export(&self, instance: &wasmtime_instance_t, name: &str) -> wasmtime_extern_t {
        let mut item = MaybeUninit::uninit();
        // SAFETY: the instance belongs to the store, and the item is written if it is
        // found.
        unsafe {
            assert!(wasmtime_instance_export_get(
                self.context,
                instance,
                name.as_ptr().cast(),
                name.len(),
                item.as_mut_ptr(),
            ));
            item.assume_init()
        }
    }

    fn func(&self, instance: &wasmtime_instance_t, name: &str) -> wasmtime_func_t {
        let item = self.export(instance, name);
        assert_eq!(item.kind, WASMTIME_EXTERN_FUNC);
        // SAFETY: it is a function.
        unsafe { item.of.func }
    }

    /// Creates a function from an unchecked callback.
    fn host(
        &self,
        ty: FuncType,
        callback: unsafe extern "C" fn(
            *mut c_void,
            *mut wasmtime_caller_t,
            *mut wasmtime_val_raw_t,
            usize,
        ) -> *mut wasm_trap_t,
    ) -> wasmtime_func_t {
        let mut func = MaybeUninit::uninit();
        // SAFETY: the callbacks here keep to the type; the type is owned.
        unsafe {
            let ty = ty();
            wasmtime_func_new_unchecked(
                self.context,
                ty,
                Some(callback),
                ptr::null_mut(),
                None,
                func.as_mut_ptr(),
            );
            wasm_functype_delete(ty);
            func.assume_init()
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // SAFETY: both are owned.
        unsafe {
            wasmtime_store_delete(self.store);
            wasm_engine_delete(self.engine);
        }
    }
}

/// Creates a function type.
type FuncType = unsafe fn() -> *mut wasm_functype_t;

/// `()`
unsafe fn nullary() -> *mut wasm_functype_t {
    // SAFETY: the vectors are empty.
    unsafe { wasm_functype_new_0_0() }
}

/// `(i32) -> i32`
unsafe fn unary() -> *mut wasm_functype_t {
    // SAFETY: the types are given away.
    unsafe { wasm_functype_new_1_1(wasm_valtype_new_i32(), wasm_valtype_new_i32()) }
}

/// `(i32, i64) -> f32`
unsafe fn mixed() -> *mut wasm_functype_t {
    // SAFETY: the types are given away.
    unsafe {
        wasm_functype_new_2_1(
            wasm_valtype_new_i32(),
            wasm_valtype_new_i64(),
            wasm_valtype_new_f32(),
        )
    }
}

/// Creates a value.
fn number(kind: wasmtime_valkind_t, of: wasmtime_valunion_t) -> wasmtime_val_t {
    wasmtime_val_t { kind, of }
}

/// Compiles a module in the text format.
fn module(engine: *mut wasm_engine_t, wat: &str) -> *mut wasmtime_module_t {
    let wasm = libwasmtime::wat2wasm(wat).unwrap();
    let wasm: &[u8] = &wasm;
    let mut module = ptr::null_mut();
    // SAFETY: the engine is alive; the module is owned.
    unsafe {
        let error = wasmtime_module_new(engine, wasm.as_ptr(), wasm.len(), &mut module);
        assert!(error.is_null());
    }
    module
}

/// The unchecked callback of a function without parameters and results.
unsafe extern "C" fn does_nothing(
    _: *mut c_void,
    _: *mut wasmtime_caller_t,
    _: *mut wasmtime_val_raw_t,
    _: usize,
) -> *mut wasm_trap_t {
    ptr::null_mut()
}
