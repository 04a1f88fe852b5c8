//! Random walks through nested asynchronous calls, which wait, yield, fail, panic, throw, are
//! dropped and are forgotten, with a model of what each leaves.
//!
//! Like those of synchronous calls (`func/walk.rs`), each host function does a few random
//! things, which may be calls, and then ends in a random way. It notes that in the store's data,
//! and the call that it was called from must end with exactly that.
//!
//! A task that isn't woken is found by [`model::drive`]: after each poll that leaves a call
//! pending, either the task was woken, or a future waits for what the test does next.

mod guest;
mod model;

use super::waiting::*;
use crate::collector::frees;
use guest::{Guest, WAT, linker};
use libwasmtime::*;
use model::{Failed, Random, Running, Shared, Wait, drive};
use std::future::poll_fn;
use std::mem;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::{Arc, Mutex};
use std::task::Poll;

type Object = Option<Rooted<ExternRef>>;
type OwnedObject = Option<OwnedRooted<ExternRef>>;

/// How a host function ends, with a number of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    Value(i64),
    Error(i64),
    Panic(i64),
    Exception(i64),
}

struct Data {
    random: Random,
    shared: Shared,
    /// Shared with all objects.
    alive: Arc<()>,
    guest: Option<Guest>,
    /// A module whose start function calls the host.
    starting: InstancePre<Data>,
    /// The outcome of the host function that ended last.
    outcome: Outcome,
    /// References, and the host function that rooted each.
    rooted: Vec<(i64, Rooted<ExternRef>)>,
    calls_left: u32,
    /// How many calls were given up.
    given_up: u32,
}

/// A store, in a host function or outside of all.
type Context<'a> = StoreContextMut<'a, Data>;

fn object(store: &mut Context<'_>, number: i64) -> Rooted<ExternRef> {
    let alive = store.data().alive.clone();
    ExternRef::new(store, (number, alive)).unwrap()
}

fn number(store: &Context<'_>, object: &Rooted<ExternRef>) -> i64 {
    let data = object.data(store).unwrap().unwrap();
    data.downcast_ref::<(i64, Arc<()>)>().unwrap().0
}

/// Looks at the memories where they are, and leaves them in the cache.
fn look(store: &Context<'_>) {
    for memory in store.data().guest.unwrap().memories {
        let bytes = memory.data(store);
        assert_eq!(bytes.len() as u64, memory.size(store) << 16);
        assert_eq!((bytes[0], bytes[bytes.len() - 1]), (0, 0));
    }
}

/// Does a few random things.
async fn wander(store: &mut Context<'_>, call: i64) {
    let mut mine = Vec::new();
    for _ in 0..store.data_mut().random.below(6) {
        match store.data_mut().random.below(14) {
            0 => {
                let object = object(store, call);
                store.data_mut().rooted.push((call, object));
                mine.push(object);
            }
            1 => {
                let memories = store.data().guest.unwrap().memories;
                let memory = memories[store.data_mut().random.below(2) as usize];
                memory.grow(&mut *store, 1).unwrap();
            }
            2 => store.gc(None).unwrap(),
            3 => store.engine().increment_epoch(),
            4 => yield_once().await,
            5 => Wait::new(&store.data().shared).await,
            6 => {
                let guest = store.data().guest.unwrap();
                let error = guest.typed.call(&mut *store, (0, None)).unwrap_err();
                assert!(error.to_string().contains("`*_async` functions"), "{error}");
            }
            _ if store.data().calls_left > 0 && store.data().shared.depth() < 10 => {
                store.data_mut().calls_left -= 1;
                enter(store).await;
            }
            _ => {}
        }
        look(store);
        assert!(mine.iter().all(|object| number(store, object) == call));
        let shared = store.data().shared.clone();
        for (call, object) in &store.data().rooted {
            assert_eq!(object.data(&*store).is_ok(), shared.is_running(*call));
        }
    }
}

/// Ends a host function in a random way.
async fn end(store: &mut Context<'_>, call: i64) -> Result<()> {
    let way = store.data_mut().random.below(8);
    store.data_mut().outcome = match way {
        0 | 1 => Outcome::Error(call),
        2 => Outcome::Panic(call),
        3 => Outcome::Exception(call),
        _ => Outcome::Value(call),
    };
    match store.data().outcome {
        Outcome::Value(_) => Ok(()),
        Outcome::Error(_) => Err(Failed(call).into()),
        Outcome::Panic(_) => resume_unwind(Box::new(Failed(call))),
        Outcome::Exception(_) => {
            let tag = store.data().guest.unwrap().tag;
            let ty = ExnType::from_tag_type(&tag.ty(&*store))?;
            let pre = ExnRefPre::new(&mut *store, ty);
            let exception = ExnRef::new(&mut *store, &pre, &tag, &[Val::I64(call)])?;
            let thrown = store.throw(exception);
            if store.data_mut().random.below(2) == 0 {
                yield_once().await;
            }
            thrown
        }
    }
}

