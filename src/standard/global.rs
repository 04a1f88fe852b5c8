//! Global variables.

use super::object::{Object, object};
use super::store::State;
use super::val::check_types;
use super::{AsContextMut, Inexpressible, Val};
use crate::error::{Context, ensure};
use crate::sys::{wasm_global_get, wasm_global_new, wasm_global_set};
use crate::vec::OwnedVal;
use crate::{GlobalType, Result};

/// A global variable, mutable or not.
///
/// Clones are handles of the same global. Using one with another store than its own panics.
///
#[doc = example!(compiler)]
/// use libwasmtime::standard::{Global, GlobalType, Mutability, Store, Val, ValType};
///
/// let mut store = Store::default();
/// let ty = GlobalType::new(ValType::I64, Mutability::Var);
/// let counter = Global::new(&mut store, &ty, &Val::I64(1))?;
/// counter.set(&mut store, &Val::I64(2))?;
/// assert_eq!(counter.get(&mut store)?.i64(), Some(2));
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Clone)]
pub struct Global {
    object: Object,
    ty: GlobalType,
}

object!(Global(GlobalType): global);

impl Global {
    /// Creates a global.
    ///
    /// Calls `wasm_global_new`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the value isn't of the type that `ty` declares;
    /// - `ty` belongs to another engine than the store; or
    /// - the value can't be passed, as for [`Global::get`].
    ///
    /// # Panics
    ///
    /// Panics if the value belongs to another store.
    pub fn new(mut store: impl AsContextMut, ty: &GlobalType, val: &Val) -> Result<Global> {
        let store = store.as_context_mut();
        let state = store.state();
        ensure!(
            ty.comes_from_same_engine(state.engine()),
            "the type of the global belongs to another engine than the store"
        );
        check_types([ty.content().clone()])?;
        check_val(ty, val)?;
        let raw = val.to_c(state);
        // SAFETY: invariant "Owned object": the store is alive and borrowed exclusively, the
        // type belongs to its engine, and the value to the store; both are copied. The global
        // is owned.
        unsafe {
            let global = wasm_global_new(state.raw(), ty.to_c()?.as_ptr(), raw.as_ptr());
            Global::adopt(state, global, ty.clone())
        }
        .context("cannot create the global: `wasm_global_new` refused its type or its value")
    }

    /// Returns the current value.
    ///
    /// Calls `wasm_global_get`.
    ///
    /// # Errors
    ///
    /// Returns
    ///
    /// - [`Inexpressible`] if the value can't be passed; or
    /// - [`Unsupported`](crate::Unsupported) if it is a reference to a function, and
    ///   libwasmtime was built without `gc`.
    ///
    /// # Panics
    ///
    /// Panics if the global belongs to another store.
    pub fn get(&self, mut store: impl AsContextMut) -> Result<Val> {
        let store = store.as_context_mut();
        let state = store.state();
        let global = self.get_c(state);
        check_types([self.ty.content().clone()])?;
        let mut out = OwnedVal::default();
        // SAFETY: invariant "Object"; the store is borrowed exclusively. The value that is
        // overwritten owns nothing; the one that is written is owned, and belongs to the store.
        unsafe {
            wasm_global_get(global, out.as_mut_ptr());
            Val::from_c(state, out)
        }
    }

    /// Sets the value.
    ///
    /// Calls `wasm_global_set`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the global isn't mutable;
    /// - the value isn't of the global's type;
    /// - the global is for functions of one concrete type only, and the value isn't null, with
    ///   [`Inexpressible`]: the C API doesn't report whether the value was accepted; or
    /// - the value can't be passed, as for [`Global::get`].
    ///
    /// # Panics
    ///
    /// Panics if the global or the value belongs to another store.
    pub fn set(&self, mut store: impl AsContextMut, val: &Val) -> Result<()> {
        let store = store.as_context_mut();
        let state = store.state();
        let global = self.get_c(state);
        let raw = val.to_c(state);
        let content = self.ty.content();
        check_types([content.clone()])?;
        ensure!(
            self.ty.mutability().is_var(),
            "immutable global cannot be set"
        );
        check_val(&self.ty, val)?;
        let is_abstract = content.as_ref().is_none_or(|ty| ty.heap_type().is_func());
        if !is_abstract && !matches!(val, Val::FuncRef(None)) {
            return Err(Inexpressible::new(format!("setting a global of type `{content}`")).into());
        }
        // SAFETY: invariant "Object"; the store is borrowed exclusively. The value belongs to
        // the store, as `to_c` asserts, and is copied.
        unsafe { wasm_global_set(global, raw.as_ptr()) };
        Ok(())
    }
}

fn check_val(ty: &GlobalType, val: &Val) -> Result<()> {
    ensure!(
        val.is_of(ty.content()),
        "type mismatch: expected {}, found {val:?}",
        ty.content()
    );
    Ok(())
}
