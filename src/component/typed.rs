//! Rust types that stand for types of components.
//!
//! A type is compared with a component's once, when a function is looked up or linked
//! ([`ComponentType`]). Then values are written into values of the C API ([`Lower`]), and read
//! from them ([`Lift`]), without further comparisons of types. A value is still read by its kind,
//! so what doesn't fit is an error and never undefined.

mod context;
pub mod derived;
mod layout;
mod lists;
mod maps;
mod mismatch;
mod options;
mod pointers;
mod scalars;
#[cfg(test)]
mod tests;
mod text;
mod tuples;

pub(crate) use context::ImportedResources;
pub use context::{InstanceType, LiftContext, LowerContext};
pub use lists::WasmList;
pub use mismatch::{TypeMismatch, unexpected};
pub use text::WasmStr;

use super::types::{ComponentFunc, Type};
use crate::Result;
use crate::vec::component::OwnedComponentVal;

/// A Rust type that stands for a type of components.
///
/// It is derived together with [`Lift`] and [`Lower`]:
///
/// | WIT | Rust |
/// |---|---|
/// | `bool`, `u8`, …, `s64` | `bool`, `u8`, …, `i64` |
/// | `f32`, `f64`, `char` | `f32`, `f64`, `char` |
/// | `string` | `String`, `Box<str>`, `Arc<str>`, and `str` for [`Lower`] |
/// | `list<T>` | `Vec<T>`, `Box<[T]>`, `Arc<[T]>`, and `[T]` for [`Lower`] |
/// | `map<K, V>` | `HashMap<K, V>` |
/// | `tuple<A, B>` | `(A, B)` |
/// | `option<T>` | `Option<T>` |
/// | `result<T, E>` | `Result<T, E>`, with `()` for what is left out |
/// | `record`, `variant`, `enum` | a struct or enum that derives the three traits |
/// | `flags` | a type that `component::flags!` defines |
/// | a resource of the host | [`Resource<T>`](crate::component::Resource) |
/// | any resource | [`ResourceAny`](crate::component::ResourceAny) |
///
/// `&T`, `Box<T>` and `Arc<T>` stand for what `T` does.
///
/// # Safety
///
/// It is implemented by the derive, and by nothing else outside of this crate.
#[diagnostic::on_unimplemented(
    message = "`{Self}` stands for no type of components",
    note = "the documentation of `ComponentType` lists the types that do",
    note = "a struct or an enum does with `#[derive(ComponentType)]` and `#[component(record)]`, \
            `#[component(variant)]` or `#[component(enum)]`"
)]
pub unsafe trait ComponentType: Send + Sync {
    /// The size in bytes of a value in a guest's 32-bit memory.
    #[doc(hidden)]
    const SIZE32: usize;

    /// The alignment in bytes of a value in a guest's 32-bit memory.
    #[doc(hidden)]
    const ALIGN32: u32;

    /// Whether this is `()`, which stands for nothing where a case of a variant or a result can
    /// carry a value.
    #[doc(hidden)]
    const IS_UNIT: bool = false;

    /// Compares the type with one of a component.
    #[doc(hidden)]
    fn typecheck(ty: &Type, cx: &InstanceType<'_>) -> Result<(), TypeMismatch>;
}

/// A Rust type whose values the host passes to a component.
///
/// # Safety
///
/// It is implemented by the derive, and by nothing else outside of this crate.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` can't be passed to a component",
    note = "the documentation of `ComponentType` lists the types that can",
    note = "a struct or an enum can with `#[derive(ComponentType, Lower)]`"
)]
pub unsafe trait Lower: ComponentType {
    /// Makes the C API's value.
    ///
    /// # Errors
    ///
    /// Returns an error if a resource in it can't be passed.
    #[doc(hidden)]
    fn lower(&self, cx: &mut LowerContext<'_>) -> Result<OwnedComponentVal>;

    /// Writes the C API's value over one that owns nothing.
    #[doc(hidden)]
    #[inline]
    fn lower_into(&self, cx: &mut LowerContext<'_>, place: &mut OwnedComponentVal) -> Result<()> {
        *place = self.lower(cx)?;
        Ok(())
    }

    /// Writes the elements of a [`ComponentNamedList`] over as many values that own nothing.
    #[doc(hidden)]
    fn lower_list(&self, cx: &mut LowerContext<'_>, vals: &mut [OwnedComponentVal]) -> Result<()> {
        _ = (cx, vals);
        unreachable!("only a tuple is a list of values")
    }
}

/// A Rust type whose values the host gets from a component.
///
/// # Safety
///
/// It is implemented by the derive, and by nothing else outside of this crate.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` can't come from a component",
    note = "the documentation of `ComponentType` lists the types that can",
    note = "a struct or an enum can with `#[derive(ComponentType, Lift)]`",
    note = "what comes from a component doesn't borrow: use `String` in place of `&str`, and \
            `Vec<T>` in place of `&[T]`"
)]
pub unsafe trait Lift: Sized + ComponentType {
    /// Reads the C API's value.
    ///
    /// # Errors
    ///
    /// Returns an error if a resource in it isn't of the type, or if the value is of another kind
    /// than the type.
    #[doc(hidden)]
    fn lift(cx: &mut LiftContext<'_>, val: &OwnedComponentVal) -> Result<Self>;

    /// Reads the elements of a [`ComponentNamedList`].
    #[doc(hidden)]
    fn lift_list(cx: &mut LiftContext<'_>, vals: &[OwnedComponentVal]) -> Result<Self> {
        _ = (cx, vals);
        unreachable!("only a tuple is a list of values")
    }
}

/// A tuple that stands for the parameters or the results of a function.
///
/// A function has one result at most, which is a tuple of one element here.
///
/// # Safety
///
/// It can't be implemented outside of this crate.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no tuple of parameters or results",
    note = "parameters and results are tuples, even if there is one value: `({Self},)`; for none, \
            they are `()`"
)]
pub unsafe trait ComponentNamedList: ComponentType {
    /// An array with a place for each value.
    #[doc(hidden)]
    type Vals: AsRef<[OwnedComponentVal]> + AsMut<[OwnedComponentVal]> + Send;

    /// Returns places that hold values which own nothing.
    #[doc(hidden)]
    fn vals() -> Self::Vals;

    /// Compares the tuple with the parameters of a function.
    #[doc(hidden)]
    fn typecheck_params(ty: &ComponentFunc, cx: &InstanceType<'_>) -> Result<(), TypeMismatch>;

    /// Compares the tuple with the results of a function.
    #[doc(hidden)]
    fn typecheck_results(ty: &ComponentFunc, cx: &InstanceType<'_>) -> Result<(), TypeMismatch>;
}
