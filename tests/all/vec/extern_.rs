use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use libwasmtime::sys::*;
use libwasmtime::vec::*;

/// The engine-neutral API's engine and store, deleted at the end.
struct Store {
    engine: *mut wasm_engine_t,
    store: *mut wasm_store_t,
}

impl Store {
    fn new() -> Store {
        // SAFETY: the engine is valid, and deleted after the store.
        unsafe {
            let engine = wasm_engine_new();
            Store {
                engine,
                store: wasm_store_new(engine),
            }
        }
    }

    /// Returns a host function whose finalizer counts.
    fn func(&self, drops: &AtomicUsize) -> Owned<wasm_extern_t> {
        unsafe extern "C" fn call(
            _env: *mut c_void,
            _args: *const wasm_val_vec_t,
            _results: *mut wasm_val_vec_t,
        ) -> *mut wasm_trap_t {
            ptr::null_mut()
        }
        unsafe extern "C" fn finalize(drops: *mut c_void) {
            // SAFETY: it is the counter below, which the test keeps to its end.
            unsafe { &*drops.cast::<AtomicUsize>() }.fetch_add(1, Ordering::Relaxed);
        }
        // SAFETY: all objects are valid; those made here are deleted here.
        unsafe {
            let ty = Owned::from_raw(wasm_functype_new(
                ValTypeVec::new().as_mut_ptr(),
                ValTypeVec::new().as_mut_ptr(),
            ))
            .unwrap();
            let drops = ptr::from_ref(drops).cast_mut().cast();
            let func =
                wasm_func_new_with_env(self.store, ty.as_ptr(), Some(call), drops, Some(finalize));
            let copy = wasm_extern_copy(wasm_func_as_extern(func));
            wasm_func_delete(func);
            Owned::from_raw(copy).unwrap()
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // SAFETY: both are owned by `self`.
        unsafe {
            wasm_store_delete(self.store);
            wasm_engine_delete(self.engine);
        }
    }
}

#[cfg(feature = "wat")]
fn wasm(wat: &str) -> ByteVec {
    ByteVec::out(|out| {
        // SAFETY: the text is valid, and `out` an empty vector.
        let error = unsafe { wasmtime_wat2wasm(wat.as_ptr().cast(), wat.len(), out) };
        assert!(error.is_null());
    })
}

/// Externs keep their store, and with it all host functions, alive: these are
/// finalized once the last extern is gone, and then exactly once each.
#[test]
fn drop_with_the_last_clone() {
    let drops = AtomicUsize::new(0);
    let store = Store::new();
    let externs: ExternVec = (0..3).map(|_| Some(store.func(&drops))).collect();
    drop(store);

    let clone = externs.clone();
    drop(externs);
    let mut elements = clone.into_iter();
    let last = elements.next();
    drop(elements);
    assert_eq!(drops.load(Ordering::Relaxed), 0);
    drop(last);
    assert_eq!(drops.load(Ordering::Relaxed), 3);
}

#[test]
#[cfg(all(feature = "wat", feature = "gc"))]
fn vals_own_their_references() {
    let store = Store::new();
    let wasm = wasm(r#"(module (func $f) (global (export "g") funcref (ref.func $f)))"#);
    // SAFETY: all objects are valid; those made here are deleted here.
    let exports = unsafe {
        let module = wasm_module_new(store.store, wasm.as_ptr());
        let imports = ExternVec::new();
        let instance = wasm_instance_new(store.store, module, imports.as_ptr(), ptr::null_mut());
        let exports = ExternVec::out(|out| wasm_instance_exports(instance, out));
        wasm_instance_delete(instance);
        wasm_module_delete(module);
        exports
    };
    let mut val = OwnedVal::default();
    // SAFETY: the only export is a global; its value is written over a number.
    unsafe {
        let global = wasm_extern_as_global(exports[0].as_ref().unwrap().as_ptr());
        wasm_global_get(global, val.as_mut_ptr());
    }

    let reference = |val: &OwnedVal| {
        assert_eq!(val.kind(), WASM_FUNCREF);
        // SAFETY: the kind says that it is a reference.
        unsafe { (*val.as_ptr()).of.ref_ }
    };
    let vals = ValVec::from([val.clone(), OwnedVal::from(1i32), val]);
    let clone = vals.clone();
    assert_ne!(reference(&vals[0]), reference(&vals[2]));
    assert_ne!(reference(&vals[0]), reference(&clone[0]));
    drop(vals);
    assert!(!reference(&clone[2]).is_null());
}

#[test]
#[cfg(feature = "wat")]
fn frames_are_cloned_and_dropped() {
    let store = Store::new();
    let wasm = wasm("(module (func $inner unreachable) (func $outer call $inner) (start $outer))");
    // SAFETY: all objects are valid; those made here are deleted here, and the
    // frames before the trap.
    unsafe {
        let module = wasm_module_new(store.store, wasm.as_ptr());
        let mut trap = ptr::null_mut();
        let imports = ExternVec::new();
        let instance = wasm_instance_new(store.store, module, imports.as_ptr(), &mut trap);
        assert!(instance.is_null() && !trap.is_null());
        let frames = FrameVec::out(|out| wasm_trap_trace(trap, out));
        let clone = frames.clone();
        drop(frames);
        let indices = clone
            .iter()
            .flatten()
            .map(|frame| wasm_frame_func_index(frame.as_ptr()))
            .collect::<Vec<_>>();
        assert_eq!(indices, [0, 1]);
        drop(clone);
        wasm_trap_delete(trap);
        wasm_module_delete(module);
    }
}
