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
/// Cloning it is cheap. Using it with another store than its own panics.
#[derive(Clone)]
pub struct Global {
    object: Object,
    ty: GlobalType,
}

object!(Global(GlobalType): global);

impl Global {
    /// Makes a global.
    ///
    /// Calls `wasm_global_new`.
    ///
    /// # Errors
    ///
    /// If the value isn't of the type that `ty` says, or that is of another
    /// engine; and as for [`Global::get`].
    ///
    /// # Panics
    ///
    /// If the value is of another store.
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
        // SAFETY: the store is alive and borrowed exclusively, the type is of
        // its engine, the value is copied. What is made is owned.
        unsafe {
            let global = wasm_global_new(state.raw(), ty.to_c()?.as_ptr(), raw.as_ptr());
            Global::adopt(state, global, ty.clone())
        }
        .context("libwasmtime can't make a global of that type and value")
    }

    /// The value it has now.
    ///
    /// Calls `wasm_global_get`.
    ///
    /// # Errors
    ///
    /// [`Inexpressible`] if it is one that can't be passed, and
    /// [`Unsupported`](crate::Unsupported) if it is a reference and libwasmtime
    /// was built without `gc`.
    ///
    /// # Panics
    ///
    /// If the global is of another store.
    pub fn get(&self, mut store: impl AsContextMut) -> Result<Val> {
        let store = store.as_context_mut();
        let state = store.state();
        let global = self.get_c(state);
        check_types([self.ty.content().clone()])?;
        let mut out = OwnedVal::default();
        // SAFETY: invariant "Object"; the store is borrowed exclusively. What is
        // overwritten owns nothing; what is written is owned, and of the store.
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
    /// If the global isn't mutable, or the value isn't of its type;
    /// [`Inexpressible`] if the global is for functions of a certain type only,
    /// and the value isn't null: the C API doesn't tell whether it took it. And
    /// as for [`Global::get`].
    ///
    /// # Panics
    ///
    /// If the global or the value is of another store.
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
        // SAFETY: invariant "Object"; the store is borrowed exclusively. The
        // value is copied.
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
