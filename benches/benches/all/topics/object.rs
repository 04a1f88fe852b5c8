//! Collected objects that the host creates and looks into.

use super::api::{
    ArrayRef, ArrayRefPre, ArrayType, ExternRef, FieldType, Instance, Module, Mutability,
    RootScope, Rooted, StorageType, Store, StructRef, StructRefPre, StructType, Val, ValType,
};
use super::{Bencher, engine};
use libwasmtime_bench::{LOOP, wat};
use std::hint::black_box;

fn store() -> Store<()> {
    Store::new(&engine(), ())
}

fn mutable(ty: StorageType) -> FieldType {
    FieldType::new(Mutability::Var, ty)
}

/// Returns an allocator of structs with an integer and a floating-point number.
fn structs(store: &mut Store<()>) -> StructRefPre {
    let fields = [ValType::I32, ValType::F64].map(|ty| mutable(StorageType::ValType(ty)));
    let ty = StructType::new(store.engine(), fields).unwrap();
    StructRefPre::new(store, ty)
}

const FIELDS: [Val; 2] = [Val::I32(1), Val::F64(0)];

/// Returns an allocator of arrays.
fn arrays(store: &mut Store<()>, elem: StorageType) -> ArrayRefPre {
    let ty = ArrayType::new(store.engine(), mutable(elem));
    ArrayRefPre::new(store, ty)
}

pub fn new(bencher: &mut Bencher) {
    let mut store = store();
    let structs = structs(&mut store);
    bencher.iter(|| {
        let mut scope = RootScope::new(&mut store);
        StructRef::new(&mut scope, &structs, &black_box(FIELDS)).unwrap();
    });
}

pub fn field(bencher: &mut Bencher) {
    let mut store = store();
    let structs = structs(&mut store);
    let object = StructRef::new(&mut store, &structs, &FIELDS).unwrap();
    bencher.iter(|| {
        let mut sum = 0;
        for _ in 0..LOOP {
            let value = object.field(&mut store, black_box(0)).unwrap();
            sum += value.unwrap_i32();
        }
        sum
    });
}

pub fn set_field(bencher: &mut Bencher) {
    let mut store = store();
    let structs = structs(&mut store);
    let object = StructRef::new(&mut store, &structs, &FIELDS).unwrap();
    bencher.iter(|| {
        for i in 0..LOOP {
            let value = Val::I32(black_box(i as i32));
            object.set_field(&mut store, 0, value).unwrap();
        }
    });
}

/// The elements of the arrays of integers.
fn elems() -> Vec<Val> {
    (0..LOOP as i32).map(Val::I32).collect()
}

pub fn array_new(bencher: &mut Bencher) {
    let mut store = store();
    let ints = arrays(&mut store, StorageType::ValType(ValType::I32));
    let elems = elems();
    bencher.iter(|| {
        let mut scope = RootScope::new(&mut store);
        ArrayRef::new_fixed(&mut scope, &ints, black_box(&elems)).unwrap();
    });
}

pub fn array_elems(bencher: &mut Bencher) {
    let mut store = store();
    let ints = arrays(&mut store, StorageType::ValType(ValType::I32));
    let array = ArrayRef::new_fixed(&mut store, &ints, &elems()).unwrap();
    bencher.iter(|| {
        let elems = array.elems(&mut store).unwrap();
        elems.map(|elem| elem.unwrap_i32()).sum::<i32>()
    });
}

pub fn array_get(bencher: &mut Bencher) {
    let mut store = store();
    let ints = arrays(&mut store, StorageType::ValType(ValType::I32));
    let array = ArrayRef::new_fixed(&mut store, &ints, &elems()).unwrap();
    bencher.iter(|| {
        let mut sum = 0;
        for i in 0..LOOP {
            let elem = array.get(&mut store, black_box(i)).unwrap();
            sum += elem.unwrap_i32();
        }
        sum
    });
}

/// The elements of the arrays of bytes, of which few are the same.
fn bytes() -> Vec<u8> {
    (0..LOOP).map(|i| i as u8).collect()
}

pub fn bytes_new(bencher: &mut Bencher) {
    let mut store = store();
    let texts = arrays(&mut store, StorageType::I8);
    let bytes = bytes();
    bencher.iter(|| {
        let mut scope = RootScope::new(&mut store);
        ArrayRef::new_from_i8_slice(&mut scope, &texts, black_box(&bytes)).unwrap();
    });
}

pub fn bytes_copy(bencher: &mut Bencher) {
    let mut store = store();
    let texts = arrays(&mut store, StorageType::I8);
    let mut bytes = bytes();
    let array = ArrayRef::new_from_i8_slice(&mut store, &texts, &bytes).unwrap();
    bencher.iter(|| {
        array.copy_to_i8_slice(&mut store, &mut bytes).unwrap();
        bytes[0]
    });
}

pub fn externref(bencher: &mut Bencher) {
    let mut store = store();
    let module = Module::new(store.engine(), wat::REFERENCE).unwrap();
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let take = instance
        .get_typed_func::<Option<Rooted<ExternRef>>, ()>(&mut store, "take")
        .unwrap();
    bencher.iter(|| {
        let mut scope = RootScope::new(&mut store);
        let object = ExternRef::new(&mut scope, black_box(7_u64)).unwrap();
        take.call(&mut scope, Some(object)).unwrap();
    });
}
