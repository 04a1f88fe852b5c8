//! What compiled code does beside what WebAssembly specifies.

use super::{assert_refuses, engine, tests};
use libwasmtime::{Engine, Instance, Module, Store, Trap};

tests! {
    wasmtime_config_debug_info_set: debug_info,
    wasmtime_config_native_unwind_info_set: native_unwind_info,
    wasmtime_config_consume_fuel_set: consume_fuel,
    wasmtime_config_epoch_interruption_set: epoch_interruption,
    wasmtime_config_wasm_branch_hinting_set: branch_hinting,
    wasmtime_config_wasm_relaxed_simd_deterministic_set: relaxed_simd_deterministic,
    wasmtime_config_signals_based_traps_set: signals_based_traps,
    wasmtime_config_macos_use_mach_ports_set: macos_use_mach_ports,
}

/// Returns what a module is compiled to.
#[track_caller]
pub fn compile(engine: &Engine, wat: &str) -> Vec<u8> {
    Module::new(engine, wat).unwrap().serialize().unwrap()
}

/// Reports whether the bytes contain a text.
pub fn has(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

const SOME_CODE: &str = "(module (func (export \"f\") (result i32) i32.const 1))";

#[test]
fn debug_info() {
    let (on, off) = (
        engine(|config| _ = config.debug_info(true)),
        engine(|config| _ = config.debug_info(false)),
    );
    assert!(on.get_debug_info() && !off.get_debug_info());
    assert_refuses(&on, &off, "native debug information");
    assert!(has(&compile(&on, SOME_CODE), ".debug_info"));
    assert!(!has(&compile(&off, SOME_CODE), ".debug_info"));
}

#[test]
fn native_unwind_info() {
    let on = engine(|config| _ = config.native_unwind_info(true));
    assert_eq!(on.get_native_unwind_info(), Some(true));
    // The section has another name elsewhere, and Windows needs it.
    if cfg!(target_os = "linux") {
        let off = engine(|config| _ = config.native_unwind_info(false));
        assert_eq!(off.get_native_unwind_info(), Some(false));
        assert!(has(&compile(&on, SOME_CODE), ".eh_frame"));
        assert!(!has(&compile(&off, SOME_CODE), ".eh_frame"));
    }
}

#[test]
fn consume_fuel() {
    let (on, off) = (
        engine(|config| _ = config.consume_fuel(true)),
        engine(|config| _ = config.consume_fuel(false)),
    );
    assert!(on.get_consume_fuel() && !off.get_consume_fuel());
    assert!(Store::new(&off, ()).set_fuel(1).is_err());
    let mut store = Store::new(&on, ());
    store.set_fuel(100).unwrap();
    let module = Module::new(&on, "(module (func $start (loop br 0)) (start $start))").unwrap();
    let error = Instance::new(&mut store, &module, &[]).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::OutOfFuel));
}

#[test]
fn epoch_interruption() {
    let (on, off) = (
        engine(|config| _ = config.epoch_interruption(true)),
        engine(|config| _ = config.epoch_interruption(false)),
    );
    assert!(on.get_epoch_interruption() && !off.get_epoch_interruption());
    assert_refuses(&on, &off, "epoch interruption");
    let mut store = Store::new(&on, ());
    store.set_epoch_deadline(1);
    on.increment_epoch();
    let module = Module::new(&on, "(module (func $start (loop br 0)) (start $start))").unwrap();
    let error = Instance::new(&mut store, &module, &[]).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt));
}

/// Code that is unlikely to run goes elsewhere.
#[test]
fn branch_hinting() {
    const HINTED: &str = r#"
        (module
            (import "" "rare" (func $rare (param i32)))
            (func (export "f") (param i32) (result i32)
                local.get 0
                (@metadata.code.branch_hint "\00")
                if
                    local.get 0
                    call $rare
                end
                (i32.mul (local.get 0) (i32.const 77))))
    "#;
    let (on, off, default) = (
        engine(|config| _ = config.wasm_branch_hinting(true)),
        engine(|config| _ = config.wasm_branch_hinting(false)),
        Engine::default(),
    );
    assert!(on.get_wasm_branch_hinting());
    assert!(!off.get_wasm_branch_hinting() && !default.get_wasm_branch_hinting());
    assert!(compile(&off, HINTED) == compile(&default, HINTED));
    assert!(compile(&on, HINTED) != compile(&off, HINTED));
}

#[test]
fn relaxed_simd_deterministic() {
    let (on, off) = (
        engine(|config| _ = config.relaxed_simd_deterministic(true)),
        engine(|config| _ = config.relaxed_simd_deterministic(false)),
    );
    assert!(on.get_relaxed_simd_deterministic() && !off.get_relaxed_simd_deterministic());
    assert_refuses(&on, &off, "relaxed simd deterministic");
    assert_refuses(&off, &on, "relaxed simd deterministic");

    let mut store = Store::new(&on, ());
    let module = Module::new(
        &on,
        r#"(module (func (export "f") (result i32)
            (i32x4.extract_lane 0
                (i32x4.relaxed_trunc_f32x4_s (f32x4.splat (f32.const nan))))))"#,
    );
    let instance = Instance::new(&mut store, &module.unwrap(), &[]).unwrap();
    let f = instance.get_typed_func::<(), i32>(&mut store, "f").unwrap();
    assert_eq!(f.call(&mut store, ()).unwrap(), 0);
}

#[test]
fn signals_based_traps() {
    let (on, off) = (
        engine(|config| _ = config.signals_based_traps(true)),
        engine(|config| _ = config.signals_based_traps(false)),
    );
    assert!(on.get_signals_based_traps() && !off.get_signals_based_traps());
    assert_refuses(&on, &off, "Signals-based traps");
    // It traps either way.
    for engine in [on, off] {
        let mut store = Store::new(&engine, ());
        for (code, trap) in [
            ("(drop (i32.load (i32.const -4)))", Trap::MemoryOutOfBounds),
            (
                "(drop (i32.div_u (i32.const 1) (local.get 0)))",
                Trap::IntegerDivisionByZero,
            ),
            ("(call $start)", Trap::StackOverflow),
        ] {
            let wat =
                format!("(module (memory 1) (func $start (local i32) {code}) (start $start))");
            let module = Module::new(&engine, wat).unwrap();
            let error = Instance::new(&mut store, &module, &[]).unwrap_err();
            assert_eq!(error.downcast_ref(), Some(&trap));
        }
    }
}

/// It has an effect on macOS only, where all engines of a process have to agree.
#[test]
fn macos_use_mach_ports() {
    engine(|config| _ = config.macos_use_mach_ports(true));
    if cfg!(not(target_vendor = "apple")) {
        engine(|config| _ = config.macos_use_mach_ports(false));
    }
}
