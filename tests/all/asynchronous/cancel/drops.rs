//! Futures of host functions that use the store when they are dropped.

use super::*;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

/// Does something with the store when the future of a host function is dropped.
pub(super) struct Guard<'a>(pub Caller<'a, Data>);

pub(super) struct AtDrop {
    what: What,
    /// How many guards are dropped before.
    skip: usize,
}

impl AtDrop {
    /// Does something when the first guard is dropped.
    pub(super) fn first(what: What) -> AtDrop {
        AtDrop { what, skip: 0 }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum What {
    LookAtMemory,
    GrowMemory,
    Call,
    DropNestedCall,
    ForgetNestedCall,
    CallSynchronously,
    Panic,
    Throw,
    CreateObjects,
    Collect,
    Instantiate,
    DefineFunction,
    UseUpFuel,
}

const ALL: [What; 13] = [
    What::LookAtMemory,
    What::GrowMemory,
    What::Call,
    What::DropNestedCall,
    What::ForgetNestedCall,
    What::CallSynchronously,
    What::Panic,
    What::Throw,
    What::CreateObjects,
    What::Collect,
    What::Instantiate,
    What::DefineFunction,
    What::UseUpFuel,
];

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        let caller = &mut self.0;
        let at_drop = caller.data().at_drop.clone();
        let mut at_drop = at_drop.lock().unwrap();
        let Some(AtDrop { what, skip }) = &mut *at_drop else {
            return;
        };
        if *skip > 0 {
            *skip -= 1;
            return;
        }
        let what = *what;
        *at_drop = None;
        drop(at_drop);
        caller.data_mut().done.push(what);
        do_with(caller, what);
    }
}

fn do_with(caller: &mut Caller<'_, Data>, what: What) {
    let guest = caller.data().guest.unwrap();
    match what {
        What::LookAtMemory => look_at_memory(&*caller),
        What::GrowMemory => {
            look_at_memory(&*caller);
            guest.memory.grow(&mut *caller, 1).unwrap();
            look_at_memory(&*caller);
        }
        What::Call => {
            let call = guest.nested.call_async(&mut *caller, 2);
            assert_eq!(smol::block_on(call).unwrap(), 2);
        }
        What::DropNestedCall | What::ForgetNestedCall => {
            let mut call = Box::pin(guest.nested.call_async(&mut *caller, 2));
            for _ in 0..3 {
                assert_pending(poll(&mut call));
            }
            if what == What::ForgetNestedCall {
                std::mem::forget(call);
            }
        }
        What::CallSynchronously => {
            let error = guest.size.call(caller, ()).unwrap_err().to_string();
            assert!(error.contains("`*_async` functions"), "{error}");
        }
        What::Panic => resume_unwind(Box::new(())),
        What::Throw => {
            let ty = TagType::new(FuncType::new(caller.engine(), [], []));
            let tag = Tag::new(&mut *caller, &ty).unwrap();
            let pre = ExnRefPre::new(&mut *caller, ExnType::from_tag_type(&ty).unwrap());
            let exception = ExnRef::new(&mut *caller, &pre, &tag, &[]).unwrap();
            caller.as_context_mut().throw::<()>(exception).unwrap_err();
        }
        What::CreateObjects => {
            for _ in 0..100 {
                object(&mut *caller).unwrap();
            }
        }
        What::Collect => caller.gc(None).unwrap(),
        What::Instantiate => {
            let module = Module::new(caller.engine(), "(module (func $f) (start $f))").unwrap();
            smol::block_on(Instance::new_async(caller, &module, &[])).unwrap();
        }
        What::DefineFunction => {
            let func = Func::wrap_async(&mut *caller, |caller: Caller<'_, Data>, ()| {
                let counted = caller.data().counts.counted();
                Box::new(async move {
                    yield_once().await;
                    drop(counted);
                })
            });
            smol::block_on(func.call_async(caller, &[], &mut [])).unwrap();
        }
        What::UseUpFuel => caller.set_fuel(0).unwrap(),
    }
}

/// Drops a call in the middle of nested calls, with a use of the store in each of the host
/// functions. `points` are numbers of polls, and of the host functions that are running then.
fn drop_in_nested_calls(points: &[(usize, usize)], give_up: impl Fn(BoxFuture<'_, Result<i32>>)) {
    let setup = Setup::new(|_| {});
    for what in ALL {
        for &(polls, guards) in points {
            for skip in 0..=guards {
                let description = format!("{what:?} after {polls} polls and {skip} guards");
                let mut store = setup.store();
                let (guest, at_drop) = (store.data().guest.unwrap(), store.data().at_drop.clone());
                let mut call = Box::pin(guest.nested.call_async(&mut store, 3));
                for _ in 0..polls {
                    assert_pending(poll(&mut call));
                }
                *at_drop.lock().unwrap() = Some(AtDrop { what, skip });
                give_up(call);
                let was_done = at_drop.lock().unwrap().take().is_none();
                assert_eq!(was_done, skip < guards, "{description}");
                assert_eq!(store.data().done.len(), usize::from(was_done));
                if !was_done {
                    assert_in_order(store, &description);
                    continue;
                }
                match what {
                    What::Throw => drop(store.take_pending_exception().unwrap()),
                    What::UseUpFuel => store.set_fuel(u64::MAX / 2).unwrap(),
                    _ => {}
                }
                if what == What::ForgetNestedCall {
                    assert_usable(&mut store, &description);
                    let counts = store.data().counts.clone();
                    drop(store);
                    // These are captured by the futures of the call.
                    assert!(counts.existing() > 0, "{description}");
                } else {
                    assert_in_order(store, &description);
                }
            }
        }
    }
}

#[test]
fn a_host_future_uses_the_store_when_it_is_dropped() {
    drop_in_nested_calls(&[(1, 1), (3, 3), (8, 5), (13, 1)], |call| drop(call));
}

#[test]
fn a_host_future_uses_the_store_when_it_is_dropped_on_another_thread() {
    drop_in_nested_calls(&[(7, 5)], |call| {
        thread::scope(|scope| {
            scope.spawn(move || drop(call));
        });
    });
}

#[test]
fn a_host_future_uses_the_store_when_it_is_dropped_while_a_panic_unwinds() {
    drop_in_nested_calls(&[(7, 5)], |call| {
        let panic = catch_unwind(AssertUnwindSafe(move || {
            let _call = call;
            resume_unwind(Box::new(7));
        }));
        assert_eq!(panic.unwrap_err().downcast_ref(), Some(&7));
    });
}