/// The body of each host function.
async fn host(store: &mut Context<'_>, given: Object) -> Result<(i64, Object)> {
    let running = Running::begin(&store.data().shared);
    let call = running.call;
    let data = store.data_mut();
    data.rooted.extend(given.map(|object| (call, object)));
    wander(store, call).await;
    end(store, call).await?;
    let object = object(store, call);
    look(store);
    Ok((call, Some(object)))
}

/// Calls the guest in a random way, and compares what the call leaves.
async fn enter(store: &mut Context<'_>) {
    let given = object(store, -5);
    look(store);
    let random = &mut store.data_mut().random;
    let way = random.below(5);
    let polls = (random.below(4) == 0).then(|| random.below(8));
    let is_forgotten = random.below(3) == 0;
    let shared = store.data().shared.clone();
    let running = shared.running();
    let call = AssertUnwindSafe(call(store, way, given));
    let mut call: BoxFuture<'_, _> = Box::pin(smol::future::FutureExt::catch_unwind(call));
    let ended = match polls {
        None => Some(call.await),
        Some(polls) => {
            let ended = poll_times(&mut call, polls).await;
            if is_forgotten {
                mem::forget(call);
                shared.forget(running);
            } else {
                drop(call);
            }
            ended
        }
    };
    shared.assert_ended(running);
    let Some(ended) = ended else {
        // It may have ended between an exception and its report.
        store.take_pending_exception();
        store.data_mut().given_up += 1;
        assert_eq!(number(store, &given), -5);
        look(store);
        return;
    };
    let outcome = match ended {
        Ok(Ok((-1, object))) => {
            assert!(way == 3 && object.is_none());
            assert!(matches!(store.data().outcome, Outcome::Exception(_)));
            store.data().outcome
        }
        Ok(Ok((0, None))) => Outcome::Value(0),
        Ok(Ok((call, object))) => {
            assert_eq!(number(store, &object.unwrap()), call);
            Outcome::Value(call)
        }
        Ok(Err(error)) if error.is::<ThrownException>() => {
            assert_ne!(way, 3);
            let exception = store.take_pending_exception().unwrap();
            Outcome::Exception(exception.field(&mut *store, 0).unwrap().unwrap_i64())
        }
        Ok(Err(error)) => Outcome::Error(error.downcast::<Failed>().unwrap().0),
        Err(panic) => match panic.downcast::<Failed>() {
            Ok(failed) => Outcome::Panic(failed.0),
            Err(other) => resume_unwind(other),
        },
    };
    assert_eq!(outcome, store.data().outcome);
    assert!(!store.has_pending_exception());
    assert_eq!(number(store, &given), -5);
    look(store);
}

