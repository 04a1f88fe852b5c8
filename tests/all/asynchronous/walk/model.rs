//! What the walks are compared with.

use super::*;
use std::fmt;
use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::MutexGuard;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Waker;
use std::thread;

/// Pseudorandom numbers, the same in each run.
pub(super) struct Random(pub u64);

impl Random {
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }
}

/// The error and the payload of a panic.
#[derive(Debug)]
pub(super) struct Failed(pub i64);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "call {} failed", self.0)
    }
}

impl std::error::Error for Failed {}

/// What the futures of the host share with the test.
#[derive(Clone, Default)]
pub(super) struct Shared(Arc<Mutex<Model>>);

#[derive(Default)]
struct Model {
    /// The number of the last host function that was called.
    last_call: i64,
    /// The host functions that are running, the innermost last.
    running: Vec<Call>,
    /// How many of all that were ever called were forgotten.
    forgotten: usize,
    /// Whether a call of the guest was forgotten, in which a host function may have run.
    has_forgotten: bool,
    /// How many futures of host functions exist.
    existing: usize,
    /// The future that waits: whether it may go on, and its task.
    waiting: Option<(Arc<AtomicBool>, Waker)>,
    /// What was wrong where a panic would be lost.
    faults: Vec<String>,
}

struct Call {
    number: i64,
    is_forgotten: bool,
}

impl Shared {
    fn model(&self) -> MutexGuard<'_, Model> {
        self.0.lock().unwrap()
    }

    /// Returns how many host functions are running, forgotten ones included.
    pub fn running(&self) -> usize {
        self.model().running.len()
    }

    /// Returns how many host functions are running that may end.
    pub fn depth(&self) -> usize {
        let model = self.model();
        model
            .running
            .iter()
            .filter(|call| !call.is_forgotten)
            .count()
    }

    pub fn is_running(&self, number: i64) -> bool {
        self.model()
            .running
            .iter()
            .any(|call| call.number == number)
    }

    /// Notes that all host functions but the first are forgotten. The references that they
    /// have rooted are unrooted when the host function ends that has forgotten them.
    pub fn forget(&self, first: usize) {
        let mut model = self.model();
        let mut forgotten = 0;
        for call in &mut model.running[first..] {
            forgotten += usize::from(!mem::replace(&mut call.is_forgotten, true));
        }
        model.forgotten += forgotten;
        model.has_forgotten = true;
        model.waiting = None;
    }

    pub fn has_forgotten(&self) -> bool {
        self.model().has_forgotten
    }

    /// Asserts that all host functions but the first have ended or are forgotten.
    pub fn assert_ended(&self, first: usize) {
        let mut model = self.model();
        assert!(model.running[first..].iter().all(|call| call.is_forgotten));
        assert!(model.faults.is_empty(), "{:?}", model.faults);
        if first == 0 {
            assert_eq!(model.existing, model.forgotten);
            model.running.clear();
        }
    }

    /// Lets the future go on that waits, and wakes its task. Returns `false` if there is none.
    fn go_on(&self) -> bool {
        let Some((may_go_on, task)) = self.model().waiting.take() else {
            return false;
        };
        may_go_on.store(true, Ordering::SeqCst);
        task.wake();
        true
    }
}

/// Exists while a host function is running, or the future of an epoch callback.
pub(super) struct Running {
    shared: Shared,
    pub call: i64,
}

impl Running {
    pub fn begin(shared: &Shared) -> Running {
        let mut model = shared.model();
        model.last_call += 1;
        model.existing += 1;
        let number = model.last_call;
        model.running.push(Call {
            number,
            is_forgotten: false,
        });
        Running {
            shared: shared.clone(),
            call: number,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut model = self.shared.model();
        model.existing -= 1;
        while model.running.last().is_some_and(|call| call.is_forgotten) {
            model.running.pop();
        }
        let innermost = model.running.pop().map(|call| call.number);
        if innermost != Some(self.call) {
            let call = self.call;
            model
                .faults
                .push(format!("{call} ends before {innermost:?}"));
        }
    }
}

/// A future that waits until [`drive`] lets it go on.
pub(super) struct Wait {
    shared: Shared,
    may_go_on: Arc<AtomicBool>,
}

impl Wait {
    pub fn new(shared: &Shared) -> Wait {
        Wait {
            shared: shared.clone(),
            may_go_on: Arc::default(),
        }
    }
}

impl Future for Wait {
    type Output = ();

    fn poll(self: Pin<&mut Self>, task: &mut std::task::Context<'_>) -> Poll<()> {
        if self.may_go_on.load(Ordering::SeqCst) {
            return Poll::Ready(());
        }
        let waiting = (self.may_go_on.clone(), task.waker().clone());
        self.shared.model().waiting = Some(waiting);
        Poll::Pending
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.shared.model().waiting = None;
    }
}

/// Polls a future until it is ready, with another waker each time, and only when that was
/// woken. Lets futures that wait go on. If it `moves`, some polls are on other threads.
pub(super) fn drive<F>(shared: &Shared, moves: bool, future: F) -> F::Output
where
    F: Future + Send,
    F::Output: Send,
{
    let mut future = Box::pin(future);
    let mut polls = 0;
    loop {
        polls += 1;
        let (wakes, waker) = Wakes::new();
        let mut poll = || poll_with(&waker, &mut future);
        let polled = if moves && polls % 4 == 0 {
            let elsewhere = thread::scope(|scope| scope.spawn(poll).join());
            elsewhere.unwrap_or_else(|panic| resume_unwind(panic))
        } else {
            poll()
        };
        if let Poll::Ready(output) = polled {
            return output;
        }
        if wakes.count() == 0 {
            assert!(shared.go_on(), "nothing will wake the task");
            assert_eq!(wakes.count(), 1, "another task was woken");
        }
    }
}
