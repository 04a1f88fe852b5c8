//! Receivers that the guest holds.

use super::{
    Abi, DetachedReceiver, GuestHeld, NoReceiver, Object, ObjectBorrow, ObjectBorrowMut, Receiver,
    ReceiverMut,
};
use crate::values::{Args, Form, FromWasm};
use crate::{Error, Result, ValType};
use std::marker::PhantomData;

/// A receiver that the guest holds, in an `externref` of an [`Object`].
///
/// A method takes the `externref` as its first argument, and borrows the object while it runs.
/// A call that isn't given an object of this type, or can't borrow it, fails.
pub struct Held<H: ?Sized>(PhantomData<fn() -> Box<H>>);

impl<H: ?Sized> Held<H> {
    /// Creates a receiver.
    pub fn new() -> Held<H>
    where
        H: GuestHeld,
    {
        Held(PhantomData)
    }
}

impl<H: GuestHeld + ?Sized> Default for Held<H> {
    fn default() -> Self {
        Held::new()
    }
}

impl<H: ?Sized> Clone for Held<H> {
    fn clone(&self) -> Self {
        Held(PhantomData)
    }
}

/// A receiver of the methods of objects, or none.
#[diagnostic::on_unimplemented(
    message = "the functions of objects that guests hold can't be bound to the receiver `{Self}`",
    note = "the option `object` of the attribute `host` makes guests hold the receiver: call \
            `Linker::host_objects`, or leave out the option"
)]
pub trait ObjectReceiver {}

impl<H: ?Sized> ObjectReceiver for Held<H> {}

impl ObjectReceiver for NoReceiver {}

/// The object of a method, until the method has returned.
pub struct HeldObject<H: ?Sized> {
    /// The object, until it is borrowed.
    passed: Option<Object<H>>,
    shared: Option<ObjectBorrow<H>>,
    exclusive: Option<ObjectBorrowMut<H>>,
}

impl<H: ?Sized> HeldObject<H> {
    #[inline]
    fn take(&mut self) -> Object<H> {
        self.passed
            .take()
            .expect("a method borrows its receiver once")
    }
}

/// Adds to an error that it is about the receiver.
#[cold]
fn about_receiver(error: impl Into<Error>) -> Error {
    error.into().context("the receiver")
}

// SAFETY: an `Object` is read, of whose types.
unsafe impl<T: 'static, H: GuestHeld + ?Sized> Receiver<T> for Held<H> {
    type Target = H;
    type Read = HeldObject<H>;
    const IN_STORE: bool = false;
    const NEEDS_STORE: bool = true;

    fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
        <Object<H> as FromWasm>::valtypes(abi, types);
    }

    #[inline]
    unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<HeldObject<H>> {
        // SAFETY: the values are next, as this function requires.
        let object = unsafe { <Object<H> as FromWasm>::read(args) }.map_err(about_receiver)?;
        Ok(HeldObject {
            passed: Some(object),
            shared: None,
            exclusive: None,
        })
    }

    #[inline]
    fn get<'m>(&'m self, read: &'m mut HeldObject<H>, _: Option<&'m mut T>) -> Result<&'m H> {
        let borrow = read.take().into_borrow().map_err(about_receiver)?;
        Ok(read.shared.insert(borrow))
    }
}

// SAFETY: an `Object` is read, of whose types.
unsafe impl<T: 'static, H: GuestHeld + ?Sized> ReceiverMut<T> for Held<H> {
    #[inline]
    fn get_mut<'m>(
        &'m self,
        read: &'m mut HeldObject<H>,
        _: Option<&'m mut T>,
    ) -> Result<&'m mut H> {
        let borrow = read.take().into_borrow_mut().map_err(about_receiver)?;
        Ok(read.exclusive.insert(borrow))
    }
}

impl<T: 'static, H: GuestHeld + ?Sized> DetachedReceiver<T> for Held<H> {}
