//! Settings picked at random: no process ends, and every engine that can be created
//! compiles and runs a module.

use crate::alone;
use libwasmtime::{
    Config, Engine, Instance, Module, OptLevel, RegallocAlgorithm, Result, Store, Strategy,
    WasmFeatures,
};

/// A linear congruential generator, the same everywhere.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        self.0 >> 33
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.next() as usize % from.len()]
    }

    pub fn one_in(&mut self, n: u64) -> bool {
        self.next() % n == 0
    }

    pub fn coin(&mut self) -> bool {
        self.one_in(2)
    }
}

/// Sets some of the settings.
fn configure(random: &mut Random) -> Config {
    let mut config = Config::new();
    for (_, feature) in WasmFeatures::all().iter_names() {
        if random.one_in(12) {
            config.wasm_features(feature, random.coin());
        }
    }
    type Set = fn(&mut Config, &mut Random);
    const SETTINGS: &[Set] = &[
        |config, random| _ = config.debug_info(random.coin()),
        |config, random| _ = config.native_unwind_info(random.coin()),
        |config, random| _ = config.consume_fuel(random.coin()),
        |config, random| _ = config.epoch_interruption(random.coin()),
        |config, random| _ = config.max_wasm_stack(random.pick(&[0, 1 << 16, 1 << 20, 1 << 22])),
        |config, random| _ = config.shared_memory(random.coin()),
        |config, random| _ = config.wasm_branch_hinting(random.coin()),
        |config, random| _ = config.relaxed_simd_deterministic(random.coin()),
        |config, random| _ = config.memory_may_move(random.coin()),
        |config, random| {
            _ = config.memory_reservation(random.pick(&[0, 1, 1 << 16, 1 << 30, 1 << 33]));
        },
        |config, random| _ = config.memory_guard_size(random.pick(&[0, 1, 1 << 16, 1 << 26])),
        |config, random| _ = config.memory_reservation_for_growth(random.pick(&[0, 1, 1 << 30])),
        |config, random| _ = config.memory_init_cow(random.coin()),
        |config, random| _ = config.macos_use_mach_ports(random.one_in(1)),
        |config, random| _ = config.signals_based_traps(random.coin()),
        |config, random| {
            let level = [OptLevel::None, OptLevel::Speed, OptLevel::SpeedAndSize];
            config.cranelift_opt_level(random.pick(&level));
        },
        |config, random| {
            let algorithms = [
                RegallocAlgorithm::Backtracking,
                RegallocAlgorithm::SinglePass,
            ];
            config.cranelift_regalloc_algorithm(random.pick(&algorithms));
        },
        |config, random| _ = config.cranelift_debug_verifier(random.coin()),
        |config, random| _ = config.cranelift_nan_canonicalization(random.coin()),
        |config, random| {
            let strategies = [Strategy::Auto, Strategy::Cranelift, Strategy::Winch];
            config.strategy(random.pick(&strategies));
        },
        |config, random| {
            let native = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
            let target = random.pick(&["pulley64", "pulley32", "pulley64be", &native]);
            // A library may lack Pulley.
            _ = config.target(target);
        },
        |config, random| {
            let names = [
                "enable_heap_access_spectre_mitigation",
                "enable_table_access_spectre_mitigation",
                "unwind_info",
                "enable_alias_analysis",
                "no_such_flag",
            ];
            let (name, value) = (
                random.pick(&names),
                random.pick(&["true", "false", "maybe"]),
            );
            // SAFETY: none of these settings makes the code wrong.
            unsafe { config.cranelift_flag_set(name, value) };
        },
        #[cfg(feature = "async")]
        |config, random| {
            config.async_stack_size(random.pick(&[1 << 18, 1 << 20, 1 << 23]));
        },
        #[cfg(feature = "parallel-compilation")]
        |config, random| _ = config.parallel_compilation(random.coin()),
        #[cfg(feature = "component-model")]
        |config, random| _ = config.concurrency_support(random.coin()),
        #[cfg(feature = "pooling-allocator")]
        pool,
    ];
    for set in SETTINGS {
        if random.one_in(5) {
            set(&mut config, random);
        }
    }
    config
}

