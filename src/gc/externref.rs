//! `externref`: references to values of the host.

use super::root::{FromRoot, Root};
use super::{AnyRef, GcKind, GcRef, RawRef, Rooted};
use crate::callback::finalize;
use crate::error::format_err;
use crate::store::StoreOpaque;
use crate::sys::wasmtime_context_t;
use crate::{AsContextMut, Error, HeapType, Result, StoreContext, StoreContextMut, Val};
use std::any::Any;
use std::ffi::c_void;

/// A value of the host, of any type.
type Value = dyn Any + Send + Sync;

/// The data of an `externref`: a value of the host, behind the function that finds it. The C API
/// has room for one pointer, and that to a `dyn Any` is two.
#[repr(C)]
struct Data<T> {
    header: Header,
    value: T,
}

/// The beginning of any [`Data`], which is all that is known of them when they are read.
struct Header {
    value_of: unsafe fn(*mut Header) -> *mut Value,
}

impl<T: Any + Send + Sync> Data<T> {
    fn new(value: T) -> Box<Data<T>> {
        Box::new(Data {
            header: Header {
                value_of: Self::value_of,
            },
            value,
        })
    }

    /// Returns the value of these data.
    ///
    /// # Safety
    ///
    /// The header must be that of a `Data<T>`, and the pointer valid for all of it.
    unsafe fn value_of(header: *mut Header) -> *mut Value {
        let data: *mut Data<T> = header.cast();
        // SAFETY: the header is the first field of a `Data<T>`, as this function requires.
        unsafe { &raw mut (*data).value }
    }
}

impl Header {
    /// Returns the value of data; `None` if they are null.
    ///
    /// # Safety
    ///
    /// The data must be null or a leaked box of a [`Data`], which hasn't been freed.
    #[inline]
    unsafe fn find(data: *mut c_void) -> Option<*mut Value> {
        let header: *mut Header = data.cast();
        // SAFETY: the data begin with a header, as this function requires, which has the
        // function of their type.
        (!header.is_null()).then(|| unsafe { ((*header).value_of)(header) })
    }
}

/// A value of the host that WebAssembly code can hold, but not look into.
///
/// WebAssembly code can store one in its globals and tables, and pass it to functions,
/// such as those of the host. It can't forge one from a number. It can convert an
/// [`AnyRef`] into one that has no [`data`](ExternRef::data), see
/// [`ExternRef::convert_any`].
///
/// It is used through [`Rooted`] or [`OwnedRooted`](crate::OwnedRooted), which
/// dereference to it. `Rooted<ExternRef>` stands for the type `(ref extern)` in
/// [`Func::wrap`](crate::Func::wrap) and [`Func::typed`](crate::Func::typed), and
/// `Option<Rooted<ExternRef>>` for `externref`.
///
/// A clone of an `ExternRef` that a `Rooted` dereferences to is rooted as long as the
/// `Rooted`. A clone of one that an `OwnedRooted` dereferences to is a root of its own.
/// The host's value is dropped once, when the object is collected or the store is dropped.
///
/// # Examples
///
/// A list of the host, which WebAssembly code fills:
///
#[doc = example!(gc, wat)]
/// use libwasmtime::error::{Context, Result};
/// use libwasmtime::{Caller, Engine, ExternRef, Linker, Module, Rooted, Store};
///
/// type List = Option<Rooted<ExternRef>>;
///
/// let engine = Engine::default();
/// let mut linker = Linker::new(&engine);
/// // What WebAssembly code can do with a list is what the host lets it do.
/// let push = |mut caller: Caller<'_, ()>, list: List, number: i32| -> Result<()> {
///     let list = list.context("the list is null")?;
///     let data = list.data_mut(&mut caller)?.context("the list has no data")?;
///     let list: &mut Vec<i32> = data.downcast_mut().context("it isn't a list")?;
///     list.push(number);
///     Ok(())
/// };
/// linker.func_wrap("list", "push", push)?;
///
/// let wat = r#"
///     (module
///         (import "list" "push" (func $push (param externref i32)))
///         (func (export "fill") (param externref)
///             (call $push (local.get 0) (i32.const 1))
///             (call $push (local.get 0) (i32.const 2))))
/// "#;
/// let mut store = Store::new(&engine, ());
/// let instance = linker.instantiate(&mut store, &Module::new(&engine, wat)?)?;
/// let fill = instance.get_typed_func::<List, ()>(&mut store, "fill")?;
///
/// let list = ExternRef::new(&mut store, Vec::<i32>::new())?;
/// fill.call(&mut store, Some(list))?;
/// let data = list.data(&store)?.expect("the host created it");
/// assert_eq!(data.downcast_ref(), Some(&vec![1, 2]));
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Clone, Debug)]
#[repr(transparent)]
pub struct ExternRef {
    root: Root,
}

