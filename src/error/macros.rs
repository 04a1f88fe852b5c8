//! The macros that make errors.

/// What the macros refer to.
#[doc(hidden)]
pub use anyhow::anyhow;
#[doc(hidden)]
pub use std::result::Result::Err;

/// Makes an [`Error`](crate::Error) of a format string and its arguments, of an
/// error, or of anything that can be shown.
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

/// Returns an error from the function; it is made as by
/// [`format_err!`](crate::format_err).
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

/// Returns an error from the function unless a condition holds. What comes after
/// the condition is as for [`format_err!`](crate::format_err).
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
