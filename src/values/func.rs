//! Functions of the guest as arguments of a host function, and functions as its results.

use super::guest::not_exported;
use super::{Args, Form, FromWasm, Guest, IntoWasm, WasmParams, WasmResults, Writer};
use crate::bind::Abi;
use crate::error::{Count, bail, ensure, format_err};
use crate::func::{ClosureParams, HostFunc, IntoFunc};
use crate::gc::RawRef;
use crate::store::{DataType, StoreOpaque};
use crate::{Engine, Error, Extern, Func, FuncType, HeapType, Ref, Result, TypedFunc, ValType};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

/// Checks the signature of a function that the guest passes.
fn check<P: WasmParams, R: WasmResults>(
    store: &mut StoreOpaque,
    func: Func,
) -> Result<TypedFunc<P, R>> {
    // SAFETY: invariant "State": the signature lives as long as the store.
    let ty = unsafe { &(*store.signature(&func)).ty };
    let engine = store.engine();
    func.typed_as(ty)
        .map_err(|error| wrong_signature::<P, R>(engine, ty, &error))
}

#[cold]
fn wrong_signature<P: WasmParams, R: WasmResults>(
    engine: &Engine,
    found: &FuncType,
    error: &Error,
) -> Error {
    let params = P::VALTYPES.iter().map(|ty| ty());
    let results = R::VALTYPES.iter().map(|ty| ty());
    // A signature that no function of the engine has can't be made.
    match FuncType::try_new(engine, params, results) {
        Ok(expected) => format_err!("expected a function of type {expected}, found {found}"),
        Err(_) => format_err!("expected a function of another type, found {found}: {error:#}"),
    }
}

// SAFETY: one value is read, of type `funcref`.
unsafe impl<P: WasmParams, R: WasmResults> FromWasm for Option<TypedFunc<P, R>> {
    const NEEDS_STORE: bool = true;

    fn valtypes(_: &Abi, types: &mut Vec<ValType>) {
        types.push(ValType::FUNCREF);
    }

    unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<Self> {
        // SAFETY: the value is next, as this function requires.
        let func = unsafe { args.read::<Option<Func>>() };
        func.map(|func| check(args.guest().store(), func))
            .transpose()
    }
}

// SAFETY: one value is read, of type `funcref`.
unsafe impl<P: WasmParams, R: WasmResults> FromWasm for TypedFunc<P, R> {
    const NEEDS_STORE: bool = true;

    fn valtypes(_: &Abi, types: &mut Vec<ValType>) {
        types.push(ValType::FUNCREF);
    }

    unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<Self> {
        // SAFETY: the value is next, as this function requires.
        let func = unsafe { Option::<TypedFunc<P, R>>::read(args)? };
        func.ok_or_else(null)
    }
}

#[cold]
fn null() -> Error {
    format_err!(
        "expected a function, found a null reference: take an `Option` if the guest may pass one"
    )
}

macro_rules! results {
    ($([$($generics:tt)*] $ty:ty, $this:ident, $guest:ident => $func:expr;)*) => {$(
        // SAFETY: one value is written, of type `funcref`.
        unsafe impl<$($generics)*> IntoWasm for $ty {
            type Prepared = Option<Func>;
            const NEEDS_STORE: bool = true;

            fn valtypes(_: &Abi, types: &mut Vec<ValType>) {
                types.push(ValType::FUNCREF);
            }

            fn prepare(self, $guest: &mut Guest<'_>) -> Result<Option<Func>> {
                let $this = self;
                $func
            }

            unsafe fn write<F: Form>(
                prepared: &Option<Func>,
                results: &mut Writer<'_, F>,
            ) -> Result<()> {
                // SAFETY: the place of the value is next, as this function requires.
                unsafe { results.write(prepared) }
            }
        }
    )*};
}

