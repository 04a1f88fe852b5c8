//! The calls that need a store of their own, and those that need none.

use crate::config;
use crate::drive::pauses;
use crate::judge::{self, HostError, HostPanic, Violation, judge_alone, violation};
use crate::modules;
use crate::ops;
use crate::wasi;
use crate::world::{Cx, Data, Linked, Raised, Shared, Tally, keep};
use libwasmtime::{
    Engine, Linker, Module, Result, SharedMemory, Store, StoreLimits, StoreLimitsBuilder,
    UpdateDeadline,
};
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::thread;

/// The greatest number of groups of calls from outside.
const GROUPS: usize = 200;

/// The stack size of the threads to which stores are sent.
const STACK: usize = 8 << 20;

/// Plays the sequence of calls that `input` stands for.
pub fn play(input: &[u8]) -> Result<Tally, Violation> {
    let shared = Arc::new(Shared::new(input));
    let played = catch_unwind(AssertUnwindSafe(|| {
        let mut stores = [None, None];
        act(&shared, &mut stores);
        // Objects may outlive their stores, and stores their objects.
        if shared.source.any() {
            drop(stores);
            drop(shared.pools(std::mem::take));
        } else {
            drop(shared.pools(std::mem::take));
            drop(stores);
        }
    }));
    if let Some(violation) = shared.violation() {
        return Err(violation);
    }
    if let Err(payload) = played {
        // The harness itself has panicked.
        eprintln!("{}", judge::last_panic());
        resume_unwind(payload);
    }
    let has_forgotten = shared.has_forgotten.load(Ordering::SeqCst);
    for (what, counter, may_leak) in [
        ("stores' data", &shared.data, false),
        // A forgotten future of an instantiation owns definitions of the linker.
        ("closures", &shared.closures, has_forgotten),
        ("externrefs", &shared.externrefs, false),
        ("writers", &shared.writers, false),
        ("futures", &shared.futures, has_forgotten),
    ] {
        if counter.get() != 0 && !may_leak {
            return Err(Violation(format!("{} {what} are left", counter.get())));
        }
    }
    Ok(shared.take_tally())
}

fn act(shared: &Arc<Shared>, stores: &mut [Option<Store<Data>>; 2]) {
    let source = &shared.source;
    engine(shared);
    if source.once_in(4) {
        engine(shared);
    }
    for _ in 0..3 {
        linker(shared);
        module(shared);
    }
    for _ in 0..GROUPS {
        if source.is_empty() {
            break;
        }
        let slot = &mut stores[source.below(2)];
        if slot.is_none() {
            *slot = new_store(shared);
        }
        let Some(mut store) = slot.take() else {
            return;
        };
        let count = 1 + source.below(8);
        *slot = match source.below(26) {
            16 => {
                linker(shared);
                Some(store)
            }
            17 | 18 => {
                module(shared);
                Some(store)
            }
            19 => {
                limit(&mut store);
                Some(store)
            }
            20 => {
                on_deadline(&mut store);
                Some(store)
            }
            21 => Some(elsewhere(store, count)),
            22 => {
                let data = (source.any::<bool>()).then(|| store.into_data());
                drop(data);
                None
            }
            23 | 24 => {
                wasi::give(&mut store);
                Some(store)
            }
            25 => {
                shared_memory(shared);
                Some(store)
            }
            _ => {
                some(&mut store, count);
                Some(store)
            }
        };
    }
}

fn some(store: &mut Store<Data>, count: usize) {
    use libwasmtime::AsContextMut;
    store.data_mut().depth = 0;
    ops::some(&mut store.as_context_mut(), count);
}

/// Makes the same calls on another thread.
fn elsewhere(mut store: Store<Data>, count: usize) -> Store<Data> {
    let thread = thread::Builder::new().stack_size(STACK).spawn(move || {
        some(&mut store, count);
        store
    });
    match thread.expect("the system starts a thread").join() {
        Ok(store) => store,
        Err(payload) => resume_unwind(payload),
    }
}

fn engine(shared: &Shared) {
    let made = judge_alone(shared, "Engine::new", || config::engine(&shared.source));
    if let Some(engine) = made {
        shared.pools(|pools| keep(&mut pools.engines, &shared.source, engine));
    }
}

fn pick_engine(shared: &Shared) -> Option<Engine> {
    shared.pools(|pools| shared.source.pick(&pools.engines).cloned())
}

fn new_store(shared: &Arc<Shared>) -> Option<Store<Data>> {
    let engine = pick_engine(shared)?;
    let mut store = Store::new(&engine, Data::new(shared, limits(4 << 20, 1000, 50)));
    store.limiter(|data| &mut data.limits);
    // With fuel or epochs, most stores begin with some.
    if !shared.source.once_in(8) {
        let _ = store.set_fuel(20_000);
        store.set_epoch_deadline(2);
    }
    Some(store)
}