#[cfg(feature = "pooling-allocator")]
fn pool(config: &mut Config, random: &mut Random) {
    let mut pool = libwasmtime::PoolingAllocationConfig::new();
    pool.total_memories(random.pick(&[0, 1, 10, 1000, u32::MAX]));
    pool.max_memory_size(random.pick(&[0, 1 << 16, 1 << 20, 1 << 32]));
    pool.total_tables(random.pick(&[0, 1, 10, u32::MAX]));
    pool.table_elements(random.pick(&[0, 1, 10, 1 << 40]));
    pool.total_core_instances(random.pick(&[0, 1, 10]));
    pool.max_core_instance_size(random.pick(&[0, 1 << 20]));
    pool.max_unused_warm_slots(random.pick(&[0, u32::MAX]));
    pool.linear_memory_keep_resident(random.pick(&[0, 1, 1 << 20, usize::MAX]));
    #[cfg(feature = "gc")]
    pool.total_gc_heaps(random.pick(&[0, 1, 10]));
    #[cfg(feature = "async")]
    pool.total_stacks(random.pick(&[0, 1, 10]));
    config.allocation_strategy(pool);
}

const MODULE: &str = r#"
    (module
        (memory 1)
        (table 1 funcref)
        (data (i32.const 8) "\05")
        (elem (i32.const 0) $five)
        (func $five (result i32) (i32.load (i32.const 8)))
        (func (export "run") (param i32) (result i32)
            (local.get 0)
            (call_indirect (result i32) (i32.const 0))
            (i32.add)))
"#;

/// Returns what the module's function returns.
fn run(engine: &Engine) -> Result<i32> {
    let module = Module::new(engine, MODULE)?;
    let mut store = Store::new(engine, ());
    if engine.get_consume_fuel() {
        store.set_fuel(1000)?;
    }
    store.set_epoch_deadline(1);
    let instance = Instance::new(&mut store, &module, &[])?;
    let run = instance.get_typed_func::<i32, i32>(&mut store, "run")?;
    run.call(&mut store, 37)
}

/// Reports whether an engine with these settings may fail with that module.
fn may_fail(config: &Config) -> bool {
    let settings = format!("{config:?}");
    let has = |text| settings.contains(text);
    // Code for Pulley can always be compiled, and runs only if Pulley was built in.
    let pulley = has("pulley");
    // A pool may have no free slot.
    let pool = has("Pooling");
    // Winch uses the reservation of a memory that can't move as its size.
    let winch = has("Winch") && has("memory_may_move: false") && has("memory_reservation: ");
    pulley || pool || winch
}

fn batch(seed: u64) {
    let mut random = Random::new(seed);
    let (mut made, mut refused) = (0, 0);
    for _ in 0..60 {
        let config = configure(&mut random);
        println!("{config:?}");
        let engine = match Engine::new(&config) {
            Ok(engine) => engine,
            Err(error) => {
                println!("  {error}");
                refused += 1;
                continue;
            }
        };
        made += 1;
        match run(&engine) {
            Ok(result) => assert_eq!(result, 42),
            Err(error) if may_fail(&config) => println!("  {error:#}"),
            Err(error) => panic!("{error:#}"),
        }
    }
    // Otherwise the settings are too tame, or too wild.
    assert!(
        made >= 10 && refused >= 10,
        "{made} made, {refused} refused"
    );
}

macro_rules! batches {
    ($($name:ident: $seed:literal,)*) => {
        $(
            #[test]
            fn $name() {
                alone(concat!("random::", stringify!($name)), || batch($seed));
            }
        )*
    };
}

batches! {
    first: 1,
    second: 20,
    third: 300,
    fourth: 4000,
    fifth: 50000,
    sixth: 600000,
}
