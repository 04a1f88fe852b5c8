//! The service: an instance of a module for each request.
//!
//! The engine, the compiled module and its imports are shared by all requests. Each request
//! has a store of its own, whose data are the state of that request. So guests share nothing,
//! and dropping the store frees everything that a guest had.

use libwasmtime::{
    Caller, Config, Engine, InstanceAllocationStrategy, InstancePre, Linker, Module,
    PoolingAllocationConfig, Result, Store, UpdateDeadline,
};
use std::time::Duration;
use std::{fmt, thread};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::{Instant, sleep, timeout_at};

/// How long a guest runs before other tasks get their turn.
const TICK: Duration = Duration::from_millis(1);

/// The largest memory of a guest.
const MEMORY: usize = 1 << 20;

/// A question to the database, and where the answer goes.
pub type Query = (i32, oneshot::Sender<i32>);

pub struct Service {
    engine: Engine,
    module: InstancePre<Request>,
    /// A permit for each guest that may exist at a time.
    slots: Semaphore,
    database: mpsc::UnboundedSender<Query>,
}

/// The state of a request, which host functions get from their caller.
struct Request {
    deadline: Instant,
    database: mpsc::UnboundedSender<Query>,
}

impl Service {
    /// Compiles the module for a service that runs up to `guests` instances of it at a time.
    pub fn new(
        module: &str,
        guests: u32,
        database: mpsc::UnboundedSender<Query>,
    ) -> Result<Service> {
        let engine = Engine::new(&config(guests))?;
        let module = Module::new(&engine, module)?;
        tick(&engine);
        Ok(Service {
            module: linker(&engine)?.instantiate_pre(&module)?,
            engine,
            slots: Semaphore::new(guests as usize),
            database,
        })
    }

    /// Calls an exported function in a new instance.
    ///
    /// # Errors
    ///
    /// Returns [`TimedOut`] if this takes longer than `limit`, and an error if the guest
    /// traps or a host function fails.
    pub async fn call(&self, function: &str, argument: i32, limit: Duration) -> Result<i32> {
        let deadline = Instant::now() + limit;
        // Without a permit, the pool might have no free slot, which is an error. The permit is
        // declared before the store, so it is dropped after the store has freed its slot.
        let permit = timeout_at(deadline, self.slots.acquire()).await;
        let _permit = permit.map_err(|_| TimedOut)??;

        let database = self.database.clone();
        let mut store = Store::new(&self.engine, Request { deadline, database });
        // Ends a guest that runs too long. Any other goes on after the other tasks that are
        // ready.
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|store| {
            if Instant::now() < store.data().deadline {
                Ok(UpdateDeadline::Yield(1))
            } else {
                Err(TimedOut.into())
            }
        });

        let answer = async {
            let instance = self.module.instantiate_async(&mut store).await?;
            let function = instance.get_typed_func::<i32, i32>(&mut store, function)?;
            function.call_async(&mut store, argument).await
        };
        // Ends a guest that waits too long: dropping the call unwinds it.
        timeout_at(deadline, answer).await.map_err(|_| TimedOut)?
    }
}

/// Returns a configuration whose pool has slots of each kind for as many guests.
///
/// A pool reserves address space for all slots, and a slot uses physical memory from its first
/// use. The system limits the number of mappings, too; 10,000 guests need about 50,000 of the
/// 65,530 that are the default on Linux (`vm.max_map_count`).
fn config(guests: u32) -> Config {
    // The pool is searched in several parts, while other threads take slots and free them. Spare
    // slots make it unlikely that a search finds nothing although there was a slot at any time.
    let slots = guests + guests / 16 + 32;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(slots)
        .total_memories(slots)
        .total_tables(slots)
        .total_stacks(slots)
        .max_memory_size(MEMORY)
        .table_elements(1000);
    // What most guests use of their memory is cleared by writing zeros when a slot becomes free,
    // and stays resident. That is faster than returning the page and getting a new one.
    pool.linear_memory_keep_resident(4 << 10);

    let mut config = Config::new();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    // By default, each memory reserves 4 GiB, and compiled code doesn't check bounds.
    config
        .memory_reservation(MEMORY as u64)
        .memory_guard_size(0);
    // Host functions and their futures run on the guest's stack as well.
    config.max_wasm_stack(128 << 10).async_stack_size(256 << 10);
    config.epoch_interruption(true);
    config
}

/// Begins a new epoch of the engine at each tick, as long as the engine exists.
///
/// This has a thread of its own: guests that never wait may occupy all threads of the runtime.
fn tick(engine: &Engine) {
    let engine = engine.weak();
    thread::spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    });
}

/// Returns the host functions. While one of them waits, its guest takes no thread.
fn linker(engine: &Engine) -> Result<Linker<Request>> {
    let mut linker = Linker::new(engine);
    linker.func_wrap_async(
        "host",
        "sleep",
        |_: Caller<'_, Request>, (milliseconds,): (u32,)| {
            Box::new(sleep(Duration::from_millis(milliseconds.into())))
        },
    )?;
    linker.func_wrap_async(
        "host",
        "query",
        |caller: Caller<'_, Request>, (key,): (i32,)| {
            Box::new(async move {
                let (sender, answer) = oneshot::channel();
                caller.data().database.send((key, sender))?;
                Result::<_>::Ok(answer.await?)
            })
        },
    )?;
    Ok(linker)
}

/// The error of a request that took longer than its limit.
#[derive(Debug)]
pub struct TimedOut;

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request took too long")
    }
}

impl std::error::Error for TimedOut {}
