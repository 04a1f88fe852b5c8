//! Tells a violation from an expected panic.

use crate::world::{Cx, Owner, Raised, Shared};
use libwasmtime::Result;
use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::panic::{self, AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

/// Something that must not happen.
#[derive(Clone, Debug)]
pub struct Violation(pub String);

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "violation: {}", self.0)
    }
}

/// The error of a host function.
#[derive(Debug)]
pub struct HostError(pub u64);

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "host error {}", self.0)
    }
}

impl std::error::Error for HostError {}

/// The payload of a host function's panic.
pub struct HostPanic(pub u64);

/// Whether all objects of a call belong to its store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// They do.
    Own,
    /// One doesn't: the call must not succeed.
    Foreign,
    /// A value that is passed doesn't: the call must be an error, and no panic.
    ForeignValue,
    /// One may not, or it may make no difference.
    Unsure,
}

impl Expect {
    pub fn foreign(foreign: bool) -> Expect {
        if foreign {
            Expect::Foreign
        } else {
            Expect::Own
        }
    }

    /// Returns the expectation for a call on an object with a value, each of which may
    /// belong to another store.
    pub fn passing(foreign: bool, foreign_value: bool) -> Expect {
        match (foreign, foreign_value) {
            (true, _) => Expect::Foreign,
            (false, true) => Expect::ForeignValue,
            (false, false) => Expect::Own,
        }
    }
}

thread_local! {
    /// The origin of this thread's last panic.
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps panics from being printed, as most are expected, and records the origin of the
/// last one.
pub fn silence_panics() {
    panic::set_hook(Box::new(|info| {
        LAST_PANIC.with_borrow_mut(|last| *last = info.to_string());
    }));
}

/// Returns the origin of this thread's last panic.
pub fn last_panic() -> String {
    LAST_PANIC.with_borrow(String::clone)
}

/// Ends the sequence of calls.
pub fn violation(shared: &Shared, text: impl Into<String>) -> ! {
    resume_unwind(Box::new(shared.note_violation(Violation(text.into()))))
}

/// The messages of documented panics.
const WRONG_STORE: &str = "object used with the wrong store";
const WRONG_ENGINE: [&str; 2] = ["another engine", "different engines"];
const NO_VALUE: [&str; 2] = ["can't be read", "not supported as values yet"];
const IN_SYNC_CALL: &str = "a store can't get asynchronous host functions while a synchronous call";

/// How a call ended.
pub enum End<R> {
    Returned(Result<R>),
    Panicked(Box<dyn Any + Send>),
}

impl<R> End<R> {
    /// Makes a call.
    pub fn of(call: impl FnOnce() -> Result<R>) -> End<R> {
        match catch_unwind(AssertUnwindSafe(call)) {
            Ok(returned) => End::Returned(returned),
            Err(payload) => End::Panicked(payload),
        }
    }
}

/// What is known of a call on a store before it is made.
pub struct Before<'w> {
    pub shared: Arc<Shared>,
    pub expect: Expect,
    what: &'w str,
    owner: Owner,
    depth: usize,
    in_async_call: bool,
}

impl<'w> Before<'w> {
    pub fn note(cx: &Cx<'_>, what: &'w str, expect: Expect) -> Before<'w> {
        let data = cx.data();
        let shared = data.shared.clone();
        if data.raised != Raised::Nothing {
            violation(&shared, format!("{what}: a failure was left behind"));
        }
        shared.tally(|tally| tally.calls += 1);
        Before {
            shared,
            expect,
            what,
            owner: data.owner,
            depth: data.depth,
            in_async_call: data.in_async_call,
        }
    }

    /// Judges how the call has ended.
    pub fn weigh<R>(self, cx: &mut Cx<'_>, end: End<R>) -> Option<R> {
        let data = cx.data_mut();
        if data.owner != self.owner {
            violation(&self.shared, format!("{}: another store's data", self.what));
        }
        // A call that was dropped leaves what its host functions have set.
        data.depth = self.depth;
        data.in_async_call = self.in_async_call;
        let raised = std::mem::take(&mut data.raised);
        weigh(&self.shared, self.what, self.expect, raised, end)
    }
}

