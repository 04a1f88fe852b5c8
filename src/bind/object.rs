//! Rust objects that a guest holds, in an `externref`.

use crate::callback;
use crate::error::format_err;
use crate::gc::Rooted;
use crate::store::StoreOpaque;
use crate::{AsContext, AsContextMut, Error, ExternRef, OwnedRooted, Result, RootScope};
use std::any::{Any, type_name};
use std::cell::UnsafeCell;
use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A type whose values a guest can hold: any that is `Send`, `Sync` and `'static`, also a trait
/// object.
///
/// No type is without the feature `gc`.
#[cfg_attr(
    feature = "gc",
    diagnostic::on_unimplemented(
        message = "a guest can't hold values of the type `{Self}`",
        note = "a guest can hold what is `Send`, `Sync` and `'static`, as its store may move to \
                another thread"
    )
)]
#[cfg_attr(
    not(feature = "gc"),
    diagnostic::on_unimplemented(
        message = "a guest can't hold values of the type `{Self}` without the Cargo feature `gc` of \
                   `libwasmtime`",
        note = "objects that a guest holds are references, which need `gc`"
    )
)]
pub trait GuestHeld: Send + Sync + 'static {}

#[cfg(feature = "gc")]
impl<H: ?Sized + Send + Sync + 'static> GuestHeld for H {}

/// A type that may be borrowed in the arguments of a bound function, as `&H` or `&mut H`, where
/// the guest passes an [`Object`] of it.
///
/// The attribute `host` implements it for the type of an `impl` block with the option `object`.
#[diagnostic::on_unimplemented(
    message = "guests hold no objects of the type `{Self}`",
    note = "the option `object` of the attribute `host` on the `impl` block of the type makes them \
            its objects"
)]
pub trait HostObject: GuestHeld {}

/// The value, and whether it is borrowed.
struct ObjectCell<H: ?Sized> {
    /// How many shared borrows there are, or [`EXCLUSIVE`].
    borrows: AtomicUsize,
    value: UnsafeCell<ManuallyDrop<Box<H>>>,
}

/// There is an exclusive borrow.
const EXCLUSIVE: usize = usize::MAX;

// SAFETY: threads that share it get shared borrows of the value, for which that is `Sync`, or
// an exclusive one, for which it is `Send`. `borrows` keeps them apart.
unsafe impl<H: ?Sized + Send + Sync> Sync for ObjectCell<H> {}

impl<H: ?Sized> Drop for ObjectCell<H> {
    fn drop(&mut self) {
        // SAFETY: this is the only place that takes the value, and it runs once.
        let value = unsafe { ManuallyDrop::take(self.value.get_mut()) };
        // A second panic would end the process.
        match std::thread::panicking() {
            true => callback::discard(value),
            false => drop(value),
        }
    }
}

/// A Rust value that a guest can hold, in an `externref`.
///
/// A host function that returns one creates an `externref`, and one that takes one gets it out
/// of the `externref` that the guest passes. With [`Held`](super::Held) as receiver, methods are
/// bound that take it as their first argument. The value is dropped once, when it is held by no
/// guest any more, of which the collector or the end of the store tells, and all clones of the
/// `Object` and all borrows are dropped.
///
/// `H` may be a trait object: `Object::<dyn Shape>::from(Box::new(circle) as Box<dyn Shape>)`.
///
/// It is a handle, whose clones refer to the same value. It is `Send` and `Sync`, and so are
/// borrows of it; whether the value is borrowed is found out atomically. A borrow that is not
/// possible is an error, and waits for nothing. After a panic in the code that borrows the value,
/// it can be borrowed again.
///
/// A value that contains a clone of its own `Object` is never dropped. A long chain of values, each
/// of which contains the `Object` of the next, overflows the stack when it is dropped, as that of
/// boxes does: a guest that chooses what an object contains can make one. In place of either, keep
/// an [`ObjectRef`].
///
/// # Examples
///
#[doc = example!(gc, wat)]
/// use libwasmtime::bind::{Held, Object};
/// use libwasmtime::{Engine, Linker, Module, Result, Store};
///
/// struct Counter {
///     total: i64,
/// }
///
/// let engine = Engine::default();
/// let mut linker = Linker::<()>::new(&engine);
/// linker
///     .host_module("counter", Held::<Counter>::new())
///     .func::<(i64,), _>("new", |(total,)| Object::new(Counter { total }))?
///     .method_mut::<(i64,), _>("add", |counter, (n,)| counter.total += n)?
///     .method::<(), _>("total", |counter, ()| counter.total)?;
///
/// let module = Module::new(&engine, r#"
///     (module
///         (import "counter" "new" (func $new (param i64) (result externref)))
///         (import "counter" "add" (func $add (param externref i64)))
///         (import "counter" "total" (func $total (param externref) (result i64)))
///         (func (export "run") (result i64)
///             (local $counter externref)
///             (local.set $counter (call $new (i64.const 40)))
///             (call $add (local.get $counter) (i64.const 2))
///             (call $total (local.get $counter))))
/// "#)?;
/// let mut store = Store::new(&engine, ());
/// let instance = linker.instantiate(&mut store, &module)?;
/// let run = instance.get_typed_func::<(), i64>(&mut store, "run")?;
/// assert_eq!(run.call(&mut store, ())?, 42);
/// # Ok::<(), libwasmtime::Error>(())
/// ```
pub struct Object<H: ?Sized> {
    cell: Arc<ObjectCell<H>>,
}

