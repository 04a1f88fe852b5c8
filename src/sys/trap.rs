//! `wasmtime/trap.h`. Traps and the frames of their backtraces.

use super::*;

capi! {
    header "wasmtime/trap.h";

    types {
        type wasmtime_trap_code_t = u8;
    }

    constants {
        const WASMTIME_TRAP_CODE_STACK_OVERFLOW: wasmtime_trap_code_t = 0;
        const WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS: wasmtime_trap_code_t = 1;
        const WASMTIME_TRAP_CODE_HEAP_MISALIGNED: wasmtime_trap_code_t = 2;
        const WASMTIME_TRAP_CODE_TABLE_OUT_OF_BOUNDS: wasmtime_trap_code_t = 3;
        const WASMTIME_TRAP_CODE_INDIRECT_CALL_TO_NULL: wasmtime_trap_code_t = 4;
        const WASMTIME_TRAP_CODE_BAD_SIGNATURE: wasmtime_trap_code_t = 5;
        const WASMTIME_TRAP_CODE_INTEGER_OVERFLOW: wasmtime_trap_code_t = 6;
        const WASMTIME_TRAP_CODE_INTEGER_DIVISION_BY_ZERO: wasmtime_trap_code_t = 7;
        const WASMTIME_TRAP_CODE_BAD_CONVERSION_TO_INTEGER: wasmtime_trap_code_t = 8;
        const WASMTIME_TRAP_CODE_UNREACHABLE_CODE_REACHED: wasmtime_trap_code_t = 9;
        const WASMTIME_TRAP_CODE_INTERRUPT: wasmtime_trap_code_t = 10;
        const WASMTIME_TRAP_CODE_OUT_OF_FUEL: wasmtime_trap_code_t = 11;
        const WASMTIME_TRAP_CODE_ATOMIC_WAIT_NON_SHARED_MEMORY: wasmtime_trap_code_t = 12;
        const WASMTIME_TRAP_CODE_NULL_REFERENCE: wasmtime_trap_code_t = 13;
        const WASMTIME_TRAP_CODE_ARRAY_OUT_OF_BOUNDS: wasmtime_trap_code_t = 14;
        const WASMTIME_TRAP_CODE_ALLOCATION_TOO_LARGE: wasmtime_trap_code_t = 15;
        const WASMTIME_TRAP_CODE_CAST_FAILURE: wasmtime_trap_code_t = 16;
        const WASMTIME_TRAP_CODE_CANNOT_ENTER_COMPONENT: wasmtime_trap_code_t = 17;
        const WASMTIME_TRAP_CODE_NO_ASYNC_RESULT: wasmtime_trap_code_t = 18;
        const WASMTIME_TRAP_CODE_UNHANDLED_TAG: wasmtime_trap_code_t = 19;
        const WASMTIME_TRAP_CODE_CONTINUATION_ALREADY_CONSUMED: wasmtime_trap_code_t = 20;
        const WASMTIME_TRAP_CODE_DISABLED_OPCODE: wasmtime_trap_code_t = 21;
        const WASMTIME_TRAP_CODE_ASYNC_DEADLOCK: wasmtime_trap_code_t = 22;
        const WASMTIME_TRAP_CODE_CANNOT_LEAVE_COMPONENT: wasmtime_trap_code_t = 23;
        const WASMTIME_TRAP_CODE_CANNOT_BLOCK_SYNC_TASK: wasmtime_trap_code_t = 24;
        const WASMTIME_TRAP_CODE_INVALID_CHAR: wasmtime_trap_code_t = 25;
        const WASMTIME_TRAP_CODE_DEBUG_ASSERT_STRING_ENCODING_FINISHED: wasmtime_trap_code_t = 26;
        const WASMTIME_TRAP_CODE_DEBUG_ASSERT_EQUAL_CODE_UNITS: wasmtime_trap_code_t = 27;
        const WASMTIME_TRAP_CODE_DEBUG_ASSERT_POINTER_ALIGNED: wasmtime_trap_code_t = 28;
        const WASMTIME_TRAP_CODE_DEBUG_ASSERT_UPPER_BITS_UNSET: wasmtime_trap_code_t = 29;
        const WASMTIME_TRAP_CODE_STRING_OUT_OF_BOUNDS: wasmtime_trap_code_t = 30;
        const WASMTIME_TRAP_CODE_LIST_OUT_OF_BOUNDS: wasmtime_trap_code_t = 31;
        const WASMTIME_TRAP_CODE_INVALID_DISCRIMINANT: wasmtime_trap_code_t = 32;
        const WASMTIME_TRAP_CODE_UNALIGNED_POINTER: wasmtime_trap_code_t = 33;
        const WASMTIME_TRAP_CODE_TASK_CANCEL_NOT_CANCELLED: wasmtime_trap_code_t = 34;
        const WASMTIME_TRAP_CODE_TASK_CANCEL_OR_RETURN_TWICE: wasmtime_trap_code_t = 35;
        const WASMTIME_TRAP_CODE_SUBTASK_CANCEL_AFTER_TERMINAL: wasmtime_trap_code_t = 36;
        const WASMTIME_TRAP_CODE_TASK_RETURN_INVALID: wasmtime_trap_code_t = 37;
        const WASMTIME_TRAP_CODE_WAITABLE_SET_DROP_HAS_WAITERS: wasmtime_trap_code_t = 38;
        const WASMTIME_TRAP_CODE_SUBTASK_DROP_NOT_RESOLVED: wasmtime_trap_code_t = 39;
        const WASMTIME_TRAP_CODE_THREAD_NEW_INDIRECT_INVALID_TYPE: wasmtime_trap_code_t = 40;
        const WASMTIME_TRAP_CODE_THREAD_NEW_INDIRECT_UNINITIALIZED: wasmtime_trap_code_t = 41;
        const WASMTIME_TRAP_CODE_BACKPRESSURE_OVERFLOW: wasmtime_trap_code_t = 42;
        const WASMTIME_TRAP_CODE_UNSUPPORTED_CALLBACK_CODE: wasmtime_trap_code_t = 43;
        const WASMTIME_TRAP_CODE_CANNOT_RESUME_THREAD: wasmtime_trap_code_t = 44;
        const WASMTIME_TRAP_CODE_CONCURRENT_FUTURE_STREAM_OP: wasmtime_trap_code_t = 45;
        const WASMTIME_TRAP_CODE_REFERENCE_COUNT_OVERFLOW: wasmtime_trap_code_t = 46;
        const WASMTIME_TRAP_CODE_STREAM_OP_TOO_BIG: wasmtime_trap_code_t = 47;
        const WASMTIME_TRAP_CODE_WAITABLE_SYNC_AND_ASYNC: wasmtime_trap_code_t = 48;
        const WASMTIME_TRAP_CODE_UNCAUGHT_EXCEPTION: wasmtime_trap_code_t = 49;
    }

    functions(Core) {
        fn wasmtime_trap_new(msg: *const c_char, msg_len: usize) -> *mut wasm_trap_t;
        fn wasmtime_trap_new_code(code: wasmtime_trap_code_t) -> *mut wasm_trap_t;
        fn wasmtime_trap_code(arg0: *const wasm_trap_t, code: *mut wasmtime_trap_code_t) -> bool;
        fn wasmtime_frame_func_name(arg: *const wasm_frame_t) -> *const wasm_name_t;
        fn wasmtime_frame_module_name(arg: *const wasm_frame_t) -> *const wasm_name_t;
    }
}
