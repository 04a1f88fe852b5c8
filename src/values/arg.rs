//! What a bound function takes: also what is borrowed from the guest's memory.

use super::{Args, Form, FromWasm, for_each_arity};
use crate::bind::Abi;
use crate::store::StoreOpaque;
use crate::sys::wasmtime_caller_t;
use crate::{Caller, Result, ValType};
use std::ptr::NonNull;

/// A Rust type that can be an argument of a bound function.
///
/// All that is [`FromWasm`] is, and so are types with a lifetime, which stand here with `'static`
/// in its place: `&'static str` for a `&str`. The chapter [`bind`](crate::bind) lists them.
///
/// The conversion has two steps. All arguments are read, which finds out which parts of the
/// guest's memory they borrow. After that the memory is borrowed.
///
/// # Safety
///
/// `read` must read as many values as `valtypes` adds, of these types, and must not run code of the
/// guest. `NEEDS_STORE` must be true
/// if it uses the store or the caller, and `BORROWS` if the argument refers to the guest's
/// memory, for which [`Args::borrow`] must have returned the place.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be an argument of a bound function",
    note = "the chapter `libwasmtime::bind` lists what a bound function may take",
    note = "a reference is one to a `str`, to a slice of numbers or of structs that are passed by \
            pointer, or to an object, whose type has the attribute `host` with the option `object`",
    note = "a type with a lifetime stands here with `'static`, as `&'static str`",
    note = "a function of a block with the attribute `host` that isn't for guests is left out with \
            `#[host(skip)]`"
)]
#[cfg_attr(
    not(feature = "gc"),
    diagnostic::on_unimplemented(
        note = "objects that a guest holds need the Cargo feature `gc` of `libwasmtime`"
    )
)]
pub unsafe trait HostArg<T: 'static> {
    /// The type itself. Where the attribute `host` names an argument by it, the compiler reports
    /// that it can't be one.
    #[doc(hidden)]
    type This;

    /// What the function gets.
    type Arg<'m>;

    /// What is read.
    #[doc(hidden)]
    type Read: Send + 'static;

    /// Whether `read` uses the store.
    #[doc(hidden)]
    const NEEDS_STORE: bool;

    /// Whether the argument refers to the guest's memory.
    #[doc(hidden)]
    const BORROWS: bool = false;

    /// Whether the argument gives access to the store.
    #[doc(hidden)]
    const IS_CALLER: bool = false;

    /// Adds the types of the values.
    #[doc(hidden)]
    fn valtypes(abi: &Abi, types: &mut Vec<ValType>);

    /// Reads the values.
    ///
    /// # Safety
    ///
    /// They must be next in `args`.
    #[doc(hidden)]
    unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<Self::Read>;

    /// Returns the argument.
    ///
    /// # Safety
    ///
    /// `read` must come from `read`, in the callback that is running during `'m`, in a store of
    /// data `T`. If the argument borrows, nothing changes the guest's memory during `'m`, or
    /// reads the parts that are borrowed exclusively. If it is a caller, nothing else uses the
    /// store during `'m`.
    #[doc(hidden)]
    unsafe fn get<'m>(read: &'m mut Self::Read) -> Self::Arg<'m>;
}

/// An argument that was read, until it is taken.
pub type Owned<A> = Option<A>;

// SAFETY: the trait has the same requirements.
#[diagnostic::do_not_recommend]
unsafe impl<T: 'static, A: FromWasm + Send + 'static> HostArg<T> for A {
    type This = A;
    type Arg<'m> = A;
    type Read = Owned<A>;
    const NEEDS_STORE: bool = A::NEEDS_STORE;

    fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
        A::valtypes(abi, types);
    }

    #[inline]
    unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<Owned<A>> {
        // SAFETY: the values are next, as this function requires.
        unsafe { A::read(args) }.map(Some)
    }

    #[inline]
    unsafe fn get(read: &mut Owned<A>) -> A {
        read.take().expect("an argument is taken once")
    }
}

