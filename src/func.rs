//! Functions: calling them, and making them of Rust closures.
//!
//! # How a call travels
//!
//! A [`TypedFunc`] has compared its function's type with Rust's types when it was
//! created. [`TypedFunc::call`] writes the arguments as [`ValRaw`] onto the stack, passes
//! them to `wasmtime_func_call_unchecked`, and reads the results from the same place.
//! [`Func::call`] does the same after it has compared the values with the
//! function's signature, which the store keeps; if references to collected
//! objects are among the values, it uses the checked C function.
//!
//! A host function ([`Func::wrap`], [`Func::new`]) is a boxed closure behind a
//! monomorphic callback (`into_func`, `trampoline`). Its failure, error or panic, is
//! kept in the store while libwasmtime unwinds the WebAssembly frames, and is returned by
//! the call that had entered them.

mod caller;
mod into_func;
mod signature;
mod trampoline;
mod typed;
mod untyped;

pub use caller::Caller;
pub use into_func::IntoFunc;
pub(crate) use signature::Signatures;
pub(crate) use trampoline::HostFunc;
pub use typed::TypedFunc;

use crate::entity::entity;
use crate::store::StoreOpaque;
use crate::sys::{
    wasm_functype_delete, wasmtime_func_from_raw, wasmtime_func_new_unchecked, wasmtime_func_t,
    wasmtime_func_to_raw, wasmtime_func_type,
};
use crate::{
    AsContext, AsContextMut, Engine, FuncType, Result, Val, ValRaw, WasmParams, WasmResults,
};
use std::ffi::c_void;
use std::mem::MaybeUninit;

/// A function of WebAssembly or of the host, in a store.
///
/// The handle is a plain index: it can be copied, and stays valid as long as
/// its store. Using it with another store panics.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Func(wasmtime_func_t);

entity!(Func(wasmtime_func_t): store_id, __private);

