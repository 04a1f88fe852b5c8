use std::thread;

use libwasmtime::sys::*;
use libwasmtime::vec::*;

pub fn val_type(kind: wasm_valkind_t) -> Owned<wasm_valtype_t> {
    // SAFETY: the kind is one that the function knows; it returns a new object.
    unsafe { Owned::from_raw(wasm_valtype_new(kind)) }.unwrap()
}

fn kind(ty: &Option<Owned<wasm_valtype_t>>) -> wasm_valkind_t {
    // SAFETY: the type is valid, and has one of the kinds that `wasm_valtype_kind` returns.
    unsafe { wasm_valtype_kind(ty.as_ref().unwrap().as_ptr()) }
}

fn func_type(mut params: ValTypeVec, mut results: ValTypeVec) -> Owned<wasm_functype_t> {
    // SAFETY: the function takes both vectors, leaves empty ones, and returns a
    // new object.
    unsafe { Owned::from_raw(wasm_functype_new(params.as_mut_ptr(), results.as_mut_ptr())) }
        .unwrap()
}

fn params(ty: &Owned<wasm_functype_t>) -> &ValTypeVec {
    // SAFETY: the type is valid, and its parameters stay as long as it does.
    unsafe { ValTypeVec::from_ptr(wasm_functype_params(ty.as_ptr())) }
}

fn kinds(types: &[Option<Owned<wasm_valtype_t>>]) -> Vec<wasm_valkind_t> {
    types.iter().map(kind).collect()
}

#[test]
fn elements_are_moved_in_and_out() {
    let types: ValTypeVec = [WASM_I32, WASM_FUNCREF]
        .map(|kind| Some(val_type(kind)))
        .into();
    assert_eq!(kinds(&types), [WASM_I32, WASM_FUNCREF]);
    let types: Vec<_> = types.into();
    assert_eq!(kinds(&types), [WASM_I32, WASM_FUNCREF]);
}

#[test]
fn elements_can_be_null() {
    let mut types = ValTypeVec::with_len(3);
    assert!(types.iter().all(Option::is_none));
    types[1] = Some(val_type(WASM_F64));
    let clone = types.clone();
    assert!(types[1].take().is_some());
    assert!(clone[0].is_none() && clone[2].is_none());
    assert_eq!(kind(&clone[1]), WASM_F64);
}

#[test]
fn replaced_elements_are_dropped() {
    let mut types = ValTypeVec::from([Some(val_type(WASM_I32)), Some(val_type(WASM_I64))]);
    types[0] = Some(val_type(WASM_F32));
    types[1] = None;
    types.reverse();
    assert!(types[0].is_none());
    assert_eq!(kind(&types[1]), WASM_F32);
}

#[test]
fn clones_are_independent() {
    let types = ValTypeVec::from([Some(val_type(WASM_I64))]);
    let clone = types.clone();
    assert_ne!(
        types[0].as_ref().unwrap().as_ptr(),
        clone[0].as_ref().unwrap().as_ptr()
    );
    drop(types);
    assert_eq!(kind(&clone[0]), WASM_I64);
    let cloned_again = ValTypeVec::from(&*clone);
    drop(clone);
    assert_eq!(kind(&cloned_again[0]), WASM_I64);
}

#[test]
fn an_iterator_dropped_early_drops_the_rest() {
    let types: ValTypeVec = (0..10).map(|_| Some(val_type(WASM_I32))).collect();
    let mut types = types.into_iter();
    let taken = types.by_ref().take(3).collect::<ValTypeVec>();
    assert_eq!(types.len(), 7);
    drop(types);
    assert_eq!(kinds(&taken), [WASM_I32; 3]);
}

#[test]
fn a_panic_while_collecting_leaks_nothing() {
    let result = std::panic::catch_unwind(|| {
        (0..10)
            .map(|index| {
                assert!(index < 5, "five are enough");
                Some(val_type(WASM_I32))
            })
            .collect::<ValTypeVec>()
    });
    assert!(result.is_err());
}

