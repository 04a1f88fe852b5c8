//! Components: calls in both directions, and instances.

use super::{Bencher, World};
use libwasmtime::sys::*;
use libwasmtime_bench::{LOOP, wat};
use std::ffi::c_void;
use std::hint::black_box;
use std::mem::{self, MaybeUninit};
use std::ptr;

/// Compiles a component in the text format.
fn component(engine: *mut wasm_engine_t, wat: &str) -> *mut wasmtime_component_t {
    let wasm = libwasmtime::wat2wasm(wat).unwrap();
    let wasm: &[u8] = &wasm;
    let mut component = ptr::null_mut();
    // SAFETY: the engine is alive; the component is owned.
    unsafe {
        let error = wasmtime_component_new(engine, wasm.as_ptr(), wasm.len(), &mut component);
        assert!(error.is_null());
    }
    component
}

/// Returns a function of an instance.
fn func_of(
    world: &World,
    instance: &wasmtime_component_instance_t,
    name: &str,
) -> wasmtime_component_func_t {
    let mut func = MaybeUninit::uninit();
    // SAFETY: the instance belongs to the store. The function is written if it is found.
    unsafe {
        let index = wasmtime_component_instance_get_export_index(
            instance,
            world.context,
            ptr::null(),
            name.as_ptr().cast(),
            name.len(),
        );
        let out = func.as_mut_ptr();
        let is_found = wasmtime_component_instance_get_func(instance, world.context, index, out);
        assert!(is_found);
        wasmtime_component_export_index_delete(index);
        func.assume_init()
    }
}

/// A component that has been instantiated with the functions of the host that it imports.
struct Guest {
    world: World,
    component: *mut wasmtime_component_t,
    linker: *mut wasmtime_component_linker_t,
    instance: wasmtime_component_instance_t,
}

impl Guest {
    fn new(wat: &str) -> Guest {
        let world = World::new();
        let component = component(world.engine, wat);
        let linker = linker(world.engine);
        let instance = instantiate_in(world.context, linker, component);
        Guest {
            world,
            component,
            linker,
            instance,
        }
    }

    fn func(&self, name: &str) -> wasmtime_component_func_t {
        func_of(&self.world, &self.instance, name)
    }

    /// Calls a function. The result of the last call is dropped first.
    #[inline]
    fn call<const P: usize, const R: usize>(
        &self,
        func: &wasmtime_component_func_t,
        args: &[wasmtime_component_val_t; P],
        results: &mut [wasmtime_component_val_t; R],
    ) {
        let (args, results) = (args.as_ptr(), results.as_mut_ptr());
        // SAFETY: all belong to the store, and there are as many as the function has.
        let error =
            unsafe { wasmtime_component_func_call(func, self.world.context, args, P, results, R) };
        assert!(error.is_null());
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        // SAFETY: both are owned.
        unsafe {
            wasmtime_component_linker_delete(self.linker);
            wasmtime_component_delete(self.component);
        }
    }
}

fn instantiate_in(
    context: *mut wasmtime_context_t,
    linker: *mut wasmtime_component_linker_t,
    component: *mut wasmtime_component_t,
) -> wasmtime_component_instance_t {
    let mut instance = MaybeUninit::uninit();
    // SAFETY: all are alive, and the instance is written unless this fails.
    unsafe {
        let out = instance.as_mut_ptr();
        let error = wasmtime_component_linker_instantiate(linker, context, component, out);
        assert!(error.is_null());
        instance.assume_init()
    }
}

fn val(
    kind: wasmtime_component_valkind_t,
    of: wasmtime_component_valunion_t,
) -> wasmtime_component_val_t {
    wasmtime_component_val_t { kind, of }
}

fn u32_val(u32: u32) -> wasmtime_component_val_t {
    val(
        WASMTIME_COMPONENT_U32,
        wasmtime_component_valunion_t { u32 },
    )
}

fn f64_val(f64: f64) -> wasmtime_component_val_t {
    val(
        WASMTIME_COMPONENT_F64,
        wasmtime_component_valunion_t { f64 },
    )
}

/// A value that is overwritten.
fn nothing() -> wasmtime_component_val_t {
    let of = wasmtime_component_valunion_t { boolean: false };
    val(WASMTIME_COMPONENT_BOOL, of)
}

fn name(text: &str) -> wasm_name_t {
    let mut name = MaybeUninit::uninit();
    // SAFETY: the text is copied into a vector, which is written.
    unsafe {
        wasm_byte_vec_new(name.as_mut_ptr(), text.len(), text.as_ptr().cast());
        name.assume_init()
    }
}

fn list(of: impl ExactSizeIterator<Item = wasmtime_component_val_t>) -> wasmtime_component_val_t {
    let mut list = MaybeUninit::uninit();
    // SAFETY: the list is made with as many places as there are elements, which are all written.
    let list = unsafe {
        wasmtime_component_vallist_new_uninit(list.as_mut_ptr(), of.len());
        let list = list.assume_init();
        for (index, elem) in of.enumerate() {
            list.data.add(index).write(elem);
        }
        list
    };
    val(
        WASMTIME_COMPONENT_LIST,
        wasmtime_component_valunion_t { list },
    )
}

