//! Collected objects that the host creates and looks into.

use super::{Bencher, World, number};
use libwasmtime::sys::*;
use libwasmtime_bench::{LOOP, wat};
use std::ffi::c_void;
use std::hint::black_box;
use std::mem::MaybeUninit;
use std::ptr;

/// What creates structs of an integer and a floating-point number.
struct Structs(*mut wasmtime_struct_ref_pre_t);

/// What creates arrays.
struct Arrays(*mut wasmtime_array_ref_pre_t);

impl Structs {
    fn new(world: &World) -> Structs {
        // SAFETY: the engine and the store are alive. The types are owned.
        unsafe {
            let mut fields = [wasm_valtype_new_i32(), wasm_valtype_new_f64()].map(mutable);
            let ty = wasmtime_struct_type_new(world.engine, fields.as_ptr(), fields.len());
            let pre = wasmtime_struct_ref_pre_new(world.context, ty);
            wasmtime_struct_type_delete(ty);
            for field in &mut fields {
                wasmtime_field_type_delete(field);
            }
            Structs(pre)
        }
    }

    fn create(&self, world: &World, fields: &[wasmtime_val_t; 2]) -> wasmtime_structref_t {
        let mut object = MaybeUninit::uninit();
        let (fields, len) = (fields.as_ptr(), fields.len());
        // SAFETY: both are of this store, and the fields are of their types.
        unsafe {
            let error =
                wasmtime_structref_new(world.context, self.0, fields, len, object.as_mut_ptr());
            assert!(error.is_null());
            object.assume_init()
        }
    }
}

impl Drop for Structs {
    fn drop(&mut self) {
        // SAFETY: it is owned.
        unsafe { wasmtime_struct_ref_pre_delete(self.0) }
    }
}

impl Arrays {
    fn new(world: &World, mut field: wasmtime_field_type_t) -> Arrays {
        // SAFETY: the engine and the store are alive. The types are owned.
        unsafe {
            let ty = wasmtime_array_type_new(world.engine, &field);
            let pre = wasmtime_array_ref_pre_new(world.context, ty);
            wasmtime_array_type_delete(ty);
            wasmtime_field_type_delete(&mut field);
            Arrays(pre)
        }
    }

    fn of_ints(world: &World) -> Arrays {
        // SAFETY: the type is given away.
        Arrays::new(world, unsafe { mutable(wasm_valtype_new_i32()) })
    }

    fn of_bytes(world: &World) -> Arrays {
        let field = wasmtime_field_type_t {
            mutable_: true,
            storage: wasmtime_storage_type_t {
                kind: WASMTIME_STORAGE_TYPE_KIND_I8,
                valtype: ptr::null_mut(),
            },
        };
        Arrays::new(world, field)
    }

    /// Creates an array of at least one element.
    fn create<T: Copy + Into<i32>>(&self, world: &World, elems: &[T]) -> wasmtime_arrayref_t {
        let mut array = MaybeUninit::uninit();
        let (first, len) = (int(elems[0].into()), elems.len() as u32);
        // SAFETY: both are of this store, and the elements are of their type.
        unsafe {
            let out = array.as_mut_ptr();
            let error = wasmtime_arrayref_new(world.context, self.0, &first, len, out);
            assert!(error.is_null());
            let array = array.assume_init();
            for (index, &elem) in (1..).zip(&elems[1..]) {
                let elem = int(elem.into());
                let error = wasmtime_arrayref_set(world.context, &array, index, &elem);
                assert!(error.is_null());
            }
            array
        }
    }
}

impl Drop for Arrays {
    fn drop(&mut self) {
        // SAFETY: it is owned.
        unsafe { wasmtime_array_ref_pre_delete(self.0) }
    }
}

/// Returns the type of a mutable field, which owns the type of its values.
fn mutable(valtype: *mut wasm_valtype_t) -> wasmtime_field_type_t {
    wasmtime_field_type_t {
        mutable_: true,
        storage: wasmtime_storage_type_t {
            kind: WASMTIME_STORAGE_TYPE_KIND_VALTYPE,
            valtype,
        },
    }
}

fn int(i32: i32) -> wasmtime_val_t {
    number(WASMTIME_I32, wasmtime_valunion_t { i32 })
}

fn fields() -> [wasmtime_val_t; 2] {
    let float = wasmtime_valunion_t { f64: 0.0 };
    [int(1), number(WASMTIME_F64, float)]
}

pub fn new(bencher: &mut Bencher) {
    let world = World::collected();
    let structs = Structs::new(&world);
    bencher.iter(|| {
        let mut object = structs.create(&world, &black_box(fields()));
        // SAFETY: it is owned.
        unsafe { wasmtime_structref_unroot(&mut object) };
    });
}

pub fn field(bencher: &mut Bencher) {
    let world = World::collected();
    let structs = Structs::new(&world);
    let mut object = structs.create(&world, &fields());
    bencher.iter(|| {
        let mut sum = 0;
        for _ in 0..LOOP {
            let mut value = MaybeUninit::<wasmtime_val_t>::uninit();
            // SAFETY: the object is of the store, and the field is a number.
            unsafe {
                let out = value.as_mut_ptr();
                let error = wasmtime_structref_field(world.context, &object, black_box(0), out);
                assert!(error.is_null());
                assert_eq!((*out).kind, WASMTIME_I32);
                sum += (*out).of.i32;
            }
        }
        sum
    });
    // SAFETY: it is owned.
    unsafe { wasmtime_structref_unroot(&mut object) };
}

