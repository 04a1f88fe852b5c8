//! [`HasData`]: how a host function finds its part of a store's data.

use std::marker::PhantomData;

/// What the host functions of an interface get of a store's data.
///
/// `component::bindgen!` turns an interface that a component imports into a trait, and
/// generates a function `add_to_linker` that defines the interface in a
/// [`Linker`](super::Linker), by an implementation of that trait. The implementation may be of any
/// type, and needn't be the data of the store itself: `add_to_linker` takes a function that
/// returns it from the data, `fn(&mut T) -> D::Data<'_>`.
///
/// That function is called whenever a guest calls a function of the interface. What it returns may
/// borrow from the data, for a lifetime that differs from call to call. `D` names the type
/// that it returns, for each lifetime; no value of `D` is ever needed.
///
/// - If one value in the store's data implements the trait, or the data itself does,
///   [`HasSelf`] is such a `D`.
/// - Otherwise, define an empty type and implement `HasData` for it.
///
/// # Examples
///
/// An interface that is implemented by a view of two parts of the data, so that the library
/// that implements it doesn't depend on the type of the data:
///
/// ```
/// use libwasmtime::Result;
/// use libwasmtime::component::{HasData, Linker};
/// use std::collections::HashMap;
///
/// // As `bindgen!` generates it.
/// trait Host {
///     fn get(&mut self, key: String) -> Option<String>;
/// }
/// fn add_to_linker<T: 'static, D: HasData>(
///     linker: &mut Linker<T>,
///     host_getter: fn(&mut T) -> D::Data<'_>,
/// ) -> Result<()>
/// where
///     for<'a> D::Data<'a>: Host,
/// {
///     linker.instance("example:settings/values")?.func_wrap(
///         "get",
///         move |mut store, (key,): (String,)| Ok((host_getter(store.data_mut()).get(key),)),
///     )
/// }
///
/// // The library.
/// struct View<'a> {
///     settings: &'a HashMap<String, String>,
///     reads: &'a mut u32,
/// }
/// impl Host for View<'_> {
///     fn get(&mut self, key: String) -> Option<String> {
///         *self.reads += 1;
///         self.settings.get(&key).cloned()
///     }
/// }
/// struct Settings;
/// impl HasData for Settings {
///     type Data<'a> = View<'a>;
/// }
///
/// // The program.
/// struct Data {
///     settings: HashMap<String, String>,
///     reads: u32,
/// }
/// # let engine = libwasmtime::Engine::default();
/// let mut linker = Linker::<Data>::new(&engine);
/// add_to_linker::<_, Settings>(&mut linker, |data| View {
///     settings: &data.settings,
///     reads: &mut data.reads,
/// })?;
/// # Ok::<(), libwasmtime::Error>(())
/// ```
pub trait HasData: 'static {
    /// What the function that is passed to `add_to_linker` returns: a reference to the store's
    /// data or to a part of it, or a struct of such references.
    type Data<'a>;
}

/// The [`HasData`] of functions that get a reference, `&mut T`.
///
/// If the store's data is a `T` that implements an interface, the interface is defined by
/// `add_to_linker::<_, HasSelf<_>>(&mut linker, |data| data)`.
pub struct HasSelf<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized + 'static> HasData for HasSelf<T> {
    type Data<'a> = &'a mut T;
}
