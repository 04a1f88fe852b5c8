// The examples need these features.
#![cfg_attr(
    all(feature = "cranelift", feature = "gc", feature = "macros", feature = "wat"),
    doc = include_str!("../docs/binding.md"),
    doc = "",
    doc = include_str!("../docs/binding_guests.md")
)]
#![cfg_attr(
    not(all(
        feature = "cranelift",
        feature = "gc",
        feature = "macros",
        feature = "wat"
    )),
    doc = "Binding Rust functions, methods and objects to WebAssembly without writing glue; see \
           `docs/binding.md` and `docs/binding_guests.md` in the package."
)]

mod abi;
#[cfg(feature = "async")]
mod asynchronous;
#[cfg(feature = "macros")]
pub(crate) mod attribute;
mod func;
mod guest_api;
mod held;
mod module;
mod object;
#[doc(hidden)]
pub mod private;
mod receiver;

pub use crate::func::ClosureParams;
pub use crate::values::{
    Closure, Constant, Element, FromWasm, HostArg, HostArgs, IntoWasm, TableFunc,
};
pub use abi::Abi;
pub(crate) use abi::{Site, about};
pub use guest_api::{
    ExportMismatch, ExportsError, GuestAbi, GuestExports, GuestFunc, GuestParams, GuestResults,
    GuestSignature,
};
pub use held::Held;
pub use module::HostModule;
pub use object::{
    GuestHeld, HostObject, Object, ObjectBorrow, ObjectBorrowError, ObjectBorrowMut, ObjectRef,
};
use receiver::Unit;
pub use receiver::{DetachedReceiver, InStore, NoReceiver, Receiver, ReceiverMut, Shared};

use crate::{Linker, Result};
use std::sync::Arc;

/// A type whose functions and methods can be bound, with a receiver of type `V`.
///
/// The attribute `host` implements it for the type of an `impl` block, and it can be implemented
/// by hand, with a [`HostModule`].
#[diagnostic::on_unimplemented(
    message = "the functions of `{Self}` can't be bound for a store of data `{T}`",
    note = "the attribute `host` on an `impl` block binds its functions",
    note = "a function that takes a `Caller<'_, State>` is bound for stores of data `State` only"
)]
pub trait Bind<T: 'static, V> {
    /// Defines the functions in a linker.
    ///
    /// # Errors
    ///
    /// Returns an error if one of the names is defined already, and shadowing isn't allowed.
    fn bind(linker: &mut Linker<T>, receiver: V) -> Result<()>;
}

impl<T: 'static> Linker<T> {
    /// Begins the definition of functions in a module, which may be methods of `receiver`.
    ///
    /// The attribute `host` does the same for all the functions of an `impl` block. The chapter
    /// [`bind`](crate::bind) tells of both.
    ///
    /// # Examples
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::bind::InStore;
    /// use libwasmtime::{Engine, Linker, Module, Result, Store};
    ///
    /// #[derive(Default)]
    /// struct Journal {
    ///     lines: Vec<String>,
    /// }
    ///
    /// let engine = Engine::default();
    /// let mut linker = Linker::<Journal>::new(&engine);
    /// linker
    ///     .host_module("journal", InStore::new(|journal: &mut Journal| journal))
    ///     .method_mut::<(&str,), _>("log", |journal, (line,)| journal.lines.push(line.to_owned()))?
    ///     .method::<(), _>("len", |journal, ()| journal.lines.len() as u32)?;
    ///
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "journal" "log" (func $log (param i32 i32)))
    ///         (import "journal" "len" (func $len (result i32)))
    ///         (memory (export "memory") 1)
    ///         (data (i32.const 8) "hello")
    ///         (func (export "run") (result i32)
    ///             (call $log (i32.const 8) (i32.const 5))
    ///             (call $len)))
    /// "#)?;
    /// let mut store = Store::new(&engine, Journal::default());
    /// let instance = linker.instantiate(&mut store, &module)?;
    /// let run = instance.get_typed_func::<(), u32>(&mut store, "run")?;
    /// assert_eq!(run.call(&mut store, ())?, 1);
    /// assert_eq!(store.data().lines, ["hello"]);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn host_module<V>(&mut self, module: &str, receiver: V) -> HostModule<'_, T, V> {
        HostModule::new(self, module, receiver)
    }

    /// Binds the functions and methods of a type, whose receiver is a part of the store's data.
    ///
    /// `get` returns that part. The attribute `host` makes a type one that can be bound.
    ///
    /// # Errors
    ///
    /// Returns an error if one of the names is defined already, and shadowing isn't allowed.
    pub fn host<H, G>(&mut self, get: G) -> Result<&mut Self>
    where
        H: Bind<T, InStore<H, G>> + ?Sized + 'static,
        G: Fn(&mut T) -> &mut H + Clone + Send + Sync + 'static,
    {
        H::bind(self, InStore::new(get))?;
        Ok(self)
    }

    /// Binds the functions and methods of a type, whose receiver is shared by all stores.
    ///
    /// Its methods take `&self`. See [`Linker::host`] for the rest.
    ///
    /// # Errors
    ///
    /// As for [`Linker::host`].
    pub fn host_shared<H>(&mut self, receiver: Arc<H>) -> Result<&mut Self>
    where
        H: Bind<T, Shared<H>> + ?Sized + 'static,
    {
        H::bind(self, Shared::new(receiver))?;
        Ok(self)
    }

    /// Binds the functions and methods of a type whose objects the guest holds.
    ///
    /// A method takes an `externref` of an [`Object`] as its first argument. See
    /// [`Linker::host`] for the rest.
    ///
    /// # Errors
    ///
    /// As for [`Linker::host`].
    pub fn host_objects<H>(&mut self) -> Result<&mut Self>
    where
        H: HostObject + Bind<T, Held<H>> + ?Sized,
    {
        H::bind(self, Held::new())?;
        Ok(self)
    }

    /// Binds the functions of a type that has no methods.
    ///
    /// # Errors
    ///
    /// As for [`Linker::host`].
    pub fn host_functions<H>(&mut self) -> Result<&mut Self>
    where
        H: Bind<T, NoReceiver> + ?Sized,
    {
        H::bind(self, NoReceiver)?;
        Ok(self)
    }
}
