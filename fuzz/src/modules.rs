//! Modules: some made for what is tried here, the others by `wasm-smith`.

use crate::source::Source;
use libwasmtime::{Engine, Module, Result};

/// In the text format. Those that import anything import it from `host`.
const WRITTEN: &[&str] = &[
    include_str!("modules/calls.wat"),
    include_str!("modules/start.wat"),
    include_str!("modules/command.wat"),
    include_str!("modules/reactor.wat"),
    include_str!("modules/traps.wat"),
    include_str!("modules/throws.wat"),
    include_str!("modules/collected.wat"),
    include_str!("modules/wide.wat"),
    include_str!("modules/shared.wat"),
    include_str!("modules/typed.wat"),
    include_str!("modules/passes_on.wat"),
    include_str!("modules/program.wat"),
];

/// Never ends, unless it runs out of fuel.
const ENDLESS: &str = include_str!("modules/endless.wat");

/// How many functions and loops a module of `wasm-smith` may enter.
const STEPS: u32 = 1000;

/// The text or the bytes of a module.
pub fn code(source: &Source, engine: &Engine) -> Vec<u8> {
    if source.once_in(3)
        && let Some(code) = made(source)
    {
        return code;
    }
    if source.once_in(12) && format!("{:?}", engine.config()).contains("consume_fuel: true") {
        return ENDLESS.into();
    }
    let written = source.pick(WRITTEN).expect("there are some");
    (*written).into()
}

/// One that `wasm-smith` makes, which ends.
fn made(source: &Source) -> Option<Vec<u8>> {
    let config = wasm_smith::Config {
        compact_imports_enabled: false,
        custom_page_sizes_enabled: false,
        wide_arithmetic_enabled: false,
        export_everything: true,
        exceptions_enabled: source.any(),
        gc_enabled: source.any(),
        threads_enabled: source.once_in(4),
        max_data_segments: 4,
        max_element_segments: 4,
        max_elements: 8,
        max_exports: 20,
        max_funcs: 8,
        max_globals: 6,
        max_imports: 6,
        max_instructions: 40,
        max_memories: 2,
        max_memory32_bytes: 4 << 16,
        max_memory64_bytes: 4 << 16,
        max_table_elements: 50,
        max_tables: 3,
        max_tags: 3,
        max_types: 12,
        ..wasm_smith::Config::default()
    };
    let bytes = source.bytes(600);
    let mut bytes = arbitrary::Unstructured::new(&bytes);
    let mut module = wasm_smith::Module::new(config, &mut bytes).ok()?;
    module.ensure_termination(STEPS).ok()?;
    Some(module.to_bytes())
}

/// Compiles it, or has it compiled in two steps.
pub fn compile(source: &Source, engine: &Engine, code: &[u8]) -> Result<Module> {
    if source.once_in(8) {
        let compiled = engine.precompile_module(code)?;
        // SAFETY: this library compiled it.
        return unsafe { Module::deserialize(engine, compiled) };
    }
    Module::new(engine, code)
}