#[test]
fn nest() {
    let types: FuncTypeVec = (0..4)
        .map(|arity| {
            let params = (0..arity).map(|_| Some(val_type(WASM_I64))).collect();
            Some(func_type(params, ValTypeVec::new()))
        })
        .collect();
    let clone = types.clone();
    drop(types);
    for (arity, ty) in clone.iter().enumerate() {
        let params = params(ty.as_ref().unwrap());
        assert_eq!(kinds(params), vec![WASM_I64; arity]);
        assert_eq!(kinds(&params.clone()), vec![WASM_I64; arity]);
    }
}

#[test]
fn a_function_takes_the_elements() {
    let mut params = ValTypeVec::from([Some(val_type(WASM_I32))]);
    let mut results = ValTypeVec::new();
    // SAFETY: both vectors are valid; the function takes their elements.
    let ty =
        unsafe { Owned::from_raw(wasm_functype_new(params.as_mut_ptr(), results.as_mut_ptr())) };
    assert!(params.is_empty());
    assert!(ty.is_some());
}

#[test]
fn objects_have_an_address_of_their_own() {
    let ty = val_type(WASM_I32);
    assert_eq!(format!("{ty:?}"), format!("{:p}", ty.as_ptr()));
    let address = ty.as_ptr();
    let raw = ty.into_raw();
    assert_eq!(raw, address);
    // SAFETY: the type was given up above.
    assert!(unsafe { Owned::from_raw(raw) }.is_some());
    // SAFETY: null is none.
    assert!(unsafe { Owned::<wasm_valtype_t>::from_raw(std::ptr::null_mut()) }.is_none());
}

/// Every other kind of object: copied and deleted by the right functions; a wrong one would
/// corrupt the heap.
#[test]
fn all_kinds_of_types() {
    fn check<V: VecType<Element = Option<Owned<T>>>, T: Object>(object: *mut T) {
        // SAFETY: the object is new.
        let object = unsafe { Owned::from_raw(object) };
        let vec = OwnedVec::<V>::from([object, None]);
        let clone = vec.clone();
        assert!(vec[0].is_some() && vec[1].is_none());
        drop(vec);
        assert!(clone[0].clone().is_some() && clone[1].is_none());
    }

    let limits = wasm_limits_t { min: 1, max: 2 };
    let func = || func_type(ValTypeVec::new(), ValTypeVec::new());
    // SAFETY: all arguments are valid; where a function takes one over, it was
    // given up.
    unsafe {
        check::<wasm_functype_vec_t, _>(func().into_raw());
        check::<wasm_globaltype_vec_t, _>(wasm_globaltype_new(
            val_type(WASM_I32).into_raw(),
            WASM_VAR,
        ));
        check::<wasm_tabletype_vec_t, _>(wasm_tabletype_new(
            val_type(WASM_FUNCREF).into_raw(),
            &limits,
        ));
        check::<wasm_memorytype_vec_t, _>(wasm_memorytype_new(&limits));
        check::<wasm_tagtype_vec_t, _>(wasm_tagtype_new(func().into_raw()));
        let memory = Owned::from_raw(wasm_memorytype_new(&limits)).unwrap();
        let extern_type =
            || wasm_externtype_copy(wasm_memorytype_as_externtype_const(memory.as_ptr()));
        check::<wasm_externtype_vec_t, _>(extern_type());
        check::<wasm_importtype_vec_t, _>(wasm_importtype_new(
            ByteVec::from("module").as_mut_ptr(),
            ByteVec::from("name").as_mut_ptr(),
            extern_type(),
        ));
        check::<wasm_exporttype_vec_t, _>(wasm_exporttype_new(
            ByteVec::from("name").as_mut_ptr(),
            extern_type(),
        ));
    }
}

#[test]
fn threads_share_and_drop_them() {
    let types: FuncTypeVec = (0..100)
        .map(|_| {
            Some(func_type(
                [Some(val_type(WASM_I32))].into(),
                ValTypeVec::new(),
            ))
        })
        .collect();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for ty in types.clone().iter().chain(&types) {
                    assert_eq!(kinds(params(ty.as_ref().unwrap())), [WASM_I32]);
                }
            });
        }
    });
    thread::spawn(move || drop(types)).join().unwrap();
}
