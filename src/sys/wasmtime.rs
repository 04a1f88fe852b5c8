//! `wasmtime.h`. The version of the headers.

capi! {
    header "wasmtime.h";

    constants {
        const WASMTIME_VERSION: &str = "48.0.8";
        const WASMTIME_VERSION_MAJOR: u32 = 48;
        const WASMTIME_VERSION_MINOR: u32 = 0;
        const WASMTIME_VERSION_PATCH: u32 = 8;
    }
}
