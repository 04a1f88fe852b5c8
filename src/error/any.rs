//! [`Error`], the error type of this crate.

use super::Raised;
use super::traced::Traced;
use crate::WasmBacktrace;
#[cfg(feature = "backtrace")]
use std::backtrace::{Backtrace, BacktraceStatus};
use std::error::Error as StdError;
use std::fmt;
use std::ops::Deref;

/// An error of any type, with context.
///
/// Every [`std::error::Error`] becomes one with `?`. The macros
/// [`bail!`](crate::bail), [`ensure!`](crate::ensure) and
/// [`format_err!`](crate::format_err) create one from a message. Context, which
/// [`Error::context`] or [`Context`](crate::error::Context) adds, says what was being
/// done when the error happened. The context and the errors below it form a
/// [`chain`](Error::chain), in which the latest context is the outermost message.
///
/// [`downcast_ref`](Error::downcast_ref) finds the value that the error was created from,
/// and values that were added as context. In the error of a call of WebAssembly code, it
/// finds the cause, which is a [`Trap`](crate::Trap), a
/// [`ThrownException`](crate::ThrownException), an [`I32Exit`](crate::I32Exit) or the error
/// of a host function; and in most of them a [`WasmBacktrace`](crate::WasmBacktrace).
///
/// | format | text |
/// |---|---|
/// | `{}` | the outermost message |
/// | `{:#}` | all messages, in one line |
/// | `{:?}` | all messages, in several lines, and a captured [`backtrace`](Error#method.backtrace) |
///
/// It is an [`anyhow::Error`] inside, into which `?` converts it.
/// [`Error::from_anyhow`] does the reverse.
///
/// ```
/// use libwasmtime::{Error, Trap};
///
/// let error = Error::new(Trap::OutOfFuel).context("running the plug-in");
/// assert_eq!(error.to_string(), "running the plug-in");
/// assert_eq!(
///     format!("{error:#}"),
///     "running the plug-in: wasm trap: all fuel consumed by WebAssembly"
/// );
/// assert_eq!(error.downcast_ref(), Some(&Trap::OutOfFuel));
/// ```
pub struct Error(Repr);

/// `anyhow` may walk the host's stack whenever it boxes an error, to capture a backtrace.
/// So what is added to an error on its way through WebAssembly code has a box of its own.
enum Repr {
    Plain(anyhow::Error),
    Traced(Box<Traced>),
}

impl Error {
    /// Creates an error from a [`std::error::Error`], as `?` does.
    pub fn new<E>(error: E) -> Error
    where
        E: StdError + Send + Sync + 'static,
    {
        Error::from_anyhow(anyhow::Error::new(error))
    }

    /// Creates an error from a message. For a [`std::error::Error`], use [`Error::new`],
    /// which keeps its causes.
    pub fn msg<M>(message: M) -> Error
    where
        M: fmt::Debug + fmt::Display + Send + Sync + 'static,
    {
        Error::from_anyhow(anyhow::Error::msg(message))
    }

    /// Creates an error from a boxed one, whose type isn't known.
    pub fn from_boxed(error: Box<dyn StdError + Send + Sync + 'static>) -> Error {
        Error::from_anyhow(anyhow::Error::from_boxed(error))
    }

    /// Creates an error from one of `anyhow`.
    pub fn from_anyhow(error: anyhow::Error) -> Error {
        Error(Repr::Plain(error))
    }

    /// Adds context: what was being done when the error happened.
    ///
    /// [`downcast_ref`](Error::downcast_ref) then finds the context as well as what it found
    /// before.
    ///
    /// ```
    /// use libwasmtime::Error;
    ///
    /// let error = "five".parse::<i32>().map_err(Error::new).unwrap_err();
    /// let error = error.context("reading the limit").context("configuring the store");
    /// let messages: Vec<_> = error.chain().map(ToString::to_string).collect();
    /// assert_eq!(
    ///     messages,
    ///     ["configuring the store", "reading the limit", "invalid digit found in string"]
    /// );
    /// ```
    pub fn context<C>(self, context: C) -> Error
    where
        C: fmt::Display + Send + Sync + 'static,
    {
        Error::from_anyhow(self.into_anyhow().context(context))
    }

