use super::*;
use libwasmtime::sys;
use libwasmtime::vec::{OwnedVal, ValVec};

#[test]
fn values_go_through_vectors() {
    let mut store = Store::default();
    let vals = [
        Val::I32(-1),
        Val::I64(2),
        Val::F32(0.5),
        Val::F64(0.25),
        Val::null(),
    ];
    let vec: ValVec = vals.iter().map(|val| val.to_raw(&store)).collect();
    let vec = vec.clone();
    assert_eq!((vec[0].i32(), vec[3].f64()), (Some(-1), Some(0.25)));
    assert_eq!(vec[4].kind(), sys::WASM_FUNCREF);
    // SAFETY: no value is a reference but null.
    let back: Result<Vec<_>> = vec
        .into_iter()
        .map(|raw| unsafe { Val::from_raw(&mut store, raw) })
        .collect();
    let back = back.unwrap();
    assert_eq!((back[1].i64(), back[2].f32()), (Some(2), Some(0.5)));
    assert!(back[4].func_ref().unwrap().is_none());
}

#[test]
fn external_references_are_refused() {
    // SAFETY: null needs no owner.
    let external = unsafe {
        OwnedVal::from_raw(sys::wasm_val_t {
            kind: sys::WASM_EXTERNREF,
            of: sys::wasm_val_union_t {
                ref_: std::ptr::null_mut(),
            },
        })
    };
    // SAFETY: null needs no owner.
    let error = unsafe { Val::from_raw(Store::default(), external) }.unwrap_err();
    assert!(error.is::<Inexpressible>(), "{error:#}");
}

/// An object whose store was dropped can't be used through the C API either.
#[test]
fn host_function_without_its_store_traps() {
    let mut store = Store::default();
    let f: Extern = host(&mut store, |_| unreachable!()).into();
    let raw = f.to_raw(&store);
    drop(store);
    let mut results = ValVec::new();
    // SAFETY: the object is valid, and has neither parameters nor results; the
    // trap is owned.
    let trap = unsafe {
        let func = sys::wasm_extern_as_func(raw.as_ptr());
        let trap = sys::wasm_func_call(func, ValVec::new().as_ptr(), results.as_mut_ptr());
        assert!(!trap.is_null());
        let message = libwasmtime::vec::ByteVec::out(|out| sys::wasm_trap_message(trap, out));
        sys::wasm_trap_delete(trap);
        message
    };
    assert!(trap.to_string_lossy().contains("store"), "{trap:?}");
}
