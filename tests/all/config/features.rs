//! WebAssembly proposals.

#[cfg(all(feature = "gc", feature = "threads"))]
use super::assert_refuses;
use super::{engine, tests};
use libwasmtime::{Config, Engine, Module, WasmFeatures};

tests! {
    #[cfg(feature = "gc")]
    wasmtime_config_wasm_reference_types_set: reference_types,
    wasmtime_config_wasm_multi_value_set: multi_value,
    wasmtime_config_wasm_bulk_memory_set: bulk_memory,
    wasmtime_config_wasm_simd_set: simd,
    wasmtime_config_wasm_relaxed_simd_set: relaxed_simd,
    #[cfg(feature = "threads")]
    wasmtime_config_wasm_threads_set: threads,
    wasmtime_config_wasm_tail_call_set: tail_call,
    wasmtime_config_wasm_multi_memory_set: multi_memory,
    #[cfg(feature = "gc")]
    wasmtime_config_wasm_exceptions_set: exceptions,
    wasmtime_config_wasm_memory64_set: memory64,
    #[cfg(feature = "component-model")]
    wasmtime_config_wasm_component_model_set: component_model,
    #[cfg(feature = "gc")]
    wasmtime_config_wasm_function_references_set: function_references,
    #[cfg(feature = "gc")]
    wasmtime_config_wasm_gc_set: gc,
    #[cfg(feature = "gc")]
    wasmtime_config_gc_support_set: gc_support,
    wasmtime_config_wasm_custom_page_sizes_set: custom_page_sizes,
    wasmtime_config_wasm_stack_switching_set: stack_switching,
    wasmtime_config_wasm_wide_arithmetic_set: wide_arithmetic,
    #[cfg(feature = "component-model-async")]
    wasmtime_config_wasm_component_model_async_set: component_model_async,
    #[cfg(feature = "component-model-async")]
    wasmtime_config_wasm_component_model_async_stackful_set: component_model_async_stackful,
    #[cfg(feature = "component-model-async")]
    wasmtime_config_wasm_component_model_more_async_builtins_set:
        component_model_more_async_builtins,
    #[cfg(feature = "component-model")]
    wasmtime_config_wasm_component_model_map_set: component_model_map,
    #[cfg(feature = "component-model")]
    wasmtime_config_concurrency_support_set: concurrency_support,
}

/// A module that needs a proposal is valid if it is on, and only then.
#[track_caller]
fn assert_decides(set: impl Fn(&mut Config, bool), wat: &str) {
    let (on, off) = (
        engine(|config| set(config, true)),
        engine(|config| set(config, false)),
    );
    Module::new(&on, wat).expect("it is on");
    assert!(Module::new(&off, wat).is_err(), "it is off");
}

#[cfg(feature = "gc")]
#[test]
fn reference_types() {
    assert_decides(
        |config, enable| _ = config.wasm_reference_types(enable),
        "(module (table 1 externref) (func (drop (table.get (i32.const 0)))))",
    );
}

#[test]
fn multi_value() {
    assert_decides(
        |config, enable| _ = config.wasm_multi_value(enable),
        "(module (func (result i32 i32) i32.const 0 i32.const 0))",
    );
}

#[test]
fn bulk_memory() {
    assert_decides(
        |config, enable| _ = config.wasm_bulk_memory(enable),
        "(module (memory 1) (data $d \"x\")
            (func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 0))))",
    );
}

#[test]
fn simd() {
    assert_decides(
        |config, enable| _ = config.wasm_simd(enable).wasm_relaxed_simd(false),
        "(module (func (result v128) (v128.const i64x2 0 0)))",
    );
}

#[test]
fn relaxed_simd() {
    assert_decides(
        |config, enable| _ = config.wasm_relaxed_simd(enable),
        "(module (func (param v128) (result v128)
            (i8x16.relaxed_swizzle (local.get 0) (local.get 0))))",
    );
}