    /// Adds context to an error that the guest may have caused, unless it has many messages
    /// already.
    ///
    /// A guest that calls itself through the host adds context at each level. Dropping an error
    /// of any depth would overflow the host's stack.
    #[cold]
    pub(crate) fn with_bounded_context<C>(self, context: impl FnOnce() -> C) -> Error
    where
        C: fmt::Display + Send + Sync + 'static,
    {
        const MAX_MESSAGES: usize = 16;
        if self.chain().nth(MAX_MESSAGES - 1).is_some() {
            return self;
        }
        self.context(context())
    }

    /// Returns the stack of the host's own code where the error was created, if the
    /// environment variable `RUST_BACKTRACE` or `RUST_LIB_BACKTRACE` asks for it.
    ///
    /// For the stack of WebAssembly code see [`WasmBacktrace`](crate::WasmBacktrace).
    #[cfg(feature = "backtrace")]
    pub fn backtrace(&self) -> &Backtrace {
        match &self.0 {
            Repr::Plain(error) => error.backtrace(),
            Repr::Traced(traced) => traced.error().backtrace(),
        }
    }

    /// Returns an iterator over the messages and causes, the outermost first.
    pub fn chain(&self) -> Chain<'_> {
        Chain::new(self.outermost())
    }

    /// Returns the last error in the [`chain`](Error::chain).
    pub fn root_cause(&self) -> &(dyn StdError + 'static) {
        self.chain().last().expect("an error is in its own chain")
    }

    /// Reports whether [`downcast_ref`](Error::downcast_ref) finds an `E`.
    ///
    /// ```
    /// use libwasmtime::{Error, ThrownException, Trap};
    ///
    /// let error = Error::from(Trap::Interrupt).context("the time is up");
    /// assert!(error.is::<Trap>());
    /// assert!(!error.is::<ThrownException>());
    /// ```
    pub fn is<E>(&self) -> bool
    where
        E: fmt::Display + fmt::Debug + Send + Sync + 'static,
    {
        self.downcast_ref::<E>().is_some()
    }

    /// Takes the `E` out of the error. If several are there, takes the outermost.
    ///
    /// ```
    /// use libwasmtime::{Error, Trap};
    ///
    /// /// Returns the trap, and passes other errors on.
    /// fn trap(error: Error) -> Result<Trap, Error> {
    ///     error.downcast::<Trap>()
    /// }
    /// assert_eq!(trap(Error::new(Trap::OutOfFuel))?, Trap::OutOfFuel);
    /// assert!(trap(Error::msg("the host is tired")).is_err());
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the error as it was, if there is no `E` in it.
    pub fn downcast<E>(self) -> Result<E, Error>
    where
        E: fmt::Display + fmt::Debug + Send + Sync + 'static,
    {
        self.into_anyhow().downcast().map_err(Error::from_anyhow)
    }

    /// Returns the `E` that the error was created from or that was added as context; `None`
    /// if there is none. If several are there, returns the outermost.
    ///
    /// ```
    /// use libwasmtime::{Error, Trap};
    ///
    /// /// Whether to run the guest again, with more fuel.
    /// fn is_worth_a_retry(error: &Error) -> bool {
    ///     matches!(error.downcast_ref(), Some(Trap::OutOfFuel))
    /// }
    /// assert!(is_worth_a_retry(&Error::new(Trap::OutOfFuel).context("first run")));
    /// assert!(!is_worth_a_retry(&Error::new(Trap::StackOverflow)));
    /// ```
    pub fn downcast_ref<E>(&self) -> Option<&E>
    where
        E: fmt::Display + fmt::Debug + Send + Sync + 'static,
    {
        match &self.0 {
            Repr::Plain(error) => error.downcast_ref(),
            Repr::Traced(traced) => traced.downcast_ref(),
        }
    }

    /// Returns the `E` as [`downcast_ref`](Error::downcast_ref) does, for mutation.
    pub fn downcast_mut<E>(&mut self) -> Option<&mut E>
    where
        E: fmt::Display + fmt::Debug + Send + Sync + 'static,
    {
        match &mut self.0 {
            Repr::Plain(error) => error.downcast_mut(),
            Repr::Traced(traced) => traced.downcast_mut(),
        }
    }

    /// Converts the error into a boxed [`std::error::Error`].
    pub fn into_boxed_dyn_error(self) -> Box<dyn StdError + Send + Sync + 'static> {
        self.into_anyhow().into_boxed_dyn_error()
    }

    /// Adds the WebAssembly backtrace of `source`, unless that has no frames, or the error
    /// already has a backtrace.
    pub(crate) fn with_backtrace(self, source: Raised) -> Error {
        let error = match self.0 {
            Repr::Traced(traced) if traced.backtrace().is_some() => {
                return Error(Repr::Traced(traced));
            }
            Repr::Traced(traced) => traced.into_anyhow(),
            Repr::Plain(error) => error,
        };
        if error.is::<WasmBacktrace>() {
            return Error::from_anyhow(error);
        }
        let traced = Traced::new(WasmBacktrace::new(source), error);
        Error(Repr::Traced(Box::new(traced)))
    }

    fn outermost(&self) -> &(dyn StdError + Send + Sync + 'static) {
        match &self.0 {
            Repr::Plain(error) => &**error,
            Repr::Traced(traced) => traced.outermost(),
        }
    }

    fn into_anyhow(self) -> anyhow::Error {
        match self.0 {
            Repr::Plain(error) => error,
            Repr::Traced(traced) => traced.into_anyhow(),
        }
    }
}

