//! Random walks through nested calls, into WebAssembly and out of it, that compare what
//! each call leaves: the outcome, the roots, the memories.
//!
//! Every host function does a few random things, which may be calls, and then returns a
//! value, fails, panics or throws. It notes which in the store's data, and the call that
//! it was called from must end with exactly that: callers ignore the failures that they
//! get, so none may wait for another call.

use libwasmtime::*;
use std::fmt;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::Arc;

/// Pseudorandom numbers, the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }
}

/// How a host function ends, with a number of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    Value(i64),
    Error(i64),
    Panic(i64),
    Exception(i64),
}

/// The error and the payload of a panic.
#[derive(Debug)]
struct Failed(i64);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "call {} failed", self.0)
    }
}

impl std::error::Error for Failed {}

type Object = Option<Rooted<ExternRef>>;
type OwnedObject = Option<OwnedRooted<ExternRef>>;

/// What the host functions call.
#[derive(Clone, Copy)]
struct Guest {
    typed: TypedFunc<(u32, Object), (i64, Object)>,
    owned: TypedFunc<(u32, OwnedObject), (i64, OwnedObject)>,
    catching: Func,
    growing: TypedFunc<u32, ()>,
    memories: [Memory; 2],
    tag: Tag,
}

struct Data {
    random: Random,
    /// Shared with all objects.
    alive: Arc<()>,
    guest: Option<Guest>,
    /// The outcome of the host function that ended last.
    outcome: Outcome,
    /// The number of the last host function that was called.
    last_call: i64,
    /// The numbers of the host functions that are running.
    running: Vec<i64>,
    /// References, and the host function that rooted each.
    rooted: Vec<(i64, Rooted<ExternRef>)>,
    calls_left: u32,
}

/// The module: each function calls host functions and grows memories, as its first
/// argument says.
const WAT: &str = r#"(module
    (type $host (func (param i32 externref) (result i64 externref)))
    (import "" "" (func $typed (type $host)))
    (import "" "" (func $owned (type $host)))
    (import "" "" (func $untyped (type $host)))
    (import "" "" (func $storeless (param i32) (result i32)))
    (import "" "" (func $look))
    (memory (export "first") 1)
    (memory $second (export "second") 1)
    (func $call (export "call") (type $host)
        (if (i32.ne (call $storeless (local.get 0)) (local.get 0)) (then unreachable))
        (if (i32.and (local.get 0) (i32.const 1))
            (then (drop (memory.grow (i32.const 1)))))
        (if (i32.and (local.get 0) (i32.const 2))
            (then (drop (memory.grow $second (i32.const 1)))))
        (local.get 0) (local.get 1)
        (if (type $host) (i32.and (local.get 0) (i32.const 4))
            (then (call $typed))
            (else
                (if (type $host) (i32.and (local.get 0) (i32.const 8))
                    (then (call $owned))
                    (else (call $untyped))))))
    (func (export "growing") (param i32)
        (if (i32.and (local.get 0) (i32.const 4)) (then (call $look)))
        (if (i32.and (local.get 0) (i32.const 1))
            (then (drop (memory.grow (i32.const 1)))))
        (if (i32.and (local.get 0) (i32.const 2))
            (then (drop (memory.grow $second (i32.const 1)))))
        (if (i32.and (local.get 0) (i32.const 8)) (then (call $look))))
    (func (export "catching") (type $host)
        (block $caught
            (try_table (catch_all $caught)
                (return (call $call (local.get 0) (local.get 1)))))
        (i64.const -1) (ref.null extern)))"#;

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
fn wander(store: &mut Context<'_>, call: i64) {
    let mut mine = Vec::new();
    for _ in 0..store.data_mut().random.below(4) {
        match store.data_mut().random.below(7) {
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
            _ if store.data().calls_left > 0 && store.data().running.len() < 10 => {
                store.data_mut().calls_left -= 1;
                enter(store);
            }
            _ => {}
        }
        look(store);
        assert!(mine.iter().all(|object| number(store, object) == call));
        for (call, object) in &store.data().rooted {
            let is_rooted = object.data(&*store).is_ok();
            assert_eq!(is_rooted, store.data().running.contains(call));
        }
    }
}

