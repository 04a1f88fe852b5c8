//! The compilers, and uses of compiled code.

use super::code::{compile, has};
use super::{engine, tests};
use libwasmtime::{Config, Engine, OptLevel, ProfilingStrategy, RegallocAlgorithm, Strategy};

tests! {
    wasmtime_config_strategy_set: strategy,
    wasmtime_config_cranelift_debug_verifier_set: debug_verifier,
    wasmtime_config_cranelift_nan_canonicalization_set: nan_canonicalization,
    wasmtime_config_cranelift_opt_level_set: opt_level,
    wasmtime_config_cranelift_regalloc_algorithm_set: regalloc_algorithm,
    wasmtime_config_cranelift_flag_enable: flag_enable,
    wasmtime_config_cranelift_flag_set: flag_set,
    wasmtime_config_target_set: target,
    #[cfg(feature = "parallel-compilation")]
    wasmtime_config_parallel_compilation_set: parallel_compilation,
    wasmtime_config_profiler_set: profiler,
    #[cfg(feature = "cache")]
    wasmtime_config_cache_config_load: cache,
}

const CODE: &str = r#"
    (module (func (export "f") (param f32 f32 i32) (result f32)
        (f32.add
            (f32.convert_i32_s
                (i32.add (local.get 2)
                    (i32.add (i32.const 0x12345678) (i32.const 0x11111111))))
            (f32.div (local.get 0) (local.get 1)))))
"#;

/// The compiled code contains the settings, so it differs.
#[track_caller]
fn assert_differ(one: &Engine, other: &Engine) {
    let (one, other) = (compile(one, CODE), compile(other, CODE));
    assert!(one != other);
}

/// `Engine::default` doesn't go through the checks of a `Config`.
#[test]
fn default_engine() {
    let (default, unset) = (Engine::default(), engine(|_| {}));
    assert!(compile(&default, CODE) == compile(&unset, CODE));
    assert_eq!(
        format!("{:?}", default.config()),
        format!("{:?}", Config::new())
    );
}

#[test]
fn strategy() {
    let engine = engine(|config| _ = config.strategy(Strategy::Cranelift));
    assert_eq!(engine.get_strategy(), Some(Strategy::Cranelift));
    assert_eq!(Engine::default().get_strategy(), Some(Strategy::Cranelift));
    assert!(compile(&engine, CODE) == compile(&Engine::default(), CODE));
    #[cfg(feature = "winch")]
    if let Ok(winch) = Engine::new(Config::new().strategy(Strategy::Winch)) {
        assert_eq!(winch.get_strategy(), Some(Strategy::Winch));
        super::assert_refuses(&winch, &engine, "Winch calling convention");
    }
}

#[test]
fn debug_verifier() {
    let on = engine(|config| _ = config.cranelift_debug_verifier(true));
    let off = engine(|config| _ = config.cranelift_debug_verifier(false));
    assert_eq!(on.get_cranelift_debug_verifier(), Some(true));
    assert_eq!(off.get_cranelift_debug_verifier(), Some(false));
    assert_eq!(
        Engine::default().get_cranelift_debug_verifier(),
        Some(false)
    );
    assert_differ(&on, &off);
}

#[test]
fn nan_canonicalization() {
    use libwasmtime::{Instance, Module, Store};

    let on = engine(|config| _ = config.cranelift_nan_canonicalization(true));
    let off = engine(|config| _ = config.cranelift_nan_canonicalization(false));
    assert_eq!(on.get_cranelift_nan_canonicalization(), Some(true));
    assert_eq!(off.get_cranelift_nan_canonicalization(), Some(false));
    assert_differ(&on, &off);

    let mut store = Store::new(&on, ());
    let module = Module::new(&on, CODE).unwrap();
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let f = instance
        .get_typed_func::<(f32, f32, i32), f32>(&mut store, "f")
        .unwrap();
    // Without the setting, it would have the sign bit set on x86-64.
    let nan = f.call(&mut store, (0.0, 0.0, 1)).unwrap();
    assert_eq!(nan.to_bits(), 0x7fc0_0000);
}

#[test]
fn opt_level() {
    let none = engine(|config| _ = config.cranelift_opt_level(OptLevel::None));
    let speed = engine(|config| _ = config.cranelift_opt_level(OptLevel::Speed));
    let both = engine(|config| _ = config.cranelift_opt_level(OptLevel::SpeedAndSize));
    assert_eq!(none.get_cranelift_opt_level(), Some(OptLevel::None));
    assert_eq!(speed.get_cranelift_opt_level(), Some(OptLevel::Speed));
    assert_eq!(both.get_cranelift_opt_level(), Some(OptLevel::SpeedAndSize));
    assert!(compile(&speed, CODE) == compile(&Engine::default(), CODE));
    assert_differ(&none, &speed);
    assert_differ(&both, &speed);
    if cfg!(target_arch = "x86_64") {
        // The sum of the constants.
        let sum = 0x2345_6789_i32.to_le_bytes();
        let folded = |engine| compile(engine, CODE).windows(4).any(|window| window == sum);
        assert!(folded(&speed) && folded(&both) && !folded(&none));
    }
}

#[test]
fn regalloc_algorithm() {
    let with = |algorithm| engine(|config| _ = config.cranelift_regalloc_algorithm(algorithm));
    let single = with(RegallocAlgorithm::SinglePass);
    let back = with(RegallocAlgorithm::Backtracking);
    assert_eq!(
        single.get_cranelift_regalloc_algorithm(),
        Some(RegallocAlgorithm::SinglePass)
    );
    assert_eq!(
        back.get_cranelift_regalloc_algorithm(),
        Some(RegallocAlgorithm::Backtracking)
    );
    assert!(compile(&back, CODE) == compile(&Engine::default(), CODE));
    assert_differ(&single, &back);
}