/// What an `externref` of an [`Object`] holds.
struct AnyObject {
    type_name: &'static str,
    /// An `ObjectCell`.
    cell: Arc<dyn Any + Send + Sync>,
}

impl AnyObject {
    /// Returns the object if it is of this type.
    #[inline]
    fn get<H: GuestHeld + ?Sized>(&self) -> Option<Object<H>> {
        let cell = Arc::clone(&self.cell).downcast().ok()?;
        Some(Object { cell })
    }
}

/// Returns the error of a reference whose data aren't an object of this type.
#[cold]
fn wrong_type<H: ?Sized>(data: Option<&(dyn Any + Send + Sync)>) -> Error {
    let expected = type_name::<H>();
    let found = match data.map(|data| data.downcast_ref::<AnyObject>()) {
        None => "an object of WebAssembly",
        Some(None) => "a value of the host that isn't an `Object`",
        Some(Some(AnyObject { type_name, .. })) => {
            return format_err!(
                "expected an object of type `{expected}`, found one of type `{type_name}`"
            );
        }
    };
    format_err!("expected an object of type `{expected}`, found {found}")
}

impl<H: GuestHeld> Object<H> {
    /// Creates an object.
    pub fn new(value: H) -> Object<H> {
        Object::from(Box::new(value))
    }
}

impl<H: GuestHeld + ?Sized> From<Box<H>> for Object<H> {
    fn from(value: Box<H>) -> Object<H> {
        let cell = ObjectCell {
            borrows: AtomicUsize::new(0),
            value: UnsafeCell::new(ManuallyDrop::new(value)),
        };
        Object {
            cell: Arc::new(cell),
        }
    }
}

impl<H: GuestHeld + ?Sized> Object<H> {
    /// Borrows the value.
    ///
    /// # Errors
    ///
    /// Returns an error if it is borrowed exclusively.
    pub fn try_borrow(&self) -> Result<ObjectBorrow<H>, ObjectBorrowError> {
        self.clone().into_borrow()
    }

    /// Borrows the value exclusively.
    ///
    /// # Errors
    ///
    /// Returns an error if it is borrowed.
    pub fn try_borrow_mut(&self) -> Result<ObjectBorrowMut<H>, ObjectBorrowError> {
        self.clone().into_borrow_mut()
    }

    /// Borrows the value as [`Object::try_borrow`] does.
    #[inline]
    pub(crate) fn into_borrow(self) -> Result<ObjectBorrow<H>, ObjectBorrowError> {
        let next = |count: usize| (count < EXCLUSIVE - 1).then(|| count + 1);
        let borrows = &self.cell.borrows;
        match borrows.fetch_update(Ordering::Acquire, Ordering::Relaxed, next) {
            Ok(_) => Ok(ObjectBorrow { object: self }),
            Err(count) => Err(ObjectBorrowError::new::<H>(count)),
        }
    }