results! {
    [P: WasmParams, R: WasmResults] TypedFunc<P, R>, this, _guest => Ok(Some(*this.func()));
    [P: WasmParams, R: WasmResults] Option<TypedFunc<P, R>>, this, _guest =>
        Ok(this.map(|func| *func.func()));
    [P, R] Closure<P, R>, this, guest => this.create(guest).map(Some);
    [P, R] Option<Closure<P, R>>, this, guest =>
        this.map(|closure| closure.create(guest)).transpose();
}

/// A Rust closure that a host function returns, as a `funcref`.
///
/// The guest can call it. It becomes a host function of the store, which lives as long as the
/// store: return closures that the guest asks for once, or limit how many it gets.
///
/// The closure is one that [`Func::wrap`] takes, which may have a [`Caller`](crate::Caller) as its
/// first argument. The types are those of its other arguments, one or a tuple, and of what it
/// returns, as of a [`TypedFunc`]: `|mut caller: Caller<'_, State>, a: i32, b: i32| …` is a
/// `Closure<(i32, i32), _>`. If the data of the caller's store isn't that of the store that the
/// closure is returned in, that is an error of the call.
///
/// # Examples
///
#[doc = example!(wat)]
/// use libwasmtime::bind::Closure;
/// use libwasmtime::{Engine, Linker, Module, Store};
///
/// let engine = Engine::default();
/// let mut linker = Linker::new(&engine);
/// linker.func_wrap("host", "adder", |n: i32| Closure::new(move |x: i32| x + n))?;
/// let module = Module::new(&engine, r#"
///     (module
///         (import "host" "adder" (func $adder (param i32) (result funcref)))
///         (type $unary (func (param i32) (result i32)))
///         (table $functions 1 funcref)
///         (func (export "run") (result i32)
///             (table.set $functions (i32.const 0) (call $adder (i32.const 2)))
///             (call_indirect $functions (type $unary) (i32.const 40) (i32.const 0))))
/// "#)?;
/// let mut store = Store::new(&engine, ());
/// let instance = linker.instantiate(&mut store, &module)?;
/// let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
/// assert_eq!(run.call(&mut store, ())?, 42);
/// # Ok::<(), libwasmtime::Error>(())
/// ```
pub struct Closure<P, R> {
    create: Box<dyn FnOnce(&Engine) -> HostFunc + Send>,
    /// The data of the stores that it can be in, if it takes a caller.
    data: Option<DataType>,
    types: PhantomData<fn(P) -> R>,
}

impl<P, R> Closure<P, R> {
    /// Takes the closure that the guest will call.
    pub fn new<A>(func: impl IntoFunc<A::Data, A, R>) -> Closure<P, R>
    where
        A: ClosureParams<Params = P>,
    {
        Closure {
            create: Box::new(|engine| func.into_func(engine)),
            data: A::HAS_CALLER.then(DataType::of::<A::Data>),
            types: PhantomData,
        }
    }

    fn create(self, guest: &mut Guest<'_>) -> Result<Func> {
        let store = guest.store();
        if let Some(data) = self.data {
            ensure!(
                data == store.data_type(),
                "expected a closure for a store of data `{}`, found one that takes a `Caller` of a \
                 store of data `{}`",
                store.data_type().name(),
                data.name()
            );
        }
        let host = (self.create)(store.engine());
        ensure!(
            !host.lacks_allocator(),
            "a `Closure` can't return a string or a vector: expected numbers or references"
        );
        Ok(host.into_store(store))
    }
}

impl<P, R> fmt::Debug for Closure<P, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Closure").finish_non_exhaustive()
    }
}