impl GcRef for ExternRef {}

// SAFETY: an `ExternRef` is a transparent wrapper of a `Root`.
unsafe impl FromRoot for ExternRef {
    const KIND: GcKind = GcKind::Extern;
    const HEAP_TYPE: HeapType = HeapType::Extern;

    fn val(reference: Option<Rooted<ExternRef>>) -> Val {
        Val::ExternRef(reference)
    }
}

#[cold]
fn full() -> Error {
    format_err!(
        "failed to allocate an externref: the store's heap for them is full, or its engine has none"
    )
}

impl ExternRef {
    /// Creates an object that holds `value`.
    ///
    /// The object is rooted in the innermost scope: see [`Rooted`]. `value` is dropped when
    /// nothing refers to the object any more and the collector runs. The collector doesn't
    /// know how large `value` is: if it is large, see [`Store::gc`](crate::Store::gc).
    ///
    /// Calls `wasmtime_externref_new`.
    ///
    #[doc = example!(gc)]
    /// use libwasmtime::{ExternRef, Store};
    ///
    /// let mut store = Store::<()>::default();
    /// let object = ExternRef::new(&mut store, String::from("hello"))?;
    /// let data = object.data(&store)?.expect("the host created it");
    /// assert_eq!(data.downcast_ref::<String>().map(String::as_str), Some("hello"));
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the store's heap of collected objects is full, or its engine has none; or
    /// - libwasmtime was built without `gc`, with [`Unsupported`](crate::Unsupported).
    pub fn new<T>(mut store: impl AsContextMut, value: T) -> Result<Rooted<ExternRef>>
    where
        T: Any + Send + Sync + 'static,
    {
        ExternRef::new_in(store.as_context_mut().opaque_mut(), value)
    }

    /// Creates an object as [`ExternRef::new`] does.
    pub(crate) fn new_in<T>(store: &mut StoreOpaque, value: T) -> Result<Rooted<ExternRef>>
    where
        T: Any + Send + Sync,
    {
        // SAFETY: the context is that of the store, and `write` writes a reference of this type
        // unless it returns an error.
        unsafe { Rooted::create(store, |context, out| ExternRef::write(context, value, out)) }
    }

    /// Creates an object, and writes an owned reference to `out` unless that fails.
    ///
    /// # Safety
    ///
    /// `context` must be that of a store, for one call, and `out` valid for writes.
    pub(super) unsafe fn write<T>(
        context: *mut wasmtime_context_t,
        value: T,
        out: *mut RawRef,
    ) -> Result<()>
    where
        T: Any + Send + Sync,
    {
        RawRef::supported()?;
        let data = Box::into_raw(Data::new(value)).cast();
        // SAFETY: `data` is a leaked box of the type that `finalize` frees, and may be dropped on
        // any thread. The context and `out` are valid, as this function requires.
        match unsafe { RawRef::write_new(context, data, finalize::<Data<T>>, out) } {
            true => Ok(()),
            false => Err(full()),
        }
    }