    /// Borrows the value as [`Object::try_borrow_mut`] does.
    #[inline]
    pub(crate) fn into_borrow_mut(self) -> Result<ObjectBorrowMut<H>, ObjectBorrowError> {
        let borrows = &self.cell.borrows;
        match borrows.compare_exchange(0, EXCLUSIVE, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) => Ok(ObjectBorrowMut { object: self }),
            Err(count) => Err(ObjectBorrowError::new::<H>(count)),
        }
    }

    /// Reports whether both are handles of the same value.
    pub fn ptr_eq(a: &Object<H>, b: &Object<H>) -> bool {
        Arc::ptr_eq(&a.cell, &b.cell)
    }

    /// Creates an `externref` that holds the object, to pass it to a guest.
    ///
    /// Each call creates another reference to the same value, which guests and
    /// [`Rooted::ref_eq`] can tell apart. An [`ObjectRef`] keeps the reference as well.
    ///
    /// # Errors
    ///
    /// As for [`ExternRef::new`].
    pub fn to_externref(&self, mut store: impl AsContextMut) -> Result<Rooted<ExternRef>> {
        self.clone()
            .into_externref(store.as_context_mut().opaque_mut())
    }

    /// Creates an `externref` as [`Object::to_externref`] does.
    pub(crate) fn into_externref(self, store: &mut StoreOpaque) -> Result<Rooted<ExternRef>> {
        let object = AnyObject {
            type_name: type_name::<H>(),
            cell: self.cell,
        };
        ExternRef::new_in(store, object)
    }

    /// Returns the object that an `externref` holds.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - it holds none, or one of another type;
    /// - it has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub fn from_externref(store: impl AsContext, reference: &ExternRef) -> Result<Object<H>> {
        Object::find(reference.data_in(store.as_context().opaque())?)
    }

    /// Returns the object that the data of an `externref` are.
    ///
    /// # Errors
    ///
    /// Returns an error if they are none, or one of another type.
    #[inline]
    pub(crate) fn find(data: Option<&(dyn Any + Send + Sync)>) -> Result<Object<H>> {
        let object = data.and_then(|data| data.downcast_ref::<AnyObject>());
        match object.and_then(AnyObject::get) {
            Some(object) => Ok(object),
            None => Err(wrong_type::<H>(data)),
        }
    }
}

impl<H: ?Sized> Clone for Object<H> {
    fn clone(&self) -> Self {
        Object {
            cell: Arc::clone(&self.cell),
        }
    }
}

impl<H: ?Sized> fmt::Debug for Object<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Object");
        out.field("type", &type_name::<H>())
            .field("value", &Arc::as_ptr(&self.cell));
        out.finish()
    }
}

/// The value of an [`Object`], borrowed.
///
/// It keeps the value alive, also if the guest doesn't hold the object any more.
pub struct ObjectBorrow<H: ?Sized> {
    object: Object<H>,
}

impl<H: ?Sized> Deref for ObjectBorrow<H> {
    type Target = H;

    #[inline]
    fn deref(&self) -> &H {
        // SAFETY: this is one of the shared borrows that `borrows` counts, so there is no
        // exclusive one while `self` exists.
        unsafe { &*self.object.cell.value.get() }
    }
}

impl<H: ?Sized> Drop for ObjectBorrow<H> {
    #[inline]
    fn drop(&mut self) {
        self.object.cell.borrows.fetch_sub(1, Ordering::Release);
    }
}

/// The value of an [`Object`], borrowed exclusively.
///
/// It keeps the value alive, also if the guest doesn't hold the object any more.
pub struct ObjectBorrowMut<H: ?Sized> {
    object: Object<H>,
}

impl<H: ?Sized> Deref for ObjectBorrowMut<H> {
    type Target = H;

    #[inline]
    fn deref(&self) -> &H {
        // SAFETY: this is the only borrow, as `borrows` says, and is itself borrowed.
        unsafe { &*self.object.cell.value.get() }
    }
}

impl<H: ?Sized> DerefMut for ObjectBorrowMut<H> {
    #[inline]
    fn deref_mut(&mut self) -> &mut H {
        // SAFETY: this is the only borrow, as `borrows` says, and is itself borrowed exclusively.
        unsafe { &mut *self.object.cell.value.get() }
    }
}