fn delete(mut val: wasmtime_component_val_t) {
    // SAFETY: it is owned.
    unsafe { wasmtime_component_val_delete(&mut val) }
}

pub fn typed_nullary(bencher: &mut Bencher) {
    let guest = Guest::new(wat::COMPONENT);
    let func = guest.func("nullary");
    bencher.iter(|| guest.call(&func, &[], &mut []));
}

pub fn typed_mixed(bencher: &mut Bencher) {
    let guest = Guest::new(wat::COMPONENT);
    let func = guest.func("mixed");
    bencher.iter(|| {
        let args = black_box([
            u32_val(1),
            f64_val(2.5),
            val(
                WASMTIME_COMPONENT_BOOL,
                wasmtime_component_valunion_t { boolean: true },
            ),
            val(
                WASMTIME_COMPONENT_CHAR,
                wasmtime_component_valunion_t { character: 97 },
            ),
        ]);
        let mut results = [nothing()];
        guest.call(&func, &args, &mut results);
        // SAFETY: it is such a value.
        unsafe { results[0].of.f64 }
    });
}

/// There is one way to call a function of a component.
pub fn untyped_mixed(bencher: &mut Bencher) {
    typed_mixed(bencher);
}

pub fn string(bencher: &mut Bencher) {
    let guest = Guest::new(wat::COMPONENT);
    let func = guest.func("echo");
    bencher.iter(|| {
        let string = name(black_box("a text of twenty byte"));
        let arg = val(
            WASMTIME_COMPONENT_STRING,
            wasmtime_component_valunion_t { string },
        );
        let args = [arg];
        let mut results = [nothing()];
        guest.call(&func, &args, &mut results);
        let [result] = results;
        // SAFETY: it is a string.
        let size = unsafe { result.of.string.size };
        for val in args {
            delete(val);
        }
        delete(result);
        size
    });
}

pub fn bytes(bencher: &mut Bencher) {
    let guest = Guest::new(wat::COMPONENT);
    let func = guest.func("length");
    let bytes: Vec<u8> = (0..LOOP).map(|i| i as u8).collect();
    bencher.iter(|| {
        let args = [list(black_box(&bytes).iter().map(|&u8| {
            val(WASMTIME_COMPONENT_U8, wasmtime_component_valunion_t { u8 })
        }))];
        let mut results = [nothing()];
        guest.call(&func, &args, &mut results);
        for val in args {
            delete(val);
        }
        // SAFETY: it is such a value.
        unsafe { results[0].of.u32 }
    });
}

/// Makes a record of the type `pair`.
fn pair(id: u32, value: f64) -> wasmtime_component_val_t {
    let mut record = MaybeUninit::uninit();
    // SAFETY: the record is made with two places, which are both written.
    let record = unsafe {
        wasmtime_component_valrecord_new_uninit(record.as_mut_ptr(), 2);
        let record = record.assume_init();
        let fields = [("id", u32_val(id)), ("value", f64_val(value))];
        for (index, (field, val)) in fields.into_iter().enumerate() {
            record
                .data
                .add(index)
                .write(wasmtime_component_valrecord_entry_t {
                    name: name(field),
                    val,
                });
        }
        record
    };
    val(
        WASMTIME_COMPONENT_RECORD,
        wasmtime_component_valunion_t { record },
    )
}

pub fn records(bencher: &mut Bencher) {
    let guest = Guest::new(wat::COMPONENT);
    let func = guest.func("pairs");
    let pairs: Vec<_> = (0..100).map(|id| (id, 0.5)).collect();
    bencher.iter(|| {
        let args = [list(
            black_box(&pairs).iter().map(|&(id, value)| pair(id, value)),
        )];
        let mut results = [nothing()];
        guest.call(&func, &args, &mut results);
        let [result] = results;
        // SAFETY: it is a list of such records.
        let read: Vec<(u32, f64)> = unsafe {
            let list = &result.of.list;
            (0..list.size)
                .map(|index| {
                    let record = &(*list.data.add(index)).of.record;
                    let field = |index| &(*record.data.add(index)).val.of;
                    (field(0).u32, field(1).f64)
                })
                .collect()
        };
        for val in args {
            delete(val);
        }
        delete(result);
        (read.len(), read[0])
    });
}

unsafe extern "C" fn mixed(
    _: *mut c_void,
    _: *mut wasmtime_context_t,
    _: *const wasmtime_component_func_type_t,
    args: *mut wasmtime_component_val_t,
    _: usize,
    results: *mut wasmtime_component_val_t,
    _: usize,
) -> *mut wasmtime_error_t {
    // SAFETY: there are an argument of this type and a place.
    unsafe {
        let f32 = (*args).of.u32 as f32;
        let of = wasmtime_component_valunion_t { f32 };
        results.write(val(WASMTIME_COMPONENT_F32, of));
    }
    ptr::null_mut()
}

