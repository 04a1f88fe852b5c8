//! The exports of an instance as functions of Rust types, which are checked together.

use super::{Abi, Site};
use crate::error::{Context, Error};
use crate::gc::RawRef;
use crate::store::StoreOpaque;
use crate::values::{
    Allocator, Args, Form, FromWasm, Guest, IntoWasm, Raw, Reader, Writer, for_each_arity,
};
use crate::{AsContextMut, Extern, ExternType, Func, FuncType, Instance, Result, ValRaw, ValType};
use std::fmt;
use std::marker::PhantomData;
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

/// The parameters of a guest's function: a tuple of up to 17 [`IntoWasm`].
///
/// # Safety
///
/// As for [`IntoWasm`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the arguments of a guest's function",
    note = "the chapter `libwasmtime::bind` lists what a guest's function may take"
)]
pub unsafe trait GuestParams {
    /// What is written, as for [`IntoWasm::Prepared`].
    #[doc(hidden)]
    type Prepared;

    /// Whether one of them is [`IntoWasm::ALLOCATES`].
    #[doc(hidden)]
    const ALLOCATES: bool;

    /// Adds the types of the values.
    #[doc(hidden)]
    fn valtypes(abi: &Abi, types: &mut Vec<ValType>);

    /// Calls `each` for each allocation, as [`IntoWasm::allocations`] does.
    #[doc(hidden)]
    fn allocations(&self, each: &mut dyn FnMut(usize, usize));

    /// Creates what the values refer to, as [`IntoWasm::prepare`] does.
    ///
    /// # Errors
    ///
    /// Returns an error that names the argument.
    #[doc(hidden)]
    fn prepare(self, guest: &mut Guest<'_>) -> Result<Self::Prepared>;

    /// Writes the values.
    ///
    /// # Safety
    ///
    /// Their places must be next in `values`.
    #[doc(hidden)]
    unsafe fn write<F: Form>(prepared: &Self::Prepared, values: &mut Writer<'_, F>) -> Result<()>;
}

/// The results of a guest's function: a [`FromWasm`], a tuple of up to 17 of them, or a
/// [`Result`] of either, which is what a call returns anyway.
///
/// # Safety
///
/// As for [`FromWasm`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the result of a guest's function",
    note = "the chapter `libwasmtime::bind` lists what a guest's function may return",
    note = "a `Result` has the error type `libwasmtime::Error`"
)]
pub unsafe trait GuestResults {
    /// What a call returns.
    type Output;

    /// Whether one of them is [`FromWasm::NEEDS_MEMORY`].
    #[doc(hidden)]
    const NEEDS_MEMORY: bool;

    /// Adds the types of the values.
    #[doc(hidden)]
    fn valtypes(abi: &Abi, types: &mut Vec<ValType>);

    /// Reads the values.
    ///
    /// # Safety
    ///
    /// They must be next in `results`.
    #[doc(hidden)]
    unsafe fn read<F: Form>(results: &mut Args<'_, F>) -> Result<Self::Output>;
}

// SAFETY: the value is read as it is.
#[diagnostic::do_not_recommend]
unsafe impl<A: FromWasm> GuestResults for A {
    type Output = A;
    const NEEDS_MEMORY: bool = A::NEEDS_MEMORY;

    fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
        A::valtypes(abi, types);
    }

    unsafe fn read<F: Form>(results: &mut Args<'_, F>) -> Result<A> {
        // SAFETY: the values are next, as this function requires.
        unsafe { A::read(results) }
    }
}

// SAFETY: the values are those of `A`.
unsafe impl<A: GuestResults> GuestResults for Result<A> {
    type Output = A::Output;
    const NEEDS_MEMORY: bool = A::NEEDS_MEMORY;

    fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
        A::valtypes(abi, types);
    }

    unsafe fn read<F: Form>(results: &mut Args<'_, F>) -> Result<A::Output> {
        // SAFETY: the values are next, as this function requires.
        unsafe { A::read(results) }
    }
}

macro_rules! tuples {
    ($n:literal $($t:ident)*) => {
        // SAFETY: the values are those of the parts, one after the other.
        #[allow(non_snake_case, reason = "the type parameters name the values as well")]
        #[allow(unused_variables, unused_mut, unused_assignments, clippy::unused_unit, reason = "the empty tuple")]
        unsafe impl<$($t: IntoWasm),*> GuestParams for ($($t,)*) {
            type Prepared = ($($t::Prepared,)*);
            const ALLOCATES: bool = false $(|| $t::ALLOCATES)*;

            fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
                $($t::valtypes(abi, types);)*
            }

            fn allocations(&self, each: &mut dyn FnMut(usize, usize)) {
                let ($($t,)*) = self;
                $($t.allocations(each);)*
            }

            fn prepare(self, guest: &mut Guest<'_>) -> Result<Self::Prepared> {
                let ($($t,)*) = self;
                let mut number = 0;
                $(
                    number += 1;
                    let $t = $t.prepare(guest).with_context(|| format!("argument {number}"))?;
                )*
                Ok(($($t,)*))
            }

            unsafe fn write<V: Form>(
                prepared: &Self::Prepared,
                values: &mut Writer<'_, V>,
            ) -> Result<()> {
                let ($($t,)*) = prepared;
                // SAFETY: the places are next, as this function requires.
                $(unsafe { <$t as IntoWasm>::write($t, values)? };)*
                Ok(())
            }
        }

        // SAFETY: the values are those of the parts, one after the other.
        #[allow(unused_variables, clippy::unused_unit, reason = "the empty tuple")]
        unsafe impl<$($t: FromWasm),*> GuestResults for ($($t,)*) {
            type Output = ($($t,)*);
            const NEEDS_MEMORY: bool = false $(|| $t::NEEDS_MEMORY)*;

            fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
                $($t::valtypes(abi, types);)*
            }

            unsafe fn read<V: Form>(results: &mut Args<'_, V>) -> Result<Self::Output> {
                // SAFETY: the values are next, as this function requires.
                Ok(($(unsafe { $t::read(results)? },)*))
            }
        }
    };
}

