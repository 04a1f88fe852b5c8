//! Numbers that are constants of a module of the host.

use crate::bind::Abi;
use crate::{Result, V128, Val};

/// A Rust type whose values can be constants of a module of the host.
///
/// A constant is a global of the type that an argument of the Rust type has: a `u32`, a `bool` and
/// a `char` are an `i32`, for instance. `#[derive(HostValue)]` implements it for an enum.
///
/// A [`Val`] can be one as well, if it is a number.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a constant of a module of the host",
    label = "expected a number",
    note = "a constant is an integer of up to 64 bits, an `f32`, an `f64`, a `V128`, a `bool`, a \
            `char`, or an enum with `#[derive(HostValue)]`",
    note = "the attribute `host` leaves out a constant with `#[host(skip)]`; a function can return \
            what isn't a number"
)]
pub trait Constant {
    /// Returns the value of the global.
    ///
    /// # Errors
    ///
    /// Returns an error if the value doesn't fit into a pointer of the guest.
    #[doc(hidden)]
    fn into_val(self, abi: &Abi) -> Result<Val>;
}

/// Implements it for types that stand for a number of WebAssembly.
macro_rules! constants {
    ($($ty:ident: $value:ident => $val:expr;)*) => {$(
        impl Constant for $ty {
            fn into_val(self, _: &Abi) -> Result<Val> {
                let $value = self;
                Ok($val)
            }
        }
    )*};
}

constants! {
    Val: val => val;
    i32: number => number.into();
    u32: number => Val::I32(number as i32);
    i64: number => number.into();
    u64: number => Val::I64(number as i64);
    f32: number => number.into();
    f64: number => number.into();
    u128: number => number.into();
    V128: vector => vector.into();
}