/// Makes a call on a store, and judges how it ends.
pub fn judge<R>(
    cx: &mut Cx<'_>,
    what: &str,
    expect: Expect,
    call: impl FnOnce(&mut Cx<'_>) -> Result<R>,
) -> Option<R> {
    let before = Before::note(cx, what, expect);
    let end = End::of(|| call(cx));
    before.weigh(cx, end)
}

/// Makes a synchronous call on a store that runs WebAssembly code or a host function, and
/// judges how it ends.
pub fn judge_entry<R>(
    cx: &mut Cx<'_>,
    what: &str,
    expect: Expect,
    call: impl FnOnce(&mut Cx<'_>) -> Result<R>,
) -> Option<R> {
    let data = cx.data();
    let is_refused = data.is_async || data.in_async_call;
    let done = judge(cx, what, expect, call);
    if is_refused && done.is_some() {
        let text = format!("{what}: a store that is called asynchronously was entered");
        violation(&cx.data().shared, text);
    }
    done
}

/// Makes a call that needs no store, and judges how it ends.
pub fn judge_alone<R>(shared: &Shared, what: &str, call: impl FnOnce() -> Result<R>) -> Option<R> {
    shared.tally(|tally| tally.calls += 1);
    weigh(shared, what, Expect::Own, Raised::Nothing, End::of(call))
}

fn weigh<R>(shared: &Shared, what: &str, expect: Expect, raised: Raised, end: End<R>) -> Option<R> {
    match end {
        End::Returned(Ok(value)) => {
            if matches!(raised, Raised::Error(_) | Raised::Panic(_)) {
                violation(shared, format!("{what}: succeeded, although {raised:?}"));
            }
            if matches!(expect, Expect::Foreign | Expect::ForeignValue) {
                violation(shared, format!("{what}: took another store's object"));
            }
            Some(value)
        }
        End::Returned(Err(error)) => {
            let found = error.downcast_ref::<HostError>().map(|error| error.0);
            let wanted = match raised {
                Raised::Error(serial) => Some(serial),
                _ => None,
            };
            if found != wanted || matches!(raised, Raised::Panic(_)) {
                violation(
                    shared,
                    format!("{what}: the error is not the host's, {raised:?}: {error:?}"),
                );
            }
            // This has to work for any error.
            let _ = format!("{error:#} {error:?}");
            shared.tally(|tally| tally.errors += 1);
            None
        }
        End::Panicked(payload) => {
            if payload.is::<Violation>() {
                resume_unwind(payload);
            }
            if let Some(HostPanic(serial)) = payload.downcast_ref() {
                if raised != Raised::Panic(*serial) {
                    violation(shared, format!("{what}: panic {serial}, but {raised:?}"));
                }
                shared.tally(|tally| tally.host_panics += 1);
                return None;
            }
            let text = text(&*payload);
            let about = |texts: &[&str]| texts.iter().any(|part| text.contains(part));
            let expected = match raised {
                Raised::Nothing if about(&[WRONG_STORE]) => {
                    matches!(expect, Expect::Foreign | Expect::Unsure)
                }
                Raised::Nothing if about(&[IN_SYNC_CALL]) => {
                    ["Func::new_async", "Func::wrap_async"].contains(&what)
                }
                Raised::Nothing => about(&WRONG_ENGINE) || about(&NO_VALUE),
                Raised::Misuse | Raised::Error(_) | Raised::Panic(_) => false,
            };
            if !expected {
                let last = last_panic();
                violation(shared, format!("{what} ({expect:?}, {raised:?}): {last}"));
            }
            shared.tally(|tally| tally.panics += 1);
            None
        }
    }
}

fn text(payload: &(dyn Any + Send)) -> &str {
    if let Some(text) = payload.downcast_ref::<String>() {
        text
    } else if let Some(text) = payload.downcast_ref::<&str>() {
        text
    } else {
        "a panic without a text"
    }
}
