//! [`Error`], which any error can become.

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
pub struct Error(anyhow::Error);

impl Error {
    /// An error of this cause.
    pub fn new<E>(error: E) -> Error
    where
        E: StdError + Send + Sync + 'static,
    {
        Error(anyhow::Error::new(error))
    }

    /// An error that is a message; of a [`std::error::Error`], take
    /// [`Error::new`].
    pub fn msg<M>(message: M) -> Error
    where
        M: fmt::Debug + fmt::Display + Send + Sync + 'static,
    {
        Error(anyhow::Error::msg(message))
    }

    /// An error whose type isn't known.
    pub fn from_boxed(error: Box<dyn StdError + Send + Sync + 'static>) -> Error {
        Error(anyhow::Error::from_boxed(error))
    }

    /// The same error, of `anyhow`.
    pub fn from_anyhow(error: anyhow::Error) -> Error {
        Error(error)
    }

    /// Adds what was being done when the error happened.
    ///
    /// Both are found with [`downcast_ref`](Error::downcast_ref) then.
    pub fn context<C>(self, context: C) -> Error
    where
        C: fmt::Display + Send + Sync + 'static,
    {
        Error(self.0.context(context))
    }

    /// The stack of the host's own code where the error was made, if the
    /// environment variable `RUST_BACKTRACE` asks for it. For that of the
    /// WebAssembly code see [`WasmBacktrace`](crate::WasmBacktrace).
    #[cfg(feature = "backtrace")]
    pub fn backtrace(&self) -> &Backtrace {
        self.0.backtrace()
    }

    /// The error and its causes, the outermost first.
    pub fn chain(&self) -> Chain<'_> {
        self.0.chain()
    }

    /// The last in the [`chain`](Error::chain).
    pub fn root_cause(&self) -> &(dyn StdError + 'static) {
        self.0.root_cause()
    }

    /// Whether there is an `E` in the error.
    pub fn is<E>(&self) -> bool
    where
        E: fmt::Display + fmt::Debug + Send + Sync + 'static,
    {
        self.0.is::<E>()
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
        self.0.downcast().map_err(Error)
    }

    /// The `E` in the error.
    pub fn downcast_ref<E>(&self) -> Option<&E>
    where
        E: fmt::Display + fmt::Debug + Send + Sync + 'static,
    {
        self.0.downcast_ref()
    }

    /// The `E` in the error, to be changed.
    pub fn downcast_mut<E>(&mut self) -> Option<&mut E>
    where
        E: fmt::Display + fmt::Debug + Send + Sync + 'static,
    {
        self.0.downcast_mut()
    }

    /// The error as a [`std::error::Error`].
    pub fn into_boxed_dyn_error(self) -> Box<dyn StdError + Send + Sync + 'static> {
        self.0.into_boxed_dyn_error()
    }
}

pub use anyhow::Chain;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Error {
    /// The messages are written as they are, be they of several lines.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            return fmt::Debug::fmt(&self.0, f);
        }
        write!(f, "{}", self.0)?;
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
        error.0
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
        &*self.0
    }
}

impl AsRef<dyn StdError> for Error {
    fn as_ref(&self) -> &(dyn StdError + 'static) {
        self.0.as_ref()
    }
}

impl AsRef<dyn StdError + Send + Sync> for Error {
    fn as_ref(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self.0.as_ref()
    }
}