/// A [`HostArg`] of which an `Option` is one as well: null stands for `None`.
///
/// # Safety
///
/// `read_nullable` must do what [`HostArg::read`] requires of `read`, with the same values.
#[diagnostic::on_unimplemented(
    message = "`Option<{Self}>` can't be an argument of a bound function",
    note = "the chapter `libwasmtime::bind` lists what a bound function may take"
)]
pub unsafe trait NullableArg<T: 'static>: HostArg<T> {
    /// Reads the values; `None` if they are null.
    ///
    /// # Errors
    ///
    /// As for [`HostArg::read`], and if an address is null, but the length isn't 0.
    ///
    /// # Safety
    ///
    /// As for [`HostArg::read`].
    unsafe fn read_nullable<F: Form>(args: &mut Args<'_, F>) -> Result<Option<Self::Read>>;
}

macro_rules! nullable {
    ($($ty:ty),*) => {$(
        // SAFETY: the values are those of the argument in the `Option`, and it is read as that.
        unsafe impl<T: 'static, A: ?Sized> HostArg<T> for Option<$ty>
        where
            $ty: NullableArg<T>,
        {
            type This = Self;
            type Arg<'m> = Option<<$ty as HostArg<T>>::Arg<'m>>;
            type Read = Option<<$ty as HostArg<T>>::Read>;
            const NEEDS_STORE: bool = <$ty as HostArg<T>>::NEEDS_STORE;
            const BORROWS: bool = <$ty as HostArg<T>>::BORROWS;

            fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
                <$ty as HostArg<T>>::valtypes(abi, types);
            }

            #[inline]
            unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<Self::Read> {
                // SAFETY: the values are next, as this function requires.
                unsafe { <$ty as NullableArg<T>>::read_nullable(args) }
            }

            #[inline]
            unsafe fn get<'m>(read: &'m mut Self::Read) -> Self::Arg<'m> {
                let get = |read| {
                    // SAFETY: this function requires what that of the argument requires.
                    unsafe { <$ty as HostArg<T>>::get(read) }
                };
                read.as_mut().map(get)
            }
        }
    )*};
}

nullable!(&'static A, &'static mut A);

/// A pointer that is used where the callback is running.
pub struct Place<P: ?Sized>(pub(super) NonNull<P>);

// SAFETY: what it points to is used as the `get` of the argument says, and is an element or a
// string of the guest's memory, or the caller, which may be sent if the store's data may, which
// asynchronous functions require.
unsafe impl<P: ?Sized> Send for Place<P> {}

impl<P> Place<P> {
    #[inline]
    pub(crate) fn new(place: NonNull<P>) -> Place<P> {
        Place(place)
    }

    /// Returns a reference to it.
    ///
    /// # Safety
    ///
    /// It must be valid, and nothing may change it meanwhile.
    #[inline]
    pub unsafe fn as_ref(&self) -> &P {
        // SAFETY: it is valid, as this function requires.
        unsafe { self.0.as_ref() }
    }

    /// Returns an exclusive reference to it.
    ///
    /// # Safety
    ///
    /// It must be valid, and nothing else may use it meanwhile.
    #[inline]
    pub unsafe fn as_mut(&mut self) -> &mut P {
        // SAFETY: it is valid and not used otherwise, as this function requires.
        unsafe { self.0.as_mut() }
    }
}

/// What a [`Caller`] is created from: its store and itself.
pub struct CallerPlace(Place<StoreOpaque>, Place<wasmtime_caller_t>);

// SAFETY: no value is read. The store is needed.
unsafe impl<T: 'static> HostArg<T> for Caller<'static, T> {
    type This = Self;
    type Arg<'m> = Caller<'m, T>;
    type Read = CallerPlace;
    const NEEDS_STORE: bool = true;
    const IS_CALLER: bool = true;

