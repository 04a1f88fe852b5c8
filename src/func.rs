//! Functions: calling them, and making them of Rust closures.
//!
//! # How a call travels
//!
//! The type of a [`TypedFunc`]'s function was compared with the Rust types when it was
//! created. [`TypedFunc::call`] writes the arguments as [`ValRaw`] onto the stack, passes
//! them to `wasmtime_func_call_unchecked`, and reads the results from the same place.
//! [`Func::call`] does the same after it has compared the values with the
//! function's signature, which the store keeps; if references to collected
//! objects are among the values, it uses the checked C function.
//!
//! A host function ([`Func::wrap`], [`Func::new`]) is a boxed closure behind a
//! callback that is compiled for its type (`into_func`, `trampoline`). If it fails, the error
//! or panic waits in the store while libwasmtime unwinds the WebAssembly frames; the call that
//! entered them returns or resumes it.
//!
//! Asynchronous calls (`asynchronous`) are futures, and asynchronous host functions
//! (`async_host`) closures that return futures. Both pass values with their types, as
//! `wasmtime_func_call_async` takes no others.

#[cfg(feature = "async")]
mod async_host;
#[cfg(feature = "async")]
mod asynchronous;
mod caller;
mod into_func;
mod raw;
mod signature;
mod trampoline;
mod typed;
mod untyped;

#[cfg(feature = "async")]
pub use async_host::{AsyncCallback, AsyncClosure};
pub use caller::Caller;
pub use into_func::{ClosureParams, HostClosure, IntoFunc};
pub(crate) use signature::Signatures;
pub(crate) use trampoline::HostFunc;
pub use typed::TypedFunc;

use crate::entity::entity;
use crate::owned::Owned;
use crate::store::StoreOpaque;
use crate::sys::{wasmtime_func_t, wasmtime_func_type};
use crate::{AsContext, AsContextMut, FuncType, Result, Val, WasmParams, WasmResults};

/// A function of WebAssembly or of the host, in a store.
///
/// Functions of WebAssembly are exports of an instance, elements of a table, or arguments
/// and results of calls. Host functions are created from Rust closures, by [`Func::wrap`]
/// or [`Func::new`]. To define host functions for the imports of modules, a
/// [`Linker`](crate::Linker) has methods of its own, which need no `Func` and no store.
///
/// The handle is an index into its store: it is `Copy`, and valid for as long as the
/// store. Using it with another store panics.
///
/// # Calls
///
/// - [`Func::typed`] compares the function's type with Rust types once. The [`TypedFunc`]
///   that it returns is called with Rust values, as fast as possible. It is the way to call
///   a function whose type is known when the program is compiled.
/// - [`Func::call`] takes and returns [`Val`]s, and compares them with the function's type
///   at each call. It works for functions whose type is known only at run time.
///
/// Both have an asynchronous counterpart, `call_async`, with the Cargo feature `async`: a
/// future, which is pending while an asynchronous host function waits. The chapter
/// `asynchronous` says more.
///
/// # Examples
///
#[doc = example!(wat)]
/// use libwasmtime::{Engine, Instance, Module, Store, Val};
///
/// let engine = Engine::default();
/// let module = Module::new(&engine, r#"
///     (module
///         (func (export "add") (param i32 i32) (result i32)
///             (i32.add (local.get 0) (local.get 1))))
/// "#)?;
/// let mut store = Store::new(&engine, ());
/// let instance = Instance::new(&mut store, &module, &[])?;
/// let add = instance.get_func(&mut store, "add").expect("it is exported");
///
/// let typed = add.typed::<(i32, i32), i32>(&store)?;
/// assert_eq!(typed.call(&mut store, (40, 2))?, 42);
///
/// let mut results = [Val::I32(0)];
/// add.call(&mut store, &[Val::I32(40), Val::I32(2)], &mut results)?;
/// assert_eq!(results[0].i32(), Some(42));
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Func(wasmtime_func_t);

entity!(Func(wasmtime_func_t): store_id, __private);

