//! `wasmtime/types/structref.h`. Types of structs and of their fields.

use super::*;

capi! {
    header "wasmtime/types/structref.h";

    opaque {
        wasmtime_struct_type_t,
    }

    types {
        type wasmtime_storage_type_kind_t = u8;
    }

    structs {
        struct wasmtime_storage_type_t {
            kind: wasmtime_storage_type_kind_t,
            valtype: *mut wasm_valtype_t,
        }
        struct wasmtime_field_type_t {
            mutable_: bool,
            storage: wasmtime_storage_type_t,
        }
    }

    constants {
        const WASMTIME_STORAGE_TYPE_KIND_I8: wasmtime_storage_type_kind_t = 0;
        const WASMTIME_STORAGE_TYPE_KIND_I16: wasmtime_storage_type_kind_t = 1;
        const WASMTIME_STORAGE_TYPE_KIND_VALTYPE: wasmtime_storage_type_kind_t = 2;
    }

    functions(Core) {
        fn wasmtime_storage_type_clone(
            storage: *const wasmtime_storage_type_t,
            out: *mut wasmtime_storage_type_t,
        );
        fn wasmtime_storage_type_delete(storage: *mut wasmtime_storage_type_t);
        fn wasmtime_field_type_clone(
            field: *const wasmtime_field_type_t,
            out: *mut wasmtime_field_type_t,
        );
        fn wasmtime_field_type_delete(field: *mut wasmtime_field_type_t);
        fn wasmtime_struct_type_new(
            engine: *const wasm_engine_t,
            fields: *const wasmtime_field_type_t,
            nfields: usize,
        ) -> *mut wasmtime_struct_type_t;
        fn wasmtime_struct_type_copy(
            ty: *const wasmtime_struct_type_t,
        ) -> *mut wasmtime_struct_type_t;
        fn wasmtime_struct_type_delete(ty: *mut wasmtime_struct_type_t);
        fn wasmtime_struct_type_num_fields(ty: *const wasmtime_struct_type_t) -> usize;
        fn wasmtime_struct_type_field(
            ty: *const wasmtime_struct_type_t,
            index: usize,
            out: *mut wasmtime_field_type_t,
        ) -> bool;
    }
}