#[cfg(feature = "threads")]
#[test]
fn threads() {
    assert_decides(
        |config, enable| _ = config.wasm_threads(enable),
        "(module (memory 1) (func (drop (i32.atomic.load (i32.const 0)))))",
    );
}

#[test]
fn tail_call() {
    assert_decides(
        |config, enable| _ = config.wasm_tail_call(enable),
        "(module (func $f (return_call $f)))",
    );
}

#[test]
fn multi_memory() {
    assert_decides(
        |config, enable| _ = config.wasm_multi_memory(enable),
        "(module (memory 1) (memory 1))",
    );
}

#[cfg(feature = "gc")]
#[test]
fn exceptions() {
    assert_decides(
        |config, enable| _ = config.wasm_exceptions(enable),
        "(module (tag $t) (func (throw $t)))",
    );
}

#[test]
fn memory64() {
    assert_decides(
        |config, enable| _ = config.wasm_memory64(enable),
        "(module (memory i64 1))",
    );
}

#[cfg(feature = "gc")]
#[test]
fn function_references() {
    assert_decides(
        |config, enable| _ = config.wasm_function_references(enable).wasm_gc(false),
        "(module (type $t (func)) (func (param (ref $t)) (call_ref $t (local.get 0))))",
    );
}

#[cfg(feature = "gc")]
#[test]
fn gc() {
    assert_decides(
        |config, enable| _ = config.wasm_gc(enable),
        "(module (type $t (struct)) (func (result (ref $t)) (struct.new $t)))",
    );
}

#[cfg(feature = "gc")]
#[test]
fn gc_support() {
    assert_decides(
        |config, enable| _ = config.gc_support(enable),
        "(module (type $t (struct)) (func (result (ref $t)) (struct.new $t)))",
    );
}

#[test]
fn custom_page_sizes() {
    assert_decides(
        |config, enable| _ = config.wasm_custom_page_sizes(enable),
        "(module (memory 1 (pagesize 1)))",
    );
}

#[test]
fn wide_arithmetic() {
    assert_decides(
        |config, enable| _ = config.wasm_wide_arithmetic(enable),
        "(module (func (result i64 i64)
            (i64.mul_wide_u (i64.const 2) (i64.const 3))))",
    );
}

/// No library is built with stack switching.
#[test]
fn stack_switching() {
    let error = Engine::new(Config::new().wasm_stack_switching(true)).unwrap_err();
    assert!(error.is::<libwasmtime::Unsupported>(), "{error:?}");
    let off = engine(|config| _ = config.wasm_stack_switching(false));
    let wat = "(module (type $f (func)) (type $c (cont $f)))";
    assert!(Module::new(&off, wat).is_err());
}

/// Code that was compiled while a proposal was on is refused where it is off.
#[cfg(feature = "component-model")]
#[track_caller]
fn assert_is_told(set: impl Fn(&mut Config, bool), name: &str) {
    let (on, off) = (
        engine(|config| set(config, true)),
        engine(|config| set(config, false)),
    );
    super::pass_on(&off, &on).expect("more is on");
    assert_refuses(&on, &off, &format!("WebAssembly feature `{name}`"));
}

#[cfg(feature = "component-model")]
#[test]
fn component_model() {
    assert_is_told(
        |config, enable| _ = config.wasm_component_model(enable),
        "component_model",
    );
}

#[cfg(feature = "component-model-async")]
#[test]
fn component_model_async() {
    assert_is_told(
        |config, enable| _ = config.wasm_component_model_async(enable),
        "cm_async",
    );
}

#[cfg(feature = "component-model-async")]
#[test]
fn component_model_async_stackful() {
    assert_is_told(
        |config, enable| _ = config.wasm_component_model_async_stackful(enable),
        "cm_async_stackful",
    );
}

#[cfg(feature = "component-model-async")]
#[test]
fn component_model_more_async_builtins() {
    assert_is_told(
        |config, enable| _ = config.wasm_component_model_more_async_builtins(enable),
        "cm_more_async_builtins",
    );
}