impl Func {
    /// Creates a host function whose type is known only at run time.
    ///
    /// The closure gets
    ///
    /// - the [`Caller`], through which it reaches the store's data and the exports of the
    ///   calling instance;
    /// - the arguments, whose types are those of the parameters in `ty`;
    /// - a slice with as many elements as `ty` has results. The closure sets each to a value
    ///   of the result's type. If it leaves a number out, or sets a value of another type,
    ///   the call fails.
    ///
    /// State, errors and panics are as described for [`Func::wrap`], which is simpler and
    /// faster where the types are known when the program is compiled.
    ///
    /// Calls `wasmtime_func_new_unchecked`.
    ///
    /// # Panics
    ///
    /// Panics if `ty` belongs to another engine than the store.
    ///
    /// # Examples
    ///
    /// A sum of as many numbers as a module wants:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{bail, Engine, Func, Instance, Module, Store, Val};
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "sum" (func $sum (param i32 i32 i32) (result i32)))
    ///         (func (export "run") (result i32)
    ///             (call $sum (i32.const 10) (i32.const 12) (i32.const 20))))
    /// "#)?;
    /// let mut store = Store::new(&engine, ());
    /// let import = module.imports().next().expect("there is one");
    /// let ty = import.ty().unwrap_func().clone();
    /// let sum = Func::new(&mut store, ty, |_, params, results| {
    ///     let mut sum = 0i32;
    ///     for param in params {
    ///         let Val::I32(x) = param else { bail!("`{param:?}` is not an i32") };
    ///         sum = sum.wrapping_add(*x);
    ///     }
    ///     results[0] = Val::I32(sum);
    ///     Ok(())
    /// });
    /// let instance = Instance::new(&mut store, &module, &[sum.into()])?;
    /// let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
    /// assert_eq!(run.call(&mut store, ())?, 42);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn new<T: 'static>(
        mut store: impl AsContextMut<Data = T>,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
    ) -> Func {
        let mut store = store.as_context_mut();
        let host = HostFunc::untyped(store.engine(), ty, func);
        host.into_store(store.opaque_mut())
    }

    /// Creates a host function as [`Func::new`] does; never returns an error.
    ///
    /// In the `wasmtime` crate, it returns an error when memory runs out. The C API ends the
    /// process then.
    ///
    /// # Panics
    ///
    /// Panics if `ty` belongs to another engine than the store.
    pub fn try_new<T: 'static>(
        store: impl AsContextMut<Data = T>,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
    ) -> Result<Func> {
        Ok(Func::new(store, ty, func))
    }

    /// Creates a host function from a Rust closure.
    ///
    /// The closure
    ///
    /// - may take a [`Caller`] first, through which it reaches the store's data and the
    ///   exports of the calling instance, such as its memory;
    /// - takes up to 17 arguments of the types below;
    /// - returns nothing, one of these types, a tuple of up to 17 of them, or a [`Result`]
    ///   of any of these.
    ///
    /// Its types determine the function's type:
    ///
    /// | Rust | WebAssembly |
    /// |---|---|
    /// | `i32`, `u32` | `i32` |
    /// | `i64`, `u64` | `i64` |
    /// | `f32`, `f64` | `f32`, `f64` |
    /// | [`V128`](crate::V128) | `v128` |
    /// | `Option<Func>` | `funcref` |
    /// | `Func` | `(ref func)` |
    /// | `Option<Rooted<ExternRef>>`, `Option<OwnedRooted<ExternRef>>` | `externref` |
    /// | `Rooted<ExternRef>`, `OwnedRooted<ExternRef>` | `(ref extern)` |
    /// | `Option<NoFunc>`, `NoFunc` | `nullfuncref`, `(ref nofunc)` |
    /// | `Option<NoExtern>`, `NoExtern` | `nullexternref`, `(ref noextern)` |
    /// | `Option<Rooted<AnyRef>>`, `Option<OwnedRooted<AnyRef>>` | `anyref` |
    /// | `Rooted<AnyRef>`, `OwnedRooted<AnyRef>` | `(ref any)` |
    /// | `Option<I31>`, `I31` | `i31ref`, `(ref i31)` |
    /// | `Option<NoneRef>`, `NoneRef` | `nullref`, `(ref none)` |
    /// | `Option<Rooted<ExnRef>>`, `Option<OwnedRooted<ExnRef>>` | `exnref` |
    /// | `Rooted<ExnRef>`, `OwnedRooted<ExnRef>` | `(ref exn)` |
    ///
    /// A `u32` or `u64` has the bits of the WebAssembly value, so addresses and lengths are
    /// best taken as `u32`. A `Rooted` reference that the closure gets or creates is rooted
    /// until the closure returns; an `OwnedRooted` one is rooted until it is dropped.
    ///
    /// The function belongs to the store, and is freed with it.
    /// [`Linker::func_wrap`](crate::Linker::func_wrap) defines a function of such a closure
    /// for the modules of all stores.
    ///
    /// Calls `wasmtime_func_new_unchecked`.
    ///
    /// # State
    ///
    /// The closure is `Fn`, as it may be called again while it runs: it may call
    /// WebAssembly code that calls it. It is `Send`, `Sync` and `'static`, as a store may be
    /// sent to and shared with other threads. So it can neither change nor borrow what it
    /// captures. State has its place in the store's data, which [`Caller::data_mut`] borrows
    /// exclusively, or behind a lock that the closure captures, such as an `Arc<Mutex<_>>`.
    ///
    /// # Errors and panics of the closure
    ///
    /// If the closure returns an error, the WebAssembly code that called it is unwound: it
    /// doesn't go on, and can't catch the error. The host's call that entered this code, such
    /// as [`TypedFunc::call`], returns the error as it is, with a
    /// [`WasmBacktrace`](crate::WasmBacktrace) as context. `downcast_ref` finds both.
    ///
    /// - Any type that implements [`std::error::Error`] converts into an
    ///   [`Error`](crate::Error) with `?` or `into()`; [`bail!`](crate::bail) creates one from
    ///   a text.
    /// - A [`Trap`](crate::Trap) is one of these types: a closure may fail as if an
    ///   instruction had trapped.
    /// - A [`ThrownException`](crate::ThrownException) is different: it throws the store's
    ///   pending exception, which WebAssembly code may catch. See
    ///   [`Store::throw`](crate::Store::throw).
    ///
    /// A panic of the closure unwinds the WebAssembly code as well, and then continues as a
    /// panic of the host's call.
    ///
    /// # Examples
    ///
    /// A function that a module imports:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Func, Instance, Module, Store};
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "add" (func $add (param i32 i32) (result i32)))
    ///         (func (export "run") (result i32) (call $add (i32.const 40) (i32.const 2))))
    /// "#)?;
    /// let mut store = Store::new(&engine, ());
    /// let add = Func::wrap(&mut store, |a: i32, b: i32| a.wrapping_add(b));
    /// let instance = Instance::new(&mut store, &module, &[add.into()])?;
    /// let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
    /// assert_eq!(run.call(&mut store, ())?, 42);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// A [`Caller`], for the memory of the module that calls and for the store's data. A guest
    /// may pass any address, so bounds are checked:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::error::Context;
    /// use libwasmtime::{Caller, Engine, Func, Instance, Module, Result, Store};
    ///
    /// struct State {
    ///     lines: Vec<String>,
    /// }
    ///
    /// fn print(mut caller: Caller<'_, State>, address: u32, len: u32) -> Result<()> {
    ///     let memory = caller.get_export("memory").and_then(|item| item.into_memory());
    ///     let memory = memory.context("the module exports no memory")?;
    ///     let mut text = vec![0; len.min(1000) as usize];
    ///     memory.read(&caller, address as usize, &mut text)?;
    ///     caller.data_mut().lines.push(String::from_utf8(text)?);
    ///     Ok(())
    /// }
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "print" (func $print (param i32 i32)))
    ///         (memory (export "memory") 1)
    ///         (data (i32.const 8) "hello")
    ///         (func (export "run") (call $print (i32.const 8) (i32.const 5))))
    /// "#)?;
    /// let mut store = Store::new(&engine, State { lines: Vec::new() });
    /// let print = Func::wrap(&mut store, print);
    /// let instance = Instance::new(&mut store, &module, &[print.into()])?;
    /// instance.get_typed_func::<(), ()>(&mut store, "run")?.call(&mut store, ())?;
    /// assert_eq!(store.data().lines, ["hello"]);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// An error, which stops the module and reaches the host with its type:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Func, Instance, Module, Result, Store, WasmBacktrace};
    ///
    /// #[derive(Debug, PartialEq)]
    /// struct NoSuchFile(u32);
    ///
    /// impl std::fmt::Display for NoSuchFile {
    ///     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    ///         write!(f, "there is no file {}", self.0)
    ///     }
    /// }
    ///
    /// impl std::error::Error for NoSuchFile {}
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "open" (func $open (param i32) (result i32)))
    ///         (func (export "run") (result i32) (call $open (i32.const 7))))
    /// "#)?;
    /// let mut store = Store::new(&engine, ());
    /// let open = Func::wrap(&mut store, |file: u32| -> Result<u32> {
    ///     match file {
    ///         0..=2 => Ok(file + 100),
    ///         _ => Err(NoSuchFile(file).into()),
    ///     }
    /// });
    /// let instance = Instance::new(&mut store, &module, &[open.into()])?;
    /// let run = instance.get_typed_func::<(), u32>(&mut store, "run")?;
    ///
    /// let error = run.call(&mut store, ()).unwrap_err();
    /// assert_eq!(error.downcast_ref(), Some(&NoSuchFile(7)));
    /// let backtrace = error.downcast_ref::<WasmBacktrace>().expect("it is attached");
    /// assert_eq!(backtrace.frames().len(), 1);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// Several results, which are a tuple:
    ///
    #[doc = example!(compiler)]
    /// # use libwasmtime::{Func, Store};
    /// # let mut store = Store::<()>::default();
    /// let add = Func::wrap(&mut store, |a: u32, b: u32| {
    ///     let (sum, carry) = a.overflowing_add(b);
    ///     (sum, u32::from(carry))
    /// });
    /// let add = add.typed::<(u32, u32), (u32, u32)>(&store)?;
    /// assert_eq!(add.call(&mut store, (u32::MAX, 3))?, (2, 1));
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn wrap<T: 'static, Params, Results>(
        mut store: impl AsContextMut<Data = T>,
        func: impl IntoFunc<T, Params, Results>,
    ) -> Func {
        let mut store = store.as_context_mut();
        let host = func.into_func(store.engine());
        host.into_store(store.opaque_mut())
    }

    /// Creates a host function as [`Func::wrap`] does; never returns an error.
    ///
    /// In the `wasmtime` crate, it returns an error when memory runs out. The C API ends the
    /// process then.
    pub fn try_wrap<T: 'static, Params, Results>(
        store: impl AsContextMut<Data = T>,
        func: impl IntoFunc<T, Params, Results>,
    ) -> Result<Func> {
        Ok(Func::wrap(store, func))
    }

    /// Returns the function's type.
    ///
    /// Calls `wasmtime_func_type`.
    ///
    /// # Panics
    ///
    /// Panics if the function belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> FuncType {
        self.load_ty(store.as_context().opaque())
    }

    pub(crate) fn load_ty(&self, store: &StoreOpaque) -> FuncType {
        let func = self.to_c(store);
        // SAFETY: invariants "Shared" and "Ownership"; the type is owned, and one of the
        // store's engine.
        unsafe {
            let ty = Owned::from_c(wasmtime_func_type(store.shared_context(), &func));
            FuncType::from_owned(store.engine(), ty)
        }
    }

    /// Reports whether the function's type is `ty` or a subtype of it.
    ///
    /// # Panics
    ///
    /// Panics if the function belongs to another store.
    pub fn matches_ty(&self, store: impl AsContext, ty: &FuncType) -> bool {
        self.ty(store).matches(ty)
    }

    /// Returns the function with its type checked, for calls with Rust values.
    ///
    /// `Params` and `Results` are each `()` for no values, a Rust type for one value, or a
    /// tuple of up to 17 of them. [`Func::wrap`] lists the Rust types for the types of
    /// WebAssembly. Nothing is called yet.
    ///
    /// [`Instance::get_typed_func`](crate::Instance::get_typed_func) looks up an export and
    /// does this.
    ///
    /// # Subtypes
    ///
    /// The types need not be equal:
    ///
    /// - A type in `Params` may be a subtype of the parameter's: `Func` where the function
    ///   takes a `funcref`, which may be null.
    /// - A type in `Results` may be a supertype of the result's: `Option<Func>` where the
    ///   function returns a `(ref func)`.
    /// - Where a parameter is a reference of a concrete type, such as
    ///   `(ref null $callback)`, `Params` may have any type of its kind, such as
    ///   `Option<Func>`. Rust has no type for a concrete one. So each call then compares the
    ///   argument with the concrete type, and fails if it doesn't match.
    ///
    /// # Errors
    ///
    /// Returns an error, which says what differs, if the function's type doesn't match
    /// `Params` and `Results`.
    ///
    /// # Panics
    ///
    /// Panics if the function belongs to another store.
    ///
    /// # Examples
    ///
    #[doc = example!(compiler)]
    /// # use libwasmtime::{Func, Store};
    /// # let mut store = Store::<()>::default();
    /// let half = Func::wrap(&mut store, |x: i64| x as f64 / 2.0);
    ///
    /// let typed = half.typed::<i64, f64>(&store)?;
    /// assert_eq!(typed.call(&mut store, 5)?, 2.5);
    ///
    /// let error = half.typed::<i32, f64>(&store).unwrap_err();
    /// assert_eq!(
    ///     format!("{error:#}"),
    ///     "type mismatch with parameters: type mismatch: expected i64, found i32",
    /// );
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn typed<Params, Results>(
        &self,
        store: impl AsContext,
    ) -> Result<TypedFunc<Params, Results>>
    where
        Params: WasmParams,
        Results: WasmResults,
    {
        self.typed_as(&self.ty(store))
    }

    /// Does the same with the function's type.
    pub(crate) fn typed_as<Params, Results>(
        &self,
        ty: &FuncType,
    ) -> Result<TypedFunc<Params, Results>>
    where
        Params: WasmParams,
        Results: WasmResults,
    {
        typed::check::<Params, Results>(ty)?;
        Ok(TypedFunc::assume(*self, ty))
    }
}
