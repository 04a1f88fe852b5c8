//! `wasmtime/component/types/component.h`. Types of components.

use super::*;

capi! {
    header "wasmtime/component/types/component.h";

    opaque {
        wasmtime_component_type_t,
    }

    types {
        type wasmtime_component_item_kind_t = u8;
    }

    structs {
        struct wasmtime_component_item_t {
            kind: wasmtime_component_item_kind_t,
            of: wasmtime_component_item_union_t,
        }
    }

    unions {
        union wasmtime_component_item_union_t {
            component: *mut wasmtime_component_type_t,
            component_instance: *mut wasmtime_component_instance_type_t,
            module: *mut wasmtime_module_type_t,
            component_func: *mut wasmtime_component_func_type_t,
            resource: *mut wasmtime_component_resource_type_t,
            core_func: *mut wasm_functype_t,
            ty: wasmtime_component_valtype_t,
        }
    }

    constants {
        const WASMTIME_COMPONENT_ITEM_COMPONENT: wasmtime_component_item_kind_t = 0;
        const WASMTIME_COMPONENT_ITEM_COMPONENT_INSTANCE: wasmtime_component_item_kind_t = 1;
        const WASMTIME_COMPONENT_ITEM_MODULE: wasmtime_component_item_kind_t = 2;
        const WASMTIME_COMPONENT_ITEM_COMPONENT_FUNC: wasmtime_component_item_kind_t = 3;
        const WASMTIME_COMPONENT_ITEM_RESOURCE: wasmtime_component_item_kind_t = 4;
        const WASMTIME_COMPONENT_ITEM_CORE_FUNC: wasmtime_component_item_kind_t = 5;
        const WASMTIME_COMPONENT_ITEM_TYPE: wasmtime_component_item_kind_t = 6;
    }

    functions(ComponentModel) {
        fn wasmtime_component_type_clone(
            ty: *const wasmtime_component_type_t,
        ) -> *mut wasmtime_component_type_t;
        fn wasmtime_component_type_delete(ty: *mut wasmtime_component_type_t);
        fn wasmtime_component_type_import_count(
            ty: *const wasmtime_component_type_t,
            engine: *const wasm_engine_t,
        ) -> usize;
        fn wasmtime_component_type_import_get(
            ty: *const wasmtime_component_type_t,
            engine: *const wasm_engine_t,
            name: *const c_char,
            name_len: usize,
            ret: *mut wasmtime_component_item_t,
        ) -> bool;
        fn wasmtime_component_type_import_nth(
            ty: *const wasmtime_component_type_t,
            engine: *const wasm_engine_t,
            nth: usize,
            name_ret: *mut *const c_char,
            name_len_ret: *mut usize,
            type_ret: *mut wasmtime_component_item_t,
        ) -> bool;
        fn wasmtime_component_type_export_count(
            ty: *const wasmtime_component_type_t,
            engine: *const wasm_engine_t,
        ) -> usize;
        fn wasmtime_component_type_export_get(
            ty: *const wasmtime_component_type_t,
            engine: *const wasm_engine_t,
            name: *const c_char,
            name_len: usize,
            ret: *mut wasmtime_component_item_t,
        ) -> bool;
        fn wasmtime_component_type_export_nth(
            ty: *const wasmtime_component_type_t,
            engine: *const wasm_engine_t,
            nth: usize,
            name_ret: *mut *const c_char,
            name_len_ret: *mut usize,
            type_ret: *mut wasmtime_component_item_t,
        ) -> bool;
        fn wasmtime_component_item_clone(
            item: *const wasmtime_component_item_t,
            out: *mut wasmtime_component_item_t,
        );
        fn wasmtime_component_item_delete(ptr: *mut wasmtime_component_item_t);
    }
}
