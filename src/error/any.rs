//! [`Error`], which any error can become.

use super::Raised;
use super::traced::Traced;
use crate::WasmBacktrace;
#[cfg(feature = "backtrace")]
use std::backtrace::{Backtrace, BacktraceStatus};
use std::error::Error as StdError;
use std::fmt;
use std::ops::Deref;

/// Any error, with what was being done when it happened.
///
/// Every [`std::error::Error`] becomes one with `?`, and is had back with
/// [`downcast_ref`](Error::downcast_ref). `{}` shows the outermost message,
/// `{:#}` all of them in one line, and `{:?}` in several.
///
/// It is an [`anyhow::Error`] inside, which it becomes with `?` and is made of with
/// [`Error::from_anyhow`].
///
/// ```
/// use libwasmtime::{Error, Trap};
///
/// let error = Error::new(Trap::OutOfFuel).context("running the plug-in");
/// assert_eq!(error.to_string(), "running the plug-in");
/// assert_eq!(error.downcast_ref(), Some(&Trap::OutOfFuel));
/// ```
pub struct Error(Repr);

/// `anyhow` can't box an error without looking at the host's stack; so what is
/// put around one on its way through WebAssembly code has a box of its own.
enum Repr {
    Plain(anyhow::Error),
    Traced(Box<Traced>),
}

impl Error {
    /// An error of this cause.
    pub fn new<E>(error: E) -> Error
    where
        E: StdError + Send + Sync + 'static,
    {
        Error::from_anyhow(anyhow::Error::new(error))
    }

    /// An error that is a message; of a [`std::error::Error`], take
    /// [`Error::new`].
    pub fn msg<M>(message: M) -> Error
    where
        M: fmt::Debug + fmt::Display + Send + Sync + 'static,
    {
        Error::from_anyhow(anyhow::Error::msg(message))
    }

    /// An error whose type isn't known.
    pub fn from_boxed(error: Box<dyn StdError + Send + Sync + 'static>) -> Error {
        Error::from_anyhow(anyhow::Error::from_boxed(error))
    }

    /// The same error, of `anyhow`.
    pub fn from_anyhow(error: anyhow::Error) -> Error {
        Error(Repr::Plain(error))
    }

    /// Adds what was being done when the error happened.
    ///
    /// Both are found with [`downcast_ref`](Error::downcast_ref) then.
    pub fn context<C>(self, context: C) -> Error
    where
        C: fmt::Display + Send + Sync + 'static,
    {
        Error::from_anyhow(self.into_anyhow().context(context))
    }

    /// The stack of the host's own code where the error was made, if the
    /// environment variable `RUST_BACKTRACE` asks for it. For that of the
    /// WebAssembly code see [`WasmBacktrace`](crate::WasmBacktrace).
    #[cfg(feature = "backtrace")]
    pub fn backtrace(&self) -> &Backtrace {
        match &self.0 {
            Repr::Plain(error) => error.backtrace(),
            Repr::Traced(traced) => traced.error().backtrace(),
        }
    }

    /// The error and its causes, the outermost first.
    pub fn chain(&self) -> Chain<'_> {
        Chain::new(self.outermost())
    }

    /// The last in the [`chain`](Error::chain).
    pub fn root_cause(&self) -> &(dyn StdError + 'static) {
        self.chain().last().expect("an error is in its own chain")
    }

    /// Whether there is an `E` in the error.
    pub fn is<E>(&self) -> bool
    where
        E: fmt::Display + fmt::Debug + Send + Sync + 'static,
    {
        self.downcast_ref::<E>().is_some()
    }

    /// Takes the `E` in the error out of it.
    ///
    /// # Errors
    ///
    /// The error as it was, if there is none.
    pub fn downcast<E>(self) -> Result<E, Error>
    where
        E: fmt::Display + fmt::Debug + Send + Sync + 'static,
    {
        self.into_anyhow().downcast().map_err(Error::from_anyhow)
    }

    /// The `E` in the error.
    pub fn downcast_ref<E>(&self) -> Option<&E>
    where
        E: fmt::Display + fmt::Debug + Send + Sync + 'static,
    {
        match &self.0 {
            Repr::Plain(error) => error.downcast_ref(),
            Repr::Traced(traced) => traced.downcast_ref(),
        }
    }

    /// The `E` in the error, to be changed.
    pub fn downcast_mut<E>(&mut self) -> Option<&mut E>
    where
        E: fmt::Display + fmt::Debug + Send + Sync + 'static,
    {
        match &mut self.0 {
            Repr::Plain(error) => error.downcast_mut(),
            Repr::Traced(traced) => traced.downcast_mut(),
        }
    }

    /// The error as a [`std::error::Error`].
    pub fn into_boxed_dyn_error(self) -> Box<dyn StdError + Send + Sync + 'static> {
        self.into_anyhow().into_boxed_dyn_error()
    }

    /// Adds the WebAssembly backtrace of `source`, unless it has no frames or the
    /// error has one.
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
    /// The messages are written as they are, be they of several lines.
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