#[cfg(feature = "component-model")]
#[test]
fn component_model_map() {
    assert_is_told(
        |config, enable| _ = config.wasm_component_model_map(enable),
        "cm_map",
    );
}

#[cfg(feature = "component-model")]
#[test]
fn concurrency_support() {
    let off = engine(|config| _ = config.concurrency_support(false));
    assert!(!off.get_concurrency_support());
    if cfg!(feature = "component-model-async") {
        let on = engine(|config| _ = config.concurrency_support(true));
        assert!(on.get_concurrency_support());
        assert_refuses(&off, &on, "concurrency support");
        assert!(on.get_wasm_features().contains(WasmFeatures::CM_ASYNC));
        assert!(!off.get_wasm_features().contains(WasmFeatures::CM_ASYNC));
    }
}

/// The proposals that an engine reports as on by default are on in the library, and the
/// others are off.
/// All of them; those that belong to a Cargo feature can be set only with that feature.
#[cfg(all(feature = "gc", feature = "threads"))]
#[test]
fn defaults() {
    let default = Engine::default();
    let on = default.get_wasm_features();
    for (name, feature) in WasmFeatures::all().iter_names() {
        let told = match feature {
            WasmFeatures::GC_TYPES => "compiled with GC however GC is disabled".to_owned(),
            _ => format!("WebAssembly feature `{}`", name.to_lowercase()),
        };
        let mut config = Config::new();
        // These depend on each other, and all others are independent.
        config.wasm_features(feature, !on.contains(feature));
        if feature == WasmFeatures::SIMD {
            config.wasm_relaxed_simd(false);
        }
        let Ok(other) = Engine::new(&config) else {
            assert!(!on.contains(feature), "{name} can be turned off");
            continue;
        };
        if on.contains(feature) {
            assert_refuses(&default, &other, &told);
        } else {
            assert_refuses(&other, &default, &told);
        }
    }
}

/// Sets of proposals.
#[test]
fn sets() {
    let mut set = WasmFeatures::empty();
    assert!(set.is_empty());
    set.insert(WasmFeatures::SIMD);
    set |= WasmFeatures::GC;
    assert!(set.contains(WasmFeatures::SIMD) && set.contains(WasmFeatures::GC));
    assert!(!set.contains(WasmFeatures::SIMD | WasmFeatures::MEMORY64));
    assert!(set.intersects(WasmFeatures::SIMD | WasmFeatures::MEMORY64));
    assert_eq!(format!("{set:?}"), "WasmFeatures(SIMD | GC)");
    assert_eq!(set - WasmFeatures::GC, WasmFeatures::SIMD);
    assert_eq!(set & !WasmFeatures::GC, WasmFeatures::SIMD);
    set.set(WasmFeatures::SIMD, false);
    set &= WasmFeatures::all();
    assert_eq!(set, WasmFeatures::GC);
    set.remove(WasmFeatures::GC);
    assert_eq!(set, WasmFeatures::default());
    assert_eq!(!WasmFeatures::all(), WasmFeatures::empty());

    // They are all different, and each has a bit of its own.
    let mut seen = WasmFeatures::empty();
    for (name, feature) in WasmFeatures::all().iter_names() {
        assert!(!seen.intersects(feature), "{name}");
        seen |= feature;
    }
    assert_eq!(seen.bits(), WasmFeatures::all().bits());
}

/// The last call counts, whichever method it is.
#[test]
fn the_last_call_counts() {
    let mut config = Config::new();
    config.wasm_features(WasmFeatures::all(), false);
    config.wasm_features(WasmFeatures::SIMD | WasmFeatures::MEMORY64, true);
    config.wasm_memory64(false);
    let engine = Engine::new(&config);
    #[cfg(all(feature = "gc", feature = "threads", feature = "component-model-async"))]
    assert_eq!(engine.unwrap().get_wasm_features(), WasmFeatures::SIMD);
    #[cfg(not(all(feature = "gc", feature = "threads", feature = "component-model-async")))]
    assert!(engine.is_err(), "it names what can't be set");
}
