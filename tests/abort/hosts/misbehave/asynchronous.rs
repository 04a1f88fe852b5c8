//! Asynchronous host functions, their futures, and futures that code waits for at an epoch.

use super::*;
use smol::future::{block_on, poll_once, yield_now};
use std::pin::Pin;
use std::task::{Context, Poll};

async fn pend(times: usize) {
    for _ in 0..times {
        yield_now().await;
    }
}

fn instance_of(store: &mut Store<()>, f: Func) -> Instance {
    let module = Module::new(store.engine(), CALLS).unwrap();
    block_on(Instance::new_async(store, &module, &[f.into()])).unwrap()
}

/// Calls the function from the host, and from WebAssembly.
fn calls(store: &mut Store<()>, f: Func) -> [Func; 2] {
    let instance = instance_of(store, f);
    [f, instance.get_func(store, "run").unwrap()]
}

/// Host functions that fail at once and late, and closures that fail to return a future.
pub fn fail(place: In, fails: Fails) {
    for late in [0, 2] {
        let mut store = Store::<()>::default();
        let ty = FuncType::new(store.engine(), [], []);
        let mut functions = vec![
            Func::wrap_async(&mut store, move |_, ()| {
                Box::new(async move {
                    pend(late).await;
                    fails.fail::<()>(place)
                })
            }),
            Func::new_async(&mut store, ty, move |_, _, _| {
                Box::new(async move {
                    pend(late).await;
                    fails.fail(place)
                })
            }),
        ];
        if matches!(fails, Fails::Panic) {
            functions.push(Func::wrap_async(&mut store, move |_, ()| {
                _ = fails.fail::<()>(place);
                Box::new(async {})
            }));
        }
        for f in functions {
            for f in calls(&mut store, f) {
                assert_fails(fails, || block_on(f.call_async(&mut store, &[], &mut [])));
            }
        }
    }
}

/// A future that is ready after some polls, and whose value is dropped with it.
struct Ready(usize, #[allow(dead_code, reason = "to be dropped")] Value);

impl Future for Ready {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Result<()>> {
        if self.0 == 0 {
            return Poll::Ready(Ok(()));
        }
        self.0 -= 1;
        task.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Futures that panic when they are dropped: after they are ready, after they have failed, and
/// when their call is dropped.
pub fn drop_futures(place: In) {
    let panics = matches!(place, In::Drop | In::Everything);
    for late in [0, 2] {
        let mut store = Store::<()>::default();
        let ty = FuncType::new(store.engine(), [], []);
        let functions = [
            Func::wrap_async(&mut store, move |_, ()| Box::new(Ready(late, Value(place)))),
            Func::new_async(&mut store, ty, move |_, _, _| {
                Box::new(Ready(late, Value(place)))
            }),
            Func::wrap_async(&mut store, move |_, ()| {
                let value = Value(place);
                Box::new(async move {
                    pend(late).await;
                    drop(value);
                })
            }),
        ];
        for f in functions {
            for f in calls(&mut store, f) {
                let mut call = || block_on(f.call_async(&mut store, &[], &mut []));
                let outcome = catch_unwind(AssertUnwindSafe(&mut call));
                assert_eq!(outcome.is_err(), panics);
                std::mem::forget(outcome);
                for polls in 0..late {
                    let mut call = Box::pin(f.call_async(&mut store, &[], &mut []));
                    for _ in 0..polls {
                        assert!(block_on(poll_once(&mut call)).is_none());
                    }
                    drop(call);
                }
            }
        }
        // The error comes first, and stays.
        let f = Func::wrap_async(&mut store, move |_, ()| {
            let mut inner = Box::pin(Ready(late, Value(place)));
            let mut failed = Some(Value(In::Nothing));
            Box::new(std::future::poll_fn(move |task| {
                inner.as_mut().poll(task).map(|_| {
                    let failed = failed.take().expect("it is polled once more");
                    Err::<(), _>(Error::new(failed))
                })
            }))
        });
        for f in calls(&mut store, f) {
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                block_on(f.call_async(&mut store, &[], &mut []))
            }));
            assert_eq!(outcome.is_err(), panics);
            std::mem::forget(outcome);
        }
        // Its poll panics, and then its drop.
        let f = Func::wrap_async(&mut store, move |_, ()| {
            let mut inner = Box::pin(Ready(late, Value(place)));
            Box::new(std::future::poll_fn(move |task| {
                inner
                    .as_mut()
                    .poll(task)
                    .map(|_| -> () { panic_any(Value(In::Nothing)) })
            }))
        });
        for f in calls(&mut store, f) {
            assert_fails(Fails::Panic, || {
                block_on(f.call_async(&mut store, &[], &mut []))
            });
        }
        // While another panic unwinds.
        let f = Func::wrap_async(&mut store, move |_, ()| Box::new(Ready(9, Value(place))));
        let f = calls(&mut store, f)[1];
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let mut call = Box::pin(f.call_async(&mut store, &[], &mut []));
            assert!(block_on(poll_once(&mut call)).is_none());
            panic_any(Value(In::Nothing));
        }));
        std::mem::forget(outcome);
    }
}

/// Closures that panic when they are dropped with their store or linker, or at once.
pub fn drop_functions(place: In) {
    let mut store = Store::<()>::default();
    let value = Value(place);
    Func::wrap_async(&mut store, move |_, ()| {
        _ = &value;
        Box::new(async {})
    });
    let ty = FuncType::new(store.engine(), [], []);
    let value = Value(place);
    Func::new_async(&mut store, ty, move |_, _, _| {
        _ = &value;
        Box::new(async { Ok(()) })
    });
    drop(store);
    let mut linker = Linker::<()>::default();
    for _ in 0..2 {
        // The name is defined the second time, so the closure is dropped at once.
        let value = Value(place);
        _ = linker.func_wrap_async("", "", move |_, ()| {
            _ = &value;
            Box::new(async {})
        });
    }
    drop(linker);
}

/// Futures that panic when they are ready, when their call is dropped, and when there is no
/// call that could wait for them.
pub fn drop_yields(place: In) {
    for late in [0, 2] {
        let mut store = Store::new(&super::super::epochs(), ());
        let instance = {
            let f = Func::wrap(&mut store, || {});
            store.set_epoch_deadline(100);
            instance_of(&mut store, f)
        };
        store.epoch_deadline_callback(move |_| {
            let value = Value(place);
            let future = async move {
                pend(late).await;
                drop(value);
            };
            Ok(UpdateDeadline::YieldCustom(100, Box::pin(future)))
        });
        let run = instance.get_func(&mut store, "run").unwrap();
        let panics = matches!(place, In::Drop | In::Everything);
        for polls in [0, 1, 100] {
            store.set_epoch_deadline(0);
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                let mut call = Box::pin(run.call_async(&mut store, &[], &mut []));
                for _ in 0..polls {
                    if block_on(poll_once(&mut call)).is_some() {
                        break;
                    }
                }
            }));
            // A future that is dropped together with the call, while it is pending, is dropped
            // where nobody gets its panic.
            let is_dropped_in_poll = polls > late;
            assert_eq!(outcome.is_err(), panics && is_dropped_in_poll);
            std::mem::forget(outcome);
        }
        store.set_epoch_deadline(0);
        let outcome = catch_unwind(AssertUnwindSafe(|| run.call(&mut store, &[], &mut [])));
        assert_eq!(outcome.is_err(), panics);
        std::mem::forget(outcome);
    }
}