    /// Returns the host's value.
    ///
    /// Returns `Ok(None)` if the object is none of the host's, but a struct, an array or an
    /// `i31` of WebAssembly code that was converted; see [`ExternRef::convert_any`].
    ///
    /// Calls `wasmtime_externref_data`.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub fn data<'a, T: 'static>(
        &self,
        store: impl Into<StoreContext<'a, T>>,
    ) -> Result<Option<&'a (dyn Any + Send + Sync)>> {
        self.data_in(store.into().opaque())
    }

    /// Returns the host's value as [`ExternRef::data`] does.
    pub(crate) fn data_in<'a>(
        &self,
        store: &'a StoreOpaque,
    ) -> Result<Option<&'a (dyn Any + Send + Sync)>> {
        let raw = self.root.resolve(&store.roots)?;
        // SAFETY: invariant "Shared", with the lock; `resolve` has checked that the reference
        // belongs to the store. The data lives as long as the object, which is rooted now. If
        // the root is dropped, libwasmtime only marks it, and frees the object in a call that
        // requires exclusive access to the store.
        Ok(unsafe {
            let data = raw.data(store.lock_collected().context());
            Header::find(data).map(|value| &*value)
        })
    }

    /// Returns the value of the host to which an owned reference refers; `None` where
    /// [`ExternRef::data`] returns it.
    ///
    /// # Safety
    ///
    /// The reference must belong to the store.
    #[inline]
    pub(crate) unsafe fn data_of<'a>(
        raw: &'a RawRef,
        store: &'a mut StoreOpaque,
    ) -> Option<&'a (dyn Any + Send + Sync)> {
        // SAFETY: invariant "Context"; the reference belongs to the store, as this function
        // requires. The data live as long as the object, which is rooted during `'a`.
        unsafe {
            let data = raw.data(store.begin_change());
            Header::find(data).map(|value| &*value)
        }
    }

    /// Returns the host's value, borrowed exclusively.
    ///
    /// Returns `Ok(None)` where [`ExternRef::data`] does.
    ///
    /// Calls `wasmtime_externref_data`.
    ///
    #[doc = example!(gc)]
    /// use libwasmtime::{ExternRef, Store};
    ///
    /// let mut store = Store::<()>::default();
    /// let counter = ExternRef::new(&mut store, 0_u32)?;
    /// if let Some(data) = counter.data_mut(&mut store)? {
    ///     *data.downcast_mut::<u32>().expect("a number") += 1;
    /// }
    /// let data = counter.data(&store)?.expect("the host created it");
    /// assert_eq!(data.downcast_ref(), Some(&1_u32));
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub fn data_mut<'a, T: 'static>(
        &self,
        store: impl Into<StoreContextMut<'a, T>>,
    ) -> Result<Option<&'a mut (dyn Any + Send + Sync)>> {
        let mut store = store.into();
        let store = store.opaque_mut();
        let context = store.begin_change();
        let raw = self.root.resolve(&store.roots)?;
        // SAFETY: invariant "Context"; `resolve` has checked that the reference belongs to the
        // store. The data lives as in `data`. It is reached through the store only, which is
        // borrowed exclusively, so nothing aliases it.
        Ok(unsafe {
            let data = raw.data(context);
            Header::find(data).map(|value| &mut *value)
        })
    }

    /// Roots the object of a raw value, which a function of
    /// [`Func::new_unchecked`](crate::Func::new_unchecked) receives; `None` for null.
    ///
    /// This function is safe in the `wasmtime` crate, where a wrong value leads to a panic,
    /// there or later. The C API aborts the process instead, and has no function that
    /// checks a value first.
    ///
    /// Calls `wasmtime_externref_from_raw`.
    ///
    /// # Panics
    ///
    /// Panics if `raw` isn't null and libwasmtime was built without `gc`, that is, without
    /// collected objects.
    ///
    /// # Safety
    ///
    /// `raw` must be null or a raw `externref` of this store. The collector must not have
    /// run since WebAssembly passed `raw` or [`to_raw`](Self::to_raw) returned it: nothing
    /// that may run it must have been called.
    pub unsafe fn from_raw(mut store: impl AsContextMut, raw: u32) -> Option<Rooted<ExternRef>> {
        // SAFETY: `raw` is null or a current `externref` of the store, as this function requires.
        unsafe { Rooted::from_raw(store.as_context_mut().opaque_mut(), raw) }
    }

    /// Returns the raw value of the reference, for a [`ValRaw`](crate::ValRaw).
    ///
    /// It must be passed to WebAssembly before the collector may run.
    ///
    /// Calls `wasmtime_externref_to_raw`.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub fn to_raw(&self, mut store: impl AsContextMut) -> Result<u32> {
        self.root.to_raw(store.as_context_mut().opaque_mut())
    }

    /// Converts an `anyref` into an `externref`, as `extern.convert_any` does.
    ///
    /// Both refer to the same object. The `externref` has no [`data`](ExternRef::data),
    /// unless [`AnyRef::convert_extern`] created the `anyref` from a value of the host.
    ///
    /// The C API has no function for this. In WebAssembly both references have the same
    /// bits, so this creates one from the raw value of the other: it calls
    /// `wasmtime_anyref_to_raw` and `wasmtime_externref_from_raw`.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub fn convert_any(
        mut store: impl AsContextMut,
        anyref: Rooted<AnyRef>,
    ) -> Result<Rooted<ExternRef>> {
        anyref.convert(store.as_context_mut().opaque_mut())
    }
}
