//! Polling futures by hand.

use crate::judge::{Before, End, Expect, violation};
use crate::world::Shared;
use libwasmtime::Result;
use std::future::{Future, poll_fn};
use std::mem;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

/// The most polls of a call. Endless code runs out of fuel before.
const MOST_POLLS: usize = 200_000;

/// The stack size of a thread that polls.
const STACK: usize = 8 << 20;

/// Whether a task was woken.
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Flag {
    fn take(&self) -> bool {
        self.0.swap(false, Ordering::SeqCst)
    }
}

impl Before<'_> {
    /// Polls the future of a call until it has finished, or a few times; then it is dropped or
    /// forgotten, and the result is `None`.
    pub fn drive<R: Send>(&self, future: impl Future<Output = Result<R>> + Send) -> End<Option<R>> {
        End::of(|| drive(&self.shared, self.expect, future))
    }
}

fn drive<R: Send>(
    shared: &Shared,
    expect: Expect,
    future: impl Future<Output = Result<R>> + Send,
) -> Result<Option<R>> {
    let mut future = Box::pin(future);
    let flag = Arc::new(Flag(AtomicBool::new(false)));
    let waker = Waker::from(flag.clone());
    let patience = match shared.source.below(8) {
        // Without a poll, a call isn't refused.
        6 if expect == Expect::Own => 0,
        5..8 => 1 + shared.source.below(3),
        _ => MOST_POLLS,
    };
    for _ in 0..patience {
        match poll(shared, future.as_mut(), &waker) {
            Poll::Ready(result) => return result.map(Some),
            Poll::Pending => shared.tally(|tally| tally.pauses += 1),
        }
        if !flag.take() {
            // What the task waits for happens now.
            let mut parked = shared.parked.lock().unwrap_or_else(PoisonError::into_inner);
            mem::take(&mut *parked).into_iter().for_each(Waker::wake);
            if !flag.take() {
                violation(shared, "a task waits, and nothing will wake it");
            }
        }
    }
    if patience == MOST_POLLS {
        violation(shared, "an asynchronous call doesn't end");
    }
    if patience > 0 {
        shared.tally(|tally| tally.abandoned += 1);
        if shared.source.once_in(8) {
            shared.has_forgotten.store(true, Ordering::SeqCst);
            mem::forget(future);
        }
    }
    Ok(None)
}

/// Polls a future, sometimes on another thread.
fn poll<F: Future<Output: Send> + Send>(
    shared: &Shared,
    future: Pin<&mut F>,
    waker: &Waker,
) -> Poll<F::Output> {
    let poll = || future.poll(&mut Context::from_waker(waker));
    if !shared.source.once_in(12) {
        return poll();
    }
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK);
        let polled = thread.spawn_scoped(scope, poll);
        let polled = polled.expect("the system starts a thread").join();
        polled.unwrap_or_else(|payload| resume_unwind(payload))
    })
}

/// Is pending a number of times. Each time, the task is woken at once or by [`drive`].
pub async fn pauses(shared: Arc<Shared>, count: usize) {
    let _counted = shared.futures.count();
    let mut left = count;
    poll_fn(|task| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        if shared.source.any() {
            task.waker().wake_by_ref();
        } else {
            let mut parked = shared.parked.lock().unwrap_or_else(PoisonError::into_inner);
            parked.push(task.waker().clone());
        }
        Poll::Pending
    })
    .await
}