for_each_arity!(tuples);

/// The signature of a guest's function, in Rust types. The attribute `guest` implements it for
/// each function of a trait; `N` tells them apart.
pub trait GuestSignature<const N: usize> {
    /// The parameters, which may be borrowed for the call.
    type Params<'a>: GuestParams;

    /// The results.
    type Results: GuestResults;
}

/// A function of a guest, whose signature was checked by [`GuestExports`].
pub struct GuestFunc<S: ?Sized, const N: usize> {
    func: Func,
    /// How many raw values a call passes.
    len: usize,
    guest: Arc<Callee>,
    name: Box<str>,
    signature: PhantomData<fn() -> Box<S>>,
}

/// The guest whose functions are called.
struct Callee {
    instance: Instance,
    site: Site,
    free: Option<Free>,
}

/// The function that frees memory.
struct Free {
    func: Func,
    /// How many arguments it takes.
    count: usize,
}

/// The most arguments that a function takes which frees memory.
const MAX_FREE: usize = 3;

/// A piece of memory that the guest has allocated.
struct Allocation {
    address: u64,
    len: usize,
    align: usize,
}

/// The most values of a call that are kept on the stack.
const ON_STACK: usize = 16;

impl<S: GuestSignature<N> + ?Sized, const N: usize> GuestFunc<S, N> {
    /// Calls the function, and returns its results.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - an argument can't be passed, for instance as the guest's allocator fails;
    /// - the call fails for one of the reasons of [`TypedFunc::call`](crate::TypedFunc::call);
    ///   then nothing is freed;
    /// - a result isn't what its type says, for instance a string that isn't UTF-8;
    /// - the guest's function that frees memory fails.
    ///
    /// # Panics
    ///
    /// Panics if the function belongs to another store, or if a host function that is called
    /// panics.
    pub fn call(
        &self,
        mut store: impl AsContextMut,
        params: S::Params<'_>,
    ) -> Result<<S::Results as GuestResults>::Output> {
        let mut store = store.as_context_mut();
        let func = *self.func.get_c(store.opaque());
        let store = store.opaque_ptr();
        let failed =
            |what| move || format!("failed to {what} the guest's function `{}`", self.name);
        let passing = failed("pass the arguments of");
        // SAFETY: invariant "State": the store is borrowed exclusively, and is used by one after
        // the other.
        let mut guest = unsafe { Guest::called(store, &self.guest.instance, &self.guest.site) };
        let allocations = allocate(&mut guest, &params).with_context(passing)?;
        guest.use_allocated(allocations.iter().map(|memory| memory.address).collect());
        let prepared = params.prepare(&mut guest).with_context(passing)?;

        let mut on_stack = [ValRaw::ZERO; ON_STACK];
        let mut on_heap;
        let values = match on_stack.get_mut(..self.len) {
            Some(values) => values,
            None => {
                on_heap = vec![ValRaw::ZERO; self.len];
                &mut on_heap[..]
            }
        };
        let first = values.as_mut_ptr();
        // SAFETY: invariants "Context" and "Ownership": the store is borrowed, and the function
        // belongs to it. Its type was found to be the signature's, so the values are of the
        // types, and as many, as it takes and returns: they are the same for all lifetimes of
        // `Params`. Nothing is collected between the moment when a reference becomes a raw value
        // and the call, nor between its return and the moment when a raw value becomes a
        // reference.
        let results = unsafe {
            <S::Params<'_>>::write::<Raw>(&prepared, &mut Writer::new(first, store))
                .with_context(passing)?;
            StoreOpaque::call_unchecked(store, &func, first, self.len)?;
            let guest = Guest::called(store, &self.guest.instance, &self.guest.site);
            S::Results::read::<Raw>(&mut Args::new(Reader::new(first, store), guest))
        };
        let results = results.with_context(failed("read the results of"));
        // What the results refer to may be in the same memory.
        if let Some(free) = &self.guest.free {
            for memory in &allocations {
                // SAFETY: invariant "State": the store is borrowed exclusively.
                unsafe { free.call(store, memory) }
                    .with_context(failed("free the arguments of"))?;
            }
        }
        results
    }
}

