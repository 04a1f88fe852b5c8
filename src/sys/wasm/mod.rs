//! `wasm.h`. The engine-neutral API: types, values, references and runtime objects.

use super::*;

mod inline;
pub use inline::*;

capi! {
    header "wasm.h";

    opaque {
        wasm_config_t,
        wasm_engine_t,
        wasm_store_t,
        wasm_valtype_t,
        wasm_functype_t,
        wasm_globaltype_t,
        wasm_tabletype_t,
        wasm_memorytype_t,
        wasm_tagtype_t,
        wasm_externtype_t,
        wasm_importtype_t,
        wasm_exporttype_t,
        wasm_ref_t,
        wasm_frame_t,
        wasm_trap_t,
        wasm_foreign_t,
        wasm_module_t,
        wasm_shared_module_t,
        wasm_func_t,
        wasm_global_t,
        wasm_table_t,
        wasm_memory_t,
        wasm_extern_t,
        wasm_instance_t,
    }

    types {
        type byte_t = c_char;
        type float32_t = f32;
        type float64_t = f64;
        type wasm_byte_t = byte_t;
        type wasm_name_t = wasm_byte_vec_t;
        type wasm_mutability_t = u8;
        type wasm_valkind_t = u8;
        type wasm_externkind_t = u8;
        type wasm_message_t = wasm_name_t;
        type wasm_func_callback_t = Option<
            unsafe extern "C" fn(
                args: *const wasm_val_vec_t,
                results: *mut wasm_val_vec_t,
            ) -> *mut wasm_trap_t,
        >;
        type wasm_func_callback_with_env_t = Option<
            unsafe extern "C" fn(
                env: *mut c_void,
                args: *const wasm_val_vec_t,
                results: *mut wasm_val_vec_t,
            ) -> *mut wasm_trap_t,
        >;
        type wasm_table_size_t = u32;
        type wasm_memory_pages_t = u32;
    }

    structs {
        struct wasm_limits_t {
            min: u32,
            max: u32,
        }
        struct wasm_val_t {
            kind: wasm_valkind_t,
            of: wasm_val_union_t,
        }
    }

    unions {
        union wasm_val_union_t {
            i32: i32,
            i64: i64,
            f32: float32_t,
            f64: float64_t,
            ref_: *mut wasm_ref_t,
        }
    }

    constants {
        const WASM_CONST: wasm_mutability_t = 0;
        const WASM_VAR: wasm_mutability_t = 1;
        const wasm_limits_max_default: u32 = 0xffffffff;
        const WASM_I32: wasm_valkind_t = 0;
        const WASM_I64: wasm_valkind_t = 1;
        const WASM_F32: wasm_valkind_t = 2;
        const WASM_F64: wasm_valkind_t = 3;
        const WASM_EXTERNREF: wasm_valkind_t = 128;
        const WASM_FUNCREF: wasm_valkind_t = 129;
        const WASM_EXTERN_FUNC: wasm_externkind_t = 0;
        const WASM_EXTERN_GLOBAL: wasm_externkind_t = 1;
        const WASM_EXTERN_TABLE: wasm_externkind_t = 2;
        const WASM_EXTERN_MEMORY: wasm_externkind_t = 3;
        const WASM_EXTERN_TAG: wasm_externkind_t = 4;
        const MEMORY_PAGE_SIZE: usize = 0x10000;
    }

    functions(Core) {
        fn wasm_config_delete(arg: *mut wasm_config_t);
        fn wasm_config_new() -> *mut wasm_config_t;
        fn wasm_engine_delete(arg: *mut wasm_engine_t);
        fn wasm_engine_new() -> *mut wasm_engine_t;
        fn wasm_engine_new_with_config(arg: *mut wasm_config_t) -> *mut wasm_engine_t;
        fn wasm_store_delete(arg: *mut wasm_store_t);
        fn wasm_store_new(arg: *mut wasm_engine_t) -> *mut wasm_store_t;
        fn wasm_valtype_delete(arg: *mut wasm_valtype_t);
        fn wasm_valtype_copy(arg: *const wasm_valtype_t) -> *mut wasm_valtype_t;
        fn wasm_valtype_new(arg: wasm_valkind_t) -> *mut wasm_valtype_t;
        fn wasm_valtype_kind(arg: *const wasm_valtype_t) -> wasm_valkind_t;
        fn wasm_functype_delete(arg: *mut wasm_functype_t);
        fn wasm_functype_copy(arg: *const wasm_functype_t) -> *mut wasm_functype_t;
        fn wasm_functype_new(
            params: *mut wasm_valtype_vec_t,
            results: *mut wasm_valtype_vec_t,
        ) -> *mut wasm_functype_t;
        fn wasm_functype_params(arg: *const wasm_functype_t) -> *const wasm_valtype_vec_t;
        fn wasm_functype_results(arg: *const wasm_functype_t) -> *const wasm_valtype_vec_t;
        fn wasm_globaltype_delete(arg: *mut wasm_globaltype_t);
        fn wasm_globaltype_copy(arg: *const wasm_globaltype_t) -> *mut wasm_globaltype_t;
        fn wasm_globaltype_new(
            arg0: *mut wasm_valtype_t,
            arg1: wasm_mutability_t,
        ) -> *mut wasm_globaltype_t;
        fn wasm_globaltype_content(arg: *const wasm_globaltype_t) -> *const wasm_valtype_t;
        fn wasm_globaltype_mutability(arg: *const wasm_globaltype_t) -> wasm_mutability_t;
        fn wasm_tabletype_delete(arg: *mut wasm_tabletype_t);
        fn wasm_tabletype_copy(arg: *const wasm_tabletype_t) -> *mut wasm_tabletype_t;
        fn wasm_tabletype_new(
            arg0: *mut wasm_valtype_t,
            arg1: *const wasm_limits_t,
        ) -> *mut wasm_tabletype_t;
        fn wasm_tabletype_element(arg: *const wasm_tabletype_t) -> *const wasm_valtype_t;
        fn wasm_tabletype_limits(arg: *const wasm_tabletype_t) -> *const wasm_limits_t;
        fn wasm_memorytype_delete(arg: *mut wasm_memorytype_t);
        fn wasm_memorytype_copy(arg: *const wasm_memorytype_t) -> *mut wasm_memorytype_t;
        fn wasm_memorytype_new(arg: *const wasm_limits_t) -> *mut wasm_memorytype_t;
        fn wasm_memorytype_limits(arg: *const wasm_memorytype_t) -> *const wasm_limits_t;
        fn wasm_tagtype_delete(arg: *mut wasm_tagtype_t);
        fn wasm_tagtype_copy(arg: *const wasm_tagtype_t) -> *mut wasm_tagtype_t;
        fn wasm_tagtype_new(arg: *mut wasm_functype_t) -> *mut wasm_tagtype_t;
        fn wasm_tagtype_functype(arg: *const wasm_tagtype_t) -> *const wasm_functype_t;
        fn wasm_externtype_delete(arg: *mut wasm_externtype_t);
        fn wasm_externtype_copy(arg: *const wasm_externtype_t) -> *mut wasm_externtype_t;
        fn wasm_externtype_kind(arg: *const wasm_externtype_t) -> wasm_externkind_t;
        fn wasm_functype_as_externtype(arg: *mut wasm_functype_t) -> *mut wasm_externtype_t;
        fn wasm_globaltype_as_externtype(arg: *mut wasm_globaltype_t) -> *mut wasm_externtype_t;
        fn wasm_tabletype_as_externtype(arg: *mut wasm_tabletype_t) -> *mut wasm_externtype_t;
        fn wasm_memorytype_as_externtype(arg: *mut wasm_memorytype_t) -> *mut wasm_externtype_t;
        fn wasm_tagtype_as_externtype(arg: *mut wasm_tagtype_t) -> *mut wasm_externtype_t;
        fn wasm_externtype_as_functype(arg: *mut wasm_externtype_t) -> *mut wasm_functype_t;
        fn wasm_externtype_as_globaltype(arg: *mut wasm_externtype_t) -> *mut wasm_globaltype_t;
        fn wasm_externtype_as_tabletype(arg: *mut wasm_externtype_t) -> *mut wasm_tabletype_t;
        fn wasm_externtype_as_memorytype(arg: *mut wasm_externtype_t) -> *mut wasm_memorytype_t;
        fn wasm_externtype_as_tagtype(arg: *mut wasm_externtype_t) -> *mut wasm_tagtype_t;
        fn wasm_functype_as_externtype_const(
            arg: *const wasm_functype_t,
        ) -> *const wasm_externtype_t;
        fn wasm_globaltype_as_externtype_const(
            arg: *const wasm_globaltype_t,
        ) -> *const wasm_externtype_t;
        fn wasm_tabletype_as_externtype_const(
            arg: *const wasm_tabletype_t,
        ) -> *const wasm_externtype_t;
        fn wasm_memorytype_as_externtype_const(
            arg: *const wasm_memorytype_t,
        ) -> *const wasm_externtype_t;
        fn wasm_tagtype_as_externtype_const(arg: *const wasm_tagtype_t) -> *const wasm_externtype_t;
        fn wasm_externtype_as_functype_const(
            arg: *const wasm_externtype_t,
        ) -> *const wasm_functype_t;
        fn wasm_externtype_as_globaltype_const(
            arg: *const wasm_externtype_t,
        ) -> *const wasm_globaltype_t;
        fn wasm_externtype_as_tabletype_const(
            arg: *const wasm_externtype_t,
        ) -> *const wasm_tabletype_t;
        fn wasm_externtype_as_memorytype_const(
            arg: *const wasm_externtype_t,
        ) -> *const wasm_memorytype_t;
        fn wasm_externtype_as_tagtype_const(arg: *const wasm_externtype_t) -> *const wasm_tagtype_t;
        fn wasm_importtype_delete(arg: *mut wasm_importtype_t);
        fn wasm_importtype_copy(arg: *const wasm_importtype_t) -> *mut wasm_importtype_t;
        fn wasm_importtype_new(
            module: *mut wasm_name_t,
            name: *mut wasm_name_t,
            arg2: *mut wasm_externtype_t,
        ) -> *mut wasm_importtype_t;
        fn wasm_importtype_module(arg: *const wasm_importtype_t) -> *const wasm_name_t;
        fn wasm_importtype_name(arg: *const wasm_importtype_t) -> *const wasm_name_t;
        fn wasm_importtype_type(arg: *const wasm_importtype_t) -> *const wasm_externtype_t;
        fn wasm_exporttype_delete(arg: *mut wasm_exporttype_t);
        fn wasm_exporttype_copy(arg: *const wasm_exporttype_t) -> *mut wasm_exporttype_t;
        fn wasm_exporttype_new(
            arg0: *mut wasm_name_t,
            arg1: *mut wasm_externtype_t,
        ) -> *mut wasm_exporttype_t;
        fn wasm_exporttype_name(arg: *const wasm_exporttype_t) -> *const wasm_name_t;
        fn wasm_exporttype_type(arg: *const wasm_exporttype_t) -> *const wasm_externtype_t;
        fn wasm_val_delete(v: *mut wasm_val_t);
        fn wasm_val_copy(out: *mut wasm_val_t, arg1: *const wasm_val_t);
        fn wasm_frame_delete(arg: *mut wasm_frame_t);
        fn wasm_frame_copy(arg: *const wasm_frame_t) -> *mut wasm_frame_t;
        fn wasm_frame_instance(arg: *const wasm_frame_t) -> *mut wasm_instance_t;
        fn wasm_frame_func_index(arg: *const wasm_frame_t) -> u32;
        fn wasm_frame_func_offset(arg: *const wasm_frame_t) -> usize;
        fn wasm_frame_module_offset(arg: *const wasm_frame_t) -> usize;
        fn wasm_trap_delete(arg: *mut wasm_trap_t);
        fn wasm_trap_copy(arg: *const wasm_trap_t) -> *mut wasm_trap_t;
        fn wasm_trap_same(arg0: *const wasm_trap_t, arg1: *const wasm_trap_t) -> bool;
        fn wasm_trap_get_host_info(arg: *const wasm_trap_t) -> *mut c_void;
        fn wasm_trap_set_host_info(arg0: *mut wasm_trap_t, arg1: *mut c_void);
        fn wasm_trap_set_host_info_with_finalizer(
            arg0: *mut wasm_trap_t,
            arg1: *mut c_void,
            arg2: Option<unsafe extern "C" fn(*mut c_void)>,
        );
        fn wasm_trap_new(store: *mut wasm_store_t, arg1: *const wasm_message_t) -> *mut wasm_trap_t;
        fn wasm_trap_message(arg0: *const wasm_trap_t, out: *mut wasm_message_t);
        fn wasm_trap_origin(arg: *const wasm_trap_t) -> *mut wasm_frame_t;
        fn wasm_trap_trace(arg0: *const wasm_trap_t, out: *mut wasm_frame_vec_t);
        fn wasm_module_delete(arg: *mut wasm_module_t);
        fn wasm_module_copy(arg: *const wasm_module_t) -> *mut wasm_module_t;
        fn wasm_module_same(arg0: *const wasm_module_t, arg1: *const wasm_module_t) -> bool;
        fn wasm_module_get_host_info(arg: *const wasm_module_t) -> *mut c_void;
        fn wasm_module_set_host_info(arg0: *mut wasm_module_t, arg1: *mut c_void);
        fn wasm_module_set_host_info_with_finalizer(
            arg0: *mut wasm_module_t,
            arg1: *mut c_void,
            arg2: Option<unsafe extern "C" fn(*mut c_void)>,
        );
        fn wasm_shared_module_delete(arg: *mut wasm_shared_module_t);
        fn wasm_module_share(arg: *const wasm_module_t) -> *mut wasm_shared_module_t;
        fn wasm_module_obtain(
            arg0: *mut wasm_store_t,
            arg1: *const wasm_shared_module_t,
        ) -> *mut wasm_module_t;
        fn wasm_module_imports(arg0: *const wasm_module_t, out: *mut wasm_importtype_vec_t);
        fn wasm_module_exports(arg0: *const wasm_module_t, out: *mut wasm_exporttype_vec_t);
        fn wasm_module_deserialize(
            arg0: *mut wasm_store_t,
            arg1: *const wasm_byte_vec_t,
        ) -> *mut wasm_module_t;
        fn wasm_func_delete(arg: *mut wasm_func_t);
        fn wasm_func_copy(arg: *const wasm_func_t) -> *mut wasm_func_t;
        fn wasm_func_same(arg0: *const wasm_func_t, arg1: *const wasm_func_t) -> bool;
        fn wasm_func_get_host_info(arg: *const wasm_func_t) -> *mut c_void;
        fn wasm_func_set_host_info(arg0: *mut wasm_func_t, arg1: *mut c_void);
        fn wasm_func_set_host_info_with_finalizer(
            arg0: *mut wasm_func_t,
            arg1: *mut c_void,
            arg2: Option<unsafe extern "C" fn(*mut c_void)>,
        );
        fn wasm_func_new(
            arg0: *mut wasm_store_t,
            arg1: *const wasm_functype_t,
            arg2: wasm_func_callback_t,
        ) -> *mut wasm_func_t;
        fn wasm_func_new_with_env(
            arg0: *mut wasm_store_t,
            ty: *const wasm_functype_t,
            arg2: wasm_func_callback_with_env_t,
            env: *mut c_void,
            finalizer: Option<unsafe extern "C" fn(*mut c_void)>,
        ) -> *mut wasm_func_t;
        fn wasm_func_type(arg: *const wasm_func_t) -> *mut wasm_functype_t;
        fn wasm_func_param_arity(arg: *const wasm_func_t) -> usize;
        fn wasm_func_result_arity(arg: *const wasm_func_t) -> usize;
        fn wasm_func_call(
            arg0: *const wasm_func_t,
            args: *const wasm_val_vec_t,
            results: *mut wasm_val_vec_t,
        ) -> *mut wasm_trap_t;
        fn wasm_global_delete(arg: *mut wasm_global_t);
        fn wasm_global_copy(arg: *const wasm_global_t) -> *mut wasm_global_t;
        fn wasm_global_same(arg0: *const wasm_global_t, arg1: *const wasm_global_t) -> bool;
        fn wasm_global_get_host_info(arg: *const wasm_global_t) -> *mut c_void;
        fn wasm_global_set_host_info(arg0: *mut wasm_global_t, arg1: *mut c_void);
        fn wasm_global_set_host_info_with_finalizer(
            arg0: *mut wasm_global_t,
            arg1: *mut c_void,
            arg2: Option<unsafe extern "C" fn(*mut c_void)>,
        );
        fn wasm_global_new(
            arg0: *mut wasm_store_t,
            arg1: *const wasm_globaltype_t,
            arg2: *const wasm_val_t,
        ) -> *mut wasm_global_t;
        fn wasm_global_type(arg: *const wasm_global_t) -> *mut wasm_globaltype_t;
        fn wasm_global_get(arg0: *const wasm_global_t, out: *mut wasm_val_t);
        fn wasm_global_set(arg0: *mut wasm_global_t, arg1: *const wasm_val_t);
        fn wasm_table_delete(arg: *mut wasm_table_t);
        fn wasm_table_copy(arg: *const wasm_table_t) -> *mut wasm_table_t;
        fn wasm_table_same(arg0: *const wasm_table_t, arg1: *const wasm_table_t) -> bool;
        fn wasm_table_get_host_info(arg: *const wasm_table_t) -> *mut c_void;
        fn wasm_table_set_host_info(arg0: *mut wasm_table_t, arg1: *mut c_void);
        fn wasm_table_set_host_info_with_finalizer(
            arg0: *mut wasm_table_t,
            arg1: *mut c_void,
            arg2: Option<unsafe extern "C" fn(*mut c_void)>,
        );
        fn wasm_table_type(arg: *const wasm_table_t) -> *mut wasm_tabletype_t;
        fn wasm_table_size(arg: *const wasm_table_t) -> wasm_table_size_t;
        fn wasm_memory_delete(arg: *mut wasm_memory_t);
        fn wasm_memory_copy(arg: *const wasm_memory_t) -> *mut wasm_memory_t;
        fn wasm_memory_same(arg0: *const wasm_memory_t, arg1: *const wasm_memory_t) -> bool;
        fn wasm_memory_get_host_info(arg: *const wasm_memory_t) -> *mut c_void;
        fn wasm_memory_set_host_info(arg0: *mut wasm_memory_t, arg1: *mut c_void);
        fn wasm_memory_set_host_info_with_finalizer(
            arg0: *mut wasm_memory_t,
            arg1: *mut c_void,
            arg2: Option<unsafe extern "C" fn(*mut c_void)>,
        );
        fn wasm_memory_new(
            arg0: *mut wasm_store_t,
            arg1: *const wasm_memorytype_t,
        ) -> *mut wasm_memory_t;
        fn wasm_memory_type(arg: *const wasm_memory_t) -> *mut wasm_memorytype_t;
        fn wasm_memory_data(arg: *mut wasm_memory_t) -> *mut byte_t;
        fn wasm_memory_data_size(arg: *const wasm_memory_t) -> usize;
        fn wasm_memory_size(arg: *const wasm_memory_t) -> wasm_memory_pages_t;
        fn wasm_memory_grow(arg0: *mut wasm_memory_t, delta: wasm_memory_pages_t) -> bool;
        fn wasm_extern_delete(arg: *mut wasm_extern_t);
        fn wasm_extern_copy(arg: *const wasm_extern_t) -> *mut wasm_extern_t;
        fn wasm_extern_same(arg0: *const wasm_extern_t, arg1: *const wasm_extern_t) -> bool;
        fn wasm_extern_get_host_info(arg: *const wasm_extern_t) -> *mut c_void;
        fn wasm_extern_set_host_info(arg0: *mut wasm_extern_t, arg1: *mut c_void);
        fn wasm_extern_set_host_info_with_finalizer(
            arg0: *mut wasm_extern_t,
            arg1: *mut c_void,
            arg2: Option<unsafe extern "C" fn(*mut c_void)>,
        );
        fn wasm_extern_kind(arg: *const wasm_extern_t) -> wasm_externkind_t;
        fn wasm_extern_type(arg: *const wasm_extern_t) -> *mut wasm_externtype_t;
        fn wasm_func_as_extern(arg: *mut wasm_func_t) -> *mut wasm_extern_t;
        fn wasm_global_as_extern(arg: *mut wasm_global_t) -> *mut wasm_extern_t;
        fn wasm_table_as_extern(arg: *mut wasm_table_t) -> *mut wasm_extern_t;
        fn wasm_memory_as_extern(arg: *mut wasm_memory_t) -> *mut wasm_extern_t;
        fn wasm_extern_as_func(arg: *mut wasm_extern_t) -> *mut wasm_func_t;
        fn wasm_extern_as_global(arg: *mut wasm_extern_t) -> *mut wasm_global_t;
        fn wasm_extern_as_table(arg: *mut wasm_extern_t) -> *mut wasm_table_t;
        fn wasm_extern_as_memory(arg: *mut wasm_extern_t) -> *mut wasm_memory_t;
        fn wasm_func_as_extern_const(arg: *const wasm_func_t) -> *const wasm_extern_t;
        fn wasm_global_as_extern_const(arg: *const wasm_global_t) -> *const wasm_extern_t;
        fn wasm_table_as_extern_const(arg: *const wasm_table_t) -> *const wasm_extern_t;
        fn wasm_memory_as_extern_const(arg: *const wasm_memory_t) -> *const wasm_extern_t;
        fn wasm_extern_as_func_const(arg: *const wasm_extern_t) -> *const wasm_func_t;
        fn wasm_extern_as_global_const(arg: *const wasm_extern_t) -> *const wasm_global_t;
        fn wasm_extern_as_table_const(arg: *const wasm_extern_t) -> *const wasm_table_t;
        fn wasm_extern_as_memory_const(arg: *const wasm_extern_t) -> *const wasm_memory_t;
        fn wasm_instance_delete(arg: *mut wasm_instance_t);
        fn wasm_instance_copy(arg: *const wasm_instance_t) -> *mut wasm_instance_t;
        fn wasm_instance_same(arg0: *const wasm_instance_t, arg1: *const wasm_instance_t) -> bool;
        fn wasm_instance_get_host_info(arg: *const wasm_instance_t) -> *mut c_void;
        fn wasm_instance_set_host_info(arg0: *mut wasm_instance_t, arg1: *mut c_void);
        fn wasm_instance_set_host_info_with_finalizer(
            arg0: *mut wasm_instance_t,
            arg1: *mut c_void,
            arg2: Option<unsafe extern "C" fn(*mut c_void)>,
        );
        fn wasm_instance_new(
            arg0: *mut wasm_store_t,
            arg1: *const wasm_module_t,
            imports: *const wasm_extern_vec_t,
            arg3: *mut *mut wasm_trap_t,
        ) -> *mut wasm_instance_t;
        fn wasm_instance_exports(arg0: *const wasm_instance_t, out: *mut wasm_extern_vec_t);
    }

    functions(Gc) {
        fn wasm_ref_delete(arg: *mut wasm_ref_t);
        fn wasm_ref_copy(arg: *const wasm_ref_t) -> *mut wasm_ref_t;
        fn wasm_ref_same(arg0: *const wasm_ref_t, arg1: *const wasm_ref_t) -> bool;
        fn wasm_ref_get_host_info(arg: *const wasm_ref_t) -> *mut c_void;
        fn wasm_ref_set_host_info(arg0: *mut wasm_ref_t, arg1: *mut c_void);
        fn wasm_ref_set_host_info_with_finalizer(
            arg0: *mut wasm_ref_t,
            arg1: *mut c_void,
            arg2: Option<unsafe extern "C" fn(*mut c_void)>,
        );
        fn wasm_trap_as_ref(arg: *mut wasm_trap_t) -> *mut wasm_ref_t;
        fn wasm_ref_as_trap(arg: *mut wasm_ref_t) -> *mut wasm_trap_t;
        fn wasm_trap_as_ref_const(arg: *const wasm_trap_t) -> *const wasm_ref_t;
        fn wasm_ref_as_trap_const(arg: *const wasm_ref_t) -> *const wasm_trap_t;
        fn wasm_foreign_delete(arg: *mut wasm_foreign_t);
        fn wasm_foreign_copy(arg: *const wasm_foreign_t) -> *mut wasm_foreign_t;
        fn wasm_foreign_same(arg0: *const wasm_foreign_t, arg1: *const wasm_foreign_t) -> bool;
        fn wasm_foreign_get_host_info(arg: *const wasm_foreign_t) -> *mut c_void;
        fn wasm_foreign_set_host_info(arg0: *mut wasm_foreign_t, arg1: *mut c_void);
        fn wasm_foreign_set_host_info_with_finalizer(
            arg0: *mut wasm_foreign_t,
            arg1: *mut c_void,
            arg2: Option<unsafe extern "C" fn(*mut c_void)>,
        );
        fn wasm_foreign_as_ref(arg: *mut wasm_foreign_t) -> *mut wasm_ref_t;
        fn wasm_ref_as_foreign(arg: *mut wasm_ref_t) -> *mut wasm_foreign_t;
        fn wasm_foreign_as_ref_const(arg: *const wasm_foreign_t) -> *const wasm_ref_t;
        fn wasm_ref_as_foreign_const(arg: *const wasm_ref_t) -> *const wasm_foreign_t;
        fn wasm_foreign_new(arg: *mut wasm_store_t) -> *mut wasm_foreign_t;
        fn wasm_module_as_ref(arg: *mut wasm_module_t) -> *mut wasm_ref_t;
        fn wasm_ref_as_module(arg: *mut wasm_ref_t) -> *mut wasm_module_t;
        fn wasm_module_as_ref_const(arg: *const wasm_module_t) -> *const wasm_ref_t;
        fn wasm_ref_as_module_const(arg: *const wasm_ref_t) -> *const wasm_module_t;
        fn wasm_func_as_ref(arg: *mut wasm_func_t) -> *mut wasm_ref_t;
        fn wasm_ref_as_func(arg: *mut wasm_ref_t) -> *mut wasm_func_t;
        fn wasm_func_as_ref_const(arg: *const wasm_func_t) -> *const wasm_ref_t;
        fn wasm_ref_as_func_const(arg: *const wasm_ref_t) -> *const wasm_func_t;
        fn wasm_global_as_ref(arg: *mut wasm_global_t) -> *mut wasm_ref_t;
        fn wasm_ref_as_global(arg: *mut wasm_ref_t) -> *mut wasm_global_t;
        fn wasm_global_as_ref_const(arg: *const wasm_global_t) -> *const wasm_ref_t;
        fn wasm_ref_as_global_const(arg: *const wasm_ref_t) -> *const wasm_global_t;
        fn wasm_table_as_ref(arg: *mut wasm_table_t) -> *mut wasm_ref_t;
        fn wasm_ref_as_table(arg: *mut wasm_ref_t) -> *mut wasm_table_t;
        fn wasm_table_as_ref_const(arg: *const wasm_table_t) -> *const wasm_ref_t;
        fn wasm_ref_as_table_const(arg: *const wasm_ref_t) -> *const wasm_table_t;
        fn wasm_memory_as_ref(arg: *mut wasm_memory_t) -> *mut wasm_ref_t;
        fn wasm_ref_as_memory(arg: *mut wasm_ref_t) -> *mut wasm_memory_t;
        fn wasm_memory_as_ref_const(arg: *const wasm_memory_t) -> *const wasm_ref_t;
        fn wasm_ref_as_memory_const(arg: *const wasm_ref_t) -> *const wasm_memory_t;
        fn wasm_extern_as_ref(arg: *mut wasm_extern_t) -> *mut wasm_ref_t;
        fn wasm_ref_as_extern(arg: *mut wasm_ref_t) -> *mut wasm_extern_t;
        fn wasm_extern_as_ref_const(arg: *const wasm_extern_t) -> *const wasm_ref_t;
        fn wasm_ref_as_extern_const(arg: *const wasm_ref_t) -> *const wasm_extern_t;
        fn wasm_instance_as_ref(arg: *mut wasm_instance_t) -> *mut wasm_ref_t;
        fn wasm_ref_as_instance(arg: *mut wasm_ref_t) -> *mut wasm_instance_t;
        fn wasm_instance_as_ref_const(arg: *const wasm_instance_t) -> *const wasm_ref_t;
        fn wasm_ref_as_instance_const(arg: *const wasm_ref_t) -> *const wasm_instance_t;
        fn wasm_table_new(
            arg0: *mut wasm_store_t,
            arg1: *const wasm_tabletype_t,
            init: *mut wasm_ref_t,
        ) -> *mut wasm_table_t;
        fn wasm_table_get(arg0: *const wasm_table_t, index: wasm_table_size_t) -> *mut wasm_ref_t;
        fn wasm_table_set(
            arg0: *mut wasm_table_t,
            index: wasm_table_size_t,
            arg2: *mut wasm_ref_t,
        ) -> bool;
        fn wasm_table_grow(
            arg0: *mut wasm_table_t,
            delta: wasm_table_size_t,
            init: *mut wasm_ref_t,
        ) -> bool;
    }

    functions(Compiler) {
        fn wasm_module_new(
            arg0: *mut wasm_store_t,
            binary: *const wasm_byte_vec_t,
        ) -> *mut wasm_module_t;
        fn wasm_module_validate(arg0: *mut wasm_store_t, binary: *const wasm_byte_vec_t) -> bool;
        fn wasm_module_serialize(arg0: *const wasm_module_t, out: *mut wasm_byte_vec_t);
    }
}