impl Func {
    /// Makes a function of a closure over values whose types are only known at
    /// run time.
    ///
    /// The closure gets the arguments and a slice for the results, which it has
    /// to fill with values of the types that `ty` says. Prefer
    /// [`Func::wrap`], which is typed and faster.
    ///
    /// Calls `wasmtime_func_new_unchecked`.
    ///
    /// # Panics
    ///
    /// If `ty` is of another engine than the store.
    pub fn new<T: 'static>(
        mut store: impl AsContextMut<Data = T>,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
    ) -> Func {
        let mut store = store.as_context_mut();
        let host = HostFunc::untyped(store.engine(), ty, func);
        host.into_store(store.opaque_mut())
    }

    /// The same as [`Func::new`].
    ///
    /// For programs that handle running out of memory, which the C API doesn't:
    /// it ends the process. So there is no error.
    ///
    /// # Errors
    ///
    /// None.
    ///
    /// # Panics
    ///
    /// As for [`Func::new`].
    pub fn try_new<T: 'static>(
        store: impl AsContextMut<Data = T>,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
    ) -> Result<Func> {
        Ok(Func::new(store, ty, func))
    }

    /// Makes a function of a typed closure.
    ///
    /// The closure takes up to 17 arguments, optionally after a [`Caller`], and
    /// returns nothing, a value, or a tuple of up to 17, or a [`Result`] of
    /// these. Its types decide the function's type:
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
    /// An error that it returns traps the WebAssembly code and comes back, as
    /// it is, from the call that had entered it; so does a panic.
    ///
    /// Calls `wasmtime_func_new_unchecked`.
    ///
    #[doc = example!(compiler)]
    /// use libwasmtime::{Func, Store};
    ///
    /// let mut store = Store::<()>::default();
    /// let add = Func::wrap(&mut store, |a: i32, b: i32| a + b);
    /// let add = add.typed::<(i32, i32), i32>(&store)?;
    /// assert_eq!(add.call(&mut store, (1, 2))?, 3);
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

    /// The same as [`Func::wrap`].
    ///
    /// For programs that handle running out of memory, which the C API doesn't:
    /// it ends the process. So there is no error.
    ///
    /// # Errors
    ///
    /// None.
    pub fn try_wrap<T: 'static, Params, Results>(
        store: impl AsContextMut<Data = T>,
        func: impl IntoFunc<T, Params, Results>,
    ) -> Result<Func> {
        Ok(Func::wrap(store, func))
    }

    /// The function's type.
    ///
    /// Calls `wasmtime_func_type`.
    ///
    /// # Panics
    ///
    /// If the function is of another store.
    pub fn ty(&self, store: impl AsContext) -> FuncType {
        self.load_ty(store.as_context().opaque())
    }

    pub(crate) fn load_ty(&self, store: &StoreOpaque) -> FuncType {
        let func = self.to_c(store);
        // SAFETY: invariants "Shared" and "Ownership"; the type is owned, and
        // copied before it is deleted.
        unsafe {
            let raw = wasmtime_func_type(store.shared(), &func);
            let ty = FuncType::from_c(store.engine(), raw);
            wasm_functype_delete(raw);
            ty
        }
    }

    /// Whether the function's type is `ty` or a subtype of it.
    ///
    /// # Panics
    ///
    /// If the function is of another store.
    pub fn matches_ty(&self, store: impl AsContext, ty: &FuncType) -> bool {
        self.ty(store).matches(ty)
    }

    /// The function with its type checked, for calls that needn't check again.
    ///
    /// # Errors
    ///
    /// If the function's type is another than that of `Params` and `Results`.
    ///
    /// # Panics
    ///
    /// If the function is of another store.
    pub fn typed<Params, Results>(
        &self,
        store: impl AsContext,
    ) -> Result<TypedFunc<Params, Results>>
    where
        Params: WasmParams,
        Results: WasmResults,
    {
        let ty = self.ty(store);
        typed::check::<Params, Results>(&ty)?;
        Ok(TypedFunc::assume(*self, &ty))
    }

    /// Makes a function of a closure over raw values.
    ///
    /// The slice holds the arguments, and is to hold the results afterwards; it
    /// is as long as the longer of the two.
    ///
    /// Calls `wasmtime_func_new_unchecked`.
    ///
    /// # Panics
    ///
    /// If `ty` is of another engine than the store.
    ///
    /// # Safety
    ///
    /// The closure must read and write values of the types that `ty` says, and
    /// only references of the store.
    pub unsafe fn new_unchecked<T: 'static>(
        mut store: impl AsContextMut<Data = T>,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &mut [MaybeUninit<ValRaw>]) -> Result<()> + Send + Sync + 'static,
    ) -> Func {
        let mut store = store.as_context_mut();
        // SAFETY: this function requires the same of the closure.
        let host = unsafe { HostFunc::unchecked(store.engine(), ty, func) };
        host.into_store(store.opaque_mut())
    }

    /// The function of a raw `funcref`; `None` for null.
    ///
    /// Calls `wasmtime_func_from_raw`.
    ///
    /// # Safety
    ///
    /// `raw` must be null or a raw `funcref` of this store.
    pub unsafe fn from_raw(mut store: impl AsContextMut, raw: *mut c_void) -> Option<Func> {
        // SAFETY: this function requires the same of `raw`.
        unsafe { Func::from_raw_in(store.as_context_mut().opaque_mut(), raw) }
    }

    /// # Safety
    ///
    /// As for [`Func::from_raw`].
    pub(crate) unsafe fn from_raw_in(store: &mut StoreOpaque, raw: *mut c_void) -> Option<Func> {
        if raw.is_null() {
            return None;
        }
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariant "Context". `raw` isn't null, so it is a raw `funcref` of the
        // store, as this function requires; `out` is initialised.
        unsafe {
            wasmtime_func_from_raw(store.raw(), raw, out.as_mut_ptr());
            Some(Func::from_c(out.assume_init(), store))
        }
    }

    /// The function as a raw `funcref`, for the unchecked calls.
    ///
    /// Calls `wasmtime_func_to_raw`.
    ///
    /// # Panics
    ///
    /// If the function is of another store.
    pub fn to_raw(&self, mut store: impl AsContextMut) -> *mut c_void {
        self.to_raw_in(store.as_context_mut().opaque_mut())
    }

    pub(crate) fn to_raw_in(self, store: &mut StoreOpaque) -> *mut c_void {
        let func = self.to_c(store);
        // SAFETY: invariants "Context" and "Ownership".
        unsafe { wasmtime_func_to_raw(store.raw(), &func) }
    }
}

impl HostFunc {
    /// Makes a function of `store` of it.
    fn into_store(self, store: &mut StoreOpaque) -> Func {
        let ty = self.ty().to_c();
        let (callback, env, finalizer) = self.into_parts();
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariant "Context"; the callback, its environment and its
        // finalizer belong together; `out` is initialised.
        unsafe {
            wasmtime_func_new_unchecked(
                store.raw(),
                ty.as_ptr(),
                callback,
                env,
                finalizer,
                out.as_mut_ptr(),
            );
            Func::from_c(out.assume_init(), store)
        }
    }

    /// # Panics
    ///
    /// If `ty` is of another engine.
    fn assert_engine(engine: &Engine, ty: &FuncType) {
        assert!(
            ty.comes_from_same_engine(engine),
            "the type of the function belongs to another engine than its store or linker"
        );
    }
}
