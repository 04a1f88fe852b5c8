//! Objects that the collector frees: structs, arrays, and those of the host.

use super::{Bencher, World, number};
use libwasmtime::sys::*;
use libwasmtime_bench::{LOOP, wat};
use std::ffi::c_void;
use std::hint::black_box;
use std::mem::MaybeUninit;
use std::ptr;

/// The type of a mutable field or element.
struct Field(wasmtime_field_type_t);

impl Field {
    fn packed_i8() -> Field {
        Field::new(WASMTIME_STORAGE_TYPE_KIND_I8, ptr::null_mut())
    }

    fn of(valtype: *mut wasm_valtype_t) -> Field {
        Field::new(WASMTIME_STORAGE_TYPE_KIND_VALTYPE, valtype)
    }

    fn new(kind: wasmtime_storage_type_kind_t, valtype: *mut wasm_valtype_t) -> Field {
        Field(wasmtime_field_type_t {
            mutable_: true,
            storage: wasmtime_storage_type_t { kind, valtype },
        })
    }
}

impl Drop for Field {
    fn drop(&mut self) {
        // SAFETY: the type is owned.
        unsafe { wasmtime_field_type_delete(&mut self.0) }
    }
}

/// A world with structs of an `i32` and an `i64`.
struct Structs {
    world: World,
    allocator: *mut wasmtime_struct_ref_pre_t,
}

impl Structs {
    fn new() -> Structs {
        let world = World::new();
        // SAFETY: the types are borrowed, and the allocator is kept.
        let allocator = unsafe {
            let fields = [
                Field::of(wasm_valtype_new_i32()),
                Field::of(wasm_valtype_new_i64()),
            ];
            let raw = [fields[0].0, fields[1].0];
            let ty = wasmtime_struct_type_new(world.engine, raw.as_ptr(), raw.len());
            let allocator = wasmtime_struct_ref_pre_new(world.context, ty);
            wasmtime_struct_type_delete(ty);
            allocator
        };
        Structs { world, allocator }
    }

    /// Creates a struct, which the caller unroots.
    fn make(&self, first: i32) -> wasmtime_structref_t {
        let fields = [
            number(WASMTIME_I32, wasmtime_valunion_t { i32: first }),
            number(WASMTIME_I64, wasmtime_valunion_t { i64: 2 }),
        ];
        let mut object = MaybeUninit::uninit();
        // SAFETY: the allocator belongs to the store, and the struct is written unless this
        // fails.
        unsafe {
            let error = wasmtime_structref_new(
                self.world.context,
                self.allocator,
                fields.as_ptr(),
                fields.len(),
                object.as_mut_ptr(),
            );
            assert!(error.is_null());
            object.assume_init()
        }
    }
}

impl Drop for Structs {
    fn drop(&mut self) {
        // SAFETY: it is owned.
        unsafe { wasmtime_struct_ref_pre_delete(self.allocator) }
    }
}

/// A world with arrays.
struct Arrays {
    world: World,
    allocator: *mut wasmtime_array_ref_pre_t,
}

impl Arrays {
    fn new(elem: impl FnOnce() -> Field) -> Arrays {
        let world = World::new();
        // SAFETY: the types are borrowed, and the allocator is kept.
        let allocator = unsafe {
            let ty = wasmtime_array_type_new(world.engine, &elem().0);
            let allocator = wasmtime_array_ref_pre_new(world.context, ty);
            wasmtime_array_type_delete(ty);
            allocator
        };
        Arrays { world, allocator }
    }

    /// Creates an array of these elements, which the caller unroots.
    fn make(&self, elems: impl ExactSizeIterator<Item = i32>) -> wasmtime_arrayref_t {
        let mut array = MaybeUninit::uninit();
        let len = elems.len() as u32;
        // SAFETY: the allocator belongs to the store, and the array is written unless this fails.
        unsafe {
            let zero = number(WASMTIME_I32, wasmtime_valunion_t { i32: 0 });
            let context = self.world.context;
            let error =
                wasmtime_arrayref_new(context, self.allocator, &zero, len, array.as_mut_ptr());
            assert!(error.is_null());
            let array = array.assume_init();
            for (i, i32) in (0..).zip(elems) {
                let elem = number(WASMTIME_I32, wasmtime_valunion_t { i32 });
                let error = wasmtime_arrayref_set(context, &array, i, &elem);
                assert!(error.is_null());
            }
            array
        }
    }
}

impl Drop for Arrays {
    fn drop(&mut self) {
        // SAFETY: it is owned.
        unsafe { wasmtime_array_ref_pre_delete(self.allocator) }
    }
}

fn numbers() -> Vec<i32> {
    (0..LOOP as i32).collect()
}

pub fn struct_made(bencher: &mut Bencher) {
    let structs = Structs::new();
    bencher.iter(|| {
        let mut object = structs.make(black_box(1));
        // SAFETY: it is owned.
        unsafe { wasmtime_structref_unroot(&mut object) };
    });
}

