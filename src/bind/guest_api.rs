//! The exports of an instance as functions of Rust types, which are checked together.

#[cfg(feature = "async")]
mod asynchronous;
mod error;
mod func;
mod lists;

pub use error::{ExportMismatch, ExportsError};
pub use func::{GuestFunc, GuestSignature};
pub use lists::{GuestParams, GuestResults};

use super::{Abi, Site};
use crate::error::Error;
use crate::gc::RawRef;
use crate::store::StoreOpaque;
use crate::values::{Allocator, Guest, Kind};
use crate::{AsContextMut, Extern, ExternType, FuncType, Instance, Result, ValType};
use func::{Callee, Free};
use std::fmt;
use std::sync::Arc;

/// How the functions of a guest are called, by [`GuestExports`].
///
/// Strings and slices that are arguments are copied into memory that the guest allocates, which
/// requires an allocator ([`Abi::with_alloc`]). After the call, they are freed if a function for
/// that is named.
#[derive(Clone, Debug, Default)]
pub struct GuestAbi {
    abi: Abi,
    free: Option<Box<str>>,
}

impl GuestAbi {
    /// Creates one from the memory and the allocator of `abi`.
    pub fn new(abi: Abi) -> GuestAbi {
        GuestAbi { abi, free: None }
    }

    /// Sets the name of the exported function that frees what the allocator has allocated.
    ///
    /// It takes an address, as `free` does; or an address and a size in bytes; or these and an
    /// alignment. It returns nothing.
    #[must_use]
    pub fn with_free(self, name: &str) -> GuestAbi {
        GuestAbi {
            free: Some(name.into()),
            ..self
        }
    }
}

/// The exports of an instance, which are checked one after the other, and whose mismatches are
/// reported together.
///
/// The attribute `guest` uses it, and so can a program without the macro.
///
/// # Examples
///
#[doc = example!(wat)]
/// use libwasmtime::bind::{GuestAbi, GuestExports, GuestFunc, GuestSignature};
/// use libwasmtime::{Engine, Instance, Module, Store};
///
/// enum Add {}
///
/// impl GuestSignature<0> for Add {
///     type Params<'a> = (i32, i32);
///     type Results = i32;
/// }
///
/// let engine = Engine::default();
/// let module = Module::new(&engine, r#"
///     (module
///         (func (export "add") (param i32 i32) (result i32)
///             (i32.add (local.get 0) (local.get 1))))
/// "#)?;
/// let mut store = Store::new(&engine, ());
/// let instance = Instance::new(&mut store, &module, &[])?;
///
/// let mut exports = GuestExports::new(&mut store, &instance, GuestAbi::default());
/// let add: Option<GuestFunc<Add, 0>> = exports.func(&mut store, "add");
/// exports.finish()?;
/// let add = add.expect("there was no mismatch");
/// assert_eq!(add.call(&mut store, (40, 2))?, 42);
/// # Ok::<(), libwasmtime::Error>(())
/// ```
pub struct GuestExports {
    guest: Arc<Callee>,
    items: Vec<ExportMismatch>,
    has_checked_memory: bool,
    has_checked_alloc: bool,
}

impl GuestExports {
    /// Begins to check the exports of an instance.
    ///
    /// # Panics
    ///
    /// Panics if the instance belongs to another store.
    pub fn new(mut store: impl AsContextMut, instance: &Instance, abi: GuestAbi) -> GuestExports {
        let mut store = store.as_context_mut();
        let mut items = Vec::new();
        let mut free = None;
        if let Some(name) = &abi.free {
            let item = instance.export_in(store.opaque_mut(), name);
            let found = item.as_ref().map(|item| item.ty(&store));
            if let (Some(Extern::Func(func)), Some(ExternType::Func(ty))) = (item, &found) {
                free = Free::of(ty, func, &abi.abi.pointer());
            }
            if free.is_none() {
                items.push(ExportMismatch::new(name, Free::EXPECTED, found));
            }
        }
        let callee = Callee {
            instance: *instance,
            site: Site::new("", "", abi.abi),
            free,
        };
        // Checks the store.
        _ = instance.to_c(store.opaque());
        GuestExports {
            guest: Arc::new(callee),
            items,
            has_checked_memory: false,
            has_checked_alloc: false,
        }
    }

