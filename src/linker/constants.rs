//! Constants: immutable globals that belong to no store.
//!
//! A global of the C API belongs to a store. So the linker keeps the value of a constant, and
//! creates a global where a module that imports it is instantiated. In the C linker, its name is
//! that of a placeholder, a host function: it makes a second definition an error, or is replaced
//! by it, as for all names.

use super::needs::WASI;
use super::{InstancePre, Linker};
use crate::error::{bail, ensure};
use crate::func::HostFunc;
use crate::store::StoreOpaque;
use crate::{
    AsContextMut, Caller, FuncType, Global, GlobalType, Module, Mutability, Result, Store, Val,
    ValType,
};

/// Returns the type of a number; `None` if the value is a reference.
fn number_type(val: &Val) -> Option<ValType> {
    match val {
        Val::I32(_) => Some(ValType::I32),
        Val::I64(_) => Some(ValType::I64),
        Val::F32(_) => Some(ValType::F32),
        Val::F64(_) => Some(ValType::F64),
        Val::V128(_) => Some(ValType::V128),
        Val::FuncRef(_) | Val::ExternRef(_) | Val::AnyRef(_) | Val::ExnRef(_) | Val::ContRef(_) => {
            None
        }
    }
}

/// What is done for the constants of a linker. Each linker that has some refers to it by these
/// pointers, so that a program without constants doesn't contain it.
// Size: without it, hello is 10 KiB larger (1.3 %).
pub(super) struct Constants<T> {
    /// Returns a copy of the linker in which the constants that a module imports are globals of
    /// a store.
    pub(super) in_store: fn(&Linker<T>, &mut StoreOpaque, &Module) -> Result<Linker<T>>,
    /// Does what [`Linker::instantiate_pre`] does, for a module that imports constants.
    pub(super) instantiate_pre: fn(&Linker<T>, &Module) -> Result<InstancePre<T>>,
    /// Creates the global of a constant in a store.
    pub(super) global: fn(&mut StoreOpaque, Val) -> Global,
}

impl<T> Clone for Constants<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Constants<T> {}

/// Creates the global of a constant in a store.
fn global(store: &mut StoreOpaque, val: Val) -> Global {
    let ty = number_type(&val).expect("a constant is a number");
    let ty = GlobalType::new(ty, Mutability::Const);
    Global::new_in(store, &ty, val).expect("the value is of the type")
}

impl<T: 'static> Linker<T> {
    /// Defines a constant.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the value is a reference;
    /// - the name is defined already, and shadowing isn't allowed;
    /// - the module's name is that of WASI, whose definitions are functions.
    pub(crate) fn define_constant(&mut self, module: &str, name: &str, val: Val) -> Result<()> {
        ensure!(
            number_type(&val).is_some(),
            "expected the constant `{module}`.`{name}` to be a number, found a reference, which \
             belongs to a store: define a `Global` of that store"
        );
        ensure!(
            module != WASI,
            "expected the constant `{name}` to be in another module than `{WASI}`, whose \
             definitions are functions"
        );
        let fail = |_: Caller<'_, T>, _: &mut [_]| bail!("a constant is no function");
        let ty = FuncType::new(&self.engine, [], []);
        // SAFETY: the closure reads no argument, and there is no result.
        let placeholder = unsafe { HostFunc::unchecked(&self.engine, ty, fail) };
        self.define_host(module, name, placeholder)?;
        self.definitions.insert_constant(module, name, val);
        self.constants = Some(Constants {
            in_store: in_store::<T>,
            instantiate_pre: instantiate_pre::<T>,
            global,
        });
        Ok(())
    }

    /// Returns what is done for the constants that a module imports; `None` if it imports none.
    pub(super) fn constants_for(&self, module: &Module) -> Option<Constants<T>> {
        self.constants
            .filter(|_| self.definitions.have_constant_for(module))
    }
}

/// See [`Constants::in_store`].
fn in_store<T: 'static>(
    linker: &Linker<T>,
    store: &mut StoreOpaque,
    module: &Module,
) -> Result<Linker<T>> {
    let mut linker = linker.clone();
    linker.allow_shadowing(true);
    for import in module.imports() {
        let (module, name) = (import.module(), import.name());
        // A name that is imported twice isn't a constant any more the second time.
        if let Some(val) = linker.definitions.constant(module, name) {
            let global = global(store, val).into();
            linker.define_item(store, module, name, &global)?;
        }
    }
    Ok(linker)
}

/// See [`Constants::instantiate_pre`].
fn instantiate_pre<T: 'static>(linker: &Linker<T>, module: &Module) -> Result<InstancePre<T>> {
    // The types are compared with those of globals in a store of their own, which nothing
    // else uses.
    let mut store = Store::new(&linker.engine, ());
    let mut store = store.as_context_mut();
    in_store(linker, store.opaque_mut(), module)?.instantiate_pre(module)?;
    let needs = linker.definitions.needs_of(module);
    Ok(InstancePre::with_linker(linker.clone(), module, needs))
}
