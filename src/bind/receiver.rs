//! Receivers: where the `self` of a bound method comes from.

use super::Abi;
use crate::values::{Args, Form};
use crate::{Result, ValType};
use std::marker::PhantomData;
use std::sync::Arc;

/// Where the `self` of a bound method comes from, in stores of data `T`.
///
/// # Safety
///
/// `read` must read as many values as `valtypes` adds, of these types.
#[diagnostic::on_unimplemented(
    message = "a method that takes `&self` can't be bound to the receiver `{Self}`",
    note = "`Linker::host_functions` and `NoReceiver` are for functions without `self`: bind methods \
            by `Linker::host`, with a closure that returns a part of the store's data, by \
            `Linker::host_shared`, with an `Arc`, or, if guests hold the objects, by \
            `Linker::host_objects`"
)]
pub unsafe trait Receiver<T: 'static>: Clone + Send + Sync + 'static {
    /// The type of `self`.
    type Target: ?Sized + 'static;

    /// What is read of the arguments.
    #[doc(hidden)]
    type Read: Send + 'static;

    /// Whether it is a part of the store's data.
    #[doc(hidden)]
    const IN_STORE: bool;

    /// Whether the conversion uses the store.
    #[doc(hidden)]
    const NEEDS_STORE: bool;

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

    /// Returns the receiver. There is `data` if it is a part of the store's data.
    ///
    /// # Errors
    ///
    /// Returns an error if the receiver is borrowed exclusively.
    #[doc(hidden)]
    fn get<'m>(
        &'m self,
        read: &'m mut Self::Read,
        data: Option<&'m mut T>,
    ) -> Result<&'m Self::Target>;
}

/// A [`Receiver`] that can be borrowed exclusively, for methods that take `&mut self`.
///
/// # Safety
///
/// As for [`Receiver`].
#[diagnostic::on_unimplemented(
    message = "a method that takes `&mut self` can't be bound to the receiver `{Self}`",
    note = "`Linker::host` binds it, with a closure that returns a part of the store's data, and \
            `Linker::host_objects`, if guests hold the objects",
    note = "the methods of a receiver that stores share, by `Linker::host_shared`, take `&self`: use \
            a `Mutex` or an atomic number for what they change"
)]
pub unsafe trait ReceiverMut<T: 'static>: Receiver<T> {
    /// Returns the receiver, as [`Receiver::get`] does.
    ///
    /// # Errors
    ///
    /// Returns an error if the receiver is borrowed.
    #[doc(hidden)]
    fn get_mut<'m>(
        &'m self,
        read: &'m mut Self::Read,
        data: Option<&'m mut T>,
    ) -> Result<&'m mut Self::Target>;
}

/// A [`Receiver`] that is no part of the store's data, so that its methods may take a
/// [`Caller`](crate::Caller) as well.
#[diagnostic::on_unimplemented(
    message = "a method that takes both `self` and a `Caller` can't be bound to the receiver \
               `{Self}`",
    note = "the `Caller` gives access to the store's data, of which the receiver is a part: leave \
            out `self`, and use `caller.data_mut()`"
)]
pub trait DetachedReceiver<T: 'static>: Receiver<T> {}

/// The items of a receiver that takes no values.
macro_rules! reads_nothing {
    () => {
        type Read = ();

        fn valtypes(_: &Abi, _: &mut Vec<ValType>) {}

        #[inline]
        unsafe fn read<F: Form>(_: &mut Args<'_, F>) -> Result<()> {
            Ok(())
        }
    };
}

/// A receiver that is a part of the store's data.
pub struct InStore<H: ?Sized, G> {
    get: G,
    receiver: PhantomData<fn() -> Box<H>>,
}

impl<H: ?Sized, G> InStore<H, G> {
    /// Creates a receiver from the function that returns that part of the data.
    pub fn new<T>(get: G) -> InStore<H, G>
    where
        G: Fn(&mut T) -> &mut H + Clone + Send + Sync + 'static,
    {
        InStore {
            get,
            receiver: PhantomData,
        }
    }
}

impl<H: ?Sized, G: Clone> Clone for InStore<H, G> {
    fn clone(&self) -> Self {
        InStore {
            get: self.get.clone(),
            receiver: PhantomData,
        }
    }
}

/// The store's data is there for each receiver in it.
const DATA: &str = "a receiver in the store gets the store's data";

// SAFETY: no values are read.
unsafe impl<T: 'static, H, G> Receiver<T> for InStore<H, G>
where
    H: ?Sized + 'static,
    G: Fn(&mut T) -> &mut H + Clone + Send + Sync + 'static,
{
    type Target = H;
    const IN_STORE: bool = true;
    const NEEDS_STORE: bool = true;

    reads_nothing!();

    #[inline]
    fn get<'m>(&'m self, (): &'m mut (), data: Option<&'m mut T>) -> Result<&'m H> {
        Ok((self.get)(data.expect(DATA)))
    }
}

// SAFETY: no values are read.
unsafe impl<T: 'static, H, G> ReceiverMut<T> for InStore<H, G>
where
    H: ?Sized + 'static,
    G: Fn(&mut T) -> &mut H + Clone + Send + Sync + 'static,
{
    #[inline]
    fn get_mut<'m>(&'m self, (): &'m mut (), data: Option<&'m mut T>) -> Result<&'m mut H> {
        Ok((self.get)(data.expect(DATA)))
    }
}

/// A receiver that all stores share, whose methods take `&self`.
pub struct Shared<H: ?Sized>(Arc<H>);

impl<H: ?Sized> Shared<H> {
    /// Creates a receiver.
    pub fn new(receiver: Arc<H>) -> Shared<H> {
        Shared(receiver)
    }
}

impl<H: ?Sized> Clone for Shared<H> {
    fn clone(&self) -> Self {
        Shared(self.0.clone())
    }
}

// SAFETY: no values are read.
unsafe impl<T: 'static, H: ?Sized + Send + Sync + 'static> Receiver<T> for Shared<H> {
    type Target = H;
    const IN_STORE: bool = false;
    const NEEDS_STORE: bool = false;

    reads_nothing!();

    #[inline]
    fn get<'m>(&'m self, (): &'m mut (), _: Option<&'m mut T>) -> Result<&'m H> {
        Ok(&self.0)
    }
}

impl<T: 'static, H: ?Sized + Send + Sync + 'static> DetachedReceiver<T> for Shared<H> {}

/// No receiver, for functions that have none.
#[derive(Clone, Copy, Debug)]
pub struct NoReceiver;

/// The receiver that a function has in place of one, as methods and functions are bound by the
/// same code.
#[derive(Clone, Copy)]
pub(super) struct Unit;

// SAFETY: no values are read.
unsafe impl<T: 'static> Receiver<T> for Unit {
    type Target = ();
    const IN_STORE: bool = false;
    const NEEDS_STORE: bool = false;

    reads_nothing!();

    #[inline]
    fn get<'m>(&'m self, read: &'m mut (), _: Option<&'m mut T>) -> Result<&'m ()> {
        Ok(read)
    }
}
