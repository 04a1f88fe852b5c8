//! Global variables.

use crate::entity::entity;
use crate::error::check;
use crate::gc::RawRef;
use crate::owned::Owned;
use crate::store::{StoreOpaque, wrong_engine};
use crate::sys::{
    wasmtime_global_get, wasmtime_global_new, wasmtime_global_set, wasmtime_global_t,
    wasmtime_global_type,
};
use crate::{AsContext, AsContextMut, GlobalType, Result, Val};
use std::mem::MaybeUninit;

/// A global variable, mutable or not, in a store.
///
/// Modules import and export globals, and access them with `global.get` and `global.set`.
///
/// The handle is an index into its store: it is `Copy`, and valid for as long as the
/// store. Using it with another store panics.
///
/// # Examples
///
#[doc = example!(wat)]
/// use libwasmtime::{Engine, Instance, Module, Store};
///
/// let engine = Engine::default();
/// let module = Module::new(&engine, r#"
///     (module
///         (global $count (export "count") (mut i32) (i32.const 40))
///         (func (export "next") (result i32)
///             (global.set $count (i32.add (global.get $count) (i32.const 1)))
///             (global.get $count)))
/// "#)?;
/// let mut store = Store::new(&engine, ());
/// let instance = Instance::new(&mut store, &module, &[])?;
/// let count = instance.get_global(&mut store, "count").expect("it is exported");
/// let next = instance.get_typed_func::<(), i32>(&mut store, "next")?;
///
/// next.call(&mut store, ())?;
/// assert_eq!(count.get(&mut store).i32(), Some(41));
/// count.set(&mut store, 99.into())?;
/// assert_eq!(next.call(&mut store, ())?, 100);
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Global(wasmtime_global_t);

entity!(Global(wasmtime_global_t): store_id, __private1, __private2, __private3);

impl Global {
    /// Creates a global with the value `val`.
    ///
    /// Calls `wasmtime_global_new`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - `val` doesn't have the type that `ty` says, or belongs to another store;
    /// - `ty` belongs to another engine than the store.
    ///
    /// # Examples
    ///
    /// Giving a module a constant and a variable:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Global, GlobalType, Linker, Module, Mutability, Store, ValType};
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "step" (global $step i64))
    ///         (import "host" "total" (global $total (mut i64)))
    ///         (func (export "advance")
    ///             (global.set $total (i64.add (global.get $total) (global.get $step)))))
    /// "#)?;
    /// let mut store = Store::new(&engine, ());
    /// let step = GlobalType::new(ValType::I64, Mutability::Const);
    /// let step = Global::new(&mut store, step, 5i64.into())?;
    /// let total = GlobalType::new(ValType::I64, Mutability::Var);
    /// let total = Global::new(&mut store, total, 100i64.into())?;
    ///
    /// let mut linker = Linker::new(&engine);
    /// linker.define(&store, "host", "step", step)?;
    /// linker.define(&store, "host", "total", total)?;
    /// let instance = linker.instantiate(&mut store, &module)?;
    /// instance.get_typed_func::<(), ()>(&mut store, "advance")?.call(&mut store, ())?;
    /// assert_eq!(total.get(&mut store).i64(), Some(105));
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn new(mut store: impl AsContextMut, ty: GlobalType, val: Val) -> Result<Global> {
        let mut store = store.as_context_mut();
        if !ty.comes_from_same_engine(store.engine()) {
            return Err(wrong_engine().context(
                "type mismatch: initial value provided does not match the type of this global",
            ));
        }
        Global::new_in(store.opaque_mut(), &ty, val)
    }

    /// Creates a global of a type that belongs to the store's engine.
    pub(crate) fn new_in(store: &mut StoreOpaque, ty: &GlobalType, val: Val) -> Result<Global> {
        let val = val.to_c(store)?;
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariants "Context" and "Ownership": `Val::to_c` has checked the store
        // of the value. `out` is initialized unless there is an error.
        unsafe {
            check(wasmtime_global_new(
                store.begin_change(),
                ty.to_c()?.as_ptr(),
                &val,
                out.as_mut_ptr(),
            ))?;
            Ok(Global::from_c(out.assume_init(), store))
        }
    }

    /// Returns the global's type.
    ///
    /// Calls `wasmtime_global_type`.
    ///
    /// # Panics
    ///
    /// Panics if the global belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> GlobalType {
        let store = store.as_context();
        let global = self.to_c(store.opaque());
        // SAFETY: invariants "Shared" and "Ownership": `to_c` has checked the handle. The
        // type is owned, and copied.
        unsafe {
            let ty = Owned::from_c(wasmtime_global_type(store.shared_context(), &global));
            GlobalType::from_c(store.engine(), ty.as_ptr())
        }
    }

    /// Returns the global's present value.
    ///
    /// Calls `wasmtime_global_get`.
    ///
    /// # Panics
    ///
    /// Panics if
    ///
    /// - the global belongs to another store;
    /// - the value is a reference, and libwasmtime was built without `gc`.
    ///
    /// # Examples
    ///
    /// Reading a constant that a linker puts into a module:
    ///
    #[doc = example!(wat)]
    /// # use libwasmtime::{Engine, Instance, Module, Store};
    /// # let engine = Engine::default();
    /// # let module = Module::new(&engine, r#"
    /// #     (module (global (export "__heap_base") i32 (i32.const 1024)))
    /// # "#)?;
    /// # let mut store = Store::new(&engine, ());
    /// # let instance = Instance::new(&mut store, &module, &[])?;
    /// let heap_base = instance.get_global(&mut store, "__heap_base").expect("it is exported");
    /// assert_eq!(heap_base.get(&mut store).i32(), Some(1024));
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn get(&self, mut store: impl AsContextMut) -> Val {
        let mut store = store.as_context_mut();
        let global = self.to_c(store.opaque());
        // Without support, libwasmtime would abort the process.
        if let Err(unsupported) = RawRef::supported() {
            assert!(
                !self.ty(&store).content().is_ref(),
                "the value of a global can't be read: {unsupported}"
            );
        }
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariants "Context" and "Ownership": `to_c` has checked the handle.
        // `out` is initialized with an owned value of this store.
        unsafe {
            wasmtime_global_get(store.begin_change(), &global, out.as_mut_ptr());
            Val::from_c(store.opaque_mut(), out.assume_init_ref())
        }
    }

    /// Sets the global's value.
    ///
    /// Calls `wasmtime_global_set`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the global isn't mutable;
    /// - `val` doesn't have the global's type, or belongs to another store.
    ///
    /// # Panics
    ///
    /// Panics if the global belongs to another store.
    ///
    /// # Examples
    ///
    #[doc = example!(compiler)]
    /// use libwasmtime::{Global, GlobalType, Mutability, Store, Val, ValType};
    ///
    /// let mut store = Store::<()>::default();
    /// let ty = GlobalType::new(ValType::I32, Mutability::Var);
    /// let global = Global::new(&mut store, ty, Val::I32(1))?;
    /// global.set(&mut store, Val::I32(2))?;
    /// assert_eq!(global.get(&mut store).i32(), Some(2));
    ///
    /// // The type of a global never changes.
    /// assert!(global.set(&mut store, Val::I64(3)).is_err());
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn set(&self, mut store: impl AsContextMut, val: Val) -> Result<()> {
        let mut store = store.as_context_mut();
        let global = self.to_c(store.opaque());
        let val = val.to_c(store.opaque())?;
        // SAFETY: invariants "Context" and "Ownership": `to_c` has checked the handle and
        // the value.
        unsafe { check(wasmtime_global_set(store.begin_change(), &global, &val)) }
    }
}