pub fn set_field(bencher: &mut Bencher) {
    let world = World::collected();
    let structs = Structs::new(&world);
    let mut object = structs.create(&world, &fields());
    bencher.iter(|| {
        for i in 0..LOOP {
            let value = int(black_box(i as i32));
            // SAFETY: the object is of the store, and the field is of this type.
            unsafe {
                let error = wasmtime_structref_set_field(world.context, &object, 0, &value);
                assert!(error.is_null());
            }
        }
    });
    // SAFETY: it is owned.
    unsafe { wasmtime_structref_unroot(&mut object) };
}

/// The elements of the arrays of integers.
fn elems() -> Vec<i32> {
    (0..LOOP as i32).collect()
}

pub fn array_new(bencher: &mut Bencher) {
    let world = World::collected();
    let ints = Arrays::of_ints(&world);
    let elems = elems();
    bencher.iter(|| {
        let mut array = ints.create(&world, black_box(&elems));
        // SAFETY: it is owned.
        unsafe { wasmtime_arrayref_unroot(&mut array) };
    });
}

/// Returns an element of an array of numbers.
fn get(world: &World, array: &wasmtime_arrayref_t, index: u32) -> i32 {
    let mut value = MaybeUninit::<wasmtime_val_t>::uninit();
    // SAFETY: the array is of the store.
    unsafe {
        let out = value.as_mut_ptr();
        let error = wasmtime_arrayref_get(world.context, array, index, out);
        assert!(error.is_null());
        assert_eq!((*out).kind, WASMTIME_I32);
        (*out).of.i32
    }
}

/// Returns the length of an array.
fn len(world: &World, array: &wasmtime_arrayref_t) -> u32 {
    let mut len = 0;
    // SAFETY: the array is of the store.
    let error = unsafe { wasmtime_arrayref_len(world.context, array, &mut len) };
    assert!(error.is_null());
    len
}

/// The C API has no iterator.
pub fn array_elems(bencher: &mut Bencher) {
    let world = World::collected();
    let mut array = Arrays::of_ints(&world).create(&world, &elems());
    bencher.iter(|| {
        let indices = 0..len(&world, &array);
        indices.map(|i| get(&world, &array, i)).sum::<i32>()
    });
    // SAFETY: it is owned.
    unsafe { wasmtime_arrayref_unroot(&mut array) };
}

pub fn array_get(bencher: &mut Bencher) {
    let world = World::collected();
    let mut array = Arrays::of_ints(&world).create(&world, &elems());
    bencher.iter(|| {
        let mut sum = 0;
        for i in 0..LOOP {
            sum += get(&world, &array, black_box(i));
        }
        sum
    });
    // SAFETY: it is owned.
    unsafe { wasmtime_arrayref_unroot(&mut array) };
}

/// The elements of the arrays of bytes, of which few are the same.
fn bytes() -> Vec<u8> {
    (0..LOOP).map(|i| i as u8).collect()
}

pub fn bytes_new(bencher: &mut Bencher) {
    let world = World::collected();
    let texts = Arrays::of_bytes(&world);
    let bytes = bytes();
    bencher.iter(|| {
        let mut array = texts.create(&world, black_box(&bytes));
        // SAFETY: it is owned.
        unsafe { wasmtime_arrayref_unroot(&mut array) };
    });
}

pub fn bytes_copy(bencher: &mut Bencher) {
    let world = World::collected();
    let mut bytes = bytes();
    let mut array = Arrays::of_bytes(&world).create(&world, &bytes);
    bencher.iter(|| {
        assert_eq!(len(&world, &array), LOOP);
        for (index, byte) in (0..).zip(&mut bytes) {
            *byte = get(&world, &array, index) as u8;
        }
        bytes[0]
    });
    // SAFETY: it is owned.
    unsafe { wasmtime_arrayref_unroot(&mut array) };
}

extern "C" fn free(data: *mut c_void) {
    // SAFETY: the data is a leaked box of a number.
    drop(unsafe { Box::<u64>::from_raw(data.cast()) });
}

pub fn externref(bencher: &mut Bencher) {
    let world = World::collected();
    let instance = world.instantiate(wat::REFERENCE, &[]);
    let take = world.func(&instance, "take");
    bencher.iter(|| {
        let mut externref = MaybeUninit::uninit();
        // SAFETY: the data fits the finalizer; the reference is owned. The function belongs to
        // the store, and takes an `externref`.
        unsafe {
            let data = Box::into_raw(Box::new(black_box(7_u64))).cast();
            let out = externref.as_mut_ptr();
            assert!(wasmtime_externref_new(world.context, data, Some(free), out));
            let mut externref = externref.assume_init();
            let mut value = wasmtime_val_raw_t {
                externref: wasmtime_externref_to_raw(world.context, &externref),
            };
            let mut trap = ptr::null_mut();
            let error =
                wasmtime_func_call_unchecked(world.context, &take, &mut value, 1, &mut trap);
            assert!(error.is_null() && trap.is_null());
            wasmtime_externref_unroot(&mut externref);
        }
    });
}