/// Polls a future up to a number of times, whenever its task is polled.
async fn poll_times<R>(future: &mut BoxFuture<'_, R>, mut polls: u64) -> Option<R> {
    poll_fn(|task| {
        if polls == 0 {
            return Poll::Ready(None);
        }
        polls -= 1;
        match future.as_mut().poll(task) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if polls == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Calls the guest in one of five ways.
async fn call(
    store: &mut Context<'_>,
    way: u64,
    given: Rooted<ExternRef>,
) -> Result<(i64, Object)> {
    let guest = store.data().guest.unwrap();
    let bits = store.data_mut().random.below(16) as u32;
    match way {
        0 => {
            guest
                .typed
                .call_async(&mut *store, (bits, Some(given)))
                .await
        }
        1 => {
            let given = given.to_owned_rooted(&mut *store)?;
            let call = guest.owned.call_async(&mut *store, (bits, Some(given)));
            let (call, object) = call.await?;
            Ok((call, object.map(|object| object.to_rooted(&mut *store))))
        }
        2 => {
            store.data_mut().outcome = Outcome::Value(0);
            guest.growing.call_async(&mut *store, bits).await?;
            Ok((0, None))
        }
        3 => {
            let mut results = [Val::I32(0); 2];
            let params = [Val::I32(bits as i32), given.into()];
            let call = guest
                .catching
                .call_async(&mut *store, &params, &mut results);
            call.await?;
            let object = results[1].unwrap_externref().copied();
            Ok((results[0].unwrap_i64(), object))
        }
        _ => {
            let starting = store.data().starting.clone();
            let instance = starting.instantiate_async(&mut *store).await?;
            let call = instance.get_global(&mut *store, "call").unwrap();
            let call = call.get(&mut *store).unwrap_i64();
            Ok((call, Some(object(store, call))))
        }
    }
}

/// An epoch callback, which may fail, yield, or wait.
fn tick(mut store: Context<'_>) -> Result<UpdateDeadline> {
    let outcome = store.data().outcome;
    let running = Running::begin(&store.data().shared);
    let call = running.call;
    match store.data_mut().random.below(8) {
        0 => {
            store.data_mut().outcome = Outcome::Error(call);
            return Err(Failed(call).into());
        }
        1 => {
            store.data_mut().outcome = Outcome::Panic(call);
            resume_unwind(Box::new(Failed(call)));
        }
        2 => return Ok(UpdateDeadline::Yield(1)),
        3 | 4 => {
            let wait = Wait::new(&store.data().shared);
            let yields = store.data_mut().random.below(2) == 0;
            return Ok(UpdateDeadline::YieldCustom(
                1,
                Box::pin(async move {
                    let _running = running;
                    if yields {
                        yield_once().await;
                    } else {
                        wait.await;
                    }
                }),
            ));
        }
        _ => {}
    }
    // It is past the deadline until this returns, so what is called would call this again.
    let calls_left = mem::take(&mut store.data_mut().calls_left);
    let object = object(&mut store, call);
    store.data_mut().rooted.push((call, object));
    store.gc(None)?;
    look(&store);
    let data = store.data_mut();
    data.calls_left = calls_left;
    data.outcome = outcome;
    Ok(UpdateDeadline::Continue(1))
}

fn walk(linker: &Linker<Data>, module: &Module, starting: &Module, seed: u64) -> u32 {
    let alive = Arc::new(());
    let shared = Shared::default();
    let data = Data {
        random: Random(seed),
        shared: shared.clone(),
        alive: alive.clone(),
        guest: None,
        starting: linker.instantiate_pre(starting).unwrap(),
        outcome: Outcome::Value(0),
        rooted: Vec::new(),
        calls_left: 0,
        given_up: 0,
    };
    let mut store = Store::new(linker.engine(), data);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(tick);
    store.set_fuel(u64::MAX).unwrap();
    if seed % 2 == 0 {
        store.fuel_async_yield_interval(Some(100)).unwrap();
    }
    let tag = TagType::new(FuncType::new(linker.engine(), [ValType::I64], []));
    let tag = Tag::new(&mut store, &tag).unwrap();
    let call = linker.instantiate_async(&mut store, module);
    let instance = smol::block_on(call).unwrap();
    store.data_mut().guest = Some(Guest {
        typed: instance.get_typed_func(&mut store, "call").unwrap(),
        owned: instance.get_typed_func(&mut store, "call").unwrap(),
        catching: instance.get_func(&mut store, "catching").unwrap(),
        growing: instance.get_typed_func(&mut store, "growing").unwrap(),
        memories: ["first", "second"].map(|name| instance.get_memory(&mut store, name).unwrap()),
        tag,
    });
    for _ in 0..6 {
        store.data_mut().calls_left = 40;
        let mut scope = RootScope::new(&mut store);
        let mut context = scope.as_context_mut();
        drive(&shared, true, enter(&mut context));
        drop(scope);
        shared.assert_ended(0);
    }
    for _ in 0..2 {
        store.gc(None).unwrap();
    }
    look(&store.as_context_mut());
    if !shared.has_forgotten() && frees() {
        assert_eq!(Arc::strong_count(&alive), 2);
    }
    let given_up = store.data().given_up;
    drop(store);
    assert_eq!(Arc::strong_count(&alive), 1);
    given_up
}

#[test]
fn each_asynchronous_call_leaves_what_it_should() {
    let change = |config: &mut Config| {
        config.wasm_gc(true).wasm_exceptions(true);
        config.epoch_interruption(true).consume_fuel(true);
    };
    // Memories that move when they grow, where there can be such.
    let mut moving = Config::new();
    change(&mut moving);
    moving
        .memory_reservation(0)
        .memory_reservation_for_growth(0);
    let engine = Engine::new(&moving).unwrap_or_else(|_| engine(change));
    let linker = linker(&engine).unwrap();
    let module = Module::new(&engine, WAT).unwrap();
    let starting = Module::new(&engine, guest::STARTING).unwrap();
    let given_up: u32 = (1..=60)
        .map(|seed| walk(&linker, &module, &starting, seed * 0x9e37_79b9))
        .sum();
    assert!(given_up > 60, "{given_up}");
}