/// A name and a method set the same flag, and the last call counts.
#[test]
fn flag_set() {
    let by_name = engine(|config| {
        config.cranelift_opt_level(OptLevel::SpeedAndSize);
        // SAFETY: it is the same as the method's.
        unsafe { config.cranelift_flag_set("opt_level", "none") };
    });
    let by_method = engine(|config| {
        // SAFETY: it is the same as the method's.
        unsafe { config.cranelift_flag_set("opt_level", "speed_and_size") };
        config.cranelift_opt_level(OptLevel::None);
    });
    assert_eq!(by_name.get_cranelift_opt_level(), Some(OptLevel::None));
    assert!(compile(&by_name, CODE) == compile(&by_method, CODE));
    assert_differ(&by_name, &Engine::default());
    let set: Vec<_> = by_name.get_cranelift_flags_set().collect();
    assert_eq!(set, [("opt_level", "none")]);
    assert_eq!(by_method.get_cranelift_flags_set().count(), 0);
}

#[test]
fn flag_enable() {
    let enabled = engine(|config| {
        // SAFETY: it is the same as the method's.
        unsafe { config.cranelift_flag_enable("enable_nan_canonicalization") };
    });
    assert_eq!(enabled.get_cranelift_nan_canonicalization(), Some(true));
    let flags: Vec<_> = enabled.get_cranelift_flags_enabled().collect();
    assert_eq!(flags, ["enable_nan_canonicalization"]);
    let by_method = engine(|config| _ = config.cranelift_nan_canonicalization(true));
    assert!(compile(&enabled, CODE) == compile(&by_method, CODE));
    assert_differ(&enabled, &Engine::default());
    assert_eq!(by_method.get_cranelift_flags_enabled().count(), 0);
}

#[test]
fn target() {
    // A library may lack the interpreter.
    let mut config = Config::new();
    if config.target("pulley64").is_ok() {
        let pulley = Engine::new(&config).unwrap();
        assert!(pulley.is_pulley());
        assert_eq!(pulley.get_target().as_deref(), Some("pulley64"));
    }
    let native = Engine::default();
    assert_eq!(native.get_target(), None);
    if !native.is_pulley() && cfg!(target_os = "linux") {
        let triple = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
        let baseline = engine(|config| _ = config.target(&triple).unwrap());
        assert!(!baseline.is_pulley());
        // Its code may not use all features of this processor.
        super::pass_on(&baseline, &native).unwrap();
    }
}

/// The threads that compile are started when they are first needed.
#[cfg(feature = "parallel-compilation")]
#[test]
fn parallel_compilation() {
    use crate::subprocess::Subprocess;

    Subprocess::new("config::compiler::parallel_compilation").run(|| {
        let off = engine(|config| _ = config.parallel_compilation(false));
        assert!(!off.get_parallel_compilation());
        let threads = || {
            std::fs::read_dir("/proc/self/task")
                .map(Iterator::count)
                .ok()
        };
        let before = threads();
        compile(&off, CODE);
        assert_eq!(threads(), before);
        let on = engine(|config| _ = config.parallel_compilation(true));
        assert!(on.get_parallel_compilation());
        compile(&on, CODE);
        if cfg!(target_os = "linux") {
            assert!(threads() > before);
        }
    });
}

/// The map names the functions.
#[cfg(unix)]
#[test]
fn profiler() {
    use crate::subprocess::Subprocess;

    Subprocess::new("config::compiler::profiler").run(|| {
        let engine = engine(|config| _ = config.profiler(ProfilingStrategy::PerfMap));
        compile(&engine, r#"(module (func $conspicuous (export "f")))"#);
        let path = format!("/tmp/perf-{}.map", std::process::id());
        let map = std::fs::read(&path).unwrap();
        std::fs::remove_file(path).unwrap();
        assert!(has(&map, "conspicuous"));
    });
}

/// Compiled code is stored in the cache's directory.
#[cfg(feature = "cache")]
#[test]
fn cache() {
    use crate::module::scratch;
    use libwasmtime::{Cache, CacheConfig, Config};
    use std::fs;

    /// Returns the number of modules in the cache. Files with an extension describe a module;
    /// a thread of the cache writes them at any time.
    fn files(directory: &std::path::Path) -> usize {
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        entries
            .map(|entry| match entry.path() {
                path if path.is_dir() => files(&path),
                path => usize::from(path.extension().is_none()),
            })
            .sum()
    }

    let directory = scratch("cache");
    _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    let file = directory.join("config.toml");
    let by_file = directory.join("by-file");
    fs::write(&file, format!("[cache]\ndirectory = {by_file:?}\n")).unwrap();
    let by_settings = directory.join("by-settings");
    let mut settings = CacheConfig::new();
    settings.with_directory(&by_settings);
    for (cached, cache, file) in [
        (by_file, Cache::from_file(Some(&file)), Some(&*file)),
        (by_settings, Cache::new(settings), None),
    ] {
        let mut config = Config::new();
        let cache = cache.unwrap();
        assert_eq!(cache.file(), file);
        config.cache(Some(cache));
        let engine = Engine::new(&config).unwrap();
        assert_eq!(files(&cached), 0);
        let code = compile(&engine, CODE);
        assert_eq!(files(&cached), 1);
        // Another engine reads it.
        let other = Engine::new(&config).unwrap();
        assert!(compile(&other, CODE) == code);
        assert_eq!(files(&cached), 1);

        config.cache(None);
        let none = Engine::new(&config).unwrap();
        compile(&none, "(module)");
        assert_eq!(files(&cached), 1);
    }
    // That thread may still write.
    _ = fs::remove_dir_all(&directory);
}
