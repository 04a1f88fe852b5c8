//! Every setting and every WebAssembly proposal: either the engine refuses it with an error
//! that says so, or a module that uses it runs to its end.

use crate::Change;
use crate::subprocess::Subprocess;
use libwasmtime::*;
use std::result::Result::{Err, Ok};

/// A setting: the method of [`Config`], its arguments, and a module that uses what it turns
/// on. The module's function `run` returns 42.
type Row = (&'static str, &'static [Change], &'static str);

/// The settings of every engine.
const PLAIN: &str = r#"(module
    (memory 1)
    (data (i32.const 8) "\02")
    (table 1 funcref)
    (elem (i32.const 0) $f)
    (func $f (result i32) (i32.const 40))
    (func (export "run") (result i32)
        (i32.add (call_indirect (result i32) (i32.const 0)) (i32.load (i32.const 8)))))"#;

/// Rows of settings that are on or off; with a module, one that needs it on.
macro_rules! rows {
    ($($(#[cfg($cfg:meta)])? $name:ident $([$($value:expr),*])? $(: $wat:expr)?;)*) => {
        &[$(
            $(#[cfg($cfg)])?
            (stringify!($name), rows!(@ $name $($($value),*)?), rows!(? $($wat)?)),
        )*]
    };
    (@ $name:ident) => {
        &[|config| _ = config.$name(true), |config| _ = config.$name(false)]
    };
    (@ $name:ident $($value:expr),+) => { &[$(|config| _ = config.$name($value)),*] };
    (?) => { PLAIN };
    (? $wat:expr) => { concat!("(module ", $wat, ")") };
}

/// A module with one function.
macro_rules! run {
    ($($body:literal),*) => { concat!("(func (export \"run\") (result i32) ", $($body),*, ")") };
}

/// Modules that need a proposal, for engines that have it on.
const PROPOSALS: &[Row] = rows! {
    #[cfg(feature = "gc")]
    wasm_reference_types [true]: concat!("(table 1 externref)", run!(
        "(table.set (i32.const 0) (ref.null extern))
        (i32.mul (i32.const 42) (ref.is_null (table.get (i32.const 0))))"));
    wasm_multi_value [true]: concat!("(func $two (result i32 i32) (i32.const 40) (i32.const 2))",
        run!("(i32.add (call $two))"));
    wasm_bulk_memory [true]: concat!("(memory 1) (data $d \"\\2a\")", run!(
        "(memory.init $d (i32.const 8) (i32.const 0) (i32.const 1))
        (memory.copy (i32.const 16) (i32.const 8) (i32.const 1))
        (memory.fill (i32.const 32) (i32.const 1) (i32.const 9))
        (i32.load8_u (i32.const 16))"));
    wasm_simd [true]: run!("(i32x4.extract_lane 0
        (i32x4.add (i32x4.splat (i32.const 40)) (i32x4.splat (i32.const 2))))");
    wasm_relaxed_simd [true]: run!("(i8x16.extract_lane_u 0
        (i8x16.relaxed_swizzle (i8x16.splat (i32.const 42)) (i8x16.splat (i32.const 0))))");
    #[cfg(feature = "threads")]
    wasm_threads [true]: concat!("(memory 1)", run!(
        "(drop (i32.atomic.rmw.add (i32.const 0) (i32.const 42)))
        (atomic.fence)
        (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))
        (i32.atomic.load (i32.const 0))"));
    wasm_tail_call [true]: concat!(
        "(func $f (param i32) (result i32)
            (if (i32.eqz (local.get 0)) (then (return (i32.const 42))))
            (return_call $f (i32.sub (local.get 0) (i32.const 1))))",
        run!("(call $f (i32.const 1000000))"));
    wasm_multi_memory [true]: concat!("(memory 1) (memory $m 1)", run!(
        "(i32.store $m (i32.const 0) (i32.const 42)) (i32.load $m (i32.const 0))"));
    #[cfg(feature = "gc")]
    wasm_exceptions [true]: concat!("(tag $t (param i32))", run!(
        "(block $b (result i32)
            (try_table (catch $t $b) (throw $t (i32.const 42)))
            (unreachable))"));
    wasm_memory64 [true]: concat!("(memory i64 1)", run!(
        "(i32.store (i64.const 8) (i32.const 42)) (i32.load (i64.const 8))"));
    // Components aren't wrapped.
    #[cfg(feature = "component-model")]
    wasm_component_model;
    #[cfg(feature = "gc")]
    wasm_function_references [true]: concat!(
        "(type $t (func (result i32))) (elem declare func $f)
        (func $f (type $t) (i32.const 42))",
        run!("(call_ref $t (ref.func $f))"));
    #[cfg(feature = "gc")]
    wasm_gc [true]: concat!("(type $s (struct (field i32)))",
        run!("(struct.get $s 0 (struct.new $s (i32.const 42)))"));
    wasm_custom_page_sizes [true]: concat!("(memory 10 (pagesize 1))", run!(
        "(i32.store8 (i32.const 9) (i32.const 42)) (i32.load8_u (i32.const 9))"));
    #[cfg(feature = "gc")]
    gc_support [true]: run!("(i31.get_u (ref.i31 (i32.const 42)))");
    wasm_stack_switching [true]: concat!(
        "(type $f (func (result i32))) (type $c (cont $f)) (elem declare func $g)
        (func $g (type $f) (i32.const 42))",
        run!("(resume $c (cont.new $c (ref.func $g)))"));
    wasm_wide_arithmetic [true]: concat!(
        "(func (export \"run\") (result i32) (local i64)
            (i64.mul_wide_u (i64.const 21) (i64.const 2))
            (local.set 0)
            (i32.wrap_i64))");
    #[cfg(feature = "component-model-async")]
    wasm_component_model_async;
    #[cfg(feature = "component-model-async")]
    wasm_component_model_async_stackful;
    #[cfg(feature = "component-model-async")]
    wasm_component_model_more_async_builtins;
    #[cfg(feature = "component-model")]
    wasm_component_model_map;
};

/// All other settings.
const SETTINGS: &[Row] = rows! {
    debug_info;
    native_unwind_info;
    consume_fuel;
    epoch_interruption;
    max_wasm_stack [0, 1 << 16, 2 << 20, (2 << 20) + 1, usize::MAX];
    #[cfg(feature = "async")]
    async_stack_size [0, 512 << 10, usize::MAX];
    shared_memory [false];
    shared_memory [true]: concat!("(memory 1 2 shared)", run!(
        "(i32.store (i32.const 0) (i32.const 42)) (i32.load (i32.const 0))"));
    wasm_branch_hinting: concat!(
        "(func (export \"run\") (result i32)
            (i32.const 0)
            (@metadata.code.branch_hint \"\\00\")
            (if (then (unreachable)))
            (i32.const 42))");
    relaxed_simd_deterministic: run!("(i8x16.extract_lane_u 0
        (i8x16.relaxed_swizzle (i8x16.splat (i32.const 42)) (i8x16.splat (i32.const 0))))");
    #[cfg(feature = "parallel-compilation")]
    parallel_compilation;
    memory_may_move;
    memory_reservation [0, 1 << 16, 1 << 33, u64::MAX];
    memory_guard_size [0, 1, 1 << 20, u64::MAX];
    memory_reservation_for_growth [0, 1 << 20, u64::MAX];
    memory_init_cow;
    macos_use_mach_ports [true];
    signals_based_traps;
    #[cfg(feature = "component-model")]
    concurrency_support;
    wasm_features_of_all_proposals [true];
    wasm_features_of_all_proposals [false]: run!("(i32.const 42)");
    target_if_taken ["pulley64", "pulley32", "x86_64-unknown-linux-gnu", "no-target"];
    profiler [
        ProfilingStrategy::None,
        ProfilingStrategy::PerfMap,
        ProfilingStrategy::JitDump,
        ProfilingStrategy::VTune,
        ProfilingStrategy::Pulley
    ];
    #[cfg(feature = "cache")]
    default_cache [true];
    #[cfg(feature = "cache")]
    cache [None];
    #[cfg(feature = "pooling-allocator")]
    allocation_strategy [InstanceAllocationStrategy::OnDemand, small_pool()];
    strategy [Strategy::Auto, Strategy::Cranelift, Strategy::Winch];
    cranelift_debug_verifier;
    cranelift_opt_level [OptLevel::None, OptLevel::Speed, OptLevel::SpeedAndSize];
    cranelift_regalloc_algorithm [
        RegallocAlgorithm::Backtracking,
        RegallocAlgorithm::SinglePass
    ];
    cranelift_nan_canonicalization;
    cranelift_flag ["is_pic", "enable_verifier", "no_such_flag"];
};

/// Settings in a form that fits into the table.
trait Others {
    fn wasm_features_of_all_proposals(&mut self, enable: bool) -> &mut Self;
    fn target_if_taken(&mut self, target: &str) -> &mut Self;
    fn cranelift_flag(&mut self, flag: &str) -> &mut Self;
    #[cfg(feature = "cache")]
    fn default_cache(&mut self, enable: bool) -> &mut Self;
}

impl Others for Config {
    fn wasm_features_of_all_proposals(&mut self, enable: bool) -> &mut Self {
        self.wasm_features(WasmFeatures::all(), enable)
    }

    fn target_if_taken(&mut self, target: &str) -> &mut Self {
        if let Err(error) = self.target(target) {
            assert!(error.is::<ConfigConflict>(), "{error:?}");
        }
        self
    }

    fn cranelift_flag(&mut self, flag: &str) -> &mut Self {
        // SAFETY: none of these settings makes the code wrong.
        unsafe {
            self.cranelift_flag_enable(flag)
                .cranelift_flag_set(flag, "true")
        }
    }

    #[cfg(feature = "cache")]
    fn default_cache(&mut self, _: bool) -> &mut Self {
        self.cache(Some(Cache::from_file(None).unwrap()))
    }
}

#[cfg(feature = "pooling-allocator")]
fn small_pool() -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_memories(1).max_memory_size(1 << 16);
    pool.total_tables(1).table_elements(10);
    #[cfg(feature = "async")]
    pool.total_stacks(1);
    #[cfg(feature = "gc")]
    pool.total_gc_heaps(1);
    pool
}

/// Returns what `run` returns.
fn run(engine: &Engine, wat: &str) -> Result<i32> {
    let module = Module::new(engine, wat)?;
    let mut store = Store::new(engine, ());
    if engine.get_consume_fuel() {
        store.set_fuel(1000)?;
    }
    store.set_epoch_deadline(1);
    let instance = Instance::new(&mut store, &module, &[])?;
    let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
    run.call(&mut store, ())
}

/// Runs a test in a process of its own, in a directory for the files that it writes.
#[track_caller]
fn alone(test: &'static str, body: impl FnOnce()) {
    let directory = crate::directory(test);
    let mut process = Subprocess::new(test);
    let command = process.command();
    command
        .current_dir(&directory)
        .env("XDG_CACHE_HOME", &directory);
    process.run(body);
}

#[test]
fn each_runs_or_is_refused() {
    alone("settings::each_runs_or_is_refused", || {
        for (name, changes, wat) in PROPOSALS.iter().chain(SETTINGS) {
            for (index, change) in changes.iter().enumerate() {
                println!("{name} {index}");
                let mut config = Config::new();
                change(&mut config);
                match Engine::new(&config) {
                    Ok(engine) => assert_eq!(run(&engine, wat).unwrap(), 42),
                    Err(error) => assert!(
                        error.is::<Unsupported>() || error.is::<ConfigConflict>(),
                        "{error:?}"
                    ),
                }
            }
        }
    });
}

/// Whatever else is set, no module of a proposal ends the process.
#[track_caller]
fn survives(config: &Config) {
    let Ok(engine) = Engine::new(config) else {
        return;
    };
    for (proposal, _, wat) in PROPOSALS {
        println!("  {proposal}");
        // It may be off.
        if let Ok(result) = run(&engine, wat) {
            assert_eq!(result, 42);
        }
    }
}

#[test]
fn proposals_without_each_other() {
    alone("settings::proposals_without_each_other", || {
        for (name, feature) in WasmFeatures::all().iter_names() {
            println!("{name}");
            survives(Config::new().wasm_features(feature, false));
        }
    });
}

#[test]
fn proposals_with_each_setting() {
    alone("settings::proposals_with_each_setting", || {
        for (name, changes, _) in SETTINGS {
            for (index, change) in changes.iter().enumerate() {
                println!("{name} {index}");
                let mut config = Config::new();
                for (.., on) in PROPOSALS.iter().map(|row| (row.0, row.1[0])) {
                    let before = config.clone();
                    on(&mut config);
                    // Some aren't available.
                    if Engine::new(&config).is_err() {
                        config = before;
                    }
                }
                change(&mut config);
                survives(&config);
            }
        }
    });
}

/// The tables are complete.
#[cfg(all(
    feature = "async",
    feature = "cache",
    feature = "component-model-async",
    feature = "gc",
    feature = "parallel-compilation",
    feature = "pooling-allocator",
    feature = "threads"
))]
mod complete {
    use super::{PROPOSALS, SETTINGS};
    use libwasmtime::WasmFeatures;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// The names of methods under which the table has others.
    const CALLED: &[(&str, &str)] = &[
        ("wasm_features", "wasm_features_of_all_proposals"),
        ("target", "target_if_taken"),
        ("cache", "default_cache"),
        ("cranelift_flag_enable", "cranelift_flag"),
        ("cranelift_flag_set", "cranelift_flag"),
    ];

    /// Returns the methods of `Config`, as its source has them.
    fn methods() -> BTreeSet<String> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/config");
        let mut methods = BTreeSet::new();
        let files = std::fs::read_dir(&source).unwrap();
        let files = files.map(|file| file.unwrap().path());
        for file in files.chain([source.with_extension("rs")]) {
            let is_other = |name| file.ends_with(name);
            if file.is_dir() || is_other("pooling.rs") {
                continue;
            }
            let text = std::fs::read_to_string(&file).unwrap();
            // Methods that are written out, and those in tables.
            for (index, _) in text.match_indices("fn ") {
                let (before, after) = (&text[..index], &text[index + 3..]);
                let name = after
                    .split(|c: char| c != '_' && !c.is_alphanumeric())
                    .next()
                    .unwrap();
                let written = ["pub ", "pub unsafe "]
                    .iter()
                    .any(|it| before.ends_with(it));
                let sets = after[name.len()..].trim_start_matches("<'_>").trim_start();
                let sets =
                    sets.starts_with("(&mut self") || sets.starts_with("(\n        &mut self");
                let in_table = after.find(['{', '}', ';']).is_some_and(|end| {
                    after[..end].contains(" calls wasmtime_")
                        || after[..end].contains("calls wasmtime_")
                });
                if !name.is_empty() && (written && sets || in_table) {
                    methods.insert(name.to_owned());
                }
            }
        }
        methods
    }

    #[test]
    fn none_is_left_out() {
        let rows: BTreeSet<&str> = PROPOSALS.iter().chain(SETTINGS).map(|row| row.0).collect();
        for method in methods() {
            // `host_memory::*` and `host_stack::*` test what the host creates, and the other
            // has no effect.
            if ["with_host_memory", "with_host_stack", "async_support"].contains(&&method[..]) {
                continue;
            }
            let under = CALLED.iter().filter(|(of, _)| *of == method).map(|it| it.1);
            assert!(
                rows.contains(&method[..]) || under.into_iter().any(|name| rows.contains(name)),
                "`Config::{method}` has no row in the tables"
            );
        }
        let found = methods();
        for known in [
            "wasm_simd",
            "debug_info",
            "strategy",
            "target",
            "wasm_component_model_map",
        ] {
            assert!(found.contains(known), "{known} of {found:?}");
        }
        assert_eq!(WasmFeatures::all().iter_names().count(), PROPOSALS.len());
    }
}