    fn valtypes(_: &Abi, _: &mut Vec<ValType>) {}

    #[inline]
    unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<CallerPlace> {
        let caller = args.guest().caller();
        let store = NonNull::from(args.guest().store());
        Ok(CallerPlace(Place(store), Place(caller)))
    }

    #[inline]
    unsafe fn get(read: &mut CallerPlace) -> Caller<'_, T> {
        // SAFETY: the callback is running during `'m`, in a store of data `T`, which nothing else
        // uses, as this function requires.
        unsafe { Caller::new(read.0.0, read.1.0) }
    }
}

/// The arguments of a bound function: a tuple of up to 17 [`HostArg`].
///
/// # Safety
///
/// As for [`HostArg`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the arguments of a bound function",
    note = "the arguments are a tuple of up to 17, also if there is only one: `({Self},)`"
)]
pub unsafe trait HostArgs<T: 'static> {
    /// What the function gets.
    type Args<'m>;

    /// What is read.
    #[doc(hidden)]
    type Read: Send + 'static;

    /// Whether `read` uses the store.
    #[doc(hidden)]
    const NEEDS_STORE: bool;

    /// Whether one of them is [`HostArg::BORROWS`].
    #[doc(hidden)]
    const BORROWS: bool;

    /// Whether one of them is [`HostArg::IS_CALLER`].
    #[doc(hidden)]
    const HAS_CALLER: bool;

    /// Adds the types of the values.
    #[doc(hidden)]
    fn valtypes(abi: &Abi, types: &mut Vec<ValType>);

    /// Reads the values.
    ///
    /// # Errors
    ///
    /// Returns an error that names the argument.
    ///
    /// # Safety
    ///
    /// They must be next in `args`.
    #[doc(hidden)]
    unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<Self::Read>;

    /// Returns the arguments.
    ///
    /// # Safety
    ///
    /// As for [`HostArg::get`].
    #[doc(hidden)]
    unsafe fn get<'m>(read: &'m mut Self::Read) -> Self::Args<'m>;
}

macro_rules! tuples {
    ($n:literal $($t:ident)*) => {
        // SAFETY: the arguments are read one after the other.
        #[allow(non_snake_case, reason = "the type parameters name the values as well")]
        #[allow(unused_variables, unused_mut, unused_assignments, clippy::unused_unit, reason = "the empty tuple")]
        unsafe impl<T: 'static, $($t: HostArg<T>),*> HostArgs<T> for ($($t,)*) {
            type Args<'m> = ($($t::Arg<'m>,)*);
            type Read = ($($t::Read,)*);
            const NEEDS_STORE: bool = false $(|| <$t as HostArg<T>>::NEEDS_STORE)*;
            const BORROWS: bool = false $(|| <$t as HostArg<T>>::BORROWS)*;
            const HAS_CALLER: bool = {
                let callers = 0 $(+ <$t as HostArg<T>>::IS_CALLER as u32)*;
                assert!(callers <= 1, "a function takes one `Caller` at most");
                callers > 0
            };

            fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
                $(<$t as HostArg<T>>::valtypes(abi, types);)*
            }

            #[inline]
            unsafe fn read<V: Form>(args: &mut Args<'_, V>) -> Result<Self::Read> {
                let mut number = 0;
                $(
                    number += 1;
                    // SAFETY: the values are next, as this function requires.
                    let $t = match unsafe { <$t as HostArg<T>>::read(args) } {
                        Ok(read) => read,
                        Err(error) => return Err(args.guest().about_argument(number, error)),
                    };
                )*
                Ok(($($t,)*))
            }

            #[inline]
            unsafe fn get<'m>(read: &'m mut Self::Read) -> Self::Args<'m> {
                let ($($t,)*) = read;
                // SAFETY: this function requires what `HostArg::get` requires.
                ($(unsafe { <$t as HostArg<T>>::get($t) },)*)
            }
        }
    };
}

for_each_arity!(tuples);
