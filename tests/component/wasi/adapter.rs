//! Makes components of modules.

use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
};
use wit_component::ComponentEncoder;

/// Makes a component of a program of WASI preview 1, as toolchains for WASI 2 do.
pub fn adapt(program: &[u8]) -> Vec<u8> {
    ComponentEncoder::default()
        .module(program)
        .and_then(|encoder| {
            encoder.adapter(
                WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
                WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
            )
        })
        .and_then(|mut encoder| encoder.encode())
        .expect("the program is one of WASI preview 1")
}
