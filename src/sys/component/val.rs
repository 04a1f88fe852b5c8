//! `wasmtime/component/val.h`. Values of the component model.

use super::*;

capi! {
    header "wasmtime/component/val.h";

    opaque {
        wasmtime_component_resource_any_t,
        wasmtime_component_resource_host_t,
    }

    types {
        type wasmtime_component_valkind_t = u8;
    }

    structs {
        struct wasmtime_component_valvariant_t {
            discriminant: wasm_name_t,
            val: *mut wasmtime_component_val_t,
        }
        struct wasmtime_component_valresult_t {
            is_ok: bool,
            val: *mut wasmtime_component_val_t,
        }
        struct wasmtime_component_val_t {
            kind: wasmtime_component_valkind_t,
            of: wasmtime_component_valunion_t,
        }
        struct wasmtime_component_valrecord_entry_t {
            name: wasm_name_t,
            val: wasmtime_component_val_t,
        }
        struct wasmtime_component_valmap_entry_t {
            key: wasmtime_component_val_t,
            value: wasmtime_component_val_t,
        }
    }

    unions {
        union wasmtime_component_valunion_t {
            boolean: bool,
            s8: i8,
            u8: u8,
            s16: i16,
            u16: u16,
            s32: i32,
            u32: u32,
            s64: i64,
            u64: u64,
            f32: float32_t,
            f64: float64_t,
            character: u32,
            string: wasm_name_t,
            list: wasmtime_component_vallist_t,
            record: wasmtime_component_valrecord_t,
            tuple: wasmtime_component_valtuple_t,
            variant: wasmtime_component_valvariant_t,
            enumeration: wasm_name_t,
            option: *mut wasmtime_component_val_t,
            result: wasmtime_component_valresult_t,
            flags: wasmtime_component_valflags_t,
            map: wasmtime_component_valmap_t,
            resource: *mut wasmtime_component_resource_any_t,
        }
    }

    constants {
        const WASMTIME_COMPONENT_BOOL: wasmtime_component_valkind_t = 0;
        const WASMTIME_COMPONENT_S8: wasmtime_component_valkind_t = 1;
        const WASMTIME_COMPONENT_U8: wasmtime_component_valkind_t = 2;
        const WASMTIME_COMPONENT_S16: wasmtime_component_valkind_t = 3;
        const WASMTIME_COMPONENT_U16: wasmtime_component_valkind_t = 4;
        const WASMTIME_COMPONENT_S32: wasmtime_component_valkind_t = 5;
        const WASMTIME_COMPONENT_U32: wasmtime_component_valkind_t = 6;
        const WASMTIME_COMPONENT_S64: wasmtime_component_valkind_t = 7;
        const WASMTIME_COMPONENT_U64: wasmtime_component_valkind_t = 8;
        const WASMTIME_COMPONENT_F32: wasmtime_component_valkind_t = 9;
        const WASMTIME_COMPONENT_F64: wasmtime_component_valkind_t = 10;
        const WASMTIME_COMPONENT_CHAR: wasmtime_component_valkind_t = 11;
        const WASMTIME_COMPONENT_STRING: wasmtime_component_valkind_t = 12;
        const WASMTIME_COMPONENT_LIST: wasmtime_component_valkind_t = 13;
        const WASMTIME_COMPONENT_RECORD: wasmtime_component_valkind_t = 14;
        const WASMTIME_COMPONENT_TUPLE: wasmtime_component_valkind_t = 15;
        const WASMTIME_COMPONENT_VARIANT: wasmtime_component_valkind_t = 16;
        const WASMTIME_COMPONENT_ENUM: wasmtime_component_valkind_t = 17;
        const WASMTIME_COMPONENT_OPTION: wasmtime_component_valkind_t = 18;
        const WASMTIME_COMPONENT_RESULT: wasmtime_component_valkind_t = 19;
        const WASMTIME_COMPONENT_FLAGS: wasmtime_component_valkind_t = 20;
        const WASMTIME_COMPONENT_RESOURCE: wasmtime_component_valkind_t = 21;
        const WASMTIME_COMPONENT_MAP: wasmtime_component_valkind_t = 22;
    }

    functions(ComponentModel) {
        fn wasmtime_component_resource_any_type(
            resource: *const wasmtime_component_resource_any_t,
        ) -> *mut wasmtime_component_resource_type_t;
        fn wasmtime_component_resource_any_clone(
            resource: *const wasmtime_component_resource_any_t,
        ) -> *mut wasmtime_component_resource_any_t;
        fn wasmtime_component_resource_any_owned(
            resource: *const wasmtime_component_resource_any_t,
        ) -> bool;
        fn wasmtime_component_resource_any_drop(
            ctx: *mut wasmtime_context_t,
            resource: *const wasmtime_component_resource_any_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_component_resource_any_delete(resource: *mut wasmtime_component_resource_any_t);
        fn wasmtime_component_resource_host_new(
            owned: bool,
            rep: u32,
            ty: u32,
        ) -> *mut wasmtime_component_resource_host_t;
        fn wasmtime_component_resource_host_clone(
            resource: *const wasmtime_component_resource_host_t,
        ) -> *mut wasmtime_component_resource_host_t;
        fn wasmtime_component_resource_host_rep(
            resource: *const wasmtime_component_resource_host_t,
        ) -> u32;
        fn wasmtime_component_resource_host_type(
            resource: *const wasmtime_component_resource_host_t,
        ) -> u32;
        fn wasmtime_component_resource_host_owned(
            resource: *const wasmtime_component_resource_host_t,
        ) -> bool;
        fn wasmtime_component_resource_host_delete(
            resource: *mut wasmtime_component_resource_host_t,
        );
        fn wasmtime_component_resource_any_to_host(
            ctx: *mut wasmtime_context_t,
            resource: *const wasmtime_component_resource_any_t,
            ret: *mut *mut wasmtime_component_resource_host_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_component_resource_host_to_any(
            ctx: *mut wasmtime_context_t,
            resource: *const wasmtime_component_resource_host_t,
            ret: *mut *mut wasmtime_component_resource_any_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_component_val_new(
            val: *mut wasmtime_component_val_t,
        ) -> *mut wasmtime_component_val_t;
        fn wasmtime_component_val_free(ptr: *mut wasmtime_component_val_t);
        fn wasmtime_component_val_clone(
            src: *const wasmtime_component_val_t,
            dst: *mut wasmtime_component_val_t,
        );
        fn wasmtime_component_val_delete(value: *mut wasmtime_component_val_t);
    }
}