    /// Returns an exported function; `None`, and notes a mismatch, if there is none of that
    /// signature.
    ///
    /// Its type has to be the signature's, exactly: no other types that would fit.
    ///
    /// # Panics
    ///
    /// Panics if the instance belongs to another store.
    pub fn func<S: GuestSignature<N> + ?Sized, const N: usize>(
        &mut self,
        mut store: impl AsContextMut,
        name: &str,
    ) -> Option<GuestFunc<S, N>> {
        let mut store = store.as_context_mut();
        let abi = self.guest.site.abi();
        let (mut params, mut results) = (Vec::new(), Vec::new());
        <S::Params<'static>>::valtypes(abi, &mut params);
        S::Results::valtypes(abi, &mut results);
        let len = params.len().max(results.len());
        self.check_memory(
            store.opaque_mut(),
            <S::Params<'static>>::ALLOCATES,
            S::Results::NEEDS_MEMORY,
        );
        let expected = FuncType::new(store.engine(), params, results);
        let item = self.guest.instance.export_in(store.opaque_mut(), name);
        let found = item.as_ref().map(|item| item.ty(&store));
        let fits = match &found {
            Some(ExternType::Func(found)) => is_same(found, &expected),
            Some(
                ExternType::Global(_)
                | ExternType::Table(_)
                | ExternType::Memory(_)
                | ExternType::Tag(_),
            )
            | None => false,
        };
        let mismatch = match item.and_then(Extern::into_func).filter(|_| fits) {
            Some(func) => match supported(&expected) {
                Ok(()) => {
                    return Some(GuestFunc::new(func, len, self.guest.clone(), name));
                }
                Err(error) => {
                    let context = format!("can't call the function `{name}`");
                    ExportMismatch::explained(name, error.context(context))
                }
            },
            None => ExportMismatch::new(name, &expected.to_string(), found),
        };
        self.items.push(mismatch);
        None
    }

    /// Checks the memory and the allocator, if they are needed.
    fn check_memory(&mut self, store: &mut StoreOpaque, allocates: bool, reads: bool) {
        let callee = self.guest.clone();
        // SAFETY: invariant "State": the store is borrowed exclusively, and only the guest uses
        // it.
        let mut guest = unsafe { Guest::called(store, &callee.instance, &callee.site) };
        if (allocates || reads) && !self.has_checked_memory {
            self.has_checked_memory = true;
            let name = guest.abi().memory();
            if let Err(error) = guest.any_memory() {
                self.items.push(ExportMismatch::explained(name, error));
            }
        }
        if allocates && !self.has_checked_alloc {
            self.has_checked_alloc = true;
            let name = guest.abi().alloc().unwrap_or_default();
            if let Err(error) = Allocator::find(&mut guest) {
                self.items.push(ExportMismatch::explained(name, error));
            }
        }
    }

    /// Returns an error if there was a mismatch.
    ///
    /// # Errors
    ///
    /// The error is an [`ExportsError`], which lists all of them.
    pub fn finish(self) -> Result<()> {
        match self.items.is_empty() {
            true => Ok(()),
            false => Err(Error::new(ExportsError { items: self.items })),
        }
    }
}

impl fmt::Debug for GuestExports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuestExports")
            .field("items", &self.items)
            .finish_non_exhaustive()
    }
}

/// Reports whether both take and return the same types, whatever they are subtypes of.
fn is_same(a: &FuncType, b: &FuncType) -> bool {
    let are_same = |a: Vec<ValType>, b: Vec<ValType>| {
        a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| ValType::eq(a, b))
    };
    are_same(a.params().collect(), b.params().collect())
        && are_same(a.results().collect(), b.results().collect())
}

/// Checks that references to collected objects are supported, if a function passes some.
fn supported(ty: &FuncType) -> Result<()> {
    let mut types = ty.params().chain(ty.results());
    if types.any(|ty| Kind::of(&ty).is_gc_ref()) {
        RawRef::supported()?;
    }
    Ok(())
}