pub use anyhow::Chain;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.outermost())?;
        if f.alternate() {
            for cause in self.chain().skip(1) {
                write!(f, ": {cause}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    /// Writes messages as they are, even if they have several lines.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            return fmt::Debug::fmt(self.outermost(), f);
        }
        write!(f, "{self}")?;
        let causes = self.chain().skip(1);
        if causes.len() > 0 {
            f.write_str("\n\nCaused by:\n")?;
        }
        let numbered = causes.len() > 1;
        for (i, cause) in causes.enumerate() {
            if numbered {
                writeln!(f, "{i: >5}: {cause}")?;
            } else {
                writeln!(f, "    {cause}")?;
            }
        }
        #[cfg(feature = "backtrace")]
        if self.backtrace().status() == BacktraceStatus::Captured {
            write!(f, "\nStack backtrace:\n{}", self.backtrace())?;
        }
        Ok(())
    }
}

impl<E> From<E> for Error
where
    E: StdError + Send + Sync + 'static,
{
    #[cold]
    fn from(error: E) -> Error {
        Error::new(error)
    }
}

impl From<Error> for anyhow::Error {
    fn from(error: Error) -> anyhow::Error {
        error.into_anyhow()
    }
}

macro_rules! boxed {
    ($($bound:tt)*) => {
        impl From<Error> for Box<dyn StdError $($bound)* + 'static> {
            fn from(error: Error) -> Self {
                error.into_boxed_dyn_error()
            }
        }
    };
}

boxed!();
boxed!(+ Send);
boxed!(+ Send + Sync);

impl Deref for Error {
    type Target = dyn StdError + Send + Sync + 'static;

    fn deref(&self) -> &Self::Target {
        self.outermost()
    }
}

impl AsRef<dyn StdError> for Error {
    fn as_ref(&self) -> &(dyn StdError + 'static) {
        self.outermost()
    }
}

impl AsRef<dyn StdError + Send + Sync> for Error {
    fn as_ref(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self.outermost()
    }
}