/// Ends a host function in a random way.
fn end(store: &mut Context<'_>, call: i64) -> Result<()> {
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
        Outcome::Panic(_) => panic_any(Failed(call)),
        Outcome::Exception(_) => {
            let tag = store.data().guest.unwrap().tag;
            let ty = ExnType::from_tag_type(&tag.ty(&*store))?;
            let pre = ExnRefPre::new(&mut *store, ty);
            let exception = ExnRef::new(&mut *store, &pre, &tag, &[Val::I64(call)])?;
            store.throw(exception)
        }
    }
}

/// The body of each host function.
fn host(store: &mut Context<'_>, given: Object) -> Result<(i64, Object)> {
    let data = store.data_mut();
    data.last_call += 1;
    let call = data.last_call;
    data.running.push(call);
    data.rooted.extend(given.map(|object| (call, object)));
    wander(store, call);
    store.data_mut().running.pop();
    end(store, call)?;
    let object = object(store, call);
    look(store);
    Ok((call, Some(object)))
}

/// Calls the guest in a random way, and compares what the call leaves.
fn enter(store: &mut Context<'_>) {
    let guest = store.data().guest.unwrap();
    let (bits, way) = (
        store.data_mut().random.below(16) as u32,
        store.data_mut().random.below(4),
    );
    let given = object(store, -5);
    look(store);
    let mut catches = false;
    let ended = catch_unwind(AssertUnwindSafe(|| -> Result<(i64, Object)> {
        match way {
            0 => guest.typed.call(&mut *store, (bits, Some(given))),
            1 => {
                let given = given.to_owned_rooted(&mut *store)?;
                let (call, object) = guest.owned.call(&mut *store, (bits, Some(given)))?;
                Ok((call, object.map(|object| object.to_rooted(&mut *store))))
            }
            2 => {
                store.data_mut().outcome = Outcome::Value(0);
                guest.growing.call(&mut *store, bits)?;
                Ok((0, None))
            }
            _ => {
                catches = true;
                let mut results = [Val::I32(0); 2];
                let params = [Val::I32(bits as i32), given.into()];
                guest.catching.call(&mut *store, &params, &mut results)?;
                Ok((
                    results[0].unwrap_i64(),
                    results[1].unwrap_externref().copied(),
                ))
            }
        }
    }));
    let outcome = match ended {
        Ok(Ok((-1, object))) => {
            assert!(catches && object.is_none());
            assert!(matches!(store.data().outcome, Outcome::Exception(_)));
            store.data().outcome
        }
        Ok(Ok((0, None))) => Outcome::Value(0),
        Ok(Ok((call, object))) => {
            assert_eq!(number(store, &object.unwrap()), call);
            Outcome::Value(call)
        }
        Ok(Err(error)) if error.is::<ThrownException>() => {
            assert!(!catches);
            let exception = store.take_pending_exception().unwrap();
            Outcome::Exception(exception.field(&mut *store, 0).unwrap().unwrap_i64())
        }
        Ok(Err(error)) => Outcome::Error(error.downcast::<Failed>().unwrap().0),
        Err(panic) => match panic.downcast::<Failed>() {
            Ok(failed) => Outcome::Panic(failed.0),
            Err(other) => std::panic::resume_unwind(other),
        },
    };
    assert_eq!(outcome, store.data().outcome);
    assert!(!store.has_pending_exception());
    assert_eq!(number(store, &given), -5);
    look(store);
}

