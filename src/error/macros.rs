//! The macros that create errors.

/// The items that the macros expand to.
#[doc(hidden)]
pub use anyhow::anyhow;
#[doc(hidden)]
pub use std::result::Result::Err;

/// Creates an [`Error`](crate::Error) from a format string and its arguments, from a
/// [`std::error::Error`], or from anything that can be displayed.
///
/// ```
/// use libwasmtime::{Trap, format_err};
///
/// let name = "run";
/// assert_eq!(format_err!("there is no `{name}`").to_string(), "there is no `run`");
/// assert!(format_err!(Trap::OutOfFuel).is::<Trap>());
/// ```
#[macro_export]
macro_rules! format_err {
    ($($arg:tt)*) => {
        $crate::error::Error::from_anyhow($crate::error::macros::anyhow!($($arg)*))
    };
}

/// Returns an error from the enclosing function. Takes the arguments of
/// [`format_err!`](crate::format_err), which creates the error.
///
/// ```
/// use libwasmtime::{Result, bail};
///
/// fn refuse() -> Result<()> {
///     bail!("refused after {} tries", 3)
/// }
/// assert_eq!(refuse().unwrap_err().to_string(), "refused after 3 tries");
/// ```
#[macro_export]
macro_rules! bail {
    ($($arg:tt)*) => {
        return $crate::error::macros::Err($crate::format_err!($($arg)*))
    };
}

/// Returns an error from the enclosing function unless a condition holds. The arguments
/// after the condition are those of [`format_err!`](crate::format_err).
///
/// ```
/// use libwasmtime::{Result, ensure};
///
/// fn half(x: i32) -> Result<i32> {
///     ensure!(x >= 0);
///     ensure!(x % 2 == 0, "{x} is odd");
///     Ok(x / 2)
/// }
/// assert_eq!(half(3).unwrap_err().to_string(), "3 is odd");
/// assert_eq!(half(-2).unwrap_err().to_string(), "Condition failed: `x >= 0`");
/// ```
#[macro_export]
macro_rules! ensure {
    ($condition:expr $(,)?) => {
        $crate::ensure!(
            $condition,
            $crate::error::Error::msg(concat!("Condition failed: `", stringify!($condition), "`"))
        )
    };
    ($condition:expr, $($arg:tt)*) => {
        if !$condition {
            $crate::bail!($($arg)*);
        }
    };
}
