//! Objects that the collector frees: structs, arrays, and those of the host.

use super::Bencher;
use super::api::{
    ArrayRef, ArrayRefPre, ArrayType, Engine, ExternRef, FieldType, Instance, Module, Mutability,
    RootScope, Rooted, StorageType, Store, StructRef, StructRefPre, StructType, Val, ValType,
};
use libwasmtime_bench::{LOOP, wat};
use std::hint::black_box;

fn mutable(ty: StorageType) -> FieldType {
    FieldType::new(Mutability::Var, ty)
}

/// A store and an allocator of structs with an `i32` and an `i64`.
fn structs() -> (Store<()>, StructRefPre) {
    let mut store = Store::new(&Engine::default(), ());
    let fields = [ValType::I32, ValType::I64].map(|ty| mutable(StorageType::ValType(ty)));
    let ty = StructType::new(store.engine(), fields).unwrap();
    let allocator = StructRefPre::new(&mut store, ty);
    (store, allocator)
}

/// A store and an allocator of arrays.
fn arrays(ty: StorageType) -> (Store<()>, ArrayRefPre) {
    let mut store = Store::new(&Engine::default(), ());
    let ty = ArrayType::new(store.engine(), mutable(ty));
    let allocator = ArrayRefPre::new(&mut store, ty);
    (store, allocator)
}

fn numbers() -> Vec<Val> {
    (0..LOOP as i32).map(Val::I32).collect()
}

pub fn struct_made(bencher: &mut Bencher) {
    let (mut store, allocator) = structs();
    bencher.iter(|| {
        let mut scope = RootScope::new(&mut store);
        let fields = [Val::I32(black_box(1)), Val::I64(2)];
        StructRef::new(&mut scope, &allocator, &fields).unwrap()
    });
}

pub fn field_read(bencher: &mut Bencher) {
    let (mut store, allocator) = structs();
    let object = StructRef::new(&mut store, &allocator, &[Val::I32(1), Val::I64(2)]).unwrap();
    bencher.iter(|| {
        let mut sum = 0;
        for _ in 0..LOOP {
            sum += object.field(&mut store, black_box(1)).unwrap().unwrap_i64();
        }
        sum
    });
}

pub fn field_written(bencher: &mut Bencher) {
    let (mut store, allocator) = structs();
    let object = StructRef::new(&mut store, &allocator, &[Val::I32(1), Val::I64(2)]).unwrap();
    bencher.iter(|| {
        for i in 0..LOOP.into() {
            object.set_field(&mut store, 1, Val::I64(i)).unwrap();
        }
    });
}

pub fn array_made(bencher: &mut Bencher) {
    let (mut store, allocator) = arrays(StorageType::ValType(ValType::I32));
    let numbers = numbers();
    bencher.iter(|| {
        let mut scope = RootScope::new(&mut store);
        ArrayRef::new_fixed(&mut scope, &allocator, &numbers).unwrap()
    });
}

pub fn array_read(bencher: &mut Bencher) {
    let (mut store, allocator) = arrays(StorageType::ValType(ValType::I32));
    let array = ArrayRef::new_fixed(&mut store, &allocator, &numbers()).unwrap();
    bencher.iter(|| {
        let elems = array.elems(&mut store).unwrap();
        elems.map(|elem| i64::from(elem.unwrap_i32())).sum::<i64>()
    });
}

pub fn bytes_made(bencher: &mut Bencher) {
    let (mut store, allocator) = arrays(StorageType::I8);
    let bytes = [7; LOOP as usize];
    bencher.iter(|| {
        let mut scope = RootScope::new(&mut store);
        ArrayRef::new_from_i8_slice(&mut scope, &allocator, &bytes).unwrap()
    });
}

pub fn externref(bencher: &mut Bencher) {
    type Reference = Option<Rooted<ExternRef>>;

    let mut store = Store::new(&Engine::default(), ());
    let module = Module::new(store.engine(), wat::REFERENCE).unwrap();
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let identity = instance
        .get_typed_func::<Reference, Reference>(&mut store, "identity")
        .unwrap();
    bencher.iter(|| {
        let mut scope = RootScope::new(&mut store);
        let object = ExternRef::new(&mut scope, black_box(7)).unwrap();
        let same = identity.call(&mut scope, Some(object)).unwrap();
        assert!(same.is_some());
    });
}