impl<H: ?Sized> Drop for ObjectBorrowMut<H> {
    #[inline]
    fn drop(&mut self) {
        self.object.cell.borrows.store(0, Ordering::Release);
    }
}

/// The error of borrowing an [`Object`] that is borrowed already.
///
/// A call that re-enters the host while a method of the object is running fails with it, as does
/// one that gets the same object twice, once to change it.
#[derive(Clone, Debug)]
pub struct ObjectBorrowError {
    type_name: &'static str,
    is_exclusive: bool,
}

impl ObjectBorrowError {
    #[cold]
    fn new<H: ?Sized>(borrows: usize) -> ObjectBorrowError {
        ObjectBorrowError {
            type_name: type_name::<H>(),
            is_exclusive: borrows == EXCLUSIVE,
        }
    }
}

impl fmt::Display for ObjectBorrowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ObjectBorrowError { type_name, .. } = self;
        match self.is_exclusive {
            true => write!(
                f,
                "expected an object of type `{type_name}` that can be borrowed, found one that is \
                 borrowed exclusively, by a method with `&mut self` that is running, by another \
                 argument of this call, or by an `ObjectBorrowMut`: use it when that has ended, or \
                 take `&self` and change what is in a `Mutex`"
            ),
            false => write!(
                f,
                "expected an object of type `{type_name}` that can be borrowed exclusively, found \
                 one that is borrowed, by a method with `&self` that is running, by another \
                 argument of this call, or by an `ObjectBorrow`: change it when that has ended"
            ),
        }
    }
}

impl std::error::Error for ObjectBorrowError {}

/// The `externref` by which a guest holds an [`Object`], kept by the host.
///
/// The object stays alive until this and its clones are dropped, or the store is. Passed back to
/// the guest, it is the same reference again. It is an argument and a result of host functions.
///
/// It is `Send` and `Sync`, and can be kept in the value of an object of the same store, even in
/// that of its own, which is then dropped with the store.
pub struct ObjectRef<H: ?Sized> {
    reference: OwnedRooted<ExternRef>,
    /// Invariant, as `Object` is: a subtype of `H` isn't the type that was checked.
    of: PhantomData<fn(Box<H>) -> Box<H>>,
}

impl<H: GuestHeld + ?Sized> ObjectRef<H> {
    /// Creates an `externref` of an object.
    ///
    /// # Errors
    ///
    /// As for [`ExternRef::new`].
    pub fn new(mut store: impl AsContextMut, object: Object<H>) -> Result<ObjectRef<H>> {
        let mut store = store.as_context_mut();
        let mut scope = RootScope::new(&mut store);
        let reference = object.into_externref(scope.as_context_mut().opaque_mut())?;
        Ok(ObjectRef {
            reference: reference.to_owned_rooted(&mut scope)?,
            of: PhantomData,
        })
    }

    /// Checks that a reference is to an object of this type, and keeps it.
    ///
    /// # Errors
    ///
    /// Returns an error if it isn't.
    pub(crate) fn check(
        store: &StoreOpaque,
        reference: OwnedRooted<ExternRef>,
    ) -> Result<ObjectRef<H>> {
        Object::<H>::find(reference.data_in(store)?)?;
        Ok(ObjectRef {
            reference,
            of: PhantomData,
        })
    }

    /// Returns the object.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub fn get(&self, store: impl AsContext) -> Object<H> {
        Object::from_externref(store, &self.reference)
            .expect("the type was checked, and the host can't change what an `externref` holds")
    }

    /// Returns the `externref`, for a call of a guest's function.
    pub fn externref(&self) -> &OwnedRooted<ExternRef> {
        &self.reference
    }

    pub(crate) fn into_externref(self) -> OwnedRooted<ExternRef> {
        self.reference
    }
}

impl<H: ?Sized> Clone for ObjectRef<H> {
    fn clone(&self) -> Self {
        ObjectRef {
            reference: self.reference.clone(),
            of: PhantomData,
        }
    }
}

impl<H: ?Sized> fmt::Debug for ObjectRef<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ObjectRef").field(&self.reference).finish()
    }
}
