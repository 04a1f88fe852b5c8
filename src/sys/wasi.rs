//! `wasi.h`. The parts of its host that a WASI program can access.

use super::*;

capi! {
    header "wasi.h";

    opaque {
        wasi_config_t,
    }

    types {
        type wasi_file_perms = usize;
    }

    functions(Wasi) {
        fn wasi_config_delete(arg: *mut wasi_config_t);
        fn wasi_config_new() -> *mut wasi_config_t;
        fn wasi_config_inherit_network(config: *mut wasi_config_t);
        fn wasi_config_allow_ip_name_lookup(config: *mut wasi_config_t, enable: bool);
        fn wasi_config_set_argv(
            config: *mut wasi_config_t,
            argc: usize,
            argv: *mut *const c_char,
        ) -> bool;
        fn wasi_config_inherit_argv(config: *mut wasi_config_t);
        fn wasi_config_set_env(
            config: *mut wasi_config_t,
            envc: usize,
            names: *mut *const c_char,
            values: *mut *const c_char,
        ) -> bool;
        fn wasi_config_inherit_env(config: *mut wasi_config_t);
        fn wasi_config_set_stdin_file(config: *mut wasi_config_t, path: *const c_char) -> bool;
        fn wasi_config_set_stdin_bytes(config: *mut wasi_config_t, binary: *mut wasm_byte_vec_t);
        fn wasi_config_inherit_stdin(config: *mut wasi_config_t);
        fn wasi_config_set_stdout_file(config: *mut wasi_config_t, path: *const c_char) -> bool;
        fn wasi_config_inherit_stdout(config: *mut wasi_config_t);
        fn wasi_config_set_stdout_custom(
            config: *mut wasi_config_t,
            callback: Option<unsafe extern "C" fn(*mut c_void, *const u8, usize) -> isize>,
            data: *mut c_void,
            finalizer: Option<unsafe extern "C" fn(*mut c_void)>,
        );
        fn wasi_config_set_stderr_file(config: *mut wasi_config_t, path: *const c_char) -> bool;
        fn wasi_config_inherit_stderr(config: *mut wasi_config_t);
        fn wasi_config_set_stderr_custom(
            config: *mut wasi_config_t,
            callback: Option<unsafe extern "C" fn(*mut c_void, *const u8, usize) -> isize>,
            data: *mut c_void,
            finalizer: Option<unsafe extern "C" fn(*mut c_void)>,
        );
        fn wasi_config_preopen_dir(
            config: *mut wasi_config_t,
            host_path: *const c_char,
            guest_path: *const c_char,
            fs_mutable: bool,
        ) -> bool;
    }
}