impl<S: ?Sized, const N: usize> Clone for GuestFunc<S, N> {
    fn clone(&self) -> Self {
        GuestFunc {
            func: self.func,
            len: self.len,
            guest: self.guest.clone(),
            name: self.name.clone(),
            signature: PhantomData,
        }
    }
}

impl<S: ?Sized, const N: usize> fmt::Debug for GuestFunc<S, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuestFunc")
            .field("name", &self.name)
            .field("func", &self.func)
            .finish_non_exhaustive()
    }
}

/// Allocates the memory that the arguments need.
fn allocate(guest: &mut Guest<'_>, params: &impl GuestParams) -> Result<Vec<Allocation>> {
    let mut allocations = Vec::new();
    params.allocations(&mut |len, align| {
        let address = 0;
        allocations.push(Allocation {
            address,
            len,
            align,
        });
    });
    for memory in &mut allocations {
        memory.address = guest.alloc(memory.len, memory.align)?;
    }
    Ok(allocations)
}

impl Free {
    const EXPECTED: &str = "a function that takes an address, an address and a size, or these and \
                            an alignment, and returns nothing";

    fn of(ty: &FuncType, func: Func, pointer: &ValType) -> Option<Free> {
        let count = ty.params().len();
        let fits = (1..=MAX_FREE).contains(&count)
            && ty.results().len() == 0
            && ty.params().all(|ty| ValType::eq(&ty, pointer));
        fits.then_some(Free { func, count })
    }

    /// # Safety
    ///
    /// `store` must be the state of a store, which nothing else uses now.
    unsafe fn call(&self, store: *mut StoreOpaque, memory: &Allocation) -> Result<()> {
        // An address or a size of 32 bits is in the lower half of a raw value.
        let values = [memory.address, memory.len as u64, memory.align as u64];
        let mut values = values.map(ValRaw::u64);
        // SAFETY: invariants "State" and "Ownership": only this function uses the store, to which
        // the function belongs, as `get_c` checks. It takes as many numbers of a pointer's width.
        unsafe {
            let func = *self.func.get_c(&*store);
            StoreOpaque::call_unchecked(store, &func, values.as_mut_ptr(), self.count)
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
        let has_references = params.iter().chain(&results).any(ValType::is_ref);
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
        // References to functions are fine without it.
        let is_supported = !has_references || !has_gc_ref(&expected) || RawRef::supported().is_ok();
        match item {
            Some(Extern::Func(func)) if fits && is_supported => Some(GuestFunc {
                func,
                len,
                guest: self.guest.clone(),
                name: name.into(),
                signature: PhantomData,
            }),
            _ => {
                self.note(name, &expected.to_string(), found);
                None
            }
        }
    }

    fn note(&mut self, name: &str, expected: &str, found: Option<ExternType>) {
        self.items.push(ExportMismatch::new(name, expected, found));
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
            if let Err(error) = guest.memory() {
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

/// Reports whether a reference to a collected object is among the values of a function.
fn has_gc_ref(ty: &FuncType) -> bool {
    ty.params()
        .chain(ty.results())
        .any(|ty| crate::values::Kind::of(&ty).is_gc_ref())
}

/// The error for exports of an instance that are missing, or of other types than expected.
///
/// `error.downcast_ref::<ExportsError>()` finds it.
#[derive(Clone, Debug)]
pub struct ExportsError {
    items: Vec<ExportMismatch>,
}

impl ExportsError {
    /// Returns the exports that aren't as expected. There is at least one.
    pub fn items(&self) -> &[ExportMismatch] {
        &self.items
    }
}

impl fmt::Display for ExportsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.items.len();
        let s = if count == 1 { "" } else { "s" };
        write!(f, "failed to find {count} export{s}")?;
        for (i, item) in self.items.iter().enumerate() {
            write!(f, "{} {item}", if i == 0 { ":" } else { ";" })?;
        }
        Ok(())
    }
}

impl std::error::Error for ExportsError {}

/// An export that is missing, or of another type than expected; see [`ExportsError`].
#[derive(Clone, Debug)]
pub struct ExportMismatch {
    name: Box<str>,
    text: Box<str>,
    found: Option<ExternType>,
}

impl ExportMismatch {
    fn new(name: &str, expected: &str, found: Option<ExternType>) -> ExportMismatch {
        let text = match &found {
            Some(found) => format!("expected `{name}` to be {expected}, found {found}"),
            None => format!("expected `{name}` to be {expected}, found no export of that name"),
        };
        ExportMismatch {
            name: name.into(),
            text: text.into(),
            found,
        }
    }

    fn explained(name: &str, error: Error) -> ExportMismatch {
        ExportMismatch {
            name: name.into(),
            text: format!("{error:#}").into(),
            found: None,
        }
    }

    /// Returns the name of the export.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the type of the export; `None` if there is none, or if it is the memory or the
    /// allocator.
    pub fn found(&self) -> Option<&ExternType> {
        self.found.as_ref()
    }
}

impl fmt::Display for ExportMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
