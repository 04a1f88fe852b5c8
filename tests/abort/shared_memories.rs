//! A shared memory that would be in a store twice, in every possible way, and accesses
//! outside its bounds: libwasmtime asserts that it finds the memory once.

use crate::alone;
use libwasmtime::error::Context;
use libwasmtime::*;
use std::result::Result::{Err, Ok};

/// A part of all modules here: an access at any address and at a large offset.
const TOUCH: &str = r#"
    (func (export "touch") (param i32) (drop (i32.load (local.get 0))))
    (func (export "far") (param i32) (drop (i32.load offset=0x7fffffff (local.get 0))))"#;

fn module(engine: &Engine, items: &str) -> Module {
    let text = format!("(module {items} {TOUCH})");
    Module::new(engine, &text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

/// Returns a module that imports a memory.
fn importer(engine: &Engine) -> Module {
    module(
        engine,
        r#"(import "m" "m" (memory 1 4 shared)) (export "m" (memory 0))"#,
    )
}

/// Returns a module that defines one.
fn definer(engine: &Engine) -> Module {
    module(engine, r#"(memory (export "m") 1 4 shared)"#)
}

fn memory(engine: &Engine) -> SharedMemory {
    SharedMemory::new(engine, MemoryType::shared(1, 4)).unwrap()
}

/// The store in which the ways of this file create instances.
struct World {
    engine: Engine,
    store: Store<Vec<Instance>>,
    linker: Linker<Vec<Instance>>,
}

impl World {
    fn new(engine: &Engine) -> World {
        World {
            engine: engine.clone(),
            store: Store::new(engine, Vec::new()),
            linker: Linker::new(engine),
        }
    }

    fn keep(&mut self, instance: Instance) -> Instance {
        self.store.data_mut().push(instance);
        instance
    }

    fn instantiate(&mut self, module: &Module, imports: &[Extern]) -> Result<Instance> {
        let instance = Instance::new(&mut self.store, module, imports)?;
        Ok(self.keep(instance))
    }

    fn link(&mut self, module: &Module) -> Result<Instance> {
        let instance = self.linker.instantiate(&mut self.store, module)?;
        Ok(self.keep(instance))
    }

    fn define(&mut self, memory: &SharedMemory) {
        self.linker
            .define(&self.store, "m", "m", memory.clone())
            .unwrap();
    }

    /// Accesses the memory outside its bounds in each instance.
    fn touch(&mut self) {
        for instance in self.store.data().clone() {
            for name in ["touch", "far"] {
                let Ok(touch) = instance.get_typed_func::<i32, ()>(&mut self.store, name) else {
                    continue;
                };
                for address in [4 << 16, (1 << 16) - 3, 1 << 16, 1 << 20, i32::MAX, -1] {
                    let trap = touch.call(&mut self.store, address).unwrap_err();
                    assert_eq!(trap.downcast_ref(), Some(&Trap::MemoryOutOfBounds));
                }
            }
        }
    }
}

/// A way to bring a shared memory into a store twice. It fails with the second.
type Way = fn(&mut World) -> Result<()>;

const WAYS: &[(&str, Way)] = &[
    ("two instances", |world| {
        let (memory, module) = (memory(&world.engine), importer(&world.engine));
        world
            .instantiate(&module, &[memory.clone().into()])
            .unwrap();
        world.instantiate(&module, &[memory.into()])?;
        Ok(())
    }),
    ("two imports of one instance", |world| {
        let import = r#"(import "m" "m" (memory 1 4 shared))"#;
        let module = module(&world.engine, &import.repeat(2));
        let memory = Extern::from(memory(&world.engine));
        world.instantiate(&module, &[memory.clone(), memory])?;
        Ok(())
    }),
    ("two imports of one linked instance", |world| {
        let import = r#"(import "m" "m" (memory 1 4 shared))"#;
        let module = module(&world.engine, &import.repeat(2));
        world.define(&memory(&world.engine));
        world.link(&module)?;
        Ok(())
    }),
    ("after a start function that fails", |world| {
        let memory = Extern::from(memory(&world.engine));
        let failing = module(
            &world.engine,
            r#"(import "m" "m" (memory 1 4 shared)) (func $start unreachable) (start $start)"#,
        );
        let failed = world
            .instantiate(&failing, std::slice::from_ref(&memory))
            .unwrap_err();
        assert!(failed.is::<Trap>(), "{failed:?}");
        world.instantiate(&importer(&world.engine), &[memory])?;
        Ok(())
    }),
    ("after an instantiation over the limit", |world| {
        let memory = Extern::from(memory(&world.engine));
        let large = module(
            &world.engine,
            r#"(import "m" "m" (memory 1 4 shared)) (table 100 funcref)"#,
        );
        let limits = StoreLimitsBuilder::new().table_elements(10).build();
        world
            .store
            .limiter(move |_| Box::leak(Box::new(limits.clone())));
        world
            .instantiate(&large, std::slice::from_ref(&memory))
            .unwrap_err();
        world.instantiate(&importer(&world.engine), &[memory])?;
        Ok(())
    }),
    ("a linker", |world| {
        world.define(&memory(&world.engine));
        let module = importer(&world.engine);
        world.link(&module).unwrap();
        world.link(&module)?;
        Ok(())
    }),
    ("a linker and its clone", |world| {
        world.define(&memory(&world.engine));
        let module = importer(&world.engine);
        world.link(&module).unwrap();
        let clone = world.linker.clone();
        let instance = clone.instantiate(&mut world.store, &module)?;
        world.keep(instance);
        Ok(())
    }),
    ("a linker and an instance", |world| {
        let memory = memory(&world.engine);
        world.define(&memory);
        let module = importer(&world.engine);
        world.instantiate(&module, &[memory.into()]).unwrap();
        world.link(&module)?;
        Ok(())
    }),
    ("what a linker says that it has", |world| {
        world.define(&memory(&world.engine));
        let module = importer(&world.engine);
        world.link(&module).unwrap();
        let memory = world.linker.get(&mut world.store, "m", "m").unwrap();
        world.instantiate(&module, &[memory])?;
        Ok(())
    }),
    ("what took a function's place", |world| {
        world.linker.func_wrap("m", "m", || {}).unwrap();
        world.linker.allow_shadowing(true);
        world.define(&memory(&world.engine));
        let module = importer(&world.engine);
        world.link(&module).unwrap();
        world.link(&module)?;
        Ok(())
    }),
    ("a prepared module", |world| {
        world.define(&memory(&world.engine));
        let pre = world
            .linker
            .instantiate_pre(&importer(&world.engine))
            .unwrap();
        let instance = pre.instantiate(&mut world.store).unwrap();
        world.keep(instance);
        let instance = pre.clone().instantiate(&mut world.store)?;
        world.keep(instance);
        Ok(())
    }),
    ("default values", |world| {
        let module = importer(&world.engine);
        let World { store, linker, .. } = world;
        linker
            .define_unknown_imports_as_default_values(&mut *store, &module)
            .unwrap();
        world.link(&module).unwrap();
        world.link(&module)?;
        Ok(())
    }),
    ("an instance that defines it, linked", |world| {
        let defining = world.instantiate(&definer(&world.engine), &[]).unwrap();
        world
            .linker
            .instance(&mut world.store, "m", defining)
            .unwrap();
        world.link(&importer(&world.engine))?;
        Ok(())
    }),
    ("a reactor that defines it", |world| {
        let World { store, linker, .. } = world;
        linker
            .module(&mut *store, "m", &definer(&world.engine))
            .unwrap();
        world.link(&importer(&world.engine))?;
        Ok(())
    }),
    ("an instance that defines it, by name", |world| {
        let defining = world.instantiate(&definer(&world.engine), &[]).unwrap();
        let memory = defining.get_shared_memory(&mut world.store, "m").unwrap();
        world.instantiate(&importer(&world.engine), &[memory.into()])?;
        Ok(())
    }),
    ("an instance that defines it, by place", |world| {
        let module = definer(&world.engine);
        let defining = world.instantiate(&module, &[]).unwrap();
        let place = module.get_export_index("m").unwrap();
        let memory = defining
            .get_module_export(&mut world.store, &place)
            .unwrap();
        world.instantiate(&importer(&world.engine), &[memory])?;
        Ok(())
    }),
    ("an instance that defines it, of all exports", |world| {
        let defining = world.instantiate(&definer(&world.engine), &[]).unwrap();
        let memory = defining
            .exports(&mut world.store)
            .next()
            .unwrap()
            .into_extern();
        world.instantiate(&importer(&world.engine), &[memory])?;
        Ok(())
    }),
    ("an instance that imports it and exports it", |world| {
        let (memory, module) = (memory(&world.engine), importer(&world.engine));
        let importing = world.instantiate(&module, &[memory.into()]).unwrap();
        let memory = importing.get_export(&mut world.store, "m").unwrap();
        world.instantiate(&module, &[memory])?;
        Ok(())
    }),
    ("an instance that is only starting", |world| {
        let importing = importer(&world.engine);
        let module = module(
            &world.engine,
            r#"(import "" "f" (func $f)) (memory (export "m") 1 4 shared) (start $f)"#,
        );
        let import = Func::wrap(
            &mut world.store,
            move |mut caller: Caller<'_, Vec<Instance>>| -> Result<()> {
                let memory = caller.get_export("m").unwrap();
                let instance = Instance::new(&mut caller, &importing, &[memory])?;
                caller.data_mut().push(instance);
                Ok(())
            },
        );
        world.instantiate(&module, &[import.into()])?;
        Ok(())
    }),
    ("a command that is called twice", |world| {
        let command = module(
            &world.engine,
            r#"(import "m" "m" (memory 1 4 shared)) (func (export "_start"))"#,
        );
        world.define(&memory(&world.engine));
        let World { store, linker, .. } = world;
        linker.module(&mut *store, "command", &command).unwrap();
        let start = linker.get(&mut *store, "command", "_start").unwrap();
        let start = start.into_func().unwrap().typed::<(), ()>(&*store).unwrap();
        start.call(&mut *store, ()).unwrap();
        start.call(&mut *store, ())?;
        for (name, address) in [("touch", i32::MAX), ("far", 1)] {
            let touch = linker.get(&mut *store, "command", name).unwrap();
            let touch = touch
                .into_func()
                .unwrap()
                .typed::<i32, ()>(&*store)
                .unwrap();
            let trap = touch.call(&mut *store, address).unwrap_err();
            assert_eq!(trap.downcast_ref(), Some(&Trap::MemoryOutOfBounds));
        }
        Ok(())
    }),
];

fn config() -> Config {
    let mut config = Config::new();
    config.wasm_threads(true).shared_memory(true);
    config
}

#[test]
fn are_refused_the_second_time() {
    alone("shared_memories::are_refused_the_second_time", || {
        type Change = fn(&mut Config);
        // The checks that compiled code leaves to the guard pages, for each setting.
        const CHANGES: &[(&str, Change)] = &[
            ("default", |_| {}),
            ("no guard", |config| _ = config.memory_guard_size(0)),
            ("no reservation", |config| _ = config.memory_reservation(0)),
            ("little of both", |config| {
                config
                    .memory_reservation(1 << 18)
                    .memory_guard_size(1 << 16);
            }),
        ];
        for (settings, change) in CHANGES {
            let mut config = config();
            change(&mut config);
            let engine = Engine::new(&config).unwrap();
            for (way, bring) in WAYS {
                println!("{settings}: {way}");
                let mut world = World::new(&engine);
                let error = bring(&mut world).expect_err(way);
                let text = format!("{error:#}");
                assert!(text.contains("same store has it already"), "{way}: {text}");
                world.touch();
            }
        }
    });
}

#[test]
fn are_taken_where_code_checks_the_bounds() {
    alone(
        "shared_memories::are_taken_where_code_checks_the_bounds",
        || {
            type Change = fn(&mut Config);
            const CHANGES: &[(&str, Change)] = &[
                ("no signals", |config| _ = config.signals_based_traps(false)),
                ("no pages behind", |config| {
                    config.memory_reservation(0).memory_guard_size(0);
                }),
            ];
            for (settings, change) in CHANGES {
                let mut config = config();
                change(&mut config);
                let engine = Engine::new(&config).unwrap();
                for (way, bring) in WAYS {
                    println!("{settings}: {way}");
                    let mut world = World::new(&engine);
                    bring(&mut world).context(*way).unwrap();
                    world.touch();
                }
            }
        },
    );
}

/// With WebAssembly pages of one byte, guard pages can't be used either.
#[test]
fn of_single_bytes_are_taken() {
    alone("shared_memories::of_single_bytes_are_taken", || {
        let engine = Engine::new(config().wasm_custom_page_sizes(true)).unwrap();
        let mut builder = MemoryType::builder();
        builder
            .page_size_log2(0)
            .shared(true)
            .min(1 << 12)
            .max(Some(1 << 17));
        let memory = SharedMemory::new(&engine, builder.build().unwrap()).unwrap();
        let module = module(
            &engine,
            r#"(import "m" "m" (memory 0 131072 shared (pagesize 1)))"#,
        );
        let mut world = World::new(&engine);
        for _ in 0..3 {
            world
                .instantiate(&module, &[memory.clone().into()])
                .unwrap();
        }
        world.touch();
    });
}

/// With 64-bit addresses, and with other minimums than the memory's own.
#[test]
fn of_other_types_are_refused_as_well() {
    alone(
        "shared_memories::of_other_types_are_refused_as_well",
        || {
            let engine = Engine::new(config().wasm_memory64(true)).unwrap();
            let mut builder = MemoryType::builder();
            builder.memory64(true).shared(true).min(2).max(Some(9));
            let memory = SharedMemory::new(&engine, builder.build().unwrap()).unwrap();
            let module = Module::new(
                &engine,
                r#"(module
                (import "m" "m" (memory i64 0 9 shared))
                (func (export "touch") (param i64) (drop (i32.load (local.get 0)))))"#,
            )
            .unwrap();
            let mut store = Store::new(&engine, ());
            let instance = Instance::new(&mut store, &module, &[memory.clone().into()]).unwrap();
            Instance::new(&mut store, &module, &[memory.into()]).unwrap_err();
            let touch = instance
                .get_typed_func::<i64, ()>(&mut store, "touch")
                .unwrap();
            for address in [1 << 17, 1 << 20, 1 << 32, 1 << 40, -1] {
                let trap = touch.call(&mut store, address).unwrap_err();
                assert_eq!(trap.downcast_ref(), Some(&Trap::MemoryOutOfBounds));
            }
        },
    );
}

#[cfg(feature = "standard")]
#[test]
fn of_the_standard_api() {
    alone("shared_memories::of_the_standard_api", || {
        use libwasmtime::standard::{Extern, Func, Instance, Module, Store, Val};
        let touch = |store: &mut Store, instance: &Instance| {
            let touch: Func = match instance.get_export("touch") {
                Some(Extern::Func(touch)) => touch.clone(),
                other => panic!("{other:?}"),
            };
            assert!(touch.call(&mut *store, &[Val::I32(i32::MAX)]).is_err());
        };
        let binary = |items: &str| wat2wasm(format!("(module {items} {TOUCH})")).unwrap();
        for signals in [true, false] {
            let engine = Engine::new(config().signals_based_traps(signals)).unwrap();
            let mut store = Store::new(&engine);
            let definer = binary(r#"(memory (export "m") 1 4 shared)"#);
            let definer = Module::new(&store, &definer).unwrap();
            let importer = binary(r#"(import "m" "m" (memory 1 4 shared))"#);
            let importer = Module::new(&store, &importer).unwrap();
            let defining = Instance::new(&mut store, &definer, &[]).unwrap();
            let memory = defining.get_export("m").unwrap().clone();
            match Instance::new(&mut store, &importer, &[memory]) {
                Ok(importing) => {
                    assert!(!signals);
                    touch(&mut store, &importing);
                }
                Err(error) => {
                    assert!(signals);
                    assert!(format!("{error:#}").contains("same store"), "{error:#}");
                }
            }
            touch(&mut store, &defining);
        }
    });
}
