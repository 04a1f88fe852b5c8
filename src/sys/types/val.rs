//! `wasmtime/types/val.h`. Value types and heap types.

use super::*;

capi! {
    header "wasmtime/types/val.h";

    types {
        type wasmtime_heaptype_kind_t = u8;
        type wasmtime_valtype_kind_t = u8;
    }

    structs {
        struct wasmtime_heaptype_t {
            kind: wasmtime_heaptype_kind_t,
            of: wasmtime_heaptype_union_t,
        }
        struct wasmtime_reftype_t {
            nullable: bool,
            heaptype: wasmtime_heaptype_t,
        }
        struct wasmtime_valtype_t {
            kind: wasmtime_valtype_kind_t,
            reftype: wasmtime_reftype_t,
        }
    }

    unions {
        union wasmtime_heaptype_union_t {
            concrete_func: *mut wasm_functype_t,
            concrete_array: *mut wasmtime_array_type_t,
            concrete_struct: *mut wasmtime_struct_type_t,
            concrete_exn: *mut wasmtime_exn_type_t,
        }
    }

    constants {
        const WASMTIME_HEAPTYPE_KIND_EXTERN: wasmtime_heaptype_kind_t = 0;
        const WASMTIME_HEAPTYPE_KIND_NOEXTERN: wasmtime_heaptype_kind_t = 1;
        const WASMTIME_HEAPTYPE_KIND_FUNC: wasmtime_heaptype_kind_t = 2;
        const WASMTIME_HEAPTYPE_KIND_CONCRETE_FUNC: wasmtime_heaptype_kind_t = 3;
        const WASMTIME_HEAPTYPE_KIND_NOFUNC: wasmtime_heaptype_kind_t = 4;
        const WASMTIME_HEAPTYPE_KIND_ANY: wasmtime_heaptype_kind_t = 5;
        const WASMTIME_HEAPTYPE_KIND_NONE: wasmtime_heaptype_kind_t = 6;
        const WASMTIME_HEAPTYPE_KIND_EQ: wasmtime_heaptype_kind_t = 7;
        const WASMTIME_HEAPTYPE_KIND_I31: wasmtime_heaptype_kind_t = 8;
        const WASMTIME_HEAPTYPE_KIND_ARRAY: wasmtime_heaptype_kind_t = 9;
        const WASMTIME_HEAPTYPE_KIND_CONCRETE_ARRAY: wasmtime_heaptype_kind_t = 10;
        const WASMTIME_HEAPTYPE_KIND_STRUCT: wasmtime_heaptype_kind_t = 11;
        const WASMTIME_HEAPTYPE_KIND_CONCRETE_STRUCT: wasmtime_heaptype_kind_t = 12;
        const WASMTIME_HEAPTYPE_KIND_EXN: wasmtime_heaptype_kind_t = 13;
        const WASMTIME_HEAPTYPE_KIND_CONCRETE_EXN: wasmtime_heaptype_kind_t = 14;
        const WASMTIME_HEAPTYPE_KIND_NOEXN: wasmtime_heaptype_kind_t = 15;
        const WASMTIME_VALTYPE_KIND_I32: wasmtime_valtype_kind_t = 0;
        const WASMTIME_VALTYPE_KIND_I64: wasmtime_valtype_kind_t = 1;
        const WASMTIME_VALTYPE_KIND_F32: wasmtime_valtype_kind_t = 2;
        const WASMTIME_VALTYPE_KIND_F64: wasmtime_valtype_kind_t = 3;
        const WASMTIME_VALTYPE_KIND_V128: wasmtime_valtype_kind_t = 4;
        const WASMTIME_VALTYPE_KIND_REF: wasmtime_valtype_kind_t = 5;
    }

    functions(Core) {
        fn wasmtime_wasm_valtype_v128() -> *mut wasm_valtype_t;
        fn wasmtime_wasm_valtype_equal(a: *const wasm_valtype_t, b: *const wasm_valtype_t) -> bool;
        fn wasmtime_heaptype_clone(ty: *const wasmtime_heaptype_t, out: *mut wasmtime_heaptype_t);
        fn wasmtime_heaptype_delete(ty: *mut wasmtime_heaptype_t);
        fn wasmtime_reftype_clone(ty: *const wasmtime_reftype_t, out: *mut wasmtime_reftype_t);
        fn wasmtime_reftype_delete(ty: *mut wasmtime_reftype_t);
        fn wasmtime_valtype_new(ty: *const wasm_valtype_t, out: *mut wasmtime_valtype_t);
        fn wasmtime_valtype_clone(ty: *const wasmtime_valtype_t, out: *mut wasmtime_valtype_t);
        fn wasmtime_valtype_delete(ty: *mut wasmtime_valtype_t);
        fn wasmtime_valtype_to_wasm(
            engine: *const wasm_engine_t,
            ty: *const wasmtime_valtype_t,
        ) -> *mut wasm_valtype_t;
    }
}
