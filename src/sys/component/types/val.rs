//! `wasmtime/component/types/val.h`. Types of component values.

use super::*;

capi! {
    header "wasmtime/component/types/val.h";

    opaque {
        wasmtime_component_list_type_t,
        wasmtime_component_record_type_t,
        wasmtime_component_tuple_type_t,
        wasmtime_component_variant_type_t,
        wasmtime_component_enum_type_t,
        wasmtime_component_option_type_t,
        wasmtime_component_result_type_t,
        wasmtime_component_flags_type_t,
        wasmtime_component_future_type_t,
        wasmtime_component_stream_type_t,
        wasmtime_component_map_type_t,
    }

    types {
        type wasmtime_component_valtype_kind_t = u8;
    }

    structs {
        struct wasmtime_component_valtype_t {
            kind: wasmtime_component_valtype_kind_t,
            of: wasmtime_component_valtype_union_t,
        }
    }

    unions {
        union wasmtime_component_valtype_union_t {
            list: *mut wasmtime_component_list_type_t,
            record: *mut wasmtime_component_record_type_t,
            tuple: *mut wasmtime_component_tuple_type_t,
            variant: *mut wasmtime_component_variant_type_t,
            enum_: *mut wasmtime_component_enum_type_t,
            option: *mut wasmtime_component_option_type_t,
            result: *mut wasmtime_component_result_type_t,
            flags: *mut wasmtime_component_flags_type_t,
            own: *mut wasmtime_component_resource_type_t,
            borrow: *mut wasmtime_component_resource_type_t,
            future: *mut wasmtime_component_future_type_t,
            stream: *mut wasmtime_component_stream_type_t,
            map: *mut wasmtime_component_map_type_t,
        }
    }

    constants {
        const WASMTIME_COMPONENT_VALTYPE_BOOL: wasmtime_component_valtype_kind_t = 0;
        const WASMTIME_COMPONENT_VALTYPE_S8: wasmtime_component_valtype_kind_t = 1;
        const WASMTIME_COMPONENT_VALTYPE_S16: wasmtime_component_valtype_kind_t = 2;
        const WASMTIME_COMPONENT_VALTYPE_S32: wasmtime_component_valtype_kind_t = 3;
        const WASMTIME_COMPONENT_VALTYPE_S64: wasmtime_component_valtype_kind_t = 4;
        const WASMTIME_COMPONENT_VALTYPE_U8: wasmtime_component_valtype_kind_t = 5;
        const WASMTIME_COMPONENT_VALTYPE_U16: wasmtime_component_valtype_kind_t = 6;
        const WASMTIME_COMPONENT_VALTYPE_U32: wasmtime_component_valtype_kind_t = 7;
        const WASMTIME_COMPONENT_VALTYPE_U64: wasmtime_component_valtype_kind_t = 8;
        const WASMTIME_COMPONENT_VALTYPE_F32: wasmtime_component_valtype_kind_t = 9;
        const WASMTIME_COMPONENT_VALTYPE_F64: wasmtime_component_valtype_kind_t = 10;
        const WASMTIME_COMPONENT_VALTYPE_CHAR: wasmtime_component_valtype_kind_t = 11;
        const WASMTIME_COMPONENT_VALTYPE_STRING: wasmtime_component_valtype_kind_t = 12;
        const WASMTIME_COMPONENT_VALTYPE_LIST: wasmtime_component_valtype_kind_t = 13;
        const WASMTIME_COMPONENT_VALTYPE_RECORD: wasmtime_component_valtype_kind_t = 14;
        const WASMTIME_COMPONENT_VALTYPE_TUPLE: wasmtime_component_valtype_kind_t = 15;
        const WASMTIME_COMPONENT_VALTYPE_VARIANT: wasmtime_component_valtype_kind_t = 16;
        const WASMTIME_COMPONENT_VALTYPE_ENUM: wasmtime_component_valtype_kind_t = 17;
        const WASMTIME_COMPONENT_VALTYPE_OPTION: wasmtime_component_valtype_kind_t = 18;
        const WASMTIME_COMPONENT_VALTYPE_RESULT: wasmtime_component_valtype_kind_t = 19;
        const WASMTIME_COMPONENT_VALTYPE_FLAGS: wasmtime_component_valtype_kind_t = 20;
        const WASMTIME_COMPONENT_VALTYPE_OWN: wasmtime_component_valtype_kind_t = 21;
        const WASMTIME_COMPONENT_VALTYPE_BORROW: wasmtime_component_valtype_kind_t = 22;
        const WASMTIME_COMPONENT_VALTYPE_FUTURE: wasmtime_component_valtype_kind_t = 23;
        const WASMTIME_COMPONENT_VALTYPE_STREAM: wasmtime_component_valtype_kind_t = 24;
        const WASMTIME_COMPONENT_VALTYPE_ERROR_CONTEXT: wasmtime_component_valtype_kind_t = 25;
        const WASMTIME_COMPONENT_VALTYPE_MAP: wasmtime_component_valtype_kind_t = 26;
    }

    functions(ComponentModel) {
        fn wasmtime_component_list_type_clone(
            ty: *const wasmtime_component_list_type_t,
        ) -> *mut wasmtime_component_list_type_t;
        fn wasmtime_component_list_type_equal(
            a: *const wasmtime_component_list_type_t,
            b: *const wasmtime_component_list_type_t,
        ) -> bool;
        fn wasmtime_component_list_type_delete(ptr: *mut wasmtime_component_list_type_t);
        fn wasmtime_component_list_type_element(
            ty: *const wasmtime_component_list_type_t,
            type_ret: *mut wasmtime_component_valtype_t,
        );
        fn wasmtime_component_record_type_clone(
            ty: *const wasmtime_component_record_type_t,
        ) -> *mut wasmtime_component_record_type_t;
        fn wasmtime_component_record_type_equal(
            a: *const wasmtime_component_record_type_t,
            b: *const wasmtime_component_record_type_t,
        ) -> bool;
        fn wasmtime_component_record_type_delete(ptr: *mut wasmtime_component_record_type_t);
        fn wasmtime_component_record_type_field_count(
            ty: *const wasmtime_component_record_type_t,
        ) -> usize;
        fn wasmtime_component_record_type_field_nth(
            ty: *const wasmtime_component_record_type_t,
            nth: usize,
            name_ret: *mut *const c_char,
            name_len_ret: *mut usize,
            type_ret: *mut wasmtime_component_valtype_t,
        ) -> bool;
        fn wasmtime_component_tuple_type_clone(
            ty: *const wasmtime_component_tuple_type_t,
        ) -> *mut wasmtime_component_tuple_type_t;
        fn wasmtime_component_tuple_type_equal(
            a: *const wasmtime_component_tuple_type_t,
            b: *const wasmtime_component_tuple_type_t,
        ) -> bool;
        fn wasmtime_component_tuple_type_delete(ptr: *mut wasmtime_component_tuple_type_t);
        fn wasmtime_component_tuple_type_types_count(
            ty: *const wasmtime_component_tuple_type_t,
        ) -> usize;
        fn wasmtime_component_tuple_type_types_nth(
            ty: *const wasmtime_component_tuple_type_t,
            nth: usize,
            type_ret: *mut wasmtime_component_valtype_t,
        ) -> bool;
        fn wasmtime_component_variant_type_clone(
            ty: *const wasmtime_component_variant_type_t,
        ) -> *mut wasmtime_component_variant_type_t;
        fn wasmtime_component_variant_type_equal(
            a: *const wasmtime_component_variant_type_t,
            b: *const wasmtime_component_variant_type_t,
        ) -> bool;
        fn wasmtime_component_variant_type_delete(ptr: *mut wasmtime_component_variant_type_t);
        fn wasmtime_component_variant_type_case_count(
            ty: *const wasmtime_component_variant_type_t,
        ) -> usize;
        fn wasmtime_component_variant_type_case_nth(
            ty: *const wasmtime_component_variant_type_t,
            nth: usize,
            name_ret: *mut *const c_char,
            name_len_ret: *mut usize,
            has_payload_ret: *mut bool,
            payload_ret: *mut wasmtime_component_valtype_t,
        ) -> bool;
        fn wasmtime_component_enum_type_clone(
            ty: *const wasmtime_component_enum_type_t,
        ) -> *mut wasmtime_component_enum_type_t;
        fn wasmtime_component_enum_type_equal(
            a: *const wasmtime_component_enum_type_t,
            b: *const wasmtime_component_enum_type_t,
        ) -> bool;
        fn wasmtime_component_enum_type_delete(ptr: *mut wasmtime_component_enum_type_t);
        fn wasmtime_component_enum_type_names_count(
            ty: *const wasmtime_component_enum_type_t,
        ) -> usize;
        fn wasmtime_component_enum_type_names_nth(
            ty: *const wasmtime_component_enum_type_t,
            nth: usize,
            name_ret: *mut *const c_char,
            name_len_ret: *mut usize,
        ) -> bool;
        fn wasmtime_component_option_type_clone(
            ty: *const wasmtime_component_option_type_t,
        ) -> *mut wasmtime_component_option_type_t;
        fn wasmtime_component_option_type_equal(
            a: *const wasmtime_component_option_type_t,
            b: *const wasmtime_component_option_type_t,
        ) -> bool;
        fn wasmtime_component_option_type_delete(ptr: *mut wasmtime_component_option_type_t);
        fn wasmtime_component_option_type_ty(
            ty: *const wasmtime_component_option_type_t,
            type_ret: *mut wasmtime_component_valtype_t,
        );
        fn wasmtime_component_result_type_clone(
            ty: *const wasmtime_component_result_type_t,
        ) -> *mut wasmtime_component_result_type_t;
        fn wasmtime_component_result_type_equal(
            a: *const wasmtime_component_result_type_t,
            b: *const wasmtime_component_result_type_t,
        ) -> bool;
        fn wasmtime_component_result_type_delete(ptr: *mut wasmtime_component_result_type_t);
        fn wasmtime_component_result_type_ok(
            ty: *const wasmtime_component_result_type_t,
            type_ret: *mut wasmtime_component_valtype_t,
        ) -> bool;
        fn wasmtime_component_result_type_err(
            ty: *const wasmtime_component_result_type_t,
            type_ret: *mut wasmtime_component_valtype_t,
        ) -> bool;
        fn wasmtime_component_flags_type_clone(
            ty: *const wasmtime_component_flags_type_t,
        ) -> *mut wasmtime_component_flags_type_t;
        fn wasmtime_component_flags_type_equal(
            a: *const wasmtime_component_flags_type_t,
            b: *const wasmtime_component_flags_type_t,
        ) -> bool;
        fn wasmtime_component_flags_type_delete(ptr: *mut wasmtime_component_flags_type_t);
        fn wasmtime_component_flags_type_names_count(
            ty: *const wasmtime_component_flags_type_t,
        ) -> usize;
        fn wasmtime_component_flags_type_names_nth(
            ty: *const wasmtime_component_flags_type_t,
            nth: usize,
            name_ret: *mut *const c_char,
            name_len_ret: *mut usize,
        ) -> bool;
        fn wasmtime_component_future_type_clone(
            ty: *const wasmtime_component_future_type_t,
        ) -> *mut wasmtime_component_future_type_t;
        fn wasmtime_component_future_type_equal(
            a: *const wasmtime_component_future_type_t,
            b: *const wasmtime_component_future_type_t,
        ) -> bool;
        fn wasmtime_component_future_type_delete(ptr: *mut wasmtime_component_future_type_t);
        fn wasmtime_component_future_type_ty(
            ty: *const wasmtime_component_future_type_t,
            type_ret: *mut wasmtime_component_valtype_t,
        ) -> bool;
        fn wasmtime_component_stream_type_clone(
            ty: *const wasmtime_component_stream_type_t,
        ) -> *mut wasmtime_component_stream_type_t;
        fn wasmtime_component_stream_type_equal(
            a: *const wasmtime_component_stream_type_t,
            b: *const wasmtime_component_stream_type_t,
        ) -> bool;
        fn wasmtime_component_stream_type_delete(ptr: *mut wasmtime_component_stream_type_t);
        fn wasmtime_component_stream_type_ty(
            ty: *const wasmtime_component_stream_type_t,
            type_ret: *mut wasmtime_component_valtype_t,
        ) -> bool;
        fn wasmtime_component_map_type_clone(
            ty: *const wasmtime_component_map_type_t,
        ) -> *mut wasmtime_component_map_type_t;
        fn wasmtime_component_map_type_equal(
            a: *const wasmtime_component_map_type_t,
            b: *const wasmtime_component_map_type_t,
        ) -> bool;
        fn wasmtime_component_map_type_delete(ptr: *mut wasmtime_component_map_type_t);
        fn wasmtime_component_map_type_key(
            ty: *const wasmtime_component_map_type_t,
            type_ret: *mut wasmtime_component_valtype_t,
        );
        fn wasmtime_component_map_type_value(
            ty: *const wasmtime_component_map_type_t,
            type_ret: *mut wasmtime_component_valtype_t,
        );
        fn wasmtime_component_valtype_clone(
            ty: *const wasmtime_component_valtype_t,
            out: *mut wasmtime_component_valtype_t,
        );
        fn wasmtime_component_valtype_equal(
            a: *const wasmtime_component_valtype_t,
            b: *const wasmtime_component_valtype_t,
        ) -> bool;
        fn wasmtime_component_valtype_delete(ptr: *mut wasmtime_component_valtype_t);
    }
}