fn limits(memory: usize, elements: usize, count: usize) -> StoreLimits {
    StoreLimitsBuilder::new()
        .memory_size(memory)
        .table_elements(elements)
        .instances(count)
        .memories(count)
        .tables(count)
        .build()
}

fn limit(store: &mut Store<Data>) {
    let source = &store.data().shared.source;
    let limits = limits(source.below(4 << 20), source.below(1000), source.below(50));
    store.data_mut().limits = limits;
    store.limiter(|data| &mut data.limits);
}

/// Sets what happens at a store's deadline.
fn on_deadline(store: &mut Store<Data>) {
    let shared = store.data().shared.clone();
    let owner = store.data().owner;
    let counted = shared.closures.count();
    store.epoch_deadline_callback(move |mut cx: Cx<'_>| {
        let _ = &counted;
        if cx.data().owner != owner {
            violation(&cx.data().shared, "another store's deadline");
        }
        let serial = shared.serial();
        match shared.source.below(7) {
            5 => Ok(UpdateDeadline::Yield(1)),
            6 => {
                let pauses = pauses(shared.clone(), shared.source.below(3));
                Ok(UpdateDeadline::YieldCustom(1, Box::pin(pauses)))
            }
            0 => {
                cx.data_mut().raised = Raised::Error(serial);
                Err(HostError(serial).into())
            }
            1 => {
                cx.data_mut().raised = Raised::Panic(serial);
                panic_any(HostPanic(serial))
            }
            2 => Ok(UpdateDeadline::Interrupt),
            ticks => Ok(UpdateDeadline::Continue(ticks as u64)),
        }
    });
}

fn linker(shared: &Shared) {
    let Some(engine) = pick_engine(shared) else {
        return;
    };
    let old = shared.pools(|pools| shared.source.pick(&pools.linkers).cloned());
    let linked = match old {
        Some(old) if shared.source.once_in(3) => {
            let old = old.lock().expect("nothing panics that holds it");
            Linked {
                linker: old.linker.clone(),
                owners: old.owners.clone(),
            }
        }
        _ => Linked {
            linker: Linker::new(&engine),
            owners: HashSet::new(),
        },
    };
    let linked = Arc::new(Mutex::new(linked));
    shared.pools(|pools| keep(&mut pools.linkers, &shared.source, linked));
}

fn module(shared: &Shared) {
    let source = &shared.source;
    let Some(engine) = pick_engine(shared) else {
        return;
    };
    let made = judge_alone(shared, "Module::new", || {
        let code = modules::code(source, &engine);
        modules::compile(source, &engine, &code)
    });
    let Some(module) = made else { return };
    for import in module.imports() {
        let _ = format!("{} {} {:?}", import.module(), import.name(), import.ty());
    }
    for export in module.exports() {
        if module.get_export(export.name()).is_none() {
            violation(shared, "a module has no export of its export's name");
        }
    }
    again(shared, &module);
    shared.pools(|pools| keep(&mut pools.modules, source, module));
}

/// Serializes a module and loads it into any engine.
fn again(shared: &Shared, module: &Module) {
    if !shared.source.once_in(6) {
        return;
    }
    let Some(engine) = pick_engine(shared) else {
        return;
    };
    let made = judge_alone(shared, "Module::deserialize", || {
        let bytes = module.serialize()?;
        // SAFETY: this library compiled it.
        unsafe { Module::deserialize(&engine, bytes) }
    });
    if let Some(module) = made {
        shared.pools(|pools| keep(&mut pools.modules, &shared.source, module));
    }
}

fn shared_memory(shared: &Shared) {
    let source = &shared.source;
    let memory = shared.pools(|pools| source.pick(&pools.shared_memories).cloned());
    let memory = memory.filter(|_| !source.once_in(3)).or_else(|| {
        let engine = pick_engine(shared)?;
        judge_alone(shared, "SharedMemory::new", || {
            SharedMemory::new(&engine, libwasmtime::MemoryType::shared(1, 3))
        })
    });
    let Some(memory) = memory else { return };
    let before = memory.size();
    let grown = judge_alone(shared, "SharedMemory::grow", || {
        memory.grow(source.below(3) as u64)
    });
    let bytes = memory.data().len() as u64;
    if grown.is_some_and(|grown| grown != before) || bytes != memory.size() * memory.page_size() {
        violation(shared, "a shared memory's size is wrong");
    }
    shared.pools(|pools| keep(&mut pools.shared_memories, source, memory));
}