pub fn field_read(bencher: &mut Bencher) {
    let structs = Structs::new();
    let mut object = structs.make(1);
    bencher.iter(|| {
        let mut sum = 0;
        for _ in 0..LOOP {
            let mut field = MaybeUninit::uninit();
            // SAFETY: the struct is of the store; the field is written unless this fails.
            unsafe {
                let error = wasmtime_structref_field(
                    structs.world.context,
                    &object,
                    black_box(1),
                    field.as_mut_ptr(),
                );
                assert!(error.is_null());
                let field = field.assume_init();
                assert_eq!(field.kind, WASMTIME_I64);
                sum += field.of.i64;
            }
        }
        sum
    });
    // SAFETY: it is owned.
    unsafe { wasmtime_structref_unroot(&mut object) };
}

pub fn field_written(bencher: &mut Bencher) {
    let structs = Structs::new();
    let mut object = structs.make(1);
    bencher.iter(|| {
        for i64 in 0..LOOP.into() {
            let value = number(WASMTIME_I64, wasmtime_valunion_t { i64 });
            // SAFETY: the struct is of the store.
            unsafe {
                let error = wasmtime_structref_set_field(structs.world.context, &object, 1, &value);
                assert!(error.is_null());
            }
        }
    });
    // SAFETY: it is owned.
    unsafe { wasmtime_structref_unroot(&mut object) };
}

pub fn array_made(bencher: &mut Bencher) {
    // SAFETY: the type is owned by the field.
    let arrays = Arrays::new(|| Field::of(unsafe { wasm_valtype_new_i32() }));
    let numbers = numbers();
    bencher.iter(|| {
        let mut array = arrays.make(numbers.iter().copied());
        // SAFETY: it is owned.
        unsafe { wasmtime_arrayref_unroot(&mut array) };
    });
}

pub fn array_read(bencher: &mut Bencher) {
    // SAFETY: the type is owned by the field.
    let arrays = Arrays::new(|| Field::of(unsafe { wasm_valtype_new_i32() }));
    let mut array = arrays.make(numbers().into_iter());
    bencher.iter(|| {
        let mut sum = 0;
        // SAFETY: the array is of the store; an element is written unless this fails.
        unsafe {
            let context = arrays.world.context;
            let mut len = 0;
            let error = wasmtime_arrayref_len(context, &array, &mut len);
            assert!(error.is_null());
            for i in 0..len {
                let mut elem = MaybeUninit::uninit();
                let error = wasmtime_arrayref_get(context, &array, i, elem.as_mut_ptr());
                assert!(error.is_null());
                let elem = elem.assume_init();
                assert_eq!(elem.kind, WASMTIME_I32);
                sum += i64::from(elem.of.i32);
            }
        }
        sum
    });
    // SAFETY: it is owned.
    unsafe { wasmtime_arrayref_unroot(&mut array) };
}

pub fn bytes_made(bencher: &mut Bencher) {
    let arrays = Arrays::new(Field::packed_i8);
    let bytes = [7_u8; LOOP as usize];
    bencher.iter(|| {
        let mut array = arrays.make(bytes.iter().map(|byte| i32::from(*byte)));
        // SAFETY: it is owned.
        unsafe { wasmtime_arrayref_unroot(&mut array) };
    });
}

pub fn externref(bencher: &mut Bencher) {
    unsafe extern "C" fn free(data: *mut c_void) {
        // SAFETY: the data is a box of a number.
        drop(unsafe { Box::from_raw(data.cast::<i32>()) });
    }

    let world = World::new();
    let instance = world.instantiate(wat::REFERENCE, &[]);
    let identity = world.func(&instance, "identity");
    bencher.iter(|| {
        let mut object = MaybeUninit::uninit();
        let mut result = MaybeUninit::uninit();
        let mut trap = ptr::null_mut();
        // SAFETY: the data is a box that is freed once; both references are owned.
        unsafe {
            let data = Box::into_raw(Box::new(black_box(7)));
            assert!(wasmtime_externref_new(
                world.context,
                data.cast(),
                Some(free),
                object.as_mut_ptr(),
            ));
            let mut object = object.assume_init();
            let mut value = wasmtime_val_raw_t {
                externref: wasmtime_externref_to_raw(world.context, &object),
            };
            let error =
                wasmtime_func_call_unchecked(world.context, &identity, &mut value, 1, &mut trap);
            assert!(error.is_null() && trap.is_null());
            wasmtime_externref_from_raw(world.context, value.externref, result.as_mut_ptr());
            let mut result = result.assume_init();
            assert!(!wasmtime_externref_is_null(&result));
            wasmtime_externref_unroot(&mut result);
            wasmtime_externref_unroot(&mut object);
        }
    });
}
