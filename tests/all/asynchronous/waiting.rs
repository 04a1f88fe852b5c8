//! Futures that wait for a test, and polls by hand.

use libwasmtime::{Engine, Instance, Linker, Module, Result, Store};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

pub type BoxFuture<'a, R> = Pin<Box<dyn Future<Output = R> + Send + 'a>>;

/// What a host future waits for, until a test opens it.
#[derive(Clone, Default)]
pub struct Gate(Arc<Mutex<GateState>>);

#[derive(Default)]
struct GateState {
    is_open: bool,
    /// The waker of the last poll of a future that waits.
    waker: Option<Waker>,
    /// How often a future that waits was polled.
    polls: usize,
}

impl Gate {
    pub async fn wait(&self) {
        poll_fn(|task| {
            let mut state = self.0.lock().unwrap();
            state.polls += 1;
            if state.is_open {
                return Poll::Ready(());
            }
            state.waker = Some(task.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Opens the gate, and wakes the task that waits.
    pub fn open(&self) {
        let mut state = self.0.lock().unwrap();
        state.is_open = true;
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    pub fn polls(&self) -> usize {
        self.0.lock().unwrap().polls
    }
}

/// Waits until the task is polled the next time, and wakes it at once.
pub async fn yield_once() {
    let mut has_yielded = false;
    poll_fn(|task| {
        if has_yielded {
            return Poll::Ready(());
        }
        has_yielded = true;
        task.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Counts how often its waker wakes.
#[derive(Default)]
pub struct Wakes(AtomicUsize);

impl Wakes {
    pub fn new() -> (Arc<Wakes>, Waker) {
        let wakes = Arc::new(Wakes::default());
        (wakes.clone(), wakes.into())
    }

    pub fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Counts the polls of a future.
pub async fn count_polls<F: Future>(polls: &AtomicUsize, future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|task| {
        polls.fetch_add(1, Ordering::SeqCst);
        future.as_mut().poll(task)
    })
    .await
}

/// Polls a future once, for a task that is never woken.
pub fn poll<F: Future + ?Sized>(future: &mut Pin<Box<F>>) -> Poll<F::Output> {
    poll_with(Waker::noop(), future)
}

/// Polls a future once, for the task that this wakes.
pub fn poll_with<F: Future + ?Sized>(waker: &Waker, future: &mut Pin<Box<F>>) -> Poll<F::Output> {
    future.as_mut().poll(&mut Context::from_waker(waker))
}

/// Polls a future until it is ready, and asserts that the task was woken after each poll that
/// left it pending. Returns the number of these polls as well.
#[track_caller]
pub fn poll_while_woken<F: Future>(future: F) -> (usize, F::Output) {
    let (wakes, waker) = Wakes::new();
    let mut future = Box::pin(future);
    let mut polls = 0;
    loop {
        match poll_with(&waker, &mut future) {
            Poll::Ready(output) => return (polls, output),
            Poll::Pending => polls += 1,
        }
        assert!(
            wakes.count() >= polls,
            "nothing wakes the task after poll {polls}"
        );
    }
}

/// Instantiates a module in the text format, with the linker's definitions.
#[track_caller]
pub fn instantiate<T: Send>(linker: &Linker<T>, store: &mut Store<T>, wat: &str) -> Instance {
    let module = Module::new(store.engine(), wat).expect("the module is valid");
    smol::block_on(linker.instantiate_async(store, &module)).expect("it can be instantiated")
}

/// Returns an engine after a change of its configuration.
pub fn engine(change: impl FnOnce(&mut libwasmtime::Config)) -> Engine {
    let mut config = libwasmtime::Config::new();
    change(&mut config);
    Engine::new(&config).unwrap()
}

/// A call that wasn't finished when a test was done with it.
pub fn assert_pending<R>(poll: Poll<Result<R>>) {
    match poll {
        Poll::Pending => {}
        Poll::Ready(Ok(_)) => panic!("the call has finished"),
        Poll::Ready(Err(error)) => panic!("the call has failed: {error:?}"),
    }
}