/// A function of the guest, passed as an index into its table.
///
/// A function pointer of C or Rust is such an index. It has the width of a pointer; the table is
/// an export of the caller, whose name [`Abi::with_table`] sets. This derefs to a [`TypedFunc`],
/// which is called through the [`Caller`](crate::Caller). An index that is out of bounds, a null
/// reference or a function of another signature is an error of the call. In an `Option`, null is
/// `None`.
///
/// Reading a table requires the feature `gc`; in a build without it, this is a compile error.
///
/// # Examples
///
#[doc = example!(gc, wat)]
/// use libwasmtime::bind::TableFunc;
/// use libwasmtime::{Caller, Engine, Linker, Module, Result, Store};
///
/// fn sum(mut caller: Caller<'_, ()>, n: i32, f: TableFunc<i32, i32>) -> Result<i32> {
///     (0..n).try_fold(0, |sum, i| Ok(sum + f.call(&mut caller, i)?))
/// }
///
/// let engine = Engine::default();
/// let mut linker = Linker::new(&engine);
/// linker.func_wrap("host", "sum", sum)?;
/// let module = Module::new(&engine, r#"
///     (module
///         (import "host" "sum" (func $sum (param i32 i32) (result i32)))
///         (table (export "__indirect_function_table") 2 funcref)
///         (elem (i32.const 1) $square)
///         (func $square (param i32) (result i32)
///             (i32.mul (local.get 0) (local.get 0)))
///         (func (export "run") (result i32)
///             (call $sum (i32.const 4) (i32.const 1))))
/// "#)?;
/// let mut store = Store::new(&engine, ());
/// let instance = linker.instantiate(&mut store, &module)?;
/// let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
/// assert_eq!(run.call(&mut store, ())?, 0 + 1 + 4 + 9);
/// # Ok::<(), libwasmtime::Error>(())
/// ```
pub struct TableFunc<P, R>(TypedFunc<P, R>);

impl<P, R> TableFunc<P, R> {
    /// Returns the function.
    pub fn into_typed(self) -> TypedFunc<P, R> {
        self.0
    }
}

impl<P, R> Deref for TableFunc<P, R> {
    type Target = TypedFunc<P, R>;

    fn deref(&self) -> &TypedFunc<P, R> {
        &self.0
    }
}

impl<P, R> Clone for TableFunc<P, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P, R> Copy for TableFunc<P, R> {}

impl<P, R> fmt::Debug for TableFunc<P, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TableFunc").field(&self.0).finish()
    }
}

/// Returns the function at an index of the caller's table; `None` if it is null.
fn look_up(guest: &mut Guest<'_>, index: u64) -> Result<Option<Func>> {
    RawRef::supported()?;
    let name = guest.abi().table();
    let table = match guest.export(name) {
        Some(Extern::Table(table)) => table,
        other => return Err(not_exported("table", name, other, "table")),
    };
    let store = guest.store();
    let element = table.element_in(store);
    ensure!(
        element.heap_type().top().matches(&HeapType::Func),
        "expected a table `{name}` of functions, found one of {element}"
    );
    match table.get_in(store, index) {
        Some(Ref::Func(func)) => Ok(func),
        Some(Ref::Extern(_) | Ref::Any(_) | Ref::Exn(_)) => {
            unreachable!("the table is one of functions")
        }
        None => bail!(
            "expected an index into the table `{name}`, which has {}, found {index}",
            Count(table.size_in(store), "element")
        ),
    }
}

// SAFETY: one value is read, as wide as a pointer.
unsafe impl<P: WasmParams, R: WasmResults> FromWasm for Option<TableFunc<P, R>> {
    const NEEDS_STORE: bool = true;

    fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
        const {
            assert!(
                cfg!(feature = "gc"),
                "reading a function from a table requires the Cargo feature `gc` of `libwasmtime`"
            )
        };
        types.push(abi.pointer());
    }

    unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<Self> {
        // SAFETY: the value is next, as this function requires.
        let index = unsafe { args.read_pointer() };
        let guest = args.guest();
        match look_up(guest, index)? {
            Some(func) => Ok(Some(TableFunc(check(guest.store(), func)?))),
            None => Ok(None),
        }
    }
}

// SAFETY: one value is read, as wide as a pointer.
unsafe impl<P: WasmParams, R: WasmResults> FromWasm for TableFunc<P, R> {
    const NEEDS_STORE: bool = true;

    fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
        Option::<TableFunc<P, R>>::valtypes(abi, types);
    }

    unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<Self> {
        // SAFETY: the value is next, as this function requires.
        let func = unsafe { Option::<TableFunc<P, R>>::read(args)? };
        func.ok_or_else(null)
    }
}
