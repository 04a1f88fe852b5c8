//! Bound functions and methods, as closures behind callbacks.

use super::{Abi, Receiver, ReceiverMut, Site};
use crate::func::HostClosure;
use crate::values::{Args, Form, HostArgs};
use crate::{Result, ValType, WasmRet};
use std::marker::PhantomData;

/// Marks the parameters of a bound function, after its receiver's.
pub(super) struct Bound<P>(PhantomData<P>);

/// A method that takes `&self`.
pub(super) struct BoundMethod<V, F> {
    receiver: V,
    func: F,
    site: Site,
}

/// A method that takes `&mut self`.
pub(super) struct BoundMethodMut<V, F> {
    receiver: V,
    func: F,
    site: Site,
}

/// Compiles only if a function of these arguments never has two ways to the same thing.
pub(super) const fn assert_apart<T: 'static, P: HostArgs<T>>(is_in_store: bool) {
    assert!(
        !(P::HAS_CALLER && P::BORROWS),
        "a bound function can't take a `Caller` beside a string, slice or struct that is borrowed \
         from the guest's memory, which the caller might change: take a `String`, a `Vec` or the \
         struct by value, which is a copy, or write through the memory that `caller.get_export` \
         returns"
    );
    assert!(
        !(P::HAS_CALLER && is_in_store),
        "a bound method can't take a `Caller` beside a receiver in the store's data, to which the \
         caller gives access: define a function without a receiver, and use `caller.data_mut()`"
    );
}

/// The type of a receiver of `V`.
macro_rules! receiver_type {
    (get $($m:lifetime)? $v:ident) => { &$($m)? $v::Target };
    (get_mut $($m:lifetime)? $v:ident) => { &$($m)? mut $v::Target };
}
#[cfg(feature = "async")]
pub(super) use receiver_type;

macro_rules! methods {
    ($($name:ident: $receiver:ident, $get:ident;)*) => {$(
        impl<V, F> $name<V, F> {
            pub(super) fn new(receiver: V, func: F, site: Site) -> Self {
                $name { receiver, func, site }
            }
        }

        // SAFETY: the receiver and the arguments are read one after the other.
        unsafe impl<T, V, P, R, F> HostClosure<T, Bound<P>, R> for $name<V, F>
        where
            T: 'static,
            V: $receiver<T>,
            P: HostArgs<T>,
            R: WasmRet,
            F: Fn(receiver_type!($get V), P::Args<'_>) -> R,
        {
            const NEEDS_STORE: bool = V::NEEDS_STORE || P::NEEDS_STORE;

            fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
                V::valtypes(abi, types);
                P::valtypes(abi, types);
            }

            #[inline]
            fn site(&self) -> &Site {
                &self.site
            }

            #[inline]
            unsafe fn call<C: Form>(&self, args: &mut Args<'_, C>) -> Result<R> {
                const { assert_apart::<T, P>(V::IN_STORE) };
                let explain = |error| self.site.explain(error);
                // SAFETY: the receiver and the arguments are next, as this function requires.
                // Until the method has returned, nothing else uses the store, whose data is
                // a `T`. Either the receiver is apart from the data, or the arguments give no
                // access to it.
                unsafe {
                    let mut receiver = V::read(args).map_err(explain)?;
                    let mut read = P::read(args).map_err(explain)?;
                    let data = match V::IN_STORE {
                        true => Some(args.data()),
                        false => None,
                    };
                    let receiver = self.receiver.$get(&mut receiver, data).map_err(explain)?;
                    Ok((self.func)(receiver, P::get(&mut read)))
                }
            }
        }
    )*};
}

methods! {
    BoundMethod: Receiver, get;
    BoundMethodMut: ReceiverMut, get_mut;
}
