//! Adding context to errors.

use super::{Error, Result};
use std::convert::Infallible;
use std::error::Error as StdError;
use std::fmt::Display;

/// Adds context to the error of a [`Result`], or turns `None` into an error.
///
/// ```
/// use libwasmtime::error::{Context, Result};
///
/// fn port(text: &str) -> Result<u16> {
///     text.parse::<u16>().with_context(|| format!("`{text}` is no port"))
/// }
/// assert_eq!(port("x").unwrap_err().to_string(), "`x` is no port");
/// ```
pub trait Context<T, E>: sealed::Sealed {
    /// Adds `context` to the error; it becomes the error if `self` is `None`.
    ///
    /// # Errors
    ///
    /// Returns an error if `self` is one, or is `None`.
    fn context<C>(self, context: C) -> Result<T>
    where
        C: Display + Send + Sync + 'static;

    /// Adds what `context` returns to the error; it becomes the error if `self` is `None`.
    ///
    /// `context` is called only if there is an error.
    ///
    /// # Errors
    ///
    /// Returns an error if `self` is one, or is `None`.
    fn with_context<C, F>(self, context: F) -> Result<T>
    where
        C: Display + Send + Sync + 'static,
        F: FnOnce() -> C;
}

mod sealed {
    pub trait Sealed {}
    impl<T, E> Sealed for Result<T, E> {}
    impl<T> Sealed for Option<T> {}
}

macro_rules! context {
    ([$($generics:tt)*] $for:ty, $e:ty, $add:ident) => {
        impl<T, $($generics)*> Context<T, $e> for $for {
            fn context<C>(self, context: C) -> Result<T>
            where
                C: Display + Send + Sync + 'static,
            {
                $add(self, || context)
            }

            fn with_context<C, F>(self, context: F) -> Result<T>
            where
                C: Display + Send + Sync + 'static,
                F: FnOnce() -> C,
            {
                $add(self, context)
            }
        }
    };
}

context!([E: StdError + Send + Sync + 'static] Result<T, E>, E, to_result);
context!([] Result<T>, Error, to_result);
context!([] Option<T>, Infallible, to_option);

fn to_result<T, E: Into<Error>, C: Display + Send + Sync + 'static>(
    result: Result<T, E>,
    context: impl FnOnce() -> C,
) -> Result<T> {
    result.map_err(|error| error.into().context(context()))
}

fn to_option<T, C: Display + Send + Sync + 'static>(
    option: Option<T>,
    context: impl FnOnce() -> C,
) -> Result<T> {
    anyhow::Context::with_context(option, context).map_err(Error::from_anyhow)
}