/// An epoch callback, which may fail as well; else the code goes on.
fn tick(mut store: Context<'_>) -> Result<UpdateDeadline> {
    let outcome = store.data().outcome;
    store.data_mut().last_call += 1;
    let call = store.data().last_call;
    match store.data_mut().random.below(4) {
        0 => {
            store.data_mut().outcome = Outcome::Error(call);
            return Err(Failed(call).into());
        }
        1 => {
            store.data_mut().outcome = Outcome::Panic(call);
            panic_any(Failed(call));
        }
        _ => {}
    }
    // It is past the deadline until this returns, so what is called would be interrupted.
    let calls_left = mem::take(&mut store.data_mut().calls_left);
    store.data_mut().running.push(call);
    wander(&mut store, call);
    let data = store.data_mut();
    data.running.pop();
    data.calls_left = calls_left;
    data.outcome = outcome;
    Ok(UpdateDeadline::Continue(1))
}

fn walk(engine: &Engine, module: &Module, seed: u64) {
    let alive = Arc::new(());
    let data = Data {
        random: Random(seed),
        alive: alive.clone(),
        guest: None,
        outcome: Outcome::Value(0),
        last_call: 0,
        running: Vec::new(),
        rooted: Vec::new(),
        calls_left: 0,
    };
    let mut store = Store::new(engine, data);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(tick);
    let typed = |mut caller: Caller<'_, Data>, _: u32, given: Object| {
        host(&mut caller.as_context_mut(), given)
    };
    let owned = |mut caller: Caller<'_, Data>, _: u32, given: OwnedObject| -> Result<_> {
        let given = given.map(|given| given.to_rooted(&mut caller));
        let (call, object) = host(&mut caller.as_context_mut(), given)?;
        let object = object.unwrap().to_owned_rooted(&mut caller)?;
        Ok((call, Some(object)))
    };
    let untyped = |mut caller: Caller<'_, Data>, params: &[Val], results: &mut [Val]| {
        let given = params[1].unwrap_externref().copied();
        let (call, object) = host(&mut caller.as_context_mut(), given)?;
        results.copy_from_slice(&[Val::I64(call), object.into()]);
        Ok(())
    };
    let params = [ValType::I32, ValType::EXTERNREF];
    let ty = FuncType::new(engine, params, [ValType::I64, ValType::EXTERNREF]);
    let imports = [
        Func::wrap(&mut store, typed).into(),
        Func::wrap(&mut store, owned).into(),
        Func::new(&mut store, ty, untyped).into(),
        Func::wrap(&mut store, |x: u32| x).into(),
        Func::wrap(&mut store, |caller: Caller<'_, Data>| look(&caller.into())).into(),
    ];
    let tag = TagType::new(FuncType::new(engine, [ValType::I64], []));
    let tag = Tag::new(&mut store, &tag).unwrap();
    let instance = Instance::new(&mut store, module, &imports).unwrap();
    store.data_mut().guest = Some(Guest {
        typed: instance.get_typed_func(&mut store, "call").unwrap(),
        owned: instance.get_typed_func(&mut store, "call").unwrap(),
        catching: instance.get_func(&mut store, "catching").unwrap(),
        growing: instance.get_typed_func(&mut store, "growing").unwrap(),
        memories: ["first", "second"].map(|name| instance.get_memory(&mut store, name).unwrap()),
        tag,
    });
    for _ in 0..4 {
        store.data_mut().calls_left = 40;
        enter(&mut store.as_context_mut());
    }
    drop(store);
    assert_eq!(Arc::strong_count(&alive), 1);
}

#[test]
fn each_call_leaves_what_it_should() {
    let mut config = Config::new();
    config
        .wasm_gc(true)
        .wasm_exceptions(true)
        .epoch_interruption(true);
    // Memories that move when they grow, where there can be such.
    let mut moving = config.clone();
    moving
        .memory_reservation(0)
        .memory_reservation_for_growth(0);
    let engine = Engine::new(&moving)
        .or_else(|_| Engine::new(&config))
        .unwrap();
    let module = Module::new(&engine, WAT).unwrap();
    for seed in 1..=60 {
        walk(&engine, &module, seed * 0x9e37_79b9);
    }
}
