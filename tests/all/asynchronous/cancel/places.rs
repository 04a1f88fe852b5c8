//! Calls that are dropped where programs rarely drop something.

use super::points::{CALLS, pauses, run};
use super::*;
use std::cell::RefCell;
use std::thread;

/// A call that owns its store, after some polls.
type Pending = BoxFuture<'static, Result<()>>;

/// Returns a call at some point, and the values of the host in it.
fn pending(setup: &Arc<Setup>, what: &'static str) -> (Pending, Arc<Counts>) {
    let (setup, mut store) = (setup.clone(), setup.store());
    let counts = store.data().counts.clone();
    *store.data().at_drop.lock().unwrap() = Some(drops::AtDrop::first(drops::What::Call));
    let mut call: Pending = Box::pin(async move { run(&setup, &mut store, what).await });
    for _ in 0..2 {
        assert_pending(poll(&mut call));
    }
    assert!(counts.existing() > 0);
    (call, counts)
}

/// Drops a call of each kind in some place, and asserts that nothing is left of it.
fn drop_each(place: impl Fn(Pending)) {
    let setup = Arc::new(Setup::new(|_| {}));
    for what in CALLS.into_iter().filter(|what| pauses(what)) {
        let (call, counts) = pending(&setup, what);
        place(call);
        assert_eq!(counts.existing(), 0, "{what}");
    }
}

#[test]
fn a_call_is_dropped_when_its_thread_ends() {
    thread_local!(static CALL: RefCell<Option<Pending>> = const { RefCell::new(None) });
    // Whether other variables of the thread are dropped before or after.
    for is_first in [true, false] {
        drop_each(|call| {
            let ending = thread::spawn(move || {
                if is_first {
                    CALL.with(|_| {});
                }
                let mut store = Store::<()>::default();
                let func = Func::wrap(&mut store, || {});
                smol::block_on(func.call_async(&mut store, &[], &mut [])).unwrap();
                CALL.set(Some(call));
            });
            ending.join().unwrap();
        });
    }
}

#[test]
fn a_call_is_dropped_by_the_collector_of_another_store() {
    drop_each(|call| {
        let mut store = Store::<()>::default();
        let mut scope = RootScope::new(&mut store);
        ExternRef::new(&mut scope, Mutex::new(call)).unwrap();
        drop(scope);
        store.gc(None).unwrap();
        store.gc(None).unwrap();
    });
}

#[test]
fn a_call_is_dropped_with_the_data_and_functions_of_another_store() {
    drop_each(|call| drop(Store::new(&Engine::default(), call)));
    drop_each(|call| {
        let mut store = Store::<()>::default();
        ExternRef::new(&mut store, Mutex::new(call)).unwrap();
    });
    drop_each(|call| {
        let mut store = Store::<()>::default();
        let call = Mutex::new(call);
        Func::wrap(&mut store, move || drop(call.lock().unwrap()));
    });
    drop_each(|call| {
        let mut linker = Linker::<()>::new(&Engine::default());
        let call = Arc::new(Mutex::new(call));
        let wrapped = linker.func_wrap_async("", "", move |_, ()| {
            let call = call.clone();
            Box::new(async move { drop(call) })
        });
        wrapped.unwrap();
    });
}