unsafe extern "C" fn echo(
    _: *mut c_void,
    _: *mut wasmtime_context_t,
    _: *const wasmtime_component_func_type_t,
    args: *mut wasmtime_component_val_t,
    _: usize,
    results: *mut wasmtime_component_val_t,
    _: usize,
) -> *mut wasmtime_error_t {
    // SAFETY: there are an argument and a place. The argument is taken.
    unsafe { results.write(mem::replace(&mut *args, nothing())) };
    ptr::null_mut()
}

/// The number of the host's type.
const COUNTER: u32 = 7;

/// The counter that there is at a time.
static TOTAL: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);

unsafe extern "C" fn make(
    _: *mut c_void,
    context: *mut wasmtime_context_t,
    _: *const wasmtime_component_func_type_t,
    _: *mut wasmtime_component_val_t,
    _: usize,
    results: *mut wasmtime_component_val_t,
    _: usize,
) -> *mut wasmtime_error_t {
    // SAFETY: the context is that of the call. The handle is given away in the result.
    unsafe {
        let host = wasmtime_component_resource_host_new(true, 1, COUNTER);
        let mut resource = ptr::null_mut();
        let error = wasmtime_component_resource_host_to_any(context, host, &mut resource);
        wasmtime_component_resource_host_delete(host);
        let of = wasmtime_component_valunion_t { resource };
        results.write(val(WASMTIME_COMPONENT_RESOURCE, of));
        error
    }
}

unsafe extern "C" fn add(
    _: *mut c_void,
    context: *mut wasmtime_context_t,
    _: *const wasmtime_component_func_type_t,
    args: *mut wasmtime_component_val_t,
    _: usize,
    results: *mut wasmtime_component_val_t,
    _: usize,
) -> *mut wasmtime_error_t {
    // SAFETY: the context is that of the call. There are two arguments of these types, of which the
    // handle is one of the host's and lent.
    unsafe {
        let mut host = ptr::null_mut();
        let resource = (*args).of.resource;
        let error = wasmtime_component_resource_any_to_host(context, resource, &mut host);
        if !error.is_null() {
            return error;
        }
        assert_eq!(wasmtime_component_resource_host_rep(host), 1);
        wasmtime_component_resource_host_delete(host);
        let n = (*args.add(1)).of.u32;
        let total = TOTAL.load(std::sync::atomic::Ordering::Relaxed) + n;
        TOTAL.store(total, std::sync::atomic::Ordering::Relaxed);
        results.write(u32_val(total));
    }
    ptr::null_mut()
}

unsafe extern "C" fn destroy(
    _: *mut c_void,
    _: *mut wasmtime_context_t,
    _: u32,
) -> *mut wasmtime_error_t {
    TOTAL.store(0, std::sync::atomic::Ordering::Relaxed);
    ptr::null_mut()
}

/// Returns a linker with what the components import.
fn linker(engine: *mut wasm_engine_t) -> *mut wasmtime_component_linker_t {
    // SAFETY: the engine is alive. The linker is owned, and so is its root, which is deleted.
    unsafe {
        let linker = wasmtime_component_linker_new(engine);
        let root = wasmtime_component_linker_root(linker);
        let funcs: [(&str, wasmtime_component_func_callback_t); 4] = [
            ("mixed", Some(mixed)),
            ("echo", Some(echo)),
            ("make", Some(make)),
            ("add", Some(add)),
        ];
        for (name, callback) in funcs {
            let error = wasmtime_component_linker_instance_add_func(
                root,
                name.as_ptr().cast(),
                name.len(),
                callback,
                ptr::null_mut(),
                None,
            );
            assert!(error.is_null());
        }
        let ty = wasmtime_component_resource_type_new_host(COUNTER);
        let error = wasmtime_component_linker_instance_add_resource(
            root,
            "counter".as_ptr().cast(),
            "counter".len(),
            ty,
            Some(destroy),
            ptr::null_mut(),
            None,
        );
        assert!(error.is_null());
        wasmtime_component_resource_type_delete(ty);
        wasmtime_component_linker_instance_delete(root);
        linker
    }
}

/// Measures the loop of that name.
fn host(bencher: &mut Bencher, name: &str) {
    let guest = Guest::new(wat::COMPONENT_HOST);
    let func = guest.func(name);
    bencher.iter(|| guest.call(&func, &[u32_val(LOOP)], &mut []));
}

pub fn host_mixed(bencher: &mut Bencher) {
    host(bencher, "mixed");
}

pub fn host_string(bencher: &mut Bencher) {
    host(bencher, "echo");
}

pub fn host_resource(bencher: &mut Bencher) {
    host(bencher, "resource");
}

pub fn instantiate(bencher: &mut Bencher) {
    let guest = Guest::new(wat::COMPONENT_HOST);
    bencher.iter(|| {
        // SAFETY: the engine is alive. The store is owned, and deleted once.
        unsafe {
            let store = wasmtime_store_new(guest.world.engine, ptr::null_mut(), None);
            let context = wasmtime_store_context(store);
            instantiate_in(context, guest.linker, guest.component);
            wasmtime_store_delete(store);
        }
    });
}
